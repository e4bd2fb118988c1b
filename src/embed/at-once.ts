/**
 * The scenarios that begin at once: their manifests and how they begin (record.ts) are in the first script. Each costs
 * about 3 kB of it, one with several requests far more; any other comes with the simulator. docs/embedding.md names the
 * same ones.
 */
import { CLUSTER_IP } from "../app/scenarios/clusterip.ts";
import { HEADLESS } from "../app/scenarios/headless.ts";
import { NODE_PORT } from "../app/scenarios/nodeport.ts";
import { SELECTOR_TYPO } from "../app/scenarios/selector-typo.ts";
import { TARGET_PORT } from "../app/scenarios/target-port.ts";
import { TRAFFIC_POLICY_LOCAL } from "../app/scenarios/traffic-policy-local.ts";
import type { Scenario } from "../app/scenarios/types.ts";

export const AT_ONCE: readonly Scenario[] = [CLUSTER_IP, HEADLESS, NODE_PORT, TRAFFIC_POLICY_LOCAL, SELECTOR_TYPO, TARGET_PORT];
