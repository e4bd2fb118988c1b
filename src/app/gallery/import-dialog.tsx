/**
 * One's own cluster: pasted, dropped or chosen, read in this page, and summed up before it takes the place of what is
 * open. Nothing is opened half, and nothing is left out without a word.
 */
import { useEffect, useRef, useState, type ReactElement } from "react";
import type { ManifestFile } from "../../core/manifests/types.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icons.tsx";
import { openWorkspace, say, toEditor } from "../state/commands.ts";
import { count, plural } from "../state/format.ts";
import { closeGallery } from "../state/gallery.ts";
import { isOwnWork } from "../state/scenarios.ts";
import { getState, setState } from "../state/store.ts";
import { workspaceOf } from "../state/workspace.ts";
import { byteWords, filesOf, textFile } from "./files.ts";
import { readFiles } from "./reading.ts";
import { summaryOf, type LeftOut, type Summary } from "./summary.ts";

const COMMAND = "kubectl get nodes,pods,services,endpointslices,deployments,replicasets,networkpolicies -A -o yaml";
/** What a browser keeps for a page, about: beyond it the next visit begins without this cluster. */
const KEPT_CHARACTERS = 4_500_000;
const QUIET_MS = 300;

type Stage =
  | { readonly kind: "empty"; readonly trouble: string | null }
  /** `pods`: how many have been read, as far as is known. */
  | { readonly kind: "reading"; readonly files: readonly ManifestFile[]; readonly long: boolean; readonly pods: number }
  | { readonly kind: "read"; readonly files: readonly ManifestFile[]; readonly summary: Summary };

interface ImportDialogProps {
  /** Files that were dropped on the page, to be read at once. */
  readonly dropped: readonly ManifestFile[];
  readonly onClose: () => void;
}

export function ImportDialog({ dropped, onClose }: ImportDialogProps): ReactElement {
  const [stage, setStage] = useState<Stage>({ kind: "empty", trouble: null });
  const stop = useRef<() => void>(() => {});
  const take = (files: readonly ManifestFile[]): void => {
    stop.current();
    if (files.every(({ text }) => text.trim() === "")) {
      setStage({ kind: "empty", trouble: "There is no text in it." });
      return;
    }
    setStage({ kind: "reading", files, long: false, pods: 0 });
    const timer = setTimeout(() => setStage({ kind: "reading", files, long: true, pods: 0 }), QUIET_MS);
    let current = true;
    const told = (pods: number): void => {
      if (current) setStage((now) => (now.kind === "reading" ? { ...now, pods } : now));
    };
    const { reading, stop: stopReading } = readFiles(files, told);
    stop.current = () => {
      current = false;
      clearTimeout(timer);
      stopReading();
    };
    reading
      .then(
        (read) => current && setStage({ kind: "read", files, summary: summaryOf(read) }),
        (error: unknown) =>
          current &&
          setStage({ kind: "empty", trouble: `It could not be read: ${error instanceof Error ? error.message : String(error)}` }),
      )
      .finally(() => clearTimeout(timer));
  };
  useEffect(() => {
    if (dropped.length > 0) take(dropped);
    return () => stop.current();
    // Only what was dropped is read by itself.
  }, [dropped]);
  const again = (): void => {
    stop.current();
    setStage({ kind: "empty", trouble: null });
  };
  return (
    <Dialog title="Your cluster" onClose={onClose}>
      <div className="import">
        {stage.kind === "empty" && <DropArea trouble={stage.trouble} take={take} />}
        <div role="status" aria-live="polite">
          {stage.kind === "reading" && stage.long && (
            <p className="tnum">Reading {stage.pods > 0 ? plural(stage.pods, "Pod") : byteWords(sizeOf(stage.files))}</p>
          )}
          {stage.kind === "read" && <SummaryText files={stage.files} summary={stage.summary} />}
        </div>
        {stage.kind === "reading" && stage.long && (
          <div className="row actions">
            <button type="button" className="btn lg" onClick={again}>
              Stop
            </button>
          </div>
        )}
        {stage.kind === "read" && <Actions files={stage.files} summary={stage.summary} again={again} />}
      </div>
    </Dialog>
  );
}

