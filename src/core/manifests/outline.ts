/** The tree of a document as edits see it: which holder each value hangs on, and the lines around its characters. */
import { isMap, isScalar, isSeq } from "yaml";
import type { ParsedNode, YAMLMap, YAMLSeq } from "yaml";
import { keyText, trimEnd } from "./locate.ts";
import type { PathStep } from "./path.ts";
import type { Reading } from "./reading.ts";
import { isMergeKey } from "./tree.ts";

export type Holder =
  | { readonly kind: "root" }
  | { readonly kind: "field"; readonly map: YAMLMap.Parsed; readonly index: number }
  | { readonly kind: "item"; readonly seq: YAMLSeq.Parsed; readonly index: number };

/** A value, or the empty space of one, and what it hangs on. */
export interface Place {
  readonly holder: Holder;
  readonly node: ParsedNode | null;
}

/** The places along a path: `places[0]` is the document, and `places.length - 1` steps of the path were found. */
export function placesAlong(reading: Reading, steps: readonly PathStep[]): readonly Place[] {
  const places: Place[] = [{ holder: { kind: "root" }, node: reading.root }];
  for (const step of steps) {
    const next = childPlace(places.at(-1)?.node ?? null, step);
    if (next === null) return places;
    places.push(next);
  }
  return places;
}

export function childPlace(node: ParsedNode | null, step: PathStep): Place | null {
  if (isSeq(node)) {
    const seq = node as YAMLSeq.Parsed;
    return typeof step === "number" && step < seq.items.length
      ? { holder: { kind: "item", seq, index: step }, node: seq.items[step] as ParsedNode }
      : null;
  }
  if (!isMap(node)) return null;
  const map = node as YAMLMap.Parsed;
  const index = map.items.findLastIndex((pair) => !isMergeKey(pair) && keyText(pair) === String(step));
  return index < 0 ? null : { holder: { kind: "field", map, index }, node: (map.items[index]?.value ?? null) as ParsedNode | null };
}

/** True when nothing is written where the value would stand (`spec:`). */
export function isAbsent(node: ParsedNode | null): boolean {
  return node === null || (isScalar(node) && node.range[0] === node.range[1]);
}

export function isFlow(node: ParsedNode | null): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true;
}

/** True when the value stands inside brackets. */
export function isInFlow(place: Place): boolean {
  if (place.holder.kind === "root") return false;
  return (place.holder.kind === "field" ? place.holder.map.flow : place.holder.seq.flow) === true;
}

export function isBlockScalar(node: ParsedNode | null): boolean {
  return isScalar(node) && (node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED");
}

/** Where a node's own characters end, without the blank space that block collections and block scalars take in. */
export function endOf(reading: Reading, node: ParsedNode): number {
  return trimEnd(reading.text, node.range[0], node.range[1]);
}

/** Where field `index` of a map ends: after its value, else after its colon, else after its key. */
export function endOfField(reading: Reading, map: YAMLMap.Parsed, index: number): number {
  const pair = map.items[index];
  if (pair === undefined) throw new Error(`no field ${index} in a map of ${map.items.length}`);
  const value = pair.value as ParsedNode | null;
  if (value !== null && !isAbsent(value)) return endOf(reading, value);
  return colonAfter(reading, pair.key as ParsedNode) ?? (pair.key as ParsedNode).range[1];
}

export function endOfItem(reading: Reading, seq: YAMLSeq.Parsed, index: number): number {
  const item = (seq.items[index] ?? null) as ParsedNode | null;
  if (item === null) throw new Error(`no item ${index} in a list of ${seq.items.length}`);
  return isAbsent(item) && !seq.flow ? dashOf(reading, seq, index) + 1 : endOf(reading, item);
}

/** The offset after the colon of a key, or null for a key that has none. */
export function colonAfter(reading: Reading, key: ParsedNode): number | null {
  const match = /\s*:/y;
  match.lastIndex = key.range[1];
  return match.test(reading.text) ? match.lastIndex : null;
}

/** The dash of item `index` of a block list: the last one in the list's column at or above the item. */
export function dashOf(reading: Reading, seq: YAMLSeq.Parsed, index: number): number {
  const first = seq.range[0];
  if (index === 0) return first;
  const column = columnOf(reading.text, first);
  const item = seq.items[index] as ParsedNode | undefined;
  let start = lineStart(reading.text, item === undefined ? first : item.range[0]);
  while (start > first) {
    if (reading.text[start + column] === "-" && reading.text.slice(start, start + column).trim() === "") return start + column;
    start = lineStart(reading.text, start - 1);
  }
  return first;
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** Where the line of `offset` ends: before its line end characters. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  if (newline < 0) return text.length;
  return text[newline - 1] === "\r" && newline - 1 >= offset ? newline - 1 : newline;
}

/** Where the line after that of `offset` begins. */
export function nextLine(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  return newline < 0 ? text.length : newline + 1;
}

/** Column of an offset, from 0. */
export function columnOf(text: string, offset: number): number {
  const start = lineStart(text, offset);
  return offset - (start === 0 && text.charCodeAt(0) === 0xfeff ? 1 : start);
}

/** Columns of blank space at the start of the line of `offset`. */
export function indentOf(text: string, offset: number): number {
  const match = /[ ]*/y;
  match.lastIndex = lineStart(text, offset);
  return match.exec(text)?.[0].length ?? 0;
}

/** True when only blank space stands before `offset` on its line. */
export function beginsLine(text: string, offset: number): boolean {
  return text.slice(lineStart(text, offset), offset).trim() === "";
}
