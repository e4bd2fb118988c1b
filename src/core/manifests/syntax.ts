/** Errors of the YAML parser in plain sentences, with codes of our own that stay when the library's words change. */
import { isMap, isPair, isSeq, visit } from "yaml";
import type { ParsedNode, YAMLError } from "yaml";
import { note } from "./reading.ts";
import type { Note, NoteFix, Span } from "./reading.ts";

/** Errors shown per document: later ones are mostly echoes of the first. */
export const SHOWN = 5;
/** Errors looked at per document, so that a pasted novel costs no more than a typo. */
const EXAMINED = 50;

/** What there is to say about a text that is not well-formed: at most one note a line. */
export function syntaxNotes(text: string, root: ParsedNode | null, errors: readonly YAMLError[]): Note[] {
  const notes: Note[] = [];
  const lines = new Set<number>();
  const inOrder = [...errors].sort((a, b) => a.pos[0] - b.pos[0]).filter((error, i, all) => error.pos[0] !== all[i - 1]?.pos[0]);
  for (const error of inOrder.slice(0, EXAMINED)) {
    const made = syntaxNote(text, root, error);
    const lineStart = text.lastIndexOf("\n", made.start - 1);
    if (lines.has(lineStart)) continue;
    lines.add(lineStart);
    notes.push(made);
    if (notes.length === SHOWN) break;
  }
  return notes;
}

function syntaxNote(text: string, root: ParsedNode | null, error: YAMLError): Note {
  const at = clamp(text, error.pos);
  const words = error.message;
  switch (error.code) {
    case "TAB_AS_INDENT":
      return tabNote(text, at);
    case "BAD_INDENT":
      return / must (be sufficiently indented and )?end with a /.test(words)
        ? unclosedBracket(text, root, at)
        : indentNote(text, at, words);
    case "MULTILINE_IMPLICIT_KEY":
      return note("yaml-missing-colon", firstLine(text, at), "A field's name and its colon belong on one line. Is a colon missing here?");
    case "BLOCK_AS_IMPLICIT_KEY":
      if (/compact/.test(words)) return secondColon(text, at);
      return note("yaml-indent", lineContent(text, at.start), "A list cannot stand here. It belongs under a field, one line further down.");
    case "MISSING_CHAR":
      return missingCharacter(text, root, at, words);
    case "BAD_SCALAR_START":
      return note("yaml-reserved", at, `Text cannot begin with ${text.slice(at.start, at.start + 1)} unless it is in quotes.`, {
        fixes: quoteFix(text, at.start),
      });
    case "BAD_DQ_ESCAPE": {
      const message = `${/Invalid escape sequence (.*)/.exec(words)?.[1] ?? "This"} is not an escape that YAML knows. Write \\\\ for a backslash, or use single quotes.`;
      return note("yaml-escape", at, message);
    }
    case "BLOCK_IN_FLOW":
      return note("yaml-brackets", at, "Inside brackets, lists and objects are written with brackets too.");
    case "BAD_ALIAS":
    case "ALIAS_PROPS":
    case "MULTIPLE_ANCHORS":
      return note("yaml-alias", at, `${words}.`);
    case "BAD_DIRECTIVE":
      return note("yaml-directive", at, `${words}.`);
    case "RESOURCE_EXHAUSTION":
      return note("yaml-too-deep", at, "Too many objects inside each other to be read.");
    case "UNEXPECTED_TOKEN":
      return unexpected(text, at, words);
    default:
      return note("yaml-syntax", at, `This is not valid YAML: ${words}.`);
  }
}

