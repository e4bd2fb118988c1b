/**
 * Pod addresses, as the host-local plugin gives them out: upward through the node's podCIDR, and round again at its end,
 * so that an address comes back only after all others. The first is the bridge's. (containernetworking/plugins, host-local)
 */
import { addressAt, cidrSize, offsetIn, parseAddress, parseCidr } from "../base/address.ts";
import type { Cidr } from "../base/address.ts";
import type { Node, Pod } from "../api/types.ts";
import { created } from "./lookup.ts";
import type { World } from "./world.ts";

/** One address for each podCIDR of the node, or none where a range is full. */
export function nextPodAddresses(world: World, node: Node): readonly string[] {
  const ranges = rangesOf(node);
  const addresses: string[] = [];
  for (const range of ranges) {
    const address = nextAddress(world, node.metadata.name, range);
    if (address === null) return [];
    addresses.push(address);
  }
  return addresses;
}

function rangesOf(node: Node): readonly Cidr[] {
  let ranges = rangesKnown.get(node);
  if (ranges === undefined) {
    const cidrs = node.spec.podCIDRs ?? (node.spec.podCIDR === undefined ? [] : [node.spec.podCIDR]);
    rangesKnown.set(node, (ranges = cidrs.map(parseCidr).filter((range) => range !== null)));
  }
  return ranges;
}

/** A pure memo: read off a Node, which never changes. */
const rangesKnown = new WeakMap<Node, readonly Cidr[]>();

/** An address that a Pod has brought along: the ones that are given out come after it. False where it is none of the node's. */
export function noteAddress(world: World, node: Node, text: string): boolean {
  const address = parseAddress(text);
  const range = address === null ? undefined : rangesOf(node).find(({ family }) => family === address.family);
  const offset = address === null || range === undefined ? null : offsetIn(range, address);
  if (range === undefined || offset === null || offset < 2) return false;
  const counter = `${node.metadata.name} ${range.family}`;
  world.memory.addressesGiven.set(counter, Math.max(world.memory.addressesGiven.get(counter) ?? 0, offset - 1));
  return true;
}

function nextAddress(world: World, node: string, range: Cidr): string | null {
  const counter = `${node} ${range.family}`;
  const last = Math.min(cidrSize(range), Number.MAX_SAFE_INTEGER) - (range.family === "IPv4" ? 2 : 1);
  const usable = last - 1; // offsets 2 to last
  const given = world.memory.addressesGiven.get(counter) ?? 0;
  // In the first round every next address is new; later the living Pods decide.
  const taken = given < usable ? NONE : addressesOn(world, node);
  for (let step = given; step < given + usable && step <= given + taken.size; step++) {
    const address = addressAt(range, 2 + (step % usable));
    if (address === null || taken.has(address)) continue;
    world.memory.addressesGiven.set(counter, step + 1);
    return address;
  }
  return null;
}

const NONE: ReadonlySet<string> = new Set();

function addressesOn(world: World, node: string): ReadonlySet<string> {
  const taken = new Set<string>();
  for (const object of created(world.store, "Pod")) {
    const pod = object as Pod; // the kind says so
    if (pod.spec.nodeName === node) for (const { ip } of pod.status.podIPs ?? []) taken.add(ip);
  }
  return taken;
}
