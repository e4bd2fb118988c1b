/** What an edit does to a text, as lines taken out and lines put in. Pure. */
import type { ManifestFile, TextEdit } from "../../core/manifests/types.ts";
import { editFiles } from "../state/text.ts";

export interface DiffLine {
  readonly sign: "-" | "+";
  /** From 1: in the text before for lines that go, in the one after for lines that come. */
  readonly number: number;
  readonly before: string;
  /** What is struck or new in the line; "" where its neighbours are. */
  readonly changed: string;
  readonly after: string;
}

export interface Diff {
  readonly file: string;
  /** First line that changes, in the text before. */
  readonly line: number;
  readonly lines: readonly DiffLine[];
  /** Lines that are left out at the end. */
  readonly more: number;
}

const LINES_MOST = 9;

/** Of edits in several files the first one's; null where nothing changes. */
export function diffOf(files: readonly ManifestFile[], edits: readonly TextEdit[]): Diff | null {
  const after = editFiles(files, edits);
  const i = files.findIndex((file, at) => file.text !== after[at]?.text);
  const [was, is] = [files[i], after[i]];
  if (was === undefined || is === undefined) return null;
  const [old, now] = [was.text.split("\n"), is.text.split("\n")];
  const head = common(old, now, (lines, at) => lines[at]);
  const [shortOld, shortNow] = [old.slice(head), now.slice(head)];
  const tail = common(shortOld, shortNow, (lines, at) => lines[lines.length - 1 - at]);
  const removed = shortOld.slice(0, shortOld.length - tail);
  const added = shortNow.slice(0, shortNow.length - tail);
  const lines = [
    ...removed.map((text, at) => lineOf("-", head + 1 + at, text, added[at] ?? null)),
    ...added.map((text, at) => lineOf("+", head + 1 + at, text, removed[at] ?? null)),
  ];
  return { file: was.name, line: head + 1, lines: lines.slice(0, LINES_MOST), more: Math.max(0, lines.length - LINES_MOST) };
}

/** How many items are equal from that side on. */
function common(a: readonly string[], b: readonly string[], at: (items: readonly string[], i: number) => string | undefined): number {
  const most = Math.min(a.length, b.length);
  let count = 0;
  while (count < most && at(a, count) === at(b, count)) count += 1;
  return count;
}

function lineOf(sign: DiffLine["sign"], number: number, text: string, other: string | null): DiffLine {
  if (other === null) return { sign, number, before: text, changed: "", after: "" };
  const [mine, theirs] = [[...text], [...other]];
  const head = common(mine, theirs, (letters, at) => letters[at]);
  const tail = common(mine.slice(head), theirs.slice(head), (letters, at) => letters[letters.length - 1 - at]);
  const end = mine.length - tail;
  return { sign, number, before: mine.slice(0, head).join(""), changed: mine.slice(head, end).join(""), after: mine.slice(end).join("") };
}
