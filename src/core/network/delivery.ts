/**
 * Packets on their way: from a socket to a gate, from gate to gate, from a gate to a socket. Each function handles one
 * event at its virtual time, appends hops to the packet and puts the packet's next event into the queue, until the
 * packet meets its one outcome.
 */
import { nextUint32 } from "../base/random.ts";
import { DELAYS, INITIAL_TTL } from "./delays.ts";
import type { Emission, Flight, PacketDraft } from "./flight.ts";
import { answersTo, headerInside, isUnchanged, passedBefore, type Door, type Passed } from "./doors.ts";
import { headerNow, headerOf, routeTaken, throughGate, type Passage } from "./gate.ts";
import { icmpError, mayAnswerWithError } from "./icmp.ts";
import { BRIDGE, UPLINK, isLoopback, routeFrom, type NodeNet, type Route } from "./topology.ts";
import type { Header, Hop, LostReason, Outcome, Place } from "./trace.ts";
import type { World } from "./world.ts";

/** Puts a new packet on the wire now. Returns its index among the flight's packets. */
export function emit(world: World, flight: Flight, emission: Emission): number {
  const { from, packet } = emission;
  const draft: PacketDraft = {
    index: flight.packets.length,
    purpose: emission.purpose,
    direction: emission.direction,
    answers: emission.answers,
    ipId: nextUint32(world.random(`ip-id ${placeKey(from)}`)) & 0xffff,
    tcp: emission.tcp,
    payloadBytes: emission.payloadBytes,
    payload: emission.payload,
    conversation: emission.conversation,
    hops: [],
    packet,
    ttl: INITIAL_TTL,
    outcome: null,
  };
  flight.packets.push(draft);
  flight.open += 1;
  move(draft, { kind: "send", from, to: from, at: world.now, takes: DELAYS.send });
  depart(world, flight, draft, from);
  return draft.index;
}

/** Emits after a while; the flight stays open until then. */
export function emitLater(world: World, flight: Flight, delay: number, emission: Emission): void {
  flight.open += 1;
  world.after(delay, { kind: "emit", flight: flight.id, emission });
}

function depart(world: World, flight: Flight, draft: PacketDraft, from: Place): void {
  const { dst } = draft.packet;
  switch (from.kind) {
    case "pod": {
      const own = world.topology.pods.get(from.pod)?.addresses.includes(dst) ?? false;
      if (own || isLoopback(dst)) return arrive(world, flight, draft, from);
      move(draft, { kind: "leave", from, to: { kind: "gate", node: from.node }, takes: DELAYS.leave });
      return enterGate(world, flight, draft, from.node, BRIDGE);
    }
    case "node":
      move(draft, { kind: "leave", from, to: { kind: "gate", node: from.node }, takes: DELAYS.leave });
      return enterGate(world, flight, draft, from.node, null);
    case "gate":
      return enterGate(world, flight, draft, from.node, null);
    case "outside":
      return departOutside(world, flight, draft, from);
    case "beyond":
      throw new Error("nothing is sent from beyond the gateway");
  }
}

/** The outside knows the nodes' own addresses and its other hosts, nothing of Pods and Services. */
function departOutside(world: World, flight: Flight, draft: PacketDraft, from: Place): void {
  const { dst } = draft.packet;
  const node = [...world.topology.nodes.values()].find(({ addresses }) => addresses.includes(dst));
  const host = world.topology.outsideAt.get(dst);
  if (node !== undefined) {
    if (!node.up)
      return lose(flight, draft, { why: "node-down", from, to: { kind: "gate", node: node.name }, route: null, takes: DELAYS.outside });
    move(draft, { kind: "enter-cluster", from, to: { kind: "gate", node: node.name }, takes: DELAYS.outside });
    return enterGate(world, flight, draft, node.name, UPLINK);
  }
  if (host !== undefined) {
    const to: Place = { kind: "outside", id: host.id };
    move(draft, { kind: "deliver", from, to, takes: DELAYS.outside });
    return arrive(world, flight, draft, to);
  }
  throughDoor(world, flight, draft, from);
}

