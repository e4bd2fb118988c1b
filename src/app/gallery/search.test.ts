import { expect, test } from "vitest";
import { SCENARIO_GROUPS, SCENARIOS } from "../scenarios/index.ts";
import { findScenarios } from "./search.ts";

const found = (typed: string): readonly string[] =>
  findScenarios(SCENARIOS, SCENARIO_GROUPS, typed).flatMap(({ group, scenarios }) => scenarios.map(({ id }) => `${group.id}/${id}`));

test("an empty search finds every scenario, in the order of the groups", () => {
  expect(found("  ")).toHaveLength(SCENARIOS.length);
  expect(findScenarios(SCENARIOS, SCENARIO_GROUPS, "").map(({ group }) => group.id)).toEqual(SCENARIO_GROUPS.map(({ id }) => id));
});

test.each([
  ["NodePort", "outside/nodeport"],
  ["typo selector", "wrong/selector-typo"],
  ["  METALLB ", "outside/metallb"],
  ["rolling prestop", "answers/rolling-update-prestop"],
  ["mend the corefile", "names/corefile-broken"],
])("%j finds %s", (typed, id) => {
  expect(found(typed)).toContain(id);
});

test("what nobody says finds nothing", () => {
  expect(found("nodeport zebra")).toEqual([]);
});
