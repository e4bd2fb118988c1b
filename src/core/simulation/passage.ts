/**
 * The way of one request of steady traffic, as pictures and shares go by it: that of the packet that tells what became of it,
 * without what the rules said. A request's whole trace is thirty times as large.
 */
import type { NamespacedName } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import type { Hop, Journey, PacketTrace } from "../network/trace.ts";

/** The way of one request: that of the packet that was stopped, else of the connection's first. */
export interface Passage {
  readonly journey: number;
  /** When that packet left. */
  readonly sentAt: Nanos;
  readonly endedAt: Nanos;
  /** As the journey's. */
  readonly to: string;
  readonly outcome: Journey["outcome"];
  readonly pod: NamespacedName | null;
  readonly endpoint: string | null;
  readonly servicePort: string | null;
  /** Without what rules said. */
  readonly hops: readonly Hop[];
}

export function passageOf(journey: Journey): Passage {
  const packet = tellingPacket(journey);
  return {
    journey: journey.id,
    sentAt: packet?.hops[0]?.at ?? journey.sentAt,
    endedAt: journey.endedAt,
    to: journey.to,
    outcome: journey.outcome,
    pod: journey.pod,
    endpoint: journey.endpoint,
    servicePort: journey.servicePort,
    hops: (packet?.hops ?? []).map(withoutWalks),
  };
}

/**
 * The packet whose way tells the request's: the first on the way out that did not arrive where one did not, else the
 * connection's first. A look-up's only where the connection was never begun.
 */
function tellingPacket({ packets, outcome }: Journey): PacketTrace | null {
  const out = packets.filter(({ direction }) => direction === "out");
  const connection = out.filter(({ purpose }) => purpose !== "dns-query");
  const stopped = (list: readonly PacketTrace[]): PacketTrace | undefined => list.find((packet) => packet.outcome.kind !== "delivered");
  const failed = outcome.kind === "delivered" ? undefined : (stopped(connection) ?? (connection.length === 0 ? stopped(out) : undefined));
  return failed ?? connection[0] ?? out[0] ?? null;
}

/** Rules and draws are most of a hop, and nothing of its way. */
function withoutWalks(hop: Hop): Hop {
  return "walks" in hop ? { ...hop, walks: [] } : hop;
}
