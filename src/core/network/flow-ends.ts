/**
 * Every end that a new flow's first packet can come to, with its exact probability: from the sender's place through every
 * node's rules, over every load balancer's choice, to the socket that takes it or the rule, link or closed port that does
 * not. Nothing is sent and nothing changes. The same ways as in `delivery.ts`, which carries real packets: a property test
 * holds the two against each other (simulation/flow-ends.test.ts). Affinity is set aside: nobody is remembered.
 */
import { endpointText, parseEndpoint } from "../base/address.ts";
import type { Nanos } from "../base/time.ts";
import type { Packet } from "../netfilter/packet.ts";
import { odds, type Way } from "../netfilter/odds.ts";
import type { RuleRef } from "../netfilter/rules.ts";
import type { Entry } from "../netfilter/stack.ts";
import { INITIAL_TTL } from "./delays.ts";
import { headerInside, isUnchanged, passedBefore, type Door, type Passed } from "./doors.ts";
import { headerOf, routeAnswerer } from "./gate.ts";
import { BRIDGE, UPLINK, isLoopback, routeFrom, type NodeNet, type Route } from "./topology.ts";
import type { Header, LostReason, Outcome, Place } from "./trace.ts";
import { plainHeader, wayBack, type GatePass, type WayBack } from "./way-back.ts";
import type { World } from "./world.ts";

export interface NewFlowWorld extends Pick<World, "topology" | "stack" | "server"> {
  readonly now: Nanos;
  /** Ways into the cluster for an address that no node has, each equally likely. */
  readonly doors: (packet: Header) => readonly Door[];
  /** What was found at gates before, for questions between which nothing happens: `node interface packet` → its ways. */
  readonly known?: Map<string, readonly Way[]>;
}

/** One end that a new flow can come to. */
export interface FlowEnd {
  readonly probability: number;
  readonly outcome: Outcome;
  /** How a REJECT tells the sender, as `--reject-with` names it; else null. */
  readonly toldWith: string | null;
  /** `ip:port` that the packet is for at its end. */
  readonly destination: string;
  /** Address that it comes from at its end. */
  readonly source: string;
  /** A rule translated its destination on the way, even to what it was. */
  readonly translated: boolean;
  readonly masqueraded: boolean;
  /** Where it came to a socket or a closed port: whether the answer finds back to the sender; else null. */
  readonly back: WayBack | null;
  /** Nodes whose rules it met, in order. */
  readonly nodes: readonly string[];
  /** Rules that it matched on the way, in order. */
  readonly rules: readonly RuleRef[];
}

/** Gates that are looked into for one question. Where there are more ways than that, the rest is `unmodelled`. */
const MOST_GATES = 5_000;

interface Search extends NewFlowWorld {
  left: number;
  readonly from: Place;
  readonly sent: Packet;
}

/** What is known of the packet so far. */
interface Under extends Omit<FlowEnd, "outcome" | "destination" | "source" | "toldWith" | "back" | "nodes"> {
  readonly packet: Packet;
  readonly ttl: number;
  /** Doors it went through: the same flow takes the same again. */
  readonly passed: readonly Passed[];
  readonly gates: readonly GatePass[];
}

/** Follows a new flow from its sender's place. Probabilities add up to 1; equal ends are one. */
export function flowEnds(world: NewFlowWorld, place: Place, packet: Packet): readonly FlowEnd[] {
  const start: Under = {
    probability: 1,
    packet,
    translated: false,
    masqueraded: false,
    rules: [],
    ttl: INITIAL_TTL,
    passed: [],
    gates: [],
  };
  return summedUp(departs({ ...world, left: MOST_GATES, from: place, sent: packet }, place, start));
}

function departs(search: Search, from: Place, flow: Under): readonly FlowEnd[] {
  const { topology } = search;
  const { dst } = flow.packet;
  switch (from.kind) {
    case "pod":
      if (topology.pods.get(from.pod)?.addresses.includes(dst) === true || isLoopback(dst)) return [arrives(search, from, flow)];
      return throughGate(search, from.node, BRIDGE, flow);
    case "node":
    case "gate":
      return throughGate(search, from.node, null, flow);
    case "outside":
      return departsOutside(search, flow);
    case "beyond":
      throw new Error("nothing is sent from beyond the gateway");
  }
}

function departsOutside(search: Search, flow: Under): readonly FlowEnd[] {
  const { topology } = search;
  const { dst } = flow.packet;
  const node = [...topology.nodes.values()].find(({ addresses }) => addresses.includes(dst));
  if (node !== undefined) return intoNode(search, node.name, flow);
  const host = topology.outsideAt.get(dst);
  if (host !== undefined) return [arrives(search, { kind: "outside", id: host.id }, flow)];
  const beyond: Place = { kind: "beyond" };
  return (
    eachDoor(search, null, flow, (way, passed) => intoNode(search, passed.node, inside(way, passed))) ?? [lost(flow, "no-route", beyond)]
  );
}

