/**
 * Octets of DNS messages: RFC 1035 section 4, EDNS by RFC 6891. Names in record data are compressed only in the types of
 * RFC 1035 (never in SRV), but an SRV's target may be pointed at by later names, as the Go library that CoreDNS uses does
 * (miekg/dns 1.1.50, msg.go).
 */
import { addressBytes, addressOfBytes } from "./addresses.ts";
import { labelsOf } from "./names.ts";
import { bareReply } from "./records.ts";
import type { Edns, EdnsOption, Message, Question, Rcode, RecordData, ResourceRecord } from "./records.ts";

const RCODES: readonly Rcode[] = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];
const BADVERS = 16;

const TYPES: { readonly [name: string]: number } = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  NULL: 10,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  LOC: 29,
  SRV: 33,
  NAPTR: 35,
  CERT: 37,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  TLSA: 52,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  URI: 256,
  CAA: 257,
};
const TYPE_NAMES = new Map(Object.entries(TYPES).map(([name, code]) => [code, name]));

export function typeCode(name: string): number {
  return TYPES[name] ?? Number(/^TYPE(\d+)$/.exec(name)?.[1] ?? 0);
}

export function typeName(code: number): string {
  return TYPE_NAMES.get(code) ?? `TYPE${code}`;
}

/** A type as a person writes it (`a`, `SRV`, `TYPE65`), or null. */
export function knownType(text: string): string | null {
  const upper = text.toUpperCase();
  return TYPES[upper] !== undefined ? upper : /^TYPE\d{1,5}$/.test(upper) ? typeName(Number(upper.slice(4))) : null;
}

function rcodeNumber(rcode: Rcode): number {
  if (rcode === "BADVERS") return BADVERS;
  const index = RCODES.indexOf(rcode);
  return index >= 0 ? index : Number(rcode.slice("RCODE".length));
}

function rcodeOf(value: number): Rcode {
  return value === BADVERS ? "BADVERS" : (RCODES[value] ?? `RCODE${value}`);
}

// ---------------------------------------------------------------- writing

/** Pointers reach no further into a message. */
const MAX_POINTER = 0x4000;

interface Writer {
  readonly bytes: number[];
  /** Offsets of names (as spelt) that a pointer can go to; null where nothing is compressed. */
  readonly names: Map<string, number> | null;
}

/** The message's octets, names compressed or not. */
export function encodeMessage(message: Message, compress = false): Uint8Array {
  const writer: Writer = { bytes: [], names: compress ? new Map() : null };
  const additional = message.additional.length + (message.edns === null ? 0 : 1);
  put16(writer, message.id);
  put16(writer, flagsOf(message));
  for (const count of [message.question === null ? 0 : 1, message.answer.length, message.authority.length, additional])
    put16(writer, count);
  if (message.question !== null) putQuestion(writer, message.question);
  for (const record of [...message.answer, ...message.authority, ...message.additional]) putRecord(writer, record);
  if (message.edns !== null) putOpt(writer, message.edns, rcodeNumber(message.rcode) >> 4);
  return Uint8Array.from(writer.bytes);
}

function flagsOf(message: Message): number {
  const bit = (set: boolean, at: number): number => (set ? 1 << at : 0);
  const { response, opcode, aa, tc, rd, ra, ad, cd, rcode } = message;
  return (
    bit(response, 15) |
    (opcode << 11) |
    bit(aa, 10) |
    bit(tc, 9) |
    bit(rd, 8) |
    bit(ra, 7) |
    bit(ad, 5) |
    bit(cd, 4) |
    (rcodeNumber(rcode) & 15)
  );
}

function put16(writer: Writer, value: number): void {
  writer.bytes.push((value >> 8) & 0xff, value & 0xff);
}

function put32(writer: Writer, value: number): void {
  put16(writer, Math.floor(value / 0x10000));
  put16(writer, value % 0x10000);
}

function putQuestion(writer: Writer, question: Question): void {
  putName(writer, question.name, true);
  put16(writer, typeCode(question.type));
  put16(writer, question.class ?? 1);
}

function putName(writer: Writer, name: string, compress: boolean): void {
  const labels = labelsOf(name);
  for (let i = 0; i < labels.length; i++) {
    const rest = labels.slice(i).join(".");
    const known = writer.names?.get(rest);
    if (known !== undefined && compress) {
      put16(writer, 0xc000 | known);
      return;
    }
    if (known === undefined && writer.bytes.length < MAX_POINTER) writer.names?.set(rest, writer.bytes.length);
    const octets = labelOctets(labels[i] ?? "");
    writer.bytes.push(octets.length, ...octets);
  }
  writer.bytes.push(0);
}

function labelOctets(label: string): number[] {
  const octets: number[] = [];
  for (const match of label.matchAll(/\\(\d{3})|\\(.)|(.)/gs)) {
    const [, code, escaped, plain] = match;
    octets.push(code !== undefined ? Number(code) & 0xff : (escaped ?? plain ?? "").charCodeAt(0) & 0xff);
  }
  return octets;
}

