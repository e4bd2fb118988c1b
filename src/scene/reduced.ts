/**
 * Reduced motion (DESIGN 9): packets do not travel. Each beat is a still picture that cross-fades in and then waits;
 * the same beats, trails and numbers, on a clock of its own.
 */
import type { Beat, Choreography, Cue, Motion, ShowMs } from "./contract.ts";
import { SHOW } from "./durations.ts";

const STEP = SHOW.fade + SHOW.still;

/** The same story in still pictures. */
export function reduce(full: Choreography): Choreography {
  const { beats } = full;
  const at = (showMs: ShowMs): ShowMs => reducedTime(full, showMs);
  const totalMs = Math.max(1, beats.length) * STEP;
  return {
    ...full,
    motion: "reduced",
    full,
    totalMs,
    beats: beats.map((beat, i): Beat => ({
      ...beat,
      opening: null,
      startMs: i * STEP,
      endMs: (i + 1) * STEP,
      stillMs: i * STEP + SHOW.fade + 1,
    })),
    motions: full.motions.map((motion): Motion => ({
      ...motion,
      startMs: at(motion.startMs),
      endMs: at(motion.endMs),
      swap: motion.swap === null ? null : { startMs: at(motion.swap.startMs), endMs: at(motion.swap.endMs) },
    })),
    arrivals: full.arrivals.map((arrival) => ({ ...arrival, atMs: at(arrival.atMs) })),
    cues: full.cues.map((cue): Cue => ({ ...cue, startMs: at(cue.startMs), endMs: at(cue.endMs) })),
    clock: [...full.clock.map(([showMs, nanos]) => [at(showMs), nanos] as const), [totalMs, full.clock.at(-1)?.[1] ?? 0] as const],
  };
}

/** All that happens in a beat happens while its picture fades in. */
function reducedTime(full: Choreography, showMs: ShowMs): ShowMs {
  const last = full.beats.length - 1;
  const index = Math.max(
    0,
    full.beats.findLastIndex((beat) => beat.startMs <= showMs),
  );
  const beat = full.beats[index];
  if (beat === undefined) return 0;
  if (showMs > beat.endMs && index === last) return full.beats.length * STEP + 1;
  const span = beat.endMs - beat.startMs;
  const done = span <= 0 ? 1 : Math.min(1, Math.max(0, (showMs - beat.startMs) / span));
  return index * STEP + done * SHOW.fade;
}

/** Which two stills show at a moment, and how far the second has faded in. */
export function stillsAt(
  reduced: Choreography,
  showMs: ShowMs,
): { readonly from: ShowMs | null; readonly to: ShowMs; readonly progress: number } {
  const { full } = reduced;
  if (full === null) throw new Error("a choreography in full motion has no stills");
  const index = Math.min(full.beats.length - 1, Math.floor(showMs / STEP));
  const still = (i: number): ShowMs => full.beats[i]?.stillMs ?? 0;
  if (index < 0) return { from: null, to: 0, progress: 1 };
  if (showMs >= reduced.totalMs) return { from: null, to: full.totalMs, progress: 1 };
  return { from: index === 0 ? null : still(index - 1), to: still(index), progress: Math.min(1, (showMs - index * STEP) / SHOW.fade) };
}
