/**
 * Who could send to a Service: every Pod, node and host outside, in classes whose members the rules cannot tell apart. Of
 * large classes a few members are asked for all; how many were not is told.
 */
import { addressAt, cidrContains, parseAddress, parseCidr, type Cidr } from "../base/address.ts";
import { compareText } from "../base/names.ts";
import { listed } from "../api/store.ts";
import type { NetworkPolicy } from "../api/network-types.ts";
import type { Service } from "../api/types.ts";
import { localAddresses, type NodeNet, type PodNet, type Topology } from "../network/topology.ts";
import type { ReachSource, SourceKind } from "./reach-types.ts";
import { endpointSlices } from "./reach-ways.ts";
import { originOf, type Origin } from "./senders.ts";
import { ownTexts } from "./own-rules.ts";
import { enforcesPolicies } from "./policies.ts";
import { overrideKey, type SimulationState } from "./state.ts";

/** A sender with its place in the network. */
export interface Asker {
  readonly source: ReachSource;
  readonly origin: Origin;
}

/** Some members that are asked, and the others, for whom they stand. */
export interface AskerClass {
  readonly asked: readonly Asker[];
  readonly others: readonly ReachSource[];
}

/** Up to so many nodes or Pods each is asked. */
export const FEW = 8;
/** Of a class in a larger cluster so many. */
export const SAMPLE = 2;

/** What tells one node from another for this Service, besides its addresses. */
export class NodeKinds {
  readonly withEndpoints: ReadonlySet<string>;
  private readonly state: SimulationState;
  private readonly ranges: readonly Cidr[];

  constructor(state: SimulationState, service: Service) {
    const { name, namespace = "" } = service.metadata;
    this.state = state;
    const endpoints = endpointSlices(state, `${namespace}/${name}`).flatMap((slice) => slice.endpoints);
    this.withEndpoints = new Set(
      endpoints.flatMap(({ nodeName, conditions }) => (nodeName === undefined || conditions?.ready === false ? [] : [nodeName])),
    );
    this.ranges = [
      ...new Set([...(service.spec.loadBalancerSourceRanges ?? []), ...blocksOf(listed(state.store, "NetworkPolicy"))]),
    ].flatMap((text) => parseCidr(text.trim()) ?? []);
  }

  /** Nodes with the same text differ in nothing but their names and addresses. */
  textOf({ name, zone, controlPlane, up, stopped, cut, addresses }: NodeNet): string {
    const { proxies, overrides } = this.state;
    const proxy = proxies.get(name);
    const texts = [overrides.get(overrideKey(name, "IPv4")), overrides.get(overrideKey(name, "IPv6")), ownTexts(this.state, name)];
    const inside = addresses.flatMap((text) => this.rangesWith(text));
    const has = this.withEndpoints.has(name);
    return JSON.stringify([has, zone, controlPlane, up, stopped, cut, proxy?.stopped, proxy?.synced?.version, texts, inside]);
  }

  /** Source ranges and blocks of policies that hold the address. */
  rangesWith(text: string): readonly string[] {
    const address = parseAddress(text);
    return address === null
      ? []
      : this.ranges.filter((range) => range.family === address.family && cidrContains(range, address)).map((range) => range.text);
  }
}

function blocksOf(policies: readonly NetworkPolicy[]): readonly string[] {
  return policies.flatMap(({ spec }) =>
    [...(spec.ingress ?? []).map(({ from }) => from), ...(spec.egress ?? []).map(({ to }) => to)].flatMap((peers) =>
      (peers ?? []).flatMap(({ ipBlock }) => (ipBlock === undefined ? [] : [ipBlock.cidr, ...(ipBlock.except ?? [])])),
    ),
  );
}

/** All senders, in the order of the rows: Pods, nodes, outside. */
export function askers(
  state: SimulationState,
  topology: Topology,
  service: Service,
  { kinds, few }: { readonly kinds: NodeKinds; readonly few: number },
): readonly AskerClass[] {
  const pods = podAskers(state, topology, service, kinds);
  const imagined = hasPolicies(state) ? [] : imaginedPods(topology, kinds, service, new Set(pods.map(({ source }) => source.kind)));
  return [
    ...sampled([...pods, ...imagined], few, (asker) => podText(state, topology, kinds, asker)),
    ...sampled(nodeAskers(topology, kinds), few, ({ source }) => nodeText(topology, kinds, source)),
    ...sampled(outsideAskers(topology), few, ({ origin }) => origin.sources.flatMap((address) => kinds.rangesWith(address)).join()),
  ].sort((a, b) => orderOf(a) - orderOf(b));
}

const ORDER: readonly SourceKind[] = [
  "endpoint",
  "pod-beside-endpoint",
  "pod-elsewhere",
  "pod-other-namespace",
  "node-with-endpoint",
  "node-elsewhere",
  "control-plane",
  "outside",
];

function orderOf({ asked }: AskerClass): number {
  const [first] = asked;
  return first === undefined ? ORDER.length : ORDER.indexOf(first.source.kind);
}

function sampled(all: readonly Asker[], few: number, textOf: (asker: Asker) => string): readonly AskerClass[] {
  const classes = new Map<string, Asker[]>();
  for (const asker of all) {
    const key = `${asker.source.kind} ${all.length <= few ? "" : textOf(asker)}`;
    const members = classes.get(key);
    if (members === undefined) classes.set(key, [asker]);
    else members.push(asker);
  }
  const sample = all.length <= few ? few : SAMPLE;
  return [...classes.values()].map((members) => ({
    asked: members.slice(0, sample),
    others: members.slice(sample).map(({ source }) => source),
  }));
}

