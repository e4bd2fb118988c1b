/** The objects that stand in the manifests' text, found by its lines: also in a text that cannot be applied now. Pure. */
import type { ManifestFile } from "../../core/manifests/types.ts";

export interface WrittenObject {
  readonly file: string;
  /** First and last line of its document, from 1. */
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Of `name:` in its metadata. */
  readonly nameLine: number;
  /** First and last line of its Pod template; null without one. */
  readonly template: readonly [number, number] | null;
  /** Of its selector, where that is a Service's. */
  readonly selector: readonly [number, number] | null;
}

const known = new WeakMap<ManifestFile, readonly WrittenObject[]>();

/** A file object never changes, so it is read once. */
export function writtenIn(file: ManifestFile): readonly WrittenObject[] {
  const before = known.get(file);
  if (before !== undefined) return before;
  const made = read(file);
  known.set(file, made);
  return made;
}

function read({ name: file, text }: ManifestFile): readonly WrittenObject[] {
  const lines = text.split("\n");
  const objects: WrittenObject[] = [];
  let start = 0;
  for (let i = 0; i <= lines.length; i++) {
    if (i < lines.length && !/^---(\s|$)/.test(lines[i] ?? "")) continue;
    const object = objectIn(file, lines, start, i);
    if (object !== null) objects.push(object);
    start = i + 1;
  }
  return objects;
}

/** Lines from `start` to before `end`, from 0. */
function objectIn(file: string, lines: readonly string[], start: number, end: number): WrittenObject | null {
  const own = lines.slice(start, end);
  const kind = valueOf(own, "kind");
  const metadata = blockOf(own, /^metadata:/);
  if (kind === null || metadata === null) return null;
  const within = own.slice(metadata[0], metadata[1] + 1);
  const name = firstIn(within, "name");
  if (name === null) return null;
  const template = blockOf(own, /^\s+template:/);
  const selector = kind === "Service" ? blockOf(own, /^\s+selector:/) : null;
  const place = (block: readonly [number, number] | null): readonly [number, number] | null =>
    block === null ? null : [start + block[0] + 1, start + block[1] + 1];
  return {
    file,
    start: start + 1,
    end: lastWritten(lines, start, end),
    kind,
    namespace: firstIn(within, "namespace")?.value ?? "default",
    name: name.value,
    nameLine: start + metadata[0] + name.line + 1,
    template: place(template),
    selector: place(selector),
  };
}

/** Without empty lines and comments at its end. */
function lastWritten(lines: readonly string[], start: number, end: number): number {
  let last = end;
  while (last > start + 1 && /^\s*(#.*)?$/.test(lines[last - 1] ?? "")) last -= 1;
  return last;
}

function valueOf(lines: readonly string[], key: string): string | null {
  const pattern = new RegExp(`^${key}:\\s*["']?([\\w.-]+)`);
  for (const line of lines) {
    const value = pattern.exec(line)?.[1];
    if (value !== undefined) return value;
  }
  return null;
}

/** The first `key: value` of a block, in block or in flow style. */
function firstIn(lines: readonly string[], key: string): { readonly line: number; readonly value: string } | null {
  const pattern = new RegExp(`(?:^\\s+|[{,]\\s*)["']?${key}["']?:\\s*["']?([\\w.:-]+)`);
  for (const [line, text] of lines.entries()) {
    const value = pattern.exec(text)?.[1];
    if (value !== undefined) return { line, value };
  }
  return null;
}

/** First and last line of what begins at the first line of this pattern: all that is indented more. From 0. */
function blockOf(lines: readonly string[], pattern: RegExp): readonly [number, number] | null {
  const first = lines.findIndex((line) => pattern.test(line));
  if (first === -1) return null;
  const indent = indentOf(lines[first] ?? "");
  let last = first;
  for (let i = first + 1; i < lines.length; i++) {
    const line = lines[i] ?? "";
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    if (indentOf(line) <= indent) break;
    last = i;
  }
  return [first, last];
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
