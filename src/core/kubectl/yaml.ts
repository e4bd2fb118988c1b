/**
 * YAML and JSON as kubectl prints objects: keys sorted, two spaces, dashes at the indent of their key.
 * (go.yaml.in/yaml/v2: encode.go, sorter.go, emitterc.go; encoding/json; sigs.k8s.io/yaml/kyaml)
 */
import { isObject } from "../api/json.ts";
import { compareText } from "../base/names.ts";
import { resolvePlain } from "../manifests/scalars.ts";

/** Beyond this column a long text goes on at its next space on another line. */
const BEST_WIDTH = 80;

/** One document, with its last line break. */
export function toYaml(value: unknown): string {
  if (isInline(value)) return `${inline(value, 0, 0)}\n`;
  return `${block(value, 0)}\n`;
}

function isInline(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return !isObject(value) || entriesOf(value).length === 0;
}

function entriesOf(value: { readonly [key: string]: unknown }): readonly (readonly [string, unknown])[] {
  return Object.entries(value)
    .filter(([, of]) => of !== undefined)
    .sort(([a], [b]) => compareKeys(a, b));
}

/** A map or list whose first line is not indented yet; `indent` is that of the others. */
function block(value: unknown, indent: number): string {
  const next = `\n${" ".repeat(indent)}`;
  if (Array.isArray(value))
    return value.map((item) => `- ${isInline(item) ? inline(item, indent + 2, indent + 2) : block(item, indent + 2)}`).join(next);
  return entriesOf(isObject(value) ? value : {})
    .map(([key, of]) => {
      const name = `${scalar(key, { column: 0, indent: 0, isKey: true })}:`;
      if (isInline(of)) return `${name} ${inline(of, indent + [...name].length + 1, indent + 2)}`;
      const deeper = Array.isArray(of) ? indent : indent + 2;
      return `${name}\n${" ".repeat(deeper)}${block(of, deeper)}`;
    })
    .join(next);
}

function inline(value: unknown, column: number, indent: number): string {
  if (Array.isArray(value)) return "[]";
  if (isObject(value)) return "{}";
  if (typeof value === "string") return scalar(value, { column, indent, isKey: false });
  return value === null || value === undefined ? "null" : String(value);
}

interface Place {
  /** Where the first character stands. */
  readonly column: number;
  /** Of further lines. */
  readonly indent: number;
  readonly isKey: boolean;
}

function scalar(text: string, place: Place): string {
  if (text.includes("\n") && !place.isKey && isBlockAllowed(text)) return literal(text, place.indent);
  if (text.includes("\n") || !isText(text)) return doubleQuoted(text, place);
  if (isPlainAllowed(text)) return folded(text, place);
  if (isPrintable(text)) return `'${folded(text.replaceAll("'", "''"), { ...place, column: place.column + 1 })}'`;
  return doubleQuoted(text, place);
}

/** Whether it reads back as text when it stands without quotes. */
function isText(text: string): boolean {
  if (typeof resolvePlain(text) !== "string") return false;
  if (/^[-+]?\.(inf|Inf|INF)$|^\.(nan|NaN|NAN)$|^<<$/.test(text)) return false;
  if (/^\d{4}-\d{1,2}-\d{1,2}([Tt ]\d{1,2}:\d{1,2}:\d{1,2}(\.\d+)?(Z|[+-]\d\d:\d\d)?)?$/.test(text)) return false;
  return !/^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text);
}

/** (yaml_emitter_analyze_scalar, block_plain_allowed) */
function isPlainAllowed(text: string): boolean {
  if (!isPrintable(text) || /^[ ]|[ ]$/.test(text) || /^(---|\.\.\.)/.test(text)) return false;
  if (/^[#,[\]{}&*!|>'"%@`]/.test(text) || /^[?:-](\s|$)/.test(text)) return false;
  return !/:(\s|$)|\s#/.test(text);
}

function isPrintable(text: string): boolean {
  return ![...text].some(isControl);
}

/** What a terminal would not show, line breaks aside. (is_printable) */
function isControl(letter: string): boolean {
  const code = letter.codePointAt(0) ?? 0;
  return (
    (code < 0x20 && code !== 0x0a) ||
    (code >= 0x7f && code <= 0x9f && code !== 0x85) ||
    code === 0xfeff ||
    code === 0xfffe ||
    code === 0xffff
  );
}

function isBlockAllowed(text: string): boolean {
  return isPrintable(text.replaceAll("\t", " ")) && !/ \n|[ ]$/.test(text);
}

/** (yaml_emitter_write_plain_scalar) */
function folded(text: string, { column, indent, isKey }: Place): string {
  if (isKey || column + text.length <= BEST_WIDTH) return text;
  let out = "";
  let at = column;
  let wasSpace = false;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] ?? "";
    if (letter === " " && !wasSpace && at > BEST_WIDTH && text[i + 1] !== " " && i > 0 && i < text.length - 1) {
      out += `\n${" ".repeat(indent)}`;
      at = indent;
    } else {
      out += letter;
      at += 1;
    }
    wasSpace = letter === " ";
  }
  return out;
}

const ESCAPES: { readonly [letter: string]: string } = {
  "\u0000": "\\0",
  "\u0007": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\u001b": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\u0085": "\\N",
  "\u00a0": "\\_",
  "\u2028": "\\L",
  "\u2029": "\\P",
};

