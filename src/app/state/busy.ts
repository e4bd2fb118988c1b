import type { WorkbenchState } from "./store.ts";

/** Something is being computed: a text is being applied, or requests are under way. */
export function isBusy(state: WorkbenchState): boolean {
  return state.cluster === null || state.busy || state.awaited.length > 0;
}
