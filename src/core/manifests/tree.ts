/**
 * YAML text of one document → tree with positions → plain JSON. The `yaml` package makes the tree; the value is
 * ours, because Kubernetes reads scalars by YAML 1.1 (scalars.ts), keys are always text, the second of two equal
 * keys is an error at that key, and aliases must not grow without bound.
 */
import { Composer, Lexer, Parser, Schema, isAlias, isMap, isScalar, isSeq } from "yaml";
import type { Alias, Document, Pair, ParsedNode, YAMLError, YAMLMap } from "yaml";
import type { Json } from "../base/names.ts";
import { note } from "./reading.ts";
import type { Note, Span, Tree } from "./reading.ts";
import { resolvePlain } from "./scalars.ts";

/** Nodes that aliases of one document may stand for; beyond it a text of a few lines could fill the memory. */
export const ALIAS_LIMIT = 100_000;
/** Objects inside objects; no Kubernetes type comes near. */
export const DEPTH_LIMIT = 200;

/** Immutable: every scalar is text for the library, typed afterwards by `resolvePlain`. */
const SCHEMA = new Schema({ schema: "failsafe", resolveKnownTags: false });
const OPTIONS = { schema: SCHEMA, prettyErrors: false, uniqueKeys: false, strict: true, logLevel: "silent" } as const;

export interface Composed {
  readonly root: ParsedNode | null;
  readonly errors: readonly YAMLError[];
}

/**
 * The first character that is nested deeper than `DEPTH_LIMIT`, or null. Looked for before the tree is made, because
 * making it takes a stack frame per level. Brackets are counted exactly; dashes by their line, and not inside brackets,
 * where only brackets nest (a whole cluster may stand on one line of JSON).
 */
export function tooDeepAt(text: string): number | null {
  if (!mayBeDeep(text)) return null;
  let offset = 0;
  let brackets = 0;
  let dashes = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === "\n" || token === "\r\n") dashes = 0;
    else if (brackets === 0 && (token === "-" || token === "?" || token === ":")) dashes++;
    else if (token === "[" || token === "{") brackets++;
    else if (token === "]" || token === "}") brackets = Math.max(0, brackets - 1);
    if (brackets > DEPTH_LIMIT || dashes > DEPTH_LIMIT) return offset;
    if (!CONTROL.has(token)) offset += token.length;
  }
  return null;
}

/** Tokens of the lexer that stand for no characters: start of document, start of scalar, unexpected end. */
const CONTROL: ReadonlySet<string> = new Set(["\u0002", "\u001f", "\u0018"]);

/** A quick look: only a text with that many opening brackets, or dashes on one line, can be nested that deep. */
function mayBeDeep(text: string): boolean {
  let brackets = 0;
  let marks = 0;
  for (let i = 0; i < text.length; i++) {
    const ch = text.charCodeAt(i);
    if (ch === 91 || ch === 123) brackets++;
    else if ((ch === 93 || ch === 125) && brackets > 0) brackets--;
    else if (ch === 10) marks = 0;
    else if (ch === 45 || ch === 63 || ch === 58) marks++; // - ? :
    if (brackets > DEPTH_LIMIT || marks > DEPTH_LIMIT) return true;
  }
  return false;
}

/** Parses the text of one document. Errors are collected; the tree is what could be made of the rest. */
export function composeDocument(text: string): Composed {
  const errors: YAMLError[] = [];
  let first: Document.Parsed | null = null;
  for (const document of new Composer(OPTIONS).compose(new Parser().parse(text), true, text.length)) {
    first ??= document;
    // One by one: a pasted novel may have more errors than a call has room for arguments.
    for (const error of document.errors) errors.push(error);
  }
  return { root: first === null ? null : (first.contents as ParsedNode | null), errors };
}

/** Where text of a masked template stands, and what stood there (templates.ts). */
export interface Masked {
  readonly original: string;
  readonly spans: readonly Span[];
}

/** The JSON value of a tree, and what is wrong with its keys and aliases. */
export function readTree(root: ParsedNode | null, masked: Masked | null): Tree & { readonly notes: readonly Note[] } {
  const reader = new TreeReader(masked);
  const value = root === null ? null : reader.read(root, 0);
  return { root, value, targets: reader.targets, notes: reader.notes };
}

/** A class because aliases, counters and notes gather over one walk. */
class TreeReader {
  readonly notes: Note[] = [];
  readonly targets = new Map<Alias, ParsedNode>();
  private readonly anchors = new Map<string, Anchored>();
  private aliased = 0;
  private nodes = 0;
  private readonly masked: Masked | null;

  constructor(masked: Masked | null) {
    this.masked = masked;
  }

  read(node: ParsedNode, depth: number): Json {
    this.nodes++;
    if (depth > DEPTH_LIMIT) return this.refuse(node, "yaml-too-deep", `More than ${DEPTH_LIMIT} objects inside each other are not read.`);
    if (isAlias(node)) return this.readAlias(node as Alias.Parsed);
    const name = node.anchor;
    if (name === undefined) return this.readContent(node, depth);
    const anchored: Anchored = { node, value: undefined, size: 0 };
    this.anchors.set(name, anchored);
    const before = this.nodes + this.aliased;
    anchored.value = this.readContent(node, depth);
    anchored.size = this.nodes + this.aliased - before + 1;
    return anchored.value;
  }

