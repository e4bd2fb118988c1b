/** How a document is laid out, read off its own text, so that what is added looks like what is there. */
import { isMap, isSeq } from "yaml";
import type { ParsedNode } from "yaml";
import { columnOf, indentOf } from "./outline.ts";
import type { Reading } from "./reading.ts";
import type { Layout } from "./render.ts";

/** Characters to replace, counted from the start of the document's text. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What a plan is made from. */
export interface Ground {
  readonly reading: Reading;
  readonly layout: Layout;
}

/** The layout of a document; two columns a level where it shows none. */
export function layoutOf(reading: Reading): Layout {
  const steps = { map: 0, list: -1 };
  measure(reading, reading.root, steps);
  return {
    dialect: reading.dialect,
    eol: /\r?\n/.exec(reading.text)?.[0] === "\r\n" ? "\r\n" : "\n",
    step: steps.map > 0 ? steps.map : 2,
    listStep: steps.list >= 0 ? steps.list : 2,
  };
}

function measure(reading: Reading, node: ParsedNode | null, steps: { map: number; list: number }): void {
  if (node === null || (steps.map > 0 && steps.list >= 0)) return;
  if (isSeq(node)) for (const item of node.items) measure(reading, item as ParsedNode, steps);
  if (!isMap(node)) return;
  for (const pair of node.items) {
    const key = pair.key as ParsedNode | null;
    const value = pair.value as ParsedNode | null;
    if (key !== null && value !== null && (isMap(value) || isSeq(value))) measureChild(reading, key, value, steps);
    measure(reading, value, steps);
  }
}

function measureChild(reading: Reading, key: ParsedNode, value: ParsedNode, steps: { map: number; list: number }): void {
  const { text } = reading;
  const flow = (isMap(value) || isSeq(value)) && value.flow === true;
  if (!flow) {
    const deeper = columnOf(text, value.range[0]) - columnOf(text, key.range[0]);
    if (isSeq(value)) steps.list = steps.list < 0 ? deeper : steps.list;
    else if (steps.map === 0) steps.map = deeper;
    return;
  }
  const first = (isMap(value) ? (value.items[0]?.key as ParsedNode | undefined) : (value as { items: unknown[] }).items[0]) as
    | ParsedNode
    | undefined;
  if (steps.map > 0 || first === undefined || first === null) return;
  const deeper = indentOf(text, first.range[0]) - indentOf(text, value.range[0]);
  if (deeper > 0 && text.slice(value.range[0], first.range[0]).includes("\n")) steps.map = deeper;
}
