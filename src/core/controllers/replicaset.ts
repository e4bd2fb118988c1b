/**
 * ReplicaSet and ReplicationController: as many Pods as asked for. (pkg/controller/replicaset/replica_set.go,
 * pkg/controller/controller_utils.go)
 */
import { compareText } from "../base/names.ts";
import { SECOND } from "../base/time.ts";
import { isObject, stringsAt } from "../api/json.ts";
import { get, list } from "../api/store.ts";
import { podsWith } from "../api/store-index.ts";
import { matchesPairs, matchesSelector } from "../api/selectors.ts";
import type { KubeObject, Pod, PodTemplate, ReplicaSet, StringMap } from "../api/types.ts";
import { release } from "./claiming.ts";
import { isActive, isReady, podsOf } from "./lookup.ts";
import { deletePod } from "./pod-deletion.ts";
import { createPod } from "./pod-template.ts";
import { controlledBy, controllerOf, write } from "./world.ts";
import type { World } from "./world.ts";
import type { ControllerName, WakeUp } from "./wake-ups.ts";

/** What a ReplicaSet and a ReplicationController have in common; only their selectors differ. */
interface Replicated extends KubeObject {
  readonly spec: {
    readonly replicas: number;
    readonly template: PodTemplate;
    readonly minReadySeconds?: number;
    readonly selector: unknown;
  };
  readonly status: ReplicaSet["status"];
}

export function reconcileReplicaSet(world: World, key: string): readonly WakeUp[] {
  const set = get(world.store, "ReplicaSet", key);
  return set === undefined ? [] : keepReplicas(world, set, "replicaset", (pod) => matchesSelector(set.spec.selector, pod.metadata.labels));
}

export function reconcileReplicationController(world: World, key: string): readonly WakeUp[] {
  const found = get(world.store, "ReplicationController", key);
  if (found === undefined) return [];
  const set = found as Replicated; // admitted as such
  const selector = set.spec.selector as StringMap; // a map of pairs, by its shape
  return keepReplicas(world, set, "replicationcontroller", (pod) => matchesPairs(selector, pod.metadata.labels));
}

function keepReplicas(world: World, set: Replicated, controller: ControllerName, selects: (pod: Pod) => boolean): readonly WakeUp[] {
  const owned = podsOf(world.store, set);
  const { revision } = world.store;
  release(world, set, selects, owned);
  adopt(world, set, selects);
  const active = (world.store.revision === revision ? owned : podsOf(world.store, set)).filter(isActive);
  const missing = set.spec.replicas - active.length;
  for (let made = 0; made < missing; made++) createPod(world, set, set.spec.template);
  if (missing < 0) {
    for (const pod of scaleDownOrder(world, active).slice(0, -missing))
      deletePod(world, `${pod.metadata.namespace ?? ""}/${pod.metadata.name}`);
  }
  return reportStatus(world, set, controller, world.store.revision === revision ? active : podsOf(world.store, set).filter(isActive));
}

/** Orphans that the selector matches become the set's own. (pkg/controller/controller_ref_manager.go) */
function adopt(world: World, set: Replicated, selects: (pod: Pod) => boolean): void {
  for (const pod of candidates(world, set)) {
    if (controllerOf(pod) !== undefined || !isActive(pod) || !selects(pod)) continue;
    write(world, { ...pod, metadata: { ...pod.metadata, ownerReferences: [...(pod.metadata.ownerReferences ?? []), controlledBy(set)] } });
  }
}

/** Pods that the selector may match: those with its pairs, or all where it has none. */
function candidates(world: World, { metadata, spec }: Replicated): readonly Pod[] {
  const { selector } = spec;
  const pairs = isObject(selector) && isObject(selector["matchLabels"]) ? stringsAt(selector, "matchLabels") : stringsAt(selector);
  if (Object.keys(pairs).length > 0) return podsWith(world.store, metadata.namespace ?? "", pairs);
  return list(world.store, "Pod").filter((pod) => pod.metadata.namespace === metadata.namespace);
}

const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

/** The Pods to delete first stand first. (ActivePodsWithRanks) */
function scaleDownOrder(world: World, pods: readonly Pod[]): Pod[] {
  const onNode = new Map<string, number>();
  for (const pod of pods) onNode.set(pod.spec.nodeName ?? "", (onNode.get(pod.spec.nodeName ?? "") ?? 0) + 1);
  const phases = ["Pending", "Unknown", "Running"];
  const readySince = (pod: Pod): number =>
    world.memory.pods.get(`${pod.metadata.namespace ?? ""}/${pod.metadata.name}`)?.readySince ?? world.now;
  const restarts = (pod: Pod): number => (pod.status.containerStatuses ?? []).reduce((sum, each) => sum + each.restartCount, 0);
  const rank = (pod: Pod): readonly number[] => [
    pod.spec.nodeName === undefined ? 0 : 1,
    phases.indexOf(pod.status.phase ?? "Pending"),
    isReady(pod) ? 1 : 0,
    Number(pod.metadata.annotations?.[DELETION_COST] ?? 0),
    -(onNode.get(pod.spec.nodeName ?? "") ?? 0),
    // Ready for a shorter time goes first, compared by orders of magnitude (powers of two of a second).
    isReady(pod) ? powerOfTwo((world.now - readySince(pod)) / SECOND) : 0,
    -restarts(pod),
  ];
  const ranked = pods.map((pod, position) => ({ pod, position, rank: rank(pod) }));
  ranked.sort((a, b) => {
    for (let i = 0; i < a.rank.length; i++) if (a.rank[i] !== b.rank[i]) return (a.rank[i] ?? 0) - (b.rank[i] ?? 0);
    // Newer goes first; of Pods of one instant the one that was made last.
    return compareText(b.pod.metadata.creationTimestamp ?? "", a.pod.metadata.creationTimestamp ?? "") || b.position - a.position;
  });
  return ranked.map(({ pod }) => pod);
}

function powerOfTwo(value: number): number {
  let power = 0;
  for (let rest = value; rest >= 2; rest /= 2) power++;
  return value < 1 ? -1 : power;
}

function reportStatus(world: World, set: Replicated, controller: ControllerName, pods: readonly Pod[]): readonly WakeUp[] {
  const ready = pods.filter(isReady);
  const settle = (set.spec.minReadySeconds ?? 0) * SECOND;
  const availableAt = ready.map(
    (pod) => (world.memory.pods.get(`${pod.metadata.namespace ?? ""}/${pod.metadata.name}`)?.readySince ?? world.now) + settle,
  );
  const available = availableAt.filter((at) => at <= world.now).length;
  const status = {
    replicas: pods.length,
    fullyLabeledReplicas: pods.length,
    readyReplicas: ready.length,
    availableReplicas: available,
    observedGeneration: set.metadata.generation,
  };
  write(world, { ...set, status });
  const next = availableAt.reduce((first, at) => (at > world.now && at < first ? at : first), Infinity);
  const key = `${set.metadata.namespace ?? ""}/${set.metadata.name}`;
  return next === Infinity ? [] : [{ controller, key, after: next - world.now }];
}