/** The address is nobody's own out there: a load balancer's, an announced one, one that a route leads to, or none. */
function throughDoor(world: World, flight: Flight, draft: PacketDraft, from: Place): void {
  const outside = headerOf(draft.packet);
  const known = wayBefore(world, flight, outside);
  const door = known === null ? world.door(outside) : null;
  if (known === null && (door === null || door.kind === "shut"))
    return lose(flight, draft, { why: door?.why ?? "no-route", from, to: { kind: "beyond" }, route: null, takes: DELAYS.beyond });
  const passed = known ?? notePassage(flight, outside, door, null);
  const to: Place = { kind: "gate", node: passed.node };
  if (world.topology.nodes.get(passed.node)?.up !== true)
    return lose(flight, draft, { why: "node-down", from, to, route: null, takes: DELAYS.outside });
  goIn(world, flight, draft, from, passed);
}

/** The flow's way, unless it leads to a node that is down and another can take the address. */
function wayBefore(world: World, flight: Flight, outside: Header): Passed | null {
  const known = passedBefore(flight.passed, outside);
  if (known === null || !isUnchanged(known) || world.topology.nodes.get(known.node)?.up === true) return known;
  flight.passed.splice(flight.passed.indexOf(known), 1);
  return null;
}

function goIn(world: World, flight: Flight, draft: PacketDraft, from: Place, passed: Passed): void {
  const to: Place = { kind: "gate", node: passed.node };
  const { src, dst, dstPort } = passed.inside;
  const base = hopBase(draft, { from, to, takes: DELAYS.outside });
  draft.packet = { ...draft.packet, src, dst, dstPort };
  draft.hops.push({ ...base, after: headerNow(draft), kind: "enter-cluster" });
  enterGate(world, flight, draft, passed.node, UPLINK);
}

/**
 * No rule of the node caught the packet, and its address is a load balancer's or an announced one: out to it, and in
 * again by the node that it chooses. False where there is no such door.
 */
function outAndIn(world: World, flight: Flight, draft: PacketDraft, node: NodeNet, route: Route): boolean {
  const outside = headerOf(draft.packet);
  const known = wayBefore(world, flight, outside);
  const door = known === null ? world.door(outside) : null;
  if (known === null && door === null) return false;
  const from = hereOf(draft, node);
  if (known === null && door?.kind === "shut") {
    lose(flight, draft, { why: door.why, from, to: { kind: "beyond" }, route, takes: DELAYS.beyond });
    return true;
  }
  const passed = known ?? notePassage(flight, outside, door, node.name);
  if (isUnchanged(passed)) {
    // Nothing but the link lies between the node and the one that has the address now.
    cross(world, flight, draft, node, passed.node, route);
    return true;
  }
  move(draft, { kind: "leave-cluster", from, to: { kind: "beyond" }, takes: DELAYS.beyond });
  const to: Place = { kind: "gate", node: passed.node };
  if (world.topology.nodes.get(passed.node)?.up === true) goIn(world, flight, draft, { kind: "beyond" }, passed);
  else lose(flight, draft, { why: "node-down", from: { kind: "beyond" }, to, route: null, takes: DELAYS.outside });
  return true;
}

function notePassage(flight: Flight, outside: Header, door: Door | null, back: string | null): Passed {
  if (door === null || door.kind === "shut") throw new Error("no door to go through");
  const passed = { node: door.node, back, outside, inside: headerInside(outside, door) };
  flight.passed.push(passed);
  return passed;
}

/** A proxy's connection to a node ends at the proxy, which answers its own client. */
function backThroughDoor(world: World, flight: Flight, draft: PacketDraft, from: Place, passed: Passed): void {
  const host = world.topology.outsideAt.get(passed.outside.src);
  if (host === undefined && passed.back === null)
    return lose(flight, draft, { why: "no-route", from, to: { kind: "beyond" }, route: null, takes: DELAYS.beyond });
  const to: Place = host === undefined ? { kind: "beyond" } : { kind: "outside", id: host.id };
  const base = hopBase(draft, { from, to, takes: host === undefined ? DELAYS.beyond : DELAYS.outside });
  const { packet } = draft;
  const header = { src: passed.outside.dst, srcPort: packet.srcPort === 0 ? 0 : passed.outside.dstPort, dst: passed.outside.src };
  const { icmp } = packet;
  const quoted = icmp?.kind === "error" ? { icmp: { ...icmp, quoted: passed.outside } } : {};
  draft.packet = { ...packet, ...header, ...quoted };
  draft.hops.push({ ...base, after: headerNow(draft), kind: "leave-cluster" });
  if (host !== undefined || passed.back === null) return arrive(world, flight, draft, to);
  const home: Place = { kind: "gate", node: passed.back };
  if (world.topology.nodes.get(passed.back)?.up !== true)
    return lose(flight, draft, { why: "node-down", from: to, to: home, route: null, takes: DELAYS.outside });
  move(draft, { kind: "enter-cluster", from: to, to: home, takes: DELAYS.outside });
  enterGate(world, flight, draft, passed.back, UPLINK);
}

