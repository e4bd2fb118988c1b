/** The full editor over one file: diagnostics at their character, facts beside selectors, cards with fixes. */
import { useEffect, useRef, useState, type ReactElement } from "react";
import type { Diagnostic, ManifestFile, QuickFix, SourceRange } from "../../core/manifests/types.ts";
import type { ThingId } from "../../scene/contract.ts";
import { applyFix, select, sourceOf, typeText } from "../state/commands.ts";
import { getState, setState, useStore } from "../state/store.ts";
import { currentTheme, onTheme } from "../state/theme.ts";
import { setEditor, type EditorHandle } from "./handle.ts";
import { inSlices } from "../parts/slices.ts";
import { hintsOf, isRead, readOn, type Hint } from "./hints.ts";
import type { EditorProps } from "./manifests.tsx";
import { applyEditorTheme, EDITOR_OPTIONS, monaco } from "./monaco.ts";
import { pointing } from "./monaco-pointing.ts";
import { createProblemCards, type ProblemCards } from "./problem-cards.ts";
import { documentsOf, registerProviders } from "./providers.ts";

type CodeEditor = monaco.editor.IStandaloneCodeEditor;
type Model = monaco.editor.ITextModel;

interface Live {
  readonly editor: CodeEditor;
  readonly cards: ProblemCards;
  readonly decorations: monaco.editor.IEditorDecorationsCollection;
  /** What they were made of. */
  drawn: {
    readonly file: ManifestFile;
    readonly diagnostics: readonly Diagnostic[];
    readonly hints: readonly Hint[];
    readonly selected: ThingId | null;
  } | null;
}

export function MonacoEditor({ file, diagnostics }: EditorProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  const live = useRef<Live | null>(null);
  const latest = useRef({ file, diagnostics });
  latest.current = { file, diagnostics };
  const cluster = useStore((state) => state.cluster);
  const selected = useStore((state) => state.selected);
  // The last text that was read for its hints: reading thousands of documents takes longer than a frame.
  const [read, setRead] = useState<ManifestFile | null>(null);
  const [made, setMade] = useState(false);

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    registerProviders();
    applyEditorTheme(currentTheme() === "dark");
    const stopTheme = onTheme(() => applyEditorTheme(currentTheme() === "dark"));
    const editor = monaco.editor.create(element, {
      ...EDITOR_OPTIONS,
      // It gets its text in a task of its own: both take longer than a frame.
      model: null,
      ariaLabel: "Manifests. Escape, then Tab, leaves the editor.",
    });
    const cards = createProblemCards(editor, (fix) => applyFix(fix.edits));
    live.current = { editor, cards, decorations: editor.createDecorationsCollection(), drawn: null };
    setEditor({ ...handleOf(editor, latest), mark: pointing(editor, () => latest.current.file) });
    listen(editor, latest);
    // Measured glyph widths are of the fallback until the font is there.
    void document.fonts.ready.then(() => monaco.editor.remeasureFonts());
    const timer = setTimeout(() => setMade(true));
    return () => {
      clearTimeout(timer);
      setEditor(null);
      stopTheme();
      cards.dispose();
      editor.dispose();
      live.current = null;
    };
  }, []);

  useEffect(() => {
    const editor = live.current?.editor;
    if (editor === undefined || !made) return;
    const model = modelOf(file);
    if (editor.getModel() !== model) editor.setModel(model);
    // The text came from elsewhere: a scenario, a link, an edit while this file was not open.
    if (model.getValue() !== file.text) model.setValue(file.text);
  }, [file, made]);

  useEffect(() => {
    const now = live.current;
    const model = now?.editor.getModel();
    if (now === null || model == null) return;
    monaco.editor.setModelMarkers(model, "kubehop", diagnostics.map(markerOf));
    now.cards.show(diagnostics);
  }, [file, diagnostics, made]);

  useEffect(() => {
    if (isRead(file)) return setRead(file);
    return inSlices(() => {
      const all = readOn(file);
      if (all) setRead(file);
      return all;
    });
  }, [file]);

  useEffect(() => {
    const now = live.current;
    const model = now?.editor.getModel();
    if (now === null || model == null) return;
    const hints = cluster === null || read !== file ? [] : hintsOf(file, cluster);
    const { drawn } = now;
    // The cluster changes many times a second, what it says of the text seldom: the same is not laid out again.
    const same = drawn !== null && drawn.file === file && drawn.diagnostics === diagnostics && drawn.selected === selected;
    if (same && sameHints(drawn.hints, hints)) return;
    now.drawn = { file, diagnostics, hints, selected };
    now.decorations.set(decorationsOf(model, file, diagnostics, hints, selected));
  }, [file, diagnostics, cluster, selected, read, made]);

  useEffect(() => {
    const editor = live.current?.editor;
    const source = selected === null ? null : sourceOf(selected);
    if (editor === undefined || source === null || editor.hasTextFocus() || source.file !== latest.current.file.name) return;
    editor.revealLineNearTop(source.line, monaco.editor.ScrollType.Immediate);
  }, [selected, made]);

  return <div className="monaco" ref={host} />;
}

