/** JSON values written as block YAML, KYAML or JSON text, in the manner of the text around them. */
import type { Json } from "../base/names.ts";
import { resolvePlain } from "./scalars.ts";
import type { Dialect } from "./types.ts";

export type JsonObject = { readonly [key: string]: Json };

/** How a document is laid out; read off the document itself (edits.ts). */
export interface Layout {
  readonly dialect: Dialect;
  readonly eol: "\n" | "\r\n";
  /** Columns that an object stands deeper than the field it belongs to. */
  readonly step: number;
  /** The same for the dashes of a list, often 0. */
  readonly listStep: number;
}

export type QuoteStyle = "plain" | "single" | "double";

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** True for values that are written on the line of their field: scalars, `{}` and `[]`. */
export function isInline(value: Json): boolean {
  if (isList(value)) return value.length === 0;
  return !isObject(value) || Object.keys(value).length === 0;
}

/** A scalar, `{}` or `[]`. `style` is that of the value that it replaces; it is kept where it can be. */
export function renderInline(value: Json, dialect: Dialect, style: QuoteStyle = "plain"): string {
  if (isList(value)) return "[]";
  if (isObject(value)) return "{}";
  if (typeof value !== "string") return value === null ? "null" : String(value);
  if (dialect !== "yaml" || style === "double") return JSON.stringify(value);
  if (style === "single" && isPrintable(value)) return `'${value.replaceAll("'", "''")}'`;
  return isSafePlain(value) ? value : JSON.stringify(value);
}

export function renderKey(key: string, dialect: Dialect): string {
  if (dialect === "json") return JSON.stringify(key);
  return isSafePlain(key) && key !== "<<" ? key : JSON.stringify(key);
}

/**
 * Text that stands for itself without quotes, in block and in brackets. Stricter than YAML: what another parser may
 * read as something else is quoted too.
 */
function isSafePlain(value: string): boolean {
  if (!/^[A-Za-z0-9_./][A-Za-z0-9_./@+:-]*( [A-Za-z0-9_./@+:-]+)*$/.test(value)) return false;
  if (/:( |$)|(^| )[-:]|^\.\.\.|^[-+]?[0-9][0-9_]*(:[0-9]+)+$|^\d{4}-\d{1,2}-\d{1,2}/.test(value)) return false;
  return typeof resolvePlain(value) === "string" && !/^[-+]?\.?[0-9][0-9_.]*$/.test(value) && !/^[-+]?\.(inf|nan)$/i.test(value);
}

function isPrintable(value: string): boolean {
  return /^[\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe]*$/.test(value);
}

/** A value as block YAML whose first character stands in `column` (from 0); without the indentation of its first line. */
export function renderBlock(value: Json, column: number, layout: Layout): string {
  if (isInline(value)) return renderInline(value, "yaml");
  const separator = layout.eol + " ".repeat(column);
  if (isList(value)) return value.map((item) => `- ${renderBlock(item, column + 2, layout)}`).join(separator);
  return Object.entries(value as JsonObject)
    .map(([key, item]) => renderField(key, item, column, layout))
    .join(separator);
}

/** `key: value` as block YAML, the key in `column`. */
export function renderField(key: string, value: Json, column: number, layout: Layout): string {
  return `${renderKey(key, "yaml")}:${renderAfterColon(value, column, layout)}`;
}

/** What follows the colon of a field in `column`: a space and the value, or the lines of it. */
export function renderAfterColon(value: Json, column: number, layout: Layout): string {
  if (isInline(value)) return ` ${renderInline(value, "yaml")}`;
  const deeper = column + (isList(value) ? layout.listStep : layout.step);
  return layout.eol + " ".repeat(deeper) + renderBlock(value, deeper, layout);
}

/**
 * A value in brackets. `indent` is the indentation of the line on which it begins when its parts are to stand on lines
 * of their own, or null for all on one line.
 */
export function renderFlow(value: Json, indent: number | null, layout: Layout, style: QuoteStyle = "plain"): string {
  if (isInline(value)) return renderInline(value, layout.dialect, style);
  const [open, close] = isList(value) ? ["[", "]"] : ["{", "}"];
  const deeper = indent === null ? null : indent + layout.step;
  const parts = isList(value)
    ? value.map((item) => renderFlow(item, deeper, layout))
    : Object.entries(value as JsonObject).map(([key, item]) => renderFlowField(key, item, deeper, layout));
  if (indent === null || deeper === null) return `${open}${parts.join(", ")}${close}`;
  const comma = layout.dialect === "json" ? "" : ",";
  const inner = parts.join(`,${layout.eol}${" ".repeat(deeper)}`);
  return `${open}${layout.eol}${" ".repeat(deeper)}${inner}${comma}${layout.eol}${" ".repeat(indent)}${close}`;
}

export function renderFlowField(key: string, value: Json, indent: number | null, layout: Layout): string {
  return `${renderKey(key, layout.dialect)}: ${renderFlow(value, indent, layout)}`;
}
