/**
 * A manifest copied from a page or a chat often arrives without its indentation, sometimes without the lines
 * `metadata:` and `spec:` too. What is left still says what it was: each field has its place in its kind. Lines are
 * taken in order and put under the deepest open object that has such a field; where that leads nowhere, the next
 * place is tried.
 */
import type { Json } from "../base/names.ts";
import { note } from "./reading.ts";
import type { Note, NoteFix, Span } from "./reading.ts";
import { isObject } from "./render.ts";
import { wellKnownFields } from "./well-known-fields.ts";
import type { FieldShape } from "./well-known-fields.ts";

/** Places tried before giving up. */
const TRIES = 5_000;

/**
 * Says that the indentation is lost, with the repair as a quick fix where one is found; null when that is not what is
 * wrong. `reads` tells whether a repaired text is well-formed and has a name.
 */
export function lostIndentation(text: string, value: Json, broken: boolean, reads: (repaired: string) => boolean): Note | null {
  if (!looksFlat(text, value)) return null;
  const kind = /^kind:[ \t]*["']?(\w+)/m.exec(text)?.[1] ?? "";
  const root = wellKnownFields(kind);
  if (root === null || root.kind !== "object") return null;
  const lines = readLines(text);
  const misplaced = lines.find((line) => line.kind === "field" && !Object.hasOwn(root.fields, line.key));
  if (misplaced === undefined) return null;
  if (indentOf(text, misplaced).includes("\t")) return tabIndentation(text, lines, misplaced, reads);
  const placed = lines.every((line) => line.kind !== "other") ? placeLines(lines, root) : null;
  const fix = placed === null ? null : fixOf(text, lines, placed);
  const works = fix !== null && reads(applied(text, fix));
  if (broken && !works) return null;
  const span = { start: misplaced.start + misplaced.indent, end: misplaced.end };
  const message = "The indentation of this manifest is lost, so its fields are not where they belong.";
  return note("lost-indentation", span, message, { fixes: works && fix !== null ? [fix] : [] });
}

/** Indentation that is there, and of tabs: to YAML it is none. The fix takes two spaces for each. */
function tabIndentation(text: string, lines: readonly Line[], first: Line, reads: (repaired: string) => boolean): Note {
  const tabbed = lines.filter((line) => line.kind !== "blank" && indentOf(text, line).includes("\t"));
  const edits = tabbed.map((line) => ({
    start: line.start,
    end: line.start + line.indent,
    text: indentOf(text, line).replaceAll("\t", "  "),
  }));
  const fix: NoteFix = { title: "Replace by spaces", edits };
  const tab = text.indexOf("\t", first.start);
  const fixes = reads(applied(text, fix)) ? [fix] : [];
  return note("yaml-tab", { start: tab, end: tab + 1 }, "YAML does not allow tabs for indentation. Use spaces.", { fixes });
}

function indentOf(text: string, line: Line): string {
  return text.slice(line.start, line.start + line.indent);
}

/** True when the document says what it is at its top and has no name where a name belongs. */
function looksFlat(text: string, value: Json): boolean {
  if (!/^apiVersion:/m.test(text) || !/^kind:/m.test(text)) return false;
  const metadata = isObject(value) ? value["metadata"] : undefined;
  return metadata === undefined || metadata === null || typeof metadata === "string";
}

type Line =
  | {
      readonly kind: "field";
      readonly start: number;
      readonly end: number;
      readonly indent: number;
      readonly dash: boolean;
      readonly key: string;
      readonly filled: boolean;
      readonly rest: string;
    }
  | { readonly kind: "item"; readonly start: number; readonly end: number; readonly indent: number; readonly rest: string }
  /** Blank lines, comments and `---`: they stay what they are. */
  | { readonly kind: "blank"; readonly start: number; readonly end: number; readonly indent: number }
  | { readonly kind: "other"; readonly start: number; readonly end: number; readonly indent: number };

function readLines(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const raw of text.split("\n")) {
    const mark = raw.startsWith("\uFEFF") ? 1 : 0;
    lines.push(readLine(raw.slice(mark).replace(/\r$/, ""), start + mark));
    start += raw.length + 1;
  }
  return lines;
}

