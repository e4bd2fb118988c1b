/**
 * What brings a packet to a node where the address is no node's own: a load balancer, a node that announces the address, a
 * route that somebody set up. Packets come to it from outside, or out of the cluster where no rule caught them. And the way
 * back of what a proxy has made another connection of.
 */
import type { Header, LostReason } from "./trace.ts";

/** What becomes of a new flow to the address. */
export type Door =
  /** To the node as it is: the address stays in the packet, kube-proxy's rules catch it there. */
  | { readonly kind: "pass"; readonly node: string }
  /** A proxy makes a connection of its own, from its address to a node port. */
  | { readonly kind: "proxy"; readonly node: string; readonly source: string; readonly address: string; readonly port: number }
  | { readonly kind: "shut"; readonly why: LostReason };

/** A flow that went through a door: its packets take the same way, its answers come back translated. */
export interface Passed {
  readonly node: string;
  /** The node that it left the cluster by; null where it came from outside. */
  readonly back: string | null;
  /** As the client sent it, and as the node saw it. */
  readonly outside: Header;
  readonly inside: Header;
}

/** The flow's passage, where it has one already. */
export function passedBefore(passed: readonly Passed[], packet: Header): Passed | null {
  return passed.find(({ outside }) => sameFlow(outside, packet)) ?? null;
}

/** The packets stay as they are: the node itself has the address for now. */
export function isUnchanged({ outside, inside }: Passed): boolean {
  return inside.src === outside.src && inside.dst === outside.dst;
}

/** What a proxy would take as an answer of the node: the flow that it belongs to. */
export function answersTo(passed: readonly Passed[], packet: Header): Passed | null {
  return (
    passed.find(
      ({ inside, outside }) =>
        inside.src !== outside.src && packet.dst === inside.src && packet.dstPort === inside.srcPort && packet.src === inside.dst,
    ) ?? null
  );
}

function sameFlow(a: Header, b: Header): boolean {
  return a.src === b.src && a.srcPort === b.srcPort && a.dst === b.dst && a.dstPort === b.dstPort && a.protocol === b.protocol;
}

export function headerInside(packet: Header, door: Exclude<Door, { kind: "shut" }>): Header {
  return door.kind === "pass" ? packet : { ...packet, src: door.source, dst: door.address, dstPort: door.port };
}

/** A load balancer spreads flows by a hash of their addresses and ports (FNV-1a): the same flow, the same node. */
export function pickDoor(doors: readonly Door[], { src, srcPort, dst, dstPort, protocol }: Header): Door | null {
  let hash = 0x811c9dc5;
  for (const character of `${protocol} ${src} ${srcPort} ${dst} ${dstPort}`)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  hash ^= hash >>> 16;
  return doors[(hash >>> 0) % Math.max(1, doors.length)] ?? null;
}
