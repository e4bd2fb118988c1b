/**
 * What can become of a new flow that enters a node: exact, from the rules alone, nothing is sent. One packet against one
 * node's rules (`kubehop packet`), or the whole way from a sender over all the nodes that it can cross.
 */
import { endpointText, parseEndpoint } from "../base/address.ts";
import type { Nanos } from "../base/time.ts";
import type { Packet } from "../netfilter/packet.ts";
import { odds, type Way } from "../netfilter/odds.ts";
import type { RuleRef } from "../netfilter/rules.ts";
import type { Entry, NodeStack, RouteQuestion, RouteResult } from "../netfilter/stack.ts";
import { headerInside, type Door } from "./doors.ts";
import { headerOf, routeAnswerer } from "./gate.ts";
import { servicePortOf } from "./service-port.ts";
import { BRIDGE, UPLINK, familyOf, isLoopback, routeFrom, type Topology } from "./topology.ts";
import type { Header, Place } from "./trace.ts";

export interface PacketAnswer {
  readonly verdict: "dnat" | "accept" | "reject" | "drop" | "unmodelled";
  /** `ip:port` that the flow can be sent to, in the order of the rules. */
  readonly endpoints: readonly string[];
  readonly probabilities: readonly number[];
  /** For any of the endpoints. */
  readonly masquerade: boolean;
  readonly service: string | null;
  /** Rules that matched on any way, each once, in order. */
  readonly rules: readonly RuleRef[];
}

/** The ways of a new flow through one node's rules, summed up. */
export function answerPacket<R extends RouteResult>(
  stack: NodeStack,
  packet: Packet,
  entry: Entry,
  context: { readonly now: Nanos; readonly route: (question: RouteQuestion) => R },
): PacketAnswer {
  const ways = odds(stack, packet, entry, context);
  const sent = ways.filter(
    (way) => way.translated && (way.verdict.kind === "forward" || way.verdict.kind === "local" || way.verdict.kind === "no-route"),
  );
  const shares = new Map<string, number>();
  for (const way of sent) shares.set(way.destination, (shares.get(way.destination) ?? 0) + way.probability);
  const deciding = sent.length > 0 ? sent : ways;
  return {
    verdict: verdictOf(ways, sent.length > 0),
    endpoints: [...shares.keys()],
    probabilities: [...shares.values()],
    masquerade: sent.some(({ masqueraded }) => masqueraded),
    service: deciding.map(serviceOfWay).find((name) => name !== null) ?? null,
    rules: distinct(ways.flatMap((way) => way.rules)),
  };
}

function verdictOf(ways: readonly Way[], translated: boolean): PacketAnswer["verdict"] {
  if (translated) return "dnat";
  const kinds = new Set(ways.map(({ verdict }) => verdict.kind));
  if (kinds.has("reject")) return "reject";
  if (kinds.has("drop")) return "drop";
  return kinds.has("unmodelled") ? "unmodelled" : "accept";
}

function serviceOfWay(way: Way): string | null {
  return servicePortOf(way.origin, way.rules);
}

function distinct(rules: readonly RuleRef[]): readonly RuleRef[] {
  return [...new Map(rules.map((rule) => [`${rule.table} ${rule.chain} ${rule.index}`, rule])).values()];
}

// ---- over all nodes -------------------------------------------------------------------------------------------------

export interface NewFlowWorld {
  readonly now: Nanos;
  readonly topology: Topology;
  readonly stack: (node: string) => NodeStack;
  /** Ways into the cluster for an address that no node has, each equally likely. */
  readonly doors: (packet: Header) => readonly Door[];
}

/** One end that a new flow can come to. */
export interface FlowEnd {
  readonly probability: number;
  readonly kind: "arrives" | "rejected" | "dropped";
  /** `ip:port` at its end. */
  readonly destination: string;
  readonly translated: boolean;
  readonly masqueraded: boolean;
}

/** Nodes that a flow crosses at most: sender's, a node port's, the endpoint's, and one to spare. */
const MOST_NODES = 4;

