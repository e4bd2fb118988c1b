/**
 * The coarsest telling: one way there and back stands for a whole request, with its key stops: the name, the rewrite, the
 * answer. Made of the telling of the connection: the same ways and the same words, without counting and choosing, in about
 * a third of the time.
 *
 *   connection   ├ look up ┤ leave ┤ rewrite ┤ cross ┤ enter ┤ arrive ┤ reply ┤ back ┤
 *   request      ├ look up ┤     rewrite     ┤             answer                    ┤
 */
import type { Journey } from "../core/network/trace.ts";
import { choreograph } from "./choreography.ts";
import type { Beat, Choreography, ChoreographInput, Cue, Motion, ShowMs } from "./contract.ts";
import { SHOW } from "./durations.ts";
import { namesOf, type Names } from "./naming.ts";
import { timed } from "./overlap.ts";
import { reduce } from "./reduced.ts";
import { placeStops } from "./stops.ts";

/** How long each kind of hop takes here, ms at speed 1; replies take their usual part of it. */
const BRIEF: { readonly [kind in Motion["kind"]]: number } = {
  send: 120,
  leave: 200,
  "enter-cluster": 260,
  "leave-cluster": 260,
  pass: 80,
  rewrite: 420,
  known: SHOW.known,
  restore: 160,
  cross: 320,
  deliver: 180,
  accept: 0,
  refuse: SHOW.stop,
  reject: SHOW.stop,
  drop: SHOW.stop,
  lost: SHOW.stop,
};
/** Where nothing moves (names that are tried, packets told at once), it takes no longer. */
const GAP_MS = 140;
/** The sender's ring while nothing comes back is read all the same. */
const WAIT_MS = 700;
const DNS_SHARE = 0.55;

export function choreographRequest(input: ChoreographInput): Choreography {
  const { lookup: _, ...rest } = input;
  const full = brief(choreograph({ ...rest, motion: "full" }));
  const told = inStops(full, input);
  return input.motion === "reduced" ? reduce(told) : told;
}

// ---- time ---------------------------------------------------------------------------------------------------------

function brief(story: Choreography): Choreography {
  const legs = story.motions.filter((motion) => !motion.folded);
  const waits = story.cues.filter((cue) => cue.kind === "waiting");
  const pairs: [ShowMs, ShowMs][] = [[0, 0]];
  let was = 0;
  let is = 0;
  const idle = (until: ShowMs): void => {
    if (until <= was) return;
    const ring = waits.some((cue) => cue.startMs < until && was < cue.endMs);
    is += Math.min(until - was, ring ? WAIT_MS : GAP_MS);
    was = until;
    pairs.push([was, is]);
  };
  for (const motion of legs) {
    if (motion.endMs <= was) continue;
    idle(motion.startMs);
    is += Math.min(motion.endMs - was, lengthOf(motion));
    was = motion.endMs;
    pairs.push([was, is]);
  }
  idle(story.totalMs);
  return timed(story, (showMs) => along(pairs, showMs), is);
}

function lengthOf({ kind, style, direction, startMs, endMs }: Motion): number {
  if (style === "dns") return (endMs - startMs) * DNS_SHARE;
  return BRIEF[kind] * (direction === "back" ? SHOW.replyFactor : 1);
}

function along(pairs: readonly (readonly [ShowMs, ShowMs])[], at: ShowMs): ShowMs {
  for (let i = 1; i < pairs.length; i++) {
    const [a, b] = [pairs[i - 1], pairs[i]];
    if (a === undefined || b === undefined || at > b[0]) continue;
    return b[0] === a[0] ? b[1] : a[1] + ((at - a[0]) / (b[0] - a[0])) * (b[1] - a[1]);
  }
  const last = pairs.at(-1);
  // What stays to the end of all stays.
  return last === undefined || at > last[0] + 1 ? at : last[1] + (at - last[0]);
}

