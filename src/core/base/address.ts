/**
 * IP addresses and prefixes. Text at the borders, small integers inside: `addressId` interns a canonical address and
 * gives it a number whose bits lie in a side table, so that a rule's address test is an integer compare.
 *
 * Canonical text is what Go's netip and inet_ntop print: IPv4 without leading zeros, IPv6 as RFC 5952 (lower case, the
 * longest run of zeros shortened), IPv4-mapped as `::ffff:1.2.3.4`. Reading is lenient where Kubernetes is
 * (k8s.io/utils/net ParseIPSloppy, ParseCIDRSloppy): leading zeros of IPv4 are decimal.
 */
import ipaddr from "ipaddr.js";
import type { Family } from "./names.ts";

/** An address or prefix as 32-bit words (signed): one for IPv4, four for IPv6. */
export type Words = readonly number[];

export interface Address {
  readonly family: Family;
  /** Canonical. */
  readonly text: string;
  readonly words: Words;
}

export interface Cidr {
  readonly family: Family;
  /** Canonical with the host bits cleared: `10.244.0.0/16`. */
  readonly text: string;
  /** First address: words with the host bits cleared. */
  readonly words: Words;
  readonly masks: Words;
  readonly prefix: number;
}

const IPV4 = /^(\d{1,10})\.(\d{1,10})\.(\d{1,10})\.(\d{1,10})$/;

/** Reads an address; null if the text is none. Zone ids (`fe80::1%eth0`) are not addresses of a rule. */
export function parseAddress(text: string): Address | null {
  const v4 = parseIpv4(text);
  if (v4 !== null) return { family: "IPv4", text: ipv4Text(v4), words: [v4] };
  if (!text.includes(":") || text.includes("%")) return null;
  const words = parseIpv6(text);
  return words === null ? null : { family: "IPv6", text: ipv6Text(words), words };
}

/** The canonical text of an address, or null; the same text where it is canonical IPv4, as nearly all are. */
export function canonicalAddress(text: string): string | null {
  return isCanonicalIpv4(text) ? text : (parseAddress(text)?.text ?? null);
}

function isCanonicalIpv4(text: string): boolean {
  let [octet, dots] = [-1, 0];
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i) - 48;
    if (c >= 0 && c <= 9 && octet !== 0) {
      octet = octet < 0 ? c : octet * 10 + c;
      if (octet > 255) return false;
    } else if (c === DOT && octet >= 0) {
      octet = -1;
      dots += 1;
    } else return false;
  }
  return dots === 3 && octet >= 0;
}

/** The family of an address text, or null if it is none. */
export function addressFamily(text: string): Family | null {
  return parseAddress(text)?.family ?? null;
}

/** Reads `ADDRESS/PREFIX`; a bare address counts as its whole length; null if unreadable. */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf("/");
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const bits = address.family === "IPv4" ? 32 : 128;
  const written = slash < 0 ? String(bits) : text.slice(slash + 1);
  if (!/^\d{1,4}$/.test(written)) return null;
  const prefix = Number(written);
  if (prefix > bits) return null;
  const masks = address.words.map((_, i) => maskWord(prefix - 32 * i));
  const words = address.words.map((word, i) => word & (masks[i] ?? 0));
  return { family: address.family, text: `${wordsText(words)}/${prefix}`, words, masks, prefix };
}

/** `10.244.1.7/16` → `10.244.0.0/16`; null if unreadable. */
export function canonicalCidr(text: string): string | null {
  return parseCidr(text)?.text ?? null;
}

/** True if the address lies in the prefix (of the same family). */
export function cidrContains(cidr: Cidr, address: Address): boolean {
  if (cidr.family !== address.family) return false;
  return cidr.words.every((word, i) => (((address.words[i] ?? 0) ^ word) & (cidr.masks[i] ?? 0)) === 0);
}

/** True if `inner` lies wholly in `outer`. */
export function cidrCovers(outer: Cidr, inner: Cidr): boolean {
  return inner.prefix >= outer.prefix && cidrContains(outer, { family: inner.family, text: "", words: inner.words });
}

/** True if two prefixes share an address. */
export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return cidrCovers(a, b) || cidrCovers(b, a);
}