function putRecord(writer: Writer, record: ResourceRecord): void {
  putName(writer, record.name, true);
  put16(writer, typeCode(record.type === "other" ? record.typeName : record.type));
  put16(writer, 1);
  put32(writer, record.ttl);
  const lengthAt = writer.bytes.length;
  put16(writer, 0);
  putData(writer, record);
  const length = writer.bytes.length - lengthAt - 2;
  writer.bytes[lengthAt] = length >> 8;
  writer.bytes[lengthAt + 1] = length & 0xff;
}

function putData(writer: Writer, data: RecordData): void {
  switch (data.type) {
    case "A":
    case "AAAA":
      writer.bytes.push(...addressBytes(data.address));
      return;
    case "CNAME":
    case "PTR":
    case "NS":
      putName(writer, data.target, true);
      return;
    case "SRV":
      for (const value of [data.priority, data.weight, data.port]) put16(writer, value);
      putName(writer, data.target, false);
      return;
    case "MX":
      put16(writer, data.preference);
      putName(writer, data.exchange, true);
      return;
    case "TXT":
      for (const text of data.strings) putString(writer, text);
      return;
    case "SOA":
      putName(writer, data.mname, true);
      putName(writer, data.rname, true);
      for (const value of [data.serial, data.refresh, data.retry, data.expire, data.minimum]) put32(writer, value);
      return;
    case "other":
      writer.bytes.push(...bytesOfHex(data.hex));
  }
}

function putString(writer: Writer, text: string): void {
  const octets = [...text].map((char) => char.charCodeAt(0) & 0xff).slice(0, 255);
  writer.bytes.push(octets.length, ...octets);
}

function putOpt(writer: Writer, edns: Edns, extendedRcode: number): void {
  writer.bytes.push(0);
  put16(writer, typeCode("OPT"));
  put16(writer, edns.udpSize);
  writer.bytes.push(extendedRcode, edns.version, edns.dnssecOk ? 0x80 : 0, 0);
  put16(writer, optionBytes(edns));
  for (const option of edns.options) {
    const octets = bytesOfHex(option.hex);
    put16(writer, option.code);
    put16(writer, octets.length);
    writer.bytes.push(...octets);
  }
}

function optionBytes(edns: Edns): number {
  return edns.options.reduce((sum, option) => sum + 4 + option.hex.length / 2, 0);
}

/** Octets of the OPT record. */
export function optLength(edns: Edns): number {
  return 11 + optionBytes(edns);
}

// ---------------------------------------------------------------- reading

/** A message read from octets. */
export type Decoded =
  | { readonly kind: "message"; readonly message: Message }
  /** Not even a header: nobody answers such a thing. */
  | { readonly kind: "unreadable" }
  /** A query that a server refuses before looking at it, with the reply it sends. */
  | { readonly kind: "rejected"; readonly reply: Message };

class Malformed extends Error {}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/** Reads a message. Counts and opcodes that a server refuses are told apart (miekg/dns acceptfunc.go). */
export function decodeMessage(bytes: Uint8Array): Decoded {
  if (bytes.length < 12) return { kind: "unreadable" };
  const cursor: Cursor = { bytes, at: 0 };
  const header = readHeader(cursor);
  const counts = [take16(cursor), take16(cursor), take16(cursor), take16(cursor)] as const;
  const [questions, answers, authorities, additionals] = counts;
  if (!header.response) {
    if (header.opcode !== 0 && header.opcode !== 4)
      return { kind: "rejected", reply: { ...header, response: true, aa: false, rcode: "NOTIMP" } };
    if (questions !== 1 || answers > 1 || authorities > 1 || additionals > 2) return { kind: "rejected", reply: formatError(header) };
  }
  try {
    return { kind: "message", message: readSections(cursor, header, counts) };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return header.response ? { kind: "unreadable" } : { kind: "rejected", reply: formatError(header) };
  }
}

function formatError(header: Message): Message {
  return { ...header, response: true, opcode: 0, aa: false, rcode: "FORMERR" };
}

function readHeader(cursor: Cursor): Message {
  const id = take16(cursor);
  const flags = take16(cursor);
  const bit = (at: number): boolean => ((flags >> at) & 1) === 1;
  const base = bareReply({ id, question: null } as Message, rcodeOf(flags & 15));
  return {
    ...base,
    response: bit(15),
    opcode: (flags >> 11) & 15,
    aa: bit(10),
    tc: bit(9),
    rd: bit(8),
    ra: bit(7),
    ad: bit(5),
    cd: bit(4),
    edns: null,
  };
}

function readSections(cursor: Cursor, header: Message, [questions, ...counts]: readonly [number, number, number, number]): Message {
  let question: Question | null = null;
  for (let i = 0; i < questions; i++) question ??= { name: takeName(cursor), type: typeName(take16(cursor)), class: take16(cursor) };
  const sections = counts.map((count) => Array.from({ length: count }, () => takeRecord(cursor)));
  const all = sections.flat();
  const opt = all.find((record) => record.kind === "opt");
  const [answer = [], authority = [], additional = []] = sections.map((section) =>
    section.flatMap((read) => (read.kind === "record" ? [read.record] : [])),
  );
  const edns = opt?.kind === "opt" ? opt.edns : null;
  const extended = opt?.kind === "opt" ? opt.extendedRcode << 4 : 0;
  return { ...header, rcode: rcodeOf(rcodeNumber(header.rcode) | extended), question, answer, authority, additional, edns };
}

