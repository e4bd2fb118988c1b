/**
 * Text that a tool was to fill in before Kubernetes reads the file: `{{ … }}` (Helm, Jinja), `{% … %}` and `{# … #}`
 * (Jinja), `<% … %>` (ERB), `${VAR}` (envsubst), `$(VAR)` as a whole value (kustomize). YAML would read `port: {{port}}`
 * as an object inside an object; here it is noticed, named, and kept as the text that it is.
 */
import { CST, Lexer, isMap, isScalar, isSeq } from "yaml";
import type { ParsedNode } from "yaml";
import type { Json } from "../base/names.ts";
import { keyText } from "./locate.ts";
import { isSimulated } from "./kinds.ts";
import type { JsonPlaces } from "./long-json.ts";
import { printPath } from "./path.ts";
import type { PathStep } from "./path.ts";
import { note } from "./reading.ts";
import type { Note, Span } from "./reading.ts";
import { isList, isObject } from "./render.ts";
import { isOwnGroup } from "./served-kinds.ts";
import type { Masked } from "./tree.ts";

export const TEMPLATE_CODE = "template-text";

/** Templates looked for and named in one document. */
const LIMIT = 100;

/** Text that parses where templates stood, character for character as long as the original. */
export interface MaskedText extends Masked {
  readonly text: string;
  readonly notes: readonly Note[];
}

/**
 * Takes templates in brackets out of the parser's way: in a value they become one word (read back as the original text
 * by `readTree`), on a line of their own a comment. Null for a text without any.
 */
