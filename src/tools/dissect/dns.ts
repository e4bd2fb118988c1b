/**
 * A DNS message octet by octet: which octets are which field, and what they say. Reads the wire form itself (RFC 1035
 * section 4, EDNS by RFC 6891), so what it tells is what was sent and not what was meant.
 */
import { addressOfBytes } from "../../core/dns/addresses.ts";
import { typeName } from "../../core/dns/message.ts";

export type DnsSection = "header" | "question" | "answer" | "authority" | "additional";

/** Octets `from` up to, not including, `to`. Fields follow one another without a gap; none overlap. */
export interface DnsField {
  readonly from: number;
  readonly to: number;
  readonly section: DnsSection;
  /** Which record of its section, from 0; null in the header. */
  readonly record: number | null;
  readonly label: string;
  readonly value: string;
}

/** `fault`: why the rest could not be read; its octets are the last field. */
export interface DissectedDns {
  readonly fields: readonly DnsField[];
  readonly fault: string | null;
}

export function dissectDns(bytes: Uint8Array): DissectedDns {
  const reader = new Reader(bytes);
  try {
    const counts = reader.header();
    for (let i = 0; i < counts.question; i++) reader.question(i);
    for (const section of ["answer", "authority", "additional"] as const)
      for (let i = 0; i < counts[section]; i++) reader.record(section, i);
    if (reader.at < bytes.length) throw new Cut("octets after the end");
    return { fields: reader.fields, fault: null };
  } catch (error) {
    if (!(error instanceof Cut)) throw error;
    reader.rest();
    return { fields: reader.fields, fault: error.message };
  }
}

/** The message ends, or goes in circles, where it must not. */
class Cut extends Error {}

const RCODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];
const OPCODES: { readonly [code: number]: string } = { 0: "QUERY", 4: "NOTIFY", 5: "UPDATE" };
const OPT = 41;
const EDNS_OPTIONS: { readonly [code: number]: string } = { 3: "NSID", 8: "client subnet", 9: "EXPIRE", 10: "COOKIE", 12: "padding" };

class Reader {
  readonly fields: DnsField[] = [];
  at = 0;
  private section: DnsSection = "header";
  private entry: number | null = null;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  header(): { readonly question: number; readonly answer: number; readonly authority: number; readonly additional: number } {
    this.number("ID", 2, (value) => `0x${value.toString(16).padStart(4, "0")}`);
    this.number("Flags", 2, flagsText);
    return {
      question: this.number("Questions", 2),
      answer: this.number("Answers", 2),
      authority: this.number("Authority", 2),
      additional: this.number("Additional", 2),
    };
  }

  question(index: number): void {
    this.section = "question";
    this.entry = index;
    this.name("Name");
    this.number("Type", 2, typeName);
    this.number("Class", 2, className);
  }

  record(section: "answer" | "authority" | "additional", index: number): void {
    this.section = section;
    this.entry = index;
    const owner = this.name("Name");
    const type = this.number("Type", 2, typeName);
    if (type === OPT && owner === ".") return this.opt();
    this.number("Class", 2, className);
    this.number("TTL", 4, (value) => `${value} s`);
    const end = this.length();
    this.data(type, end);
    if (this.at < end) this.hex("Data", end - this.at);
    if (this.at > end) throw new Cut("record data longer than its length says");
  }

  /** What is left, unread. */
  rest(): void {
    if (this.at < this.bytes.length) this.hex("Not read", this.bytes.length - this.at);
  }

  private opt(): void {
    this.number("UDP size", 2, (value) => `${value} octets`);
    this.number("Extended code", 1);
    this.number("EDNS version", 1);
    this.number("EDNS flags", 2, (value) => (value & 0x8000 ? "DO" : "none"));
    const end = this.length();
    while (this.at < end) {
      const code = this.number("Option", 2, (value) => EDNS_OPTIONS[value] ?? `option ${value}`);
      const length = this.number("Option length", 2, (value) => `${value} octets`);
      if (length > 0) this.hex(EDNS_OPTIONS[code] ?? `Option ${code}`, length);
    }
  }

  private length(): number {
    const length = this.number("Data length", 2, (value) => `${value} octets`);
    return this.at + length;
  }