function takeByte(cursor: Cursor): number {
  const value = cursor.bytes[cursor.at];
  if (value === undefined) throw new Malformed("message ends early");
  cursor.at += 1;
  return value;
}

function take16(cursor: Cursor): number {
  return takeByte(cursor) * 256 + takeByte(cursor);
}

function take32(cursor: Cursor): number {
  return take16(cursor) * 0x10000 + take16(cursor);
}

function takeBytes(cursor: Cursor, count: number): number[] {
  return Array.from({ length: count }, () => takeByte(cursor));
}

/** A name of at most 255 octets; a pointer may only go back (so that a loop cannot be). */
function takeName(cursor: Cursor): string {
  const labels: string[] = [];
  let from: Cursor = cursor;
  for (let octets = 1; octets <= 255;) {
    const start = from.at;
    const length = takeByte(from);
    if (length === 0) return labels.length === 0 ? "." : `${labels.join(".")}.`;
    if (length >= 0xc0) {
      const target = ((length & 0x3f) << 8) | takeByte(from);
      if (target >= start) throw new Malformed("a pointer forward");
      from = { bytes: cursor.bytes, at: target };
    } else if (length > 63) throw new Malformed("a label of unknown kind");
    else {
      labels.push(takeBytes(from, length).map(labelChar).join(""));
      octets += length + 1;
    }
  }
  throw new Malformed("a name longer than 255 octets");
}

function labelChar(octet: number): string {
  const char = String.fromCharCode(octet);
  if (octet < 0x21 && octet !== 0x20) return `\\${String(octet).padStart(3, "0")}`;
  if (octet > 0x7e) return `\\${String(octet).padStart(3, "0")}`;
  return `.\\ '@;()"`.includes(char) ? `\\${char}` : char;
}

type ReadRecord =
  | { readonly kind: "record"; readonly record: ResourceRecord }
  | { readonly kind: "opt"; readonly edns: Edns; readonly extendedRcode: number };

function takeRecord(cursor: Cursor): ReadRecord {
  const name = takeName(cursor);
  const type = typeName(take16(cursor));
  const classOrSize = take16(cursor);
  const ttl = take32(cursor);
  const end = take16(cursor) + cursor.at;
  if (end > cursor.bytes.length) throw new Malformed("record data ends early");
  if (type === "OPT") {
    const options = takeOptions(cursor, end);
    const edns = { udpSize: classOrSize, version: (ttl >> 16) & 0xff, dnssecOk: (ttl & 0x8000) !== 0, options };
    return { kind: "opt", edns, extendedRcode: Math.floor(ttl / 0x1000000) };
  }
  const data = takeData(cursor, type, end);
  if (cursor.at !== end) throw new Malformed(`data of a ${type} record has ${end - cursor.at} octets too many`);
  return { kind: "record", record: { name, ttl, ...data } };
}

function takeOptions(cursor: Cursor, end: number): EdnsOption[] {
  const options: EdnsOption[] = [];
  while (cursor.at < end) {
    const code = take16(cursor);
    options.push({ code, hex: hexOf(takeBytes(cursor, take16(cursor))) });
  }
  return options;
}

function takeData(cursor: Cursor, type: string, end: number): RecordData {
  const length = end - cursor.at;
  switch (type) {
    case "A":
    case "AAAA":
      if (length !== (type === "A" ? 4 : 16)) throw new Malformed(`${type} data of ${length} octets`);
      return { type, address: addressOfBytes(takeBytes(cursor, length)) };
    case "CNAME":
    case "PTR":
    case "NS":
      return { type, target: takeName(cursor) };
    case "SRV":
      return { type, priority: take16(cursor), weight: take16(cursor), port: take16(cursor), target: takeName(cursor) };
    case "MX":
      return { type, preference: take16(cursor), exchange: takeName(cursor) };
    case "TXT": {
      const strings: string[] = [];
      while (cursor.at < end) strings.push(String.fromCharCode(...takeBytes(cursor, takeByte(cursor))));
      return { type, strings };
    }
    case "SOA": {
      const [mname, rname] = [takeName(cursor), takeName(cursor)];
      const [serial, refresh, retry] = [take32(cursor), take32(cursor), take32(cursor)];
      return { type, mname, rname, serial, refresh, retry, expire: take32(cursor), minimum: take32(cursor) };
    }
    default:
      return { type: "other", typeName: type, hex: hexOf(takeBytes(cursor, length)) };
  }
}

export function hexOf(bytes: Iterable<number>): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Octets of hexadecimal text. Throws on anything else: callers check what people write with isHex. */
export function bytesOfHex(hex: string): Uint8Array {
  if (!isHex(hex)) throw new Error(`not hexadecimal octets: ${hex.slice(0, 40)}`);
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

export function isHex(text: string): boolean {
  return text.length % 2 === 0 && /^[0-9a-f]*$/i.test(text);
}
