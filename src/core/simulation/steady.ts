/**
 * Steady traffic: one request so many times a second, and what Pods keep sending by their annotation, until it is
 * stopped. Each sender has a beat in the event queue, at regular times from its first; a request is an event like any
 * other, so the same inputs at the same virtual times give the same run. While it stands a cluster never settles: edits
 * and actions happen now, and what follows from them happens as time goes on.
 *
 * What became of the requests is counted; only the last of them, and the last that were lost, keep their packets. The run can
 * go back to any other: it makes the same packets again.
 */
import { compareText, type NamespacedName } from "../base/names.ts";
import { nextBelow } from "../base/random.ts";
import { SECOND, type Nanos } from "../base/time.ts";
import { keyOf } from "../api/store.ts";
import type { Pod } from "../api/types.ts";
import type { Journey } from "../network/trace.ts";
import { isRate, RATE, standingRequests } from "../workloads/traffic.ts";
import { readDestination } from "../network/destination.ts";
import type { Refusal, SteadyRequest } from "./contract.ts";
import { passageOf, type Passage } from "./passage.ts";
import { requestFault, senderAt } from "./series.ts";
import { copyCounts, countEnd, countsOf, sendersView, type SenderCounts } from "./steady-senders.ts";
import { schedule } from "./queue.ts";
import type { SimulationState } from "./state.ts";
import { stream } from "./streams.ts";
import type { TrafficSecond, TrafficView } from "./view.ts";

/** So many requests that were answered are kept, so many of them with their packets, and so many that were not answered. */
const KEPT_ANSWERED = 150;
const KEPT_WHOLE = 20;
const KEPT_LOST = 100;
/** The ways of so many. */
const KEPT_PASSAGES = 60;
/** So many lost requests of one second are named in the timeline. */
const NAMED_LOST = 8;

/**
 * The beat of one sender: the request line's is "", a Pod's its key and which of its destinations, any other a person's name
 * for it.
 */
export interface Beat {
  readonly kind: "beat";
  readonly series: number;
  readonly sender: string;
  /** Which order to send it obeys: one that was given since makes it void. */
  readonly order: number;
}

/** What a sender with a beat in the queue sends. */
export interface Beating {
  readonly request: SteadyRequest;
  readonly order: number;
}

export interface Steady {
  /** Counts series; beats of an earlier one are void. */
  readonly series: number;
  readonly since: Nanos;
  /** Until when it stood; null while it does. */
  readonly until: Nanos | null;
  readonly request: SteadyRequest | null;
  /** Who has a beat in the queue, and what it sends. */
  readonly beating: Map<string, Beating>;
  /** Pods' own senders that a person silenced. */
  readonly silenced: Set<string>;
  /** Orders to send that were given so far. */
  orders: number;
  readonly counts: Map<string, SenderCounts>;
  /** Journeys of this series that have not ended, each with its sender, and those of series before it, which count no more. */
  readonly underWay: Map<number, string>;
  readonly strays: Set<number>;
  sent: number;
  answered: number;
  lost: number;
  /** Answers by Pod. */
  readonly answeredBy: Map<NamespacedName, number>;
  /** How requests that got no answer ended, by outcome. */
  readonly lostBy: Map<string, number>;
  readonly lastAnswered: Journey[];
  readonly lastLost: Journey[];
  readonly lastPassages: Passage[];
  /** The second that is being counted. */
  second: TrafficSecond | null;
}

export function copySteady(steady: Steady | null): Steady | null {
  if (steady === null) return null;
  return {
    ...steady,
    beating: new Map(steady.beating),
    silenced: new Set(steady.silenced),
    counts: copyCounts(steady.counts),
    underWay: new Map(steady.underWay),
    strays: new Set(steady.strays),
    answeredBy: new Map(steady.answeredBy),
    lostBy: new Map(steady.lostBy),
    lastAnswered: [...steady.lastAnswered],
    lastLost: [...steady.lastLost],
    lastPassages: [...steady.lastPassages],
  };
}

/** Whether traffic stands now. */
export function stands({ steady }: SimulationState): boolean {
  return steady !== null && steady.until === null;
}

/** Begins a series in place of one that stands. `request` null: only what Pods send on their own. */
export function startSteady(state: SimulationState, request: SteadyRequest | null): Refusal | null {
  const refusal = request === null ? null : faultOf(request);
  if (refusal !== null) return refusal;
  stopSteady(state);
  state.steady = {
    series: (state.steady?.series ?? 0) + 1,
    since: state.now,
    until: null,
    request,
    beating: new Map(),
    silenced: new Set(),
    orders: 0,
    counts: new Map(),
    underWay: new Map(),
    strays: new Set([...(state.steady?.strays ?? []), ...(state.steady?.underWay.keys() ?? [])]),
    sent: 0,
    answered: 0,
    lost: 0,
    answeredBy: new Map(),
    lostBy: new Map(),
    lastAnswered: [],
    lastLost: [],
    lastPassages: [],
    second: null,
  };
  if (request !== null) beginBeat(state, state.steady, "", request, state.now);
  hearPods(state);
  return null;
}

