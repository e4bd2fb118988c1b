/**
 * The order in which getaddrinfo gives the addresses of a name: by the address that the sender would have towards each
 * (RFC 6724, section 6). Both libraries follow it with tables of their own, so they disagree about private IPv6 addresses
 * (fc00::/7): glibc puts them before IPv4, musl behind. Source: glibc sysdeps/posix/getaddrinfo.c (rfc3484_sort), musl
 * src/network/lookup_name.c (policyof, __lookup_name); measured with glibc 2.36 and musl 1.2.3.
 */
import { parseAddress, type Address } from "../base/address.ts";
import type { Libc } from "./lookup-state.ts";

/** An address of the sender, with the length of its subnet's prefix. */
export interface SourceAddress {
  readonly address: string;
  readonly prefix: number;
}

interface Policy {
  readonly words: readonly number[];
  readonly bits: number;
  readonly precedence: number;
  readonly label: number;
}

function policy(address: string, bits: number, precedence: number, label: number): Policy {
  const words = parseAddress(address)?.words;
  if (words === undefined) throw new Error(`no address: ${address}`);
  return { words, bits, precedence, label };
}

/** Longest prefixes first; IPv4 addresses stand as `::ffff:0:0/96`. */
const GLIBC: readonly Policy[] = [
  policy("::1", 128, 50, 0),
  policy("::ffff:0:0", 96, 10, 4),
  policy("::", 96, 20, 3),
  policy("2001::", 32, 40, 7),
  policy("2002::", 16, 30, 2),
  policy("fec0::", 10, 40, 5),
  policy("fc00::", 7, 40, 6),
  policy("::", 0, 40, 1),
];
const MUSL: readonly Policy[] = [
  policy("::1", 128, 50, 0),
  policy("::ffff:0:0", 96, 35, 4),
  policy("2001::", 32, 5, 5),
  policy("2002::", 16, 30, 2),
  policy("fc00::", 7, 3, 13),
  policy("::", 0, 40, 1),
];

/** The addresses in the order in which a program tries them; equal ones stay as they came. */
export function orderAddresses(libc: Libc, addresses: readonly string[], sources: readonly SourceAddress[]): readonly string[] {
  const known = addresses.flatMap((text) => parseAddress(text) ?? []);
  if (known.length !== addresses.length || known.length < 2) return addresses;
  const ranks = known.map((destination) => rankOf(libc, destination, sources));
  return addresses
    .map((text, at) => ({ text, at, rank: ranks[at] ?? [] }))
    .sort((a, b) => compare(a.rank, b.rank) || a.at - b.at)
    .map(({ text }) => text);
}

/** What decides, most important first; less is better. */
function rankOf(libc: Libc, destination: Address, sources: readonly SourceAddress[]): readonly number[] {
  const of = tableOf(libc, destination);
  const source = sourceFor(destination, sources);
  const from = source === null ? null : parseAddress(source.address);
  const scope = scopeOf(libc, destination);
  const isUsable = from !== null;
  const sameScope = from !== null && scopeOf(libc, from) === scope;
  const sameLabel = from !== null && tableOf(libc, from).label === of.label;
  // glibc learns of subnets only where the sender has an IPv6 address too (its check_pf).
  const knowsSubnets = libc === "glibc" && sources.some(({ address }) => address.includes(":"));
  const prefix = knowsSubnets && source !== null ? source.prefix : null;
  const common = from === null ? 0 : commonBits(destination, from, prefix);
  return [isUsable ? 0 : 1, sameScope ? 0 : 1, sameLabel ? 0 : 1, -of.precedence, scope, -common];
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (a[i] ?? 0) - (b[i] ?? 0);
  return 0;
}

/** The kernel takes the address of the same family; among several the one that is nearest. */
function sourceFor(destination: Address, sources: readonly SourceAddress[]): SourceAddress | null {
  let best: { readonly source: SourceAddress; readonly bits: number } | null = null;
  for (const source of sources) {
    const address = parseAddress(source.address);
    if (address === null || address.family !== destination.family) continue;
    const bits = equalBits(destination.words, address.words);
    if (best === null || bits > best.bits) best = { source, bits };
  }
  return best?.source ?? null;
}

/** IPv6 counts from the left. Of IPv4 addresses only those of the sender's own subnet are compared, by who knows it. */
function commonBits(destination: Address, source: Address, prefix: number | null): number {
  const bits = equalBits(destination.words, source.words);
  if (destination.family === "IPv6") return bits;
  return prefix !== null && bits >= prefix ? bits : 0;
}

function equalBits(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const differ = ((a[i] ?? 0) ^ (b[i] ?? 0)) >>> 0;
    if (differ !== 0) return i * 32 + Math.clz32(differ);
  }
  return a.length * 32;
}

/** 2: the link, 14: everywhere (RFC 4291, 2.7); private IPv4 addresses count as global, for musl all of IPv4. */
function scopeOf(libc: Libc, { family, words }: Address): number {
  const [first = 0] = words;
  const high = first >>> 16;
  if (family === "IPv4" && libc === "musl") return 14;
  if (family === "IPv4") return high === 0xa9fe || high >>> 8 === 127 ? 2 : 14;
  if (isLoopback(words) || (high & 0xffc0) === 0xfe80) return 2;
  return (high & 0xffc0) === 0xfec0 ? 5 : 14;
}

function isLoopback(words: readonly number[]): boolean {
  return words.every((word, i) => word === (i === words.length - 1 ? 1 : 0));
}

function tableOf(libc: Libc, { family, words }: Address): Policy {
  const table = libc === "glibc" ? GLIBC : MUSL;
  const mapped = family === "IPv4" ? [0, 0, 0xffff, words[0] ?? 0] : words;
  const found = table.find(({ words: net, bits }) => equalBits(net, mapped) >= bits);
  if (found === undefined) throw new Error("no policy for an address: the last of the table holds for all");
  return found;
}
