/**
 * Who has which address, and what each node's routing table says: the network that kubeadm with a bridge plugin (or
 * flannel host-gw) makes. Per node a bridge `cni0` with the first address of its Pod CIDR, a veth pair for each Pod,
 * `eth0` on the segment between the nodes, one route for each other node's Pod CIDR via that node, and a default route
 * to a gateway. Nothing between the nodes translates an address; what leaves the cluster is masqueraded (masquerade.ts).
 *
 *   pod ──veth── cni0 ─[ node ]─ eth0 ──── segment ──── eth0 ─[ node ]─ cni0 ──veth── pod
 *                                             │
 *                                          gateway ──── outside client, laptop, name server
 *
 * A Pod whose address does not lie in its node's Pod CIDR (a dump of a cluster with another network plugin) has a host route
 * on every node instead.
 */
import { addressAt, canonicalAddress, cidrContains, parseAddress, parseCidr, type Address, type Cidr } from "../base/address.ts";
import { compareText, type Family, type NamespacedName } from "../base/names.ts";
import { changesBetween, listed, type ObjectStore } from "../api/store.ts";
import type { EndpointSlice, Node, Pod } from "../api/types.ts";
import { addressesOfPod, podNetsOf, PodNetBook, type PodNet, type PodNets } from "./pod-nets.ts";
import type { RouteTaken } from "./trace.ts";

export type { PodNet } from "./pod-nets.ts";

export const BRIDGE = "cni0";
export const UPLINK = "eth0";
export const LOOPBACK = "lo";

export const ZONE_LABEL = "topology.kubernetes.io/zone";
export const CONTROL_PLANE_LABEL = "node-role.kubernetes.io/control-plane";

export interface NodeNet {
  readonly name: string;
  readonly zone: string;
  /** Whether others reach it: false when it is stopped or cut off, or nobody has heard of it (its Ready condition is Unknown). */
  readonly up: boolean;
  /** Nothing on it runs. */
  readonly stopped: boolean;
  /** Its cable is out: nothing leaves it, what stays on it arrives. */
  readonly cut: boolean;
  readonly controlPlane: boolean;
  /** All of status.addresses that are addresses, canonical, in order. */
  readonly addresses: readonly string[];
  /** First InternalIP of the family, else the first address of it: the primary address of eth0. */
  readonly uplink: Readonly<Record<Family, string | null>>;
  /** First address of the first Pod CIDR of the family: the bridge's. null where a Pod or an endpoint holds that address. */
  readonly bridge: Readonly<Record<Family, string | null>>;
  readonly podCidrs: readonly Cidr[];
}

/** A host beyond the gateway. */
export interface OutsideHost {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  readonly kind: "client" | "laptop" | "dns";
}

export interface Topology {
  readonly nodes: ReadonlyMap<string, NodeNet>;
  /** Pods that hold an address, by `namespace/name`. */
  readonly pods: ReadonlyMap<NamespacedName, PodNet>;
  /** Host-network Pods are not in here: their address is their node's. */
  readonly podAt: ReadonlyMap<string, PodNet>;
  /** Addresses of nodes, bridges included. */
  readonly nodeAt: ReadonlyMap<string, string>;
  readonly outside: ReadonlyMap<string, OutsideHost>;
  readonly outsideAt: ReadonlyMap<string, OutsideHost>;
  /** The segment between the nodes, per family; null where no node has an address of it. */
  readonly segment: Readonly<Record<Family, Cidr | null>>;
  readonly gateway: Readonly<Record<Family, string | null>>;
  /** Node whose Pod CIDR an address lies in: prefix length → first address → node. */
  readonly podCidrIndex: readonly { readonly family: Family; readonly prefix: number; readonly nodes: ReadonlyMap<string, string> }[];
}

/** Where a packet for an address goes from a node. */
export interface Route extends RouteTaken {
  readonly kind: "local" | "forward" | "none";
  /** Next hop on the wire: the gateway address, or the destination itself where it is on-link. */
  readonly nextHop: string;
  /** Address that the node's own packets and MASQUERADE take there. */
  readonly source: string | null;
}

/** What happened to machines, by node. */
export type NodeFaults = ReadonlyMap<string, { readonly stopped: boolean; readonly cut: boolean }>;

const NO_FAULTS: NodeFaults = new Map();

/** A text that changes with the faults. */
export function faultsText(faults: NodeFaults): string {
  if (faults.size === 0) return "";
  return [...faults].map(([node, { stopped, cut }]) => `${node} ${stopped ? "stopped" : ""} ${cut ? "cut" : ""}`).join();
}

