/** Changes inside brackets: KYAML, JSON, and `{…}` or `[…]` within block YAML. */
import { isMap, isScalar } from "yaml";
import type { ParsedNode, YAMLMap, YAMLSeq } from "yaml";
import type { Json } from "../base/names.ts";
import type { Change, Ground } from "./layout.ts";
import { colonAfter, endOf, endOfField, indentOf, isAbsent, isFlow, lineEnd, lineStart, nextLine } from "./outline.ts";
import type { Place } from "./outline.ts";
import { renderFlow, renderFlowField } from "./render.ts";
import type { QuoteStyle } from "./render.ts";

type FlowCollection = YAMLMap.Parsed | YAMLSeq.Parsed;

/** Replaces a value, or writes one where none is. */
export function replace(ground: Ground, place: Place, value: Json): readonly Change[] {
  const { reading, layout } = ground;
  const { node, holder } = place;
  if (node === null || isAbsent(node)) {
    if (holder.kind !== "field") return [];
    const key = holder.map.items[holder.index]?.key as ParsedNode;
    const colon = colonAfter(reading, key);
    const at = colon ?? key.range[1];
    return [{ start: at, end: at, text: `${colon === null ? ":" : ""} ${renderFlow(value, lineIndent(ground, holder.map), layout)}` }];
  }
  const start = node.range[0];
  const around = isFlow(node)
    ? (node as FlowCollection)
    : holder.kind === "field"
      ? holder.map
      : holder.kind === "item"
        ? holder.seq
        : null;
  const indent = around === null ? null : lineIndent(ground, around);
  const style: QuoteStyle = isScalar(node)
    ? node.type === "QUOTE_DOUBLE"
      ? "double"
      : node.type === "QUOTE_SINGLE"
        ? "single"
        : "plain"
    : "plain";
  return [
    { start, end: endOf(reading, node), text: renderFlow(value, indent === null ? null : indentOf(reading.text, start), layout, style) },
  ];
}

export function addField(ground: Ground, map: YAMLMap.Parsed, key: string, value: Json): readonly Change[] {
  return addPart(ground, map, (indent) => renderFlowField(key, value, indent, ground.layout));
}

export function addItem(ground: Ground, seq: YAMLSeq.Parsed, value: Json): readonly Change[] {
  return addPart(ground, seq, (indent) => renderFlow(value, indent, ground.layout));
}

/** Removes field or item `index` of several, with its comma and, where it has them to itself, its lines. */
export function removePart(ground: Ground, collection: FlowCollection, index: number): readonly Change[] {
  const { text } = ground.reading;
  const last = index === collection.items.length - 1;
  const start = startOfPart(collection, index);
  const end = endOfPart(ground, collection, index);
  const comma = commaAfter(text, end);
  const after = comma ?? end;
  const changes: Change[] = [];
  if (last && comma === null) {
    const before = commaAfter(text, endOfPart(ground, collection, index - 1));
    if (before !== null) changes.push({ start: before - 1, end: before, text: "" });
  }
  if (ownsItsLines(text, start, after)) return [...changes, { start: lineStart(text, start), end: nextLine(text, after), text: "" }];
  if (!last) return [...changes, { start, end: startOfPart(collection, index + 1), text: "" }];
  const gap = /[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  return [...changes, { start: start - gap, end: after, text: "" }];
}

function addPart(ground: Ground, collection: FlowCollection, render: (indent: number | null) => string): readonly Change[] {
  const { reading, layout } = ground;
  const { text } = reading;
  const [start] = collection.range;
  const last = collection.items.length - 1;
  if (last < 0) return intoEmpty(ground, collection, render);
  const end = endOfPart(ground, collection, last);
  const comma = commaAfter(text, end);
  const firstStart = startOfPart(collection, 0);
  if (!text.slice(start, firstStart).includes("\n")) {
    return [{ start: comma ?? end, end: comma ?? end, text: comma === null ? `, ${render(null)}` : ` ${render(null)},` }];
  }
  const indent = indentOf(text, firstStart);
  const line = `${layout.eol}${" ".repeat(indent)}${render(indent)}${comma === null ? "" : ","}`;
  const at = restOfLineIsFree(text, comma ?? end) ? lineEnd(text, comma ?? end) : (comma ?? end);
  return comma === null
    ? [
        { start: end, end, text: "," },
        { start: at, end: at, text: line },
      ]
    : [{ start: at, end: at, text: line }];
}

function intoEmpty(ground: Ground, collection: FlowCollection, render: (indent: number | null) => string): readonly Change[] {
  const { text } = ground.reading;
  const { eol, step, dialect } = ground.layout;
  const [start] = collection.range;
  const end = endOf(ground.reading, collection);
  const [open, close] = isMap(collection) ? ["{", "}"] : ["[", "]"];
  if (dialect === "yaml") return [{ start, end, text: `${open}${render(null)}${close}` }];
  const indent = indentOf(text, start);
  const inner = `${" ".repeat(indent + step)}${render(indent + step)}${dialect === "json" ? "" : ","}`;
  return [{ start, end, text: `${open}${eol}${inner}${eol}${" ".repeat(indent)}${close}` }];
}

function startOfPart(collection: FlowCollection, index: number): number {
  const part = isMap(collection)
    ? (collection.items[index]?.key as ParsedNode | undefined)
    : (collection.items[index] as ParsedNode | undefined);
  if (part === undefined || part === null) throw new Error(`no part ${index} in brackets with ${collection.items.length}`);
  return part.range[0];
}

function endOfPart(ground: Ground, collection: FlowCollection, index: number): number {
  if (isMap(collection)) return endOfField(ground.reading, collection as YAMLMap.Parsed, index);
  return endOf(ground.reading, collection.items[index] as ParsedNode);
}

/** The offset after the comma that follows, or null when the next thing is no comma. Comments may stand between. */
function commaAfter(text: string, from: number): number | null {
  const match = /(?:\s|(?<=\s)#[^\n]*)*,/y;
  match.lastIndex = from;
  return match.test(text) ? match.lastIndex : null;
}

function ownsItsLines(text: string, start: number, end: number): boolean {
  return text.slice(lineStart(text, start), start).trim() === "" && restOfLineIsFree(text, end);
}

/** True when only blank space or a comment follows on the line. */
function restOfLineIsFree(text: string, from: number): boolean {
  return /^\s*(#.*)?$/.test(text.slice(from, lineEnd(text, from)));
}

/** The indentation of a collection that is spread over lines, or null for one on a single line. */
function lineIndent(ground: Ground, collection: FlowCollection): number | null {
  const { text } = ground.reading;
  const [start] = collection.range;
  const end = endOf(ground.reading, collection);
  return text.slice(start, end).includes("\n") || (collection.items.length === 0 && ground.layout.dialect !== "yaml")
    ? indentOf(text, start)
    : null;
}
