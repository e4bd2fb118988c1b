/** Requests that each Pod of the picture answered, counted as Share per endpoint counts them. */
import type { Journey } from "../../core/network/trace.ts";
import type { ClusterView, ServiceView, TimelineEvent, TrafficView } from "../../core/simulation/view.ts";
import type { Choreography, Tally } from "../../scene/contract.ts";
import { serviceNamed } from "./focus.ts";
import { countedJourneys, type Counted } from "../topology/share.ts";

export interface TallyInput {
  readonly cluster: ClusterView;
  /** The Service in focus: the one whose shares show. */
  readonly service: ServiceView;
  readonly journeys: readonly Journey[];
  /** Steady requests, which count when they have ended. */
  readonly passages?: readonly Counted[];
  readonly timeline: readonly TimelineEvent[];
  readonly choreography: Choreography | null;
  /** Steady traffic that stands, or the last that did. */
  readonly traffic?: Pick<TrafficView, "until" | "bySender"> | null;
}

/** What was answered before, and what arrives while the choreography runs; null before the first answer. */
export function tallyOf({ cluster, service, journeys, passages = [], timeline, choreography, traffic = null }: TallyInput): Tally | null {
  const counted = countedJourneys(cluster, service, journeys, timeline, new Set()).filter(
    (journey) => journey.outcome.kind === "delivered",
  );
  const ids = new Set(counted.map((journey) => journey.id));
  const arrivals = (choreography?.arrivals ?? []).filter((arrival) => ids.has(arrival.journey));
  const arriving = new Set(arrivals.map((arrival) => arrival.journey));
  const before = new Map<string, number>();
  for (const { id, pod } of counted) if (pod !== null && !arriving.has(id)) before.set(pod, (before.get(pod) ?? 0) + 1);
  for (const { pod, outcome } of countedJourneys(cluster, service, passages, timeline, new Set()))
    if (pod !== null && outcome.kind === "delivered") before.set(pod, (before.get(pod) ?? 0) + 1);
  if (before.size === 0 && arrivals.length === 0) return null;
  const perSecond = standingRate(cluster, service, traffic);
  return { before: [...before].map(([pod, count]) => ({ pod, count })), arrivals, ...(perSecond > 0 ? { perSecond } : {}) };
}

/** Requests a second that all senders together send to the Service now. */
function standingRate(cluster: ClusterView, service: ServiceView, traffic: TallyInput["traffic"]): number {
  if (traffic == null || traffic.until !== null) return 0;
  const to = traffic.bySender.flatMap(({ request }) => (request === null ? [] : [request]));
  return to.reduce((sum, request) => sum + (serviceNamed(cluster, request.to)?.key === service.key ? request.rate : 0), 0);
}

/** Requests of the choreography that have not reached their Pod yet: they count when they do. */
export function onTheWay(choreography: Choreography | null, arrived: number): ReadonlySet<number> {
  return new Set(choreography?.arrivals.slice(arrived).map((arrival) => arrival.journey));
}