function modelOf(file: ManifestFile): Model {
  const uri = monaco.Uri.from({ scheme: "file", path: `/${file.name}` });
  return monaco.editor.getModel(uri) ?? monaco.editor.createModel(file.text, "yaml", uri);
}

type Latest = { readonly current: EditorProps };

function listen(editor: CodeEditor, latest: Latest): void {
  editor.onDidChangeModelContent(() => typeText(latest.current.file.name, editor.getModel()?.getValue() ?? ""));
  editor.onDidChangeCursorPosition(({ position }) => {
    if (!editor.hasTextFocus()) return;
    setState({ caret: { file: latest.current.file.name, line: position.lineNumber } });
    const thing = thingAt(latest.current.file.name, position.lineNumber);
    if (thing !== null && JSON.stringify(thing) !== JSON.stringify(getState().selected)) select(thing);
  });
  // Escape, then Tab, leaves the editor; any other key keeps Tab for indentation. Ctrl M switches for good.
  editor.onKeyDown((event) => {
    if (event.keyCode === monaco.KeyCode.Escape) editor.updateOptions({ tabFocusMode: true });
    else if (event.keyCode !== monaco.KeyCode.Tab && event.keyCode !== monaco.KeyCode.Shift) editor.updateOptions({ tabFocusMode: false });
  });
  editor.onDidBlurEditorText(() => editor.updateOptions({ tabFocusMode: false }));
  editor.addCommand(monaco.KeyCode.F8, () => goToProblem(editor, latest.current.diagnostics));
  editor.addCommand(monaco.KeyMod.Alt | monaco.KeyCode.Enter, () => {
    const fix = fixHere(editor, latest.current.diagnostics);
    if (fix !== null) applyFix(fix.edits);
  });
}

function handleOf(editor: CodeEditor, latest: Latest): EditorHandle {
  return {
    applyEdits(file, edits) {
      const model = editor.getModel();
      if (model === null || file !== latest.current.file.name) return false;
      editor.pushUndoStop();
      editor.executeEdits(
        "kubehop",
        edits.map(({ start, end, text }) => ({
          range: monaco.Range.fromPositions(model.getPositionAt(start), model.getPositionAt(end)),
          text,
          forceMoveMarkers: true,
        })),
      );
      editor.pushUndoStop();
      return true;
    },
    revealLine(line) {
      editor.revealLineNearTop(line, monaco.editor.ScrollType.Immediate);
      editor.setPosition({ lineNumber: line, column: 1 });
    },
    revealRange(range) {
      editor.setSelection(rangeOf(range));
      editor.revealRangeInCenterIfOutsideViewport(rangeOf(range), monaco.editor.ScrollType.Immediate);
    },
    focus: () => editor.focus(),
    undo: () => editor.trigger("kubehop", "undo", null),
    redo: () => editor.trigger("kubehop", "redo", null),
    nextProblem() {
      editor.focus();
      goToProblem(editor, latest.current.diagnostics);
    },
  };
}

function goToProblem(editor: CodeEditor, diagnostics: readonly Diagnostic[]): void {
  const model = editor.getModel();
  const position = editor.getPosition();
  if (model === null || position === null) return;
  const offset = model.getOffsetAt(position);
  const inOrder = [...diagnostics].sort((a, b) => a.range.start - b.range.start);
  const next = inOrder.find((diagnostic) => diagnostic.range.start > offset) ?? inOrder[0];
  if (next === undefined) return;
  editor.setPosition({ lineNumber: next.range.line, column: next.range.column });
  editor.revealLineInCenterIfOutsideViewport(next.range.line, monaco.editor.ScrollType.Immediate);
}

