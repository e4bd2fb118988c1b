/**
 * Ways into a store that are not its keys: by owner, by label, by selector. A memo beside the store, made when first asked
 * and kept in step by its writes; it holds nothing that the store does not hold, and its answers come in the store's own
 * order, so that a copy of the store (which starts without one) answers the same.
 */
import { at, listAt } from "./json.ts";
import type { ObjectStore } from "./store.ts";
import type { KubeObject, Pod, Service, StringMap } from "./types.ts";

interface Entry {
  /** One text for all who ask, so that maps by key find it by identity. */
  readonly key: string;
  /** Replaced in place by a write that leaves the object in all its buckets. */
  object: KubeObject;
  /** Rises in the order of creation. */
  readonly order: number;
}

type Bucket = Set<Entry>;
/** Namespace → name → value → what has that pair. Nested, so that nobody has to make one text of the three. */
type Pairs = Map<string, Map<string, Map<string, Bucket>>>;

interface Index {
  /** The store's revision that it is in step with. */
  revision: number;
  next: number;
  /** Kind → key → its entry. */
  readonly entries: Map<string, Map<string, Entry>>;
  /** uid of an owner → what it owns. */
  readonly owned: Map<string, Bucket>;
  /** Pods with a label. */
  readonly podsByLabel: Pairs;
  /** Services whose selector has a pair first. */
  readonly servicesByPair: Pairs;
  /** Which Services select these labels, as asked last: Pods of one template have the same value and are asked for in a row. */
  asked: { readonly namespace: string; readonly labels: StringMap; readonly found: readonly Entry[] } | null;
  /** `namespace/name` of a Service → slices that bear its name. */
  readonly slices: Map<string, Bucket>;
  /** Node → Pods that are bound to it; "" → Pods without a node. */
  readonly podsByNode: Map<string, Bucket>;
  /** The same as lists, made when asked for. */
  readonly nodeLists: Map<string, readonly Pod[]>;
  /** Pods that keep others away by a required anti-affinity. */
  readonly keepers: Bucket;
  /** Kind → namespace → objects of the kinds that are asked for by namespace. */
  readonly inNamespace: Map<string, Map<string, Bucket>>;
}

/** Kinds whose objects are looked for by namespace when a Pod changes. */
const BY_NAMESPACE: ReadonlySet<string> = new Set(["ReplicaSet", "ReplicationController", "PodDisruptionBudget", "Endpoints"]);

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
    asked: null,
    slices: new Map(),
    podsByNode: new Map(),
    nodeLists: new Map(),
    keepers: new Set(),
    inNamespace: new Map(),
  };
  for (const [kind, objects] of store.objects) for (const [key, object] of objects) add(index, kind, { key, object, order: index.next++ });
  indexes.set(store, index);
  return index;
}

/** The text under which an object of this key is indexed, where it is; else the key itself. */
export function sharedKey(store: ObjectStore, kind: string, key: string): string {
  return indexes.get(store)?.entries.get(kind)?.get(key)?.key ?? key;
}

/** Keeps the index in step with one write that raised the store's revision by one. */
export function noteWrite(store: ObjectStore, kind: string, key: string, after: KubeObject | null): void {
  const index = indexes.get(store);
  if (index === undefined || index.revision !== store.revision - 1) return;
  index.revision = store.revision;
  const entry = index.entries.get(kind)?.get(key);
  if (entry === undefined) {
    if (after !== null) add(index, kind, { key, object: after, order: index.next++ });
    return;
  }
  const before = entry.object;
  if (after === null) drop(index, kind, entry);
  else if (sameTies(before, after) && (kind !== "Service" || before["spec"] === after["spec"])) {
    if (kind === "Pod") movePod(index, entry, before as Pod, after as Pod);
    entry.object = after;
  } else {
    drop(index, kind, entry);
    add(index, kind, { key: entry.key, object: after, order: entry.order });
  }
}

/** Most writes change a status: labels and owners are then the very same value. */
function sameTies({ metadata: before }: KubeObject, { metadata: after }: KubeObject): boolean {
  return before.labels === after.labels && before.ownerReferences === after.ownerReferences;
}

/** Of a Pod whose labels and owners stay, at most the node is another, and whom it keeps away. */
function movePod(index: Index, entry: Entry, before: Pod, after: Pod): void {
  const [from, to] = [nodeOf(before), nodeOf(after)];
  index.nodeLists.delete(from);
  if (before.spec === after.spec) return;
  if (from !== to) {
    index.nodeLists.delete(to);
    takeOut(index.podsByNode, from, entry);
    put(index.podsByNode, to, entry);
  }
  if (keepsAway(after)) index.keepers.add(entry);
  else index.keepers.delete(entry);
}