function DropArea({
  trouble,
  take,
}: {
  readonly trouble: string | null;
  readonly take: (files: readonly ManifestFile[]) => void;
}): ReactElement {
  const [over, setOver] = useState(false);
  const [typed, setTyped] = useState("");
  const [copied, setCopied] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const copy = (): void =>
    void navigator.clipboard.writeText(COMMAND).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  const takeAll = (list: FileList | null): void => {
    if (list !== null && list.length > 0) void filesOf(list).then(take);
  };
  return (
    <>
      <p>Paste or drop what kubectl prints, as YAML or JSON. It is read in this page and sent nowhere.</p>
      <div className="commandrow">
        <code className="mono" tabIndex={0} role="region" aria-label="Command">
          {COMMAND}
        </code>
        <button type="button" className="btn" onClick={copy}>
          {copied ? "Copied" : "Copy"}
        </button>
      </div>
      <div
        className={`droparea${over ? " over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          event.stopPropagation();
          setOver(false);
          takeAll(event.dataTransfer.files);
        }}
      >
        <textarea
          aria-label="Manifests of your cluster"
          placeholder="Paste here, or drop files"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onPaste={(event) => {
            const text = event.clipboardData.getData("text/plain");
            if (typed !== "" || text.trim() === "") return;
            // Straight to the reader: a whole cluster is too much for a field.
            event.preventDefault();
            take([textFile(text)]);
          }}
        />
        <div className="row">
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            accept=".yaml,.yml,.json,.txt"
            onChange={(event) => takeAll(event.target.files)}
          />
          <button type="button" className="btn" onClick={() => chooser.current?.click()}>
            Choose files
          </button>
          <span className="grow" />
          <button type="button" className="btn pri" disabled={typed.trim() === ""} onClick={() => take([textFile(typed)])}>
            Read it
          </button>
        </div>
      </div>
      {trouble !== null && (
        <p className="drop-t" role="alert">
          {trouble}
        </p>
      )}
    </>
  );
}

function SummaryText({ files, summary }: { readonly files: readonly ManifestFile[]; readonly summary: Summary }): ReactElement {
  const { stops, leftOut, made, more, simulated, secrets } = summary;
  const size = sizeOf(files);
  return (
    <div className="summary">
      <p className="c3">
        {files.length === 1 ? files[0]?.name : plural(files.length, "file")}, {byteWords(size)}
      </p>
      {stops === null ? (
        <>
          <h3>
            <Icon name="ok" size={14} /> Understood
          </h3>
          <p>
            {plural(summary.nodes, "node")}, {plural(summary.services, "Service")}, {plural(summary.pods, "Pod")}
            {summary.pods > 0 && `, of which ${count(summary.ready)} ready`}.
          </p>
          <p className="c3">In the text, by kind:</p>
          <ul className="kinds" aria-label="Objects by kind">
            {simulated.map(({ kind, count: number }) => (
              <li key={kind}>
                {kind} <b>{count(number)}</b>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <>
          <h3>
            <Icon name="blocked" size={14} /> {stops.what}
          </h3>
          <p>{stops.why}</p>
        </>
      )}
      {made.length > 0 && (
        <>
          <h3>Made here, because it is not in the text</h3>
          <ul>
            {made.map((message) => (
              <li key={message}>{message}</li>
            ))}
          </ul>
        </>
      )}
      {stops === null && (
        <>
          <h3>Left out</h3>
          {leftOut.length === 0 ? (
            <p>Nothing.</p>
          ) : (
            <ul>
              {leftOut.map((each) => (
                <LeftOutLine key={`${each.what} ${each.why}`} each={each} />
              ))}
              {more > 0 && <li>{plural(more, "more thing")} of this sort.</li>}
            </ul>
          )}
        </>
      )}
      {secrets > 0 && (
        <p className="c3">
          {plural(secrets, "Secret")} in the text: a link that you share holds {secrets === 1 ? "it" : "them"} too.
        </p>
      )}
      {size > KEPT_CHARACTERS && <p className="c3">It is too large for the browser to keep: it is gone when the page is closed.</p>}
    </div>
  );
}

function LeftOutLine({ each }: { readonly each: LeftOut }): ReactElement {
  return (
    <li>
      <b>{each.what}</b> {each.why}
    </li>
  );
}

/** A cluster of so many Pods opens as a map, which wants the width. */
const MAP_PODS = 1000;

interface ActionsProps {
  readonly files: readonly ManifestFile[];
  readonly summary: Summary;
  readonly again: () => void;
}

function Actions({ files, summary, again }: ActionsProps): ReactElement {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const open = (): void => {
    const before = workspaceOf(getState());
    const view = { tab: "hops", focus: null } as const;
    openWorkspace({ files, seed: 1, scenario: null, request: summary.request, actions: [], view, traffic: null }, "hold");
    closeGallery();
    const { stops } = summary;
    if (stops === null && summary.pods >= MAP_PODS) setState({ opensFolded: true });
    if (stops?.line != null) toEditor(files[0]?.name ?? null, (handle) => handle.revealLine(stops.line ?? 1));
    if (isOwnWork(before)) say("Opened your cluster", "done", () => openWorkspace(before, "hold"));
  };
  return (
    <div className="row actions">
      <button type="button" className="btn lg" onClick={again}>
        Read something else
      </button>
      <span className="grow" />
      <button ref={first} type="button" className={summary.stops === null ? "btn pri lg" : "btn lg"} onClick={open}>
        {summary.stops === null ? "Open it" : "Mend it in the editor"}
      </button>
    </div>
  );
}

const sizeOf = (files: readonly ManifestFile[]): number => files.reduce((sum, { text }) => sum + text.length, 0);
