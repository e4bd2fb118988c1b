/**
 * Ways into a store that are not its keys: by owner, by label, by selector. A memo beside the store, made when first asked
 * and kept in step by its writes; it holds nothing that the store does not hold, and its answers come in the store's own
 * order, so that a copy of the store (which starts without one) answers the same.
 */
import { listAt, textAt } from "./json.ts";
import type { ObjectStore } from "./store.ts";
import type { KubeObject, Pod, Service, StringMap } from "./types.ts";

interface Entry {
  /** Replaced in place by a write that leaves the object in all its buckets. */
  object: KubeObject;
  /** Rises in the order of creation. */
  readonly order: number;
}

type Bucket = Map<string, Entry>;

interface Index {
  /** The store's revision that it is in step with. */
  revision: number;
  next: number;
  /** `Kind key` → its entry. */
  readonly entries: Map<string, Entry>;
  /** uid of an owner → what it owns. */
  readonly owned: Map<string, Bucket>;
  /** `namespace key=value` → Pods with that label. */
  readonly podsByLabel: Map<string, Bucket>;
  /** `namespace key=value` → Services whose selector has that pair first. */
  readonly servicesByPair: Map<string, Bucket>;
  /** `namespace/name` of a Service → slices that bear its name. */
  readonly slices: Map<string, Bucket>;
  /** Node → Pods that are bound to it; "" → Pods without a node. */
  readonly podsByNode: Map<string, Bucket>;
  /** The same as lists, made when asked for. */
  readonly nodeLists: Map<string, readonly Pod[]>;
  /** `keepers`: Pods that keep others away by a required anti-affinity. */
  readonly keepers: Map<string, Bucket>;
  /** `Kind namespace` → objects of the kinds that are asked for by namespace. */
  readonly inNamespace: Map<string, Bucket>;
}

/** Kinds whose objects are looked for by namespace when a Pod changes. */
const BY_NAMESPACE: ReadonlySet<string> = new Set(["ReplicaSet", "ReplicationController", "PodDisruptionBudget", "Endpoints"]);
const KEEPERS = "keepers";

const SERVICE_NAME = "kubernetes.io/service-name";

// Derived from the store alone and never printed or hashed: which run asks first makes no difference.
const indexes = new WeakMap<ObjectStore, Index>();

function indexOf(store: ObjectStore): Index {
  const known = indexes.get(store);
  if (known !== undefined && known.revision === store.revision) return known;
  const index: Index = {
    revision: store.revision,
    next: 0,
    entries: new Map(),
    owned: new Map(),
    podsByLabel: new Map(),
    servicesByPair: new Map(),
    slices: new Map(),
    podsByNode: new Map(),
    nodeLists: new Map(),
    keepers: new Map(),
    inNamespace: new Map(),
  };
  for (const [kind, objects] of store.objects) for (const [key, object] of objects) add(index, kind, key, object, index.next++);
  indexes.set(store, index);
  return index;
}

/** Keeps the index in step with one write that raised the store's revision by one. */
export function noteWrite(store: ObjectStore, kind: string, key: string, after: KubeObject | null): void {
  const index = indexes.get(store);
  if (index === undefined || index.revision !== store.revision - 1) return;
  index.revision = store.revision;
  const before = index.entries.get(`${kind} ${key}`);
  if (before !== undefined && after !== null && standsAlike(kind, before.object, after)) {
    forgetList(index, kind, after);
    before.object = after;
    return;
  }
  if (before !== undefined) drop(index, kind, key, before.object);
  if (after !== null) add(index, kind, key, after, before?.order ?? index.next++);
}

/** Most writes change a status: whatever buckets go by is then the very same value. */
function standsAlike(kind: string, before: KubeObject, after: KubeObject): boolean {
  if (before.metadata.labels !== after.metadata.labels || before.metadata.ownerReferences !== after.metadata.ownerReferences) return false;
  return (kind !== "Pod" && kind !== "Service") || before["spec"] === after["spec"];
}

function add(index: Index, kind: string, key: string, object: KubeObject, order: number): void {
  const entry: Entry = { object, order };
  const name = `${kind} ${key}`;
  forgetList(index, kind, object);
  index.entries.set(name, entry);
  for (const [of, at] of placesOf(index, kind, object)) {
    const bucket = of.get(at);
    if (bucket === undefined) of.set(at, new Map([[name, entry]]));
    else bucket.set(name, entry);
  }
}

function drop(index: Index, kind: string, key: string, object: KubeObject): void {
  const name = `${kind} ${key}`;
  forgetList(index, kind, object);
  index.entries.delete(name);
  for (const [of, at] of placesOf(index, kind, object)) {
    const bucket = of.get(at);
    bucket?.delete(name);
    if (bucket?.size === 0) of.delete(at);
  }
}

function forgetList(index: Index, kind: string, object: KubeObject): void {
  if (kind === "Pod") index.nodeLists.delete(nodeOf(object));
}

