/** Changes in block YAML: fields and items that stand on lines of their own. */
import { isAlias, isMap, isScalar, isSeq } from "yaml";
import type { ParsedNode, YAMLMap, YAMLSeq } from "yaml";
import type { Json } from "../base/names.ts";
import type { Change, Ground } from "./layout.ts";
import {
  beginsLine,
  colonAfter,
  columnOf,
  dashOf,
  endOf,
  endOfField,
  endOfItem,
  isAbsent,
  isBlockScalar,
  lineEnd,
  lineStart,
  nextLine,
} from "./outline.ts";
import type { Place } from "./outline.ts";
import { isInline, renderAfterColon, renderBlock, renderField, renderInline } from "./render.ts";
import type { QuoteStyle } from "./render.ts";

/** Replaces a value, or writes one where none is. */
export function replace(ground: Ground, place: Place, value: Json): readonly Change[] {
  const { node, holder } = place;
  if (node === null || isAbsent(node)) return fill(ground, place, value);
  const start = node.range[0];
  const end = endOf(ground.reading, node);
  const ownLines = isMap(node) || isSeq(node);
  if (isInline(value)) {
    if (!ownLines || holder.kind !== "field") return [{ start, end, text: renderInline(value, "yaml", quotesOf(node)) }];
    return ontoKeyLine(ground, holder.map, holder.index, start, end, renderInline(value, "yaml"));
  }
  if (ownLines) return [{ start, end, text: renderBlock(value, columnOf(ground.reading.text, start), ground.layout) }];
  if (holder.kind !== "field") return [{ start, end, text: renderBlock(value, columnOf(ground.reading.text, start), ground.layout) }];
  return belowKey(ground, holder.map, holder.index, { start, end }, value);
}

/** Adds a field after the last line of an object. */
export function addField(ground: Ground, map: YAMLMap.Parsed, key: string, value: Json): readonly Change[] {
  const column = columnOf(ground.reading.text, map.range[0]);
  const last = map.items.length - 1;
  return [addLines(ground, endOfField(ground.reading, map, last), deepest(map), column, renderField(key, value, column, ground.layout))];
}

/** Adds an item after the last line of a list. */
export function addItem(ground: Ground, seq: YAMLSeq.Parsed, value: Json): readonly Change[] {
  const column = columnOf(ground.reading.text, seq.range[0]);
  const last = seq.items.length - 1;
  return [
    addLines(ground, endOfItem(ground.reading, seq, last), deepest(seq), column, `- ${renderBlock(value, column + 2, ground.layout)}`),
  ];
}

/** Removes a field with its lines; what follows it moves up to a dash that stood before it. */
export function removeField(ground: Ground, map: YAMLMap.Parsed, index: number): readonly Change[] {
  const key = map.items[index]?.key as ParsedNode;
  return [removeLines(ground, key.range[0], endOfField(ground.reading, map, index))];
}

export function removeItem(ground: Ground, seq: YAMLSeq.Parsed, index: number): readonly Change[] {
  return [removeLines(ground, dashOf(ground.reading, seq, index), endOfItem(ground.reading, seq, index))];
}

/** A value where the text has none: `spec:`, `-`, an empty document. */
function fill(ground: Ground, place: Place, value: Json): readonly Change[] {
  const { reading, layout } = ground;
  const { holder } = place;
  if (holder.kind === "root") {
    const end = reading.text.length;
    const gap = end === 0 || reading.text.endsWith("\n") ? "" : layout.eol;
    return [{ start: end, end, text: gap + renderBlock(value, 0, layout) + layout.eol }];
  }
  if (holder.kind === "item") {
    const after = dashOf(reading, holder.seq, holder.index) + 1;
    return [{ start: after, end: after, text: ` ${renderBlock(value, columnOf(reading.text, after) + 1, layout)}` }];
  }
  const key = holder.map.items[holder.index]?.key as ParsedNode;
  const colon = colonAfter(reading, key) ?? key.range[1];
  if (isInline(value)) return [{ start: colon, end: colon, text: ` ${renderInline(value, "yaml")}` }];
  return belowKey(ground, holder.map, holder.index, { start: colon, end: colon }, value);
}

/** Takes away the value on the line of a key and writes an object or a list below it; a comment on the line stays. */
function belowKey(ground: Ground, map: YAMLMap.Parsed, index: number, old: { start: number; end: number }, value: Json): readonly Change[] {
  const { reading, layout } = ground;
  const key = map.items[index]?.key as ParsedNode;
  const colon = colonAfter(reading, key) ?? key.range[1];
  const lines = renderAfterColon(value, columnOf(reading.text, key.range[0]), layout);
  const end = lineEnd(reading.text, old.end);
  if (old.end === end) return [{ start: Math.min(colon, old.start), end: old.end, text: lines }];
  return [
    { start: Math.min(colon, old.start), end: old.end, text: "" },
    { start: end, end, text: lines },
  ];
}

/** Puts a short value on the line of its key in place of the lines below it; a comment on the key's line stays. */
function ontoKeyLine(ground: Ground, map: YAMLMap.Parsed, index: number, start: number, end: number, text: string): readonly Change[] {
  const { reading } = ground;
  const key = map.items[index]?.key as ParsedNode;
  const colon = colonAfter(reading, key) ?? key.range[1];
  const keyLineEnd = lineEnd(reading.text, colon);
  const until = Math.max(end, keyLineEnd);
  if (start < keyLineEnd) return [{ start, end: until, text }];
  return [
    { start: colon, end: colon, text: ` ${text}` },
    { start: keyLineEnd, end: until, text: "" },
  ];
}

/** Lines after the one on which `after` stands. */
function addLines(ground: Ground, after: number, last: ParsedNode | null, column: number, lines: string): Change {
  const { text } = ground.reading;
  const { eol } = ground.layout;
  const pad = " ".repeat(column);
  if (last !== null && isBlockScalar(last)) {
    // Blank lines at the end can belong to a block scalar (`|+`): go behind all of it.
    const at = last.range[1];
    const open = text[at - 1] === "\n" ? "" : eol;
    return { start: at, end: at, text: open + pad + lines + eol };
  }
  const at = lineEnd(text, after);
  return { start: at, end: at, text: eol + pad + lines };
}

/** The node whose characters are the last of a collection. */
function deepest(node: ParsedNode): ParsedNode | null {
  let at: ParsedNode | null = node;
  while (at !== null && !isAlias(at) && !isScalar(at)) {
    const last: unknown = isMap(at) ? (at.items.at(-1)?.value ?? null) : isSeq(at) ? (at.items.at(-1) ?? null) : null;
    at = last as ParsedNode | null;
  }
  return at;
}

function removeLines(ground: Ground, start: number, end: number): Change {
  const { text } = ground.reading;
  const next = nextLine(text, end);
  if (!beginsLine(text, start)) return { start, end: firstAfterSpace(text, next), text: "" };
  const from = lineStart(text, start);
  if (next === text.length && !text.endsWith("\n") && from > 0)
    return { start: from - (text[from - 2] === "\r" ? 2 : 1), end: text.length, text: "" };
  return { start: from, end: next, text: "" };
}

function firstAfterSpace(text: string, from: number): number {
  const match = /\s*/y;
  match.lastIndex = from;
  match.test(text);
  return match.lastIndex;
}

function quotesOf(node: ParsedNode): QuoteStyle {
  if (!isScalar(node)) return "plain";
  return node.type === "QUOTE_DOUBLE" ? "double" : node.type === "QUOTE_SINGLE" ? "single" : "plain";
}
