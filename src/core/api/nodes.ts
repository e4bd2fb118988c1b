/**
 * The nodes of a cluster: the default ones, kind's, or those that somebody wrote, completed with what a kubelet and the
 * node controller would have added.
 */
import { addressAt, cidrContains, parseAddress, parseCidr } from "../base/address.ts";
import type { Address, Cidr } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import { parseRange } from "./addresses.ts";
import { isObject, listAt, stringsAt, textAt, withoutNulls } from "./json.ts";
import { decoded, decodeFaults } from "./decode.ts";
import type { ClusterSettings } from "./settings.ts";
import { shapeOf } from "./shapes.ts";
import { itemsOf } from "./stored.ts";
import { nodePrefix } from "./subnet-checks.ts";
import type { Node, StringMap } from "./types.ts";

export const KUBERNETES_VERSION = "v1.36.2";
export const CONTROL_PLANE = "node-role.kubernetes.io/control-plane";
const ZONE = "topology.kubernetes.io/zone";

interface NodePlanned {
  readonly name: string;
  readonly controlPlane: boolean;
  readonly labels: StringMap;
}

const DEFAULT_NODES: readonly NodePlanned[] = [
  { name: "control-plane", controlPlane: true, labels: { [ZONE]: "zone-a" } },
  { name: "node-1", controlPlane: false, labels: { [ZONE]: "zone-a" } },
  { name: "node-2", controlPlane: false, labels: { [ZONE]: "zone-a" } },
  { name: "node-3", controlPlane: false, labels: { [ZONE]: "zone-b" } },
];

/** The nodes' network by family, and the first node's place in it: ours for the default cluster, kind's for kind. */
const NODE_NETWORKS: Readonly<Record<"default" | "kind", Readonly<Record<Family, string>> & { readonly first: number }>> = {
  // A /16, so that thousands of nodes fit.
  default: { IPv4: "192.168.0.0/16", IPv6: "2001:db8:10::/64", first: 10 * 256 + 10 },
  kind: { IPv4: "172.18.0.0/16", IPv6: "fc00:f853:ccd:e793::/64", first: 2 },
};

function nodeAddress(network: "default" | "kind", family: Family, index: number): string {
  const { first, ...ranges } = NODE_NETWORKS[network];
  // The IPv6 network is counted from its own start: `2001:db8:10::10`.
  return addressIn(ranges[family], network === "default" && family === "IPv6" ? 0x10 + index : first + index);
}

/** The nodes of a cluster for which nobody wrote any. */
export function plannedNodes(settings: ClusterSettings): readonly Node[] {
  const network = settings.kindNodes === null ? "default" : "kind";
  return (settings.kindNodes ?? DEFAULT_NODES).map((plan, index) => {
    const addresses = podFamilies(settings).map((family) => nodeAddress(network, family, index));
    return nodeObject(plan, addresses, podCidrsAt(settings, index));
  });
}

function podFamilies(settings: ClusterSettings): readonly Family[] {
  return [...new Set(settings.podSubnets.map((subnet) => parseRange(subnet)?.family ?? "IPv4"))];
}

/** Address number `offset` of a range; the caller knows that it lies inside. */
export function addressIn(range: string, offset: number): string {
  const cidr = parseCidr(range);
  const address = cidr === null ? null : addressAt(cidr, offset);
  if (address === null) throw new Error(`${range} has no address number ${offset}`);
  return address;
}

/**
 * Part number `index` of each pod subnet: a /24 of IPv4 and a /64 of IPv6 a node, or less where the subnet is small. None
 * where a subnet has no such part: a node without a podCIDR, whose Pods get no address. (pkg/controller/nodeipam/ipam)
 */
function podCidrsAt(settings: ClusterSettings, index: number): readonly string[] {
  const parts = settings.podSubnets.map((subnet) => {
    const range = parseRange(subnet);
    if (range === null) throw new Error(`not a CIDR: ${subnet}`);
    const prefix = nodePrefix(range);
    const start = partStart(range, prefix, index);
    return start === null ? null : `${start}/${prefix}`;
  });
  const found = parts.filter((part) => part !== null);
  return found.length === parts.length ? found : [];
}

/** First address of part `index` when the range is cut into parts of `prefix` bits; null where it has no such part. */
function partStart(range: Cidr, prefix: number, index: number): string | null {
  // Counted in words: part numbers of an IPv6 range go beyond the offsets that a number holds.
  const words = [...range.words];
  const word = Math.floor((prefix - 1) / 32);
  words[word] = ((words[word] ?? 0) + (index << (32 * (word + 1) - prefix))) | 0;
  const start = addressOfWords(range.family, words);
  return start === null || !cidrContains(range, start) ? null : start.text;
}

function addressOfWords(family: Family, words: readonly number[]): Address | null {
  const hex = words.flatMap((word) => [(word >>> 16).toString(16), (word & 0xffff).toString(16)]);
  return parseAddress(
    family === "IPv6"
      ? hex.join(":")
      : words.flatMap((word) => [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255]).join("."),
  );
}

function nodeObject(plan: NodePlanned, addresses: readonly string[], podCIDRs: readonly string[]): Node {
  const role: StringMap = plan.controlPlane ? { [CONTROL_PLANE]: "" } : {};
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: plan.name, labels: { ...standardLabels(plan.name), ...role, ...plan.labels } },
    spec: {
      ...cidrFields(podCIDRs),
      ...(plan.controlPlane ? { taints: [{ key: CONTROL_PLANE, effect: "NoSchedule" }] } : {}),
    },
    status: nodeStatus(plan.name, addresses),
  };
}

