/**
 * Addresses and CIDRs as kube-proxy reads them: leniently (leading zeros are decimal, as in Go's `ParseIPSloppy`)
 * and printed in canonical form, host bits cleared. Source: `k8s.io/utils/net`, RFC 5952.
 */
import ipaddr from "ipaddr.js";
import type { Family } from "../base/names.ts";

export interface Address {
  readonly family: Family;
  /** Canonical: `10.0.0.1`, `fd00::1`. */
  readonly text: string;
  /** 4 or 16 bytes, network order. */
  readonly bytes: readonly number[];
}

export interface Cidr {
  readonly family: Family;
  readonly length: number;
  readonly bytes: readonly number[];
  /** Canonical, host bits cleared: `10.244.0.0/16`. */
  readonly text: string;
}

/** null where the text is no address; an IPv4-mapped IPv6 address is the IPv4 one, as in Go. */
export function parseAddress(text: string): Address | null {
  const plain = withoutLeadingZeros(text.trim());
  if (plain.includes("%") || (!plain.includes(":") && !ipaddr.IPv4.isValidFourPartDecimal(plain))) return null;
  if (!ipaddr.isValid(plain)) return null;
  const parsed = ipaddr.process(plain);
  return addressOf(parsed.toByteArray());
}

function addressOf(bytes: readonly number[]): Address {
  if (bytes.length === 4) return { family: "IPv4", text: bytes.join("."), bytes };
  return { family: "IPv6", text: new ipaddr.IPv6([...bytes]).toRFC5952String(), bytes };
}

/** `010.0.0.1` is 10.0.0.1: IPv4 parts are decimal whatever zeros stand before them. */
function withoutLeadingZeros(text: string): string {
  return text.includes(":") ? text : text.replace(/(^|\.)0+(?=\d)/g, "$1");
}

/** null where the text is no CIDR. */
export function parseCidr(text: string): Cidr | null {
  const [base = "", digits = "", ...rest] = text.trim().split("/");
  const address = parseAddress(base);
  if (address === null || rest.length > 0 || !/^\d{1,3}$/.test(digits)) return null;
  const length = Number(digits);
  if (length > address.bytes.length * 8) return null;
  const bytes = address.bytes.map((byte, i) => byte & maskByte(length, i));
  return { family: address.family, length, bytes, text: `${addressOf(bytes).text}/${length}` };
}

/** The byte at `index` of the netmask of that length. */
function maskByte(length: number, index: number): number {
  const bits = length - index * 8;
  return bits >= 8 ? 0xff : bits <= 0 ? 0 : (0xff << (8 - bits)) & 0xff;
}

export function cidrContains(cidr: Cidr, address: Address): boolean {
  return cidr.family === address.family && cidr.bytes.every((byte, i) => ((address.bytes[i] ?? 0) & maskByte(cidr.length, i)) === byte);
}

/** The CIDR that holds this address alone: what `-d 10.0.0.1` means. */
export function hostCidr(address: Address): string {
  return `${address.text}/${address.bytes.length * 8}`;
}

/** `10.0.0.1:80`, `[fd00::1]:80`. */
export function joinHostPort(address: Address, port: number): string {
  return address.family === "IPv6" ? `[${address.text}]:${port}` : `${address.text}:${port}`;
}

export function isLoopback(address: Address): boolean {
  return address.family === "IPv4" ? address.bytes[0] === 127 : address.text === "::1";
}
