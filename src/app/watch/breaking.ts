/** Carries breakpoints out: holds the story where one is met, and takes the run to the moment at which one was met in it. */
import type { Choreography } from "../../scene/contract.ts";
import type { Journey } from "../../core/network/trace.ts";
import { breaksOf, endpointsChanged, newLoss, toggled, type Break, type Breakpoint } from "../state/breakpoints.ts";
import { follow, say } from "../state/commands.ts";
import { moment } from "../state/format.ts";
import { usePicture } from "../state/picture.ts";
import { holdAt, play } from "../state/playback.ts";
import { getState, setState, useStore, type WorkbenchState } from "../state/store.ts";
import { goTo } from "../state/time-travel.ts";

export function toggleBreakpoint(one: Breakpoint): void {
  setState({ breakpoints: toggled(getState().breakpoints, one) });
}

let found: { readonly of: readonly unknown[]; readonly breaks: readonly Break[] } = { of: [], breaks: [] };

/** Made anew only when story or breakpoints changed: asked at every frame. */
function breaks(choreography: Choreography, journey: Journey): readonly Break[] {
  const { breakpoints } = getState();
  const of = [choreography, journey, breakpoints];
  if (found.of.some((one, i) => one !== of[i]) || found.of.length === 0)
    found = { of, breaks: breaksOf(choreography, journey, breakpoints) };
  return found.breaks;
}

/** The story has gone from one moment to another by itself: back to the first breakpoint between them, if there is one. */
function hold(from: number, to: number): number | null {
  const { choreography, journey, told } = usePicture.getState();
  if (getState().breakpoints.length === 0 || choreography === null || journey === null || told !== choreography) return null;
  const met = breaks(choreography, journey).find(({ showMs }) => showMs > from && showMs <= to);
  if (met === undefined) return null;
  say(`Stopped here: ${met.why}.`, "done", null, { label: "Go on", run: play });
  return met.showMs;
}

/** What happened in the run since the last update: from the moment that it began, its own first edit aside. */
function look(state: WorkbenchState, was: WorkbenchState): void {
  if (state.breakpoints.length === 0 || state.past !== null || was.past !== null || was.timeline.length === 0) return;
  if (state.timeline !== was.timeline && state.breakpoints.some(({ kind }) => kind === "endpoints")) {
    const change = endpointsChanged(state.timeline.slice(was.timeline.length));
    if (change !== null) {
      say(`Stopped at ${moment(change.at)}: ${change.service} has ${change.ready} of ${change.total} endpoints ready.`, "done");
      void goTo(change.at);
      return;
    }
  }
  if (state.traffic === was.traffic || !state.breakpoints.some(({ kind }) => kind === "lost")) return;
  const loss = newLoss(was.traffic, state.traffic);
  if (loss === null) return;
  say(`Stopped at ${moment(loss.endedAt)}: a request was lost.`, "done");
  void goTo(loss.endedAt).then(() => follow(loss.journey, "hold"));
}

/** Returns how to stop. */
export function followBreakpoints(): () => void {
  holdAt(hold);
  return useStore.subscribe(look);
}
