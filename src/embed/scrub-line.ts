/**
 * The scrub line in numbers: hops stand at equal distances, each where it begins. Its still picture, where a step
 * lands, is half way to the next, so that the playhead never stands on a glyph that is still ahead.
 */
import type { Choreography } from "../scene/contract.ts";

export interface ScrubLine {
  /** x of each beat's glyph. */
  readonly beats: readonly number[];
  xAt(showMs: number): number;
  msAt(x: number): number;
}

/** From the ends of the line to the first and the last glyph, px. */
const END_PX = 46;
const NARROW_END_PX = 24;

export function scrubLine({ beats, totalMs }: Pick<Choreography, "beats" | "totalMs">, width: number): ScrubLine {
  const end = width < 560 ? NARROW_END_PX : END_PX;
  const step = beats.length < 2 ? 0 : (width - 2 * end) / (beats.length - 1);
  const xs = beats.map((_, i) => end + i * step);
  // The first glyph stands where its beat is under way, so that the beginning has a place of its own.
  const starts = beats.map((beat, i) => (i === 0 ? Math.min(beat.stillMs, beat.startMs + 240) : beat.startMs));
  const knots: (readonly [ms: number, x: number])[] = [[0, 0]];
  beats.forEach((beat, i) => {
    const x = xs[i] ?? 0;
    const next = xs[i + 1] ?? width;
    knots.push([starts[i] ?? 0, x], [beat.stillMs, (x + next) / 2]);
  });
  knots.push([totalMs, width]);
  return { beats: xs, xAt: (showMs) => between(knots, showMs, 0, 1), msAt: (x) => between(knots, x, 1, 0) };
}

function between(knots: readonly (readonly [number, number])[], value: number, from: 0 | 1, to: 0 | 1): number {
  for (let i = 1; i < knots.length; i++) {
    const a = knots[i - 1];
    const b = knots[i];
    if (a === undefined || b === undefined || value > b[from]) continue;
    const span = b[from] - a[from];
    return span <= 0 ? b[to] : a[to] + (Math.max(0, value - a[from]) / span) * (b[to] - a[to]);
  }
  return knots.at(-1)?.[to] ?? 0;
}
