/** The manifests over the left of the picture: a plain text area, applied as one types, with its problems and fixes. */
import { useEffect, useRef, type ReactElement } from "react";
import { LightEditor } from "../app/editor/light-editor.tsx";
import { editor } from "../app/editor/handle.ts";
import { Icon } from "../app/parts/icons.tsx";
import { send } from "../app/state/commands.ts";
import { plural } from "../app/state/format.ts";
import { getState, setState, useStore } from "../app/state/store.ts";

export function EditPanel({ onClose, sendHere }: { readonly onClose: () => void; readonly sendHere: boolean }): ReactElement | null {
  const panel = useRef<HTMLElement>(null);
  const files = useStore((state) => state.files);
  const active = useStore((state) => state.activeFile);
  const diagnostics = useStore((state) => state.diagnostics);
  const file = files.find((candidate) => candidate.name === active) ?? files[0];
  useEffect(() => {
    const from = document.activeElement;
    // Where something is wrong the reader wants to be there.
    if (getState().diagnostics.some((diagnostic) => diagnostic.stopsTraffic)) editor()?.nextProblem();
    else editor()?.focus();
    return () => {
      if (from instanceof HTMLElement) from.focus({ preventScroll: true });
    };
  }, []);
  if (file === undefined) return null;
  const problems = diagnostics.filter((diagnostic) => diagnostic.severity !== "info");
  return (
    <aside
      ref={panel}
      className="eedit"
      id="manifests"
      aria-label="Manifests"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div className="phead">
        {files.length === 1 ? (
          <h2 className="clip">{file.name}</h2>
        ) : (
          <select aria-label="File" value={file.name} onChange={(event) => setState({ activeFile: event.target.value })}>
            {files.map((one) => (
              <option key={one.name}>{one.name}</option>
            ))}
          </select>
        )}
        <span className="grow" />
        <span className="live" role="status">
          {problems.length === 0 ? "Applied as you type" : plural(problems.length, "problem")}
        </span>
        <button type="button" className="tool small" aria-label="Close the manifests" onClick={onClose}>
          <Icon name="close" size={14} />
        </button>
      </div>
      <LightEditor key={file.name} file={file} diagnostics={diagnostics.filter((diagnostic) => diagnostic.file === file.name)} />
      {sendHere && (
        <div className="pfoot">
          <button
            type="button"
            className="btn pri"
            onClick={() => {
              onClose();
              send();
            }}
          >
            Send again
          </button>
        </div>
      )}
    </aside>
  );
}
