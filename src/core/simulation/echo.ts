/**
 * What becomes of an ICMP echo request: it meets the same rules, routes and cables as any packet, and the kernel of whoever has
 * the address answers it by itself. Nothing is sent. kube-proxy's rules for Services are about TCP, UDP and SCTP: an address
 * that only rules know has nobody behind it who could answer.
 */
import type { Family } from "../base/names.ts";
import type { Packet } from "../netfilter/packet.ts";
import { flowEnds, type FlowEnd, type NewFlowWorld } from "../network/flow-ends.ts";
import { familyOf } from "../network/topology.ts";
import { sourceTowards } from "./new-flows.ts";
import type { Origin } from "./senders.ts";

export interface EchoEnd {
  /** answered: it arrives, and the answer finds back. refused: a rule told the sender. lost: silence. */
  readonly fate: "answered" | "refused" | "lost";
  /** The sender's address. */
  readonly source: string;
  /** Nodes whose rules it met, in order. */
  readonly nodes: readonly string[];
  /** Rules translated its destination. */
  readonly translated: boolean;
}

/** null: the sender has no address or no route of that family. */
export function echoTo(world: NewFlowWorld, origin: Origin, address: string): EchoEnd | null {
  const src = sourceTowards(world.topology, origin, address);
  if (src === null) return null;
  const family: Family = familyOf(address);
  const packet: Packet = {
    family,
    protocol: "ICMP",
    icmp: { kind: "echo", id: 1, reply: false },
    src,
    srcPort: 0,
    dst: address,
    dstPort: 0,
  };
  const [end] = [...flowEnds(world, origin.place, packet)].sort((a, b) => b.probability - a.probability);
  if (end === undefined) return null;
  return { fate: fateOf(end), source: src, nodes: end.nodes, translated: end.translated };
}

function fateOf({ outcome, toldWith, back }: FlowEnd): EchoEnd["fate"] {
  if (toldWith !== null) return "refused";
  // There is no port that could be closed.
  const arrived = outcome.kind === "delivered" || outcome.kind === "refused";
  return arrived && back?.found !== false ? "answered" : "lost";
}
