/**
 * What moves, at one moment of show time: a pure function of scene, choreography and showMs. Plain data; the painters
 * turn it into shapes. Labels are printed from the header of the hop under way and from nothing else.
 */
import type { NamespacedName } from "../core/base/names.ts";
import type { Header, Place } from "../core/network/trace.ts";
import type { Choreography, Cue, GateShow, Motion, Point, ShowMs, Tally } from "./contract.ts";
import { easeOut, easeTravel, progress } from "./easing.ts";
import { stillsAt } from "./reduced.ts";
import { cut, join, pointOn } from "./routes.ts";
import type { Scene } from "./scene.ts";
import { destinationText, sourceText } from "./words.ts";

export interface FrameOptions {
  readonly playing: boolean;
  /** Speed; labels show at 1 and below, and whenever the clock stands. */
  readonly rate: number;
  /** What the Pods have answered; null: no tallies. */
  readonly tally?: Tally | null;
}

/** One half of a label. While an address changes, `old` is struck and leaves and `text` arrives. */
export interface LabelField {
  readonly text: string;
  readonly old: string | null;
  /** 0: only the old one; 1: only the new one. */
  readonly changed: number;
  /** Differs from what the sender wrote: printed on the yellow marker. */
  readonly marked: boolean;
  /** A Service's address: printed in its blue. */
  readonly service: boolean;
}

export interface FrameLabel {
  readonly source: LabelField;
  readonly destination: LabelField;
}

export interface FramePacket {
  readonly point: Point;
  readonly style: Motion["style"];
  /** Number of its beat; null for packets of other journeys. */
  readonly number: number | null;
  readonly alpha: number;
  readonly scale: number;
  readonly label: FrameLabel | null;
  /** It ended here: its octagon is drawn in its place. */
  readonly stopped: boolean;
  readonly startMs: ShowMs;
}

export interface FrameTrail {
  readonly points: readonly Point[];
  readonly kind: "traffic" | "dns" | "refusal" | "ahead";
  readonly alpha: number;
}

/** Traffic too dense for packets: how many are on the way along the same wires, of all that are drawn as bands. */
export interface FrameBand {
  readonly points: readonly Point[];
  readonly packets: number;
  readonly of: number;
}

export interface FrameTally {
  readonly pod: NamespacedName;
  readonly count: number;
}

export interface FrameStop {
  readonly point: Point;
  readonly number: number;
  readonly state: "past" | "current" | "ahead";
  readonly dns: boolean;
}

export interface Frame {
  readonly showMs: ShowMs;
  readonly packets: readonly FramePacket[];
  readonly trails: readonly FrameTrail[];
  readonly bands: readonly FrameBand[];
  /** Answered requests of each Pod that answered any. */
  readonly tallies: readonly FrameTally[];
  readonly stops: readonly FrameStop[];
  /** Gates that say something; all others are at rest. */
  readonly gates: readonly { readonly node: string; readonly show: GateShow; readonly progress: number }[];
  readonly matched: readonly NamespacedName[];
  readonly chosen: readonly NamespacedName[];
  readonly chances: readonly { readonly pod: NamespacedName; readonly text: string }[];
  readonly sender: { readonly place: Place; readonly alpha: number } | null;
  readonly search: SearchCard | null;
  readonly octagons: readonly {
    readonly point: Point;
    readonly glyph: "reject" | "drop" | "blocked";
    readonly progress: number;
    readonly said: string | null;
    readonly pod: NamespacedName | null;
  }[];
  readonly waiting: { readonly place: Place; readonly progress: number; readonly seconds: number } | null;
  readonly answering: { readonly point: Point; readonly progress: number } | null;
  /** Reduced motion: the still picture this one fades in over. */
  readonly fade: { readonly from: Frame; readonly progress: number } | null;
}

export interface SearchCard {
  readonly place: Place;
  readonly rows: readonly { readonly name: string; readonly state: "asking" | "found" | "not-found"; readonly alpha: number }[];
}

