/**
 * Names of the revisions of StatefulSets and DaemonSets. The reference hashes a dump of the template that only Go can
 * print, so the Pods of a brought set carry a name that cannot be computed here; it is remembered with the template that
 * it stands for, and only another template replaces them. (pkg/controller/history)
 */
import { numberAt, textAt } from "../api/json.ts";
import { keyOf } from "../api/store.ts";
import { ownedBy } from "../api/store-index.ts";
import type { KubeObject } from "../api/types.ts";
import { byAge } from "./world.ts";
import type { World } from "./world.ts";

export const REVISION_LABEL = "controller-revision-hash";

/** What Pods of the set's template carry: what the cluster of a dump had called it, else `ours`. */
export function revisionOf(world: World, set: KubeObject, ours: string): string {
  const known = world.memory.revisions.get(nameOf(set));
  return known?.ours === ours ? known.theirs : ours;
}

/** Remembers what the cluster of a dump called the set's template as it stands now. Its Pods are stored already. */
export function rememberRevision(world: World, set: KubeObject, ours: string): void {
  const theirs = reported(set) ?? recorded(world, set) ?? carried(world, set);
  if (theirs !== undefined) world.memory.revisions.set(nameOf(set), { ours, theirs });
}

function nameOf(set: KubeObject): string {
  return `${set.kind} ${keyOf(set)}`;
}

function reported(set: KubeObject): string | undefined {
  return set.kind === "StatefulSet" ? textAt(set["status"], "updateRevision") : undefined;
}

/** The newest of the set's ControllerRevisions, where the dump has them. */
function recorded(world: World, set: KubeObject): string | undefined {
  const revisions = ownedBy(world.store, set.metadata.uid ?? "").filter(({ kind }) => kind === "ControllerRevision");
  const newest = revisions.reduce<KubeObject | null>(
    (best, each) => (best === null || (numberAt(each, "revision") ?? 0) > (numberAt(best, "revision") ?? 0) ? each : best),
    null,
  );
  return newest?.metadata.labels?.[REVISION_LABEL];
}

/** What the newest of its Pods carries. */
function carried(world: World, set: KubeObject): string | undefined {
  const pods = ownedBy(world.store, set.metadata.uid ?? "").filter(({ kind }) => kind === "Pod");
  return [...pods].sort(byAge).at(-1)?.metadata.labels?.[REVISION_LABEL];
}
