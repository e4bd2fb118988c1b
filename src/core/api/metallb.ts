/**
 * MetalLB's pools and their announcements: the CustomResourceDefinitions' schemas, and what its webhooks say of addresses.
 * (go.universe.tf/metallb, api/v1beta1, internal/config)
 */
import { parseAddress } from "../base/address.ts";
import type { Address } from "../base/address.ts";
import { parseRange } from "./addresses.ts";
import { anything, array, flag, integer, shape, text } from "./crd-schema.ts";
import type { Schema } from "./crd-schema.ts";
import type { Draft } from "./json.ts";
import { listAt, textAt } from "./json.ts";

const selectors = array(anything);

export const metallbSchemas: { readonly [kind: string]: Schema } = {
  IPAddressPool: shape({
    "spec!": shape({
      "addresses!": array(text()),
      autoAssign: [flag, true],
      avoidBuggyIPs: [flag, false],
      serviceAllocation: shape({
        priority: integer(),
        namespaces: array(text()),
        namespaceSelectors: selectors,
        serviceSelectors: selectors,
      }),
    }),
    status: anything,
  }),
  L2Advertisement: shape({
    spec: shape({
      ipAddressPools: array(text()),
      ipAddressPoolSelectors: selectors,
      nodeSelectors: selectors,
      interfaces: array(text()),
      interfaceSelectors: anything,
      serviceSelectors: selectors,
    }),
    status: anything,
  }),
};

export interface PoolFault {
  readonly field: string;
  readonly message: string;
}

/** What MetalLB's webhook refuses about a pool's addresses: each a CIDR, or a first and a last address with a dash between. */
export function poolFault(pool: Draft): PoolFault | null {
  const name = textAt(pool, "metadata", "name") ?? "";
  const addresses = listAt(pool, "spec", "addresses");
  if (addresses.length === 0) return denied("spec.addresses", "pool has no prefixes defined");
  for (const [index, given] of addresses.entries()) {
    const range = typeof given === "string" ? given : "";
    const why = rangeFault(range);
    if (why !== null)
      return denied(
        `spec.addresses[${index}]`,
        `parsing address pool ${name}: invalid CIDR ${JSON.stringify(range)} in pool ${JSON.stringify(name)}: ${why}`,
      );
  }
  return null;
}

function denied(field: string, why: string): PoolFault {
  return { field, message: `admission webhook "ipaddresspoolvalidationwebhook.metallb.io" denied the request: ${why}` };
}

function rangeFault(text: string): string | null {
  if (!text.includes("-")) return parseRange(text) === null ? `invalid CIDR ${JSON.stringify(text)}` : null;
  const dash = text.indexOf("-");
  const [first, last] = [text.slice(0, dash), text.slice(dash + 1)];
  const quoted = JSON.stringify(text);
  const [start, end] = [parseAddress(first.trim()), parseAddress(last.trim())];
  if (start === null) return `invalid IP range ${quoted}: invalid start IP ${JSON.stringify(first)}`;
  if (end === null) return `invalid IP range ${quoted}: invalid end IP ${JSON.stringify(last)}`;
  if (start.family !== end.family || isAfter(start, end))
    return `invalid IP range ${quoted}: start IP ${JSON.stringify(start.text)} is after the end IP ${JSON.stringify(end.text)}`;
  return null;
}

function isAfter(a: Address, b: Address): boolean {
  for (const [index, word] of a.words.entries()) {
    const [left, right] = [word >>> 0, (b.words[index] ?? 0) >>> 0];
    if (left !== right) return left > right;
  }
  return false;
}