/**
 * One sender beside the others, in place of what it sent; null: it sends no more. Where nothing stands a series begins with
 * it, and with the last sender it ends.
 */
export function setSender(state: SimulationState, sender: string, request: SteadyRequest | null): Refusal | null {
  const refusal = sender === "" ? { error: "A sender has a name." } : request === null ? null : faultOf(request);
  if (refusal !== null) return refusal;
  if (request === null) return silence(state, sender);
  if (!stands(state)) startSteady(state, null);
  const { steady } = state;
  if (steady === null) throw new Error(`no series for sender ${sender}`);
  if (!steady.beating.has(sender) && steady.beating.size - ownOfPods(steady) >= SENDERS_MOST)
    return { error: `At most ${SENDERS_MOST} senders send at the same time.` };
  steady.silenced.delete(sender);
  beginBeat(state, steady, sender, request, state.now);
  return null;
}

/** So many senders of a person's own. */
const SENDERS_MOST = 20;

function ownOfPods({ beating }: Steady): number {
  let own = 0;
  for (const sender of beating.keys()) if (isPods(sender)) own++;
  return own;
}

/** The sender is a Pod's own, by its annotation: no name that a person gives has the form of a Pod's key. */
export function isPods(sender: string): boolean {
  return /^[^/ ]+\/[^/ ]+ \d+$/.test(sender);
}

function silence(state: SimulationState, sender: string): Refusal | null {
  const { steady } = state;
  if (steady === null || steady.until !== null || !steady.beating.delete(sender)) return { error: `${sender} sends nothing now.` };
  if (isPods(sender)) steady.silenced.add(sender);
  return steady.beating.size === 0 ? stopSteady(state) : null;
}

function faultOf(request: SteadyRequest): Refusal | null {
  const { to, rate } = request;
  const destination = readDestination(to);
  if ("error" in destination) return destination;
  const fault = requestFault(request);
  if (fault !== null) return fault;
  return isRate(rate) ? null : { error: `Steady traffic is ${RATE.least} to ${RATE.most} requests a second, not ${rate}.` };
}

/** Ends the series; requests under way go on, and still count when they end. */
export function stopSteady(state: SimulationState): Refusal | null {
  const { steady } = state;
  if (steady === null || steady.until !== null) return { error: "No steady traffic stands." };
  closeSecond(state, steady);
  steady.beating.clear();
  state.steady = { ...steady, until: state.now };
  return null;
}

/** Pods came or changed: those that send on their own begin, each at a drawn moment of its first period. */
export function hearPods(state: SimulationState): void {
  const { steady } = state;
  if (steady === null || steady.until !== null) return;
  const pods = [...(state.store.objects.get("Pod")?.values() ?? [])] as Pod[]; // the map of kind Pod holds Pods
  const added = pods.flatMap((pod) =>
    standingRequests(pod.metadata.annotations).flatMap((request, i) => {
      const sender = `${keyOf(pod)} ${i}`;
      return steady.beating.has(sender) || steady.silenced.has(sender)
        ? []
        : [{ sender, request: { ...request, from: { kind: "pod", pod: keyOf(pod) } as const } }];
    }),
  );
  for (const { sender, request } of added.sort((a, b) => compareText(a.sender, b.sender))) {
    const phase = nextBelow(stream(state.streams, state.seed, `traffic ${sender}`), 1000) / 1000;
    beginBeat(state, steady, sender, request, state.now + Math.floor(periodOf(request) * phase));
  }
}

function beginBeat(state: SimulationState, steady: Steady, sender: string, request: SteadyRequest, at: Nanos): void {
  const order = steady.orders++;
  steady.beating.set(sender, { request, order });
  schedule(state.queue, at, { kind: "beat", series: steady.series, sender, order });
}

function periodOf({ rate }: SteadyRequest): Nanos {
  return Math.floor(SECOND / rate);
}

/** A beat that does not count any more must not move the clock. */
export function isVoid({ steady }: SimulationState, beat: Beat): boolean {
  return steady === null || steady.until !== null || steady.series !== beat.series || steady.beating.get(beat.sender)?.order !== beat.order;
}

/**
 * A sender's time has come: its next beat is set, and its request with its number comes back. null where the Pod that
 * sends on its own is not there any more, or cannot send yet (`canSend`).
 */
