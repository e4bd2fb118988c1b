/** DaemonSet: one Pod on every node that can take it, cordoned or not. (pkg/controller/daemon/daemon_controller.go) */
import { list, get } from "../api/store.ts";
import type { KubeObject, Pod, PodTemplate } from "../api/types.ts";
import { isActive, isReady, isTerminating, podsOf } from "./lookup.ts";
import { deletePod } from "./pod-deletion.ts";
import { createPod, templateHash } from "./pod-template.ts";
import { rememberRevision, revisionOf } from "./revisions.ts";
import { matchesNode, misfit, tolerates } from "./scheduler.ts";
import { write } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

interface DaemonSet extends KubeObject {
  readonly spec: { readonly template: PodTemplate };
}

const REVISION = "controller-revision-hash";

export function reconcileDaemonSet(world: World, key: string): readonly WakeUp[] {
  const found = get(world.store, "DaemonSet", key);
  if (found === undefined) return [];
  const set = found as DaemonSet; // admitted as such
  const revision = revisionOf(world, set, templateHash(set.spec.template));
  const pods = podsOf(world.store, set);
  const eligible = new Set(
    list(world.store, "Node")
      .filter((node) => misfit(podFor(set), node) === null)
      .map((node) => node.metadata.name),
  );
  for (const name of eligible) if (!pods.some((pod) => targetOf(pod) === name)) createOn(world, set, name, revision);
  for (const pod of pods) if (!isTerminating(pod) && !eligible.has(targetOf(pod)) && !mayStay(world, pod)) deletePod(world, keyOfPod(pod));
  replaceOne(world, pods, eligible, revision);
  report(world, set, eligible, revision);
  return [];
}

/** A set that came out of a cluster, its Pods with it: they are of its template as it stands. */
export function rememberDaemonSet(world: World, set: KubeObject): void {
  rememberRevision(world, set, templateHash((set as DaemonSet).spec.template)); // admitted as such
}

const keyOfPod = (pod: Pod): string => `${pod.metadata.namespace ?? ""}/${pod.metadata.name}`;

/** A Pod that runs stays while the node's labels suit it and no NoExecute taint drives it out. (NodeShouldRunDaemonPod) */
function mayStay(world: World, pod: Pod): boolean {
  const node = get(world.store, "Node", targetOf(pod));
  return (
    node !== undefined &&
    matchesNode(pod, node) &&
    (node.spec.taints ?? []).every((taint) => taint.effect !== "NoExecute" || tolerates(pod, taint))
  );
}

/** Which node the Pod is meant for: its binding, or the node it was made for. */
function targetOf(pod: Pod): string {
  return pod.spec.nodeName ?? "";
}

/** What every Pod of a DaemonSet tolerates. (pkg/controller/daemon/util, AddOrUpdateDaemonPodTolerations) */
const TOLERATIONS = ["not-ready", "unreachable", "disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"].map((name) => ({
  key: `node.kubernetes.io/${name}`,
  operator: "Exists",
  effect: name === "not-ready" || name === "unreachable" ? "NoExecute" : "NoSchedule",
}));

function tolerationsOf(set: DaemonSet): Pod["spec"]["tolerations"] {
  return [...(set.spec.template.spec.tolerations ?? []), ...TOLERATIONS];
}

/** The Pod as it would be, to ask whether a node takes it. */
function podFor(set: DaemonSet): Pod {
  const spec = { ...set.spec.template.spec, tolerations: tolerationsOf(set) };
  return { apiVersion: "v1", kind: "Pod", metadata: { name: set.metadata.name }, spec, status: {} };
}

/** The controller picks the node; the scheduler would find only this one. */
function createOn(world: World, set: DaemonSet, nodeName: string, revision: string): void {
  createPod(world, set, set.spec.template, {
    labels: { [REVISION]: revision, "pod-template-generation": "1" },
    spec: { nodeName, tolerations: tolerationsOf(set) },
  });
}

/** A rolling update with the default maxUnavailable 1: one old Pod at a time, while all others are ready. */
function replaceOne(world: World, pods: readonly Pod[], eligible: ReadonlySet<string>, revision: string): void {
  const active = pods.filter(isActive);
  if (active.length < eligible.size || active.some((pod) => !isReady(pod))) return;
  const old = active.find((pod) => pod.metadata.labels?.[REVISION] !== revision);
  if (old !== undefined) deletePod(world, keyOfPod(old));
}

function report(world: World, set: DaemonSet, eligible: ReadonlySet<string>, revision: string): void {
  const pods = podsOf(world.store, set).filter(isActive);
  const ready = pods.filter(isReady).length;
  const status = {
    observedGeneration: set.metadata.generation,
    desiredNumberScheduled: eligible.size,
    currentNumberScheduled: pods.length,
    numberReady: ready,
    numberAvailable: ready,
    numberMisscheduled: 0,
    updatedNumberScheduled: pods.filter((pod) => pod.metadata.labels?.[REVISION] === revision).length,
  };
  write(world, { ...set, status });
}