function enterGate(world: World, flight: Flight, draft: PacketDraft, node: string, inInterface: string | null): void {
  world.after(endOf(draft) - world.now, { kind: "at-gate", flight: flight.id, packet: draft.index, node, inInterface });
}

/** The receiver acts once its socket has taken the packet: that is when the event comes. */
function arrive(world: World, flight: Flight, draft: PacketDraft, place: Place): void {
  world.after(endOf(draft) + DELAYS.accept - world.now, { kind: "at-place", flight: flight.id, packet: draft.index, place });
}

/** What a gate did, for who wants to know more than the trace tells. */
export interface GateReport {
  readonly passage: Passage;
  readonly draft: PacketDraft;
  readonly node: NodeNet;
  /** A process of the node made the packet. */
  readonly local: boolean;
}

/** Handles `at-gate`: the hooks of a node, then the road on. */
export function passGate(world: World, flight: Flight, draft: PacketDraft, nodeName: string, inInterface: string | null): GateReport {
  const node = world.topology.nodes.get(nodeName);
  const here: Place = { kind: "gate", node: nodeName };
  if (node === undefined || node.stopped) {
    lose(flight, draft, { why: "node-down", from: here, to: here, route: null, takes: 0 }, world.now);
    return { passage: { kind: "no-route" }, draft, node: GONE, local: false };
  }
  const before = draft.packet;
  const { passage } = throughGate(world, draft, { node, inInterface, flight: flight.id });
  switch (passage.kind) {
    case "forward":
      onward(world, flight, draft, node, passage.route);
      break;
    case "local": {
      const to: Place = { kind: "node", node: nodeName };
      move(draft, { kind: "deliver", from: here, to, takes: DELAYS.deliver });
      arrive(world, flight, draft, to);
      break;
    }
    case "rejected":
      end(flight, draft, { kind: "rejected", node: nodeName, rule: passage.rule });
      answerRejection(world, flight, draft, { node, refused: before, with: passage.with });
      break;
    case "dropped":
      end(flight, draft, { kind: "dropped", node: nodeName, rule: passage.rule });
      break;
    case "no-route":
      lose(flight, draft, { why: "no-route", from: here, to: here, route: null, takes: 0 });
      break;
    case "hop-limit":
      lose(flight, draft, { why: "hop-limit", from: here, to: here, route: null, takes: 0 });
      if (mayAnswerWithError(before)) {
        const source = sourceTowards(world, node, before.src);
        const error = icmpError({ draft, node, refused: before, source, code: "time-exceeded" });
        emitLater(world, flight, endOf(draft) - world.now, error);
      }
      break;
    case "unmodelled":
      end(flight, draft, { kind: "unmodelled", node: nodeName, what: passage.what });
      break;
  }
  return { passage, draft, node, local: inInterface === null };
}

const GONE: NodeNet = {
  name: "",
  zone: "",
  up: false,
  stopped: true,
  cut: false,
  controlPlane: false,
  addresses: [],
  uplink: { IPv4: null, IPv6: null },
  bridge: { IPv4: null, IPv6: null },
  podCidrs: [],
};

