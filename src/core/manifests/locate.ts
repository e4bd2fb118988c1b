/** From a field path to the characters of the field. */
import { isAlias, isMap, isScalar, isSeq } from "yaml";
import type { Alias, Pair, ParsedNode, YAMLMap } from "yaml";
import { parsePath } from "./path.ts";
import type { PathStep } from "./path.ts";
import type { Reading, Span } from "./reading.ts";
import { resolvePlain } from "./scalars.ts";
import { isMergeKey, spanOf } from "./tree.ts";

/** A field that is in the text. Items of a list and the whole document have no key. */
export interface Found {
  readonly key: ParsedNode | null;
  readonly value: ParsedNode | null;
}

/** The span of the field at `path`, or of the nearest ancestor that is in the text. */
export function locateIn(reading: Reading, path: string, part: "key" | "value"): Span {
  if (reading.places !== undefined) return reading.places.locate(parsePath(path), part) ?? reading.span;
  const { found } = find(reading, parsePath(path));
  const node = part === "key" ? (found.key ?? found.value) : (found.value ?? found.key);
  return node === null || node === reading.root ? reading.span : trimmedSpan(reading, node);
}

/** Walks `steps` as far as the text goes; `depth` is how many of them were found. */
export function find(reading: Reading, steps: readonly PathStep[]): { readonly found: Found; readonly depth: number } {
  let found: Found = { key: null, value: reading.root };
  for (let depth = 0; depth < steps.length; depth++) {
    const step = steps[depth] as PathStep;
    const next = found.value === null ? null : child(reading, found.value, step);
    if (next === null) return { found, depth };
    found = next;
  }
  return { found, depth: steps.length };
}

function child(reading: Reading, parent: ParsedNode, step: PathStep): Found | null {
  const node = resolveAlias(reading, parent);
  if (isSeq(node)) {
    const item = typeof step === "number" ? node.items[step] : undefined;
    return item === undefined ? null : { key: null, value: item as ParsedNode };
  }
  return isMap(node) ? childOfMap(reading, node as YAMLMap.Parsed, String(step)) : null;
}

function childOfMap(reading: Reading, map: YAMLMap.Parsed, name: string): Found | null {
  let found: Found | null = null;
  for (const pair of map.items) {
    if (!isMergeKey(pair) && keyText(pair) === name) found = { key: pair.key as ParsedNode, value: pair.value as ParsedNode | null };
  }
  if (found !== null) return found;
  for (const pair of map.items) {
    if (!isMergeKey(pair) || pair.value === null) continue;
    const source = resolveAlias(reading, pair.value as ParsedNode);
    const sources = isSeq(source) ? (source.items as ParsedNode[]) : [source];
    for (const item of sources) {
      const inherited = child(reading, item, name);
      if (inherited !== null) return inherited;
    }
  }
  return null;
}

/** The name of a pair's field as Kubernetes reads it, or null when the key is not text. */
export function keyText(pair: Pair<unknown, unknown>): string | null {
  const key = pair.key;
  if (!isScalar(key) || typeof key.value !== "string") return null;
  return key.type === "PLAIN" && key.tag === undefined ? String(resolvePlain(key.value)) : key.value;
}

/** The node that an alias stands for; other nodes are themselves. */
export function resolveAlias(reading: Reading, node: ParsedNode): ParsedNode {
  return isAlias(node) ? (reading.targets.get(node as Alias) ?? node) : node;
}

/** Block maps and lists end where their last line ends: blank space after it is not theirs. */
export function trimmedSpan(reading: Reading, node: ParsedNode): Span {
  const { start, end } = spanOf(node);
  return { start, end: trimEnd(reading.text, start, end) };
}

export function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && /\s/.test(text[at - 1] ?? "")) at--;
  return at;
}