/** From outside to a node's gate. */
function intoNode(search: Search, name: string, flow: Under): readonly FlowEnd[] {
  if (search.topology.nodes.get(name)?.up !== true) return [lost(flow, "node-down", { kind: "gate", node: name })];
  return throughGate(search, name, UPLINK, flow);
}

// ---- doors ----------------------------------------------------------------------------------------------------------

/** What comes of each door that the packet can go through, or of the one that its flow took before; null where there is none. */
function eachDoor(
  search: Search,
  back: string | null,
  flow: Under,
  go: (way: Under, passed: Passed) => readonly FlowEnd[],
): readonly FlowEnd[] | null {
  const outside = headerOf(flow.packet);
  const known = passedBefore(flow.passed, outside);
  if (known !== null && (!isUnchanged(known) || search.topology.nodes.get(known.node)?.up === true)) return go(flow, known);
  const doors = search.doors(outside);
  if (doors.length === 0) return null;
  return doors.flatMap((door) => {
    const way = { ...flow, probability: flow.probability / doors.length };
    if (door.kind === "shut") return [lost(way, door.why, { kind: "beyond" })];
    const passed = { node: door.node, back, outside, inside: headerInside(outside, door) };
    return go({ ...way, passed: [...flow.passed.filter((each) => each !== known), passed] }, passed);
  });
}

/** As the node behind the door sees it. */
function inside(flow: Under, passed: Passed): Under {
  const { src, dst, dstPort } = passed.inside;
  return { ...flow, packet: { ...flow.packet, src, dst, dstPort } };
}

// ---- gates ----------------------------------------------------------------------------------------------------------

function throughGate(search: Search, name: string, inInterface: string | null, flow: Under): readonly FlowEnd[] {
  const here: Place = { kind: "gate", node: name };
  const node = search.topology.nodes.get(name);
  if (node === undefined || node.stopped) return [lost(flow, "node-down", here)];
  search.left -= 1;
  if (search.left < 0) return [ended(flow, { kind: "unmodelled", node: name, what: `more than ${MOST_GATES} ways through the cluster` })];
  return waysThrough(search, node, inInterface, flow.packet).flatMap((way) =>
    afterGate(search, node, inInterface, after(flow, name, way), way),
  );
}

function waysThrough(search: Search, node: NodeNet, inInterface: string | null, packet: Packet): readonly Way[] {
  const { src, srcPort, dst, dstPort, protocol } = packet;
  const key = `${node.name} ${inInterface ?? ""} ${protocol} ${src} ${srcPort} ${dst} ${dstPort}`;
  const known = search.known?.get(key);
  if (known !== undefined) return known;
  const entry: Entry = inInterface === null ? { hook: "OUTPUT" } : { hook: "PREROUTING", inInterface };
  const ways = odds(search.stack(node.name), packet, entry, { now: search.now, route: routeAnswerer(search, node) });
  search.known?.set(key, ways);
  return ways;
}

function after(flow: Under, node: string, way: Way): Under {
  const to = parseEndpoint(way.destination);
  const packet: Packet = {
    ...flow.packet,
    src: way.source,
    dst: to?.address ?? flow.packet.dst,
    dstPort: to?.port ?? flow.packet.dstPort,
  };
  return {
    ...flow,
    probability: flow.probability * way.probability,
    packet,
    translated: flow.translated || way.translated,
    masqueraded: flow.masqueraded || way.masqueraded,
    gates: [...flow.gates, { node, before: plainHeader(flow.packet), after: plainHeader(packet) }],
    rules: [...flow.rules, ...way.rules],
  };
}

function afterGate(search: Search, node: NodeNet, inInterface: string | null, flow: Under, { verdict }: Way): readonly FlowEnd[] {
  const { name } = node;
  const here: Place = { kind: "gate", node: name };
  switch (verdict.kind) {
    case "reject":
      return [ended(flow, { kind: "rejected", node: name, rule: verdict.rule }, verdict.with)];
    case "drop":
      return [ended(flow, { kind: "dropped", node: name, rule: verdict.rule })];
    case "unmodelled":
      return [ended(flow, { kind: "unmodelled", node: name, what: verdict.what })];
    case "no-route":
      return [lost(flow, "no-route", here)];
    case "local":
      return [arrives(search, { kind: "node", node: name }, flow)];
    case "forward":
      return onward(search, node, inInterface, flow);
  }
}