function readLine(line: string, start: number): Line {
  const indent = /^\s*/.exec(line)?.[0].length ?? 0;
  const place = { start, end: start + line.trimEnd().length, indent };
  const content = line.slice(indent).trimEnd();
  if (content === "" || content.startsWith("#") || /^(---|\.\.\.)(\s|$)/.test(line)) return { kind: "blank", ...place };
  const field = /^(-[ \t]+)?(?:"([^"]+)"|'([^']+)'|([\w./-]+)):(?:[ \t]+(.*))?$/.exec(content);
  if (field !== null) {
    const value = (field[5] ?? "").trim();
    if (/^[|>]/.test(value)) return { kind: "other", ...place };
    const dash = field[1] !== undefined;
    const filled = value !== "" && !value.startsWith("#");
    return {
      kind: "field",
      ...place,
      dash,
      key: field[2] ?? field[3] ?? field[4] ?? "",
      filled,
      rest: content.slice(field[1]?.length ?? 0),
    };
  }
  const item = /^-[ \t]+(.*)$/.exec(content);
  return item === null ? { kind: "other", ...place } : { kind: "item", ...place, rest: item[1] ?? "" };
}

/** An object, list or map that the next line may belong to; `column` is where its fields or dashes stand. */
interface Frame {
  readonly shape: FieldShape;
  readonly column: number;
  readonly seen: ReadonlySet<string>;
}

/** Where a line goes: its column, and the names of lost lines to write above it. */
interface Placed {
  readonly column: number;
  readonly above: readonly { readonly name: string; readonly column: number }[];
}

type Stack = readonly Frame[];
interface Option {
  readonly placed: Placed;
  readonly stack: Stack;
}

/** Places for all lines (null for blank ones), or null when some line has none. */
function placeLines(lines: readonly Line[], root: FieldShape): readonly (Placed | null)[] | null {
  let tries = 0;
  const from = (index: number, stack: Stack): readonly (Placed | null)[] | null => {
    const line = lines[index];
    if (line === undefined) return [];
    if (line.kind === "blank") {
      const rest = from(index + 1, stack);
      return rest === null ? null : [null, ...rest];
    }
    for (const option of optionsFor(line, stack)) {
      if (++tries > TRIES) return null;
      const rest = from(index + 1, option.stack);
      if (rest !== null) return [option.placed, ...rest];
    }
    return null;
  };
  return lines.length > 500 ? null : from(0, [{ shape: root, column: 0, seen: new Set() }]);
}

/** Places for one line, likeliest first. */
function optionsFor(line: Line, stack: Stack): Option[] {
  if (line.kind === "item") return itemOptions(stack);
  if (line.kind !== "field") return [];
  const known: Option[] = [];
  const anyName: Option[] = [];
  for (let depth = stack.length - 1; depth >= 0; depth--) {
    const frame = stack[depth] as Frame;
    const option = openIn(line, frame, stack.slice(0, depth), []);
    if (option === null) continue;
    // A field that the object around a map of words has and still lacks is more likely that field than one more word.
    if (frame.shape.kind === "words" && line.filled) anyName.push(option);
    else if (anyName.length > 0 && frame.shape.kind === "object" && line.filled && depth === stack.length - 2) known.unshift(option);
    else known.push(option);
  }
  const nearFirst = anyName.length > 0 && !isFieldAbove(line.key, stack) ? [...anyName, ...known] : [...known, ...anyName];
  return [...nearFirst, ...impliedOptions(line, stack)];
}

/** Whether an object around an open map of words, one that has words already, lacks just this field. */
function isFieldAbove(key: string, stack: Stack): boolean {
  if (stack.at(-1)?.seen.size === 0) return false;
  return stack.slice(0, -1).some(({ shape, seen }) => shape.kind === "object" && Object.hasOwn(shape.fields, key) && !seen.has(key));
}

function itemOptions(stack: Stack): Option[] {
  return stack.flatMap((frame, depth) => {
    if (frame.shape.kind !== "list" || frame.shape.of.kind !== "scalar") return [];
    return [{ placed: { column: frame.column, above: [] }, stack: stack.slice(0, depth + 1) }];
  });
}