/** Follows a new flow from its sender's place over every node's rules. */
export function newFlowEnds(world: NewFlowWorld, place: Place, packet: Packet): readonly FlowEnd[] {
  const start = { probability: 1, packet, translated: false, masqueraded: false };
  if (place.kind === "pod")
    return world.topology.pods.get(place.pod)?.addresses.includes(packet.dst) === true || isLoopback(packet.dst)
      ? [arrived(start)]
      : follow(world, place.node, BRIDGE, start, MOST_NODES);
  if (place.kind === "node") return follow(world, place.node, null, start, MOST_NODES);
  const node = [...world.topology.nodes.values()].find(({ addresses }) => addresses.includes(packet.dst));
  if (node !== undefined) return follow(world, node.name, UPLINK, start, MOST_NODES);
  return throughDoors(world, start, MOST_NODES) ?? [arrived(start)];
}

/** Ways in for an address that no node has; null where there is none. */
function throughDoors(world: NewFlowWorld, flow: Under, left: number): readonly FlowEnd[] | null {
  const { packet } = flow;
  const header = headerOf(packet);
  const doors = world.doors(header);
  if (doors.length === 0) return null;
  return doors.flatMap((door) => {
    const way = { ...flow, probability: flow.probability / doors.length };
    if (door.kind === "shut" || world.topology.nodes.get(door.node)?.up !== true) return [{ ...arrived(way), kind: "dropped" as const }];
    const { src, dst, dstPort } = headerInside(header, door);
    return follow(world, door.node, UPLINK, { ...way, packet: { ...packet, src, dst, dstPort } }, left);
  });
}

interface Under {
  readonly probability: number;
  readonly packet: Packet;
  readonly translated: boolean;
  readonly masqueraded: boolean;
}

function follow(world: NewFlowWorld, name: string, inInterface: string | null, flow: Under, left: number): readonly FlowEnd[] {
  const node = world.topology.nodes.get(name);
  if (node === undefined || left === 0) return [{ ...arrived(flow), kind: "dropped" }];
  const entry: Entry = inInterface === null ? { hook: "OUTPUT" } : { hook: "PREROUTING", inInterface };
  const ways = odds(world.stack(name), flow.packet, entry, { now: world.now, route: routeAnswerer(world, node) });
  return ways.flatMap((way) => {
    const to = parseEndpoint(way.destination);
    const dst = to?.address ?? flow.packet.dst;
    const route = routeFrom(world.topology, node, dst);
    const src = way.masqueraded ? (route.source ?? flow.packet.src) : flow.packet.src;
    const next: Under = {
      probability: flow.probability * way.probability,
      packet: { ...flow.packet, src, dst, dstPort: to?.port ?? flow.packet.dstPort },
      translated: flow.translated || way.translated,
      masqueraded: flow.masqueraded || way.masqueraded,
    };
    if (way.verdict.kind === "reject") return [{ ...arrived(next), kind: "rejected" as const }];
    if (way.verdict.kind === "drop" || way.verdict.kind === "unmodelled") return [{ ...arrived(next), kind: "dropped" as const }];
    const neighbour = way.verdict.kind === "forward" && route.device === UPLINK ? world.topology.nodeAt.get(route.nextHop) : undefined;
    if (neighbour !== undefined) return follow(world, neighbour, UPLINK, next, left - 1);
    const isOut = way.verdict.kind === "forward" && route.device === UPLINK && !world.topology.outsideAt.has(dst);
    return (isOut ? throughDoors(world, next, left - 1) : null) ?? [arrived(next)];
  });
}

function arrived(flow: Under): FlowEnd {
  const { probability, packet, translated, masqueraded } = flow;
  return { probability, kind: "arrives", destination: endpointText(packet.dst, packet.dstPort), translated, masqueraded };
}

/** A packet that begins a flow. */
export function firstPacket(header: {
  readonly src: string;
  readonly srcPort: number;
  readonly dst: string;
  readonly dstPort: number;
  readonly protocol: "TCP" | "UDP" | "SCTP";
}): Packet {
  const packet: Packet = { family: familyOf(header.src), ...header };
  return header.protocol === "TCP" ? { ...packet, tcpFlags: 2 } : packet;
}
