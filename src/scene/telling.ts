/** A story under way: the beats, motions and cues told so far, and the map of show time to virtual time. */
import type { Header, Hop, PacketTrace, Place } from "../core/network/trace.ts";
import type { Beat, BeatGlyph, ChoreographInput, Cue, Motion, Point, ShowMs } from "./contract.ts";
import { barStop } from "./bars.ts";
import { SHOW } from "./durations.ts";
import { packetPaths } from "./motion-paths.ts";
import { besidePoint, placePoint } from "./routes.ts";
import { namesOf, senderName } from "./naming.ts";
import type { Names } from "./naming.ts";
import type { BeatWords } from "./words.ts";

export interface BeatDraft extends BeatWords {
  readonly glyph: BeatGlyph;
  opening: Beat["opening"];
  readonly startMs: ShowMs;
  endMs: ShowMs;
  stillMs: ShowMs;
  readonly at: number;
  endsAt: number;
  readonly hops: (readonly [number, number])[];
  place: Place;
  readonly before: Header;
  after: Header;
  readonly direction: "out" | "back";
  readonly trouble: boolean;
  readonly quiet?: true;
}

/** The story as far as it has been told. */
export interface Telling {
  readonly input: ChoreographInput;
  readonly names: Names;
  readonly sender: string;
  readonly senderPlace: Place;
  readonly paths: readonly (readonly (readonly Point[])[])[];
  now: ShowMs;
  readonly beats: BeatDraft[];
  readonly motions: Motion[];
  readonly cues: Cue[];
  readonly clock: [number, number][];
  /** Packets whose hops have their motions. */
  readonly told: Set<number>;
  /** Answers that were told within the beat of what they answer. */
  readonly merged: Set<number>;
}

export function begin(input: ChoreographInput): Telling {
  const { journey, view, scene } = input;
  const names = namesOf(view);
  const senderPlace = journey.packets[0]?.hops[0]?.from ?? placeOfSender(input);
  return {
    input,
    names,
    sender: senderName(journey, names),
    senderPlace,
    paths: journey.packets.map((packet) => packetPaths(scene, packet.hops)),
    now: 0,
    beats: [],
    motions: [],
    cues: [],
    clock: [[0, journey.sentAt]],
    told: new Set(),
    merged: new Set(),
  };
}

function placeOfSender({ journey, view }: ChoreographInput): Place {
  const { from } = journey;
  if (from.kind === "node") return { kind: "node", node: from.node };
  if (from.kind === "outside") return { kind: "outside", id: from.id };
  return { kind: "pod", pod: from.pod, node: view.pods.find((pod) => pod.key === from.pod)?.node ?? "" };
}

/** Ties a moment of show time to a moment of virtual time; neither ever runs back. */
export function tie(telling: Telling, showMs: ShowMs, nanos: number): void {
  const last = telling.clock.at(-1);
  telling.clock.push([Math.max(showMs, last?.[0] ?? 0), Math.max(nanos, last?.[1] ?? 0)]);
}

export function packetOf(telling: Telling, index: number | null): PacketTrace | null {
  return index === null ? null : (telling.input.journey.packets[index] ?? null);
}

export interface MotionTimes {
  readonly startMs: ShowMs;
  readonly endMs: ShowMs;
  readonly swap?: Motion["swap"];
}

export function addMotion(
  telling: Telling,
  packet: PacketTrace,
  hop: number,
  times: MotionTimes,
  style: Motion["style"],
  folded: boolean,
  beat: number,
): void {
  const event = packet.hops[hop];
  const path = telling.paths[packet.index]?.[hop];
  if (event === undefined || path === undefined)
    throw new Error(`packet ${packet.index} of journey ${telling.input.journey.id} has no hop ${hop}`);
  telling.motions.push({
    journey: telling.input.journey.id,
    packet: packet.index,
    hop,
    kind: event.kind,
    startMs: times.startMs,
    endMs: times.endMs,
    path,
    style,
    direction: packet.direction,
    folded,
    before: event.before,
    after: event.after,
    original: packet.hops[0]?.before ?? event.before,
    swap: times.swap ?? null,
    beat,
    ...(isKnown(packet) ? { unmarked: true } : {}),
  });
}

/** A later packet of a connection, on its way out: the gate applies what was decided before (DESIGN 5, variations). */
function isKnown({ direction, hops }: PacketTrace): boolean {
  return direction === "out" && hops.some(({ kind }) => kind === "known") && !hops.some(({ kind }) => kind === "rewrite");
}

export interface BeatStart {
  readonly glyph: BeatGlyph;
  readonly hop: Hop;
  readonly direction: "out" | "back";
  readonly trouble: boolean;
  readonly quiet?: true;
}

export function openBeat(telling: Telling, words: BeatWords, start: BeatStart): BeatDraft {
  const draft: BeatDraft = {
    ...words,
    glyph: start.glyph,
    opening: null,
    startMs: telling.now,
    endMs: telling.now,
    stillMs: telling.now,
    at: start.hop.at,
    endsAt: start.hop.endsAt,
    hops: [],
    place: start.hop.to,
    before: start.hop.before,
    after: start.hop.after,
    direction: start.direction,
    trouble: start.trouble,
    ...(start.quiet === true ? { quiet: true } : {}),
  };
  telling.beats.push(draft);
  return draft;
}

export function closeBeat(telling: Telling, beat: BeatDraft, packet: PacketTrace): void {
  beat.endMs = telling.now;
  const last = beat.hops.at(-1);
  const hop = last === undefined ? undefined : telling.input.journey.packets[last[0]]?.hops[last[1]];
  const end = hop ?? packet.hops.at(-1);
  if (end !== undefined) {
    beat.endsAt = Math.max(beat.at, end.endsAt);
    beat.after = end.after;
    beat.place = end.to;
  }
}

export function stopCue(telling: Telling, hop: Hop, index: number, packet: PacketTrace, startMs: ShowMs): void {
  const path = telling.paths[packet.index]?.[index] ?? [];
  const off = hop.to.kind === "pod" || hop.to.kind === "outside";
  const point = off ? besidePoint(telling.input.scene, hop.to, 13) : (path.at(-1) ?? placePoint(telling.input.scene, hop.to));
  const bar = barStop(telling.input.scene, hop);
  if (bar !== null) telling.cues.push({ kind: "barred", startMs, endMs: Number.MAX_SAFE_INTEGER, pod: bar.stop.pod });
  const glyph = hop.kind === "reject" || hop.kind === "refuse" ? "reject" : "drop";
  const said = hop.kind === "refuse" ? `${hop.after.dstPort} is closed` : null;
  telling.cues.push({
    kind: "stopped",
    startMs,
    endMs: Number.MAX_SAFE_INTEGER,
    point,
    glyph,
    said,
    pod: hop.kind === "refuse" && hop.to.kind === "pod" ? hop.to.pod : null,
  });
}

export function stopAt(telling: Telling, point: Point, glyph: "reject" | "drop" | "blocked", beat: BeatDraft, ms: number): void {
  telling.cues.push({ kind: "stopped", startMs: telling.now, endMs: Number.MAX_SAFE_INTEGER, point, glyph, said: null, pod: null });
  telling.now += ms;
  beat.stillMs = telling.now - 1;
}

export function waitFor(telling: Telling, until: number): void {
  const startMs = telling.now;
  const from = telling.clock.at(-1)?.[1] ?? 0;
  telling.now += SHOW.wait;
  telling.cues.push({ kind: "waiting", startMs, endMs: telling.now, place: telling.senderPlace, seconds: Math.max(0, until - from) / 1e9 });
  tie(telling, telling.now, until);
}
