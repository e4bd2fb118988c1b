/**
 * The scenarios that this page has now: the first script brings the one of a first visit, the others come when the picture
 * is alive, or before, when one of them is to be opened. The embedded page begins with other ones and brings the rest in
 * another way; its build puts a module of its own in place of this one (src/embed/at-hand.ts).
 */
import { create } from "zustand";
import { DEFAULT_SCENARIO } from "./default.ts";
import type { Scenario } from "./types.ts";

const useAtHand = create<{ readonly scenarios: readonly Scenario[]; readonly all: boolean }>(() => ({
  scenarios: [DEFAULT_SCENARIO],
  all: false,
}));

const find = (scenarios: readonly Scenario[], id: string | null): Scenario | null =>
  scenarios.find((scenario) => scenario.id === id) ?? null;

/** Null for one that has not come yet, and for one that this version does not have. */
export function scenarioAtHand(id: string): Scenario | null {
  return find(useAtHand.getState().scenarios, id);
}

/** Brings them all; where that fails it can be tried again. */
export async function bringScenarios(): Promise<void> {
  if (useAtHand.getState().all) return;
  try {
    const { SCENARIOS } = await import("./index.ts");
    useAtHand.setState({ scenarios: SCENARIOS, all: true });
  } catch {
    // Those that are at hand stay.
  }
}

/** Those at hand, in their order. */
export function useScenarios(): readonly Scenario[] {
  return useAtHand((state) => state.scenarios);
}

export function useScenario(id: string | null): Scenario | null {
  return useAtHand((state) => find(state.scenarios, id));
}

/** What to look at in a scenario; undefined without one, and for one that is not at hand. */
export function useNote(id: string | null): string | undefined {
  return useScenario(id)?.note;
}
