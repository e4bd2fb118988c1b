/** What a run in its past, and one that was forked, make of the page's state. Pure; `time-travel.ts` has the commands. */
import type { Journey } from "../../core/network/trace.ts";
import type { Update } from "../../worker/protocol.ts";
import { NO_HISTORY, sameFiles } from "./history.ts";
import type { WorkbenchState } from "./store.ts";

/** What an update makes of all this. */
export function pastTold(before: WorkbenchState, update: Update): Partial<WorkbenchState> {
  const { past, leftRuns } = update;
  const told = { past, leftRuns: sameRuns(before.leftRuns, leftRuns) ? before.leftRuns : leftRuns };
  // The recorded run has played on to its newest moment.
  if (past === null) return before.past !== null && before.newest !== null ? { ...told, ...before.newest, newest: null } : told;
  // It has played over an edit. What is being typed here is not of the record, and stays.
  if (before.past === null || sameFiles(before.past.files, past.files)) return { ...told, actions: past.actions };
  return { ...told, actions: past.actions, files: past.files };
}

function sameRuns(a: Update["leftRuns"], b: Update["leftRuns"]): boolean {
  return a.length === b.length && a.every((run, i) => run.forkedAt === b[i]?.forkedAt && run.endsAt === b[i]?.endsAt);
}

let filtered: { readonly from: readonly Journey[]; readonly at: number; readonly journeys: readonly Journey[] } | null = null;

/** The requests that had ended by the moment on show; the same value as long as both stay the same (a pure memo). */
export function journeysByThen({ journeys, past }: Pick<WorkbenchState, "journeys" | "past">): readonly Journey[] {
  if (past === null) return journeys;
  if (filtered?.from !== journeys || filtered.at !== past.at)
    filtered = { from: journeys, at: past.at, journeys: journeys.filter(({ endedAt }) => endedAt <= past.at) };
  return filtered.journeys;
}

/** The run went another way, from `at` on. */
export function forkedAt({ journeys, journeyViews, sends, followed }: WorkbenchState, at: number): Partial<WorkbenchState> {
  const kept = journeys.filter((journey) => journey.endedAt <= at);
  const ids = new Set(kept.map(({ id }) => id));
  return {
    newest: null,
    past: null,
    history: NO_HISTORY,
    journeys: kept,
    journeyViews: new Map([...journeyViews].filter(([id]) => ids.has(id))),
    sends: sends.filter((send) => send.every((id) => ids.has(id))),
    followed: followed !== null && ids.has(followed) ? followed : null,
    awaited: [],
    passages: [],
  };
}