/** The network of the stored Nodes and Pods with these hosts outside. */
export function topologyOf(store: ObjectStore, outsiders: readonly OutsideHost[], faults: NodeFaults = NO_FAULTS): Topology {
  const [nodes, pods] = [listed(store, "Node"), listed(store, "Pod")];
  const bridges = bridgesOf(nodes);
  const held = new Set([...bridgesHeld(listed(store, "EndpointSlice"), bridges), ...bridgesOfPods(pods, bridges)]);
  return assembled(nodesOf(nodes, held, faults), outsidersOf(outsiders), () => podNetsOf(pods));
}

/** The same network with these hosts outside. */
export function withOutsiders(topology: Topology, outsiders: readonly OutsideHost[]): Topology {
  return assembled(topology, outsidersOf(outsiders), () => topology);
}

/** Of a topology what follows from the nodes, and from the hosts outside. */
type OfNodes = Pick<Topology, "nodes" | "nodeAt" | "segment" | "gateway" | "podCidrIndex">;
type OfOutsiders = Pick<Topology, "outside" | "outsideAt">;

/** Who of many thousand Pods has which address is looked up when a packet has to know, or a person. */
function assembled(
  { nodes, nodeAt, segment, gateway, podCidrIndex }: OfNodes,
  { outside, outsideAt }: OfOutsiders,
  read: () => PodNets,
): Topology {
  let nets: PodNets | null = null;
  return {
    nodes,
    get pods() {
      return (nets ??= read()).pods;
    },
    get podAt() {
      return (nets ??= read()).podAt;
    },
    nodeAt,
    outside,
    outsideAt,
    segment,
    gateway,
    podCidrIndex,
  };
}

function outsidersOf(outsiders: readonly OutsideHost[]): OfOutsiders {
  return { outside: new Map(outsiders.map((host) => [host.id, host])), outsideAt: new Map(outsiders.map((host) => [host.address, host])) };
}

/** `held`: addresses of bridges that Pods or endpoints hold. */
function nodesOf(stored: readonly Node[], held: ReadonlySet<string>, faults: NodeFaults): OfNodes {
  const nodes = new Map(stored.map((node) => [node.metadata.name, nodeNet(node, held, faults.get(node.metadata.name))]));
  const uplinks = (family: Family): readonly (string | null)[] => [...nodes.values()].map((node) => node.uplink[family]);
  const segment = { IPv4: segmentOf(uplinks("IPv4"), "IPv4"), IPv6: segmentOf(uplinks("IPv6"), "IPv6") };
  const nodeAt = addressesOfNodes(nodes);
  const gateway = { IPv4: gatewayOf(segment.IPv4, nodeAt), IPv6: gatewayOf(segment.IPv6, nodeAt) };
  return { nodes, nodeAt, segment, gateway, podCidrIndex: indexPodCidrs(nodes) };
}

/** Addresses that bridges of these nodes would have. */
function bridgesOf(nodes: readonly Node[]): ReadonlySet<string> {
  let bridges = readBridges.get(nodes);
  if (bridges === undefined) {
    const cidrs = nodes.map(podCidrsOf);
    bridges = new Set(cidrs.flatMap((of) => [bridgeOf(of, "IPv4"), bridgeOf(of, "IPv6")].filter((address) => address !== null)));
    readBridges.set(nodes, bridges);
  }
  return bridges;
}

/** A pure memo: read off a list that never changes. */
const readBridges = new WeakMap<readonly Node[], ReadonlySet<string>>();

/** Those of them that endpoints have. */
function bridgesHeld(slices: readonly EndpointSlice[], bridges: ReadonlySet<string>): readonly string[] {
  return slices.flatMap(({ endpoints }) =>
    (endpoints ?? []).flatMap(({ addresses }) => addresses.filter((address) => bridges.has(address))),
  );
}

/** Those of them that Pods have, which are not in the host's network. */
function bridgesOfPods(pods: readonly Pod[], bridges: ReadonlySet<string>): readonly string[] {
  const held: string[] = [];
  for (const pod of pods) {
    const addresses = pod.spec.hostNetwork === true ? null : addressesOfPod(pod);
    for (const address of addresses ?? []) if (bridges.has(address)) held.push(address);
  }
  return held;
}

/**
 * The topology of the moment. What follows from the nodes is made anew only when a node changed, or who holds the address of
 * a bridge; who has which address follows the changes of Pods.
 */
