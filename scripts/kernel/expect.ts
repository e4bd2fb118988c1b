/**
 * What the simulator predicts for a probe: the exact odds that the rules of each node on the way give a new connection,
 * followed with the core's routes to where it ends, and its answer followed home through the connections that it left.
 * Nothing here knows what a Service is.
 */
import { parseEndpoint } from "../../src/core/base/address.ts";
import { unreachable } from "../../src/core/base/names.ts";
import { odds } from "../../src/core/netfilter/odds.ts";
import type { Way } from "../../src/core/netfilter/odds.ts";
import { TCP_SYN } from "../../src/core/netfilter/packet.ts";
import type { Packet } from "../../src/core/netfilter/packet.ts";
import { createNodeStack, setRules } from "../../src/core/netfilter/stack.ts";
import type { Entry, NodeStack } from "../../src/core/netfilter/stack.ts";
import { routeAnswerer } from "../../src/core/network/gate.ts";
import { BRIDGE, UPLINK, familyOf, localAddresses } from "../../src/core/network/topology.ts";
import type { NodeNet } from "../../src/core/network/topology.ts";
import { comesHome, invert } from "./answer.ts";
import type { Ends, Passed } from "./answer.ts";
import type { TestCluster } from "./cluster.ts";
import type { Expected, Failure } from "./compare.ts";
import { placeOf } from "./machines.ts";
import type { Place } from "./machines.ts";
import { destination } from "./probe.ts";
import type { Probe } from "./probe.ts";

/** A port that a client might draw. */
const SOURCE_PORT = 40_000;
/** Nodes that a packet crosses before its hop limit ends it in a loop; more than any way without a loop has. */
const MOST_NODES = 8;

export function expectedOf(cluster: TestCluster, probe: Probe): Expected {
  const sums: Sums = { endpoints: new Map(), failures: new Map() };
  const { protocol = "TCP" } = probe;
  const to = destination(probe);
  const { source, node, entry } = startOf(cluster, probe);
  const packet: Packet = {
    family: familyOf(to.address),
    protocol,
    src: source,
    srcPort: SOURCE_PORT,
    dst: to.address,
    dstPort: to.port,
    ...(protocol === "TCP" ? { tcpFlags: TCP_SYN } : {}),
  };
  const flow: Flow = { cluster, sender: probe.from, first: packet, packet, share: 1, passed: [], portKept: true };
  if (node === null) outside(flow, sums);
  else follow(flow, node, entry, sums);
  return {
    endpoints: sums.endpoints,
    failures: sums.failures,
    affinity: probe.affinityByNode === true ? "by-node" : probe.sticky === true ? "one" : null,
  };
}

interface Sums {
  readonly endpoints: Map<string, Map<string, { readonly probability: number; readonly portKept: boolean }>>;
  readonly failures: Map<Failure, number>;
}

/** A connection's first packet on its way. */
interface Flow {
  readonly cluster: TestCluster;
  readonly sender: Place;
  readonly first: Packet;
  readonly packet: Packet;
  readonly share: number;
  /** What it left in each node's connection tracking, in order. */
  readonly passed: readonly Passed[];
  readonly portKept: boolean;
}

/** Where a packet meets its first node, and with which source address; node null: it starts outside. */
interface Start {
  readonly node: NodeNet | null;
  readonly entry: Entry;
  readonly source: string;
}

function startOf(cluster: TestCluster, probe: Probe): Start {
  const { topology } = cluster;
  const { address } = destination(probe);
  const family = familyOf(address);
  const [kind, ...rest] = probe.from.split("/");
  const name = rest.join("/");
  if (kind === "pod") {
    const pod = topology.pods.get(name);
    const source = pod?.addresses.find((own) => familyOf(own) === family);
    if (pod === undefined || source === undefined) throw new Error(`no Pod ${name} with an ${family} address`);
    return { node: nodeNamed(cluster, pod.node), entry: { hook: "PREROUTING", inInterface: BRIDGE }, source };
  }
  if (kind === "node") {
    const node = nodeNamed(cluster, name);
    const source = routeAnswerer({ topology }, node)({ dst: address }).taken.source;
    if (source === null) throw new Error(`no route from ${name} to ${address}`);
    return { node, entry: { hook: "OUTPUT" }, source };
  }
  const host = topology.outside.get(name);
  if (host === undefined || familyOf(host.address) !== family) throw new Error(`no host ${probe.from} with an ${family} address`);
  return { node: null, entry: FROM_WIRE, source: host.address };
}

const FROM_WIRE: Entry = { hook: "PREROUTING", inInterface: UPLINK };

