/**
 * Text that a tool was to fill in before Kubernetes reads the file: `{{ … }}` (Helm, Jinja), `<% … %>` (ERB), `$(VAR)`
 * and `${VAR}` as a whole value (kustomize, envsubst). YAML would read `port: {{port}}` as an object inside an object;
 * here it is noticed, named, and kept as the text that it is.
 */
import { CST, Lexer, isMap, isScalar, isSeq } from "yaml";
import type { ParsedNode } from "yaml";
import { keyText } from "./locate.ts";
import { printPath } from "./path.ts";
import type { PathStep } from "./path.ts";
import { note } from "./reading.ts";
import type { Note, Span } from "./reading.ts";
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
 * Takes `{{ … }}` and lines of `<% … %>` out of the parser's way: in a value they become one word (read back as the
 * original text by `readTree`), on a line of their own a comment. Null for a text without any.
 */
export function maskTemplates(original: string): MaskedText | null {
  if (!original.includes("{{") && !original.includes("<%")) return null;
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

function bracesAt(text: string, start: number): Span | null {
  const match = /\{\{[^\n]*?\}\}/y;
  match.lastIndex = start;
  return match.test(text) ? { start, end: match.lastIndex } : null;
}

/** The next braces in a word of which one part was masked already: `{{ .repository }}:{{ .tag }}`. */
function bracesWithin(text: string, from: number, end: number): Span | null {
  const open = text.indexOf("{{", from);
  return open < 0 || open >= end ? null : bracesAt(text, open);
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
  const alone = line.replaceAll(/\{\{[^\n]*?\}\}|<%[^\n]*?%>/g, "").trim() === "" && text.slice(lineStart, start).trim() === "";
  return alone ? `#${"x".repeat(end - start - 1)}` : "x".repeat(end - start);
}

/** Fields whose text a container or another program fills in by itself, so `$(VAR)` and `{{ }}` are right there. */
const OWN_SUBSTITUTION: ReadonlySet<PathStep> = new Set(["command", "args", "env", "annotations", "data", "stringData", "subPathExpr"]);

/**
 * Templates inside scalars: in quotes, inside a word, or `$(VAR)` as the whole value. Text blocks are left alone, and so
 * are the fields in which such text is right.
 */
export function templatesInScalars(root: ParsedNode | null, text: string): Note[] {
  if (!/\{\{|<%|\$[({]/.test(text)) return [];
  const notes: Note[] = [];
  collect(root, [], notes, text);
  return notes;
}

function collect(node: ParsedNode | null, path: readonly PathStep[], notes: Note[], text: string): void {
  if (notes.length >= LIMIT) return;
  if (isMap(node)) {
    for (const pair of node.items) {
      const key = keyText(pair);
      if (key !== null && !OWN_SUBSTITUTION.has(key)) collect(pair.value as ParsedNode | null, [...path, key], notes, text);
    }
  } else if (isSeq(node)) {
    node.items.forEach((item, index) => collect(item as ParsedNode, [...path, index], notes, text));
  } else if (isScalar(node) && typeof node.value === "string" && node.type !== "BLOCK_LITERAL" && node.type !== "BLOCK_FOLDED") {
    const whole = /^\$(\([A-Za-z_][\w.-]*\)|\{[A-Za-z_][^{}]*\})$/.test(node.value);
    if (whole || /\{\{.*?\}\}|<%.*?%>/s.test(node.value)) {
      notes.push(templateNote(text, { start: node.range[0], end: node.range[1] }, "warning", printPath(path)));
    }
  }
}

function templateNote(text: string, span: Span, severity: "error" | "warning", field: string): Note {
  const shown = text.slice(span.start, Math.min(span.end, span.start + 60)).trim();
  const by = shown.includes("{{") ? ", for example by helm template," : "";
  return note(TEMPLATE_CODE, span, `${shown} is template text. It has to be filled in${by} before Kubernetes can read it.`, {
    severity,
    field,
  });
}
