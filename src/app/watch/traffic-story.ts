/**
 * Steady traffic as a story: each request a token along the wires that it took, without a label, ended by an octagon where
 * it was stopped. Show time is simulated time since the series began: a frame depends on it alone.
 */
import type { Hop } from "../../core/network/trace.ts";
import type { Choreography, Cue, Motion, ShowMs } from "../../scene/contract.ts";
import { packetPaths } from "../../scene/motion-paths.ts";
import { join } from "../../scene/routes.ts";
import type { Scene } from "../../scene/scene.ts";
import type { Passage } from "../../worker/protocol.ts";

/** A token is on its way for so long, and an octagon stays. */
export const TOKEN_MS = 900;
const OCTAGON_MS = 1_600;
/** A story without an end. */
export const ENDLESS_MS = 1e12;
/** No journey has this number: none is told, all run beside. */
const NOBODY = -1;

/** A request's way, and when its token sets out. */
export interface Token {
  readonly passage: Passage;
  readonly startMs: ShowMs;
}

/** Whether a token, or what is left of it, shows at that moment or later. */
export function isOver({ startMs }: Token, showMs: ShowMs): boolean {
  return showMs > startMs + TOKEN_MS + OCTAGON_MS;
}

export interface TrafficStoryInput {
  readonly tokens: readonly Token[];
  readonly scene: Scene;
  /** Virtual time at show time 0. */
  readonly since: number;
  readonly motion: "full" | "reduced";
  /** What is said under the picture. */
  readonly sentence: string;
}

/** With reduced motion nothing travels: octagons stand where requests were stopped. */
export function trafficChoreography({ tokens, scene, since, motion, sentence }: TrafficStoryInput): Choreography {
  const drawn = tokens.filter(({ passage }) => passage.hops.length > 0);
  const ways = drawn.map((token) => ({ ...token, points: join(packetPaths(scene, token.passage.hops)) }));
  const motions = motion === "reduced" ? [] : ways.flatMap((way) => motionOf(way));
  return {
    journey: NOBODY,
    totalMs: ENDLESS_MS,
    beats: [],
    motions: motions.toSorted((a, b) => a.startMs - b.startMs),
    cues: ways.flatMap((way) => octagonOf(way, motion)),
    stops: [],
    arrivals: [],
    past: [],
    stream: { requests: drawn.length, beginsMs: 0, toldMs: ENDLESS_MS, sentence },
    motion: "full",
    full: null,
    summary: sentence,
    trouble: false,
    clock: [
      [0, since],
      [ENDLESS_MS, since + ENDLESS_MS * 1e6],
    ],
  };
}

interface Way extends Token {
  readonly points: Motion["path"];
}

function motionOf({ passage, startMs, points }: Way): readonly Motion[] {
  const [first] = passage.hops;
  if (first === undefined || points.length < 2) return [];
  const { before: header } = first;
  return [
    {
      journey: passage.journey,
      packet: 0,
      hop: 0,
      kind: stopOf(passage.hops) === null ? "deliver" : "leave",
      startMs,
      endMs: startMs + TOKEN_MS,
      path: points,
      style: passage.hops.some(({ before }) => before.protocol === "UDP" && before.dstPort === 53) ? "dns" : "traffic",
      direction: "out",
      folded: false,
      before: header,
      after: header,
      original: header,
      swap: null,
      beat: -1,
    },
  ];
}

function octagonOf({ passage, startMs, points }: Way, motion: TrafficStoryInput["motion"]): readonly Cue[] {
  const glyph = stopOf(passage.hops);
  const point = points.at(-1);
  if (glyph === null || point === undefined) return [];
  const begins = motion === "reduced" ? startMs : startMs + TOKEN_MS;
  return [{ kind: "stopped", startMs: begins, endMs: begins + OCTAGON_MS, point, glyph, said: null, pod: null }];
}

/** How the way ended before its goal; null where it did not. */
function stopOf(hops: readonly Hop[]): "reject" | "drop" | null {
  const kind = hops.at(-1)?.kind;
  if (kind === "reject" || kind === "refuse") return "reject";
  return kind === "drop" || kind === "lost" ? "drop" : null;
}