const EMPTY: Omit<Frame, "showMs"> = {
  packets: [],
  trails: [],
  bands: [],
  tallies: [],
  stops: [],
  gates: [],
  matched: [],
  chosen: [],
  chances: [],
  sender: null,
  search: null,
  octagons: [],
  waiting: null,
  answering: null,
  fade: null,
};

/** More packets in flight than this carry no labels, except those of the journey on show. */
const LABELS_MOST = 12;
/** More packets in flight than this are bands along the wires; only the one on show stays a packet. */
const PACKETS_MOST = 200;
/** A request that is over leaves its trail this faint. */
const PAST = 0.3;

/** Everything that moves at this moment. Without a choreography nothing does. */
export function frameAt(scene: Scene, choreography: Choreography | null, showMs: ShowMs, options: FrameOptions): Frame {
  const tallies = talliesAt(options.tally ?? null, showMs);
  if (choreography === null) return { ...EMPTY, tallies, showMs };
  if (choreography.full !== null) return { ...stillFrame(scene, choreography, choreography.full, showMs), tallies };
  const runs = runsOf(choreography);
  const beat = choreography.beats.findLastIndex((one) => one.startMs <= showMs);
  const active = choreography.cues.filter((cue) => cue.startMs <= showMs && showMs < cue.endMs);
  const flying = runs.filter((run) => run.startMs <= showMs && showMs < run.endMs);
  const labels = !options.playing || options.rate <= 1;
  const dense = flying.length > PACKETS_MOST;
  const packets = runs.flatMap((run) =>
    dense && !run.own ? [] : packetAt(run, choreography, showMs, scene, labels && (flying.length <= LABELS_MOST || run.own)),
  );
  return {
    showMs,
    packets,
    trails: [...pastTrails(choreography, showMs), ...runs.flatMap((run) => trailsOf(run, showMs))],
    bands: dense ? bandsOf(flying) : [],
    tallies,
    stops: stopsAt(choreography, beat, showMs, packets, active),
    gates: gatesAt(active, showMs, options.playing && options.rate >= 2),
    matched: active.flatMap((cue) => (cue.kind === "matched" ? [cue.service] : [])),
    chosen: active.flatMap((cue) => (cue.kind === "chosen" ? [cue.pod] : [])),
    chances: active.flatMap((cue) => (cue.kind === "chances" ? cue.chances : [])),
    sender: senderAt(active, showMs),
    search: searchAt(active, showMs),
    octagons: active.flatMap((cue) =>
      cue.kind === "stopped"
        ? [
            {
              point: cue.point,
              glyph: cue.glyph,
              progress: easeOut(progress(showMs, cue.startMs, cue.startMs + 160)),
              said: cue.said,
              pod: cue.pod,
            },
          ]
        : [],
    ),
    waiting: waitingAt(active, showMs),
    answering:
      active.flatMap((cue) =>
        cue.kind === "answering" ? [{ point: cue.point, progress: progress(showMs, cue.startMs, cue.startMs + 160) }] : [],
      )[0] ?? null,
    fade: null,
  };
}

function stillFrame(scene: Scene, reduced: Choreography, full: Choreography, showMs: ShowMs): Frame {
  const still = { playing: false, rate: 1 };
  const { from, to, progress } = stillsAt(reduced, showMs);
  const frame = frameAt(scene, full, to, still);
  if (from === null || progress >= 1) return { ...frame, showMs };
  return { ...frame, showMs, fade: { from: frameAt(scene, full, from, still), progress } };
}

// ---- many requests ------------------------------------------------------------------------------------------------

/** What each Pod has answered by this moment, in the order of its first answer. */
function talliesAt(tally: Tally | null, showMs: ShowMs): readonly FrameTally[] {
  if (tally === null) return [];
  const counts = new Map(tally.before.map(({ pod, count }) => [pod, count]));
  for (const { pod, atMs } of tally.arrivals) if (atMs <= showMs) counts.set(pod, (counts.get(pod) ?? 0) + 1);
  return [...counts].flatMap(([pod, count]) => (count > 0 ? [{ pod, count }] : []));
}

