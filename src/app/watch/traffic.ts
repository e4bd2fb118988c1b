/**
 * Steady traffic: started and stopped as actions, so that the link replays it; while it stands the show clock is the
 * simulation's own, delayed by a moment so that what is drawn has been computed. Pause stops virtual time.
 */
import { create } from "zustand";
import type { Action, SteadyRequest } from "../../core/simulation/contract.ts";
import type { ClusterView, TimelineEvent } from "../../core/simulation/view.ts";
import type { ThingId } from "../../scene/contract.ts";
import { percentages } from "../../scene/percentages.ts";
import type { TrafficUpdate } from "../../worker/protocol.ts";
import { ask, follow, say, sendInstead, senderOf } from "../state/commands.ts";
import { count, plural } from "../state/format.ts";
import { setStory, usePicture } from "../state/picture.ts";
import { steadyOf } from "../state/requests.ts";
import { set as setClock, showMsNow } from "../state/playback.ts";
import { getState, setState, useStore, type WorkbenchState } from "../state/store.ts";
import { happenings, sentenceOf } from "./happenings.ts";
import { isOver, trafficChoreography, type Token } from "./traffic-story.ts";
import { moved } from "./moves.ts";

/** Requests a second that are offered. */
export const RATES = [1, 2, 5, 10, 20, 50] as const;
export const USUAL_RATE = 10;
/** The picture is behind the simulation by so much wall time: updates come ten times a second. */
const DELAY_MS = 150;
/** The clock is set anew when it is off by more than this, wall time. */
const DRIFT_MS = 250;

/** What happened to the cluster last, in one sentence. */
export const useLive = create<{ readonly sentence: string }>(() => ({ sentence: "" }));

/** Shares and tallies go by so many of the last requests. */
const PASSAGES_KEPT = 1_000;

let tokens: readonly Token[] = [];
/** The cluster as it was when each of the last requests was lost. */
let viewsOfLosses: ReadonlyMap<number, ClusterView> = new Map();
const VIEWS_KEPT = 100;
/** So many Pods in all of them together: a large cluster keeps fewer. */
const PODS_KEPT = 20_000;
let used: readonly ThingId[] = [];
/** A person pressed Start: the series plays as soon as it is there. */
let starting = false;

const stands = (traffic: TrafficUpdate | null): traffic is TrafficUpdate => traffic !== null && traffic.until === null;

// ---- what a person does ---------------------------------------------------------------------------------------------

/** Starts or stops it. */
export function toggleTraffic(): void {
  if (stands(getState().traffic)) void stopTraffic();
  else void startTraffic();
}

/** What the request line says, so many times a second. */
export async function startTraffic(rate = getState().steady?.rate ?? USUAL_RATE): Promise<void> {
  const { draft, cluster, clock } = getState();
  const from = cluster === null ? null : senderOf(draft, cluster);
  if (from === null) {
    setState({ sendError: "No Pod can send yet." });
    return;
  }
  const request = steadyOf(draft, from, rate);
  starting = true;
  void ask({ kind: "pace", playing: true, rate: clock.rate });
  if (await act({ kind: "start-traffic", request })) setState({ steady: { rate }, sendError: null, chosenService: null });
  else starting = false;
}

export async function stopTraffic(): Promise<void> {
  if (await act({ kind: "stop-traffic" })) setState({ steady: null });
}

/** Another rate: a series in place of the one that stands, or for the next. */
export function setRate(rate: number): void {
  setState({ steady: { rate } });
  if (stands(getState().traffic)) void startTraffic(rate);
}

/** One sender beside the others, by its name; null: it sends no more. Where nothing stands, traffic begins with it. */
export async function setSender(sender: string, request: SteadyRequest | null): Promise<void> {
  const { traffic, clock } = getState();
  if (request !== null && !stands(traffic)) {
    starting = true;
    void ask({ kind: "pace", playing: true, rate: clock.rate });
  }
  if (!(await act({ kind: "set-sender", sender, request })) && !stands(traffic)) starting = false;
}

/** One of the requests that were lost, hop by hop; time stands still meanwhile. */
export async function followLoss(journey: number): Promise<void> {
  const reply = await ask({ kind: "journey", id: journey });
  if (reply.kind !== "journey" || reply.journey === null) {
    say("That request is too long ago to be shown.", "trouble");
    return;
  }
  const whole = reply.journey;
  if (stands(getState().traffic)) await ask({ kind: "pace", playing: false, rate: getState().clock.rate });
  const { journeys, journeyViews, cluster, present } = getState();
  const then = viewsOfLosses.get(journey) ?? cluster;
  setState({
    journeys: [...journeys.filter(({ id }) => id !== journey), whole].toSorted((a, b) => a.id - b.id),
    journeyViews: then === null ? journeyViews : new Map([...journeyViews, [journey, then]]),
    cluster: then,
    present: present ?? cluster,
    lostOnShow: journey,
    live: false,
    followed: journey,
    side: "inspector",
  });
  follow(journey, "play");
}