/** How many addresses the prefix has; exact up to 2^53, above that a power of two (an exact double too). */
export function cidrSize(cidr: Cidr): number {
  let size = 1;
  for (let i = (cidr.family === "IPv4" ? 32 : 128) - cidr.prefix; i > 0; i--) size *= 2;
  return size;
}

/** The address `offset` places after the prefix's first; null outside the prefix. offset is an integer below 2^53. */
export function addressAt(cidr: Cidr, offset: number): string | null {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset >= cidrSize(cidr)) return null;
  const words = [...cidr.words];
  let carry = offset;
  for (let i = words.length - 1; i >= 0 && carry > 0; i--) {
    const sum = ((words[i] ?? 0) >>> 0) + carry;
    words[i] = sum | 0;
    carry = Math.floor(sum / 4294967296);
  }
  return wordsText(words);
}

/** How far the address lies after the prefix's first; null if outside, or beyond 2^53. */
export function offsetIn(cidr: Cidr, address: Address): number | null {
  if (!cidrContains(cidr, address)) return null;
  let offset = 0;
  for (let i = 0; i < cidr.words.length; i++) {
    offset = offset * 4294967296 + (((address.words[i] ?? 0) & ~(cidr.masks[i] ?? 0)) >>> 0);
  }
  return Number.isSafeInteger(offset) ? offset : null;
}