function cidrFields(podCIDRs: readonly string[]): Pick<Node["spec"], "podCIDR" | "podCIDRs"> {
  const [podCIDR] = podCIDRs;
  return podCIDR === undefined ? {} : { podCIDR, podCIDRs };
}

/** The kubelet still sets the two beta labels beside their successors. (pkg/kubelet/kubelet_node_status.go, initialNode) */
function standardLabels(name: string): StringMap {
  return {
    "beta.kubernetes.io/arch": "amd64",
    "beta.kubernetes.io/os": "linux",
    "kubernetes.io/arch": "amd64",
    "kubernetes.io/hostname": name,
    "kubernetes.io/os": "linux",
  };
}

function nodeStatus(name: string, addresses: readonly string[]): Node["status"] & { readonly [field: string]: unknown } {
  return {
    addresses: [...addresses.map((address) => ({ type: "InternalIP", address })), { type: "Hostname", address: name }],
    conditions: [{ type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status" }],
    // Larger than most: a manifest that asks for much is about Services here, not about machines.
    allocatable: { cpu: "32", memory: "131072Mi", pods: "250" },
    capacity: { cpu: "32", memory: "131172Mi", pods: "250" },
    nodeInfo: {
      architecture: "amd64",
      containerRuntimeVersion: "containerd://2.2.1",
      kernelVersion: "6.12.0",
      kubeletVersion: KUBERNETES_VERSION,
      operatingSystem: "linux",
      osImage: "Debian GNU/Linux 13 (trixie)",
    },
  };
}

/**
 * Nodes that somebody wrote, with what a kubelet and the node controller would have added: addresses, a podCIDR, the
 * Ready condition. What is written stands; nodes that are there already (`existing`) keep what they were given.
 */
export function completeNodes(objects: readonly unknown[], settings: ClusterSettings, existing: readonly Node[] = []): readonly Node[] {
  const written = objects.filter(isReadableNode);
  const kept = new Map(existing.map((node) => [node.metadata.name, node]));
  const taken = new Set([
    ...written.map((object) => textAt(object, "spec", "podCIDR") ?? kept.get(textAt(object, "metadata", "name") ?? "")?.spec.podCIDR ?? ""),
    ...existing.flatMap(internalAddresses),
  ]);
  const families = podFamilies(settings);
  /** The first ones, counting up, that nobody has. */
  const counter = (make: (part: number) => readonly string[]): (() => readonly string[]) => {
    let part = 0;
    return () => {
      for (;;) {
        const made = make(part++);
        if (!made.some((each) => taken.has(each))) return made;
      }
    };
  };
  const nextCidrs = counter((part) => podCidrsAt(settings, part));
  const nextAddresses = counter((part) => families.map((family) => nodeAddress("default", family, part)));
  return written.map((object) => {
    const name = textAt(object, "metadata", "name") ?? "";
    const before = kept.get(name);
    const own = textAt(object, "spec", "podCIDR") ?? before?.spec.podCIDR;
    const listed = listAt(object, "spec", "podCIDRs").filter((cidr) => typeof cidr === "string");
    const podCIDRs = listed.length > 0 ? listed : own === undefined ? nextCidrs() : (before?.spec.podCIDRs ?? [own]);
    const addresses = before === undefined ? nextAddresses() : internalAddresses(before);
    return completeNode(object, name, podCIDRs, addresses);
  });
}

/** A Node with a name whose fields have the types of the API: admission refuses any other, and says why. */
function isReadableNode(object: unknown): boolean {
  if (textAt(object, "apiVersion") !== "v1" || textAt(object, "kind") !== "Node" || (textAt(object, "metadata", "name") ?? "") === "")
    return false;
  const shape = shapeOf("v1", "Node");
  return shape === null || decodeFaults(withoutNulls(object), shape).every(({ kind }) => kind !== "wrong-type");
}

function internalAddresses(node: Node): readonly string[] {
  return (node.status.addresses ?? []).filter(({ type }) => type === "InternalIP").map(({ address }) => address);
}

function completeNode(object: unknown, name: string, podCIDRs: readonly string[], addresses: readonly string[]): Node {
  const plain = withoutNulls(object);
  const shape = shapeOf("v1", "Node");
  const given = shape === null ? plain : decoded(plain, shape);
  const part = (field: string): { readonly [key: string]: unknown } => (isObject(given) && isObject(given[field]) ? given[field] : {});
  const status = nodeStatus(name, addresses);
  const written = part("status");
  const reported = listAt(written, "addresses").filter((entry) => textAt(entry, "address") !== undefined);
  const node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { ...part("metadata"), name, labels: { ...standardLabels(name), ...stringsAt(given, "metadata", "labels") } },
    spec: { ...part("spec"), ...cidrFields(podCIDRs) },
    status: {
      ...status,
      ...written,
      addresses: reported.length > 0 ? reported : status.addresses,
      nodeInfo: {
        ...(isObject(status["nodeInfo"]) ? status["nodeInfo"] : {}),
        ...(isObject(written["nodeInfo"]) ? written["nodeInfo"] : {}),
      },
    },
  };
  return node as unknown as Node; // fields that are not ours stay as written
}

/** By name, the Node that the cluster gets for each Node document. `existing` are the nodes that stand already. */
export function completedNodes(
  documents: readonly unknown[],
  settings: ClusterSettings,
  existing: readonly Node[] = [],
): ReadonlyMap<string, Node> {
  return new Map(completeNodes(documents.flatMap(itemsOf), settings, existing).map((node) => [node.metadata.name, node]));
}