export class TopologyBook {
  private made: { from: TopologySources; readonly ofNodes: OfNodes; readonly topology: Topology } | null = null;
  private readonly nets = new PodNetBook();

  /** `outsiders` never loses a host: its length tells whether it is another. */
  topologyOf(store: ObjectStore, outsiders: readonly OutsideHost[], faults: NodeFaults): Topology {
    const { made } = this;
    const moment = { store, revision: store.revision, outsiders: outsiders.length, faults: faultsText(faults) };
    if (made !== null && isMoment(made.from, moment)) return made.topology;
    const from = { ...moment, nodes: listed(store, "Node"), pods: listed(store, "Pod"), slices: listed(store, "EndpointSlice") };
    const keepsNodes = made !== null && made.from.faults === from.faults && sameBridges(made.from, from);
    if (keepsNodes && made.from.pods === from.pods && made.from.outsiders === from.outsiders) {
      made.from = from;
      return made.topology;
    }
    const ofNodes = keepsNodes ? made.ofNodes : readNodes(from, faults);
    const topology = assembled(ofNodes, outsidersOf(outsiders), () => this.nets.of(from.pods));
    this.made = { from, ofNodes, topology };
    return topology;
  }
}

function readNodes({ nodes, pods, slices }: TopologySources, faults: NodeFaults): OfNodes {
  const bridges = bridgesOf(nodes);
  return nodesOf(nodes, new Set([...bridgesHeld(slices, bridges), ...bridgesOfPods(pods, bridges)]), faults);
}

interface Moment {
  readonly store: ObjectStore;
  readonly revision: number;
  readonly outsiders: number;
  readonly faults: string;
}

interface TopologySources extends Moment {
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly slices: readonly EndpointSlice[];
}

function isMoment(a: Moment, b: Moment): boolean {
  return a.store === b.store && a.revision === b.revision && a.outsiders === b.outsiders && a.faults === b.faults;
}

/** Of slices and Pods only those matter that have an address which a bridge would have. */
function sameBridges(a: TopologySources, b: TopologySources): boolean {
  if (a.nodes !== b.nodes) return false;
  if (a.slices === b.slices && a.pods === b.pods) return true;
  const bridges = bridgesOf(a.nodes);
  const slices = changesBetween(a.slices, b.slices);
  const pods = changesBetween(a.pods, b.pods);
  return (
    [slices.gone, slices.come].every((changed) => bridgesHeld(changed, bridges).length === 0) &&
    [pods.gone, pods.come].every((changed) => bridgesOfPods(changed, bridges).length === 0)
  );
}

function bridgeOf(podCidrs: readonly Cidr[], family: Family): string | null {
  const cidr = podCidrs.find((candidate) => candidate.family === family);
  return cidr === undefined ? null : addressAt(cidr, 1);
}

/** A pure memo: a node's network is read off an object that never changes, and what else it depends on stands beside it. */
const knownNets = new WeakMap<Node, { readonly with: string; readonly net: NodeNet }>();

function nodeNet(
  node: Node,
  taken: ReadonlySet<string | null>,
  fault: { readonly stopped: boolean; readonly cut: boolean } | undefined,
): NodeNet {
  const cidrs = podCidrsOf(node);
  const held = ([bridgeOf(cidrs, "IPv4"), bridgeOf(cidrs, "IPv6")] as const).map((bridge) => taken.has(bridge));
  const condition = `${held.join()} ${fault?.stopped === true} ${fault?.cut === true} ${fault === undefined}`;
  const known = knownNets.get(node);
  if (known?.with === condition) return known.net;
  const net = readNode(node, taken, fault);
  knownNets.set(node, { with: condition, net });
  return net;
}

/** `taken`: addresses that Pods or endpoints hold, so that no bridge can (another plugin than bridge gave them out). */
function readNode(
  node: Node,
  taken: ReadonlySet<string | null>,
  fault: { readonly stopped: boolean; readonly cut: boolean } | undefined,
): NodeNet {
  const { metadata, spec, status } = node;
  const addresses = (status?.addresses ?? []).map(({ address }) => canonicalAddress(address)).filter((address) => address !== null);
  const podCidrs = podCidrsOf(node);
  const bridge = (family: Family): string | null => {
    const address = bridgeOf(podCidrs, family);
    return taken.has(address) ? null : address;
  };
  return {
    name: metadata.name,
    zone: metadata.labels?.[ZONE_LABEL] ?? "",
    stopped: fault?.stopped === true,
    cut: fault?.cut === true,
    up: fault === undefined && status?.conditions?.find(({ type }) => type === "Ready")?.status !== "Unknown",
    controlPlane: metadata.labels?.[CONTROL_PLANE_LABEL] !== undefined,
    addresses,
    uplink: { IPv4: uplinkOf(node, "IPv4"), IPv6: uplinkOf(node, "IPv6") },
    bridge: { IPv4: bridge("IPv4"), IPv6: bridge("IPv6") },
    podCidrs: spec === undefined ? [] : podCidrs,
  };
}

