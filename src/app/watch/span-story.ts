/**
 * A recorded span as a story: when each moment shows, what is said of it, and its lanes. Show time is simulated time, one
 * second a second; a moment that says something stays long enough to be read, and an idle gap is skipped with a mark.
 */
import type { ClusterView, TimelineEvent } from "../../core/simulation/view.ts";
import type { ShowMs, Told } from "../../scene/contract.ts";
import type { SpanRecord } from "../../worker/protocol.ts";
import { plural } from "../state/format.ts";
import { happenings, sentenceOf } from "./happenings.ts";

/** What happens so close together is told in one sentence. */
const TOGETHER_NANOS = 150_000_000;
/** The cluster as it was shows for so long before anything happens. */
const BEFORE_MS = 700;
/** A moment is readable for at least so long. */
const READ_MS = 1_300;
/** A gap longer than this is skipped: it shows for GAP_MS. */
const IDLE_MS = 3_000;
const GAP_MS = 1_500;
/** The last moment stays for so long. */
const AFTER_MS = 1_500;
/** What changed has faded in so long after its moment. */
const STILL_MS = 250;

export interface SpanBeat {
  /** Virtual time at which it begins, and of the last of what it tells. */
  readonly at: number;
  readonly endsAt: number;
  readonly cluster: ClusterView;
  readonly events: readonly TimelineEvent[];
  readonly sentences: readonly string[];
}

export interface SpanStory {
  readonly record: SpanRecord;
  readonly before: ClusterView;
  readonly beats: readonly SpanBeat[];
  readonly told: Told;
  /** Stretches of virtual time that are skipped. */
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
}

export function spanStory(record: SpanRecord): SpanStory {
  const [first, ...rest] = record.moments;
  if (first === undefined) throw new Error(`a span without moments at ${record.position}`);
  const beats = beatsOf(first.cluster, rest);
  return { record, before: first.cluster, beats, ...timed(record, beats) };
}

/** The cluster as it shows: before the first beat the one before the change. */
export function clusterAt(story: SpanStory, showMs: ShowMs): ClusterView {
  const index = story.told.beats.findLastIndex((beat) => beat.startMs <= showMs);
  return story.beats[index]?.cluster ?? story.before;
}

function beatsOf(before: ClusterView, moments: SpanRecord["moments"]): readonly SpanBeat[] {
  const beats: SpanBeat[] = [];
  let from = before;
  let waiting: { at: number; events: TimelineEvent[] } | null = null;
  moments.forEach((moment, i) => {
    waiting ??= { at: moment.at, events: [] };
    waiting.events.push(...moment.events);
    const next = moments[i + 1];
    if (next !== undefined && next.at - waiting.at <= TOGETHER_NANOS) return;
    const { at, events } = waiting;
    const sentences = happenings(from, moment.cluster, events);
    // Where nothing can be said nothing is seen: it belongs to the next.
    if (sentences.length === 0 && next !== undefined) return;
    waiting = null;
    if (sentences.length === 0 && beats.length > 0) return;
    beats.push({ at, endsAt: moment.at, cluster: moment.cluster, events, sentences });
    from = moment.cluster;
  });
  return beats;
}

function timed(record: SpanRecord, beats: readonly SpanBeat[]): Pick<SpanStory, "told" | "gaps"> {
  const gaps: { from: number; to: number }[] = [];
  const clock: (readonly [ShowMs, number])[] = [[0, record.at]];
  const told: Told["beats"][number][] = [];
  let showMs = BEFORE_MS;
  beats.forEach((beat, i) => {
    const next = beats[i + 1];
    clock.push([showMs, beat.at]);
    const stays = next === undefined ? AFTER_MS : showOf(next.at - beat.at);
    if (next !== undefined && (next.at - beat.at) / 1e6 > IDLE_MS) gaps.push({ from: beat.endsAt, to: next.at });
    const sentence = sentenceOf(beat.sentences);
    told.push({
      number: i + 1,
      sentence,
      opening: null,
      past: sentence,
      startMs: showMs,
      endMs: showMs + stays,
      stillMs: showMs + Math.min(STILL_MS, stays / 2),
      trouble: false,
    });
    showMs += stays;
  });
  clock.push([showMs, record.endsAt]);
  return {
    gaps,
    told: { totalMs: showMs, beats: told, stream: before(record), arrivals: [], summary: summaryOf(record, beats), trouble: false, clock },
  };
}

function showOf(nanos: number): ShowMs {
  const ms = nanos / 1e6;
  return ms > IDLE_MS ? GAP_MS : Math.max(READ_MS, ms);
}

function before(record: SpanRecord): Told["stream"] {
  return { requests: 0, beginsMs: 0, toldMs: 0, sentence: `${titleOf(record, clusterBefore(record))}: this is what followed.` };
}

function clusterBefore({ moments }: SpanRecord): ClusterView | null {
  return moments[0]?.cluster ?? null;
}