/** Numeric order; IPv4 before IPv6. */
export function compareAddresses(a: Address, b: Address): number {
  if (a.family !== b.family) return a.family === "IPv4" ? -1 : 1;
  for (let i = 0; i < a.words.length; i++) {
    const difference = ((a.words[i] ?? 0) >>> 0) - ((b.words[i] ?? 0) >>> 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `10.0.0.1:80`, `[fd00::1]:80`. */
export function endpointText(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Reads `10.0.0.1:80` or `[fd00::1]:80`; the address comes back canonical; null if unreadable. */
export function parseEndpoint(text: string): { readonly address: string; readonly port: number } | null {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  if (parts === null) return null;
  const address = parseAddress(parts[1] ?? parts[2] ?? "");
  const port = Number(parts[3]);
  if (address === null || port > 65535 || (parts[1] !== undefined) !== (address.family === "IPv6")) return null;
  return { address: address.text, port };
}

// ---- interned addresses -------------------------------------------------------------------------------------------
// A pure memo: an id says nothing but which text it stands for. Ids are never ordered, printed or hashed into results,
// so that it does not matter in which order addresses came.

// An id is twice the address's place in the side tables, and one more for IPv6: the family is known without a look-up.

/** IPv6 by text. */
const ids = new Map<string, number>();
const texts: string[] = [];
/** Four words an address; IPv4 uses the first. */
let bits = new Int32Array(4 * 1024);

/**
 * IPv4 by its word: pairs of word and id, with linear probing, at most half full; id + 1 stands there, 0 is empty. A look-up
 * touches the text and one place more, where a Map touches four.
 */
let ipv4Slots = new Int32Array(2 * 1024);
let ipv4Count = 0;

/** The small integer that stands for a canonical address. Throws if the text is no canonical address. */
export function addressId(text: string): number {
  let word = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i) - 48;
    if (c >= 0 && c <= 9) {
      // A leading zero is not canonical.
      if (octet === 0) return otherId(text);
      octet = octet < 0 ? c : octet * 10 + c;
    } else if (c === DOT && octet >= 0 && octet <= 255) {
      word = (word << 8) | octet;
      octet = -1;
      dots += 1;
    } else return otherId(text);
  }
  if (dots !== 3 || octet < 0 || octet > 255) return otherId(text);
  word = (word << 8) | octet;
  const mask = ipv4Slots.length / 2 - 1;
  for (let at = slotOf(word) & mask; ; at = (at + 1) & mask) {
    const id = ipv4Slots[2 * at + 1] as number;
    if (id === 0) return internIpv4(text, word);
    if (ipv4Slots[2 * at] === word) return id - 1;
  }
}

/** "." after "0" was taken off. */
const DOT = -2;

function slotOf(word: number): number {
  const h = Math.imul(word, 0x9e3779b1);
  return h ^ (h >>> 15);
}

function otherId(text: string): number {
  const known = ids.get(text);
  return known === undefined ? intern(text) : known;
}

/** The text was read as canonical already. */
function internIpv4(text: string, word: number): number {
  const id = 2 * newPlace(text);
  bits[2 * id] = word;
  ipv4Count += 1;
  if (4 * ipv4Count > ipv4Slots.length) {
    const old = ipv4Slots;
    ipv4Slots = new Int32Array(old.length * 2);
    for (let i = 0; i < old.length; i += 2) if (old[i + 1] !== 0) place(old[i] as number, old[i + 1] as number);
  }
  place(word, id + 1);
  return id;
}

function place(word: number, value: number): void {
  const mask = ipv4Slots.length / 2 - 1;
  let at = slotOf(word) & mask;
  while (ipv4Slots[2 * at + 1] !== 0) at = (at + 1) & mask;
  ipv4Slots[2 * at] = word;
  ipv4Slots[2 * at + 1] = value;
}

/** The text of an id that addressId gave. */
export function addressText(id: number): string {
  const text = texts[id >> 1];
  if (text === undefined) throw new Error(`no address has the id ${id}`);
  return text;
}

/** True if the interned address is IPv6. */
export function isIpv6Id(id: number): boolean {
  return (id & 1) === 1;
}

/** A prefix test over interned addresses; families differ → false. */
export interface CidrTest {
  readonly ipv6: boolean;
  readonly words: Words;
  readonly masks: Words;
}

export function cidrTest(cidr: Cidr): CidrTest {
  return { ipv6: cidr.family === "IPv6", words: cidr.words, masks: cidr.masks };
}

/** True if the interned address lies in the prefix. */
export function idInCidr(id: number, test: CidrTest): boolean {
  if (test.ipv6 !== isIpv6Id(id)) return false;
  const { words, masks } = test;
  const base = (id >> 1) * 4;
  for (let i = 0; i < words.length; i++) {
    if (((bits[base + i] as number) ^ (words[i] as number)) & (masks[i] as number)) return false;
  }
  return true;
}

function intern(text: string): number {
  const address = parseAddress(text);
  if (address === null || address.text !== text) throw new Error(`not a canonical address: ${JSON.stringify(text)}`);
  const place = newPlace(text);
  bits.set(address.words, place * 4);
  const id = place * 2 + (address.family === "IPv6" ? 1 : 0);
  if (address.family === "IPv6") ids.set(text, id);
  return id;
}

/** A place in the side tables. */
function newPlace(text: string): number {
  const place = texts.length;
  texts.push(text);
  if (bits.length < 4 * texts.length) {
    const larger = new Int32Array(bits.length * 2);
    larger.set(bits);
    bits = larger;
  }
  return place;
}

// ---- reading and printing -----------------------------------------------------------------------------------------

function parseIpv4(text: string): number | null {
  const parts = IPV4.exec(text);
  if (parts === null) return null;
  let word = 0;
  for (let i = 1; i <= 4; i++) {
    const octet = Number(parts[i]);
    if (octet > 255) return null;
    word = (word << 8) | octet;
  }
  return word;
}

function parseIpv6(text: string): number[] | null {
  if (!ipaddr.IPv6.isValid(text)) return null;
  const parts = ipaddr.IPv6.parse(text).parts;
  const words: number[] = [];
  for (let i = 0; i < 8; i += 2) words.push(((parts[i] ?? 0) << 16) | (parts[i + 1] ?? 0));
  return words;
}

function wordsText(words: Words): string {
  return words.length === 1 ? ipv4Text(words[0] ?? 0) : ipv6Text(words);
}

function ipv4Text(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

function ipv6Text(words: Words): string {
  const [a = 0, b = 0, c = 0, d = 0] = words;
  if (a === 0 && b === 0 && c === 0xffff) return `::ffff:${ipv4Text(d)}`;
  return new ipaddr.IPv6([a >>> 16, a & 65535, b >>> 16, b & 65535, c >>> 16, c & 65535, d >>> 16, d & 65535]).toRFC5952String();
}

function maskWord(prefix: number): number {
  return prefix <= 0 ? 0 : prefix >= 32 ? -1 : ~(-1 >>> prefix);
}
