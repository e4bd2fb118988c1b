/** Questions that several controllers ask of the store. Order is that of creation unless a name says otherwise. */
import type { ObjectStore } from "../api/store.ts";
import { ownedBy } from "../api/store-index.ts";
import type { KubeObject, Node, Pod, PodCondition } from "../api/types.ts";
import { isControlledBy } from "./world.ts";

/** All objects of a kind as they were created (a map keeps that order). */
export function created(store: ObjectStore, kind: string): Iterable<KubeObject> {
  return store.objects.get(kind)?.values() ?? [];
}

/** Pods whose controller `owner` is. */
export function podsOf(store: ObjectStore, owner: KubeObject): Pod[] {
  return ownedBy(store, owner.metadata.uid ?? "").filter((object): object is Pod => object.kind === "Pod" && isControlledBy(object, owner));
}

export function conditionOf(object: { readonly status?: unknown }, type: string): PodCondition | undefined {
  const { status } = object;
  const conditions = (status as { readonly conditions?: readonly PodCondition[] } | undefined)?.conditions; // Pods and Nodes keep them there
  for (const condition of conditions ?? NONE) if (condition.type === type) return condition;
  return undefined;
}

const NONE: readonly PodCondition[] = [];

export function isReady(object: Pod | Node): boolean {
  return conditionOf(object, "Ready")?.status === "True";
}

export const isTerminating = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;

export const isFinished = (pod: Pod): boolean => pod.status.phase === "Succeeded" || pod.status.phase === "Failed";

/** Counts for its owner: neither finished nor on its way out. */
export const isActive = (pod: Pod): boolean => !isFinished(pod) && !isTerminating(pod);