// ---- key stops ----------------------------------------------------------------------------------------------------

type Part = "name" | "rewrite" | "answer";

/** Which stop a beat belongs to: all up to the rewrite go to it, all after it to the answer. */
function partsOf(beats: readonly Beat[]): readonly Part[] {
  const rewrite = beats.findIndex((beat) => beat.glyph === "nat" && beat.direction === "out");
  return beats.map((beat, i) => (beat.glyph === "dns" ? "name" : i <= rewrite ? "rewrite" : "answer"));
}

function inStops(story: Choreography, { journey, view, scene }: ChoreographInput): Choreography {
  const names = namesOf(view);
  const parts = partsOf(story.beats);
  const order = (["name", "rewrite", "answer"] as const).filter((part) => parts.includes(part));
  const beats = order.map((part, i): Beat =>
    merged(
      story.beats.filter((_, k) => parts[k] === part),
      { part, number: i + 1, journey, names, totalMs: story.totalMs },
    ),
  );
  const beatOf = (beat: number): number => Math.max(0, order.indexOf(parts[beat] ?? "answer"));
  const motions = story.motions.map((motion): Motion => ({ ...motion, beat: motion.beat < 0 ? motion.beat : beatOf(motion.beat) }));
  return { ...story, beats, motions, cues: story.cues.filter((cue) => isKept(cue, journey)), stops: placeStops(scene, beats, motions) };
}

/** Counting, choosing and trying names are for those who look closer. */
function isKept(cue: Cue, { outcome }: Journey): boolean {
  if (cue.kind === "gate") return cue.show.kind !== "matching" && cue.show.kind !== "choosing";
  if (cue.kind === "search") return outcome.kind === "dns-failed";
  return cue.kind !== "chances" && cue.kind !== "doors";
}

interface MergeInto {
  readonly part: Part;
  readonly number: number;
  readonly journey: Journey;
  readonly names: Names;
  readonly totalMs: ShowMs;
}

function merged(list: readonly Beat[], { part, number, journey, names, totalMs }: MergeInto): Beat {
  const [first, last] = [list[0], list.at(-1)];
  if (first === undefined || last === undefined) throw new Error(`no beat for ${part}`);
  const key = list.findLast(({ trouble }) => trouble) ?? (part === "rewrite" ? (list.find(({ glyph }) => glyph === "nat") ?? last) : last);
  const answered = part === "answer" && !key.trouble && journey.outcome.kind === "delivered" && journey.pod !== null;
  const words = answered ? answerWords(journey, names) : {};
  return {
    ...key,
    ...words,
    number,
    opening: null,
    startMs: first.startMs,
    endMs: last.endMs,
    stillMs: Math.min(answered ? last.stillMs : key.stillMs, totalMs),
    at: first.at,
    endsAt: Math.max(...list.map(({ endsAt }) => endsAt)),
    hops: list.flatMap(({ hops }) => hops),
    // Its number stands where it happened: at the gate, in the Pod that answers.
    place: answered && journey.pod !== null && journey.node !== null ? { kind: "pod", pod: journey.pod, node: journey.node } : key.place,
    before: (part === "answer" ? (list.find(({ direction }) => direction === "back") ?? first) : first).before,
    after: last.after,
    direction: part === "answer" ? "back" : "out",
    trouble: list.some(({ trouble }) => trouble),
  };
}

function answerWords(journey: Journey, names: Names): Pick<Beat, "title" | "detail" | "sentence" | "past"> {
  const who = journey.pod === null ? "The server" : names.pod(journey.pod);
  const says = (journey.clientSays.split(/[\n<]/)[0] ?? "").trim();
  const packets = journey.packets.length;
  const stands = packets > 2 ? ` One way there and back stands for all ${packets} packets.` : "";
  return {
    title: `${who} answers`,
    detail: says,
    sentence: `The request goes on to ${who}, which answers.`,
    past: `${who} answered.${stands}`,
  };
}
