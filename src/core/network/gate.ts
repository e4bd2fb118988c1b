/**
 * A packet at a node: through its hooks (netfilter `traverse`), its routing table and out again. Yields the hop that
 * the trace shows and where the packet goes next. All that chooses an endpoint happens inside `traverse`.
 *
 * Facts of the kernel that are decided here (measured, docs/fidelity.md): a packet from a Pod to a Pod on the same
 * bridge crosses the hooks inside the bridge and keeps its TTL; any other forwarded packet loses one; MASQUERADE takes
 * the address of the outgoing interface (cni0's for local Pods, the node's own for all else).
 */
import { unreachable } from "../base/names.ts";
import { traverse, conntrackView, type TraverseResult, type NodeStack } from "../netfilter/stack.ts";
import type { RuleRef } from "../netfilter/rules.ts";
import type { Packet } from "../netfilter/packet.ts";
import type { PacketDraft } from "./flight.ts";
import { servicePortOf } from "./service-port.ts";
import { BRIDGE, LOOPBACK, familyOf, routeFrom, type NodeNet, type Route } from "./topology.ts";
import type { Header, Hop, Place } from "./trace.ts";
import { DELAYS } from "./delays.ts";
import type { World } from "./world.ts";

/** What netfilter is told of a route, and what it hands back. */
export interface RouteAnswer {
  readonly kind: "local" | "forward" | "none";
  readonly outInterface: string;
  readonly masqueradeAddress: string | null;
  readonly taken: Route;
}

export type GateResult = TraverseResult<RouteAnswer>;

/** What becomes of the packet after the hooks. */
export type Passage =
  | { readonly kind: "forward"; readonly route: Route }
  | { readonly kind: "local" }
  | { readonly kind: "rejected"; readonly rule: RuleRef; readonly with: string; readonly servicePort: string | null }
  | { readonly kind: "dropped"; readonly rule: RuleRef | null; readonly servicePort: string | null }
  | { readonly kind: "no-route" }
  | { readonly kind: "hop-limit" }
  | { readonly kind: "unmodelled"; readonly what: string };

/** Answers netfilter's questions about routes on this node. */
export function routeAnswerer(world: Pick<World, "topology">, node: NodeNet): (question: { readonly dst: string }) => RouteAnswer {
  return ({ dst }) => {
    const taken = routeFrom(world.topology, node, dst);
    const uplink = node.uplink[familyOf(dst)];
    return {
      kind: taken.kind,
      outInterface: taken.kind === "none" ? "" : taken.device,
      masqueradeAddress: taken.device === LOOPBACK ? uplink : taken.source,
      taken,
    };
  };
}

/**
 * Walks the packet through the hooks of `node` and appends the gate's hop to the draft, whose packet and TTL become
 * what leaves the node. `inInterface` null: a process of the node made it.
 */
export function throughGate(
  world: World,
  draft: PacketDraft,
  at: { readonly node: NodeNet; readonly inInterface: string | null; readonly flight: number },
): { readonly passage: Passage; readonly result: GateResult } {
  const { node, inInterface } = at;
  const stack = world.stack(node.name);
  const entry = inInterface === null ? ({ hook: "OUTPUT" } as const) : ({ hook: "PREROUTING", inInterface } as const);
  const result = traverse(stack, draft.packet, entry, {
    now: world.now,
    random: world.random(`netfilter ${node.name}`),
    mode: "full",
    journey: at.flight,
    route: routeAnswerer(world, node),
  });
  const before = headerNow(draft);
  draft.packet = after(draft.packet, result);
  const passage = passageOf(draft, result, inInterface);
  draft.hops.push(gateHop(world, { node, stack, before, draft, result, passage }));
  return { passage, result };
}

function after(packet: Packet, result: GateResult): Packet {
  const moved = { ...packet, ...result.header };
  return packet.icmp?.kind === "error" && result.quoted !== null ? { ...moved, icmp: { ...packet.icmp, quoted: result.quoted } } : moved;
}

