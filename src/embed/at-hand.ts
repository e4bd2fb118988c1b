/**
 * Stands in for app/scenarios/at-hand.ts in this build. The first script brings the scenarios that begin at once; the
 * others cannot begin before the simulator has arrived, and come in the same script as it does (core-main.ts). Until
 * then their titles and a few words are known (contents.ts).
 */
import { create } from "zustand";
import type { Scenario } from "../app/scenarios/types.ts";
import { AT_ONCE } from "./at-once.ts";
import { contentsOf } from "./contents.ts";

const useAtHand = create<{ readonly scenarios: readonly Scenario[] }>(() => ({ scenarios: AT_ONCE }));

const find = (scenarios: readonly Scenario[], id: string): Scenario | null => scenarios.find((scenario) => scenario.id === id) ?? null;

/** Null for one that has not come yet, and for one that this version does not have. */
export function scenarioAtHand(id: string): Scenario | null {
  return find(useAtHand.getState().scenarios, id);
}

/** What to look at in a scenario; until it has come, the words of its card. */
export function useNote(id: string | null): string | undefined {
  const note = useAtHand(({ scenarios }) => (id === null ? undefined : find(scenarios, id)?.note));
  return note ?? (id === null ? undefined : contentsOf(id)?.words);
}

/** They come with the simulator, without being asked for. */
export async function bringScenarios(): Promise<void> {}

/** The second script has brought them all. */
export function haveCome(scenarios: readonly Scenario[]): void {
  useAtHand.setState({ scenarios });
}
