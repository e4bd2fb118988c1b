/** A choreography's motions packet by packet: one run for each packet that is shown, and where it is on its way. */
import type { Choreography, Motion, Point, ShowMs } from "./contract.ts";
import { SHOW } from "./durations.ts";
import { easeTravel, progress } from "./easing.ts";
import { join } from "./routes.ts";

/** One packet that is shown: its motions in order. */
export interface Run {
  readonly motions: readonly Motion[];
  /** Shown so much later than its motions say; `startMs` and `endMs` are of when it is shown. */
  readonly byMs: ShowMs;
  readonly startMs: ShowMs;
  readonly endMs: ShowMs;
  readonly style: Motion["style"];
  /** Of the journey whose beats are told. */
  readonly own: boolean;
  readonly stopped: boolean;
  /** Its whole way, and a text that is the same for the same wires in either direction. */
  readonly way: { readonly points: readonly Point[]; readonly key: string };
}

// A choreography is never changed, so its runs are worked out once for it and not once a frame; and those of requests that
// went the same way once for all of them.
const runs = new WeakMap<Choreography, readonly Run[]>();
const alike = new WeakMap<readonly Motion[], readonly Run[]>();

/** By when they begin. */
export function runsOf(choreography: Choreography): readonly Run[] {
  const known = runs.get(choreography);
  if (known !== undefined) return known;
  const { motions, beside = [], journey } = choreography;
  const own = runsIn(motions, (motion) => motion.journey === journey);
  const others = beside.flatMap(({ motions, byMs }) => besideRuns(motions).map((run) => later(run, byMs)));
  const made = others.length === 0 ? own : [...own, ...others].sort((a, b) => a.startMs - b.startMs);
  runs.set(choreography, made);
  return made;
}

function besideRuns(motions: readonly Motion[]): readonly Run[] {
  const known = alike.get(motions);
  if (known !== undefined) return known;
  const made = runsIn(motions, () => false);
  alike.set(motions, made);
  return made;
}

function later(run: Run, byMs: ShowMs): Run {
  return { ...run, byMs, startMs: run.startMs + byMs, endMs: run.endMs + byMs };
}

/** One run for each packet, in the order of their first motions. */
function runsIn(motions: readonly Motion[], isOwn: (first: Motion) => boolean): readonly Run[] {
  const byPacket = new Map<string, Motion[]>();
  for (const motion of motions) {
    if (motion.folded) continue;
    const key = `${motion.journey} ${motion.packet}`;
    const list = byPacket.get(key);
    if (list === undefined) byPacket.set(key, [motion]);
    else list.push(motion);
  }
  return [...byPacket.values()].map((motions): Run => {
    const first = motions[0];
    const last = motions.at(-1);
    if (first === undefined || last === undefined) throw new Error("a packet without motions");
    const stopped = last.kind === "reject" || last.kind === "drop" || last.kind === "refuse" || last.kind === "lost";
    const { startMs, style } = first;
    return { motions, byMs: 0, startMs, endMs: last.endMs, style, own: isOwn(first), stopped, way: wayOf(motions) };
  });
}

function wayOf(motions: readonly Motion[]): Run["way"] {
  const points = join(motions.map((motion) => motion.path));
  const there = points.map((point) => `${point.x},${point.y}`).join(" ");
  const back = points
    .map((point) => `${point.x},${point.y}`)
    .reverse()
    .join(" ");
  return { points, key: there < back ? there : back };
}

/** `atMs`: in the time of its motions. */
export function motionAt(run: Run, atMs: ShowMs): Motion {
  let current = run.motions[0];
  for (const motion of run.motions) if (motion.startMs <= atMs) current = motion;
  if (current === undefined) throw new Error("a packet without motions");
  return current;
}

/** When the octagon takes the place of a packet that is stopped. */
export function haltsAt({ kind, swap, startMs, endMs }: Motion): ShowMs {
  return kind === "drop" && swap !== null ? endMs - SHOW.stop : startMs + (endMs - startMs) * 0.35;
}

/** How far along its path; a packet that is to be stopped arrives before its octagon appears. */
export function travelled(motion: Motion, showMs: ShowMs): number {
  // what policies stop after a rewrite waits at the gate until the address has changed
  const startMs = motion.kind === "drop" && motion.swap !== null ? motion.swap.endMs : motion.startMs;
  if (startMs !== motion.startMs) return easeTravel(progress(showMs, startMs, haltsAt(motion)));
  const part = progress(showMs, startMs, motion.endMs);
  const early = motion.kind === "reject" || motion.kind === "drop" ? 0.35 : motion.kind === "lost" ? 0.5 : 1;
  return easeTravel(Math.min(1, part / early));
}