/** The traffic that stands comes back on show. */
export function goLive(playing: boolean): void {
  tokens = [];
  setState({ live: true, followed: null });
  setClock({ playing, showMs: nowMs(getState()) });
  void ask({ kind: "pace", playing, rate: getState().clock.rate });
}

/** An action that is recorded for the link, and no step of Undo: it is switched, not undone. */
async function act(action: Action): Promise<boolean> {
  const reply = await ask({ kind: "perform", action });
  if (reply.kind === "refused") setState({ sendError: reply.error });
  if (reply.kind !== "done") return false;
  const { actions, now } = getState();
  setState({ actions: [...actions, { at: reply.at ?? now, action }] });
  return true;
}

// ---- what comes back ------------------------------------------------------------------------------------------------

/** Keeps picture and clock in step with the traffic that stands; returns how to stop. */
export function followTraffic(): () => void {
  sendInstead((then) => {
    const { steady, traffic } = getState();
    if (stands(traffic)) {
      // A link's traffic is what it shows. A single request beside the others needs time that goes on.
      if (then === "hold") return true;
      goLive(true);
      return false;
    }
    if (steady === null || then === "hold") return false;
    void startTraffic();
    return true;
  });
  document.addEventListener("visibilitychange", onVisibility);
  const stop = useStore.subscribe((state, before) => {
    const { lostOnShow, followed, live, watched, present, cluster } = state;
    if (lostOnShow !== null && before.lostOnShow === lostOnShow && (followed !== lostOnShow || live) && watched === null) {
      setState({ lostOnShow: null, cluster: present ?? cluster, present: null });
    }
    if (state.traffic !== before.traffic) trafficTold(state, before);
    if (state.live !== before.live) liveChanged(state);
    if (state.live && (state.clock.playing !== before.clock.playing || state.clock.rate !== before.clock.rate)) paceChanged(state);
  });
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    stop();
  };
}

/** Nobody looks: time stands still, and goes on where it stood. */
function onVisibility(): void {
  const { live, clock } = getState();
  if (!live || !clock.playing) return;
  if (document.visibilityState === "hidden") void ask({ kind: "pace", playing: false, rate: clock.rate });
  else goLive(true);
}

function trafficTold(state: WorkbenchState, before: WorkbenchState): void {
  const { traffic } = state;
  remember(state, before);
  if (!stands(traffic)) {
    if (state.live) setState({ live: false });
    return;
  }
  if (before.traffic === null || before.traffic.since !== traffic.since) {
    tokens = [];
    used = thingsOf(traffic);
    // One that a link brings along stands until Play.
    if (starting || (state.followed === null && state.watched === null)) goLive(starting || (state.clock.playing && traffic.playing));
    starting = false;
    return;
  }
  if (!state.live) return;
  const senders = thingsOf(traffic);
  if (!sameSenders(used, senders)) used = senders;
  tell(state, before);
  synchronise(state);
  const shown = showMsNow();
  const fresh = traffic.passages.map((passage): Token => {
    const sentMs = (passage.sentAt - traffic.since) / 1e6;
    // Who waited for its timeout comes late: its token sets out when it is known.
    return { passage, startMs: sentMs < shown - 2 * DELAY_MS * state.clock.rate ? shown : sentMs };
  });
  tokens = [...tokens.filter((token) => !isOver(token, shown)), ...fresh];
  show();
}

/** Of the way itself nothing is kept: only what shares go by. */
function remember({ traffic, passages }: WorkbenchState, before: WorkbenchState): void {
  if (traffic === null) {
    if (passages.length > 0) setState({ passages: [] });
    return;
  }
  const another = before.traffic?.since !== traffic.since;
  if (another) viewsOfLosses = new Map();
  // What was lost since the update before met the cluster as that told it.
  const then = before.present ?? before.cluster;
  const lost = traffic.losses.filter(({ journey }) => !viewsOfLosses.has(journey));
  if (lost.length > 0 && then !== null)
    viewsOfLosses = new Map([...viewsOfLosses, ...lost.map(({ journey }) => [journey, then] as const)].slice(-viewsKept(then)));
  const fresh = traffic.passages.map((passage) => ({ ...passage, hops: [] }));
  if (another || fresh.length > 0) setState({ passages: [...(another ? [] : passages), ...fresh].slice(-PASSAGES_KEPT) });
}