function onward(world: World, flight: Flight, draft: PacketDraft, node: NodeNet, route: Route): void {
  const { topology } = world;
  const { dst } = draft.packet;
  const from = hereOf(draft, node);
  if (route.device === BRIDGE) {
    const pod = topology.podAt.get(dst);
    if (pod === undefined || pod.node !== node.name)
      return unanswered(world, flight, draft, node, { why: "pod-gone", address: dst, route });
    const to: Place = { kind: "pod", pod: pod.key, node: pod.node };
    move(draft, { kind: "deliver", from, to, takes: DELAYS.deliver });
    return arrive(world, flight, draft, to);
  }
  const proxied = answerOfProxied(flight, draft);
  if (proxied !== null && !node.cut) return backThroughDoor(world, flight, draft, from, proxied);
  const neighbour = topology.nodeAt.get(route.nextHop);
  if (neighbour !== undefined) return cross(world, flight, draft, node, neighbour, route);
  const host = topology.outsideAt.get(dst);
  if (!node.cut && host === undefined && outAndIn(world, flight, draft, node, route)) return;
  // A host outside can be a neighbour on the nodes' segment: it answers for its address there.
  if (route.via === null && (host === undefined || node.cut))
    return unanswered(world, flight, draft, node, { why: "nobody-has-the-address", address: dst, route });
  if (node.cut) return lose(flight, draft, { why: "no-route", from, to: from, route, takes: DELAYS.beyond });
  if (host === undefined) return lose(flight, draft, { why: "no-route", from, to: { kind: "beyond" }, route, takes: DELAYS.beyond });
  const to: Place = { kind: "outside", id: host.id };
  move(draft, { kind: "leave-cluster", from, to, takes: DELAYS.outside });
  arrive(world, flight, draft, to);
}

/** The proxied flow that the packet answers, also where it is an error about one of its packets. */
function answerOfProxied(flight: Flight, { packet }: PacketDraft): Passed | null {
  if (flight.passed.length === 0) return null;
  const { icmp } = packet;
  if (icmp?.kind !== "error") return answersTo(flight.passed, headerOf(packet));
  const { src, srcPort, dst, dstPort } = icmp.quoted;
  return answersTo(flight.passed, { ...headerOf(packet), src: dst, srcPort: dstPort, dst: src, dstPort: srcPort });
}

/** The gate at which the packet stands: the same value as in its last hop. */
function hereOf(draft: PacketDraft, node: NodeNet): Place {
  const last = draft.hops.at(-1)?.to;
  return last?.kind === "gate" && last.node === node.name ? last : { kind: "gate", node: node.name };
}

function cross(world: World, flight: Flight, draft: PacketDraft, node: NodeNet, name: string, route: Route): void {
  const from = hereOf(draft, node);
  const to: Place = { kind: "gate", node: name };
  const other = world.topology.nodes.get(name);
  const sameZone = other !== undefined && other.zone === node.zone;
  const takes = sameZone ? DELAYS.crossZone : DELAYS.crossZones;
  if (other?.up !== true || node.cut) return lose(flight, draft, { why: "node-down", from, to, route, takes });
  const at = endOf(draft);
  draft.hops.push({ ...hopBase(draft, { from, to, at, takes }), kind: "cross", sameZone, route: routeTaken(route) });
  enterGate(world, flight, draft, name, UPLINK);
}

/**
 * Nobody answers for the address on the link: the packet waits until the kernel gives up asking, then an ICMP host
 * unreachable goes back (3 s; packets that come meanwhile wait for the same end).
 */
function unanswered(
  world: World,
  flight: Flight,
  draft: PacketDraft,
  node: NodeNet,
  dead: { readonly why: LostReason; readonly address: string; readonly route: Route },
): void {
  const here: Place = { kind: "gate", node: node.name };
  const at = endOf(draft);
  const known = flight.deadNeighbours.find(
    ({ node: name, address, failsAt }) => name === node.name && address === dead.address && failsAt > at,
  );
  const failsAt = known?.failsAt ?? at + DELAYS.neighbourFails;
  if (known === undefined) flight.deadNeighbours.push({ node: node.name, address: dead.address, failsAt });
  lose(flight, draft, { why: dead.why, from: here, to: here, route: dead.route, takes: failsAt - at });
  if (mayAnswerWithError(draft.packet)) {
    emitLater(
      world,
      flight,
      failsAt - world.now,
      icmpError({ draft, node, refused: draft.packet, source: sourceTowards(world, node, draft.packet.src), code: "host-unreachable" }),
    );
  }
}

