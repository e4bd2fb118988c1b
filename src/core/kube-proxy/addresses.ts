/** What kube-proxy asks of addresses beyond reading them. */
import { parseAddress, parseCidr } from "../base/address.ts";
import type { Address, Cidr } from "../base/address.ts";
import type { Family } from "../base/names.ts";

/** Those of the family, in order; texts that are no addresses are left out (API validation names them). */
export function addressesOf(texts: readonly string[], family: Family): Address[] {
  return texts.flatMap((text) => {
    const address = parseAddress(text.trim());
    return address?.family === family ? [address] : [];
  });
}

/** Those of the family, in order. */
export function cidrsOf(texts: readonly string[], family: Family): Cidr[] {
  return texts.flatMap((text) => {
    const cidr = parseCidr(text.trim());
    return cidr?.family === family ? [cidr] : [];
  });
}

/** The prefix that holds this address alone: what `-d 10.0.0.1` means. */
export function hostCidr(address: Address): string {
  return address.family === "IPv4" ? `${address.text}/32` : `${address.text}/128`;
}

export function isLoopback(address: Address): boolean {
  return address.family === "IPv4" ? address.text.startsWith("127.") : address.text === "::1";
}
