/**
 * One document's text, read: its tree, its plain value and what there is to say about it. Positions count from the
 * start of the document's text, so a reading can be kept while the text around it moves.
 */
import type { Alias, ParsedNode } from "yaml";
import type { Json } from "../base/names.ts";
import type { JsonPlaces } from "./long-json.ts";
import type { Dialect, Severity } from "./types.ts";

/** A diagnostic whose positions count from the start of the document's text. */
export interface Note {
  readonly start: number;
  readonly end: number;
  readonly severity: Severity;
  readonly code: string;
  readonly field: string;
  readonly message: string;
  readonly stopsTraffic: boolean;
  readonly fixes: readonly NoteFix[];
}

export interface NoteFix {
  readonly title: string;
  readonly edits: readonly { readonly start: number; readonly end: number; readonly text: string }[];
}

/** A range of characters, counted from the start of the document's text. `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The tree of a document and its value as JSON. */
export interface Tree {
  readonly root: ParsedNode | null;
  readonly value: Json;
  /** The node that each alias stands for. */
  readonly targets: ReadonlyMap<Alias, ParsedNode>;
}

export interface Reading extends Tree {
  readonly text: string;
  readonly dialect: Dialect;
  /** From the first to the last character of the value; the document's first characters when it is empty. */
  readonly span: Span;
  readonly notes: readonly Note[];
  /** True when the text is not well-formed; `value` is then what could be made of it. */
  readonly broken: boolean;
  /** Offsets at which lines start, made when first needed. */
  lineStarts: readonly number[] | null;
  /** Where its fields stand, where that can be told without the tree (long JSON: asking for its tree makes one). */
  readonly places?: JsonPlaces;
}

/** Offsets at which the lines of a text start. */
export function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** Line and column of an offset, both from 0. */
export function lineAndColumn(starts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low, column: offset - (starts[low] ?? 0) };
}

/** A note of severity "error" without a field or a fix, unless `more` says otherwise. */
export function note(code: string, span: Span, message: string, more: Partial<Note> = {}): Note {
  return { start: span.start, end: span.end, severity: "error", code, field: "", message, stopsTraffic: false, fixes: [], ...more };
}
