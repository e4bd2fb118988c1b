/** What the page is told of steady traffic: sums, and the way of each request that ended, without what the rules said. */
import type { Journey } from "../core/network/trace.ts";
import type { TrafficView } from "../core/simulation/view.ts";
import type { Loss, TrafficUpdate } from "./protocol.ts";

const LOSSES_TOLD = 20;
const SENDERS_TOLD = 40;

export interface PaceTold {
  readonly playing: boolean;
  readonly rate: number;
}

/** `told`: how many of the series' journeys earlier updates knew as ended. */
export function trafficUpdate(view: TrafficView, told: number, { playing, rate }: PaceTold): TrafficUpdate {
  const { lastAnswered: _, lastLost, lastPassages, bySender, ...sums } = view;
  const fresh = Math.max(0, endedOf(view) - told);
  return {
    ...sums,
    bySender: sendersTold(bySender),
    playing,
    rate,
    passages: lastPassages.slice(Math.max(0, lastPassages.length - fresh)),
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