/** The line as a field (or, with a dash, as the first field of a new item) of `frame`. */
function openIn(line: Line & { kind: "field" }, frame: Frame, below: Stack, above: Placed["above"]): Option | null {
  if (line.dash) {
    if (frame.shape.kind !== "list" || frame.shape.of.kind !== "object") return null;
    const item: Frame = { shape: frame.shape.of, column: frame.column + 2, seen: new Set() };
    const inside = openIn({ ...line, dash: false }, item, [...below, frame], above);
    return inside === null ? null : { ...inside, placed: { ...inside.placed, column: frame.column } };
  }
  if (frame.seen.has(line.key)) return null;
  const shape =
    frame.shape.kind === "words"
      ? SCALAR
      : frame.shape.kind === "object" && Object.hasOwn(frame.shape.fields, line.key)
        ? frame.shape.fields[line.key]
        : undefined;
  if (shape === undefined || (shape.kind === "scalar" && !line.filled)) return null;
  const stack = [...below, { ...frame, seen: new Set([...frame.seen, line.key]) }];
  const opened = line.filled ? stack : [...stack, { shape, column: frame.column + 2, seen: new Set<string>() }];
  return { placed: { column: frame.column, above }, stack: opened };
}

const SCALAR: FieldShape = { kind: "scalar" };

/** Places under a field whose own line is lost: at most two such lines deep. */
function impliedOptions(line: Line & { kind: "field" }, stack: Stack): Option[] {
  const options: Option[] = [];
  const visit = (frame: Frame, below: Stack, above: Placed["above"]): void => {
    if (frame.shape.kind !== "object" || above.length === 2) return;
    for (const name of frame.shape.implied) {
      const shape = frame.shape.fields[name];
      if (shape === undefined || frame.seen.has(name)) continue;
      const holder: Frame = { ...frame, seen: new Set([...frame.seen, name]) };
      const inner: Frame = { shape, column: frame.column + 2, seen: new Set() };
      const lost = [...above, { name, column: frame.column }];
      const option = openIn(line, inner, [...below, holder], lost);
      if (option !== null) options.push(option);
      else visit(inner, [...below, holder], lost);
    }
  };
  for (let depth = stack.length - 1; depth >= 0; depth--) visit(stack[depth] as Frame, stack.slice(0, depth), []);
  return options;
}

function fixOf(text: string, lines: readonly Line[], placed: readonly (Placed | null)[]): NoteFix | null {
  const edits: { start: number; end: number; text: string }[] = [];
  const eol = /\r?\n/.exec(text)?.[0] ?? "\n";
  lines.forEach((line, index) => {
    const place = placed[index] ?? commentPlace(lines, placed, index);
    if (place === null) return;
    const above = place.above.map(({ name, column }) => `${" ".repeat(column)}${name}:${eol}`).join("");
    const span: Span = { start: line.start, end: line.start + line.indent };
    const dash = (line.kind === "field" && line.dash) || line.kind === "item";
    const before = dash
      ? { start: span.start, end: line.end - (line.kind === "field" || line.kind === "item" ? line.rest.length : 0) }
      : span;
    const start = above + " ".repeat(place.column) + (dash ? "- " : "");
    if (start !== text.slice(before.start, before.end)) edits.push({ ...before, text: start });
  });
  return edits.length === 0 ? null : { title: "Restore the indentation", edits };
}

/** A comment goes with the line below it. */
function commentPlace(lines: readonly Line[], placed: readonly (Placed | null)[], index: number): Placed | null {
  const line = lines[index];
  if (line === undefined || line.kind !== "blank" || line.end <= line.start + line.indent) return null;
  const next = placed.slice(index + 1).find((each) => each !== null);
  return next === undefined || next === null || index === 0 ? null : { column: next.above[0]?.column ?? next.column, above: [] };
}

function applied(text: string, fix: NoteFix): string {
  return fix.edits.reduceRight((before, edit) => before.slice(0, edit.start) + edit.text + before.slice(edit.end), text);
}