export function maskTemplates(original: string): MaskedText | null {
  if (!/\{[{%#]|<%|\$\{/.test(original)) return null;
  const spans: Span[] = [];
  let text = original;
  // Each one found is a new pass over the text, so a very long text gets fewer.
  const limit = original.length > 50_000 ? 10 : LIMIT;
  for (let from = 0; spans.length < limit;) {
    const span = nextTemplate(text, from);
    if (span === null) break;
    text = text.slice(0, span.start) + maskOf(text, span) + text.slice(span.end);
    spans.push(span);
    from = span.end;
  }
  if (spans.length === 0) return null;
  return { text, original, spans, notes: spans.map((span) => templateNote(original, span, "error", "")) };
}

/** The first template at or after `from` that stands where YAML would see brackets, or alone on a line. */
function nextTemplate(text: string, from: number): Span | null {
  let offset = 0;
  let blockScalar = false;
  let scalar = false;
  for (const token of new Lexer().lex(text)) {
    const type = scalar ? "content" : CST.tokenType(token);
    if (type === "scalar") {
      scalar = true;
      continue;
    }
    if (type === "doc-mode" || type === "flow-error-end") continue;
    const start = offset;
    offset += token.length;
    if (offset > from && !(scalar && blockScalar)) {
      const span =
        type === "flow-map-start"
          ? bracesAt(text, start)
          : scalar
            ? start < from
              ? bracesWithin(text, from, offset)
              : directiveAt(text, start)
            : null;
      if (span !== null && span.start >= from) return span;
    }
    if (type === "block-scalar-header") blockScalar = true;
    else if (scalar) blockScalar = false;
    scalar = false;
  }
  return null;
}

/** What stands between the braces: text in quotes may hold braces itself. */
const INSIDE = String.raw`(?:"(?:[^"\\\n]|\\.)*"|\`[^\`\n]*\`|[^"\`\n])*?`;
const ONE_LINE = new RegExp(String.raw`\{\{${INSIDE}\}\}|\{\{[^\n]*?\}\}|\{%[^\n]*?%\}|\{#[^\n]*?#\}`, "y");
/** Comments, and calls that go on in the next lines and have no braces inside. */
const MORE_LINES = /\{\{-?\s*\/\*[^]*?\*\/\s*-?\}\}|\{#[^]*?#\}|\{%[^%{}]*%\}|\{\{[^{}:"]*(?:"[^"]*"[^{}:"]*)*\}\}/y;
/** Never closed, or with one brace: up to the end of the line. */
const UNCLOSED = /\{\{[^\n{}:#]*\}?(?=[ \t\r]*(?:\n|$))/y;
const VARIABLE = /\{[A-Za-z_][^{}\n]*\}/y;

/** A template in brackets whose first bracket is at `start`; of `${VAR}` among brackets that is the second character. */
function bracesAt(text: string, start: number): Span | null {
  const variable = text[start - 1] === "$" ? spanOf(VARIABLE, text, start, start - 1) : null;
  if (variable !== null) return variable;
  const span = spanOf(ONE_LINE, text, start) ?? spanOf(MORE_LINES, text, start) ?? spanOf(UNCLOSED, text, start);
  // Mustache's three braces.
  return span !== null && text.startsWith("{{{", start) && text[span.end] === "}" ? { start, end: span.end + 1 } : span;
}

function spanOf(pattern: RegExp, text: string, at: number, start = at): Span | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? { start, end: pattern.lastIndex } : null;
}

/** The next braces in a word of which one part was masked already: `{{ .repository }}:{{ .tag }}`. */
function bracesWithin(text: string, from: number, end: number): Span | null {
  const open = text.slice(from, end).search(/\{[{%#]/);
  return open < 0 ? null : bracesAt(text, from + open);
}

/** A line of nothing but `<% … %>`. */
function directiveAt(text: string, start: number): Span | null {
  const match = /<%[^\n]*?%>(?=[ \t]*\r?$)/my;
  match.lastIndex = start;
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  return text.slice(lineStart, start).trim() === "" && match.test(text) ? { start, end: match.lastIndex } : null;
}

function maskOf(text: string, { start, end }: Span): string {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const newline = text.indexOf("\n", end);
  const line = text.slice(lineStart, start) + text.slice(end, newline < 0 ? text.length : newline);
  const alone =
    line.replaceAll(/\{\{[^\n]*?\}\}|<%[^\n]*?%>|\{[%#][^\n]*?[%#]\}/g, "").trim() === "" && text.slice(lineStart, start).trim() === "";
  return alone ? `#${"x".repeat(end - start - 1)}` : "x".repeat(end - start);
}

/** Fields whose text a container or another program fills in by itself, so `$(VAR)` and `{{ }}` are right there. */
const OWN_SUBSTITUTION: ReadonlySet<PathStep> = new Set(["command", "args", "env", "annotations", "data", "stringData", "subPathExpr"]);

/**
 * Templates inside scalars: in quotes, inside a word, or `$(VAR)` as the whole value. Text blocks are left alone, and so
 * are the fields in which such text is right, and objects of other groups than Kubernetes' (workflows, alerts), which
 * often fill in such text themselves.
 */
export function templatesInScalars(root: ParsedNode | null, text: string): Note[] {
  if (!MARKS.test(text) || isForeign(root)) return [];
  const notes: Note[] = [];
  collect(root, [], notes, text);
  return notes;
}

/** The same of a JSON text whose tree nobody has made. */
export function templatesInJson(value: Json, text: string, places: JsonPlaces): Note[] {
  const notes: Note[] = [];
  const top = isObject(value) ? value : {};
  if (!MARKS.test(text) || isForeignKind(top["apiVersion"], top["kind"])) return notes;
  const look = (found: string, path: readonly PathStep[], part: "key" | "value"): void => {
    if (notes.length >= LIMIT || !isTemplate(found)) return;
    notes.push(templateNote(text, places.locate(path, part) ?? places.span(), "warning", printPath(path)));
  };
  const walk = (of: Json, path: readonly PathStep[]): void => {
    if (typeof of === "string") look(of, path, "value");
    else if (isList(of)) of.forEach((item, index) => walk(item, [...path, index]));
    else if (isObject(of)) {
      for (const key of Object.keys(of)) {
        if (OWN_SUBSTITUTION.has(key)) continue;
        look(key, [...path, key], "key");
        walk(of[key] as Json, [...path, key]); // one of its keys
      }
    }
  };
  walk(value, []);
  return notes;
}

function isForeign(root: ParsedNode | null): boolean {
  return isMap(root) && isForeignKind(root.get("apiVersion"), root.get("kind"));
}

function isForeignKind(apiVersion: unknown, kind: unknown): boolean {
  if (typeof apiVersion !== "string" || typeof kind !== "string" || !apiVersion.includes(".")) return false;
  return !isOwnGroup(apiVersion) && !isSimulated(apiVersion, kind) && !apiVersion.startsWith("gateway.networking.k8s.io/");
}

function collect(node: ParsedNode | null, path: readonly PathStep[], notes: Note[], text: string): void {
  if (notes.length >= LIMIT) return;
  if (isMap(node)) {
    for (const pair of node.items) {
      const key = keyText(pair);
      if (key === null || OWN_SUBSTITUTION.has(key)) continue;
      collectText(pair.key as ParsedNode, [...path, key], notes, text);
      collect(pair.value as ParsedNode | null, [...path, key], notes, text);
    }
  } else if (isSeq(node)) {
    node.items.forEach((item, index) => collect(item as ParsedNode, [...path, index], notes, text));
  } else {
    collectText(node, path, notes, text);
  }
}

const MARKS = /\{\{|\{%|<%|\$[({]/;
const WHOLE_VARIABLE = /^\$\([A-Za-z_][\w.-]*\)$/;
const INSIDE_TEXT = /\{\{.*?\}\}|\{%.*?%\}|<%.*?%>|\$\{[A-Za-z_][^{}]*\}/s;

function collectText(node: ParsedNode | null, path: readonly PathStep[], notes: Note[], text: string): void {
  if (!isScalar(node) || typeof node.value !== "string" || node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED") return;
  if (isTemplate(node.value)) notes.push(templateNote(text, { start: node.range[0], end: node.range[1] }, "warning", printPath(path)));
}

function isTemplate(text: string): boolean {
  return WHOLE_VARIABLE.test(text) || INSIDE_TEXT.test(text);
}

function templateNote(text: string, span: Span, severity: "error" | "warning", field: string): Note {
  const shown = text.slice(span.start, Math.min(span.end, span.start + 60)).trim();
  const by = shown.includes("{{") ? ", for example by helm template," : "";
  return note(TEMPLATE_CODE, span, `${shown} is template text. It has to be filled in${by} before Kubernetes can read it.`, {
    severity,
    field,
  });
}
