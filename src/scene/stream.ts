/** A request that was sent several times: the last is told hop by hop, the others run ahead of it and overlap. */
import type { Journey, Place } from "../core/network/trace.ts";
import type { ClusterView } from "../core/simulation/view.ts";
import type { Choreography, ChoreographInput, ShowMs } from "./contract.ts";
import { choreograph } from "./choreography.ts";
import { alongside, hastened } from "./overlap.ts";
import { namesOf } from "./naming.ts";
import type { Names } from "./naming.ts";
import type { Scene } from "./scene.ts";

/** The others have begun after about so long, however many they are. */
const LEAD_MS = 5000;
const EVERY_MOST_MS = 300;
const EVERY_LEAST_MS = 20;

/** Time from one request of a stream to the next. */
export function everyMs(requests: number): ShowMs {
  return Math.max(EVERY_LEAST_MS, Math.min(EVERY_MOST_MS, Math.round(LEAD_MS / Math.max(1, requests - 1))));
}

export interface StreamInput extends Omit<ChoreographInput, "journey"> {
  /** In the order of sending; the last is told. Those without packets are counted and not drawn. */
  readonly journeys: readonly Journey[];
  /** Tells one of them; default: by its connection's first packet (`choreograph`). */
  readonly tell?: (input: ChoreographInput) => Choreography;
}

/**
 * The choreography of a stream; of a single request the same as choreograph(). With reduced motion nothing travels:
 * the others have arrived when the last begins.
 */
export function choreographStream({ journeys, tell = choreograph, ...input }: StreamInput): Choreography {
  const last = journeys.at(-1);
  if (last === undefined) throw new Error("a stream without requests");
  const told = tell({ ...input, journey: last, earlier: [...(input.earlier ?? []), ...journeys.slice(0, -1)] });
  if (journeys.length === 1) return told;
  const others = journeys.slice(0, -1);
  const { sentence, summary } = streamWords(journeys, told.summary, namesOf(input.view));
  if (input.motion === "reduced") {
    const before = others.flatMap((journey) =>
      answered(journey) && journey.pod !== null ? [{ atMs: 0, journey: journey.id, pod: journey.pod }] : [],
    );
    const stream = { requests: journeys.length, beginsMs: 0, toldMs: told.totalMs, sentence };
    return { ...told, summary, arrivals: [...before, ...told.arrivals], stream };
  }
  const drawn = others
    .filter((journey) => journey.packets.length > 0)
    .map((journey) => choreographBeside(journey, input.view, input.scene));
  // the trail of the request before shows when that request has run, not from the start
  const all = alongside([...drawn, { ...told, past: [] }], everyMs(journeys.length), drawn.length);
  const begins = all.stream?.beginsMs ?? 0;
  return {
    ...all,
    summary,
    stream: { requests: journeys.length, beginsMs: begins, toldMs: all.stream?.toldMs ?? all.totalMs, sentence },
  };
}

/** Stories of requests that nobody tells, of one view in one scene. */
interface Stories {
  readonly view: ClusterView;
  readonly each: WeakMap<Journey, Choreography>;
  /** By their way: who went the same way looks the same. */
  readonly ways: Map<string, { readonly journey: Journey; readonly story: Choreography }>;
}

/** More ways than this are not kept beside one another. */
const WAYS_MOST = 500;

// None of these is ever changed, so a story is worked out once: a stream that is made again, or comes in parts, costs what is new of it.
const stories = new WeakMap<Scene, Stories>();

function storiesOf(view: ClusterView, scene: Scene): Stories {
  const known = stories.get(scene);
  if (known !== undefined && known.view === view) return known;
  const made: Stories = { view, each: new WeakMap(), ways: new Map() };
  stories.set(scene, made);
  return made;
}

/**
 * A request as it runs beside the one that is told. Of hundreds a few dozen ways are worked out; the others share their motions.
 * Remembered, so that it may be asked for as soon as the request has ended.
 */
export function choreographBeside(journey: Journey, view: ClusterView, scene: Scene): Choreography {
  const { each, ways } = storiesOf(view, scene);
  const known = each.get(journey);
  if (known !== undefined) return known;
  const way = answered(journey) ? wayText(journey) : null;
  const like = way === null ? undefined : ways.get(way);
  const story =
    like === undefined ? hastened(choreograph({ motion: "full", view, scene, journey })) : asOf(like.story, like.journey, journey);
  each.set(journey, story);
  if (way !== null && like === undefined) {
    if (ways.size >= WAYS_MOST) ways.clear();
    ways.set(way, { journey, story });
  }
  return story;
}

/** Everything that a request's motions follow from, where nobody tells it: what its packets were and where they went. */
function wayText({ pod, packets }: Journey): string {
  const place = (at: Place): string => {
    if (at.kind === "pod") return at.pod;
    if (at.kind === "outside") return `outside ${at.id}`;
    return at.kind === "beyond" ? "beyond" : `${at.kind} ${at.node}`;
  };
  const ways = packets.map(({ purpose, direction, outcome, hops }) => {
    const way = hops.map(({ kind, from, to }) => `${kind} ${place(from)} ${place(to)}`).join();
    return `${purpose} ${direction} ${outcome.kind}: ${way}`;
  });
  return `${pod ?? ""}; ${ways.join("; ")}`;
}

/** The story of a request that went the same way as another, at its own virtual time. */
function asOf(story: Choreography, like: Journey, journey: Journey): Choreography {
  const later = journey.sentAt - like.sentAt;
  return {
    ...story,
    journey: journey.id,
    arrivals: story.arrivals.map((arrival) => ({ ...arrival, journey: journey.id })),
    clock: story.clock.map(([showMs, nanos]) => [showMs, nanos + later] as const),
  };
}

function answered(journey: Journey): boolean {
  return journey.outcome.kind === "delivered";
}

/** More Pods than this are counted, not named. */
const NAMED_MOST = 4;

/** What is said while the others run, and at the end. */
function streamWords(journeys: readonly Journey[], told: string, names: Names): { readonly sentence: string; readonly summary: string } {
  const counts = new Map<string, number>();
  for (const journey of journeys)
    if (answered(journey) && journey.pod !== null) counts.set(journey.pod, (counts.get(journey.pod) ?? 0) + 1);
  const all = [...counts].sort((a, b) => (a[0] < b[0] ? -1 : 1)).map(([pod, count]) => `${names.pod(pod)} ${count}`);
  const failed = journeys.filter((journey) => !answered(journey)).length;
  const who =
    all.length === 0
      ? "none was answered"
      : all.length > NAMED_MOST
        ? `${all.length} Pods answered ${journeys.length - failed}`
        : whoWords(all);
  const rest = failed === 0 || all.length === 0 ? "" : `; ${failed} failed`;
  return {
    sentence: `${journeys.length} requests on their way. The last one is told hop by hop.`,
    summary: `${told} Of ${journeys.length} requests ${who}${rest}.`,
  };
}

/** `web-a answered 31, web-b 37 and web-c 32`. */
function whoWords(all: readonly string[]): string {
  const [first = "", ...others] = all;
  const cut = first.lastIndexOf(" ");
  return listOf([`${first.slice(0, cut)} answered ${first.slice(cut + 1)}`, ...others]);
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1) ?? ""}`;
}
