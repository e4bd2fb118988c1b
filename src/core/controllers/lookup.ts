/** Questions that several controllers ask of the store. Order is that of creation unless a name says otherwise. */
import { get } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import { matchesPairs } from "../api/selectors.ts";
import type { KubeObject, Node, Pod, PodCondition, Service, StringMap } from "../api/types.ts";
import { isControlledBy } from "./world.ts";

/** All objects of a kind as they were created (a map keeps that order). */
export function created(store: ObjectStore, kind: string): Iterable<KubeObject> {
  return store.objects.get(kind)?.values() ?? [];
}

export function podsIn(store: ObjectStore, namespace: string): Pod[] {
  const found: Pod[] = [];
  for (const pod of created(store, "Pod")) if (pod.metadata.namespace === namespace) found.push(pod as Pod); // the kind says so
  return found;
}

export function podsOf(store: ObjectStore, owner: KubeObject): Pod[] {
  const found: Pod[] = [];
  for (const pod of created(store, "Pod")) if (isControlledBy(pod, owner)) found.push(pod as Pod); // the kind says so
  return found;
}

export function podsMatching(store: ObjectStore, namespace: string, selector: StringMap | undefined): Pod[] {
  return podsIn(store, namespace).filter((pod) => matchesPairs(selector, pod.metadata.labels));
}

/** Services of the Pod's namespace that select labels like these. */
export function servicesSelecting(store: ObjectStore, namespace: string, labels: StringMap | undefined): Service[] {
  const found: Service[] = [];
  for (const object of created(store, "Service")) {
    const service = object as Service; // the kind says so
    if (service.metadata.namespace === namespace && matchesPairs(service.spec.selector, labels)) found.push(service);
  }
  return found;
}

export function conditionOf(object: { readonly status?: unknown }, type: string): PodCondition | undefined {
  const { status } = object;
  const conditions = (status as { readonly conditions?: readonly PodCondition[] } | undefined)?.conditions; // Pods and Nodes keep them there
  return conditions?.find((condition) => condition.type === type);
}

export function isReady(object: Pod | Node): boolean {
  return conditionOf(object, "Ready")?.status === "True";
}

export const isTerminating = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;

export const isFinished = (pod: Pod): boolean => pod.status.phase === "Succeeded" || pod.status.phase === "Failed";

/** Counts for its owner: neither finished nor on its way out. */
export const isActive = (pod: Pod): boolean => !isFinished(pod) && !isTerminating(pod);

/** `namespace/name` cut in two. */
export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf("/");
  return slash < 0 ? { namespace: "", name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

export { get };