  private readContent(node: ParsedNode, depth: number): Json {
    if (isScalar(node)) return this.readScalar(node);
    if (isSeq(node)) return node.items.map((item) => this.read(item as ParsedNode, depth + 1));
    if (isMap(node)) return this.readMap(node as YAMLMap.Parsed, depth);
    return null;
  }

  private readScalar(node: ScalarNode): Json {
    const source = typeof node.value === "string" ? node.value : "";
    const masked = this.maskedText(node);
    if (masked !== null) return masked;
    const tag = node.tag;
    if (tag !== undefined && tag !== "!") {
      const core = /^tag:yaml\.org,2002:(null|bool|int|float)$/.test(tag);
      return core ? resolvePlain(source) : source;
    }
    return node.type === "PLAIN" || node.type === undefined ? (tag === "!" ? source : resolvePlain(source)) : source;
  }

  /** The text as typed, where a template was masked while parsing. */
  private maskedText(node: ScalarNode): string | null {
    if (this.masked === null || node.type !== "PLAIN" || !node.range) return null;
    const [start, end] = node.range;
    const hit = this.masked.spans.some((span) => span.start < end && start < span.end);
    return hit ? this.masked.original.slice(start, end) : null;
  }

  private readAlias(alias: Alias.Parsed): Json {
    const anchored = this.anchors.get(alias.source);
    if (anchored === undefined) return this.refuse(alias, "yaml-alias", `No "&${alias.source}" stands before this "*${alias.source}".`);
    if (anchored.value === undefined) {
      return this.refuse(alias, "yaml-alias", `"*${alias.source}" stands inside the object that it names, so it would have no end.`);
    }
    this.aliased += anchored.size;
    if (this.aliased > ALIAS_LIMIT) {
      return this.refuse(
        alias,
        "yaml-alias-limit",
        `The aliases of this document stand for more than ${ALIAS_LIMIT} values; the rest is not read.`,
      );
    }
    this.targets.set(alias, anchored.node);
    return anchored.value;
  }

  private readMap(map: YAMLMap.Parsed, depth: number): Json {
    const result: Record<string, Json> = {};
    const seen = new Set<string>();
    const merges: ParsedNode[] = [];
    for (const pair of map.items) {
      const value = pair.value as ParsedNode | null;
      if (isMergeKey(pair)) {
        if (value !== null) merges.push(value);
        continue;
      }
      const key = this.readKey(pair.key as ParsedNode | null, map);
      const read = value === null ? null : this.read(value, depth + 1);
      if (key === null) continue;
      if (seen.has(key)) {
        const message = `"${key}" is already written above in the same object; one of the two has to go.`;
        this.notes.push(note("yaml-duplicate-key", spanOf(pair.key as ParsedNode), message));
      }
      seen.add(key);
      setKey(result, key, read);
    }
    for (const merge of merges) this.mergeInto(result, merge, depth);
    return result;
  }

  private readKey(node: ParsedNode | null, map: YAMLMap.Parsed): string | null {
    if (node !== null && isScalar(node)) {
      const value = this.readScalar(node);
      if (value !== null) return String(value);
      this.refuse(node, "yaml-key", "A field needs a name before its colon.");
      return null;
    }
    const alias = node !== null && isAlias(node) ? this.readAlias(node as Alias.Parsed) : null;
    if (typeof alias === "string" || typeof alias === "number" || typeof alias === "boolean") return String(alias);
    this.refuse(node ?? map, "yaml-key", "The name of a field must be text; this is an object or a list.");
    return null;
  }

  /** `<<: *base` and `<<: [*a, *b]`: fields that are not written here come from there, the first one wins. */
  private mergeInto(result: Record<string, Json>, node: ParsedNode, depth: number): void {
    const value = this.read(node, depth + 1);
    const sources: readonly Json[] = Array.isArray(value) ? value : [value as Json];
    for (const source of sources) {
      if (source === null || typeof source !== "object" || Array.isArray(source)) {
        this.refuse(node, "yaml-merge", 'Only an object, or a list of objects, can be merged in with "<<".');
        continue;
      }
      for (const [key, item] of Object.entries(source)) if (!Object.hasOwn(result, key)) setKey(result, key, item);
    }
  }

  private refuse(node: ParsedNode, code: string, message: string): null {
    this.notes.push(note(code, spanOf(node), message));
    return null;
  }
}

interface Anchored {
  readonly node: ParsedNode;
  /** Undefined while the node itself is being read. */
  value: Json | undefined;
  size: number;
}

type ScalarNode = {
  readonly value: unknown;
  readonly type?: string;
  readonly tag?: string;
  readonly range?: readonly [number, number, number] | null;
};

/** The characters of a node without what follows it. */
export function spanOf(node: ParsedNode): Span {
  return { start: node.range[0], end: node.range[1] };
}

/** True for the pair `<<: …` whose fields are merged into the object around it. */
export function isMergeKey(pair: Pair<unknown, unknown>): boolean {
  return isScalar(pair.key) && pair.key.type === "PLAIN" && pair.key.value === "<<";
}

/** Sets an own property even for `__proto__`, which plain assignment would take for the prototype. */
function setKey(target: Record<string, Json>, key: string, value: Json): void {
  if (key === "__proto__") Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}
