/** The scenarios that come with the page, in the order in which they are shown. */
import { CLUSTER_IP } from "./clusterip.ts";
import { BROKEN_COREFILE, CORE_DNS_DOWN } from "./coredns-down.ts";
import { DELETED_SERVICE } from "./deleted-service.ts";
import { DNS_DENIAL } from "./dns-denial.ts";
import { DNS_SEARCH } from "./dns-search.ts";
import { ENVIRONMENT } from "./environment.ts";
import { EXTERNAL_NAME } from "./external-name.ts";
import { EXTERNAL_IP, EXTERNAL_IP_NO_ROUTE } from "./external-ips.ts";
import { HAIRPIN } from "./hairpin.ts";
import { HEADLESS } from "./headless.ts";
import { HEADLESS_KEPT } from "./headless-kept.ts";
import { INTERNAL_TRAFFIC_POLICY } from "./internal-traffic-policy.ts";
import { KEEP_ALIVE, STALE_UDP } from "./kept-connections.ts";
import { LARGE_CLUSTER } from "./large-cluster.ts";
import { LOAD_BALANCER, LOAD_BALANCER_PENDING, LOAD_BALANCER_QUOTA, METALLB } from "./load-balancers.ts";
import { NAMESPACES } from "./namespaces.ts";
import { NETWORK_POLICY, NETWORK_POLICY_DNS, NETWORK_POLICY_IGNORED, NETWORK_POLICY_PORT } from "./network-policies.ts";
import { NO_SELECTOR } from "./no-selector.ts";
import { NODE_PORT } from "./nodeport.ts";
import { POD_RECREATED } from "./pod-recreated.ts";
import { READINESS } from "./readiness.ts";
import { ROLLING_UPDATE, ROLLING_UPDATE_PRE_STOP } from "./rolling-update.ts";
import { SCALING } from "./scaling.ts";
import { SELECTOR_TYPO } from "./selector-typo.ts";
import { SESSION_AFFINITY_PROXY } from "./session-affinity-proxy.ts";
import { SESSION_AFFINITY } from "./session-affinity.ts";
import { SOURCE_ADDRESS } from "./source-address.ts";
import { SOURCE_RANGES } from "./source-ranges.ts";
import { STATEFUL_SET_NAMES } from "./statefulset.ts";
import { TARGET_PORT } from "./target-port.ts";
import { TRAFFIC_POLICY_LOCAL } from "./traffic-policy-local.ts";
import { ZONE_AWARE } from "./zone-aware.ts";
import type { Scenario } from "./types.ts";

export { DEFAULT_SCENARIO } from "./default.ts";
export { SCENARIO_GROUPS } from "./groups.ts";
export type { GroupId, Scenario, ScenarioGroup, ScenarioRequest, ScenarioStep } from "./types.ts";

export const SCENARIOS: readonly Scenario[] = [
  CLUSTER_IP,
  HEADLESS,
  STATEFUL_SET_NAMES,
  NO_SELECTOR,
  ENVIRONMENT,
  HAIRPIN,

  DNS_SEARCH,
  NAMESPACES,
  EXTERNAL_NAME,
  HEADLESS_KEPT,
  DNS_DENIAL,
  CORE_DNS_DOWN,
  BROKEN_COREFILE,

  NODE_PORT,
  SOURCE_ADDRESS,
  LOAD_BALANCER,
  LOAD_BALANCER_PENDING,
  METALLB,
  EXTERNAL_IP,
  SOURCE_RANGES,

  SESSION_AFFINITY,
  SESSION_AFFINITY_PROXY,
  READINESS,
  SCALING,
  KEEP_ALIVE,
  POD_RECREATED,
  ROLLING_UPDATE,
  ROLLING_UPDATE_PRE_STOP,
  ZONE_AWARE,
  LARGE_CLUSTER,
  TRAFFIC_POLICY_LOCAL,
  INTERNAL_TRAFFIC_POLICY,

  SELECTOR_TYPO,
  TARGET_PORT,
  DELETED_SERVICE,
  STALE_UDP,
  EXTERNAL_IP_NO_ROUTE,
  LOAD_BALANCER_QUOTA,
  NETWORK_POLICY,
  NETWORK_POLICY_PORT,
  NETWORK_POLICY_DNS,
  NETWORK_POLICY_IGNORED,
];

/** The scenario that a link names, or null for one that this version does not have. */
export function scenarioById(id: string): Scenario | null {
  return SCENARIOS.find((scenario) => scenario.id === id) ?? null;
}
