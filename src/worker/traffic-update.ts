/** What the page is told of steady traffic: sums, and the way of each request that ended, without what the rules said. */
import type { Hop, Journey, PacketTrace } from "../core/network/trace.ts";
import type { TrafficView } from "../core/simulation/view.ts";
import type { Loss, Passage, TrafficUpdate } from "./protocol.ts";

/** So many ways are told of one update; the rest are in the sums. */
const PASSAGES_MOST = 60;
const LOSSES_TOLD = 20;
const SENDERS_TOLD = 40;

export interface PaceTold {
  readonly playing: boolean;
  readonly rate: number;
}

/** `told`: how many of the series' journeys earlier updates knew as ended. */
export function trafficUpdate(view: TrafficView, told: number, { playing, rate }: PaceTold): TrafficUpdate {
  const { lastAnswered, lastLost, bySender, ...sums } = view;
  const fresh = Math.min(PASSAGES_MOST, Math.max(0, endedOf(view) - told));
  const ended = [...lastAnswered, ...lastLost].sort((a, b) => a.endedAt - b.endedAt || a.id - b.id);
  return {
    ...sums,
    bySender: sendersTold(bySender),
    playing,
    rate,
    passages: ended.slice(ended.length - Math.min(fresh, ended.length)).map(passageOf),
    losses: lastLost.slice(-LOSSES_TOLD).map(lossOf),
  };
}

/** A person's own first; of very many Pods that send on their own the first by name. */
function sendersTold(bySender: TrafficView["bySender"]): TrafficView["bySender"] {
  if (bySender.length <= SENDERS_TOLD) return bySender;
  const own = bySender.filter(({ sender }) => !sender.includes("/"));
  return [...own, ...bySender.filter(({ sender }) => sender.includes("/"))].slice(0, SENDERS_TOLD);
}

export function endedOf({ answered, lost }: Pick<TrafficView, "answered" | "lost">): number {
  return answered + lost;
}

function lossOf({ id, sentAt, endedAt, outcome, pod, clientSays }: Journey): Loss {
  return { journey: id, sentAt, endedAt, outcome: outcome.kind, pod, says: clientSays };
}

function passageOf(journey: Journey): Passage {
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
