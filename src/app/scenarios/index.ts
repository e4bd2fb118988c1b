/** The scenarios that come with the page, in the order in which they are shown. */
import { CLUSTER_IP } from "./clusterip.ts";
import { HEADLESS } from "./headless.ts";
import { NODE_PORT } from "./nodeport.ts";
import { SELECTOR_TYPO } from "./selector-typo.ts";
import { SESSION_AFFINITY } from "./session-affinity.ts";
import { TARGET_PORT } from "./target-port.ts";
import { TRAFFIC_POLICY_LOCAL } from "./traffic-policy-local.ts";
import type { Scenario, ScenarioGroup } from "./types.ts";

export type { GroupId, Scenario, ScenarioGroup, ScenarioRequest } from "./types.ts";

export const SCENARIO_GROUPS: readonly ScenarioGroup[] = [
  { id: "reach", title: "Reach a Service", words: "inside the cluster" },
  { id: "outside", title: "From outside", words: "through a node" },
  { id: "answers", title: "Who answers", words: "and when it changes" },
  { id: "wrong", title: "What goes wrong", words: "find it, then fix it" },
];

export const SCENARIOS: readonly Scenario[] = [
  CLUSTER_IP,
  HEADLESS,
  NODE_PORT,
  SESSION_AFFINITY,
  TRAFFIC_POLICY_LOCAL,
  SELECTOR_TYPO,
  TARGET_PORT,
];

/** What a first visit opens. */
export const DEFAULT_SCENARIO: Scenario = CLUSTER_IP;

/** The scenario that a link names, or null for one that this version does not have. */
export function scenarioById(id: string): Scenario | null {
  return SCENARIOS.find((scenario) => scenario.id === id) ?? null;
}
