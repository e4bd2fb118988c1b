/** Several requests at once, as one choreography. */
import type { Choreography, Motion } from "./contract.ts";

/**
 * Several journeys one after another, each beginning `everyMs` after the one before: the first tells its beats, the
 * others are packets on the way. Virtual time runs from the first's beginning to the last's end.
 */
export function overlap(list: readonly Choreography[], everyMs: number): Choreography {
  const [first, ...others] = list;
  if (first === undefined) throw new Error("no choreography to overlap");
  if (others.length === 0) return first;
  const shifted = others.map((one, i) => ({ one, by: (i + 1) * everyMs }));
  const totalMs = Math.max(first.totalMs, ...shifted.map(({ one, by }) => one.totalMs + by));
  // of the others only what is drawn: their folded packets would be moved and never seen
  const motions = [
    first.motions,
    ...shifted.map(({ one, by }) => one.motions.filter((motion) => !motion.folded).map((motion) => shift(motion, by))),
  ].flat();
  const end = Math.max(...list.map((one) => one.clock.at(-1)?.[1] ?? 0));
  return {
    ...first,
    totalMs,
    motions: [...motions].sort((a, b) => a.startMs - b.startMs),
    clock: [...first.clock, [totalMs, Math.max(end, first.clock.at(-1)?.[1] ?? 0)]],
    trouble: list.some((one) => one.trouble),
  };
}

function shift(motion: Motion, by: number): Motion {
  return {
    ...motion,
    startMs: motion.startMs + by,
    endMs: motion.endMs + by,
    swap: motion.swap === null ? null : { startMs: motion.swap.startMs + by, endMs: motion.swap.endMs + by },
  };
}
