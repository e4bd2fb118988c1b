/** DaemonSet: one Pod on every node that can take it, cordoned or not. (pkg/controller/daemon/daemon_controller.go, update.go) */
import { at, textAt } from "../api/json.ts";
import { list, get } from "../api/store.ts";
import { matchesSelector } from "../api/selectors.ts";
import type { KubeObject, LabelSelector, Pod, PodTemplate } from "../api/types.ts";
import { release } from "./claiming.ts";
import { isActive, isReady, isTerminating, podsOf } from "./lookup.ts";
import { deletePod } from "./pod-deletion.ts";
import { pruneRevisions, recordRevision } from "./controller-revisions.ts";
import { createPod, templateHash } from "./pod-template.ts";
import { rememberRevision, REVISION_LABEL, revisionOf } from "./revisions.ts";
import { countOf } from "./rolling-update.ts";
import { matchesNode } from "./affinity.ts";
import { misfit } from "./scheduler.ts";
import { tolerates } from "./taints.ts";
import { write } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

interface DaemonSet extends KubeObject {
  readonly spec: { readonly template: PodTemplate; readonly selector: LabelSelector };
}

export function reconcileDaemonSet(world: World, key: string): readonly WakeUp[] {
  const found = get(world.store, "DaemonSet", key);
  if (found === undefined) return [];
  const set = found as DaemonSet; // admitted as such
  const hash = templateHash(set.spec.template);
  const named = (revision: string): string => `${set.metadata.name}-${revision}`;
  const { metadata } = recordRevision(world, set, set.spec.template, { ours: named(hash), theirs: named(revisionOf(world, set, hash)) });
  const revision = metadata.name.slice(set.metadata.name.length + 1);
  release(world, set, (pod) => matchesSelector(set.spec.selector, pod.metadata.labels));
  const pods = podsOf(world.store, set);
  const eligible = new Set(
    list(world.store, "Node")
      .filter((node) => misfit(podFor(set), node) === null)
      .map((node) => node.metadata.name),
  );
  for (const name of eligible) if (!pods.some((pod) => targetOf(pod) === name)) createOn(world, set, name, revision);
  for (const pod of pods) if (!isTerminating(pod) && !eligible.has(targetOf(pod)) && !mayStay(world, pod)) deletePod(world, keyOfPod(pod));
  replaceOld(world, set, pods, eligible, revision);
  report(world, set, eligible, revision);
  const live = podsOf(world.store, set).map((pod) => `${set.metadata.name}-${pod.metadata.labels?.[REVISION_LABEL] ?? ""}`);
  pruneRevisions(world, set, new Set([metadata.name, ...live]));
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

/** What every Pod of a DaemonSet tolerates, and what those on their node's own network do. (pkg/controller/daemon/util, AddOrUpdateDaemonPodTolerations) */
const TOLERATIONS = ["not-ready", "unreachable", "disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"].map(tolerationOf);
const ON_HOST_NETWORK = [...TOLERATIONS, tolerationOf("network-unavailable")];

function tolerationOf(name: string): NonNullable<Pod["spec"]["tolerations"]>[number] {
  const effect = name === "not-ready" || name === "unreachable" ? "NoExecute" : "NoSchedule";
  return { key: `node.kubernetes.io/${name}`, operator: "Exists", effect };
}

function tolerationsOf({ spec: { template } }: DaemonSet): Pod["spec"]["tolerations"] {
  return [...(template.spec.tolerations ?? []), ...(template.spec.hostNetwork === true ? ON_HOST_NETWORK : TOLERATIONS)];
}

/** The Pod as it would be, to ask whether a node takes it. */
function podFor(set: DaemonSet): Pod {
  const spec = { ...set.spec.template.spec, tolerations: tolerationsOf(set) };
  return { apiVersion: "v1", kind: "Pod", metadata: { name: set.metadata.name }, spec, status: {} };
}

/** The controller picks the node; the scheduler would find only this one. */
function createOn(world: World, set: DaemonSet, nodeName: string, revision: string): void {
  createPod(world, set, set.spec.template, {
    labels: { [REVISION_LABEL]: revision, "pod-template-generation": "1" },
    spec: { nodeName, tolerations: tolerationsOf(set) },
  });
}

/** A rolling update: old Pods that are not ready go at once, others while no more than maxUnavailable are missing. */
function replaceOld(world: World, set: DaemonSet, pods: readonly Pod[], eligible: ReadonlySet<string>, revision: string): void {
  if (textAt(set.spec, "updateStrategy", "type") === "OnDelete") return;
  const limit = at(set.spec, "updateStrategy", "rollingUpdate", "maxUnavailable");
  const allowed = typeof limit === "number" || typeof limit === "string" ? countOf(limit, eligible.size, Math.ceil) : 1;
  const active = pods.filter(isActive);
  const old = active.filter((pod) => pod.metadata.labels?.[REVISION_LABEL] !== revision);
  const down = old.filter((pod) => !isReady(pod));
  for (const pod of down) deletePod(world, keyOfPod(pod));
  let missing = eligible.size - active.filter(isReady).length;
  for (const pod of old.filter(isReady)) {
    if (missing >= Math.max(1, allowed)) return;
    deletePod(world, keyOfPod(pod));
    missing += 1;
  }
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
    updatedNumberScheduled: pods.filter((pod) => pod.metadata.labels?.[REVISION_LABEL] === revision).length,
  };
  write(world, { ...set, status });
}
