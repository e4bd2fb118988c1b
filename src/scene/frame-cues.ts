/** What is seen beside the packets at one moment: gates that speak, the sender's side, numbers, tallies. */
import type { Choreography, Cue, ShowMs, Tally } from "./contract.ts";
import { easeOut, progress } from "./easing.ts";
import type { Frame, FramePacket, FrameStop, FrameTally, SearchCard } from "./frame.ts";
import { percentages } from "./percentages.ts";

/** Counts of a tally by how many of its arrivals had come: a tally never changes, and between two arrivals nothing does. */
const counted = new WeakMap<Tally, { readonly arrived: number; readonly tallies: readonly FrameTally[] }>();

/** Below so many answers shares say nothing. */
const ENOUGH = 10;

/** What each Pod has answered by this moment, in the order of its first answer; the same list until another arrives. */
export function talliesAt(tally: Tally | null, showMs: ShowMs): readonly FrameTally[] {
  if (tally === null) return [];
  const come = tally.arrivals.filter(({ atMs }) => atMs <= showMs);
  const known = counted.get(tally);
  if (known?.arrived === come.length) return known.tallies;
  const counts = new Map(tally.before.map(({ pod, count }) => [pod, count]));
  for (const { pod } of come) counts.set(pod, (counts.get(pod) ?? 0) + 1);
  const answered = [...counts].filter(([, count]) => count > 0);
  const enough = answered.reduce((sum, [, count]) => sum + count, 0) >= ENOUGH;
  const shares = enough ? percentages(answered) : null;
  const tallies = answered.map(([pod, count]): FrameTally => ({ pod, count, share: shares?.get(pod) ?? null }));
  counted.set(tally, { arrived: come.length, tallies });
  return tallies;
}

/** `brief`: fast play shows the counting of rules as one step. */
export function gatesAt(active: readonly Cue[], showMs: ShowMs, brief: boolean): Frame["gates"] {
  const byNode = new Map<string, Frame["gates"][number]>();
  for (const cue of active) {
    if (cue.kind === "gate")
      byNode.set(cue.node, { node: cue.node, show: cue.show, progress: brief ? 1 : progress(showMs, cue.startMs, cue.endMs) });
  }
  return [...byNode.values()];
}

export function senderAt(active: readonly Cue[], showMs: ShowMs): Frame["sender"] {
  for (const cue of active) {
    if (cue.kind !== "sender") continue;
    return {
      place: cue.place,
      alpha: Math.min(easeOut(progress(showMs, cue.startMs, cue.startMs + 240)), 1 - progress(showMs, cue.endMs - 160, cue.endMs)),
    };
  }
  return null;
}

export function searchAt(active: readonly Cue[], showMs: ShowMs): SearchCard | null {
  for (const cue of active) {
    if (cue.kind !== "search") continue;
    const rows = cue.names.flatMap((one) =>
      showMs < one.atMs
        ? []
        : [
            {
              name: one.name,
              state: showMs < one.knownMs ? ("asking" as const) : one.result === "found" ? ("found" as const) : ("not-found" as const),
              alpha: easeOut(progress(showMs, one.atMs, one.atMs + 160)),
            },
          ],
    );
    return { place: cue.place, rows };
  }
  return null;
}

export function waitingAt(active: readonly Cue[], showMs: ShowMs): Frame["waiting"] {
  for (const cue of active) {
    if (cue.kind === "waiting") return { place: cue.place, progress: progress(showMs, cue.startMs, cue.endMs), seconds: cue.seconds };
  }
  return null;
}

export function stopsAt(
  choreography: Choreography,
  beat: number,
  showMs: ShowMs,
  packets: readonly FramePacket[],
  active: readonly Cue[],
): readonly FrameStop[] {
  const done = showMs >= (choreography.stream?.toldMs ?? choreography.totalMs);
  const octagons = active.flatMap((cue) => (cue.kind === "stopped" ? [cue.point] : []));
  return choreography.stops.flatMap((stop): readonly FrameStop[] => {
    const own = choreography.beats[stop.beat];
    if (own === undefined || stop.beat > beat) return [];
    const current = stop.beat === beat && !done;
    // an octagon stands in place of the number of the beat that stopped
    if (octagons.some((point) => Math.hypot(point.x - stop.point.x, point.y - stop.point.y) < 20)) return [];
    if (own.trouble && own.direction === "out" && octagons.length > 0 && !stop.dns) return [];
    if (current && !stop.dns && packets.some((packet) => packet.number === stop.number)) return [];
    if (current && stop.dns && !active.some((cue) => cue.kind === "answering") && showMs < own.stillMs - 480) return [];
    if (current && !stop.dns) return [{ point: stop.point, number: stop.number, state: "current", dns: false }];
    return [{ point: stop.point, number: stop.number, state: "past", dns: stop.dns }];
  });
}
