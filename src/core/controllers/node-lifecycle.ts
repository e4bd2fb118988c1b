/**
 * Nodes that nobody hears of: after the grace period their Ready condition is Unknown, they bear the two taints
 * `node.kubernetes.io/unreachable`, their Pods are not ready, and those that do not tolerate it (300 s by default) are
 * evicted. (pkg/controller/nodelifecycle/node_lifecycle_controller.go, pkg/controller/tainteviction)
 */
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import { get, keyOf } from "../api/store.ts";
import { podsOnNode } from "../api/store-index.ts";
import type { Node, Pod, PodCondition } from "../api/types.ts";
import { DELAYS } from "./delays.ts";
import { conditionOf, isFinished, isTerminating } from "./lookup.ts";
import { deletePod } from "./pod-deletion.ts";
import { say } from "./records.ts";
import type { Taint } from "./taints.ts";
import { instantOf, write } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

const UNREACHABLE = "node.kubernetes.io/unreachable";

export function reconcileNodeLifecycle(world: World, key: string): readonly WakeUp[] {
  const node = get(world.store, "Node", key);
  const fault = world.memory.nodeFaults.get(key);
  if (node === undefined || fault === undefined) return [];
  const unknownAt = fault.since + DELAYS.nodeGrace;
  const pods = podsOn(world, key);
  if (world.now < unknownAt) return again(world, key, unknownAt);
  if (conditionOf(node, "Ready")?.status !== "Unknown") {
    markUnknown(world, node);
    say(world, node, { by: "node-controller", type: "Normal", reason: "NodeNotReady", message: `Node ${key} status is now: NodeNotReady` });
  }
  for (const pod of pods) markNotReady(world, pod);
  let next: Nanos | null = null;
  for (const pod of pods) {
    const stays = toleratedFor(pod);
    if (stays === null || isTerminating(pod) || isFinished(pod)) continue;
    const due = unknownAt + stays;
    if (world.now >= due) deletePod(world, keyOf(pod));
    else next = next === null ? due : Math.min(next, due);
  }
  return next === null ? [] : again(world, key, next);
}

function again(world: World, key: string, at: Nanos): readonly WakeUp[] {
  return [{ controller: "node-lifecycle", key, after: at - world.now }];
}

/** Pods that are bound to the node, in the order of their creation. */
export function podsOn(world: World, node: string): readonly Pod[] {
  return podsOnNode(world.store, node);
}

function markUnknown(world: World, node: Node): void {
  const [noSchedule, noExecute]: readonly Taint[] = [
    { key: UNREACHABLE, effect: "NoSchedule" },
    { key: UNREACHABLE, effect: "NoExecute" },
  ];
  const others = (node.spec.taints ?? []).filter(({ key }) => key !== UNREACHABLE);
  const taints = [...others, ...[noSchedule, noExecute].filter((taint) => taint !== undefined)];
  const condition = { status: "Unknown" as const, reason: "NodeStatusUnknown", message: "Kubelet stopped posting node status." };
  write(world, { ...withReady(world, node, condition), spec: { ...node.spec, taints } });
}

/** The kubelet is heard of again. */
export function nodeReturns(world: World, name: string): void {
  const node = get(world.store, "Node", name);
  if (node === undefined || conditionOf(node, "Ready")?.status !== "Unknown") return;
  const taints = (node.spec.taints ?? []).filter(({ key }) => key !== UNREACHABLE);
  const { taints: _taints, ...spec } = node.spec;
  const condition = { status: "True" as const, reason: "KubeletReady", message: "kubelet is posting ready status" };
  write(world, { ...withReady(world, node, condition), spec: taints.length === 0 ? spec : { ...spec, taints } });
}

function withReady(world: World, node: Node, now: Omit<PodCondition, "type" | "lastTransitionTime">): Node {
  const conditions = node.status.conditions ?? [];
  const before = conditions.find(({ type }) => type === "Ready");
  const lastTransitionTime = before?.status === now.status ? (before.lastTransitionTime ?? instantOf(world)) : instantOf(world);
  const ready = { type: "Ready", ...now, lastTransitionTime };
  const others = conditions.filter(({ type }) => type !== "Ready");
  return { ...node, status: { ...node.status, conditions: [...others, ready] } };
}

/** (pkg/controller/util/node/controller_utils.go, MarkPodsNotReady) */
function markNotReady(world: World, pod: Pod): void {
  const conditions = pod.status.conditions ?? [];
  if (!conditions.some(({ type, status }) => type === "Ready" && status === "True")) return;
  const now = conditions.map((each) =>
    each.type === "Ready" ? { ...each, status: "False" as const, lastTransitionTime: instantOf(world) } : each,
  );
  write(world, { ...pod, status: { ...pod.status, conditions: now } });
}

/** How long the Pod stays on an unreachable node: null for ever, 0 not at all. (GetMinTolerationTime) */
export function toleratedFor(pod: Pod): Nanos | null {
  const matching = (pod.spec.tolerations ?? []).filter(
    ({ key = "", effect = "", operator, value = "" }) =>
      (effect === "" || effect === "NoExecute") &&
      (key === "" ? operator === "Exists" : key === UNREACHABLE && (operator === "Exists" || value === "")),
  );
  if (matching.length === 0) return 0;
  const times = matching.flatMap(({ tolerationSeconds }) => (tolerationSeconds === undefined ? [] : [tolerationSeconds]));
  return times.length === 0 ? null : Math.max(0, Math.min(...times)) * SECOND;
}

const UNSCHEDULABLE = "node.kubernetes.io/unschedulable";

/** With the taint of a node on which nothing new may run, or without it. (pkg/controller/nodelifecycle, doNoScheduleTaintingPass) */
export function withCordonTaint({ taints = [], ...spec }: Node["spec"]): Node["spec"] {
  const kept = [
    ...taints.filter(({ key }) => key !== UNSCHEDULABLE),
    ...(spec.unschedulable === true ? [{ key: UNSCHEDULABLE, effect: "NoSchedule" }] : []),
  ];
  return kept.length === 0 ? spec : { ...spec, taints: kept };
}
