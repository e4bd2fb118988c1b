/**
 * A canonical text of any plain value, and its SHA-256. Equal values have equal texts in every engine: object keys
 * and Map keys are sorted by code unit, absent and undefined fields are the same, numbers print as ECMAScript says.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { compareText } from "../base/names.ts";

/** SHA-256 in lower-case hex of the canonical text, fed piece by piece so that no large text is built. */
export function hashOf(value: unknown): string {
  const digest = sha256.create();
  let piece = "";
  encode(value, (text) => {
    piece += text;
    if (piece.length > 16_384) {
      digest.update(utf8ToBytes(piece));
      piece = "";
    }
  });
  digest.update(utf8ToBytes(piece));
  return bytesToHex(digest.digest());
}

export function canonicalText(value: unknown): string {
  const pieces: string[] = [];
  encode(value, (text) => pieces.push(text));
  return pieces.join("");
}

function encode(value: unknown, write: (text: string) => void): void {
  if (value === null || value === undefined) write("null");
  else if (typeof value === "string") write(JSON.stringify(value));
  else if (typeof value === "number" || typeof value === "boolean") write(String(value));
  else if (typeof value === "bigint") write(`${value}n`);
  else if (Array.isArray(value)) encodeList("[", value, write);
  else if (ArrayBuffer.isView(value)) encodeList("[", [...(value as Uint8Array)], write); // any typed array iterates over its numbers
  else if (value instanceof Map) encodeMap(value, write);
  else if (value instanceof Set) encodeList("{", [...value].map(canonicalText).sort(compareText), write);
  else if (typeof value === "object") encodeObject(value as Record<string, unknown>, write); // what is left of object types
  else throw new Error(`a ${typeof value} is not plain data`);
}

function encodeList(open: string, list: readonly unknown[], write: (text: string) => void): void {
  write(open);
  list.forEach((item, i) => {
    if (i > 0) write(",");
    encode(item, write);
  });
  write(open === "[" ? "]" : "}");
}

function encodeMap(map: ReadonlyMap<unknown, unknown>, write: (text: string) => void): void {
  write("<");
  const keys = new Map([...map.keys()].map((key) => [canonicalText(key), key]));
  for (const text of [...keys.keys()].sort(compareText)) {
    write(`${text}:`);
    encode(map.get(keys.get(text)), write);
    write(",");
  }
  write(">");
}

function encodeObject(object: Record<string, unknown>, write: (text: string) => void): void {
  write("{");
  for (const key of Object.keys(object).sort(compareText)) {
    if (object[key] === undefined) continue;
    write(`${JSON.stringify(key)}:`);
    encode(object[key], write);
    write(",");
  }
  write("}");
}
