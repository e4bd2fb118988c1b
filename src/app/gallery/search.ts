/** Finds scenarios by what one remembers of them: every word typed stands somewhere in what is said of a scenario. */
import type { Scenario, ScenarioGroup } from "../scenarios/types.ts";

export interface FoundGroup {
  readonly group: ScenarioGroup;
  readonly scenarios: readonly Scenario[];
}

/** Groups in their order, without those in which nothing was found. An empty search finds everything. */
export function findScenarios(scenarios: readonly Scenario[], groups: readonly ScenarioGroup[], typed: string): readonly FoundGroup[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return groups
    .map((group) => ({
      group,
      scenarios: scenarios.filter((scenario) => scenario.group === group.id && words.every((word) => said(scenario, group).includes(word))),
    }))
    .filter((found) => found.scenarios.length > 0);
}

function said({ id, title, words, note, steps = [] }: Scenario, group: ScenarioGroup): string {
  return [title, words, note, id, group.title, ...steps.map(({ label }) => label)].join(" ").toLowerCase();
}
