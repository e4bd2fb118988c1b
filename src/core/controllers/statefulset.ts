/** StatefulSet: Pods with ordinals that keep their names. (pkg/controller/statefulset/stateful_set_control.go) */
import { numberAt, textAt } from "../api/json.ts";
import { get } from "../api/store.ts";
import type { KubeObject, LabelSelector, Pod, PodTemplate } from "../api/types.ts";
import { isReady, isTerminating, podsOf } from "./lookup.ts";
import { deletePod } from "./pod-deletion.ts";
import { createPod, templateHash } from "./pod-template.ts";
import { rememberRevision, revisionOf } from "./revisions.ts";
import { write } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

interface StatefulSet extends KubeObject {
  readonly spec: {
    readonly replicas: number;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly serviceName?: string;
    readonly podManagementPolicy?: string;
  };
}

const REVISION = "controller-revision-hash";

export function reconcileStatefulSet(world: World, key: string): readonly WakeUp[] {
  const found = get(world.store, "StatefulSet", key);
  if (found === undefined) return [];
  const set = found as StatefulSet; // admitted as such
  const inOrder = set.spec.podManagementPolicy !== "Parallel";
  const first = numberAt(set.spec, "ordinals", "start") ?? 0;
  const last = first + set.spec.replicas - 1;
  const revision = revisionOf(world, set, ownRevision(set));
  const byOrdinal = new Map(podsOf(world.store, set).map((pod) => [ordinalOf(pod), pod]));
  for (let ordinal = first; ordinal <= last; ordinal++) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) makePod(world, set, ordinal, revision);
    if (inOrder && (pod === undefined || !isReady(pod) || isTerminating(pod))) return report(world, set, revision);
  }
  const surplus = [...byOrdinal.keys()].filter((ordinal) => ordinal < first || ordinal > last).sort((a, b) => b - a);
  for (const ordinal of inOrder ? surplus.slice(0, 1) : surplus) remove(world, byOrdinal.get(ordinal));
  if (surplus.length === 0)
    update(
      world,
      set,
      [...byOrdinal.entries()].sort(([a], [b]) => b - a).map(([, pod]) => pod),
      revision,
    );
  return report(world, set, revision);
}

function ownRevision({ metadata, spec }: StatefulSet): string {
  return `${metadata.name}-${templateHash(spec.template)}`;
}

/** A set that came out of a cluster, its Pods with it: they are of its template as it stands. */
export function rememberStatefulSet(world: World, set: KubeObject): void {
  rememberRevision(world, set, ownRevision(set as StatefulSet)); // admitted as such
}

function ordinalOf(pod: Pod): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? -1);
}

function makePod(world: World, set: StatefulSet, ordinal: number, revision: string): void {
  const name = `${set.metadata.name}-${ordinal}`;
  // A Pod of that name may still be going: its successor waits for it.
  if (get(world.store, "Pod", `${set.metadata.namespace ?? ""}/${name}`) !== undefined) return;
  const subdomain = set.spec.serviceName;
  createPod(world, set, set.spec.template, {
    name,
    labels: { "statefulset.kubernetes.io/pod-name": name, "apps.kubernetes.io/pod-index": String(ordinal), [REVISION]: revision },
    spec: { hostname: name, ...(subdomain === undefined || subdomain === "" ? {} : { subdomain }) },
  });
}

function remove(world: World, pod: Pod | undefined): void {
  if (pod !== undefined && !isTerminating(pod)) deletePod(world, `${pod.metadata.namespace ?? ""}/${pod.metadata.name}`);
}

/** One Pod of an older template at a time, from the highest ordinal down to the partition. */
function update(world: World, set: StatefulSet, pods: readonly Pod[], revision: string): void {
  if (textAt(set.spec, "updateStrategy", "type") === "OnDelete") return;
  const partition = numberAt(set.spec, "updateStrategy", "rollingUpdate", "partition") ?? 0;
  for (const pod of pods) {
    if (ordinalOf(pod) < partition) return;
    if (pod.metadata.labels?.[REVISION] !== revision && !isTerminating(pod)) return remove(world, pod);
    if (!isReady(pod) || isTerminating(pod)) return;
  }
}

function report(world: World, set: StatefulSet, revision: string): readonly WakeUp[] {
  const pods = podsOf(world.store, set);
  const ready = pods.filter((pod) => isReady(pod) && !isTerminating(pod)).length;
  const updated = pods.filter((pod) => pod.metadata.labels?.[REVISION] === revision).length;
  const status = {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    currentReplicas: updated,
    updatedReplicas: updated,
    currentRevision: revision,
    updateRevision: revision,
  };
  write(world, { ...set, status });
  return [];
}