function uplinkOf({ status }: Node, family: Family): string | null {
  const listed = status?.addresses ?? [];
  const inOrder = [...listed.filter(({ type }) => type === "InternalIP"), ...listed].map(({ address }) => canonicalAddress(address));
  return inOrder.find((text) => text !== null && familyOf(text) === family) ?? null;
}

function podCidrsOf({ spec }: Node): Cidr[] {
  const texts = spec?.podCIDRs ?? (spec?.podCIDR === undefined ? [] : [spec.podCIDR]);
  return texts.map(parseCidr).filter((cidr) => cidr !== null);
}

function addressesOfNodes(nodes: ReadonlyMap<string, NodeNet>): Map<string, string> {
  const at = new Map<string, string>();
  for (const node of nodes.values()) {
    for (const address of localAddresses(node)) if (!at.has(address)) at.set(address, node.name);
  }
  return at;
}

/** The node's own addresses, loopback aside. */
export function localAddresses(node: NodeNet): readonly string[] {
  return [...new Set([...node.addresses, ...[node.bridge.IPv4, node.bridge.IPv6].filter((address) => address !== null)])];
}

/** Shorter segments hold half of the world: nodes that have little in common are named one by one. */
const SHORTEST_SEGMENT: Readonly<Record<Family, number>> = { IPv4: 8, IPv6: 32 };

/** The Pods' ranges on these nodes, and where the nodes themselves are: their segment, or each of them where it would be too wide. */
export function nodeRanges(nodes: readonly Node[]): { readonly pods: readonly Cidr[]; readonly segments: readonly Cidr[] } {
  const segments = (["IPv4", "IPv6"] as const).flatMap((family): readonly Cidr[] => {
    const uplinks = nodes.map((node) => uplinkOf(node, family));
    const segment = segmentOf(uplinks, family);
    if (segment === null) return [];
    return segment.prefix >= SHORTEST_SEGMENT[family] ? [segment] : uplinks.flatMap((address) => parseCidr(address ?? "") ?? []);
  });
  return { pods: nodes.flatMap(podCidrsOf), segments };
}

/** The longest prefix that holds all nodes, at most /24 (IPv6: /64), so that every node is a neighbour. */
function segmentOf(addresses: readonly (string | null)[], family: Family): Cidr | null {
  const uplinks = addresses.filter((address) => address !== null);
  const [first] = uplinks;
  if (first === undefined) return null;
  for (let prefix = family === "IPv4" ? 24 : 64; prefix >= 0; prefix--) {
    const cidr = parseCidr(`${first}/${prefix}`);
    if (cidr !== null && uplinks.every((text) => cidrContains(cidr, addressOf(text)))) return cidr;
  }
  return null;
}

/** The segment's first address that no node has. */
function gatewayOf(segment: Cidr | null, nodeAt: ReadonlyMap<string, string>): string | null {
  if (segment === null) return null;
  for (let offset = 1; offset < 256; offset++) {
    const address = addressAt(segment, offset);
    if (address !== null && !nodeAt.has(address)) return address;
  }
  return null;
}

function indexPodCidrs(nodes: ReadonlyMap<string, NodeNet>): Topology["podCidrIndex"] {
  const byPrefix = new Map<string, { family: Family; prefix: number; nodes: Map<string, string> }>();
  for (const node of nodes.values()) {
    for (const { family, prefix, text } of node.podCidrs) {
      const key = `${family}/${prefix}`;
      let of = byPrefix.get(key);
      if (of === undefined) byPrefix.set(key, (of = { family, prefix, nodes: new Map() }));
      if (!of.nodes.has(text)) of.nodes.set(text, node.name);
    }
  }
  return [...byPrefix.values()].sort((a, b) => b.prefix - a.prefix || compareText(a.family, b.family));
}