function answerRejection(
  world: World,
  flight: Flight,
  draft: PacketDraft,
  rejection: { readonly node: NodeNet; readonly refused: PacketDraft["packet"]; readonly with: string },
): void {
  const { node, refused } = rejection;
  if (!mayAnswerWithError(refused)) return;
  const own = world.topology.nodeAt.get(refused.dst) === node.name;
  const source = own ? refused.dst : sourceTowards(world, node, refused.src);
  emitLater(world, flight, endOf(draft) - world.now, icmpError({ draft, node, refused, source, code: rejection.with }));
}

/** The address that the node's kernel takes for a packet of its own. */
function sourceTowards(world: World, node: NodeNet, destination: string): string {
  return routeFrom(world.topology, node, destination).source ?? node.addresses[0] ?? destination;
}

// ---- hops ---------------------------------------------------------------------------------------------------------

interface Leg {
  readonly from: Place;
  readonly to: Place;
  readonly takes: number;
  /** When it begins; by default when the packet's last hop ended. */
  readonly at?: number;
}

function hopBase(draft: PacketDraft, leg: Leg): Omit<Extract<Hop, { kind: "send" }>, "kind"> {
  const at = leg.at ?? endOf(draft);
  const header = headerNow(draft);
  return { at, endsAt: at + leg.takes, from: leg.from, to: leg.to, before: header, after: header, ttl: draft.ttl };
}

function move(draft: PacketDraft, leg: Leg & { readonly kind: "send" | "leave" | "enter-cluster" | "leave-cluster" | "deliver" }): void {
  draft.hops.push({ ...hopBase(draft, leg), kind: leg.kind });
}

/** The receiving socket takes the packet. */
export function accept(world: World, flight: Flight, draft: PacketDraft, place: Place, says: string | null): void {
  draft.hops.push({ ...hopBase(draft, { from: place, to: place, takes: world.now - endOf(draft) }), kind: "accept", says });
  end(flight, draft, { kind: "delivered", to: place });
}

/** Nobody listens there: the receiver's kernel says no. */
export function refuse(
  world: World,
  flight: Flight,
  draft: PacketDraft,
  place: Place,
  how: "tcp-reset" | "sctp-abort" | "icmp-port-unreachable",
): void {
  draft.hops.push({ ...hopBase(draft, { from: place, to: place, takes: world.now - endOf(draft) }), kind: "refuse", with: how });
  end(flight, draft, { kind: "refused", by: place });
}

/** The receiver is not there any more. */
export function receiverGone(world: World, flight: Flight, draft: PacketDraft, place: Place): void {
  lose(flight, draft, { why: "pod-gone", from: place, to: place, route: null, takes: world.now - endOf(draft) });
}

/** The receiver's machine was switched off. */
export function receiverDown(world: World, flight: Flight, draft: PacketDraft, place: Place): void {
  lose(flight, draft, { why: "node-down", from: place, to: place, route: null, takes: world.now - endOf(draft) });
}

function lose(
  flight: Flight,
  draft: PacketDraft,
  loss: Leg & { readonly why: LostReason; readonly route: Route | null },
  at?: number,
): void {
  const route = loss.route === null ? null : routeTaken(loss.route);
  draft.hops.push({ ...hopBase(draft, at === undefined ? loss : { ...loss, at }), kind: "lost", why: loss.why, route });
  end(flight, draft, { kind: "lost", why: loss.why, at: loss.to });
}

function end(flight: Flight, draft: PacketDraft, outcome: Outcome): void {
  if (draft.outcome !== null)
    throw new Error(`packet ${draft.index} of journey ${flight.id} ended twice: ${draft.outcome.kind}, ${outcome.kind}`);
  draft.outcome = outcome;
  flight.open -= 1;
}

/** When the packet's last hop ends. */
export function endOf(draft: PacketDraft): number {
  return draft.hops.at(-1)?.endsAt ?? 0;
}

/** A text for streams and maps: `pod default/web-1`, `node node-1`, `outside external`. */
export function placeKey(place: Place): string {
  switch (place.kind) {
    case "pod":
      return `pod ${place.pod}`;
    case "node":
    case "gate":
      return `node ${place.node}`;
    case "outside":
      return `outside ${place.id}`;
    case "beyond":
      return "beyond";
  }
}
