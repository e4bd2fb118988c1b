/**
 * Whether an answer finds back: from the socket that took a flow's first packet, by routes and by what each node on the way
 * in translated, to the sender, who must see it come from whom it asked. Rules of people's own that look at answers are not
 * asked: kube-proxy and network plugins let answers of known connections pass (docs/fidelity.md).
 */
import type { Packet } from "../netfilter/packet.ts";
import { answersTo, isUnchanged, type Passed } from "./doors.ts";
import { BRIDGE, isLoopback, routeFrom, type NodeNet, type Topology } from "./topology.ts";
import type { Header, Place } from "./trace.ts";

/** What one node did to the first packet; its conntrack does the opposite to answers. */
export interface GatePass {
  readonly node: string;
  readonly before: Header;
  readonly after: Header;
}

export interface WayIn {
  readonly from: Place;
  readonly sent: Header;
  readonly gates: readonly GatePass[];
  readonly doors: readonly Passed[];
  readonly to: Place;
  readonly arrived: Header;
}

/** What the answer reads like where it ends, and whether that is the sender's socket. */
export interface WayBack {
  readonly found: boolean;
  /** Where the answer comes from in the eyes of whoever gets it. */
  readonly header: Header;
}

/** An answer crosses no more nodes than that: what goes further goes round. */
const MOST_GATES = 8;

export function wayBack(topology: Topology, way: WayIn): WayBack {
  const wanted = reversed(way.sent);
  const end = walk(topology, way, way.to, reversed(way.arrived), MOST_GATES);
  return { found: end.at !== null && samePlace(end.at, way.from) && sameHeader(end.header, wanted), header: end.header };
}

interface End {
  /** null: it is lost on the way. */
  readonly at: Place | null;
  readonly header: Header;
}

function walk(topology: Topology, way: WayIn, from: Place, header: Header, left: number): End {
  switch (from.kind) {
    case "pod":
      if (isLoopback(header.dst) || topology.pods.get(from.pod)?.addresses.includes(header.dst) === true) return { at: from, header };
      return throughGate(topology, way, from.node, BRIDGE, header, left);
    case "node":
    case "gate":
      return throughGate(topology, way, from.node, null, header, left);
    case "outside":
    case "beyond":
      return fromOutside(topology, way, header, left);
  }
}

function fromOutside(topology: Topology, way: WayIn, header: Header, left: number): End {
  const node = [...topology.nodes.values()].find(({ addresses }) => addresses.includes(header.dst));
  if (node !== undefined) return node.up ? throughGate(topology, way, node.name, "", header, left) : { at: null, header };
  const host = topology.outsideAt.get(header.dst);
  return { at: host === undefined ? null : { kind: "outside", id: host.id }, header };
}

/** `inInterface` null: made on the node. */
function throughGate(topology: Topology, way: WayIn, name: string, inInterface: string | null, header: Header, left: number): End {
  const node = topology.nodes.get(name);
  if (node === undefined || node.stopped || left === 0) return { at: null, header };
  const pass = way.gates.find(({ node: of, after }) => of === name && sameHeader(reversed(after), header));
  const next = pass === undefined ? header : reversed(pass.before);
  const route = routeFrom(topology, node, next.dst);
  if (route.kind === "local") return { at: { kind: "node", node: name }, header: next };
  // An answer to a SYN that the node never saw is invalid, and kube-proxy's rules do not forward it.
  if (route.kind === "none" || (pass === undefined && inInterface !== null && next.protocol === "TCP")) return { at: null, header: next };
  if (route.device === BRIDGE) return { at: podThere(topology, way, name, next.dst), header: next };
  return outward(topology, way, node, next, route.nextHop, left);
}

/** A sender that was only imagined is nobody that the network knows. */
function podThere(topology: Topology, { from, sent }: WayIn, node: string, address: string): Place | null {
  const pod = topology.podAt.get(address);
  if (pod !== undefined) return pod.node === node ? { kind: "pod", pod: pod.key, node } : null;
  return from.kind === "pod" && from.node === node && sent.src === address && !topology.pods.has(from.pod) ? from : null;
}

function outward(topology: Topology, way: WayIn, node: NodeNet, header: Header, nextHop: string, left: number): End {
  if (node.cut) return { at: null, header };
  const proxied = answersTo(
    way.doors.filter((door) => !isUnchanged(door)),
    header,
  );
  if (proxied !== null) {
    const answer = reversed(proxied.outside);
    if (proxied.back !== null) return throughGate(topology, way, proxied.back, "", answer, left - 1);
    return fromOutside(topology, way, answer, left - 1);
  }
  const neighbour = topology.nodeAt.get(nextHop);
  if (neighbour !== undefined)
    return topology.nodes.get(neighbour)?.up === true ? throughGate(topology, way, neighbour, "", header, left - 1) : { at: null, header };
  const host = topology.outsideAt.get(header.dst);
  return { at: host === undefined ? null : { kind: "outside", id: host.id }, header };
}

function reversed({ src, srcPort, dst, dstPort, protocol }: Header): Header {
  return { src: dst, srcPort: dstPort, dst: src, dstPort: srcPort, protocol };
}

function sameHeader(a: Header, b: Header): boolean {
  return a.src === b.src && a.srcPort === b.srcPort && a.dst === b.dst && a.dstPort === b.dstPort && a.protocol === b.protocol;
}

function samePlace(a: Place, b: Place): boolean {
  if (a.kind === "pod") return b.kind === "pod" && a.pod === b.pod;
  if (a.kind === "outside") return b.kind === "outside" && a.id === b.id;
  return a.kind === b.kind && (a.kind === "beyond" || ("node" in b && a.node === b.node));
}

/** The header of a packet with ports. */
export function plainHeader({ src, srcPort, dst, dstPort, protocol }: Packet): Header {
  return { src, srcPort, dst, dstPort, protocol };
}
