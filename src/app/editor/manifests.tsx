/** The manifests: one editor over the files, applied as they are typed, with what is wrong below. */
import { useEffect, useState, type ComponentType, type ReactElement, type ReactNode } from "react";
import type { Diagnostic, ManifestFile } from "../../core/manifests/types.ts";
import { Icon } from "../parts/icons.tsx";
import { MenuButton, type MenuEntry } from "../parts/menu.tsx";
import { scenarioAtHand } from "../scenarios/at-hand.ts";
import { wordsOf } from "../state/action-words.ts";
import { redoLast, undoLast } from "../state/changes.ts";
import type { Change } from "../state/history.ts";
import { openScenario } from "../state/scenarios.ts";
import { plural } from "../state/format.ts";
import { getState, setState, useStore } from "../state/store.ts";
import { editor, STARTER } from "./handle.ts";
import { LightEditor } from "./light-editor.tsx";

export interface EditorProps {
  readonly file: ManifestFile;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ManifestsProps {
  readonly children?: ReactNode;
  /** Folds them to a rail; absent where there is none. */
  readonly onFold?: () => void;
}

export function Manifests({ children, onFold }: ManifestsProps): ReactElement {
  const files = useStore((state) => state.files);
  const active = useStore((state) => state.activeFile);
  const diagnostics = useStore((state) => state.diagnostics);
  // The menu names what Undo takes back.
  useStore((state) => state.history);
  const file = files.find((candidate) => candidate.name === active) ?? files[0];
  const Editor = useEditor();
  return (
    <section className="edit" aria-label="Manifests">
      <div className="phead">
        <h2>Manifests</h2>
        <span className="grow" />
        <span className="live">Applied as you type</span>
        <MenuButton label="More about the manifests" className="tool small" entries={moreEntries()}>
          <Icon name="dots" size={14} />
        </MenuButton>
        {onFold !== undefined && (
          <button
            type="button"
            className="tool small"
            aria-label="Fold the manifests"
            title="Fold the manifests to a rail"
            onClick={onFold}
          >
            <Icon name="chevron" size={14} className="turned" />
          </button>
        )}
      </div>
      {files.length > 1 && <FileTabs files={files} active={file?.name ?? ""} />}
      <div className="editbody">
        {file !== undefined && <Editor file={file} diagnostics={diagnostics.filter((diagnostic) => diagnostic.file === file.name)} />}
        {file?.text === "" && (
          <pre className="ghost" aria-hidden="true">
            {STARTER}
          </pre>
        )}
      </div>
      <ProblemsLine diagnostics={diagnostics} />
      {children}
    </section>
  );
}

function FileTabs({ files, active }: { readonly files: readonly ManifestFile[]; readonly active: string }): ReactElement {
  return (
    <div className="filetabs" role="group" aria-label="Files">
      {files.map((file) => (
        <button key={file.name} type="button" aria-pressed={file.name === active} onClick={() => setState({ activeFile: file.name })}>
          {file.name}
        </button>
      ))}
    </div>
  );
}

/** The full editor once it has been loaded; the light one before, and where there is only touch. */
function useEditor(): ComponentType<EditorProps> {
  const [full, setFull] = useState<ComponentType<EditorProps> | null>(null);
  const painted = useStore((state) => state.cluster !== null);
  useEffect(() => {
    if (!painted || full !== null || !matchMedia("(any-pointer: fine)").matches) return;
    let current = true;
    // After the canvas is alive: the picture comes first.
    const load = (): void =>
      void import("./monaco-editor.tsx").then(
        (module) => {
          if (current) setFull(() => module.MonacoEditor);
        },
        // The light editor stays: it can do everything the page needs.
        () => {},
      );
    const timer = setTimeout(load, 250);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [painted, full]);
  return full ?? LightEditor;
}

function moreEntries(): readonly MenuEntry[] {
  const { history, cluster } = getState();
  const what = (change: Change | undefined): { readonly note?: string } =>
    change === undefined || cluster === null
      ? {}
      : { note: change.kind === "edit" ? "An edit of the text" : wordsOf(change.timed.action, cluster) };
  const [last, next] = [history.past.at(-1), history.future.at(-1)];
  const entries: MenuEntry[] = [
    {
      kind: "item",
      label: "Undo",
      ...what(last),
      icon: "back",
      keys: "Ctrl Z",
      unavailable: last === undefined ? "Nothing was changed yet." : null,
      run: undoLast,
    },
    {
      kind: "item",
      label: "Redo",
      ...what(next),
      icon: "step",
      keys: "Ctrl Shift Z",
      run: redoLast,
    },
    { kind: "item", label: "Next problem", icon: "blocked", keys: "F8", run: () => editor()?.nextProblem() },
  ];
  const { scenario } = getState();
  const known = scenario === null ? null : scenarioAtHand(scenario);
  if (known !== null)
    entries.push(
      { kind: "line" },
      {
        kind: "item",
        label: `Back to “${known.title}”`,
        note: "Manifests and request as the scenario has them",
        icon: "restart",
        run: () => void openScenario(known.id),
      },
    );
  return entries;
}

function ProblemsLine({ diagnostics }: { readonly diagnostics: readonly Diagnostic[] }): ReactElement {
  const problems = diagnostics.filter((diagnostic) => diagnostic.severity !== "info");
  const stops = problems.some((diagnostic) => diagnostic.stopsTraffic || diagnostic.severity === "error");
  const cluster = useStore((state) => state.cluster);
  const ignored = cluster?.notSimulated ?? [];
  return (
    <div className="pfoot">
      {problems.length > 0 && <Icon name={stops ? "blocked" : "info"} size={14} />}
      <span role="status">{problems.length === 0 ? "No problems" : plural(problems.length, "problem")}</span>
      {problems.length === 0 && ignored.length > 0 && (
        <span className="c3 clip">kept, not simulated: {ignored.map(({ kind }) => kind).join(", ")}</span>
      )}
      <span className="grow" />
      {problems.length > 0 && (
        <button type="button" className="next" onClick={() => editor()?.nextProblem()}>
          <span className="c3">Next</span> <span className="kbd">F8</span>
        </button>
      )}
    </div>
  );
}
