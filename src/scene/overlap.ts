/** Several requests at once, as one choreography. */
import type { Choreography, Cue, Motion, PastTrail, ShowMs } from "./contract.ts";
import { join } from "./routes.ts";

/**
 * Several requests, each beginning `everyMs` after the one before. The one at index `told` tells its beats; the others
 * are packets on their way, without the halts that explain (counting rules, choosing, holding). Show time 0 is the
 * beginning of the first. What the others did happens in the virtual time before and after the one that is told.
 */
export function overlap(list: readonly Choreography[], everyMs: ShowMs, told = 0): Choreography {
  const main = list[told];
  if (main === undefined) throw new Error(`no choreography ${told} of ${list.length} to tell`);
  return alongside(
    list.map((one, i) => (i === told ? one : hastened(one))),
    everyMs,
    told,
  );
}

/** The same where all but the one that is told are `hastened` already; those that share their motions are drawn from the same ones. */
export function alongside(list: readonly Choreography[], everyMs: ShowMs, told: number): Choreography {
  const main = list[told];
  if (main === undefined) throw new Error(`no choreography ${told} of ${list.length} to tell`);
  if (list.length === 1) return main;
  const beginsMs = told * everyMs;
  const others = list.flatMap((story, i) => (i === told ? [] : [{ story, byMs: i * everyMs }]));
  const own = shifted(main, beginsMs);
  const toldMs = beginsMs + main.totalMs;
  const totalMs = Math.max(toldMs, ...others.map(({ story, byMs }) => story.totalMs + byMs));
  const stopped = others.flatMap(({ story, byMs }) => story.cues.map((cue) => later(cue, byMs)));
  const arrivals = others.flatMap(({ story, byMs }) => story.arrivals.map((arrival) => ({ ...arrival, atMs: arrival.atMs + byMs })));
  const trails = others.flatMap(({ story, byMs }) => trailsOf(story).map((trail) => ({ ...trail, fromMs: trail.fromMs + byMs })));
  return {
    ...own,
    totalMs,
    beside: others.map(({ story, byMs }) => ({ journey: story.journey, motions: story.motions, byMs })),
    cues: lasting(
      [...own.cues, ...once(stopped, (cue) => (cue.kind === "stopped" ? `${cue.point.x},${cue.point.y}` : ""))],
      toldMs,
      totalMs,
    ),
    arrivals: [...own.arrivals, ...arrivals].sort((a, b) => a.atMs - b.atMs || a.journey - b.journey),
    past: once([...own.past.map((past) => ({ ...past, fromMs: 0 })), ...trails.sort((a, b) => a.fromMs - b.fromMs)], wayText),
    clock: clockOf(
      own,
      others.map(({ story }) => story),
      totalMs,
    ),
    trouble: list.some((one) => one.trouble),
    stream: { requests: list.length, beginsMs, toldMs, sentence: "" },
  };
}

function later(cue: Cue, byMs: ShowMs): Cue {
  return { ...cueTimed(cue, (showMs) => showMs + byMs), startMs: cue.startMs + byMs, endMs: cue.endMs + byMs };
}

function once<T>(list: readonly T[], key: (one: T) => string): readonly T[] {
  return [...new Map([...list].reverse().map((one) => [key(one), one])).values()].reverse();
}

/** What stays to the end of the story that is told stays to the end of all. */
function lasting(cues: readonly Cue[], toldMs: ShowMs, totalMs: ShowMs): readonly Cue[] {
  return cues.map((cue) => (cue.endMs > toldMs ? { ...cue, endMs: totalMs + 1 } : cue));
}

// Motions and points are never changed: what is worked out of them is worked out once.
const trails = new WeakMap<readonly Motion[], readonly PastTrail[]>();
const texts = new WeakMap<PastTrail["points"], string>();

/** Where a request went, once it is over: the way out of its first packet. */
function trailsOf({ motions }: Choreography): readonly PastTrail[] {
  const known = trails.get(motions);
  if (known !== undefined) return known;
  const first = motions.find((motion) => !motion.folded && motion.style === "traffic" && motion.direction === "out");
  const own = motions.filter(({ packet, folded }) => packet === first?.packet && !folded);
  const last = own.at(-1);
  const points = join(own.map((motion) => motion.path));
  const made = last === undefined || points.length < 2 ? [] : [{ fromMs: last.endMs, points }];
  trails.set(motions, made);
  return made;
}

function wayText({ points }: PastTrail): string {
  const known = texts.get(points);
  if (known !== undefined) return known;
  const text = points.map((point) => `${point.x},${point.y}`).join(" ");
  texts.set(points, text);
  return text;
}

