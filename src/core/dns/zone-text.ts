/** Records as zone files write them (RFC 1035, section 5): one line each, class and TTL in either order or absent. */
import { parseAddress } from "./addresses.ts";
import { absolute } from "./names.ts";
import type { RecordData, ResourceRecord } from "./records.ts";

const DEFAULT_TTL = 3600;

/** `www.example.com. 300 IN A 192.0.2.1`; null where it cannot be read. */
export function parseRecord(line: string, origin = "."): ResourceRecord | null {
  const [owner, ...fields] = wordsOf(line);
  if (owner === undefined) return null;
  let ttl = DEFAULT_TTL;
  while (fields.length > 0 && /^(\d+|IN|CH|HS)$/i.test(fields[0] ?? "")) {
    const field = fields.shift() ?? "";
    if (/^\d+$/.test(field)) ttl = Number(field);
  }
  const type = fields.shift()?.toUpperCase();
  const data = type === undefined ? null : parseData(type, fields, origin);
  return data === null ? null : { name: qualified(owner, origin), ttl, ...data };
}

/** The data column of a record of type `type`. Text in quotes is one word. */
export function parseDataText(type: string, data: string): RecordData | null {
  return parseData(type.toUpperCase(), wordsOf(data), ".");
}

function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const match of line.matchAll(/"((?:[^"\\]|\\.)*)"|[^\s";]+|(;.*)$/g)) {
    if (match[2] !== undefined) break;
    words.push(match[1] === undefined ? match[0] : match[1].replace(/\\(["\\])/g, "$1"));
  }
  return words;
}

function qualified(name: string, origin: string): string {
  if (name === "@") return origin;
  return name.endsWith(".") || origin === "." ? absolute(name) : `${name}.${origin}`;
}

function parseData(type: string, fields: readonly string[], origin: string): RecordData | null {
  const [first = "", second = "", third = "", fourth = ""] = fields;
  const numbers = fields.map((field) => (/^\d+$/.test(field) ? Number(field) : NaN));
  const number = (at: number): number => numbers[at] ?? NaN;
  switch (type) {
    case "A":
    case "AAAA": {
      const address = parseAddress(first);
      const family = type === "A" ? "IPv4" : "IPv6";
      return address?.family === family ? { type, address: address.text } : null;
    }
    case "CNAME":
    case "PTR":
    case "NS":
      return first === "" ? null : { type, target: qualified(first, origin) };
    case "MX":
      return Number.isNaN(number(0)) || second === "" ? null : { type, preference: number(0), exchange: qualified(second, origin) };
    case "SRV":
      if ([0, 1, 2].some((at) => Number.isNaN(number(at))) || fourth === "") return null;
      return { type, priority: number(0), weight: number(1), port: number(2), target: qualified(fourth, origin) };
    case "TXT":
      return fields.length === 0 ? null : { type, strings: fields };
    case "SOA": {
      if (fields.length !== 7 || third === "" || numbers.slice(2).some(Number.isNaN)) return null;
      const [serial, refresh, retry, expire, minimum] = [number(2), number(3), number(4), number(5), number(6)];
      return { type, mname: qualified(first, origin), rname: qualified(second, origin), serial, refresh, retry, expire, minimum };
    }
    default:
      return null;
  }
}