function podCidrHolding(topology: Topology, address: string): { readonly cidr: string; readonly node: string } | null {
  const family = familyOf(address);
  for (const of of topology.podCidrIndex) {
    if (of.family !== family) continue;
    const cidr = parseCidr(`${address}/${of.prefix}`)?.text ?? "";
    const node = of.nodes.get(cidr);
    if (node !== undefined) return { cidr, node };
  }
  return null;
}

/** Routes that were asked for before. A pure memo: a topology never changes, and a route says nothing but what it gives. */
const asked = new WeakMap<NodeNet, Map<string, { readonly topology: Topology; readonly route: Route }>>();

/** The node's routing table, asked for one destination. */
export function routeFrom(topology: Topology, node: NodeNet, destination: string): Route {
  let of = asked.get(node);
  if (of === undefined) asked.set(node, (of = new Map()));
  const known = of.get(destination);
  if (known?.topology === topology) return known.route;
  const route = findRoute(topology, node, destination);
  of.set(destination, { topology, route });
  return route;
}

function findRoute(topology: Topology, node: NodeNet, destination: string): Route {
  const family = familyOf(destination);
  const uplink = node.uplink[family];
  if (isLoopback(destination)) return local(destination);
  if (topology.nodeAt.get(destination) === node.name) return local(destination);
  const pods = podCidrHolding(topology, destination);
  const pod = topology.podAt.get(destination);
  if (pods !== null && (pod === undefined || pod.node === pods.node)) return toPods(topology, node, pods.cidr, pods.node, destination);
  if (pod !== undefined) return toPods(topology, node, `${destination}/${family === "IPv4" ? 32 : 128}`, pod.node, destination);
  const segment = topology.segment[family];
  if (uplink === null || segment === null) return unreachableRoute();
  if (cidrContains(segment, addressOf(destination))) {
    return { kind: "forward", prefix: segment.text, via: null, device: UPLINK, nextHop: destination, source: uplink };
  }
  const gateway = topology.gateway[family];
  if (gateway === null) return unreachableRoute();
  // An address of another node that is not on the segment: the gateway knows whose it is.
  const owner = topology.nodes.get(topology.nodeAt.get(destination) ?? "")?.uplink[family];
  const source = towards(node, uplink, destination);
  return { kind: "forward", prefix: "default", via: gateway, device: UPLINK, nextHop: owner ?? gateway, source };
}

/**
 * The node's own address that its kernel takes on eth0: of IPv4 the primary one; of IPv6 the one that has most leading bits in
 * common with the destination, not counting beyond its own prefix (RFC 6724, rule 8; net/ipv6/addrconf.c), else the primary one.
 */
function towards({ addresses }: NodeNet, uplink: string, destination: string): string {
  if (familyOf(destination) === "IPv4") return uplink;
  const wanted = addressOf(destination);
  const common = (address: string): number => Math.min(commonBits(addressOf(address), wanted), address === uplink ? 64 : 128);
  return addresses
    .filter((address) => familyOf(address) === "IPv6")
    .reduce((best, address) => (common(address) > common(best) ? address : best), uplink);
}

function commonBits(a: Address, b: Address): number {
  let bits = 0;
  for (let i = 0; i < a.words.length; i++) {
    const differing = Math.clz32((a.words[i] ?? 0) ^ (b.words[i] ?? 0));
    bits += differing;
    if (differing < 32) break;
  }
  return bits;
}

function local(destination: string): Route {
  return { kind: "local", prefix: "local", via: null, device: LOOPBACK, nextHop: destination, source: destination };
}

function unreachableRoute(): Route {
  return { kind: "none", prefix: "none", via: null, device: LOOPBACK, nextHop: "", source: null };
}

function toPods(topology: Topology, node: NodeNet, prefix: string, owner: string, destination: string): Route {
  const family = familyOf(destination);
  if (owner === node.name) {
    return { kind: "forward", prefix, via: null, device: BRIDGE, nextHop: destination, source: node.bridge[family] ?? node.uplink[family] };
  }
  const via = topology.nodes.get(owner)?.uplink[family] ?? null;
  if (via === null) return unreachableRoute();
  const uplink = node.uplink[family];
  const source = uplink === null ? null : towards(node, uplink, destination);
  return { kind: "forward", prefix, via, device: UPLINK, nextHop: via, source };
}

export function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

export function familyOf(address: string): Family {
  return address.includes(":") ? "IPv6" : "IPv4";
}

/** For texts that were made canonical before. */
function addressOf(text: string): Address {
  const address = parseAddress(text);
  if (address === null) throw new Error(`not an address: ${text}`);
  return address;
}
