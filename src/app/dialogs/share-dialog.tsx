/** The link that holds the whole workspace; nothing is stored anywhere else. */
import { useEffect, useRef, useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icons.tsx";
import { count } from "../state/format.ts";
import { linkFragment } from "../state/link.ts";
import { downloadPicture } from "../state/picture-file.ts";
import { getState } from "../state/store.ts";
import { workspaceOf } from "../state/workspace.ts";

/** Beyond this some mail programs and chats cut links. */
const LONG_LINK = 8_000;

export function ShareDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const [link, setLink] = useState("");
  const [copied, setCopied] = useState<"no" | "yes" | "by-hand">("no");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    void linkFragment(workspaceOf(getState())).then((fragment) => setLink(location.href.replace(/#.*$/, "") + fragment));
  }, []);
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
      <h3>Take along</h3>
      <p>The picture as it is now, at this moment of the request and in these colours.</p>
      <p>
        <button type="button" className="btn" onClick={downloadPicture}>
          <Icon name="download" size={14} />
          Download picture (SVG)
        </button>
      </p>
    </Dialog>
  );
}