function doubleQuoted(text: string, { column, indent, isKey }: Place): string {
  let out = '"';
  let at = column + 1;
  let wasSpace = false;
  const letters = [...text];
  letters.forEach((letter, i) => {
    const isSpace = letter === " ";
    if (isSpace && !isKey && !wasSpace && at > BEST_WIDTH && i > 0 && i < letters.length - 1) {
      out += `\n${" ".repeat(indent)}${letters[i + 1] === " " ? "\\" : ""}`;
      at = indent;
    } else {
      const code = letter.codePointAt(0) ?? 0;
      const written = ESCAPES[letter] ?? (isControl(letter) ? (code <= 0xff ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`) : letter);
      out += written;
      at += written.length;
    }
    wasSpace = isSpace;
  });
  return `${out}"`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, "0");
}

/** `|`, with what says how it begins and ends. (yaml_emitter_write_block_scalar_hints) */
function literal(text: string, indent: number): string {
  const hint = /^[ \n]/.test(text) ? "2" : "";
  const chomp = !text.endsWith("\n") ? "-" : text.endsWith("\n\n") || text === "\n" ? "+" : "";
  const body = (text.endsWith("\n") ? text.slice(0, -1) : text)
    .split("\n")
    .map((line) => (line === "" ? "" : `${" ".repeat(indent)}${line}`));
  return `|${hint}${chomp}\n${body.join("\n")}`;
}

/** Letters after everything else, numbers by their value. (yaml/v2/sorter.go) */
export function compareKeys(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const [l = "", r = ""] = [left[i], right[i]];
    if (l === r) continue;
    const [isLeft, isRight] = [isLetter(l), isLetter(r)];
    if (isLeft && isRight) return compareText(l, r);
    if (isLeft || isRight) return isRight ? -1 : 1;
    const significant = (l === "0" || r === "0") && /[1-9]/.test(/\d*$/.exec(left.slice(0, i).join(""))?.[0] ?? "") ? "1" : "";
    const digitsOf = (letters: readonly string[]): string => /^\d*/.exec(letters.slice(i).join(""))?.[0] ?? "";
    const [ld, rd] = [digitsOf(left), digitsOf(right)];
    const difference = Number(`${significant}${ld}` || "0") - Number(`${significant}${rd}` || "0");
    return difference || ld.length - rd.length || compareText(l, r);
  }
  return left.length - right.length;
}

function isLetter(text: string): boolean {
  return /^\p{L}$/u.test(text);
}

/** Four spaces, keys sorted, with a last line break. */
export function toJson(value: unknown): string {
  return `${jsonText(value, 0, "    ")}\n`;
}

/** On one line, as `encoding/json` writes it. */
export function compactJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(compactJson).join(",")}]`;
  if (isObject(value))
    return `{${byText(value)
      .map(([key, of]) => `${jsonString(key)}:${compactJson(of)}`)
      .join(",")}}`;
  return jsonScalar(value);
}

function byText(value: { readonly [key: string]: unknown }): readonly (readonly [string, unknown])[] {
  return Object.entries(value)
    .filter(([, of]) => of !== undefined)
    .sort(([a], [b]) => compareText(a, b));
}

function jsonText(value: unknown, depth: number, step: string): string {
  const [here, deeper] = [step.repeat(depth), step.repeat(depth + 1)];
  if (Array.isArray(value))
    return value.length === 0 ? "[]" : `[\n${value.map((item) => deeper + jsonText(item, depth + 1, step)).join(",\n")}\n${here}]`;
  if (!isObject(value)) return jsonScalar(value);
  const entries = byText(value);
  if (entries.length === 0) return "{}";
  return `{\n${entries.map(([key, of]) => `${deeper}${jsonString(key)}: ${jsonText(of, depth + 1, step)}`).join(",\n")}\n${here}}`;
}

function jsonScalar(value: unknown): string {
  return typeof value === "string" ? jsonString(value) : JSON.stringify(value ?? null);
}

/** With `<`, `>`, `&` and line separators escaped, as Go does. */
function jsonString(text: string): string {
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** KYAML: flow style, quoted texts, a document mark. */
export function toKyaml(value: unknown): string {
  return `---\n${kyaml(value, 0)}\n`;
}

function kyaml(value: unknown, depth: number): string {
  const [here, deeper] = ["  ".repeat(depth), "  ".repeat(depth + 1)];
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    // Lists of maps and lists keep their brackets together.
    if (value.every((item) => !isInline(item) || isObject(item) || Array.isArray(item)))
      return `[${value.map((item) => kyaml(item, depth)).join(", ")}]`;
    return `[\n${value.map((item) => `${deeper}${kyaml(item, depth + 1)},\n`).join("")}${here}]`;
  }
  if (!isObject(value)) return typeof value === "string" ? JSON.stringify(value) : String(value ?? null);
  const entries = entriesOf(value);
  if (entries.length === 0) return "{}";
  return `{\n${entries.map(([key, of]) => `${deeper}${kyamlKey(key)}: ${kyaml(of, depth + 1)},\n`).join("")}${here}}`;
}

function kyamlKey(key: string): string {
  return isText(key) && /^[A-Za-z_][\w./-]*$/.test(key) ? key : JSON.stringify(key);
}
