/** How often each Pod has answered by now: what is shaded, and what the loupe and the charts count. */
import { useMemo } from "react";
import type { NamespacedName } from "../../core/base/names.ts";
import type { Tally } from "../../scene/contract.ts";
import { usePicture } from "../state/picture.ts";
import { useMoment } from "../state/playback.ts";

const NONE: ReadonlyMap<NamespacedName, number> = new Map();

export function answersOf(tally: Tally | null, arrived: number): ReadonlyMap<NamespacedName, number> {
  if (tally === null) return NONE;
  const counts = new Map(tally.before.map(({ pod, count }) => [pod, count]));
  for (const { pod } of tally.arrivals.slice(0, arrived)) counts.set(pod, (counts.get(pod) ?? 0) + 1);
  return counts;
}

export function useAnswers(): ReadonlyMap<NamespacedName, number> {
  const tally = usePicture((picture) => picture.tally);
  const arrived = useMoment((moment) => moment.arrived);
  return useMemo(() => answersOf(tally, arrived), [tally, arrived]);
}