/** Monotone in both: from the first that began to the one that is told, through it, to the last that ended. */
function clockOf(own: Choreography, others: readonly Choreography[], totalMs: ShowMs): Choreography["clock"] {
  const [ownBegins = 0, ownEnds = 0] = [own.clock[0]?.[1], own.clock.at(-1)?.[1]];
  const begins = Math.min(ownBegins, ...others.map((one) => one.clock[0]?.[1] ?? ownBegins));
  const ends = Math.max(ownEnds, ...others.map((one) => one.clock.at(-1)?.[1] ?? ownEnds));
  return [...((own.clock[0]?.[0] ?? 0) > 0 ? [[0, begins] as const] : []), ...own.clock, [totalMs, ends]];
}

// ---- time ---------------------------------------------------------------------------------------------------------

/** A request that nobody tells does not halt at a gate for longer than this, and waits no longer between two legs. */
const GATE_MS = 200;
const GAP_MS = 40;

/**
 * A request that nobody tells, as it runs beside others: the same ways in less time. Halts are shortened, ways keep theirs; of
 * what is told and of folded packets, which would be moved and never seen, nothing is left. Twice gives the same as once.
 */
export function hastened(story: Choreography): Choreography {
  const [first, last] = [story.clock[0], story.clock.at(-1)];
  return hasten({
    ...story,
    beats: [],
    stops: [],
    motions: story.motions.filter((motion) => !motion.folded),
    cues: story.cues.filter((cue) => cue.kind === "stopped"),
    clock: [...(first === undefined ? [] : [first]), ...(last === undefined || last === first ? [] : [last])],
  });
}

function hasten(story: Choreography): Choreography {
  const legs = story.motions;
  const pairs: [ShowMs, ShowMs][] = [[0, 0]];
  let was = 0;
  let is = 0;
  for (const { startMs, endMs, kind } of legs) {
    if (endMs <= was) continue;
    const begins = Math.max(was, startMs);
    is += Math.min(begins - was, GAP_MS);
    pairs.push([begins, is]);
    const halts = kind === "rewrite" || kind === "known" || kind === "restore" || kind === "reject" || kind === "drop";
    is += halts ? Math.min(endMs - begins, GATE_MS) : endMs - begins;
    was = endMs;
    pairs.push([was, is]);
  }
  const ending = Math.min(Math.max(0, story.totalMs - was), GAP_MS);
  pairs.push([Math.max(was, story.totalMs), is + ending]);
  return timed(story, (showMs) => along(pairs, showMs), is + ending);
}

function along(pairs: readonly (readonly [ShowMs, ShowMs])[], at: ShowMs): ShowMs {
  for (let i = 1; i < pairs.length; i++) {
    const a = pairs[i - 1];
    const b = pairs[i];
    if (a === undefined || b === undefined || at > b[0]) continue;
    return b[0] === a[0] ? b[1] : a[1] + ((at - a[0]) / (b[0] - a[0])) * (b[1] - a[1]);
  }
  return pairs.at(-1)?.[1] ?? at;
}

function shifted(story: Choreography, by: ShowMs): Choreography {
  return by === 0 ? story : timed(story, (showMs) => showMs + by, story.totalMs + by);
}

/** The same story at other times; `to` never runs back. */
export function timed(story: Choreography, to: (showMs: ShowMs) => ShowMs, totalMs: ShowMs): Choreography {
  const span = <T extends { readonly startMs: ShowMs; readonly endMs: ShowMs }>(one: T): T => ({
    ...one,
    startMs: to(one.startMs),
    endMs: to(one.endMs),
  });
  return {
    ...story,
    totalMs,
    beats: story.beats.map((beat) => ({
      ...span(beat),
      stillMs: to(beat.stillMs),
      opening: beat.opening === null ? null : { ...beat.opening, untilMs: to(beat.opening.untilMs) },
    })),
    motions: story.motions.map((motion): Motion => ({ ...span(motion), swap: motion.swap === null ? null : span(motion.swap) })),
    cues: story.cues.map((cue) => span(cueTimed(cue, to))),
    arrivals: story.arrivals.map((arrival) => ({ ...arrival, atMs: to(arrival.atMs) })),
    clock: story.clock.map(([showMs, nanos]) => [to(showMs), nanos] as const),
  };
}

function cueTimed(cue: Cue, to: (showMs: ShowMs) => ShowMs): Cue {
  if (cue.kind !== "search") return cue;
  return { ...cue, names: cue.names.map((name) => ({ ...name, atMs: to(name.atMs), knownMs: to(name.knownMs) })) };
}