function viewsKept({ pods }: ClusterView): number {
  return Math.max(1, Math.min(VIEWS_KEPT, Math.floor(PODS_KEPT / Math.max(1, pods.length))));
}

/** What happened to the cluster since the update before, in words. */
function tell(state: WorkbenchState, before: WorkbenchState): void {
  const { cluster, timeline } = state;
  if (cluster === null) return;
  said ??= { cluster: before.cluster ?? cluster, timeline: before.timeline, at: -Infinity };
  if (performance.now() - said.at < SAID_FOR_MS || cluster === said.cluster) return;
  const list = happenings(said.cluster, cluster, newEvents(said.timeline, timeline));
  const at = list.length === 0 ? said.at : performance.now();
  said = { cluster, timeline, at };
  if (list.length > 0) useLive.setState({ sentence: sentenceOf(list, 3) });
}

/** A sentence stays so long that it can be read; what happens meanwhile is told in the next. */
const SAID_FOR_MS = 1_200;
/** What the last sentence knew of. */
let said: { readonly cluster: ClusterView; readonly timeline: readonly TimelineEvent[]; readonly at: number } | null = null;

/** Went back in time: only what is new since then. */
function newEvents(before: readonly TimelineEvent[], after: readonly TimelineEvent[]): readonly TimelineEvent[] {
  return after.slice(Math.min(before.length, after.length));
}

/** Show time of the simulation's now, in ms since the series began. */
function nowMs({ traffic, now, clock }: WorkbenchState): number {
  return traffic === null ? 0 : Math.max(0, (now - traffic.since) / 1e6 - DELAY_MS * clock.rate);
}

function synchronise(state: WorkbenchState): void {
  if (!state.clock.playing) return;
  const should = nowMs(state);
  if (Math.abs(showMsNow() - should) > DRIFT_MS * state.clock.rate) setClock({ showMs: should });
}

function liveChanged({ live, traffic, clock }: WorkbenchState): void {
  if (live) {
    useLive.setState({ sentence: "" });
    said = null;
    show();
    return;
  }
  tokens = [];
  if (getState().watched === null) setStory(null);
  // Another thing is on show: the run waits for it.
  if (stands(traffic)) void ask({ kind: "pace", playing: false, rate: clock.rate });
}

function paceChanged({ clock }: WorkbenchState): void {
  void ask({ kind: "pace", playing: clock.playing, rate: clock.rate });
}

function show(): void {
  const { traffic, live } = getState();
  if (traffic === null || !live) return;
  const { since } = traffic;
  const held = tokens;
  const sentence = trafficSentence(traffic);
  const { reducedMotion } = usePicture.getState().around;
  const input = { tokens: held, since, sentence, motion: reducedMotion ? "reduced" : "full" } as const;
  setStory({
    choreography: (scene) => trafficChoreography({ ...input, scene }),
    told: { totalMs: 0, beats: [], stream: null, arrivals: [], summary: sentence, trouble: false, clock: [[0, since]] },
    used,
    moves: moved,
  });
}

/** Who sends is never folded away. */
function thingsOf({ bySender }: TrafficUpdate): readonly ThingId[] {
  const senders = bySender.flatMap(({ request }) => (request === null ? [] : [request.from, ...(request.others ?? [])]));
  return senders.slice(0, SHOWN_MOST).map((from): ThingId => {
    if (from.kind === "pod") return { kind: "pod", key: from.pod };
    return from.kind === "node" ? { kind: "node", name: from.node } : { kind: "outside", id: from.id };
  });
}

/** So many senders are kept on the picture. */
const SHOWN_MOST = 20;

/** The same senders: the picture's ground stays as it is. */
function sameSenders(a: readonly ThingId[], b: readonly ThingId[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** `312 requests sent, 4 lost.` */
export function trafficSentence({ sent, lost }: TrafficUpdate): string {
  return `${plural(sent, "request")} sent, ${lost === 0 ? "none" : count(lost)} lost.`;
}

/** The Pods that answered, most first, for the summary that a screen reader hears: `web-a 31 and web-b 37 percent`. */
export function sharesSentence(traffic: TrafficUpdate, cluster: ClusterView): string {
  const { answeredBy, answered } = traffic;
  if (answered === 0) return "";
  const whole = percentages(answeredBy.map(({ pod, count: its }) => [pod, its]));
  const rows = answeredBy.toSorted((a, b) => b.count - a.count).slice(0, 4);
  const name = (key: string): string | undefined => cluster.pods.find((pod) => pod.key === key)?.shortName;
  // Pods that are gone answered too, and have no name any more.
  return rows
    .flatMap(({ pod }) => {
      const named = name(pod);
      return named === undefined ? [] : [`${named} ${whole.get(pod) ?? 0} percent`];
    })
    .join(", ");
}
