/**
 * StatefulSet: Pods with ordinals that keep their names, made in order and each only when all before it are available,
 * removed from the last, updated from the last down to the partition. (pkg/controller/statefulset/stateful_set_control.go,
 * stateful_set_utils.go)
 */
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import { at, numberAt, textAt } from "../api/json.ts";
import { get, keyOf } from "../api/store.ts";
import { matchesSelector } from "../api/selectors.ts";
import type { KubeObject, LabelSelector, Pod, PodTemplate } from "../api/types.ts";
import { release } from "./claiming.ts";
import { pruneRevisions, recordRevision, revisionsOf, templateIn } from "./controller-revisions.ts";
import { isFinished, isReady, isTerminating, podsOf } from "./lookup.ts";
import { deletePod } from "./pod-deletion.ts";
import { createPod, templateHash } from "./pod-template.ts";
import { rememberRevision, REVISION_LABEL, revisionOf } from "./revisions.ts";
import { say } from "./records.ts";
import { countOf } from "./rolling-update.ts";
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
    readonly minReadySeconds?: number;
  };
}

/** A revision by name, and the template that its Pods are made from. */
interface Revision {
  readonly name: string;
  readonly template: PodTemplate;
}

/** The set with what one look at it works with. */
interface Run {
  readonly world: World;
  readonly set: StatefulSet;
  readonly first: number;
  /** One Pod after the other; else all at once. */
  readonly inOrder: boolean;
  /** What Pods below the partition are made from, and what all others are. */
  readonly current: Revision;
  readonly update: Revision;
}

export function reconcileStatefulSet(world: World, key: string): readonly WakeUp[] {
  const found = get(world.store, "StatefulSet", key);
  if (found === undefined || isTerminating(found)) return [];
  const set = found as StatefulSet; // admitted as such
  release(world, set, (pod) => matchesSelector(set.spec.selector, pod.metadata.labels));
  const update = updateRevision(world, set);
  const run: Run = {
    world,
    set,
    first: numberAt(set.spec, "ordinals", "start") ?? 0,
    inOrder: set.spec.podManagementPolicy !== "Parallel",
    current: currentRevision(world, set, update),
    update,
  };
  if (fill(run) && shrink(run)) replaceOld(run);
  return report(run);
}

function updateRevision(world: World, set: StatefulSet): Revision {
  const { template } = set.spec;
  const { metadata } = recordRevision(world, set, template, { ours: ownRevision(set), theirs: revisionOf(world, set, ownRevision(set)) });
  return { name: metadata.name, template };
}

