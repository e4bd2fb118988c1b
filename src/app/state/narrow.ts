/** What of the picture a person wants to see: a filter, or only what one Service touches. How it is shown: `narrow/`. */
import type { NamespacedName } from "../../core/base/names.ts";
import { getState, setState } from "./store.ts";

/** Empty fields ask for nothing. `labels` is a selector as for `kubectl -l`, as typed. */
export interface Filter {
  readonly name: string;
  readonly labels: string;
  readonly namespace: string | null;
}

const NO_FILTER: Filter = { name: "", labels: "", namespace: null };

/** Opens the filter's row; one that is open already takes the focus. */
export function openFilter(): void {
  if (getState().filter === null) setState({ filter: NO_FILTER });
  else document.getElementById("filter-name")?.focus();
}

export function setFilter(change: Partial<Filter>): void {
  setState({ filter: { ...(getState().filter ?? NO_FILTER), ...change } });
}

/** Everything at full ink again. */
export function clearFilter(): void {
  setState({ filter: null });
}

/** Shows only what this Service touches; of the one that is shown so already: everything again. */
export function toggleOnly(service: NamespacedName): void {
  setState({ only: getState().only === service ? null : service });
}

/** Everything again. True where something was left out. */
export function showAll(): boolean {
  if (getState().only === null) return false;
  setState({ only: null });
  return true;
}