function pastTrails({ past }: Choreography, showMs: ShowMs): readonly FrameTrail[] {
  return past.flatMap(({ fromMs, points }) => (fromMs <= showMs ? [{ points, kind: "traffic" as const, alpha: PAST }] : []));
}

/** Packets on the way along the same wires, in either direction, as one band. */
function bandsOf(flying: readonly Run[]): readonly FrameBand[] {
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

// ---- packets ------------------------------------------------------------------------------------------------------

/** One packet that is shown: its motions in order. */
interface Run {
  readonly motions: readonly Motion[];
  readonly startMs: ShowMs;
  readonly endMs: ShowMs;
  readonly style: Motion["style"];
  /** Of the journey whose beats are told. */
  readonly own: boolean;
  readonly stopped: boolean;
  /** Its whole way, and a text that is the same for the same wires in either direction. */
  readonly way: { readonly points: readonly Point[]; readonly key: string };
}

// A choreography is never changed, so its runs are worked out once for it and not once a frame.
const runs = new WeakMap<Choreography, readonly Run[]>();

function runsOf(choreography: Choreography): readonly Run[] {
  const known = runs.get(choreography);
  if (known !== undefined) return known;
  const byPacket = new Map<string, Motion[]>();
  for (const motion of choreography.motions) {
    if (motion.folded) continue;
    const key = `${motion.journey} ${motion.packet}`;
    const list = byPacket.get(key);
    if (list === undefined) byPacket.set(key, [motion]);
    else list.push(motion);
  }
  const made = [...byPacket.values()].map((motions): Run => {
    const first = motions[0];
    const last = motions.at(-1);
    if (first === undefined || last === undefined) throw new Error("a packet without motions");
    const stopped = last.kind === "reject" || last.kind === "drop" || last.kind === "refuse" || last.kind === "lost";
    const own = first.journey === choreography.journey;
    return { motions, startMs: first.startMs, endMs: last.endMs, style: first.style, own, stopped, way: wayOf(motions) };
  });
  runs.set(choreography, made);
  return made;
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

function motionAt(run: Run, showMs: ShowMs): Motion {
  let current = run.motions[0];
  for (const motion of run.motions) if (motion.startMs <= showMs) current = motion;
  if (current === undefined) throw new Error("a packet without motions");
  return current;
}

/** How far along its path; a packet that is to be stopped arrives before its octagon appears. */
function travelled(motion: Motion, showMs: ShowMs): number {
  const part = progress(showMs, motion.startMs, motion.endMs);
  const early = motion.kind === "reject" || motion.kind === "drop" ? 0.35 : motion.kind === "lost" ? 0.5 : 1;
  return easeTravel(Math.min(1, part / early));
}

function packetAt(run: Run, choreography: Choreography, showMs: ShowMs, scene: Scene, labelled: boolean): readonly FramePacket[] {
  const lingers = run.stopped && run.own && run.style === "traffic" && showMs <= choreography.totalMs;
  if (showMs < run.startMs || (showMs >= run.endMs && !lingers)) return [];
  const motion = motionAt(run, showMs);
  const point = pointOn(motion.path, travelled(motion, showMs));
  const shown = run.own && run.style === "traffic" && labelled;
  return [
    {
      point,
      style: run.style,
      number: run.own ? (choreography.beats[motion.beat]?.number ?? null) : null,
      ...lookOf(motion, showMs),
      label: shown ? labelAt(motion, showMs, scene) : null,
      stopped: run.stopped && motion === run.motions.at(-1) && showMs >= motion.startMs + (motion.endMs - motion.startMs) * 0.35,
      startMs: run.startMs,
    },
  ];
}

/** It appears in its sender and shrinks into its receiver. */
function lookOf(motion: Motion, showMs: ShowMs): { readonly alpha: number; readonly scale: number } {
  if (motion.kind === "send") {
    const born = easeOut(progress(showMs, motion.startMs, motion.endMs));
    return { alpha: born, scale: 0.4 + 0.6 * born };
  }
  if (motion.kind === "accept") return { alpha: 0, scale: 0.3 };
  if (motion.kind === "deliver") {
    const gone = progress(showMs, motion.startMs + (motion.endMs - motion.startMs) * 0.8, motion.endMs);
    return { alpha: 1 - gone * 0.6, scale: 1 - gone * 0.55 };
  }
  return { alpha: 1, scale: 1 };
}

function labelAt(motion: Motion, showMs: ShowMs, scene: Scene): FrameLabel {
  const { swap } = motion;
  const { before, after } = motion;
  const both = motion.kind === "rewrite" && sourceText(before) !== sourceText(after) && destinationText(before) !== destinationText(after);
  // where both addresses change, the destination goes first and the source second
  const middle = swap === null || !both ? null : (swap.startMs + swap.endMs) / 2;
  const part = (startMs: ShowMs, endMs: ShowMs): LabelPart => ({
    before: showMs < startMs,
    changed: easeOut(progress(showMs, startMs, endMs)),
  });
  const whole: LabelPart = swap === null ? { before: false, changed: 1 } : part(swap.startMs, swap.endMs);
  return {
    source: field(sourceText, motion, swap === null || middle === null ? whole : part(middle, swap.endMs), (header) => header.src, scene),
    destination: field(
      destinationText,
      motion,
      swap === null || middle === null ? whole : part(swap.startMs, middle),
      (header) => header.dst,
      scene,
    ),
  };
}

/** How far one field of a label has changed. */
interface LabelPart {
  readonly before: boolean;
  readonly changed: number;
}

function field(
  print: (header: Header) => string,
  motion: Motion,
  { before, changed }: LabelPart,
  address: (header: Header) => string,
  scene: Scene,
): LabelField {
  const { before: was, after: is, original } = motion;
  if (before)
    return { text: print(was), old: null, changed: 1, marked: print(was) !== print(original), service: isService(address(was), scene) };
  const moved = print(was) !== print(is);
  return {
    text: print(is),
    old: moved && changed < 1 ? print(was) : null,
    changed: moved ? changed : 1,
    marked: print(is) !== print(original),
    service: isService(address(is), scene),
  };
}

function isService(address: string, scene: Scene): boolean {
  return scene.services.some(
    (service) => service.address.startsWith(`${address}:`) || service.address.startsWith(`[${address}]`) || service.address === address,
  );
}

// ---- trails -------------------------------------------------------------------------------------------------------

/** DNS runs 5 px outside the wire, a refusal 7 px inside; between their ends both keep beside it. */
const ASIDE = { dns: { x: -5, y: 5, end: 6, last: 0 }, refusal: { x: 7, y: -8, end: -8, last: -8 } } as const;

function trailsOf(run: Run, showMs: ShowMs): readonly FrameTrail[] {
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

// ---- cues ---------------------------------------------------------------------------------------------------------

/** `brief`: fast play shows the counting of rules as one step. */
function gatesAt(active: readonly Cue[], showMs: ShowMs, brief: boolean): Frame["gates"] {
  const byNode = new Map<string, Frame["gates"][number]>();
  for (const cue of active) {
    if (cue.kind === "gate")
      byNode.set(cue.node, { node: cue.node, show: cue.show, progress: brief ? 1 : progress(showMs, cue.startMs, cue.endMs) });
  }
  return [...byNode.values()];
}

function senderAt(active: readonly Cue[], showMs: ShowMs): Frame["sender"] {
  for (const cue of active) {
    if (cue.kind !== "sender") continue;
    return {
      place: cue.place,
      alpha: Math.min(easeOut(progress(showMs, cue.startMs, cue.startMs + 240)), 1 - progress(showMs, cue.endMs - 160, cue.endMs)),
    };
  }
  return null;
}

function searchAt(active: readonly Cue[], showMs: ShowMs): SearchCard | null {
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

function waitingAt(active: readonly Cue[], showMs: ShowMs): Frame["waiting"] {
  for (const cue of active) {
    if (cue.kind === "waiting") return { place: cue.place, progress: progress(showMs, cue.startMs, cue.endMs), seconds: cue.seconds };
  }
  return null;
}

function stopsAt(
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