function onward(search: Search, node: NodeNet, inInterface: string | null, flow: Under): readonly FlowEnd[] {
  const { topology } = search;
  const { dst } = flow.packet;
  const here: Place = { kind: "gate", node: node.name };
  const route = routeFrom(topology, node, dst);
  const keepsTtl = inInterface === null || (inInterface === BRIDGE && route.device === BRIDGE);
  const next = keepsTtl ? flow : { ...flow, ttl: flow.ttl - 1 };
  if (next.ttl <= 0) return [lost(next, "hop-limit", here)];
  if (route.device === BRIDGE) {
    const pod = topology.podAt.get(dst);
    if (pod === undefined || pod.node !== node.name) return [lost(next, "pod-gone", here)];
    return [arrives(search, { kind: "pod", pod: pod.key, node: pod.node }, next)];
  }
  const neighbour = topology.nodeAt.get(route.nextHop);
  if (neighbour !== undefined) return cross(search, node, neighbour, next);
  return outOf(search, node, route, next);
}

function cross(search: Search, node: NodeNet, name: string, flow: Under): readonly FlowEnd[] {
  if (node.cut || search.topology.nodes.get(name)?.up !== true) return [lost(flow, "node-down", { kind: "gate", node: name })];
  return throughGate(search, name, UPLINK, flow);
}

/** No node has the address: a host outside, a load balancer and in again, or nobody. */
function outOf(search: Search, node: NodeNet, route: Route, flow: Under): readonly FlowEnd[] {
  const here: Place = { kind: "gate", node: node.name };
  const host = search.topology.outsideAt.get(flow.packet.dst);
  const back =
    node.cut || host !== undefined
      ? null
      : eachDoor(search, node.name, flow, (way, passed) =>
          isUnchanged(passed) ? cross(search, node, passed.node, way) : intoNode(search, passed.node, inside(way, passed)),
        );
  if (back !== null) return back;
  if (route.via === null && (host === undefined || node.cut)) return [lost(flow, "nobody-has-the-address", here)];
  if (node.cut) return [lost(flow, "no-route", here)];
  return host === undefined ? [lost(flow, "no-route", { kind: "beyond" })] : [arrives(search, { kind: "outside", id: host.id }, flow)];
}

// ---- ends -----------------------------------------------------------------------------------------------------------

/** At a socket, or where one would have to be. */
function arrives(search: Search, place: Place, flow: Under): FlowEnd {
  const { topology } = search;
  const { dst, dstPort, protocol } = flow.packet;
  if ((place.kind === "pod" || place.kind === "node") && topology.nodes.get(place.node)?.stopped === true)
    return lost(flow, "node-down", place);
  if (place.kind === "pod" && !isLoopback(dst) && topology.pods.get(place.pod)?.addresses.includes(dst) !== true)
    return lost(flow, "pod-gone", place);
  const server = protocol === "ICMP" ? null : search.server(place, dst, protocol, dstPort);
  const { from, sent } = search;
  const arrived = plainHeader(flow.packet);
  const back = wayBack(topology, { from, sent: plainHeader(sent), gates: flow.gates, doors: flow.passed, to: place, arrived });
  return { ...ended(flow, server === null ? { kind: "refused", by: place } : { kind: "delivered", to: place }), back };
}

function lost(flow: Under, why: LostReason, at: Place): FlowEnd {
  return ended(flow, { kind: "lost", why, at });
}

function ended(flow: Under, outcome: Outcome, toldWith: string | null = null): FlowEnd {
  const { probability, packet, translated, masqueraded, gates, rules } = flow;
  const nodes = gates.map(({ node }) => node);
  const destination = endpointText(packet.dst, packet.dstPort);
  return { probability, outcome, toldWith, destination, source: packet.src, translated, masqueraded, back: null, nodes, rules };
}

function summedUp(ends: readonly FlowEnd[]): readonly FlowEnd[] {
  const summed = new Map<string, FlowEnd>();
  for (const end of ends) {
    const key = `${outcomeKey(end.outcome)} ${end.destination} ${end.source} ${end.back?.found ?? ""}`;
    const known = summed.get(key);
    summed.set(
      key,
      known === undefined
        ? end
        : { ...known, probability: known.probability + end.probability, masqueraded: known.masqueraded || end.masqueraded },
    );
  }
  return [...summed.values()];
}

function outcomeKey(outcome: Outcome): string {
  switch (outcome.kind) {
    case "delivered":
      return `delivered ${placeText(outcome.to)}`;
    case "refused":
      return `refused ${placeText(outcome.by)}`;
    case "rejected":
    case "dropped":
      return `${outcome.kind} ${outcome.node} ${outcome.rule?.text ?? ""}`;
    case "lost":
      return `lost ${outcome.why} ${placeText(outcome.at)}`;
    case "unmodelled":
      return `unmodelled ${outcome.node} ${outcome.what}`;
  }
}

function placeText(place: Place): string {
  return place.kind === "pod" ? place.pod : place.kind === "outside" ? place.id : place.kind === "beyond" ? "" : place.node;
}
