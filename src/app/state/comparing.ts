/**
 * Which two requests stand side by side, and which ones are worth it: a request that was sent again after the cluster was
 * changed, beside the last one before the change.
 */
import { create } from "zustand";
import type { Journey, Sender } from "../../core/network/trace.ts";
import type { TimelineEvent } from "../../core/simulation/view.ts";
import type { Between } from "../../scene/compare.ts";
import type { Step } from "../../scene/compare-steps.ts";
import type { Choreography } from "../../scene/contract.ts";
import { follow } from "./commands.ts";
import { usePicture } from "./picture.ts";
import { seek } from "./playback.ts";
import { getState, useStore, type WorkbenchState } from "./store.ts";

/** Two requests by their number; the second is the one that the reader was looking at. */
export interface Pair {
  readonly before: number;
  readonly after: number;
}

interface ComparingState {
  readonly pair: Pair | null;
  /** The reader went back to the hop list: the focus goes to where the comparison was opened. */
  readonly left: boolean;
}

export const useComparing = create<ComparingState>(() => ({ pair: null, left: false }));

let unwatch: (() => void) | null = null;

/** Puts two requests side by side until one of neither is on show. */
export function openComparison(pair: Pair): void {
  unwatch?.();
  useComparing.setState({ pair, left: false });
  unwatch = useStore.subscribe(({ followed }) => {
    if (followed !== pair.before && followed !== pair.after) forgetComparison(false);
  });
}

/** Back to the hop list of the request that is on show. */
export function leaveComparison(): void {
  forgetComparison(true);
}

function forgetComparison(left: boolean): void {
  unwatch?.();
  unwatch = null;
  useComparing.setState({ pair: null, left });
}

export interface Offer extends Pair {
  readonly between: Between;
}

/**
 * What the request on show can be compared with: the last one like it before the latest change that lies between the two; else
 * the last one before it, of the same kind where there is one. null: it is the first.
 */
export function offerFor({ followed, journeys, timeline }: Pick<WorkbenchState, "followed" | "journeys" | "timeline">): Offer | null {
  const after = journeys.find(({ id }) => id === followed);
  if (after === undefined || !isWhole(after)) return null;
  const earlier = journeys.filter((journey) => journey.id < after.id && isWhole(journey));
  const like = earlier.filter((journey) => sameRequest(journey, after));
  const changed = like.findLast((journey) => betweenOf(timeline, journey.id, after.id) !== "nothing");
  const before = changed ?? like.at(-1) ?? earlier.at(-1);
  if (before === undefined) return null;
  return { before: before.id, after: after.id, between: betweenOf(timeline, before.id, after.id) };
}

/** The packets of old requests are not kept in the page. */
function isWhole({ packets }: Journey): boolean {
  return packets.length > 0;
}

/** Those whose packets are here, newest first: any of them can be put beside the one on show. */
export function comparable(journeys: readonly Journey[], beside: number): readonly Journey[] {
  return journeys.filter((journey) => isWhole(journey) && journey.id !== beside).toReversed();
}

/** Whether two journeys are the same request: the same sender and destination, as typed. */
export function sameRequest(a: Journey, b: Journey): boolean {
  return a.to === b.to && senderText(a.from) === senderText(b.from);
}

function senderText(from: Sender): string {
  switch (from.kind) {
    case "pod":
      return `pod ${from.pod}`;
    case "node":
      return `node ${from.node}`;
    case "outside":
      return `outside ${from.id}`;
  }
}

/** What a person did between two requests: edits alone, also other things, or nothing. */
export function betweenOf(timeline: readonly TimelineEvent[], before: number, after: number): Between {
  const { places, edits, actions } = doneIn(timeline);
  const at = [places.get(before) ?? -1, places.get(after) ?? -1];
  const from = Math.min(...at);
  // Requests of steady traffic stand in no place of their own: all that was done may lie between two of them.
  const to = Math.max(...at) === -1 ? Math.max(0, timeline.length - 1) : Math.max(...at);
  const between = (counts: readonly number[]): number => (counts[to] ?? 0) - (counts[from + 1] ?? 0);
  return between(actions) > 0 ? "change" : between(edits) > 0 ? "edit" : "nothing";
}

/** Where each request stands in a timeline, and how many edits and actions stand before each place. */
interface Done {
  readonly places: ReadonlyMap<number, number>;
  readonly edits: readonly number[];
  readonly actions: readonly number[];
}

// A timeline is never changed: it is read once for all the pairs that are asked about.
const known = new WeakMap<readonly TimelineEvent[], Done>();

function doneIn(timeline: readonly TimelineEvent[]): Done {
  const before = known.get(timeline);
  if (before !== undefined) return before;
  const places = new Map<number, number>();
  const [edits, actions] = [[0], [0]];
  timeline.forEach((event, i) => {
    if (event.kind === "journey" && !places.has(event.journey)) places.set(event.journey, i);
    edits.push((edits[i] ?? 0) + (event.kind === "edit" ? 1 : 0));
    actions.push((actions[i] ?? 0) + (event.kind === "action" ? 1 : 0));
  });
  const done = { places, edits, actions };
  known.set(timeline, done);
  return done;
}

/** Index of the beat that tells a step; the story may be told with its look-up open. */
export function beatOfStep({ beats }: Pick<Choreography, "beats">, step: Pick<Step, "at" | "nanos">): number {
  const { at } = step;
  const index = at === null ? -1 : beats.findIndex(({ hops }) => hops.some(([packet, hop]) => packet === at[0] && hop === at[1]));
  return index >= 0 ? index : beats.findLastIndex((beat) => beat.at <= step.nanos);
}

/** Shows a request at one of its steps. */
export function showStep(id: number, step: Step): void {
  if (getState().followed !== id) follow(id, "hold");
  const { choreography } = usePicture.getState();
  const beat = choreography?.beats[choreography === null ? -1 : beatOfStep(choreography, step)];
  if (beat !== undefined) seek(beat.stillMs);
}