function add(index: Index, kind: string, entry: Entry): void {
  const { object } = entry;
  under(index.entries, kind).set(entry.key, entry);
  const { namespace = "", labels, ownerReferences } = object.metadata;
  for (const { uid } of ownerReferences ?? []) put(index.owned, uid, entry);
  if (BY_NAMESPACE.has(kind)) put(under(index.inNamespace, kind), namespace, entry);
  if (kind === "Pod") {
    const pod = object as Pod; // the kind says so
    index.nodeLists.delete(nodeOf(pod));
    put(index.podsByNode, nodeOf(pod), entry);
    if (keepsAway(pod)) index.keepers.add(entry);
    for (const key in labels) put(under(under(index.podsByLabel, namespace), key), labels[key] ?? "", entry);
  } else if (kind === "Service") {
    index.asked = null;
    const pair = firstPair((object as Service).spec.selector); // the kind says so
    if (pair !== null) put(under(under(index.servicesByPair, namespace), pair[0]), pair[1], entry);
  } else if (kind === "EndpointSlice" && labels?.[SERVICE_NAME] !== undefined)
    put(index.slices, `${namespace}/${labels[SERVICE_NAME]}`, entry);
}

function drop(index: Index, kind: string, entry: Entry): void {
  const { object } = entry;
  index.entries.get(kind)?.delete(entry.key);
  const { namespace = "", labels, ownerReferences } = object.metadata;
  for (const { uid } of ownerReferences ?? []) takeOut(index.owned, uid, entry);
  if (BY_NAMESPACE.has(kind)) takeOut(under(index.inNamespace, kind), namespace, entry);
  if (kind === "Pod") {
    const pod = object as Pod; // the kind says so
    index.nodeLists.delete(nodeOf(pod));
    takeOut(index.podsByNode, nodeOf(pod), entry);
    index.keepers.delete(entry);
    for (const key in labels) takeOut(under(under(index.podsByLabel, namespace), key), labels[key] ?? "", entry);
  } else if (kind === "Service") {
    index.asked = null;
    const pair = firstPair((object as Service).spec.selector); // the kind says so
    if (pair !== null) takeOut(under(under(index.servicesByPair, namespace), pair[0]), pair[1], entry);
  } else if (kind === "EndpointSlice" && labels?.[SERVICE_NAME] !== undefined)
    takeOut(index.slices, `${namespace}/${labels[SERVICE_NAME]}`, entry);
}

/** The map under a name, made where there is none. */
function under<V>(of: Map<string, Map<string, V>>, name: string): Map<string, V> {
  let map = of.get(name);
  if (map === undefined) of.set(name, (map = new Map()));
  return map;
}

function put(of: Map<string, Bucket>, at: string, entry: Entry): void {
  const bucket = of.get(at);
  if (bucket === undefined) of.set(at, new Set([entry]));
  else bucket.add(entry);
}

function takeOut(of: Map<string, Bucket>, at: string, entry: Entry): void {
  const bucket = of.get(at);
  bucket?.delete(entry);
  if (bucket?.size === 0) of.delete(at);
}

function nodeOf({ spec }: Pod): string {
  return spec?.nodeName ?? "";
}

function keepsAway({ spec }: Pod): boolean {
  return (
    at(spec, "affinity") !== undefined &&
    listAt(spec, "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution").length > 0
  );
}

function firstPair(selector: StringMap | undefined): readonly [string, string] | null {
  for (const key in selector) return [key, selector[key] ?? ""];
  return null;
}

/** Entries mostly come in order. */
function inOrder(entries: Iterable<Entry>): KubeObject[] {
  const found = [...entries];
  let isSorted = true;
  for (let i = 1; isSorted && i < found.length; i++) isSorted = (found[i - 1] as Entry).order < (found[i] as Entry).order;
  if (!isSorted) found.sort((a, b) => a.order - b.order);
  return found.map((entry) => entry.object);
}

const NONE: Bucket = new Set();

/** What has an owner of this uid, in the order of creation. */
export function ownedBy(store: ObjectStore, uid: string): readonly KubeObject[] {
  return inOrder(indexOf(store).owned.get(uid) ?? NONE);
}

/** Whether something that has an owner of this uid is so. */
export function ownsSome(store: ObjectStore, uid: string, is: (object: KubeObject) => boolean): boolean {
  for (const { object } of indexOf(store).owned.get(uid) ?? NONE) if (is(object)) return true;
  return false;
}

