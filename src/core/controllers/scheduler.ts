/**
 * The scheduler: gives every waiting Pod a node, or says why not. Filters as the default profile does (unschedulable,
 * taints, node selector, required node affinity); among the nodes left it prefers the one with the fewest Pods of the
 * same workload, then the fewest Pods, then the first by name. (pkg/scheduler/framework/plugins)
 */
import { compareText } from "../base/names.ts";
import { at, listAt, textAt } from "../api/json.ts";
import { list } from "../api/store.ts";
import type { Node, Pod } from "../api/types.ts";
import { conditionOf, created, isActive } from "./lookup.ts";
import { controllerOf, instantOf, write } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

/** Handles every Pod without a node, oldest first. Its key is always "". */
export function reconcileScheduler(world: World): readonly WakeUp[] {
  const waiting: Pod[] = [];
  const load = new Map<string, NodeLoad>();
  for (const object of created(world.store, "Pod")) {
    const pod = object as Pod; // the kind says so
    if (pod.spec.nodeName !== undefined) count(load, pod, pod.spec.nodeName);
    else if (isActive(pod)) waiting.push(pod);
  }
  if (waiting.length === 0) return [];
  const nodes = list(world.store, "Node");
  for (const pod of waiting) {
    const node = choose(pod, nodes, load);
    if (node === null) {
      reportUnschedulable(world, pod, nodes);
      continue;
    }
    const bound = { ...pod, spec: { ...pod.spec, nodeName: node.metadata.name } };
    count(load, bound, node.metadata.name);
    write(world, bound);
  }
  return [];
}

interface NodeLoad {
  pods: number;
  readonly byWorkload: Map<string, number>;
}

function count(load: Map<string, NodeLoad>, pod: Pod, node: string): void {
  const of = load.get(node) ?? { pods: 0, byWorkload: new Map<string, number>() };
  load.set(node, of);
  if (!isActive(pod)) return;
  of.pods += 1;
  const workload = workloadOf(pod);
  if (workload !== null) of.byWorkload.set(workload, (of.byWorkload.get(workload) ?? 0) + 1);
}

/** What Pods are spread by: a ReplicaSet's Pods go with those of its Deployment's other ReplicaSets. */
function workloadOf(pod: Pod): string | null {
  const owner = controllerOf(pod);
  if (owner === undefined) return null;
  const hash = pod.metadata.labels?.["pod-template-hash"];
  const name = hash !== undefined && owner.name.endsWith(`-${hash}`) ? owner.name.slice(0, -hash.length - 1) : owner.name;
  return `${pod.metadata.namespace ?? ""}/${name}`;
}

function choose(pod: Pod, nodes: readonly Node[], load: ReadonlyMap<string, NodeLoad>): Node | null {
  const workload = workloadOf(pod) ?? "";
  const score = (node: Node): readonly [number, number, number] => {
    const of = load.get(node.metadata.name);
    // A node that the Pod merely tolerates comes after those that want it.
    return [blockingTaints(node).length, of?.byWorkload.get(workload) ?? 0, of?.pods ?? 0];
  };
  let best: Node | null = null;
  for (const node of nodes) {
    if (misfit(pod, node) === null && (best === null || isLess(score(node), score(best)))) best = node;
  }
  return best;
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0;
    if (value !== other) return value < other;
  }
  return false;
}

/** Why the node cannot take the Pod, in the words of the filter that says no; null when it can. */
export function misfit(pod: Pod, node: Node): string | null {
  if (node.spec.unschedulable === true && !tolerates(pod, { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }))
    return "were unschedulable";
  const taint = [...blockingTaints(node), ...(isKnownUnready(node) ? [NOT_READY] : [])].find((each) => !tolerates(pod, each));
  if (taint !== undefined) return `had untolerated taint(s)`;
  return matchesNode(pod, node) ? null : "didn't match Pod's node affinity/selector";
}

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

const NOT_READY: Taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

/** A Node that says nothing about itself is taken as it stands. */
function isKnownUnready(node: Node): boolean {
  return (conditionOf(node, "Ready")?.status ?? "True") !== "True";
}

function blockingTaints(node: Node): readonly Taint[] {
  return (node.spec.taints ?? []).filter(({ effect }) => effect === "NoSchedule" || effect === "NoExecute");
}

/** (staging/src/k8s.io/component-helpers/scheduling/corev1, ToleratesTaint) */
export function tolerates(pod: Pod, taint: Taint): boolean {
  return (pod.spec.tolerations ?? []).some((toleration) => {
    if (toleration.effect !== undefined && toleration.effect !== "" && toleration.effect !== taint.effect) return false;
    const key = toleration.key ?? "";
    if (key === "") return toleration.operator === "Exists";
    if (key !== taint.key) return false;
    return toleration.operator === "Exists" || (toleration.value ?? "") === (taint.value ?? "");
  });
}

export function matchesNode(pod: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (!Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const terms = listAt(pod.spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms");
  return (
    terms.length === 0 ||
    terms.some((term) => listAt(term, "matchExpressions").every((expression) => meets(expression, labels)) && fieldsMeet(term, node))
  );
}

function meets(expression: unknown, labels: { readonly [key: string]: string }): boolean {
  const key = textAt(expression, "key") ?? "";
  const values = listAt(expression, "values");
  const value = labels[key];
  switch (textAt(expression, "operator")) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return Number(value) > Number(values[0]);
    case "Lt":
      return Number(value) < Number(values[0]);
    default:
      return false;
  }
}

/** `matchFields` knows one field, the node's name (a DaemonSet's Pods use it). */
function fieldsMeet(term: unknown, node: Node): boolean {
  return listAt(term, "matchFields").every((field) =>
    meets({ key: "name", operator: at(field, "operator"), values: at(field, "values") }, { name: node.metadata.name }),
  );
}

/** `0/4 nodes are available: 1 node(s) had untolerated taint(s), 3 node(s) didn't match Pod's node affinity/selector.` */
function reportUnschedulable(world: World, pod: Pod, nodes: readonly Node[]): void {
  const reasons = new Map<string, number>();
  for (const node of nodes) {
    const why = misfit(pod, node);
    if (why !== null) reasons.set(why, (reasons.get(why) ?? 0) + 1);
  }
  const parts = [...reasons].map(([why, times]) => `${times} node(s) ${why}`).sort(compareText);
  const message =
    nodes.length === 0 ? "no nodes available to schedule pods" : `0/${nodes.length} nodes are available: ${parts.join(", ")}.`;
  const before = pod.status.conditions?.find(({ type }) => type === "PodScheduled");
  const condition = {
    type: "PodScheduled",
    status: "False" as const,
    reason: "Unschedulable",
    message,
    lastTransitionTime: before?.status === "False" ? (before.lastTransitionTime ?? instantOf(world)) : instantOf(world),
  };
  write(world, { ...pod, status: { ...pod.status, phase: "Pending" as const, conditions: [condition] } });
}
