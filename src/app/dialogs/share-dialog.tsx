/** The link that holds the whole workspace; nothing is stored anywhere else. */
import { useEffect, useRef, useState, type ReactElement } from "react";
import type { RunInputs } from "../../core/simulation/record.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icons.tsx";
import { capital, count, inWords } from "../state/format.ts";
import { linkFragment } from "../state/link.ts";
import { downloadRun, editsUnderTraffic, recordedRun } from "../state/run-file.ts";
import { downloadPicture } from "../state/picture-file.ts";
import { getState } from "../state/store.ts";
import { workspaceOf } from "../state/workspace.ts";

/** Beyond this some mail programs and chats cut links. */
const LONG_LINK = 8_000;

export function ShareDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const [link, setLink] = useState("");
  const [copied, setCopied] = useState<"no" | "yes" | "by-hand">("no");
  const [run, setRun] = useState<RunInputs | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    void linkFragment(workspaceOf(getState())).then((fragment) => setLink(location.href.replace(/#.*$/, "") + fragment));
  }, []);
  useEffect(() => {
    let current = true;
    void recordedRun().then((recorded) => current && setRun(recorded));
    return () => {
      current = false;
    };
  }, []);
  const untimed = run === null ? 0 : editsUnderTraffic(run);
  const copy = async (): Promise<void> => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(link);
      setCopied("yes");
    } catch {
      setCopied("by-hand");
    }
  };
  return (
    <Dialog title="Share" onClose={onClose}>
      <p>
        The link holds the manifests, the request, the seed and what was done by hand. It opens the same run in any browser, and nothing is
        sent to a server.
      </p>
      <div className="sharerow">
        <input ref={field} className="mono" readOnly aria-label="Link" value={link} onFocus={(event) => event.target.select()} />
        <button type="button" className="btn pri lg" disabled={link === ""} onClick={() => void copy()}>
          <Icon name={copied === "yes" ? "check" : "link"} size={14} />
          {copied === "yes" ? "Copied" : "Copy link"}
        </button>
      </div>
      <p className="c3" role="status">
        {copied === "by-hand"
          ? "The browser does not let the page copy. The link is selected: copy it from the field."
          : link === ""
            ? ""
            : `${count(link.length)} characters${link.length > LONG_LINK ? ". Some programs cut links this long" : ""}.`}
      </p>
      {untimed > 0 && (
        <p className="c3">
          {`${capital(inWords(untimed))} ${untimed === 1 ? "edit was" : "edits were"} made while steady traffic ran. The link holds the text that came of it, not when; the recorded run below holds both.`}
        </p>
      )}
      <h3>Take along</h3>
      <p>The picture as it is now, at this moment of the request and in these colours.</p>
      <p>
        <button type="button" className="btn" onClick={downloadPicture}>
          <Icon name="download" size={14} />
          Download picture (SVG)
        </button>
      </p>
      <p>
        The recorded run until this moment: every text, action and request with its time. On the command line, kubehop replay makes it
        again.
      </p>
      <p>
        <button type="button" className="btn" disabled={run === null} onClick={() => run !== null && downloadRun(run)}>
          <Icon name="download" size={14} />
          Download run (JSON)
        </button>
      </p>
    </Dialog>
  );
}