function passageOf(draft: PacketDraft, result: GateResult, inInterface: string | null): Passage {
  const servicePort = serviceOf(result);
  const { verdict } = result;
  switch (verdict.kind) {
    case "forward": {
      const route = result.route?.taken;
      if (route === undefined) throw new Error("netfilter forwarded a packet without asking for its route");
      const bridged = inInterface === BRIDGE && route.device === BRIDGE;
      if (inInterface !== null && !bridged) draft.ttl -= 1;
      return draft.ttl <= 0 ? { kind: "hop-limit" } : { kind: "forward", route };
    }
    case "local":
      return { kind: "local" };
    case "reject":
      return { kind: "rejected", rule: verdict.rule, with: verdict.with, servicePort };
    case "drop":
      return { kind: "dropped", rule: verdict.rule, servicePort };
    case "no-route":
      return { kind: "no-route" };
    case "unmodelled":
      return { kind: "unmodelled", what: verdict.what };
    default:
      return unreachable(verdict);
  }
}

function serviceOf(result: GateResult): string | null {
  const refs = result.matched.map(({ ref }) => ref);
  return servicePortOf(result.origin, refs);
}

interface GateEvent {
  readonly node: NodeNet;
  readonly stack: NodeStack;
  readonly before: Header;
  readonly draft: PacketDraft;
  readonly result: GateResult;
  readonly passage: Passage;
}

function gateHop(world: World, event: GateEvent): Hop {
  const { node, stack, before, draft, result, passage } = event;
  // A packet that comes in by the wire was just seen to arrive at this gate.
  const arrived = draft.hops.at(-1)?.to;
  const gate: Place = arrived?.kind === "gate" && arrived.node === node.name ? arrived : { kind: "gate", node: node.name };
  const base = {
    at: world.now,
    endsAt: world.now + DELAYS.gate,
    from: gate,
    to: gate,
    before,
    after: headerNow(draft),
    ttl: draft.ttl,
    node: node.name,
    walks: result.walks,
    ctState: result.ctState,
    route: result.route === null ? null : routeTaken(result.route.taken),
  };
  if (passage.kind === "rejected")
    return { ...base, kind: "reject", rule: passage.rule, with: passage.with, servicePort: passage.servicePort };
  if (passage.kind === "dropped") return { ...base, kind: "drop", rule: passage.rule, servicePort: passage.servicePort };
  if (passage.kind === "unmodelled") return { ...base, kind: "drop", rule: null, servicePort: null };
  const { nat, entry } = result;
  const changed = nat.changed;
  if (entry === null || (!changed.source && !changed.destination)) return { ...base, kind: "pass" };
  const view = conntrackView(stack, entry);
  if (nat.kind === "new") return { ...base, kind: "rewrite", changed, servicePort: serviceOf(result), entry: view };
  if (nat.kind === "known") return { ...base, kind: "known", changed, entry: view };
  return { ...base, kind: "restore", changed, entry: view };
}

/** A route as the trace shows it. */
export function routeTaken(route: Route): { readonly prefix: string; readonly via: string | null; readonly device: string } {
  return { prefix: route.prefix, via: route.via, device: route.device };
}

export function headerOf(packet: Packet): Header {
  const { src, srcPort, dst, dstPort, protocol, icmp } = packet;
  const header = { src, srcPort, dst, dstPort, protocol };
  return icmp?.kind === "error" ? { ...header, error: { type: icmp.type, code: icmp.code, quoted: icmp.quoted } } : header;
}

/** The packet's header now; the same value as after its last hop where nothing changed, so that traces stay small. */
export function headerNow(draft: PacketDraft): Header {
  const last = draft.hops.at(-1)?.after;
  const { packet } = draft;
  if (
    last === undefined ||
    last.src !== packet.src ||
    last.srcPort !== packet.srcPort ||
    last.dst !== packet.dst ||
    last.dstPort !== packet.dstPort ||
    (packet.icmp?.kind === "error" && last.error?.quoted !== packet.icmp.quoted)
  )
    return headerOf(packet);
  return last;
}
