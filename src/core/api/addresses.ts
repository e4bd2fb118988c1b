/**
 * IP addresses and ranges as the API server reads and prints them. An address is compared as a number
 * (`bigint`), so that IPv4 and IPv6 ranges are walked by the same code; the text forms come from ipaddr.js.
 * (apimachinery/pkg/util/validation/ip.go, k8s.io/utils/net)
 */
import ipaddr from "ipaddr.js";
import type { Family } from "../base/names.ts";

export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** A CIDR: `base` has its host bits cleared. */
export interface Range {
  readonly family: Family;
  readonly base: bigint;
  readonly prefix: number;
  readonly hostBits: number;
}

export type BadAddress = "not-an-address" | "leading-zeros" | "ipv4-mapped";

const BITS: Readonly<Record<Family, number>> = { IPv4: 32, IPv6: 128 };

/** Reads an address leniently (leading zeros, IPv4-mapped), as stored objects may hold it. */
export function parseAddress(text: string): Address | null {
  if (isDottedQuad(text)) {
    const octets = text.split(".").map(Number);
    if (octets.some((octet) => octet > 255)) return null;
    return { family: "IPv4", value: octets.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n) };
  }
  if (!text.includes(":") || text.includes("%") || !ipaddr.IPv6.isValid(text)) return null;
  const value = ipaddr.IPv6.parse(text)
    .toByteArray()
    .reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return value >> 32n === 0xffffn ? { family: "IPv4", value: value & 0xffffffffn } : { family: "IPv6", value };
}

function isDottedQuad(text: string): boolean {
  return /^\d{1,4}(\.\d{1,4}){3}$/.test(text);
}

/** What the strict check of new values finds wrong (on by default since Kubernetes 1.36), or null. */
export function addressFault(text: string): BadAddress | null {
  if (parseAddress(text) === null) return "not-an-address";
  if (isDottedQuad(text)) return text.split(".").some((octet) => octet.length > 1 && octet.startsWith("0")) ? "leading-zeros" : null;
  return ipaddr.IPv6.parse(text).isIPv4MappedAddress() ? "ipv4-mapped" : null;
}

/** Canonical text: dotted decimal, or RFC 5952. */
export function formatAddress(address: Address): string {
  const bytes: number[] = [];
  for (let shift = BITS[address.family] - 8; shift >= 0; shift -= 8) bytes.push(Number((address.value >> BigInt(shift)) & 0xffn));
  return address.family === "IPv4" ? bytes.join(".") : new ipaddr.IPv6(bytes).toRFC5952String();
}

export function familyOf(text: string): Family {
  return parseAddress(text)?.family ?? (text.includes(":") ? "IPv6" : "IPv4");
}

/** Reads `10.96.0.0/12` leniently; host bits may be set in the text and are cleared in the result. */
export function parseRange(text: string): Range | null {
  const slash = text.indexOf("/");
  if (slash < 0) return null;
  const address = parseAddress(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (address === null || !/^\d{1,3}$/.test(digits)) return null;
  const prefix = Number(digits);
  const bits = BITS[address.family];
  if (prefix > bits) return null;
  const hostBits = bits - prefix;
  return { family: address.family, base: (address.value >> BigInt(hostBits)) << BigInt(hostBits), prefix, hostBits };
}

export type BadRange = "not-a-range" | "leading-zeros" | "ipv4-mapped" | "host-bits";

/** What the strict check finds wrong with a CIDR, in the order in which the API server lists it. */
export function rangeFaults(text: string): readonly BadRange[] {
  const range = parseRange(text);
  if (range === null) return ["not-a-range"];
  const [address = "", prefix = ""] = text.split("/");
  const faults: BadRange[] = [];
  const fault = addressFault(address);
  if (fault === "leading-zeros" || (prefix.length > 1 && prefix.startsWith("0"))) faults.push("leading-zeros");
  if (fault === "ipv4-mapped") faults.push("ipv4-mapped");
  if (faults.length === 0 && parseAddress(address)?.value !== range.base) faults.push("host-bits");
  return faults;
}

export function formatRange(range: Range): string {
  return `${formatAddress({ family: range.family, value: range.base })}/${range.prefix}`;
}

export function contains(range: Range, address: Address): boolean {
  return range.family === address.family && address.value >> BigInt(range.hostBits) === range.base >> BigInt(range.hostBits);
}

/** The address at `offset` from the range's base; the caller keeps `offset` inside the range. */
export function addressAt(range: Range, offset: bigint): string {
  return formatAddress({ family: range.family, value: range.base + offset });
}

/** How many addresses the range holds, network and broadcast address included. */
export function sizeOf(range: Range): bigint {
  return 1n << BigInt(range.hostBits);
}
