/**
 * Text → documents with positions, and diagnostics as values. Each document is read alone and kept in the cache
 * while its text does not change, so a keystroke costs one document.
 */
import { isMap, isScalar, isSeq } from "yaml";
import type { ParsedNode } from "yaml";
import type { Json } from "../base/names.ts";
import { copiedFrame } from "./frames.ts";
import { lostIndentation } from "./indentation.ts";
import { locateIn, trimEnd } from "./locate.ts";
import { lineAndColumn, lineStartsOf, note } from "./reading.ts";
import type { Note, Reading, Span } from "./reading.ts";
import { jsonTree } from "./json-tree.ts";
import { LONG, JsonPlaces, hasKeyTwice } from "./long-json.ts";
import { isObject } from "./render.ts";
import { shapeNotes } from "./shape.ts";
import { splitDocuments } from "./split.ts";
import type { Chunk } from "./split.ts";
import { SHOWN, syntaxNotes } from "./syntax.ts";
import { maskTemplates, templatesInJson, templatesInScalars } from "./templates.ts";
import type { MaskedText } from "./templates.ts";
import { DEPTH_LIMIT, composeDocument, readTree, tooDeepAt } from "./tree.ts";
import type { Diagnostic, Dialect, ManifestDocument, ManifestFile, ParseResult, SourceRange } from "./types.ts";

/**
 * Readings by the text they were made from, of the last parse and of the one before it (so that undo is free). It is
 * changed by each parse; results never depend on what is in it.
 */
export interface ParseCache {
  fresh: Map<string, Reading>;
  stale: Map<string, Reading>;
  documents: Map<string, readonly ParsedDocument[]>;
}

/** An empty cache, for one stream of versions of the same files. */
export function createParseCache(): ParseCache {
  return { fresh: new Map(), stale: new Map(), documents: new Map() };
}

/**
 * Reads every document of every file. Well-formed or not, each document comes back with the value that could be made
 * of it; a document with a diagnostic of severity "error" should not replace an earlier good one. With a cache,
 * documents that did not change keep their `value` (the same object), and those that did not move are the same
 * object altogether.
 */
export function parseManifests(files: readonly ManifestFile[], cache: ParseCache = createParseCache()): ParseResult {
  const used = new Map<string, Reading>();
  const lastDocuments = cache.documents;
  const documents: ManifestDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  cache.documents = new Map();
  for (const file of files) {
    const last = lastDocuments.get(file.name) ?? [];
    const now = splitDocuments(file.text).map((chunk, index) => {
      const before = last[index];
      // Most documents did not change: comparing two texts is cheaper than hashing one.
      const kept = before !== undefined && before.reading.text === chunk.text ? before.reading : null;
      const reading =
        kept ?? used.get(chunk.text) ?? cache.fresh.get(chunk.text) ?? cache.stale.get(chunk.text) ?? readDocument(chunk.text);
      used.set(reading.text, reading);
      return before !== undefined && before.isAt(reading, chunk) ? before : new ParsedDocument(file.name, index, reading, chunk);
    });
    cache.documents.set(file.name, now);
    for (const document of now) {
      documents.push(document);
      for (const each of document.diagnostics()) diagnostics.push(each);
    }
  }
  cache.stale = cache.fresh;
  cache.fresh = used;
  return { documents, diagnostics };
}

/** Reads the text of one document. */
export function readDocument(text: string): Reading {
  const deep = tooDeepAt(text);
  if (deep !== null) return tooDeep(text, deep);
  const templates = maskTemplates(text);
  const long = templates === null ? readLong(text) : null;
  if (long !== null) return long;
  const { reading, notes } = readText(text, templates);
  const all = templates !== null ? templateNotes(reading, templates) : notesOn(reading, notes);
  return { ...reading, notes: all, broken: all.some((each) => each.severity === "error" && BREAKS.test(each.code)) };
}

/** A long text that is JSON, without a tree; null for any other, and where the tree has something to say of its keys. */
function readLong(text: string): Reading | null {
  const json = text.length < LONG ? undefined : jsonOf(text);
  if (json === undefined || hasKeyTwice(text, json)) return null;
  const reading = new LongReading(text, json);
  const flat = lostIndentation(text, json, false, isNamedManifest);
  reading.notes = flat === null ? [...templatesInJson(json, text, reading.places), ...shapeNotes(reading)] : [flat];
  reading.notes.sort((a, b) => a.start - b.start);
  reading.broken = reading.notes.some((each) => each.severity === "error" && BREAKS.test(each.code));
  return reading;
}

/** Its tree is made when somebody edits the text. */
class LongReading implements Reading {
  readonly text: string;
  readonly value: Json;
  readonly dialect = "json";
  readonly targets: Reading["targets"] = new Map();
  readonly places: JsonPlaces;
  readonly span: Span;
  notes: Note[] = [];
  broken = false;
  lineStarts: readonly number[] | null = null;
  private tree: ParsedNode | null = null;

  constructor(text: string, value: Json) {
    this.text = text;
    this.value = value;
    this.places = new JsonPlaces(text);
    this.span = this.places.span();
  }

  get root(): ParsedNode {
    return (this.tree ??= jsonTree(this.text));
  }
}

/** What there is to say of a text without masked templates: what explains the parser's own errors goes before them. */
function notesOn(reading: Reading, notes: readonly Note[]): readonly Note[] {
  const { text, value } = reading;
  const frame = notes.length > 0 || typeof value === "string" ? copiedFrame(text, isWellFormed) : [];
  if (frame.length > 0) return frame;
  const flat = lostIndentation(text, value, notes.length > 0, isNamedManifest);
  if (flat !== null) return [flat];
  return notes.length > 0 ? notes : contentNotes(reading);
}

