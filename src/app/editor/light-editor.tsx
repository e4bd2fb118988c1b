/** A plain text area with line numbers and a list of problems: for touch, and until the full editor has come. */
import { useEffect, useLayoutEffect, useRef, useState, type ReactElement } from "react";
import type { Diagnostic } from "../../core/manifests/types.ts";
import { Icon } from "../parts/icons.tsx";
import { applyFix, typeText } from "../state/commands.ts";
import { offsetOfLine, positionAt } from "../state/text.ts";
import { setState } from "../state/store.ts";
import { setEditor, type MarkedLines } from "./handle.ts";
import type { EditorProps } from "./manifests.tsx";

const LINE_PX = 20;
/** Of a long text so many line numbers are there, the first of them a multiple of the step: those in sight, and some around them. */
const NUMBERS = 200;
const NUMBERS_STEP = 50;
/** Of a longer text only the head is in the field until somebody goes into it: the browser lays out every line of a field, again and again as fonts come. */
const LONG_LINES = 1_000;
const HEAD_LINES = 300;

export function LightEditor({ file, diagnostics }: EditorProps): ReactElement {
  const area = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLPreElement>(null);
  const latest = useRef({ file, diagnostics });
  latest.current = { file, diagnostics };
  const lines = file.text.split("\n").length;
  const [first, setFirst] = useState(0);
  const [whole, setWhole] = useState(lines <= LONG_LINES);
  const text = whole || lines <= LONG_LINES ? file.text : headOf(file.text);
  const marked = useRef<readonly MarkedLines[]>([]);
  const troubled = new Set(
    diagnostics
      .filter((diagnostic) => diagnostic.stopsTraffic || diagnostic.severity === "error")
      .map((diagnostic) => diagnostic.range.line),
  );

  useLayoutEffect(() => {
    // Not a controlled field: writing its value on each change would forget what can be undone.
    if (area.current !== null && area.current.value !== text) area.current.value = text;
  }, [text]);
  useLayoutEffect(() => {
    placeNumbers(numbers.current, area.current, first);
    markNumbers(numbers.current, marked.current, file.name);
  }, [first, file, lines]);
  useEffect(() => {
    const element = area.current;
    if (element === null) return;
    const complete = (): void => {
      const { file } = latest.current;
      if (element.readOnly) element.value = file.text;
      element.readOnly = false;
      setWhole(true);
    };
    const reveal = (line: number, start: number, end: number): void => {
      complete();
      element.setSelectionRange(start, end);
      element.scrollTop = Math.max(0, (line - 4) * LINE_PX);
    };
    setEditor({
      applyEdits(name, edits) {
        if (name !== latest.current.file.name) return false;
        complete();
        for (const edit of [...edits].sort((a, b) => b.start - a.start)) replaceKeepingUndo(element, edit.start, edit.end, edit.text);
        return true;
      },
      revealLine(line) {
        const offset = offsetOfLine(latest.current.file.text, line);
        reveal(line, offset, offset);
      },
      revealRange: (range) => reveal(range.line, range.start, range.end),
      focus: () => element.focus(),
      mark(lines) {
        marked.current = lines;
        markNumbers(numbers.current, lines, latest.current.file.name);
      },
      undo: () => undoRedo(element, "undo"),
      redo: () => undoRedo(element, "redo"),
      nextProblem() {
        const problems = latest.current.diagnostics;
        const next = problems.find((diagnostic) => diagnostic.range.start > element.selectionStart) ?? problems[0];
        if (next === undefined) return;
        element.focus();
        reveal(next.range.line, next.range.start, next.range.end);
      },
    });
    return () => setEditor(null);
  }, []);

  return (
    <div className="light">
      <div className="lighttext">
        <pre ref={numbers} className="lightnumbers" aria-hidden="true">
          {Array.from({ length: Math.max(0, Math.min(NUMBERS, lines - first)) }, (_, i) => first + i + 1).map((line) => (
            <span key={line} data-line={line} className={troubled.has(line) ? "bad" : ""}>{`${line}\n`}</span>
          ))}
        </pre>
        <textarea
          ref={area}
          aria-label={`Manifests, ${file.name}`}
          data-file={file.name}
          defaultValue={text}
          readOnly={text !== file.text}
          onFocus={() => setWhole(true)}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          autoCorrect="off"
          onChange={(event) => typeText(file.name, event.target.value)}
          onScroll={(event) => {
            setWhole(true);
            setFirst(firstNumber(event.currentTarget.scrollTop));
            placeNumbers(numbers.current, event.currentTarget, first);
          }}
          onSelect={(event) =>
            setState({ caret: { file: file.name, line: positionAt(event.currentTarget.value, event.currentTarget.selectionStart).line } })
          }
        />
      </div>
      {diagnostics.length > 0 && (
        <ul className="problems" aria-label="Problems">
          {diagnostics.map((diagnostic, i) => (
            <Problem key={i} diagnostic={diagnostic} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Problem({ diagnostic }: { readonly diagnostic: Diagnostic }): ReactElement {
  const grave = diagnostic.stopsTraffic || diagnostic.severity === "error";
  return (
    <li className={grave ? "diag" : "diag adv"}>
      <Icon name={grave ? "blocked" : "info"} size={14} />
      <div>
        <b>Line {diagnostic.range.line}.</b> {diagnostic.message}
        <div className="acts">
          {diagnostic.fixes.map((fix) => (
            <button key={fix.title} type="button" className="btn" onClick={() => applyFix(fix.edits)}>
              {fix.title}
            </button>
          ))}
        </div>
      </div>
    </li>
  );
}

function headOf(text: string): string {
  return text.slice(0, offsetOfLine(text, HEAD_LINES + 1));
}

/** The first line number that is there, less one, when the text is scrolled so far. */
function firstNumber(scrollTop: number): number {
  const step = Math.floor(scrollTop / LINE_PX / NUMBERS_STEP);
  return Math.max(0, step - 1) * NUMBERS_STEP;
}

function placeNumbers(numbers: HTMLElement | null, area: HTMLElement | null, first: number): void {
  if (numbers !== null && area !== null) numbers.style.transform = `translateY(${first * LINE_PX - area.scrollTop}px)`;
}

/** Marks the numbers of lines, without rendering them anew. */
function markNumbers(numbers: HTMLElement | null, marked: readonly MarkedLines[], file: string): void {
  const here = marked.filter((lines) => lines.file === file);
  for (const number of numbers?.querySelectorAll<HTMLElement>("[data-line]") ?? []) {
    const line = Number(number.dataset["line"]);
    const of = here.filter(({ from, to }) => from <= line && line <= to);
    number.toggleAttribute("data-object", of.length > 0);
    number.toggleAttribute(
      "data-mention",
      of.some(({ kind }) => kind === "mention"),
    );
  }
}

/** The one way in which a page can write into a field so that the browser can undo it. */
function replaceKeepingUndo(element: HTMLTextAreaElement, start: number, end: number, text: string): void {
  const before = document.activeElement;
  element.focus({ preventScroll: true });
  element.setSelectionRange(start, end);
  const done = text === "" ? document.execCommand("delete") : document.execCommand("insertText", false, text);
  if (!done) {
    element.setRangeText(text, start, end, "end");
    element.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (before instanceof HTMLElement && before !== element) before.focus({ preventScroll: true });
}

function undoRedo(element: HTMLTextAreaElement, command: "undo" | "redo"): void {
  element.focus({ preventScroll: true });
  document.execCommand(command);
}
