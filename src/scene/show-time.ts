/**
 * Show time is a fixed, monotone map of virtual time (DESIGN 5): a millisecond of network is stretched so that it can
 * be seen. Pause, step and scrub land on the same frames as play, because a frame depends on show time alone.
 */
import type { Beside, Choreography, ShowClock, ShowMs, Told } from "./contract.ts";

/** Speeds offered; they change how fast show time runs, never what it shows. */
export const RATES: readonly number[] = [0.25, 0.5, 1, 2, 4];

/** Virtual nanoseconds shown at a moment of show time; at the end, all that happened. */
export function virtualAt(choreography: Pick<Choreography, "clock">, showMs: ShowMs): number {
  const end = choreography.clock.at(-1);
  if (end !== undefined && showMs >= end[0]) return end[1];
  return interpolate(choreography.clock, showMs, 0, 1);
}

/** The first moment of show time that shows this virtual time. */
export function showAt(choreography: Pick<Choreography, "clock">, nanos: number): ShowMs {
  return interpolate(choreography.clock, nanos, 1, 0);
}

function interpolate(pairs: readonly (readonly [number, number])[], value: number, from: 0 | 1, to: 0 | 1): number {
  const first = pairs[0];
  if (first === undefined) return 0;
  if (value <= first[from]) return first[to];
  for (let i = 1; i < pairs.length; i++) {
    const a = pairs[i - 1];
    const b = pairs[i];
    if (a === undefined || b === undefined || value > b[from]) continue;
    const span = b[from] - a[from];
    return span <= 0 ? a[to] : a[to] + ((value - a[from]) / span) * (b[to] - a[to]);
  }
  return pairs.at(-1)?.[to] ?? 0;
}

/** Where a clock stands at `nowMs` (performance.timeOrigin + performance.now()), within the choreography. */
export function showNow(clock: ShowClock, nowMs: number, totalMs: ShowMs): ShowMs {
  const run = clock.playing ? Math.max(0, nowMs - clock.stampedAt) * clock.rate : 0;
  return Math.max(0, Math.min(totalMs, clock.showMs + run));
}

/** The beat under way: the last that has begun; null before the first and without beats. */
export function beatAt<B extends Told["beats"][number]>(told: { readonly beats: readonly B[] }, showMs: ShowMs): B | null {
  let current: B | null = null;
  for (const beat of told.beats) if (beat.startMs <= showMs) current = beat;
  return current;
}

/** Closer than this counts as standing there already. */
const SAME_MS = 0.5;

/** Where one step forward lands: the still moment of the next beat, or the end. */
export function nextStop(told: Told, showMs: ShowMs): ShowMs {
  for (const beat of told.beats) if (beat.stillMs > showMs + SAME_MS) return beat.stillMs;
  return told.totalMs;
}

/** Where one step back lands: the still moment of the beat before, or the beginning. */
export function previousStop(told: Told, showMs: ShowMs): ShowMs {
  for (const beat of [...told.beats].reverse()) if (beat.stillMs < showMs - SAME_MS) return beat.stillMs;
  return 0;
}

/** Where one hop of the packets on show begins or ends next, for the finest steps. */
export function nextHop(choreography: Choreography, showMs: ShowMs): ShowMs {
  let best = choreography.totalMs;
  for (const { motions, byMs } of played(choreography))
    for (const { folded, endMs } of motions) if (!folded && endMs + byMs > showMs + SAME_MS && endMs + byMs < best) best = endMs + byMs;
  return best;
}

export function previousHop(choreography: Choreography, showMs: ShowMs): ShowMs {
  let best = 0;
  for (const { motions, byMs } of played(choreography))
    for (const { folded, startMs } of motions)
      if (!folded && startMs + byMs < showMs - SAME_MS && startMs + byMs > best) best = startMs + byMs;
  return best;
}

function played({ motions, beside = [] }: Choreography): readonly Pick<Beside, "motions" | "byMs">[] {
  return [{ motions, byMs: 0 }, ...beside];
}

/** The sentence under the picture. */
export interface Caption {
  /** Number of the beat; 0 before the first, where only a stream has something to say. */
  readonly number: number;
  readonly of: number;
  readonly sentence: string;
  readonly trouble: boolean;
  /** All is over: the sentence is the summary. */
  readonly done: boolean;
}

export function captionAt(told: Told, showMs: ShowMs): Caption {
  const of = told.beats.length;
  if (showMs >= told.totalMs && of > 0) return { number: of, of, sentence: told.summary, trouble: told.trouble, done: true };
  const beat = beatAt(told, showMs);
  if (beat === null) return { number: 0, of, sentence: told.stream?.sentence ?? "", trouble: false, done: false };
  const { opening } = beat;
  const sentence = showMs >= beat.endMs ? beat.past : opening !== null && showMs < opening.untilMs ? opening.sentence : beat.sentence;
  return { number: beat.number, of, sentence, trouble: beat.trouble, done: false };
}
