/**
 * PodDisruptionBudgets: how many Pods may be evicted now, and what an eviction is told that goes beyond.
 * (pkg/controller/disruption/disruption.go, pkg/registry/core/pod/storage/eviction.go)
 */
import { at, isObject, listAt, numberAt, sameJson, textAt } from "../api/json.ts";
import { matchesSelector } from "../api/selectors.ts";
import { inNamespace } from "../api/store-index.ts";
import { get } from "../api/store.ts";
import type { KubeObject, LabelSelector, Pod } from "../api/types.ts";
import { candidates } from "./affinity.ts";
import { isFinished, isReady, isTerminating } from "./lookup.ts";
import { countOf } from "./rolling-update.ts";
import { controllerOf, instantOf, write } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

interface Budget {
  /** Pods that the budget counts on. */
  readonly expected: number;
  readonly desired: number;
  readonly healthy: number;
  readonly allowed: number;
}

/** Budgets of the Pod's namespace that choose it, in the order of creation. */
export function budgetsOf(world: World, pod: Pod): readonly KubeObject[] {
  return inNamespace(world.store, "PodDisruptionBudget", pod.metadata.namespace ?? "").filter((budget) => chooses(budget, pod));
}

/** An empty selector chooses every Pod of the namespace, none at all chooses none. */
function chooses(budget: KubeObject, pod: Pod): boolean {
  const selector = at(budget["spec"], "selector");
  return isObject(selector) && matchesSelector(selector as LabelSelector, pod.metadata.labels);
}

function stateOf(world: World, budget: KubeObject): Budget {
  const { namespace = "" } = budget.metadata;
  const selector = at(budget["spec"], "selector");
  const all = isObject(selector) ? candidates(world.store, selector as LabelSelector, new Set([namespace])) : [];
  const pods = all.filter((pod) => pod.metadata.namespace === namespace && !isFinished(pod) && chooses(budget, pod));
  const healthy = pods.filter((pod) => isReady(pod) && !isTerminating(pod)).length;
  const { expected, desired } = wants(world, budget, pods);
  return { expected, desired, healthy, allowed: expected === 0 ? 0 : Math.max(0, healthy - desired) };
}

/** A number is counted of the Pods that are there; a percentage, and what may be missing, of what their controllers want. */
function wants(world: World, budget: KubeObject, pods: readonly Pod[]): { readonly expected: number; readonly desired: number } {
  const least = at(budget["spec"], "minAvailable");
  if (typeof least === "number") return { expected: pods.length, desired: least };
  const expected = scaleOf(world, pods);
  if (typeof least === "string") return { expected, desired: countOf(least, expected, Math.ceil) };
  const most = at(budget["spec"], "maxUnavailable");
  const missing = typeof most === "number" || typeof most === "string" ? countOf(most, expected, Math.ceil) : 0;
  return { expected, desired: Math.max(0, expected - missing) };
}

/** The replicas of all controllers of these Pods, each counted once; a Pod of nobody counts for itself. */
function scaleOf(world: World, pods: readonly Pod[]): number {
  const scales = new Map<string, number>();
  for (const pod of pods) {
    const { namespace = "", name } = pod.metadata;
    const owner = controllerOf(pod);
    const found = owner === undefined ? undefined : get(world.store, owner.kind, `${namespace}/${owner.name}`);
    const above = found === undefined ? undefined : controllerOf(found);
    const scaled = above?.kind === "Deployment" ? get(world.store, "Deployment", `${namespace}/${above.name}`) : found;
    const replicas = numberAt(scaled?.["spec"], "replicas");
    if (scaled === undefined || replicas === undefined) scales.set(`Pod ${name}`, 1);
    else scales.set(`${scaled.kind} ${scaled.metadata.name}`, replicas);
  }
  return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
}

const TOO_MANY = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
const VIOLATED = "Cannot evict pod as it would violate the pod's disruption budget.";

/** What the API server says to an eviction of the Pod, or null: it may go. */
export function evictionRefusal(world: World, pod: Pod): string | null {
  // One that does not run yet, has ended or is on its way out is nobody's loss.
  if (isFinished(pod) || isTerminating(pod) || pod.status.phase === "Pending") return null;
  const budgets = budgetsOf(world, pod);
  const [budget] = budgets;
  if (budget === undefined) return null;
  if (budgets.length > 1) return TOO_MANY;
  const { desired, healthy, allowed } = stateOf(world, budget);
  if (!isReady(pod)) {
    const always = textAt(budget["spec"], "unhealthyPodEvictionPolicy") === "AlwaysAllow";
    if (always || (healthy >= desired && desired > 0)) return null;
  }
  return allowed > 0 ? null : VIOLATED;
}

/** Keeps the budget's status in step. */
export function reconcileDisruption(world: World, key: string): readonly WakeUp[] {
  const budget = get(world.store, "PodDisruptionBudget", key);
  if (budget === undefined) return [];
  const { expected, desired, healthy, allowed } = stateOf(world, budget);
  const before = listAt(budget["status"], "conditions").find((each) => textAt(each, "type") === "DisruptionAllowed");
  const status = allowed > 0 ? "True" : "False";
  const lastTransitionTime = textAt(before, "status") === status ? textAt(before, "lastTransitionTime") : instantOf(world);
  const now = {
    conditions: [
      { type: "DisruptionAllowed", status, reason: allowed > 0 ? "SufficientPods" : "InsufficientPods", message: "", lastTransitionTime },
    ],
    currentHealthy: healthy,
    desiredHealthy: desired,
    disruptionsAllowed: allowed,
    expectedPods: expected,
    observedGeneration: budget.metadata.generation,
  };
  if (!sameJson(budget["status"], now)) write(world, { ...budget, status: now });
  return [];
}
