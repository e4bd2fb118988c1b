/**
 * What the rest of the page may ask of the editor, whichever editor is there: the full one, the light one, or none
 * yet. Text edits go through it so that undo takes them back in one step.
 */
import type { SourceRange, TextEdit } from "../../core/manifests/types.ts";

/** Lines that say what is pointed at, from 1: the line that says its name, and those of the whole object. */
export interface MarkedLines {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly kind: "object" | "mention";
}

/** What an empty editor suggests, as ghost text. */
export const STARTER = "apiVersion: v1\nkind: Service\nmetadata: { name: web }";

export interface EditorHandle {
  /** Applies edits to the file that is open, as one step of undo. False when that file is not open. */
  applyEdits(file: string, edits: readonly TextEdit[]): boolean;
  revealLine(line: number): void;
  revealRange(range: SourceRange): void;
  focus(): void;
  undo(): void;
  redo(): void;
  /** Marks lines that say what is pointed at elsewhere, of whichever file is open; none: no more. */
  mark?(lines: readonly MarkedLines[]): void;
  /** Moves to the next problem, or to the first one again. */
  nextProblem(): void;
}

let current: EditorHandle | null = null;

export function setEditor(handle: EditorHandle | null): void {
  current = handle;
}
export function editor(): EditorHandle | null {
  return current;
}