// ---- Pods -----------------------------------------------------------------------------------------------------------

function podAskers(state: SimulationState, topology: Topology, service: Service, kinds: NodeKinds): readonly Asker[] {
  const { name, namespace = "" } = service.metadata;
  const endpoints = new Set(
    endpointSlices(state, `${namespace}/${name}`).flatMap((slice) => slice.endpoints.flatMap(({ addresses }) => addresses)),
  );
  return [...topology.pods.values()]
    .filter(({ hostNetwork, pod }) => !hostNetwork && pod.status.phase === "Running")
    .sort((a, b) => compareText(a.key, b.key))
    .flatMap((pod) => {
      const sender = { kind: "pod", pod: pod.key } as const;
      const origin = originOf(state, topology, sender);
      if ("error" in origin) return [];
      const kind = podKind(pod, namespace, kinds, endpoints);
      return [{ source: { kind, sender, name: pod.key, node: pod.node }, origin }];
    });
}

function podKind({ key, node, addresses }: PodNet, namespace: string, kinds: NodeKinds, endpoints: ReadonlySet<string>): SourceKind {
  if (addresses.some((address) => endpoints.has(address))) return "endpoint";
  if (!key.startsWith(`${namespace}/`)) return "pod-other-namespace";
  return kinds.withEndpoints.has(node) ? "pod-beside-endpoint" : "pod-elsewhere";
}

function hasPolicies({ store }: SimulationState): boolean {
  return enforcesPolicies(store) && listed(store, "NetworkPolicy").length > 0;
}

/** Policies tell Pods by their labels and namespaces; where there are none only the node counts. */
function podText(state: SimulationState, topology: Topology, kinds: NodeKinds, { source, origin }: Asker): string {
  const node = topology.nodes.get(source.node ?? "");
  const where = node === undefined ? "" : kinds.textOf(node);
  const pod = topology.pods.get(source.name)?.pod;
  if (!hasPolicies(state) || pod === undefined) return where;
  const labels = Object.entries(pod.metadata.labels ?? {}).sort(([a], [b]) => compareText(a, b));
  return JSON.stringify([where, pod.metadata.namespace, labels, origin.sources.flatMap((address) => kinds.rangesWith(address))]);
}

/** Pods as they could be: one beside an endpoint, one elsewhere, one of another namespace, where the cluster has none. */
function imaginedPods(topology: Topology, kinds: NodeKinds, service: Service, there: ReadonlySet<SourceKind>): readonly Asker[] {
  const nodes = [...topology.nodes.values()].filter(({ stopped, up, controlPlane }) => up && !stopped && !controlPlane);
  const beside = nodes.find(({ name }) => kinds.withEndpoints.has(name));
  const elsewhere = nodes.find(({ name }) => !kinds.withEndpoints.has(name));
  const imagine = (kind: SourceKind, node: NodeNet | undefined, namespace: string): readonly Asker[] => {
    const addresses = node === undefined || there.has(kind) ? [] : freeAddresses(topology, node);
    if (node === undefined || addresses.length === 0) return [];
    const source = { kind, sender: null, name: `a Pod on ${node.name}`, node: node.name };
    return [{ source, origin: { place: { kind: "pod", pod: `${namespace}/?`, node: node.name }, sources: addresses } }];
  };
  const { namespace = "" } = service.metadata;
  return [
    ...imagine("pod-beside-endpoint", beside, namespace),
    ...imagine("pod-elsewhere", elsewhere, namespace),
    ...imagine("pod-other-namespace", elsewhere ?? beside, "?"),
  ];
}

/** The last address of each of the node's Pod CIDRs that nobody has. */
function freeAddresses(topology: Topology, node: NodeNet): readonly string[] {
  return node.podCidrs.flatMap((cidr) => {
    for (let offset = 250; offset > 1; offset--) {
      const address = addressAt(cidr, offset);
      if (address !== null && !topology.podAt.has(address) && !topology.nodeAt.has(address)) return [address];
    }
    return [];
  });
}

// ---- nodes and outside ----------------------------------------------------------------------------------------------

function nodeAskers(topology: Topology, kinds: NodeKinds): readonly Asker[] {
  return [...topology.nodes.values()]
    .filter(({ stopped }) => !stopped)
    .sort((a, b) => compareText(a.name, b.name))
    .map((node) => {
      const kind = node.controlPlane ? "control-plane" : kinds.withEndpoints.has(node.name) ? "node-with-endpoint" : "node-elsewhere";
      const sender = { kind: "node", node: node.name } as const;
      return {
        source: { kind, sender, name: node.name, node: node.name },
        origin: { place: { kind: "node", node: node.name }, sources: localAddresses(node) },
      };
    });
}

function nodeText(topology: Topology, kinds: NodeKinds, { node }: ReachSource): string {
  const net = topology.nodes.get(node ?? "");
  return net === undefined ? "" : kinds.textOf(net);
}

function outsideAskers(topology: Topology): readonly Asker[] {
  return [...topology.outside.values()]
    .filter(({ kind }) => kind !== "dns")
    .map(({ id, name, address }) => ({
      source: { kind: "outside", sender: { kind: "outside", id }, name, node: null },
      origin: { place: { kind: "outside", id }, sources: [address] },
    }));
}
