/** When two edits of a text in a row are one: letters typed within one line. */
import type { ManifestFile } from "../core/manifests/types.ts";

/** Where a text differs from another: one file, one line. */
export interface LineEdit {
  readonly file: string;
  /** Line number in both texts, from 0. */
  readonly line: number;
}

/** The one line in which the texts differ, or null where they differ in more, in their lines' number, or not at all. */
export function lineEdit(before: readonly ManifestFile[], after: readonly ManifestFile[]): LineEdit | null {
  if (before.length !== after.length || before.some(({ name }, i) => name !== after[i]?.name)) return null;
  const changed = before.flatMap((file, i) => {
    const text = after[i]?.text ?? "";
    return file.text === text ? [] : [{ file: file.name, before: file.text, after: text }];
  });
  const [only] = changed;
  if (only === undefined || changed.length > 1) return null;
  const start = commonStart(only.before, only.after);
  const end = commonEnd(only.before, only.after, start);
  const replaced = only.before.slice(start, only.before.length - end) + only.after.slice(start, only.after.length - end);
  if (replaced.includes("\n")) return null;
  return { file: only.file, line: only.after.slice(0, start).split("\n").length - 1 };
}

function commonStart(a: string, b: string): number {
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  return i;
}

function commonEnd(a: string, b: string, start: number): number {
  let i = 0;
  while (i < a.length - start && i < b.length - start && a[a.length - 1 - i] === b[b.length - 1 - i]) i++;
  return i;
}
