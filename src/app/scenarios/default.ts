import { CLUSTER_IP } from "./clusterip.ts";
import type { Scenario } from "./types.ts";

/** What a first visit opens. */
export const DEFAULT_SCENARIO: Scenario = CLUSTER_IP;
