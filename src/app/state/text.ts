/** Plain text work on manifests: replacements, lines, documents. */
import type { ManifestFile, TextEdit } from "../../core/manifests/types.ts";

/** Replaces ranges of one text; edits do not overlap and may come in any order. */
export function replaceRanges(text: string, edits: readonly Pick<TextEdit, "start" | "end" | "text">[]): string {
  const inOrder = [...edits].sort((a, b) => b.start - a.start);
  return inOrder.reduce((before, edit) => before.slice(0, edit.start) + edit.text + before.slice(edit.end), text);
}

/** The files after edits that may touch several of them; files without edits are the same objects. */
export function editFiles(files: readonly ManifestFile[], edits: readonly TextEdit[]): readonly ManifestFile[] {
  return files.map((file) => {
    const own = edits.filter((edit) => edit.file === file.name);
    return own.length === 0 ? file : { ...file, text: replaceRanges(file.text, own) };
  });
}

/** Line and column, both from 1, of an offset. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf("\n");
  let line = 1;
  for (const char of before) if (char === "\n") line += 1;
  return { line, column: offset - lastBreak };
}

/** Offset of the first character of a line (from 1); the end of the text for lines beyond it. */
export function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let i = 1; i < line; i++) {
    const next = text.indexOf("\n", offset);
    if (next === -1) return text.length;
    offset = next + 1;
  }
  return offset;
}
