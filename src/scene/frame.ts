/**
 * What moves, at one moment of show time: a pure function of scene, choreography and showMs. Plain data; the painters
 * turn it into shapes. Labels are printed from the header of the hop under way and from nothing else.
 */
import type { NamespacedName } from "../core/base/names.ts";
import type { Place } from "../core/network/trace.ts";
import type { Choreography, GateShow, Motion, Point, ShowMs, Tally, Tracked } from "./contract.ts";
import { easeOut, progress } from "./easing.ts";
import { gatesAt, searchAt, senderAt, stopsAt, talliesAt, waitingAt } from "./frame-cues.ts";
import { packetAt } from "./frame-packets.ts";
import { bandsOf, pastTrails, trailsOf } from "./frame-trails.ts";
import { indexOf } from "./lookup.ts";
import { stillsAt } from "./reduced.ts";
import { runsOf } from "./runs.ts";
import type { Scene } from "./scene.ts";

export interface FrameOptions {
  readonly playing: boolean;
  /** Speed; labels show at 1 and below, and whenever the clock stands. */
  readonly rate: number;
  /** What the Pods have answered; null: no tallies. */
  readonly tally?: Tally | null;
  readonly tracked?: readonly Tracked[] | null;
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
  /** In whole percent of all answers; null where there are too few. */
  readonly share: number | null;
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
  /** Entries in the conntrack tables of nodes, where that is known. */
  readonly tracked: readonly { readonly node: string; readonly count: number }[];
  /** Requests a second that stand for the Service in focus; null: none. */
  readonly perSecond: number | null;
  /** Many requests at once: each endpoint shows its share. */
  readonly streams: boolean;
  readonly stops: readonly FrameStop[];
  /** Gates that say something; all others are at rest. */
  readonly gates: readonly { readonly node: string; readonly show: GateShow; readonly progress: number }[];
  readonly matched: readonly NamespacedName[];
  readonly chosen: readonly NamespacedName[];
  readonly chances: readonly { readonly pod: NamespacedName; readonly text: string }[];
  /** Chances of nodes that a load balancer chooses from. */
  readonly doors: readonly { readonly node: string; readonly text: string }[];
  readonly sender: { readonly place: Place; readonly alpha: number } | null;
  readonly search: SearchCard | null;
  readonly octagons: readonly {
    readonly point: Point;
    readonly glyph: "reject" | "drop" | "blocked";
    readonly progress: number;
    readonly said: string | null;
    readonly pod: NamespacedName | null;
  }[];
  /** Pods at whose bars a packet was stopped. */
  readonly barred: readonly NamespacedName[];
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
  tracked: [],
  perSecond: null,
  streams: false,
  stops: [],
  gates: [],
  matched: [],
  chosen: [],
  chances: [],
  doors: [],
  sender: null,
  search: null,
  octagons: [],
  barred: [],
  waiting: null,
  answering: null,
  fade: null,
};

/** More packets in flight than this read as streams: a band along their wires, and no labels but those of the journey on show. */
const LABELS_MOST = 12;
/** More packets in flight than this are bands along the wires; only the one on show stays a packet. */
const PACKETS_MOST = 200;

/** Everything that moves at this moment. Without a choreography nothing does. */
export function frameAt(scene: Scene, choreography: Choreography | null, showMs: ShowMs, options: FrameOptions): Frame {
  const tallies = talliesAt(options.tally ?? null, showMs);
  const perSecond = options.tally?.perSecond ?? null;
  const tracked = trackedAt(options.tracked ?? null, showMs);
  if (choreography === null) return { ...EMPTY, tallies, tracked, perSecond, showMs };
  if (choreography.full !== null)
    return {
      ...stillFrame(scene, choreography, choreography.full, showMs),
      tallies,
      tracked,
      perSecond,
      streams: choreography.stream !== null,
    };
  const runs = runsOf(choreography);
  const beat = choreography.beats.findLastIndex((one) => one.startMs <= showMs);
  const active = choreography.cues.filter((cue) => cue.startMs <= showMs && showMs < cue.endMs);
  const flying = runs.filter((run) => run.startMs <= showMs && showMs < run.endMs);
  const labels = !options.playing || options.rate <= 1;
  const dense = flying.length > (choreography.packetsMost ?? PACKETS_MOST);
  const packets = runs.flatMap((run) =>
    dense && !run.own ? [] : packetAt(run, choreography, showMs, scene, labels && (flying.length <= LABELS_MOST || run.own)),
  );
  return {
    showMs,
    packets,
    trails: [...pastTrails(choreography, showMs), ...runs.flatMap((run) => trailsOf(run, showMs))],
    bands: flying.length > LABELS_MOST ? bandsOf(dense ? flying : flying.filter(({ style }) => style !== "dns")) : [],
    streams: choreography.stream !== null,
    tallies,
    tracked,
    perSecond,
    stops: stopsAt(choreography, beat, showMs, packets, active),
    gates: gatesAt(active, showMs, options.playing && options.rate >= 2).filter(
      // a gate whose own state is telling says that again once the story is over
      ({ node }) => showMs < choreography.totalMs || indexOf(scene).nodes.get(node)?.rest.kind === "rest",
    ),
    matched: active.flatMap((cue) => (cue.kind === "matched" ? [cue.service] : [])),
    chosen: active.flatMap((cue) => (cue.kind === "chosen" ? [cue.pod] : [])),
    chances: active.flatMap((cue) => (cue.kind === "chances" ? cue.chances : [])),
    doors: active.flatMap((cue) => (cue.kind === "doors" ? cue.doors : [])),
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
    barred: active.flatMap((cue) => (cue.kind === "barred" ? [cue.pod] : [])),
    waiting: waitingAt(active, showMs),
    answering:
      active.flatMap((cue) =>
        cue.kind === "answering" ? [{ point: cue.point, progress: progress(showMs, cue.startMs, cue.startMs + 160) }] : [],
      )[0] ?? null,
    fade: null,
  };
}

function trackedAt(tracked: readonly Tracked[] | null, showMs: ShowMs): Frame["tracked"] {
  return (tracked ?? []).map(({ node, counts }) => ({ node, count: counts.findLast(({ fromMs }) => fromMs <= showMs)?.count ?? 0 }));
}

function stillFrame(scene: Scene, reduced: Choreography, full: Choreography, showMs: ShowMs): Frame {
  const still = { playing: false, rate: 1 };
  const { from, to, progress } = stillsAt(reduced, showMs);
  const frame = frameAt(scene, full, to, still);
  if (from === null || progress >= 1) return { ...frame, showMs };
  return { ...frame, showMs, fade: { from: frameAt(scene, full, from, still), progress } };
}
