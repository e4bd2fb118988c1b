/**
 * The way home of an answer: each node that the first packet passed has noted how it changed it, and undoes that for the
 * answer. An answer that takes another way is not changed back, and its client does not know it.
 */
import { routeFrom } from "../../src/core/network/topology.ts";
import type { NodeNet, Topology } from "../../src/core/network/topology.ts";
import type { Place } from "./machines.ts";

/** Addresses and ports of a packet. A masqueraded port counts as kept here: both ends of a note agree on it. */
export interface Ports {
  readonly src: string;
  readonly srcPort: number;
  readonly dst: string;
  readonly dstPort: number;
}

/** A note in a node's connection tracking: how the first packet came, and how it left. */
export interface Passed {
  readonly node: string;
  readonly before: Ports;
  readonly after: Ports;
}

export interface Ends {
  readonly topology: Topology;
  readonly sender: Place;
  /** As the sender sent it. */
  readonly first: Ports;
  readonly passed: readonly Passed[];
}

const MOST_HOPS = 8;

export function invert({ src, srcPort, dst, dstPort }: Ports): Ports {
  return { src: dst, srcPort: dstPort, dst: src, dstPort: srcPort };
}

/** Whether an answer that is sent from `place` as `answer` reaches the sender as an answer to what it sent. */
export function comesHome(ends: Ends, place: Place, answer: Ports): boolean {
  const { topology } = ends;
  let header = answer;
  let at = nodeOf(topology, place);
  for (let hop = 0; hop < MOST_HOPS; hop++) {
    if (at === null) {
      // The gateway knows nodes and hosts, nothing of Pods.
      const host = topology.outsideAt.get(header.dst);
      if (host !== undefined) return ends.sender === `outside/${host.id}` && same(header, invert(ends.first));
      at = topology.nodes.get(topology.nodeAt.get(header.dst) ?? "") ?? null;
      if (at === null) return false;
      continue;
    }
    const here = at;
    const arrived = header;
    const noted = ends.passed.findLast(({ node, after }) => node === here.name && same(invert(after), arrived));
    if (noted !== undefined) header = invert(noted.before);
    const next = nextFrom(topology, here, header.dst);
    if (typeof next === "string") return next === ends.sender && same(header, invert(ends.first));
    at = next;
  }
  return false;
}

/** The place that the packet is delivered to, the next node, or null: the gateway. */
function nextFrom(topology: Topology, node: NodeNet, dst: string): Place | NodeNet | null {
  const route = routeFrom(topology, node, dst);
  if (route.kind === "local") return `node/${node.name}`;
  const pod = topology.podAt.get(dst);
  if (pod?.node === node.name) return `pod/${pod.key}`;
  return topology.nodes.get(topology.nodeAt.get(route.nextHop) ?? "") ?? null;
}

function nodeOf(topology: Topology, place: Place): NodeNet | null {
  const [kind, ...rest] = place.split("/");
  const name = rest.join("/");
  if (kind === "outside") return null;
  return topology.nodes.get(kind === "pod" ? (topology.pods.get(name)?.node ?? "") : name) ?? null;
}

function same(a: Ports, b: Ports): boolean {
  return a.src === b.src && a.srcPort === b.srcPort && a.dst === b.dst && a.dstPort === b.dstPort;
}