/** Pods of the namespace whose labels have all pairs, in the order of creation. No pairs: none. */
export function podsWith(store: ObjectStore, namespace: string, pairs: StringMap | undefined): readonly Pod[] {
  return inOrder(labelled(store, namespace, pairs)) as Pod[]; // only Pods stand in these buckets
}

/** The keys of the same Pods, in no order. */
export function podKeysWith(store: ObjectStore, namespace: string, pairs: StringMap | undefined): readonly string[] {
  return [...labelled(store, namespace, pairs)].map(({ key }) => key);
}

function labelled(store: ObjectStore, namespace: string, pairs: StringMap | undefined): Iterable<Entry> {
  const byLabel = indexOf(store).podsByLabel.get(namespace);
  const wanted = Object.entries(pairs ?? {});
  let fewest: Bucket | null = null;
  for (const [key, value] of wanted) {
    const bucket = byLabel?.get(key)?.get(value);
    if (bucket === undefined) return NONE;
    if (fewest === null || bucket.size < fewest.size) fewest = bucket;
  }
  // Those of a bucket have the pair that it is for.
  if (wanted.length < 2) return fewest ?? NONE;
  return [...(fewest ?? NONE)].filter(({ object }) => wanted.every(([key, value]) => object.metadata.labels?.[key] === value));
}

/** Services of the namespace whose selector matches these labels, in the order of creation. */
export function servicesFor(store: ObjectStore, namespace: string, labels: StringMap | undefined): readonly Service[] {
  return selecting(indexOf(store), namespace, labels).map(({ object }) => object) as Service[]; // only Services stand in these buckets
}

/** The keys of `servicesFor`. */
export function serviceKeysFor(store: ObjectStore, namespace: string, labels: StringMap | undefined): readonly string[] {
  return selecting(indexOf(store), namespace, labels).map(({ key }) => key);
}

function selecting(index: Index, namespace: string, labels: StringMap | undefined): readonly Entry[] {
  const byPair = index.servicesByPair.get(namespace);
  if (byPair === undefined || labels === undefined) return NO_ENTRIES;
  const { asked } = index;
  if (asked?.labels === labels && asked.namespace === namespace) return asked.found;
  const found: Entry[] = [];
  for (const key in labels) {
    for (const entry of byPair.get(key)?.get(labels[key] ?? "") ?? NONE) {
      const { selector } = (entry.object as Service).spec; // only Services stand in these buckets
      if (hasPairs(labels, selector)) found.push(entry);
    }
  }
  found.sort((a, b) => a.order - b.order);
  index.asked = { namespace, labels, found };
  return found;
}

const NO_ENTRIES: readonly Entry[] = [];

function hasPairs(labels: StringMap, pairs: StringMap | undefined): boolean {
  for (const name in pairs) if (labels[name] !== pairs[name]) return false;
  return true;
}

/** Slices that name the Service, in the order of creation. */
export function slicesFor(store: ObjectStore, service: string): readonly KubeObject[] {
  return inOrder(indexOf(store).slices.get(service) ?? NONE);
}

/**
 * Pods that are bound to a node, or ("") Pods without one, in the order of creation. The same list comes back until one of
 * these Pods changes, so that callers may remember by it what they made of it.
 */
export function podsOnNode(store: ObjectStore, node: string): readonly Pod[] {
  const index = indexOf(store);
  const known = index.nodeLists.get(node);
  if (known !== undefined) return known;
  const pods = inOrder(index.podsByNode.get(node) ?? NONE) as Pod[]; // only Pods stand in these buckets
  index.nodeLists.set(node, pods);
  return pods;
}

/** How many Pods are bound to a node, or ("") have none. */
export function countOnNode(store: ObjectStore, node: string): number {
  return indexOf(store).podsByNode.get(node)?.size ?? 0;
}

/** Pods with a required anti-affinity, in the order of creation. */
export function podsThatKeepAway(store: ObjectStore): readonly Pod[] {
  const { keepers } = indexOf(store);
  return keepers.size === 0 ? NOBODY : (inOrder(keepers) as Pod[]); // only Pods stand in this bucket
}

const NOBODY: readonly Pod[] = [];

/** Objects of one of the kinds of `BY_NAMESPACE` in a namespace, in the order of creation. */
export function inNamespace(
  store: ObjectStore,
  kind: "ReplicaSet" | "ReplicationController" | "PodDisruptionBudget" | "Endpoints",
  namespace: string,
): readonly KubeObject[] {
  return inOrder(indexOf(store).inNamespace.get(kind)?.get(namespace) ?? NONE);
}
