/**
 * ControllerRevisions: the templates that a StatefulSet or a DaemonSet has had, so that Pods of an earlier one can be made
 * again and a rollout undone. (pkg/controller/history)
 */
import { at, isObject, numberAt, sameJson } from "../api/json.ts";
import { get, keyOf } from "../api/store.ts";
import { ownedBy } from "../api/store-index.ts";
import type { KubeObject, PodTemplate } from "../api/types.ts";
import { controlledBy, erase, instantOf, isControlledBy, uidOf, write } from "./world.ts";
import type { World } from "./world.ts";

export interface ControllerRevision extends KubeObject {
  readonly revision: number;
}

/** The revisions of a set, oldest first. */
export function revisionsOf(world: World, set: KubeObject): readonly ControllerRevision[] {
  return ownedBy(world.store, set.metadata.uid ?? "")
    .filter((object): object is ControllerRevision => object.kind === "ControllerRevision" && isControlledBy(object, set))
    .sort((a, b) => (numberAt(a, "revision") ?? 0) - (numberAt(b, "revision") ?? 0));
}

/** The template that a revision holds; null where it holds none. */
export function templateIn(revision: KubeObject): PodTemplate | null {
  const held = at(revision, "data", "spec", "template");
  if (!isObject(held) || !isObject(held["spec"])) return null;
  const { $patch: _patch, ...template } = held;
  return template as unknown as PodTemplate; // our own writing, or that of a cluster
}

/**
 * The revision of the set's template as it stands: the one that holds it already, which then is the newest, or a new one
 * of this name. A cluster that the set came out of may have had a name of its own for it (`theirs`): that one counts, however
 * the template was written down there. (getStatefulSetRevisions, equalRevision)
 */
export function recordRevision(
  world: World,
  set: KubeObject,
  template: PodTemplate,
  { ours, theirs }: { readonly ours: string; readonly theirs: string },
): ControllerRevision {
  const name = theirs;
  const known = revisionsOf(world, set);
  const newest = known.reduce((most, { revision }) => Math.max(most, revision), 0);
  const named = known.find(({ metadata }) => metadata.name === name);
  const same = named ?? (theirs === ours ? known.findLast((each) => sameJson(templateIn(each), template)) : undefined);
  if (same !== undefined) return same.revision === newest ? same : write(world, { ...same, revision: newest + 1 });
  const namespace = set.metadata.namespace ?? "";
  const taken = get(world.store, "ControllerRevision", `${namespace}/${name}`) !== undefined;
  const free = taken ? `${name}-${newest + 1}` : name;
  return write(world, {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: {
      name: free,
      namespace,
      uid: uidOf(world, "ControllerRevision", `${namespace}/${free}`),
      creationTimestamp: instantOf(world),
      labels: { ...template.metadata?.labels, "controller.kubernetes.io/hash": free.slice(set.metadata.name.length + 1) },
      ownerReferences: [controlledBy(set)],
    },
    data: { spec: { template: { ...template, $patch: "replace" } } },
    revision: newest + 1,
  });
}

/** Old revisions that no Pod has are kept up to revisionHistoryLimit. (truncateHistory) */
export function pruneRevisions(world: World, set: KubeObject, live: ReadonlySet<string>): void {
  const limit = numberAt(set["spec"], "revisionHistoryLimit") ?? 10;
  const idle = revisionsOf(world, set).filter(({ metadata }) => !live.has(metadata.name));
  for (const revision of idle.slice(0, Math.max(0, idle.length - limit))) erase(world, "ControllerRevision", keyOf(revision));
}
