/** IP addresses in names and messages: read as strictly as Go's net.ParseIP does, one spelling each, reverse names. */
import { canonicalAddress, parseAddress as readAddress } from "../base/address.ts";
import type { Family } from "../base/names.ts";

export interface Address {
  readonly family: Family;
  /** The one spelling: dotted decimal, or RFC 5952 for IPv6. */
  readonly text: string;
}

const OCTET = /^(0|[1-9]\d{0,2})$/;

/** null where the text is no address. An octet with a leading zero is none, and neither is an address with a zone. */
export function parseAddress(text: string): Address | null {
  if (!text.includes(":") && !text.split(".").every((octet) => OCTET.test(octet))) return null;
  const address = readAddress(text);
  return address === null ? null : { family: address.family, text: address.text };
}

/** 4 or 16 octets. Throws on what is no address: callers have read it before. */
export function addressBytes(text: string): number[] {
  const address = readAddress(text);
  if (address === null) throw new Error(`no address: ${text}`);
  return address.words.flatMap((word) => [24, 16, 8, 0].map((shift) => (word >>> shift) & 0xff));
}

/** The address of 4 or 16 octets. */
export function addressOfBytes(bytes: readonly number[]): string {
  const groups = bytes.flatMap((high, i) => (i % 2 === 0 ? [((high << 8) | (bytes[i + 1] ?? 0)).toString(16)] : []));
  const text = bytes.length === 4 ? bytes.join(".") : canonicalAddress(groups.join(":"));
  if (text === null || (bytes.length !== 4 && bytes.length !== 16)) throw new Error(`no address of ${bytes.length} octets`);
  return text;
}

/** `12.45.96.10.in-addr.arpa.`, or 32 nibbles under `ip6.arpa.`. */
export function reverseName(address: string): string {
  const bytes = addressBytes(address);
  if (bytes.length === 4) return `${bytes.reverse().join(".")}.in-addr.arpa.`;
  const nibbles = bytes.flatMap((byte) => [byte >> 4, byte & 15]).reverse();
  return `${nibbles.map((nibble) => nibble.toString(16)).join(".")}.ip6.arpa.`;
}

/** The address that a complete reverse name (lower case) stands for, or null. */
export function addressOfReverseName(name: string): string | null {
  if (name.endsWith(".in-addr.arpa.")) {
    const octets = name.slice(0, -".in-addr.arpa.".length).split(".").reverse();
    return parseAddress(octets.join("."))?.text ?? null;
  }
  if (!name.endsWith(".ip6.arpa.")) return null;
  const nibbles = name.slice(0, -".ip6.arpa.".length).split(".").reverse();
  if (nibbles.length !== 32 || !nibbles.every((nibble) => /^[0-9a-f]$/.test(nibble))) return null;
  const groups = Array.from({ length: 8 }, (_, i) => nibbles.slice(i * 4, i * 4 + 4).join(""));
  return parseAddress(groups.join(":"))?.text ?? null;
}
