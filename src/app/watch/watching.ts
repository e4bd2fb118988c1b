/**
 * Watching a change again: the cluster on show is the one of each moment while the show clock goes through its story, and
 * the present one again afterwards. Anything that a person does to the run returns to now first.
 */
import { create } from "zustand";
import { ask, say } from "../state/commands.ts";
import { setStory, usePicture } from "../state/picture.ts";
import { onFrame, playFrom, seek, touchFrame } from "../state/playback.ts";
import { getState, setState, useStore, type WorkbenchState } from "../state/store.ts";
import { clusterAt, spanStory, titleOf, type SpanStory } from "./span-story.ts";
import { moved } from "./moves.ts";
import { goLive } from "./traffic.ts";

/** The story on show, for its lanes; null: none is watched. */
export const useSpanStory = create<{ readonly story: SpanStory | null }>(() => ({ story: null }));

/** The request that was on show before, and where its clock stood. */
let before: { readonly followed: number | null; readonly showMs: number; readonly live: boolean } | null = null;
let stopFrames: (() => void) | null = null;

/** Shows what happened after an edit or an action, from its position in the timeline. */
export async function watch(position: number): Promise<void> {
  const reply = await ask({ kind: "span", position });
  if (reply.kind !== "span" || reply.span === null) {
    say("That change is too long ago to be watched again.", "trouble");
    return;
  }
  begin(spanStory(reply.span));
}

/** The last change that can be watched, or back to now. */
export function toggleWatching(): void {
  const { watched, spans } = getState();
  const last = spans.at(-1);
  if (watched !== null) returnToNow();
  else if (last !== undefined) void watch(last);
}

function begin(story: SpanStory): void {
  const { watched, cluster, followed, clock, live } = getState();
  if (watched === null) before = { followed, showMs: clock.showMs, live };
  else stopFrames?.();
  setState({
    watched: story.record,
    present: watched === null ? cluster : getState().present,
    cluster: story.before,
    followed: null,
    lostOnShow: null,
    live: false,
    selected: null,
    toast: null,
  });
  useSpanStory.setState({ story });
  setStory({ choreography: () => null, told: story.told, used: [], moves: moved });
  playFrom(0);
  stopFrames = onFrame((showMs) => {
    const next = clusterAt(story, showMs);
    if (getState().watched === story.record && getState().cluster !== next) setState({ cluster: next });
  });
}

/** Back to now: the present cluster, and the request that was on show. */
export function returnToNow(): void {
  const { watched, present } = getState();
  if (watched === null) return;
  end();
  setStory(null);
  setState({ watched: null, cluster: present, present: null, followed: before?.followed ?? null });
  if (before?.live === true) goLive(false);
  else seek(before?.followed == null ? 0 : (usePicture.getState().told?.totalMs ?? 0));
  touchFrame();
}

function end(): void {
  stopFrames?.();
  stopFrames = null;
  useSpanStory.setState({ story: null });
}

/** Keeps what is watched out of the way of what is done, and offers to watch what was done; returns how to stop. */
export function followWatching(): () => void {
  return useStore.subscribe((state, was) => {
    if (state.spans !== was.spans && state.spans.at(-1) !== was.spans.at(-1)) offer(state);
    if (was.watched !== null && state.watched === null && useSpanStory.getState().story !== null) {
      // The run began anew.
      end();
      setStory(null);
      return;
    }
    if (state.watched === null || was.watched !== state.watched) return;
    const { followed } = state;
    const did = state.files !== was.files || state.actions !== was.actions || state.awaited !== was.awaited || followed !== was.followed;
    if (!did) return;
    returnToNow();
    if (followed !== null) setState({ followed });
  });
}

/** An edit is offered when no letter came for so long. */
const OFFER_AFTER_MS = 1_200;
let offering = 0;

/** A change that had consequences can be watched: said in the toast of what was done, else, for an edit, in one of its own. */
function offer({ spans, timeline, toast }: WorkbenchState): void {
  clearTimeout(offering);
  const position = spans.at(-1);
  const entry = position === undefined ? undefined : timeline[position];
  if (position === undefined || (entry?.kind !== "edit" && entry?.kind !== "action") || !hasConsequences(timeline, position)) return;
  const next = { label: "Watch it happen", run: () => void watch(position) };
  if (toast !== null && toast.tone === "done") {
    setState({ toast: toast.next === null ? { ...toast, next } : { ...toast, also: next } });
    return;
  }
  if (entry.kind === "action") return;
  offering = window.setTimeout(() => {
    const now = getState();
    const still = now.spans.at(-1) === position && now.timeline[position] === entry && now.watched === null && now.toast === null;
    if (still) say(`${titleOf(entry)} changed the cluster`, "done", null, next);
  }, OFFER_AFTER_MS);
}

/** Pods or endpoints changed, and not all of it at once. */
function hasConsequences(timeline: WorkbenchState["timeline"], position: number): boolean {
  const entry = timeline[position];
  if (entry?.kind !== "edit" && entry?.kind !== "action") return false;
  return timeline
    .slice(position + 1)
    .some((event) => event.at <= entry.endsAt && (event.kind === "pod" || event.kind === "slice" || event.kind === "event"));
}
