/**
 * What the subnets of a cluster have to do with each other and with its nodes: a Pod subnet is cut into one range a node,
 * and a Pod's address that is a Service's too is nobody's. The node IPAM controller hands ranges out until there are none
 * (pkg/controller/nodeipam/ipam); a node without one runs and its Pods get no address.
 */
import { cidrsOverlap } from "../base/address.ts";
import type { Cidr } from "../base/address.ts";
import { parseRange } from "./addresses.ts";
import { isObject, textAt } from "./json.ts";
import type { ClusterSettings, SettingsProblem } from "./settings.ts";

/** Length of the prefix that each node gets of a Pod subnet: /24 or /64, longer where the subnet itself is that small. */
export function nodePrefix(subnet: Cidr): number {
  const usual = subnet.family === "IPv4" ? 24 : 64;
  return subnet.prefix < usual ? usual : Math.min(subnet.prefix + 4, subnet.family === "IPv4" ? 30 : 126);
}

/**
 * Warnings about the subnets in force.
 * @param written the document that sets them; -1: none does
 */
export function subnetProblems(settings: ClusterSettings, documents: readonly unknown[], written: number): readonly SettingsProblem[] {
  if (settings.stored) return [];
  return [...overlaps(settings, written), ...nodesWithoutRange(settings, documents, written)];
}

function overlaps({ podSubnets, serviceSubnets }: ClusterSettings, written: number): readonly SettingsProblem[] {
  if (written < 0) return [];
  return podSubnets.flatMap((pods) => {
    const clash = serviceSubnets.find((services) => clashes(pods, services));
    if (clash === undefined) return [];
    const message = `${pods} overlaps the Service subnet ${clash}: what is sent to an address of both goes to the Service that has it`;
    return [{ document: written, field: "networking.podSubnet", message }];
  });
}

function clashes(a: string, b: string): boolean {
  const [one, other] = [parseRange(a), parseRange(b)];
  return one !== null && other !== null && cidrsOverlap(one, other);
}

function nodesWithoutRange(settings: ClusterSettings, documents: readonly unknown[], written: number): readonly SettingsProblem[] {
  const few = settings.podSubnets.map(rangesOf).reduce((least, each) => (each.count < least.count ? each : least), ENDLESS);
  const ranges = `${few.subnet} has ranges (/${few.prefix}) for ${few.count} nodes`;
  if (settings.kindNodes !== null) {
    const left = settings.kindNodes.length - few.count;
    if (left <= 0) return [];
    const rest = left === 1 ? "one is left without, and its Pods get" : `${left} are left without, and their Pods get`;
    return [{ document: written, field: "networking.podSubnet", message: `${ranges}: ${rest} no address` }];
  }
  const nodes = documents.flatMap((document, index) => (takesRange(document) ? [index] : []));
  const first = nodes[few.count];
  if (first === undefined) return [];
  const rest = nodes.length - few.count === 1 ? "this one is" : `this one and ${nodes.length - few.count - 1} more are`;
  return [{ document: first, field: "metadata.name", message: `${ranges}: ${rest} left without, and Pods there get no address` }];
}

/** A Node that the cluster is to give a range: one that says its own needs none. */
function takesRange(document: unknown): boolean {
  if (!isObject(document) || document["kind"] !== "Node" || document["apiVersion"] !== "v1") return false;
  return textAt(document, "spec", "podCIDR") === undefined;
}

interface Ranges {
  readonly subnet: string;
  readonly prefix: number;
  readonly count: number;
}

const ENDLESS: Ranges = { subnet: "", prefix: 0, count: Infinity };

function rangesOf(subnet: string): Ranges {
  const range = parseRange(subnet);
  if (range === null) return ENDLESS;
  const prefix = nodePrefix(range);
  return { subnet, prefix, count: 2 ** (prefix - range.prefix) };
}