function missingCharacter(text: string, root: ParsedNode | null, at: Span, words: string): Note {
  if (/closing ['"]/.test(words)) return unclosedQuote(text, at);
  if (/must end with a /.test(words)) return unclosedBracket(text, root, at);
  if (/Implicit map keys need|Missing , or :/.test(words)) {
    return note(
      "yaml-missing-colon",
      firstLine(text, at),
      "This line has no colon. A field is written as its name, a colon, a space and its value.",
    );
  }
  if (/Missing , between/.test(words))
    return note("yaml-brackets", { start: at.start, end: at.start + 1 }, "A comma is missing before this.");
  if (/Missing space after :/.test(words)) return note("yaml-missing-space", at, "A space is missing after the colon.");
  if (/Sequence item without -/.test(words)) {
    return note(
      "yaml-indent",
      lineContent(text, at.start),
      "This line stands in the column of the list but does not begin with a dash. Move it in, or give it a dash.",
    );
  }
  if (/Comments must be separated/.test(words)) return note("yaml-comment", at, "A comment needs a space before its #.");
  if (/same line with directives-end/.test(words))
    return note("yaml-indent", firstLine(text, at), "Fields cannot begin on the line of ---. Begin them on the next line.");
  if (/directives-end/.test(words)) return note("yaml-directive", at, "A line that begins with % needs a line --- after it.");
  return note("yaml-syntax", at, `This is not valid YAML: ${words}.`);
}

function unexpected(text: string, at: Span, words: string): Note {
  if (/at node end/.test(words)) {
    return note(
      "yaml-after-value",
      firstLine(text, at),
      "Nothing more can stand here: the value ended before this. If it is all one text, put it in quotes.",
    );
  }
  if (
    /Block scalar header|Not a YAML token/.test(words) &&
    /[|>][-+0-9]*[ \t]+$/.test(text.slice(text.lastIndexOf("\n", at.start - 1) + 1, at.start))
  )
    return note("yaml-block-text", at, "After | or > the text begins on the next line.");
  if (/[|>][-+0-9]*[ \t]+$/.test(text.slice(text.lastIndexOf("\n", at.start - 1) + 1, at.start))) {
    return note("yaml-block-text", firstLine(text, at), "After | or > the text begins on the next line.");
  }
  const token = text.slice(at.start, at.end).trim();
  return note(
    "yaml-unexpected",
    firstLine(text, at),
    token === "" || token.length > 20 ? "This cannot stand here." : `${token} cannot stand here.`,
  );
}

function indentNote(text: string, at: Span, words: string): Note {
  const message = /sequence items/.test(words)
    ? "This item is not indented like the items above. The dashes of one list stand in the same column."
    : /mapping items|starting column|column/.test(words)
      ? "This line is not indented like the fields around it. Fields of one object begin in the same column."
      : "The indentation of this line does not fit the lines around it.";
  return note("yaml-indent", lineContent(text, at.start), message);
}

/** `a: b: c`, or a line that stands deeper than it should below a field that already has its value. */
function secondColon(text: string, at: Span): Note {
  const newline = text.indexOf("\n", at.start);
  const rest = text.slice(at.start, newline < 0 ? text.length : newline);
  if (newline < 0 || /:(\s|$)/.test(rest)) {
    return note(
      "yaml-second-colon",
      at,
      'This line has a second ": ". Put the text in quotes, or begin the inner object on a line of its own.',
    );
  }
  const next = lineContent(text, newline + 1);
  return note(
    "yaml-indent",
    next,
    "This line is indented under a field that already has a value. Move it to the column of the fields beside it.",
  );
}

/** The first line from `from` on that is not blank, without the space around it. */
function lineContent(text: string, from: number): Span {
  const match = /\S[^\n]*/g;
  match.lastIndex = from;
  const found = match.exec(text);
  return found === null ? { start: from, end: from } : { start: found.index, end: found.index + found[0].trimEnd().length };
}

function tabNote(text: string, at: Span): Note {
  let start = at.start;
  while (text[start - 1] === " " || text[start - 1] === "\t") start--;
  let end = start;
  while (text[end] === " " || text[end] === "\t") end++;
  const spaces = text.slice(start, end).replaceAll("\t", "  ");
  const tab = text.indexOf("\t", start);
  return note("yaml-tab", { start: tab, end: tab + 1 }, "YAML does not allow tabs for indentation. Use spaces.", {
    fixes: [{ title: "Replace by spaces", edits: [{ start, end, text: spaces }] }],
  });
}

function unclosedQuote(text: string, at: Span): Note {
  const open = openingQuote(text, at.start);
  return note("yaml-unclosed-quote", { start: open, end: open + 1 }, "This quote is opened and never closed.");
}

/** The parser names the place where the quote should have closed; people look for where it opened. */
function openingQuote(text: string, end: number): number {
  const stack = /(^|[\s:,[{-])(["'])/g;
  let open = Math.max(0, end - 1);
  for (let match = stack.exec(text); match !== null && match.index < end; match = stack.exec(text)) {
    const start = match.index + (match[1] ?? "").length;
    const close = closingQuote(text, start);
    if (close < 0 || close >= end) return start;
    open = start;
    stack.lastIndex = close + 1;
  }
  return open;
}

function closingQuote(text: string, open: number): number {
  const quote = text[open];
  for (let at = open + 1; at < text.length; at++) {
    if (quote === '"' && text[at] === "\\") at++;
    else if (text[at] === quote) {
      if (quote === "'" && text[at + 1] === "'") at++;
      else return at;
    }
  }
  return -1;
}

function unclosedBracket(text: string, root: ParsedNode | null, at: Span): Note {
  let open: number | null = null;
  if (root !== null) {
    visit(root as never, (_, node) => {
      if (isPair(node) || !(isMap(node) || isSeq(node)) || !node.flow || !node.range) return;
      const [start, end] = node.range;
      const closed = /[\]}]/.test(text[end - 1] ?? "") && end - start > 1;
      if (!closed && start < at.start + 1) open = start;
    });
  }
  const start = open ?? at.start;
  const bracket = text[start] ?? "{";
  return note("yaml-unclosed-bracket", { start, end: start + 1 }, `${bracket} is opened and never closed.`);
}

function quoteFix(text: string, start: number): NoteFix[] {
  const rest = /^[^\n\r#,}\]]*/.exec(text.slice(start))?.[0].trimEnd() ?? "";
  if (rest === "" || /["'\\]/.test(rest)) return [];
  return [{ title: "Put it in quotes", edits: [{ start, end: start + rest.length, text: `"${rest}"` }] }];
}

function clamp(text: string, [from, to]: readonly [number, number]): Span {
  const start = Math.max(0, Math.min(from, text.length));
  return { start, end: Math.max(start, Math.min(to, text.length)) };
}

/** What of a span stands on its first line, at least one character where there is one. */
function firstLine(text: string, { start, end }: Span): Span {
  let from = start;
  while (from < end && /\s/.test(text[from] ?? "")) from++;
  if (from === end) from = start;
  const newline = text.indexOf("\n", from);
  const lineEnd = newline < 0 ? text.length : newline;
  let to = Math.min(Math.max(end, from + 1), lineEnd);
  while (to > from + 1 && /\s/.test(text[to - 1] ?? "")) to--;
  return { start: from, end: Math.max(to, Math.min(from + 1, text.length)) };
}
