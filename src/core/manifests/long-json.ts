/**
 * A long JSON text (a dump of a cluster: `kubectl get -o json`) without a tree of it: `JSON.parse` has its value, and where a
 * field stands is looked for in the text when somebody asks. A tree takes ten times the memory of the text.
 */
import type { Json } from "../base/names.ts";
import type { PathStep } from "./path.ts";
import type { Span } from "./reading.ts";

/** Texts from so many characters on are read without a tree. */
export const LONG = 200_000;

const [QUOTE, COMMA, COLON, BACKSLASH] = [34, 44, 58, 92];
const [OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = [91, 93, 123, 125];

/**
 * Whether a key stands twice in one object of the text. `JSON.parse` keeps the last of them: then the text has more keys than its
 * value.
 */
export function hasKeyTwice(text: string, value: Json): boolean {
  return keysInText(text) !== keysInValue(value);
}

function keysInText(text: string): number {
  let keys = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === COLON) keys += 1;
    else if (c === QUOTE) at = endOfString(text, at) - 1;
  }
  return keys;
}

function keysInValue(value: Json): number {
  if (typeof value !== "object" || value === null) return 0;
  let keys = 0;
  if (Array.isArray(value)) for (const item of value as readonly Json[]) keys += keysInValue(item);
  else {
    const map = value as { readonly [key: string]: Json };
    for (const key of Object.keys(map)) keys += 1 + keysInValue(map[key] as Json);
  }
  return keys;
}

/** Behind the closing quote of the string that begins at `at`. */
function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end + 1;
  }
  throw new Error(`a text at ${at} never ends: this is not JSON`);
}

/** A field that is in the text. Items of a list and the whole text have no key. */
interface Place {
  readonly key: Span | null;
  readonly start: number;
}

/** Lists with so many items are walked once. */
const MANY = 64;

/** Where the fields of a text stand that is JSON. */
export class JsonPlaces {
  private readonly text: string;
  /** Start of a long list → the starts of its items. */
  private readonly items = new Map<number, readonly number[]>();

  constructor(text: string) {
    this.text = text;
  }

  /** The whole value. */
  span(): Span {
    const start = this.skipSpace(0);
    return { start, end: this.endOf(start) };
  }

  /** The field at these steps, or its nearest ancestor that is in the text; null for the whole value. */
  locate(steps: readonly PathStep[], part: "key" | "value"): Span | null {
    let found: Place | null = null;
    for (const step of steps) {
      const next = this.child(found === null ? this.skipSpace(0) : found.start, step);
      if (next === null) break;
      found = next;
    }
    if (found === null) return null;
    return part === "key" && found.key !== null ? found.key : { start: found.start, end: this.endOf(found.start) };
  }

  private child(at: number, step: PathStep): Place | null {
    const c = this.text.charCodeAt(at);
    if (c === OPEN_MAP) return this.member(at, String(step));
    if (c !== OPEN_LIST || typeof step !== "number") return null;
    const start = this.itemsOf(at, step)[step];
    return start === undefined ? null : { key: null, start };
  }

  private member(map: number, name: string): Place | null {
    for (let at = this.skipSpace(map + 1); this.text.charCodeAt(at) !== CLOSE_MAP;) {
      const key = { start: at, end: endOfString(this.text, at) };
      const start = this.skipSpace(this.skipSpace(key.end) + 1);
      if (this.nameAt(key) === name) return { key, start };
      at = this.next(start);
    }
    return null;
  }

  private nameAt({ start, end }: Span): string {
    const name = this.text.slice(start + 1, end - 1);
    return name.includes("\\") ? String(JSON.parse(`"${name}"`)) : name;
  }

  /** Starts of the items, at least as far as `wanted`. */
  private itemsOf(list: number, wanted: number): readonly number[] {
    const known = this.items.get(list);
    if (known !== undefined) return known;
    const starts: number[] = [];
    for (let at = this.skipSpace(list + 1); this.text.charCodeAt(at) !== CLOSE_LIST; at = this.next(at)) {
      starts.push(at);
      if (starts.length > wanted && wanted < MANY) return starts;
    }
    this.items.set(list, starts);
    return starts;
  }

  /** The next member or item after the value at `at`, or the bracket that closes. */
  private next(at: number): number {
    const end = this.skipSpace(this.endOf(at));
    return this.text.charCodeAt(end) === COMMA ? this.skipSpace(end + 1) : end;
  }

  /** Behind the value that begins at `start`. */
  private endOf(start: number): number {
    const { text } = this;
    const first = text.charCodeAt(start);
    if (first === QUOTE) return endOfString(text, start);
    let depth = 0;
    for (let at = start; at < text.length; at++) {
      const c = text.charCodeAt(at);
      if (c === QUOTE) at = endOfString(text, at) - 1;
      else if (c === OPEN_MAP || c === OPEN_LIST) depth += 1;
      else if (c === CLOSE_MAP || c === CLOSE_LIST) {
        if (depth === 0) return at;
        depth -= 1;
        if (depth === 0) return at + 1;
      } else if (depth === 0 && (c === COMMA || isSpace(c))) return at;
    }
    return text.length;
  }

  private skipSpace(from: number): number {
    let at = from;
    while (isSpace(this.text.charCodeAt(at))) at += 1;
    return at;
  }
}

function isSpace(c: number): boolean {
  return c === 32 || c === 9 || c === 10 || c === 13;
}