function isWellFormed(text: string): boolean {
  const { reading, notes } = readText(text, null);
  return notes.length === 0 && (reading.value === null || isObject(reading.value));
}

/** Codes after which `value` is not what the person meant. Errors of the content alone leave the text well-formed. */
const BREAKS = /^(yaml-|template-text$|lost-indentation$)/;

/** Of a template nothing else is said: what is missing or twice in it may be filled in. */
function templateNotes(reading: Reading, templates: MaskedText): Note[] {
  const others = templatesInScalars(reading.root, reading.text).filter(
    (each) => !templates.spans.some((span) => span.start < each.end && each.start < span.end),
  );
  return [...templates.notes, ...others].sort((a, b) => a.start - b.start);
}

function contentNotes(reading: Reading): Note[] {
  const templates = templatesInScalars(reading.root, reading.text);
  return [...templates, ...shapeNotes(reading)].sort((a, b) => a.start - b.start);
}

function readText(text: string, templates: MaskedText | null): { readonly reading: Reading; readonly notes: readonly Note[] } {
  const source = templates?.text ?? text;
  const json = templates === null ? jsonOf(text) : undefined;
  const composed = json === undefined ? composeDocument(source) : { root: jsonTree(text), errors: [] };
  const { notes: treeNotes, ...tree } = readTree(composed.root, templates);
  const syntax = json === undefined ? syntaxNotes(source, composed.root, composed.errors) : [];
  const reading: Reading = {
    ...tree,
    text,
    dialect: dialectOf(composed.root, json),
    value: json === undefined ? tree.value : json,
    span: contentSpan(text, composed.root),
    notes: [],
    broken: false,
    lineStarts: null,
  };
  return { reading, notes: [...syntax, ...treeNotes].slice(0, SHOWN) };
}

/** True for a text that is well-formed and has a name where a name belongs. */
function isNamedManifest(text: string): boolean {
  const { reading, notes } = readText(text, null);
  const metadata = isObject(reading.value) ? reading.value["metadata"] : undefined;
  return notes.length === 0 && isObject(metadata) && typeof metadata["name"] === "string";
}

function tooDeep(text: string, at: number): Reading {
  const message = `More than ${DEPTH_LIMIT} objects inside each other are not read.`;
  const notes = [note("yaml-too-deep", { start: at, end: at + 1 }, message)];
  return {
    text,
    dialect: "yaml",
    root: null,
    value: null,
    targets: new Map(),
    span: contentSpan(text, null),
    notes,
    broken: true,
    lineStarts: null,
  };
}

/** A text in brackets that is JSON is read as JSON, whatever YAML thinks of its tabs. Undefined when it is not. */
function jsonOf(text: string): Json | undefined {
  if (!/^[ \t\r\n]*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** JSON while it is being typed is told from KYAML by its first key: JSON quotes it. */
function dialectOf(root: ParsedNode | null, json: Json | undefined): Dialect {
  if (json !== undefined) return "json";
  if (!isFlow(root)) return "yaml";
  const key = isMap(root) ? root.items[0]?.key : undefined;
  return isScalar(key) && key.type === "QUOTE_DOUBLE" ? "json" : "kyaml";
}

function isFlow(root: ParsedNode | null): boolean {
  return root !== null && (isMap(root) || isSeq(root)) && root.flow === true;
}

function contentSpan(text: string, root: ParsedNode | null): Span {
  const [start, end] = root === null ? [0, 0] : [root.range[0], root.range[1]];
  if (end > start) return { start, end: trimEnd(text, start, end) };
  const first = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  return { start: first, end: first };
}

/** A reading at its place in a file. */
export class ParsedDocument implements ManifestDocument {
  readonly file: string;
  readonly index: number;
  readonly root = "";
  readonly reading: Reading;
  private readonly start: number;
  private readonly line: number;

  constructor(file: string, index: number, reading: Reading, chunk: Chunk) {
    this.file = file;
    this.index = index;
    this.reading = reading;
    this.start = chunk.start;
    this.line = chunk.line;
  }

  get dialect(): Dialect {
    return this.reading.dialect;
  }

  get value(): Json {
    return this.reading.value;
  }

  get range(): SourceRange {
    return this.rangeOf(this.reading.span);
  }

  locate(path: string, part: "key" | "value" = "value"): SourceRange {
    return this.rangeOf(locateIn(this.reading, path, part));
  }

  isAt(reading: Reading, chunk: Chunk): boolean {
    return this.reading === reading && this.start === chunk.start && this.line === chunk.line;
  }

  diagnostics(): Diagnostic[] {
    return this.reading.notes.map((each) => this.place(each));
  }

  private place(each: Note): Diagnostic {
    const { start, end, fixes, ...rest } = each;
    return {
      ...rest,
      file: this.file,
      document: this.index,
      range: this.rangeOf({ start, end }),
      fixes: fixes.map((fix) => ({
        title: fix.title,
        edits: fix.edits.map((edit) => ({ file: this.file, start: edit.start + this.start, end: edit.end + this.start, text: edit.text })),
      })),
    };
  }

  private rangeOf(span: Span): SourceRange {
    const starts = (this.reading.lineStarts ??= lineStartsOf(this.reading.text));
    // The parser puts some errors one character behind the end of the text.
    const end = Math.min(span.end, this.reading.text.length);
    const start = Math.min(span.start, end);
    const from = lineAndColumn(starts, start);
    const to = lineAndColumn(starts, end);
    return {
      start: this.start + start,
      end: this.start + end,
      line: this.line + from.line,
      column: from.column + 1,
      endLine: this.line + to.line,
      endColumn: to.column + 1,
    };
  }
}
