/**
 * A flow's first packet from its sender to where it ends, and one answer back, without queue, hops or sockets: the same
 * hooks, routes and translations as a journey's packets, as fast as they go. For benchmarks, and for whoever wants
 * thousands of flows and no traces.
 */
import type { Nanos } from "../base/time.ts";
import type { RandomState } from "../base/random.ts";
import { numbered, type Packet } from "../netfilter/packet.ts";
import { traverse, type Entry, type NodeStack, type TraceMode } from "../netfilter/stack.ts";
import { routeAnswerer, type GateResult } from "./gate.ts";
import { BRIDGE, UPLINK, isLoopback, type Topology } from "./topology.ts";
import type { Place } from "./trace.ts";

export interface FlowWorld {
  readonly now: Nanos;
  readonly topology: Topology;
  readonly stack: (node: string) => NodeStack;
  readonly random: (key: string) => RandomState;
}

export interface FlowResult {
  /** Where the first packet came to, with the header that it had there. */
  readonly end: { readonly kind: "arrives" | "rejected" | "dropped" | "lost"; readonly place: Place | null; readonly packet: Packet };
  /** What each node on the way did, in order. */
  readonly gates: readonly GateResult[];
  /** The answer as the sender sees it; null where none was sent or it did not come back. */
  readonly answer: Packet | null;
}

/** Nodes that one packet crosses at most; more is a loop that its time to live would end. */
const MOST_NODES = 64;
const SYN_ACK = 0x12;

/** Sends `packet` from `place` and, where it arrives, one answer back. */
export function flow(world: FlowWorld, place: Place, packet: Packet, mode: TraceMode = "summary"): FlowResult {
  const gates: GateResult[] = [];
  const end = carry(world, place, packet, mode, gates);
  if (end.kind !== "arrives" || end.place === null) return { end, gates, answer: null };
  const back = carry(world, end.place, answerTo(end.packet), mode, gates);
  return { end, gates, answer: back.kind === "arrives" ? back.packet : null };
}

function answerTo({ family, src, srcPort, dst, dstPort, protocol }: Packet): Packet {
  const swapped: Packet = { family, src: dst, srcPort: dstPort, dst: src, dstPort: srcPort, protocol };
  return protocol === "TCP" ? { ...swapped, tcpFlags: SYN_ACK } : swapped;
}

function carry(world: FlowWorld, from: Place, packet: Packet, mode: TraceMode, gates: GateResult[]): FlowResult["end"] {
  const { topology } = world;
  let at = firstGate(topology, from, packet.dst);
  let current = packet;
  let sent = numbered(packet);
  if (at === null)
    return isOwn(topology, from, packet.dst) ? { kind: "arrives", place: from, packet } : { kind: "lost", place: null, packet };
  for (let crossed = 0; crossed < MOST_NODES; crossed++) {
    const node = topology.nodes.get(at.node);
    if (node === undefined) return { kind: "lost", place: null, packet: current };
    const result: GateResult = traverse(world.stack(node.name), sent, at.entry, {
      now: world.now,
      random: world.random(`netfilter ${node.name}`),
      mode,
      route: routeAnswerer(world, node),
    });
    gates.push(result);
    current = { ...current, ...result.header };
    sent = { ...sent, ...result.tuple };
    const { verdict } = result;
    if (verdict.kind === "reject") return { kind: "rejected", place: null, packet: current };
    if (verdict.kind === "drop" || verdict.kind === "unmodelled") return { kind: "dropped", place: null, packet: current };
    if (verdict.kind === "local") return { kind: "arrives", place: { kind: "node", node: node.name }, packet: current };
    const route = result.route?.taken;
    if (verdict.kind === "no-route" || route === undefined) return { kind: "lost", place: null, packet: current };
    const pod = route.device === BRIDGE ? topology.podAt.get(current.dst) : undefined;
    if (pod !== undefined) return { kind: "arrives", place: { kind: "pod", pod: pod.key, node: pod.node }, packet: current };
    const neighbour = route.device === UPLINK ? topology.nodeAt.get(route.nextHop) : undefined;
    if (neighbour === undefined) {
      const host = topology.outsideAt.get(current.dst);
      return host === undefined
        ? { kind: "lost", place: null, packet: current }
        : { kind: "arrives", place: { kind: "outside", id: host.id }, packet: current };
    }
    at = { node: neighbour, entry: { hook: "PREROUTING", inInterface: UPLINK } };
  }
  return { kind: "lost", place: null, packet: current };
}

function isOwn(topology: Topology, place: Place, address: string): boolean {
  return place.kind === "pod" && (isLoopback(address) || topology.pods.get(place.pod)?.addresses.includes(address) === true);
}

function firstGate(topology: Topology, from: Place, destination: string): { readonly node: string; readonly entry: Entry } | null {
  switch (from.kind) {
    case "pod":
      return isOwn(topology, from, destination) ? null : { node: from.node, entry: { hook: "PREROUTING", inInterface: BRIDGE } };
    case "node":
    case "gate":
      return { node: from.node, entry: { hook: "OUTPUT" } };
    case "outside": {
      const node = topology.nodeAt.get(destination);
      return node === undefined ? null : { node, entry: { hook: "PREROUTING", inInterface: UPLINK } };
    }
    case "beyond":
      return null;
  }
}