/** The fix of the problem on the cursor's line, else the first there is. */
function fixHere(editor: CodeEditor, diagnostics: readonly Diagnostic[]): QuickFix | null {
  const line = editor.getPosition()?.lineNumber ?? 0;
  const fixable = diagnostics.filter((diagnostic) => diagnostic.fixes.length > 0);
  const here = fixable.find((diagnostic) => diagnostic.range.line <= line && line <= diagnostic.range.endLine);
  return (here ?? fixable[0])?.fixes[0] ?? null;
}

/** What the document under the caret makes: its Service, node, or Pod. */
function thingAt(file: string, line: number): ThingId | null {
  const { cluster } = getState();
  if (cluster === null) return null;
  const made: { line: number; thing: ThingId }[] = [
    ...cluster.services.map(({ source, key }) => ({ source, thing: { kind: "service", key } as const })),
    ...cluster.pods.map(({ source, key }) => ({ source, thing: { kind: "pod", key } as const })),
    ...cluster.nodes.map(({ source, name }) => ({ source, thing: { kind: "node", name } as const })),
  ].flatMap(({ source, thing }) => (source !== null && source.file === file && source.line <= line ? [{ line: source.line, thing }] : []));
  const nearest = Math.max(0, ...made.map((one) => one.line));
  const own = made.filter((one) => one.line === nearest);
  const model = monaco.editor.getEditors()[0]?.getModel();
  const document = model == null ? undefined : documentsOf(model.getLinesContent()).find(({ start, end }) => start <= line && line <= end);
  // Several Pods of one template mean none in particular; a document that makes nothing means nothing.
  if (own.length !== 1 || document === undefined || nearest < document.start || nearest > document.end) return null;
  return own[0]?.thing ?? null;
}

function rangeOf(range: SourceRange): monaco.Range {
  return new monaco.Range(range.line, range.column, range.endLine, range.endColumn);
}

function sameHints(a: readonly Hint[], b: readonly Hint[]): boolean {
  return a.length === b.length && a.every((hint, i) => hint.line === b[i]?.line && hint.text === b[i]?.text);
}

const grave = (diagnostic: Diagnostic): boolean => diagnostic.stopsTraffic || diagnostic.severity === "error";

/** Red only where traffic stops, or where the text cannot be read; advice is grey. */
function markerOf(diagnostic: Diagnostic): monaco.editor.IMarkerData {
  const { range } = diagnostic;
  const empty = range.start === range.end;
  return {
    severity: grave(diagnostic)
      ? monaco.MarkerSeverity.Error
      : diagnostic.severity === "warning"
        ? monaco.MarkerSeverity.Warning
        : monaco.MarkerSeverity.Info,
    message: diagnostic.message,
    code: diagnostic.code,
    source: "Kubehop",
    startLineNumber: range.line,
    startColumn: range.column,
    endLineNumber: range.endLine,
    endColumn: empty ? range.endColumn + 1 : range.endColumn,
  };
}

function decorationsOf(
  model: Model,
  file: ManifestFile,
  diagnostics: readonly Diagnostic[],
  hints: readonly Hint[],
  selected: ThingId | null,
): monaco.editor.IModelDeltaDecoration[] {
  const decorations: monaco.editor.IModelDeltaDecoration[] = [];
  for (const line of new Set(diagnostics.filter(grave).map((diagnostic) => diagnostic.range.line))) {
    decorations.push({
      range: new monaco.Range(line, 1, line, 1),
      options: { marginClassName: "gut-blocked", lineNumberClassName: "gut-hidden" },
    });
  }
  for (const hint of hints) {
    if (hint.line > model.getLineCount()) continue;
    const column = model.getLineMaxColumn(hint.line);
    decorations.push({
      range: new monaco.Range(hint.line, column, hint.line, column),
      options: {
        showIfCollapsed: true,
        after: { content: hint.text, inlineClassName: `inlay ${hint.tone}`, cursorStops: monaco.editor.InjectedTextCursorStops.None },
      },
    });
  }
  const source = selected === null ? null : sourceOf(selected);
  if (source !== null && source.file === file.name) {
    const document = documentsOf(model.getLinesContent()).find(({ start, end }) => start <= source.line && source.line <= end);
    if (document !== undefined) {
      const range = new monaco.Range(document.start, 1, document.end, 1);
      decorations.push({ range, options: { isWholeLine: true, marginClassName: selected?.kind === "service" ? "docsel svc" : "docsel" } });
    }
  }
  return decorations;
}
