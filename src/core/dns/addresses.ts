/** IP addresses as text: strict reading as Go's net.ParseIP does it, one spelling per address, reverse names. */
import ipaddr from "ipaddr.js";
import type { Family } from "../base/names.ts";

export interface Address {
  readonly family: Family;
  /** The one spelling: dotted decimal, or RFC 5952 for IPv6. */
  readonly text: string;
}

const OCTET = /^(0|[1-9]\d{0,2})$/;

/** null where the text is no address. An octet with a leading zero is none; nor is an IPv6 address with a zone. */
export function parseAddress(text: string): Address | null {
  if (text.includes(":")) {
    if (text.includes("%") || text.includes("/") || !ipaddr.IPv6.isValid(text)) return null;
    return { family: "IPv6", text: ipaddr.IPv6.parse(text).toString() };
  }
  const octets = text.split(".");
  if (octets.length !== 4 || !octets.every((octet) => OCTET.test(octet) && Number(octet) <= 255)) return null;
  return { family: "IPv4", text };
}

export function addressBytes(address: string): number[] {
  return ipaddr.parse(address).toByteArray();
}

export function addressOfBytes(bytes: readonly number[]): string {
  return ipaddr.fromByteArray([...bytes]).toString();
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
