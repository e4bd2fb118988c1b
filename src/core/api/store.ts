/**
 * The stored objects of the simulated API server. Objects are values and never change; a write replaces one.
 * A snapshot therefore copies the two levels of maps and shares every object.
 */
import { compareText } from "../base/names.ts";
import { storedKind } from "./kinds.ts";
import { noteWrite } from "./store-index.ts";
import { differences, inOrder, noteOrder, type Differences } from "./store-order.ts";
import type { CronJob, Job, PodDisruptionBudget } from "./batch-types.ts";
import type { Gateway, GatewayClass, HTTPRoute, Ingress, IngressClass, IPAddress, NetworkPolicy, ServiceCIDR } from "./network-types.ts";
import type { KubeObject, Pod, Service, EndpointSlice, Node, Deployment, ReplicaSet, ConfigMap } from "./types.ts";

/** Kinds the river reads, to their types. */
export interface Kinds {
  Service: Service;
  Pod: Pod;
  EndpointSlice: EndpointSlice;
  Node: Node;
  Deployment: Deployment;
  ReplicaSet: ReplicaSet;
  ConfigMap: ConfigMap;
  NetworkPolicy: NetworkPolicy;
  Ingress: Ingress;
  IngressClass: IngressClass;
  ServiceCIDR: ServiceCIDR;
  IPAddress: IPAddress;
  GatewayClass: GatewayClass;
  Gateway: Gateway;
  HTTPRoute: HTTPRoute;
  Job: Job;
  CronJob: CronJob;
  PodDisruptionBudget: PodDisruptionBudget;
}

export interface ObjectStore {
  /** Kind (see `storedKind`) → `namespace/name` (or `name` where cluster-scoped) → object. */
  readonly objects: Map<string, Map<string, KubeObject>>;
  /** The last resourceVersion given out. */
  revision: number;
}

export function emptyStore(): ObjectStore {
  return { objects: new Map(), revision: 0 };
}

export function snapshotStore(store: ObjectStore): ObjectStore {
  return { objects: new Map([...store.objects].map(([kind, of]) => [kind, new Map(of)])), revision: store.revision };
}

/** `namespace/name`, or `name` for an object without a namespace. */
export function keyOf(object: { readonly metadata: { readonly namespace?: string; readonly name: string } }): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
}

export function get<K extends keyof Kinds>(store: ObjectStore, kind: K, key: string): Kinds[K] | undefined;
export function get(store: ObjectStore, kind: string, key: string): KubeObject | undefined;
export function get(store: ObjectStore, kind: string, key: string): KubeObject | undefined {
  return store.objects.get(kind)?.get(key);
}

/** All objects of a kind, ordered by key: callers may let the order show. */
export function list<K extends keyof Kinds>(store: ObjectStore, kind: K): Kinds[K][];
export function list(store: ObjectStore, kind: string): KubeObject[];
export function list(store: ObjectStore, kind: string): KubeObject[] {
  return [...inOrder(store, kind)];
}

/** The same, shared by all who ask: as long as nothing of the kind is written it is the same value. */
export function listed<K extends keyof Kinds>(store: ObjectStore, kind: K): readonly Kinds[K][];
export function listed(store: ObjectStore, kind: string): readonly KubeObject[];
export function listed(store: ObjectStore, kind: string): readonly KubeObject[] {
  return inOrder(store, kind);
}

/** What differs between two lists of one kind in the order of their keys. */
export function changesBetween<T extends KubeObject>(before: readonly T[], after: readonly T[]): Differences<T> {
  return before === after ? NO_DIFFERENCES : differences(before, after, (a, b) => compareText(keyOf(a), keyOf(b)));
}

const NO_DIFFERENCES = { gone: [], come: [] } as const;

/** Stores the object under a fresh resourceVersion and returns what was stored. `kind` and `key`: its own, where they are known. */
export function put<T extends KubeObject>(
  store: ObjectStore,
  object: T,
  kind: string = storedKind(object.apiVersion, object.kind),
  key: string = keyOf(object),
): T {
  store.revision += 1;
  const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(store.revision) } };
  let of = store.objects.get(kind);
  if (of === undefined) store.objects.set(kind, (of = new Map()));
  const { size } = of;
  of.set(key, stored);
  noteWrite(store, kind, key, stored);
  noteOrder(store, kind, key, stored, of.size > size);
  return stored;
}

export function remove(store: ObjectStore, kind: string, key: string): boolean {
  const removed = store.objects.get(kind)?.delete(key) ?? false;
  if (!removed) return false;
  store.revision += 1;
  noteWrite(store, kind, key, null);
  noteOrder(store, kind, key, null, false);
  return true;
}