  private data(type: number, end: number): void {
    switch (typeName(type)) {
      case "A":
      case "AAAA": {
        const length = end - this.at;
        if (length === 4 || length === 16) this.put("Address", length, addressOfBytes(this.octets(length)));
        return;
      }
      case "CNAME":
      case "PTR":
      case "NS":
        this.name("Target");
        return;
      case "SRV":
        for (const label of ["Priority", "Weight", "Port"]) this.number(label, 2);
        this.name("Target");
        return;
      case "MX":
        this.number("Preference", 2);
        this.name("Mail server");
        return;
      case "TXT":
        while (this.at < end) {
          const length = this.octets(1)[0] ?? 0;
          const text = this.octets(1 + length).slice(1);
          this.put("Text", 1 + length, JSON.stringify(String.fromCharCode(...text)));
        }
        return;
      case "SOA":
        this.name("Primary server");
        this.name("Mailbox");
        for (const label of ["Serial", "Refresh", "Retry", "Expire", "Minimum"]) this.number(label, 4);
        return;
      default:
    }
  }

  private number(label: string, octets: 1 | 2 | 4, say: (value: number) => string = String): number {
    const value = this.octets(octets).reduce((sum, octet) => sum * 256 + octet, 0);
    this.put(label, octets, say(value));
    return value;
  }

  private name(label: string): string {
    const start = this.at;
    const { text, end } = this.readName(start);
    const pointed = text !== "." && (this.bytes[end - 2] ?? 0) >= 0xc0 && this.isPointer(start, end);
    this.put(label, end - start, pointed ? `${text} (compressed)` : text);
    return text;
  }

  private isPointer(start: number, end: number): boolean {
    let at = start;
    while (at < end - 2) at += 1 + (this.bytes[at] ?? 0);
    return at === end - 2;
  }

  /** A name ends with an empty label or with a pointer to an earlier place. */
  private readName(start: number): { readonly text: string; readonly end: number } {
    const labels: string[] = [];
    let at = start;
    let end: number | null = null;
    for (let jumps = 0; jumps <= 64;) {
      const length = this.bytes[at];
      if (length === undefined) throw new Cut("a name without an end");
      if (length >= 0xc0) {
        const low = this.bytes[at + 1];
        if (low === undefined) throw new Cut("half a pointer");
        end ??= at + 2;
        at = (length & 0x3f) * 256 + low;
        jumps += 1;
        continue;
      }
      if (length === 0) return { text: `${labels.join(".")}.`, end: end ?? at + 1 };
      if (at + 1 + length > this.bytes.length) throw new Cut("a name without an end");
      labels.push(String.fromCharCode(...this.bytes.subarray(at + 1, at + 1 + length)));
      at += 1 + length;
    }
    throw new Cut("a name that points in circles");
  }

  private hex(label: string, length: number): void {
    const octets = this.octets(length);
    this.put(label, length, octets.map((octet) => octet.toString(16).padStart(2, "0")).join(""));
  }

  /** The next so many octets, without moving on. */
  private octets(length: number): readonly number[] {
    if (this.at + length > this.bytes.length) throw new Cut("the message ends too early");
    return Array.from(this.bytes.subarray(this.at, this.at + length));
  }

  private put(label: string, length: number, value: string): void {
    this.fields.push({ from: this.at, to: this.at + length, section: this.section, record: this.entry, label, value });
    this.at += length;
  }
}

function className(value: number): string {
  return value === 1 ? "IN" : String(value);
}

/** Name and bit of each flag of the header, RFC 1035 4.1.1 and RFC 4035 3. */
const FLAGS: readonly (readonly [string, number])[] = [
  ["qr", 15],
  ["aa", 10],
  ["tc", 9],
  ["rd", 8],
  ["ra", 7],
  ["ad", 5],
  ["cd", 4],
];

function flagsText(flags: number): string {
  const on = FLAGS.filter(([, bit]) => (flags >> bit) & 1).map(([name]) => name);
  const opcode = (flags >> 11) & 15;
  const rcode = flags & 15;
  return [OPCODES[opcode] ?? `opcode ${opcode}`, ...on, RCODES[rcode] ?? `rcode ${rcode}`].join(" ");
}