function nodeOf(pod: KubeObject): string {
  return textAt(pod["spec"], "nodeName") ?? "";
}

/** Every bucket in which an object stands. */
function placesOf(index: Index, kind: string, object: KubeObject): readonly (readonly [Map<string, Bucket>, string])[] {
  const places: (readonly [Map<string, Bucket>, string])[] = [];
  const { namespace = "", labels, ownerReferences } = object.metadata;
  for (const owner of ownerReferences ?? []) places.push([index.owned, owner.uid]);
  if (BY_NAMESPACE.has(kind)) places.push([index.inNamespace, `${kind} ${namespace}`]);
  if (kind === "Pod") {
    places.push([index.podsByNode, nodeOf(object)]);
    if (listAt(object["spec"], "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution").length > 0)
      places.push([index.keepers, KEEPERS]);
  }
  if (kind === "Pod") for (const key in labels) places.push([index.podsByLabel, `${namespace} ${key}=${labels[key] ?? ""}`]);
  if (kind === "Service") {
    const pair = firstPair((object as Service).spec.selector); // the kind says so
    if (pair !== null) places.push([index.servicesByPair, `${namespace} ${pair}`]);
  }
  if (kind === "EndpointSlice" && labels?.[SERVICE_NAME] !== undefined) places.push([index.slices, `${namespace}/${labels[SERVICE_NAME]}`]);
  return places;
}

function firstPair(selector: StringMap | undefined): string | null {
  for (const key in selector) return `${key}=${selector[key] ?? ""}`;
  return null;
}

function inOrder(entries: readonly Entry[]): KubeObject[] {
  return [...entries].sort((a, b) => a.order - b.order).map((entry) => entry.object);
}

/** What has an owner of this uid, in the order of creation. */
export function ownedBy(store: ObjectStore, uid: string): readonly KubeObject[] {
  return inOrder([...(indexOf(store).owned.get(uid)?.values() ?? [])]);
}

/** Pods of the namespace whose labels have all pairs, in the order of creation. No pairs: none. */
export function podsWith(store: ObjectStore, namespace: string, pairs: StringMap | undefined): readonly Pod[] {
  const { podsByLabel } = indexOf(store);
  const wanted = Object.entries(pairs ?? {});
  let fewest: Bucket | null = null;
  for (const [key, value] of wanted) {
    const bucket = podsByLabel.get(`${namespace} ${key}=${value}`);
    if (bucket === undefined) return [];
    if (fewest === null || bucket.size < fewest.size) fewest = bucket;
  }
  const found = [...(fewest?.values() ?? [])].filter(({ object }) =>
    wanted.every(([key, value]) => object.metadata.labels?.[key] === value),
  );
  return inOrder(found) as Pod[]; // only Pods stand in these buckets
}

/** Services of the namespace whose selector matches these labels, in the order of creation. */
export function servicesFor(store: ObjectStore, namespace: string, labels: StringMap | undefined): readonly Service[] {
  const { servicesByPair } = indexOf(store);
  const found: Entry[] = [];
  for (const key in labels) {
    for (const entry of servicesByPair.get(`${namespace} ${key}=${labels[key] ?? ""}`)?.values() ?? []) {
      const { selector } = (entry.object as Service).spec; // only Services stand in these buckets
      if (Object.entries(selector ?? {}).every(([name, value]) => labels[name] === value)) found.push(entry);
    }
  }
  return inOrder(found) as Service[];
}

/** Slices that name the Service, in the order of creation. */
export function slicesFor(store: ObjectStore, service: string): readonly KubeObject[] {
  return inOrder([...(indexOf(store).slices.get(service)?.values() ?? [])]);
}

/**
 * Pods that are bound to a node, or ("") Pods without one, in the order of creation. The same list comes back until one of
 * these Pods changes, so that callers may remember by it what they made of it.
 */
export function podsOnNode(store: ObjectStore, node: string): readonly Pod[] {
  const index = indexOf(store);
  const known = index.nodeLists.get(node);
  if (known !== undefined) return known;
  const pods = inOrder([...(index.podsByNode.get(node)?.values() ?? [])]) as Pod[]; // only Pods stand in these buckets
  index.nodeLists.set(node, pods);
  return pods;
}

/** Pods with a required anti-affinity, in the order of creation. */
export function podsThatKeepAway(store: ObjectStore): readonly Pod[] {
  return inOrder([...(indexOf(store).keepers.get(KEEPERS)?.values() ?? [])]) as Pod[]; // only Pods stand in this bucket
}

/** Objects of one of the kinds of `BY_NAMESPACE` in a namespace, in the order of creation. */
export function inNamespace(
  store: ObjectStore,
  kind: "ReplicaSet" | "ReplicationController" | "PodDisruptionBudget" | "Endpoints",
  namespace: string,
): readonly KubeObject[] {
  return inOrder([...(indexOf(store).inNamespace.get(`${kind} ${namespace}`)?.values() ?? [])]);
}