function nodeNamed(cluster: TestCluster, name: string): NodeNet {
  const node = cluster.topology.nodes.get(name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}

/** The gateway has the packet: a host outside, a node, or nobody takes it. */
function outside(flow: Flow, sums: Sums): void {
  const { cluster, packet } = flow;
  const host = cluster.topology.outsideAt.get(packet.dst);
  if (host !== undefined) return arrive(flow, `outside/${host.id}`, sums);
  const nodes = cluster.entryNodes(packet.dst);
  if (nodes.length === 0) fail(flow, "TIMEOUT", sums);
  for (const node of nodes) follow({ ...flow, share: flow.share / nodes.length }, nodeNamed(cluster, node), FROM_WIRE, sums);
}

function follow(flow: Flow, node: NodeNet, entry: Entry, sums: Sums): void {
  // Node and gateway hand it to each other until its hop limit is used up; a UDP socket is not told.
  if (flow.passed.length >= MOST_NODES) return fail(flow, flow.packet.protocol === "TCP" ? "EHOSTUNREACH" : "TIMEOUT", sums);
  const route = routeAnswerer(flow.cluster, node);
  for (const way of odds(stackOf(flow.cluster, node, flow.packet), flow.packet, entry, { now: 0, route })) {
    const share = flow.share * way.probability;
    const end = stopped(flow, node, entry, way);
    if (end !== null) {
      fail({ ...flow, share }, end, sums);
      continue;
    }
    const { taken, masqueradeAddress } = route({ dst: endpointOf(way).address });
    const src = way.masqueraded ? (masqueradeAddress ?? "none") : flow.packet.src;
    const { address: dst, port: dstPort } = endpointOf(way);
    const packet = { ...flow.packet, src, dst, dstPort };
    const passed = [...flow.passed, { node: node.name, before: flow.packet, after: packet }];
    // kube-proxy masquerades with --random-fully, always.
    const next = { ...flow, packet, share, passed, portKept: flow.portKept && !way.masqueraded };
    if (way.verdict.kind === "local") arrive(next, `node/${node.name}`, sums);
    else if (taken.device === BRIDGE) toPod(next, node, sums);
    else onward(next, taken.nextHop, taken.via, sums);
  }
}

function endpointOf(way: Way): { readonly address: string; readonly port: number } {
  const end = parseEndpoint(way.destination);
  if (end === null) throw new Error(`${way.destination} is no address and port`);
  return end;
}

function toPod(flow: Flow, node: NodeNet, sums: Sums): void {
  const pod = flow.cluster.topology.podAt.get(flow.packet.dst);
  if (pod !== undefined && pod.node === node.name) arrive(flow, `pod/${pod.key}`, sums);
  else nobodyThere(flow, sums);
}

function onward(flow: Flow, nextHop: string, via: string | null, sums: Sums): void {
  const neighbour = flow.cluster.topology.nodeAt.get(nextHop);
  if (neighbour !== undefined) follow(flow, nodeNamed(flow.cluster, neighbour), FROM_WIRE, sums);
  else if (via === null) nobodyThere(flow, sums);
  else outside(flow, sums);
}

/** The kernel gives up asking for the neighbour; a UDP socket is not told. */
function nobodyThere(flow: Flow, sums: Sums): void {
  fail(flow, flow.packet.protocol === "TCP" ? "EHOSTUNREACH" : "TIMEOUT", sums);
}

function arrive(flow: Flow, place: Place, sums: Sums): void {
  const { cluster, packet } = flow;
  const heard = comesHome(ends(flow), place, invert(packet));
  const listens = cluster.listeners.some(
    (listener) => placeOf(listener) === place && listener.protocol === packet.protocol && listener.port === packet.dstPort,
  );
  if (!heard) return fail(flow, "TIMEOUT", sums);
  if (!listens) return fail(flow, "ECONNREFUSED", sums);
  const endpoint = `${packet.dst.includes(":") ? `[${packet.dst}]` : packet.dst}:${packet.dstPort}`;
  const sources = sums.endpoints.get(endpoint) ?? new Map<string, { probability: number; portKept: boolean }>();
  sums.endpoints.set(endpoint, sources);
  const known = sources.get(packet.src)?.probability ?? 0;
  sources.set(packet.src, { probability: known + flow.share, portKept: flow.portKept });
}

function ends({ cluster, sender, first, passed }: Flow): Ends {
  return { topology: cluster.topology, sender, first, passed };
}

function fail(flow: Flow, failure: Failure, { failures }: Sums): void {
  failures.set(failure, (failures.get(failure) ?? 0) + flow.share);
}

/** How the sender learns that a node's rules stopped its packet; null: they did not. */
function stopped(flow: Flow, node: NodeNet, entry: Entry, way: Way): Failure | null {
  const { verdict } = way;
  const { protocol } = flow.packet;
  // What stops a packet on its way out of the node is told to its local sender by send() itself; only UDP says so.
  const toldBySend = entry.hook === "OUTPUT" && protocol === "UDP" && way.rules.findLast(isBase)?.chain !== "INPUT";
  switch (verdict.kind) {
    case "reject": {
      if (toldBySend) return "EPERM";
      return comesHome(ends(flow), `node/${node.name}`, invert(flow.packet)) ? "ECONNREFUSED" : "TIMEOUT";
    }
    case "drop":
      return toldBySend ? "EPERM" : "TIMEOUT";
    case "no-route":
      return entry.hook === "OUTPUT" ? "ENETUNREACH" : "EHOSTUNREACH";
    case "unmodelled":
      throw new Error(`not modelled: ${verdict.what}`);
    case "local":
    case "forward":
      return null;
    default:
      return unreachable(verdict);
  }
}

const BASE_CHAINS = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];

function isBase({ chain }: { readonly chain: string }): boolean {
  return BASE_CHAINS.includes(chain);
}

function stackOf(cluster: TestCluster, node: NodeNet, { family }: Packet): NodeStack {
  const stack = createNodeStack({ node: node.name, localAddresses: localAddresses(node) });
  const rules = cluster.rules[family].get(node.name);
  if (rules === undefined) throw new Error(`no ${family} rules for node ${node.name}`);
  setRules(stack, rules);
  return stack;
}