/** The revision that the last rollout came to; the first one there is where there was none. */
function currentRevision(world: World, set: StatefulSet, update: Revision): Revision {
  const name = textAt(set["status"], "currentRevision") ?? update.name;
  const held = revisionsOf(world, set).find(({ metadata }) => metadata.name === name);
  const template = held === undefined ? null : templateIn(held);
  return template === null ? update : { name, template };
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

/** Pods by ordinal, those inside the set's range or those beyond it. */
function podsAt({ world, set, first }: Run, wanted: boolean): ReadonlyMap<number, Pod> {
  const isWanted = (ordinal: number): boolean => ordinal >= first && ordinal < first + set.spec.replicas;
  return new Map(
    podsOf(world.store, set)
      .map((pod) => [ordinalOf(pod), pod] as const)
      .filter(([ordinal]) => isWanted(ordinal) === wanted),
  );
}

/** Makes what is missing. False while a Pod that others wait for is not available. */
function fill(run: Run): boolean {
  const { world, set, first, inOrder } = run;
  const pods = podsAt(run, true);
  for (let ordinal = first; ordinal < first + set.spec.replicas; ordinal++) {
    const pod = pods.get(ordinal);
    // One that has ended is replaced under its name.
    if (pod !== undefined && isFinished(pod)) deletePod(world, keyOf(pod));
    if (pod === undefined || isFinished(pod)) makePod(run, ordinal);
    if (inOrder && (pod === undefined || !isAvailable(run, pod) || isTerminating(pod))) return false;
  }
  return true;
}

function makePod({ world, set, first, current, update }: Run, ordinal: number): void {
  const name = `${set.metadata.name}-${ordinal}`;
  // A Pod of that name may still be going: its successor waits for it.
  if (get(world.store, "Pod", `${set.metadata.namespace ?? ""}/${name}`) !== undefined) return;
  const subdomain = set.spec.serviceName;
  const revision = ordinal < first + partitionOf(set) ? current : update;
  createPod(world, set, revision.template, {
    name,
    labels: {
      "statefulset.kubernetes.io/pod-name": name,
      "apps.kubernetes.io/pod-index": String(ordinal),
      [REVISION_LABEL]: revision.name,
    },
    spec: { hostname: name, ...(subdomain === undefined || subdomain === "" ? {} : { subdomain }) },
  });
  tell(world, set, "SuccessfulCreate", `create Pod ${name} in StatefulSet ${set.metadata.name} successful`);
}

/** Pods below it keep the revision that they have. */
function partitionOf(set: StatefulSet): number {
  return isOnDelete(set) ? 0 : (numberAt(set.spec, "updateStrategy", "rollingUpdate", "partition") ?? 0);
}

function isOnDelete(set: StatefulSet): boolean {
  return textAt(set.spec, "updateStrategy", "type") === "OnDelete";
}

/** Removes what is too much, the last first. False while there is something to remove. */
function shrink(run: Run): boolean {
  const { world, set, inOrder } = run;
  const surplus = [...podsAt(run, false)].sort(([a], [b]) => b - a).map(([, pod]) => pod);
  for (const pod of inOrder ? surplus.slice(0, 1) : surplus) remove(world, set, pod);
  return surplus.length === 0;
}

function remove(world: World, set: StatefulSet, pod: Pod): void {
  if (isTerminating(pod)) return;
  deletePod(world, keyOf(pod));
  tell(world, set, "SuccessfulDelete", `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`);
}

function tell(world: World, set: StatefulSet, reason: string, message: string): void {
  say(world, set, { by: "statefulset-controller", type: "Normal", reason, message });
}

/** Pods of another revision go from the last down to the partition, while no more than `maxUnavailable` are missing. */
function replaceOld(run: Run): void {
  const { world, set, first, update } = run;
  if (isOnDelete(set)) return;
  const pods = [...podsAt(run, true)].sort(([a], [b]) => b - a);
  const limit = at(set.spec, "updateStrategy", "rollingUpdate", "maxUnavailable");
  const allowed = typeof limit === "number" || typeof limit === "string" ? Math.max(1, countOf(limit, set.spec.replicas, Math.ceil)) : 1;
  let missing = 0;
  for (const [ordinal, pod] of pods) {
    if (ordinal < first + partitionOf(set) || missing >= allowed) return;
    const isOld = pod.metadata.labels?.[REVISION_LABEL] !== update.name;
    if (isOld) remove(world, set, pod);
    if (isOld || isTerminating(pod) || !isAvailable(run, pod)) missing += 1;
  }
}

/** Ready for `minReadySeconds`. */
function isAvailable(run: Run, pod: Pod): boolean {
  const from = availableAt(run, pod);
  return from !== null && from <= run.world.now;
}

function availableAt({ world, set }: Run, pod: Pod): Nanos | null {
  if (!isReady(pod)) return null;
  return (world.memory.pods.get(keyOf(pod))?.readySince ?? world.now) + (set.spec.minReadySeconds ?? 0) * SECOND;
}

function report(run: Run): readonly WakeUp[] {
  const { world, set, current, update } = run;
  const pods = podsOf(world.store, set);
  const here = pods.filter((pod) => !isTerminating(pod));
  const ofRevision = (name: string): number => here.filter((pod) => pod.metadata.labels?.[REVISION_LABEL] === name).length;
  const ready = here.filter(isReady).length;
  const updated = ofRevision(update.name);
  const through = updated === set.spec.replicas && ready === set.spec.replicas && !isOnDelete(set);
  const currentName = through ? update.name : current.name;
  const status = {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: here.filter((pod) => isAvailable(run, pod)).length,
    currentReplicas: ofRevision(currentName),
    updatedReplicas: updated,
    currentRevision: currentName,
    updateRevision: update.name,
    collisionCount: 0,
  };
  write(world, { ...set, status });
  const live = new Set([currentName, update.name, ...pods.map((pod) => pod.metadata.labels?.[REVISION_LABEL] ?? "")]);
  pruneRevisions(world, set, live);
  const later = pods.map((pod) => availableAt(run, pod)).filter((from) => from !== null && from > world.now);
  const next = later.reduce<Nanos | null>((least, from) => (from === null ? least : Math.min(least ?? from, from)), null);
  return next === null ? [] : [{ controller: "statefulset", key: keyOf(set), after: next - world.now }];
}
