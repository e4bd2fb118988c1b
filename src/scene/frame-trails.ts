/** Trails of one moment: what was walked, what lies ahead, what other requests left behind, and bands where there are too many. */
import type { Choreography, Motion, Point, ShowMs } from "./contract.ts";
import type { FrameBand, FrameTrail } from "./frame.ts";
import { cut, join } from "./routes.ts";
import { travelled } from "./runs.ts";
import type { Run } from "./runs.ts";

/** A request that is over leaves its trail this faint. */
const PAST = 0.3;

export function pastTrails({ past }: Choreography, showMs: ShowMs): readonly FrameTrail[] {
  return past.flatMap(({ fromMs, points }) => (fromMs <= showMs ? [{ points, kind: "traffic" as const, alpha: PAST }] : []));
}

/** Packets on the way along the same wires, in either direction, as one band. */
export function bandsOf(flying: readonly Run[]): readonly FrameBand[] {
  const bands = new Map<string, { readonly points: readonly Point[]; packets: number }>();
  let of = 0;
  for (const run of flying) {
    if (run.own || run.way.points.length < 2) continue;
    of++;
    const band = bands.get(run.way.key);
    if (band === undefined) bands.set(run.way.key, { points: run.way.points, packets: 1 });
    else band.packets++;
  }
  return [...bands.values()].map((band) => ({ ...band, of }));
}

/** DNS runs 5 px outside the wire, a refusal 7 px inside; between their ends both keep beside it. */
const ASIDE = { dns: { x: -5, y: 5, end: 6, last: 0 }, refusal: { x: 7, y: -8, end: -8, last: -8 } } as const;

export function trailsOf(run: Run, showMs: ShowMs): readonly FrameTrail[] {
  // (nobody tells a request that runs beside, so what follows is in the show time of the motions)
  if (showMs < run.startMs || !run.own) return [];
  const first = run.motions[0];
  if (first === undefined) return [];
  if (run.style !== "refusal" && first.direction === "back") return [];
  const walked = join(walkedPaths(run, showMs));
  const whole = join(run.motions.map((motion) => motion.path));
  const trails: FrameTrail[] = [];
  const over = showMs >= run.endMs;
  if (walked.length > 1)
    trails.push({ points: aside(walked, whole, run.style), kind: run.style, alpha: run.style === "dns" && over ? 0.68 : 1 });
  if (run.style === "traffic" && !over) {
    const ahead = join(aheadPaths(run, showMs));
    if (ahead.length > 1) trails.push({ points: ahead, kind: "ahead", alpha: 1 });
  }
  return trails;
}

function walkedPaths(run: Run, showMs: ShowMs): readonly (readonly Point[])[] {
  return run.motions.flatMap((motion) => {
    if (motion.startMs > showMs) return [];
    return [showMs >= motion.endMs ? motion.path : cut(motion.path, travelled(motion, showMs)).before];
  });
}

/** The way that is decided: to the next gate that may change or stop the packet, else to its end. */
function aheadPaths(run: Run, showMs: ShowMs): readonly (readonly Point[])[] {
  const paths: (readonly Point[])[] = [];
  for (const motion of run.motions) {
    if (motion.endMs <= showMs) continue;
    const now = motion.startMs <= showMs;
    if (now && motion.kind === "send") return [];
    const undecided =
      motion.swap !== null ? showMs < motion.swap.endMs : motion.kind === "reject" || motion.kind === "drop" || motion.kind === "lost";
    if (undecided) return paths;
    paths.push(now ? cut(motion.path, travelled(motion, showMs)).after : motion.path);
  }
  return paths;
}

/**
 * Shifts a trail beside its wire: upright stretches sideways, level ones up or down. The first stretch, a Pod's stub,
 * has a shift of its own; a DNS trail's last one ends on the wire itself.
 */
function aside(points: readonly Point[], whole: readonly Point[], style: Motion["style"]): readonly Point[] {
  if (style === "traffic") return points;
  const shift = ASIDE[style];
  const final = whole.length - 2;
  const dy = (stretch: number): number => (stretch === 0 ? shift.end : stretch === final ? shift.last : shift.y);
  return points.map((point, i) => {
    let { x, y } = point;
    for (const stretch of [i - 1, i]) {
      const a = points[stretch];
      const b = points[stretch + 1];
      if (a === undefined || b === undefined) continue;
      if (a.x === b.x) x = point.x + shift.x;
      else y = point.y + dy(stretch);
    }
    return { x, y };
  });
}
