/**
 * Two moments of the run that the reader marked, and what differs between them. The worker makes both again exactly; the run on
 * show stays where it is.
 */
import { create } from "zustand";
import type { Moment, MomentsDiff } from "../../core/simulation/moment-diff.ts";
import { ask, say } from "../state/commands.ts";
import { moment } from "../state/format.ts";
import { getState, setState, useStore } from "../state/store.ts";

interface Marked {
  /** undefined: not marked. null: the newest moment of the run, whenever that is. */
  readonly a: Moment | undefined;
  readonly b: Moment | undefined;
  readonly diff: MomentsDiff | null;
}

const NONE: Marked = { a: undefined, b: undefined, diff: null };
export const useMarked = create<Marked>(() => NONE);

/** The moment on show. */
export function momentOnShow(): NonNullable<Moment> {
  const { past, now } = getState();
  return past === null ? { at: now } : { at: past.at, ...(past.before === true ? { before: true } : {}) };
}

const same = (a: Moment | undefined, b: Moment | undefined): boolean =>
  a === b || (a != null && b != null && a.at === b.at && (a.before ?? false) === (b.before ?? false));

/** Marks the moment on show; where another is marked already, holds the two against each other. */
export function markOrCompare(): void {
  const here = momentOnShow();
  const { a } = useMarked.getState();
  if (a === undefined || same(a, here)) markHere();
  else void compare(a, getState().past === null ? null : here);
}

export function markHere(): void {
  const here = momentOnShow();
  watchRun();
  useMarked.setState({ a: here, b: undefined, diff: null });
  say(`Moment A is ${moment(here.at)}. Go to another moment and mark it too: what differs is shown.`, "done", null, {
    label: "Forget A",
    run: forgetMarks,
  });
}

export function compareWithNow(): void {
  const { a } = useMarked.getState();
  void compare(getState().past === null ? (a ?? null) : momentOnShow(), null);
}

async function compare(a: Moment, b: Moment): Promise<void> {
  const reply = await ask({ kind: "compare-moments", a, b });
  if (reply.kind !== "moments") return;
  watchRun();
  // The earlier is A, as on the line.
  const turned = a === null || (b !== null && b.at < a.at);
  useMarked.setState({ a: turned ? b : a, b: turned ? a : b, diff: reply.diff });
  setState({ tab: "moments", side: "inspector", selected: null, toast: null });
}

export function forgetMarks(): void {
  useMarked.setState(NONE);
  if (getState().tab === "moments") setState({ tab: "hops" });
}

/** Marks belong to their run: another begins without, and one that goes another way from a past moment keeps none. */
let watching = false;

function watchRun(): void {
  if (watching) return;
  watching = true;
  useStore.subscribe((state, was) => {
    const { a, b } = useMarked.getState();
    if (a === undefined && b === undefined) return;
    const began = state.timeline.length === 0 && was.timeline.length > 0;
    // A run was left, or gone over to.
    if (began || state.leftRuns !== was.leftRuns) forgetMarks();
  });
}
