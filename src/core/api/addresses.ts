/**
 * The API server's view of addresses and CIDRs in objects: which family, and what the strict check of new values (on by
 * default since Kubernetes 1.36) finds wrong. The arithmetic is `base/address.ts`. (apimachinery/pkg/util/validation/ip.go)
 */
import { parseAddress, parseCidr } from "../base/address.ts";
import type { Cidr } from "../base/address.ts";
import type { Family } from "../base/names.ts";

/** A CIDR with its prefix length written, read leniently; null if the text is none. */
export function parseRange(text: string): Cidr | null {
  return text.includes("/") ? parseCidr(text) : null;
}

/** The family of an address that was checked before; an IPv4-mapped one counts as IPv4, as in Go. */
export function familyOf(text: string): Family {
  if (!text.includes(":")) return "IPv4";
  const address = parseAddress(text);
  return address === null || address.family === "IPv4" || isMapped(address.text) ? "IPv4" : "IPv6";
}

function isMapped(canonical: string): boolean {
  return canonical.startsWith("::ffff:") && canonical.includes(".");
}

export type BadAddress = "not-an-address" | "leading-zeros" | "ipv4-mapped";

export function addressFault(text: string): BadAddress | null {
  const address = parseAddress(text);
  if (address === null) return "not-an-address";
  if (address.family === "IPv4") return address.text === text ? null : "leading-zeros";
  return isMapped(address.text) ? "ipv4-mapped" : null;
}

export type BadRange = "not-a-range" | "leading-zeros" | "ipv4-mapped" | "host-bits";

/** In the order in which the API server lists them. */
export function rangeFaults(text: string): readonly BadRange[] {
  const range = parseRange(text);
  if (range === null) return ["not-a-range"];
  const [address = "", prefix = ""] = text.split("/");
  const fault = addressFault(address);
  const faults: BadRange[] = [];
  if (fault === "leading-zeros" || (prefix.length > 1 && prefix.startsWith("0"))) faults.push("leading-zeros");
  if (fault === "ipv4-mapped") faults.push("ipv4-mapped");
  if (faults.length === 0 && `${parseAddress(address)?.text ?? ""}/${prefix}` !== range.text) faults.push("host-bits");
  return faults;
}