export function takeBeat(
  state: SimulationState,
  { sender }: Beat,
  canSend: (request: SteadyRequest) => boolean,
): { readonly id: number; readonly request: SteadyRequest } | null {
  const { steady } = state;
  const beating = steady?.beating.get(sender);
  if (steady === null || beating === undefined) return null;
  const { request } = beating;
  const own = isPods(sender);
  const pod = request.from.kind === "pod" ? state.store.objects.get("Pod")?.get(request.from.pod) : undefined;
  if (own && pod === undefined) {
    steady.beating.delete(sender);
    return null;
  }
  schedule(state.queue, state.now + periodOf(request), { kind: "beat", series: steady.series, sender, order: beating.order });
  if (own && !canSend(request)) return null;
  const id = state.nextJourney++;
  const counts = countsOf(steady.counts, sender);
  const from = senderAt(request, counts.sent);
  counts.sent += 1;
  steady.underWay.set(id, sender);
  steady.sent += 1;
  return { id, request: { ...request, from } };
}

/** Counts a journey of the series; false for one that a person sent once. */
export function countSteady(state: SimulationState, journey: Journey): boolean {
  const { steady } = state;
  if (steady === null) return false;
  if (steady.strays.delete(journey.id)) return true;
  const sender = steady.underWay.get(journey.id);
  if (sender === undefined) return false;
  steady.underWay.delete(journey.id);
  const ok = journey.outcome.kind === "delivered";
  countEnd(countsOf(steady.counts, sender), journey);
  if (ok) {
    steady.answered += 1;
    if (journey.pod !== null) count(steady.answeredBy, journey.pod);
    keepLast(steady.lastAnswered, journey, KEPT_ANSWERED);
    thin(steady.lastAnswered, steady.lastAnswered.length - 1 - KEPT_WHOLE);
  } else {
    steady.lost += 1;
    count(steady.lostBy, journey.outcome.kind);
    keepLast(steady.lastLost, journey, KEPT_LOST);
  }
  keepLast(steady.lastPassages, passageOf(journey), KEPT_PASSAGES);
  inSecond(state, steady, journey, ok);
  return true;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function keepLast<T>(list: T[], one: T, most: number): void {
  list.push(one);
  if (list.length > most) list.shift();
}

/** What happened to it stays, its packets go: each state of the run that is kept holds a list of its own. */
function thin(list: Journey[], position: number): void {
  const journey = list[position];
  if (journey !== undefined) list[position] = { ...journey, packets: [] };
}

// ---- the timeline: one entry a second ------------------------------------------------------------------------------

function inSecond(state: SimulationState, steady: Steady, journey: Journey, ok: boolean): void {
  const begins = state.now - (state.now % SECOND);
  if (steady.second !== null && steady.second.at !== begins) closeSecond(state, steady);
  const { answered, lost, losses } = steady.second ?? { answered: 0, lost: 0, losses: [] };
  const second: TrafficSecond = {
    kind: "traffic",
    at: begins,
    endsAt: begins + SECOND,
    answered: answered + (ok ? 1 : 0),
    lost: lost + (ok ? 0 : 1),
    losses: ok || losses.length >= NAMED_LOST ? losses : [...losses, journey.id],
  };
  steady.second = second;
  // What ends after the series did has no later second that would close its own.
  if (steady.until !== null) closeSecond(state, steady);
}

function closeSecond(state: SimulationState, steady: Steady): void {
  if (steady.second !== null) state.timeline.push(steady.second);
  steady.second = null;
}

// ---- views ---------------------------------------------------------------------------------------------------------

export function trafficView({ steady }: SimulationState): TrafficView | null {
  if (steady === null) return null;
  const { since, until, request, sent, answered, lost } = steady;
  const byName = (counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] =>
    [...counts].sort((a, b) => compareText(a[0], b[0]));
  return {
    since,
    until,
    request,
    senders: steady.beating.size,
    bySender: sendersView(steady),
    sent,
    answered,
    lost,
    answeredBy: byName(steady.answeredBy).map(([pod, count]) => ({ pod, count })),
    lostBy: byName(steady.lostBy).map(([outcome, count]) => ({ outcome, count })),
    second: steady.second,
    lastAnswered: steady.lastAnswered,
    lastLost: steady.lastLost,
    lastPassages: steady.lastPassages,
  };
}

/** A journey of the series that still has its packets. */
export function steadyJourney({ steady }: SimulationState, id: number): Journey | null {
  if (steady === null) return null;
  return steady.lastLost.find((journey) => journey.id === id) ?? steady.lastAnswered.find((journey) => journey.id === id) ?? null;
}