function summaryOf(record: SpanRecord, beats: readonly SpanBeat[]): string {
  const title = titleOf(record, clusterBefore(record));
  const took = `${Number(((record.endsAt - record.at) / 1e9).toPrecision(2))} seconds`;
  return beats.length < 2 ? `${title}. Nothing else changed.` : `${title}: all that followed took ${took} of simulated time.`;
}

/** `Edit of web.yaml`, `Web-x2k8b deleted`: namespace default goes without saying. */
export function titleOf({ kind, what }: Pick<SpanRecord, "kind" | "what">, cluster: ClusterView | null = null): string {
  if (kind === "edit") return `Edit of ${what}`;
  const short = (cluster?.pods ?? []).reduce((text, pod) => text.replaceAll(pod.name, pod.shortName), what);
  return short.replaceAll(/\bdefault\//g, "");
}

// ---- lanes --------------------------------------------------------------------------------------------------------

export interface SpanBar {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  /** Where bars overlap they stand in rows, from 0. */
  readonly row: number;
  readonly tone: "starting" | "ready" | "terminating" | "slice" | "none" | "behind";
}

export interface SpanLanes {
  readonly pods: readonly SpanBar[];
  readonly endpoints: readonly SpanBar[];
  readonly rules: readonly SpanBar[];
}

/** How long each Pod that changed was in which state, what the slices of each Service held, while how many nodes lagged. */
export function spanLanes(story: SpanStory): SpanLanes {
  return { pods: stacked(podBars(story)), endpoints: stacked(sliceBars(story)), rules: ruleBars(story) };
}

type Loose = Omit<SpanBar, "row">;

function podBars({ before, beats, record }: SpanStory): readonly Loose[] {
  const seen = new Map<string, { state: SpanBar["tone"] | null; since: number; name: string }>();
  const bars: Loose[] = [];
  const toneOf = (state: string | undefined): SpanBar["tone"] | null =>
    state === undefined ? null : state === "ready" ? "ready" : state === "terminating" ? "terminating" : "starting";
  const states = (view: ClusterView): ReadonlyMap<string, { state: SpanBar["tone"] | null; name: string }> =>
    new Map(view.pods.map(({ key, state, shortName }) => [key, { state: toneOf(state), name: shortName }]));
  for (const [key, { state, name }] of states(before)) seen.set(key, { state, since: record.at, name });
  const close = (was: { state: SpanBar["tone"] | null; since: number; name: string }, at: number): void => {
    if (was.state === "starting" || was.state === "terminating") bars.push({ from: was.since, to: at, label: was.name, tone: was.state });
  };
  for (const beat of beats) {
    const now = states(beat.cluster);
    for (const key of new Set([...seen.keys(), ...now.keys()])) {
      const was = seen.get(key);
      const is = now.get(key);
      if (was?.state === (is?.state ?? null)) continue;
      if (was !== undefined) close(was, beat.at);
      seen.set(key, { state: is?.state ?? null, since: beat.at, name: is?.name ?? was?.name ?? key });
    }
  }
  for (const was of seen.values()) if (was.since > record.at) close(was, record.endsAt);
  return bars;
}

function sliceBars({ beats, record }: SpanStory): readonly Loose[] {
  const bars: Loose[] = [];
  const open = new Map<string, { ready: number; total: number; since: number }>();
  const close = (service: string, at: number): void => {
    const was = open.get(service);
    if (was === undefined) return;
    const tone = was.ready === 0 ? "none" : "slice";
    bars.push({ from: was.since, to: at, label: `${service.slice(service.indexOf("/") + 1)} ${was.ready} of ${was.total}`, tone });
  };
  for (const { events } of beats) {
    for (const event of events) {
      if (event.kind !== "slice") continue;
      close(event.service, event.at);
      open.set(event.service, { ready: event.ready, total: event.total, since: event.at });
    }
  }
  for (const service of open.keys()) close(service, record.endsAt);
  return bars.filter(({ from, to }) => to > from);
}

function ruleBars({ before, beats, record }: SpanStory): readonly SpanBar[] {
  const lagging = (view: ClusterView): number => view.nodes.filter(({ changesBehind }) => changesBehind > 0).length;
  const bars: SpanBar[] = [];
  let now = lagging(before);
  let since = record.at;
  const close = (to: number): void => {
    if (now > 0 && to > since) bars.push({ from: since, to, label: `${plural(now, "node")} behind`, tone: "behind", row: 0 });
  };
  for (const beat of beats) {
    const count = lagging(beat.cluster);
    if (count === now) continue;
    close(beat.endsAt);
    now = count;
    since = beat.endsAt;
  }
  close(record.endsAt);
  return bars;
}

/** Each bar in the first row that is free when it begins. */
function stacked(bars: readonly Loose[]): readonly SpanBar[] {
  const ends: number[] = [];
  return bars
    .toSorted((a, b) => a.from - b.from || a.to - b.to)
    .map((bar) => {
      const free = ends.findIndex((end) => end <= bar.from);
      const row = free === -1 ? ends.length : free;
      ends[row] = bar.to;
      return { ...bar, row };
    });
}
