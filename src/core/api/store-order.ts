/**
 * The objects of a kind in the order of their keys, kept in step with each write, and what differs between two such lists.
 * Lists that were handed out never change: while nothing of the kind is written they are the same value, so that whoever
 * made something of a list knows by identity whether it still holds.
 */
import { compareText } from "../base/names.ts";
import type { ObjectStore } from "./store.ts";
import type { KubeObject } from "./types.ts";

interface Ordered {
  keys: string[];
  objects: KubeObject[];
  /** Somebody holds the list: the next write copies it. */
  shared: boolean;
  /** Writes that the lists do not show yet: key → what is stored now, null where it was removed. */
  readonly pending: Map<string, KubeObject | null>;
  /** Instead of them, once they are many: keys that came and that went. What stands is read out of the store again. */
  many: { readonly come: Set<string>; readonly gone: Set<string> } | null;
}

interface Order {
  /** The store's revision that it is in step with. */
  revision: number;
  readonly kinds: Map<string, Ordered>;
}

// Derived from the store alone and never printed or hashed: which run asks first makes no difference.
const orders = new WeakMap<ObjectStore, Order>();

/** All objects of a kind, ordered by key (`namespace/name` by code unit). */
export function inOrder(store: ObjectStore, kind: string): readonly KubeObject[] {
  let order = orders.get(store);
  if (order === undefined || order.revision !== store.revision) orders.set(store, (order = { revision: store.revision, kinds: new Map() }));
  let ordered = order.kinds.get(kind);
  if (ordered === undefined) order.kinds.set(kind, (ordered = read(store, kind)));
  if (ordered.many !== null) readAgain(ordered, store.objects.get(kind) ?? NOTHING);
  else if (ordered.pending.size > 0) catchUp(ordered);
  ordered.shared = true;
  return ordered.objects;
}

function read(store: ObjectStore, kind: string): Ordered {
  const of = store.objects.get(kind);
  if (of === undefined) return { keys: [], objects: [], shared: false, pending: new Map(), many: null };
  const keys = [...of.keys()].sort(compareText);
  return { keys, objects: keys.map((key) => of.get(key) as KubeObject), shared: false, pending: new Map(), many: null };
}

const NOTHING: ReadonlyMap<string, KubeObject> = new Map();

/** Keeps the order in step with one write that raised the store's revision by one. `isNew`: nothing stood under the key. */
export function noteOrder(store: ObjectStore, kind: string, key: string, after: KubeObject | null, isNew: boolean): void {
  const order = orders.get(store);
  if (order === undefined || order.revision !== store.revision - 1) return;
  order.revision = store.revision;
  const ordered = order.kinds.get(kind);
  if (ordered === undefined) return;
  const { many, pending } = ordered;
  if (many !== null) noteMany(many, key, after !== null, isNew);
  else {
    pending.set(key, after);
    if (pending.size > MANY && 2 * pending.size > ordered.keys.length) forgetEach(ordered);
  }
}

/** From so many writes on, of half of what stands, nobody remembers each. */
const MANY = 4_096;

function forgetEach(ordered: Ordered): void {
  const many = { come: new Set<string>(), gone: new Set<string>() };
  for (const [key, after] of ordered.pending) {
    const stands = ordered.keys[placeOf(ordered.keys, key)] === key;
    if (after === null && stands) many.gone.add(key);
    else if (after !== null && !stands) many.come.add(key);
  }
  ordered.pending.clear();
  ordered.many = many;
}

function noteMany({ come, gone }: NonNullable<Ordered["many"]>, key: string, stands: boolean, isNew: boolean): void {
  if (stands && !isNew) return;
  // One that comes back stands where it stood.
  if (stands && !gone.delete(key)) come.add(key);
  if (!stands && !come.delete(key)) gone.add(key);
}

function readAgain(ordered: Ordered, of: ReadonlyMap<string, KubeObject>): void {
  const { come, gone } = ordered.many ?? { come: [], gone: new Set() };
  const stay = gone.size === 0 ? ordered.keys : ordered.keys.filter((key) => !gone.has(key));
  ordered.keys = weave(stay, [...come].sort(compareText));
  ordered.objects = ordered.keys.map((key) => of.get(key) as KubeObject); // what came and did not go stands
  ordered.shared = false;
  ordered.many = null;
}

/** Up to so many writes are put in one by one; more are merged in one go, so that thousands of new objects cost no more than sorting them. */
const FEW = 16;

function catchUp(ordered: Ordered): void {
  const { pending } = ordered;
  if (pending.size > FEW) merge(ordered);
  else {
    if (ordered.shared) ordered.objects = [...ordered.objects];
    for (const [key, after] of pending) putInPlace(ordered, key, after);
  }
  ordered.shared = false;
  pending.clear();
}

function putInPlace({ keys, objects }: Ordered, key: string, after: KubeObject | null): void {
  const at = placeOf(keys, key);
  const known = keys[at] === key;
  if (after === null) {
    if (!known) return;
    keys.splice(at, 1);
    objects.splice(at, 1);
  } else if (known) objects[at] = after;
  else {
    keys.splice(at, 0, key);
    objects.splice(at, 0, after);
  }
}

/** What stands already is replaced where it stands; only keys that are new are sorted. */
function merge(ordered: Ordered): void {
  const { pending } = ordered;
  const stay: string[] = [];
  const objects = new Map<string, KubeObject>();
  for (const [at, key] of ordered.keys.entries()) {
    const after = pending.get(key);
    if (after === null) continue;
    stay.push(key);
    objects.set(key, after ?? (ordered.objects[at] as KubeObject)); // the lists are as long as each other
  }
  const come: string[] = [];
  for (const [key, after] of pending) {
    if (after === null || objects.has(key)) continue;
    come.push(key);
    objects.set(key, after);
  }
  ordered.keys = weave(stay, come.sort(compareText));
  ordered.objects = ordered.keys.map((key) => objects.get(key) as KubeObject); // each key was put in
}

/** Two lists of different keys, both in order, as one. */
function weave(stay: readonly string[], come: readonly string[]): string[] {
  if (come.length === 0) return [...stay];
  const keys: string[] = [];
  let next = 0;
  for (const key of come) {
    for (let other = stay[next]; other !== undefined && compareText(other, key) < 0; other = stay[++next]) keys.push(other);
    keys.push(key);
  }
  for (; next < stay.length; next++) keys.push(stay[next] as string);
  return keys;
}

/** Where the key stands, or would stand. */
function placeOf(keys: readonly string[], key: string): number {
  let [from, to] = [0, keys.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (compareText(keys[middle] ?? "", key) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

export interface Differences<T> {
  /** In the first list alone, and in the second alone; a changed object is in both. */
  readonly gone: readonly T[];
  readonly come: readonly T[];
}

/**
 * What differs between two lists in the same order. Values that both lists share are passed over by identity, so that it
 * takes as long as comparing pointers.
 */
export function differences<T>(before: readonly T[], after: readonly T[], compare: (a: T, b: T) => number): Differences<T> {
  let start = 0;
  const shorter = Math.min(before.length, after.length);
  while (start < shorter && before[start] === after[start]) start++;
  let [i, j] = [before.length, after.length];
  while (i > start && j > start && before[i - 1] === after[j - 1]) {
    i--;
    j--;
  }
  const gone: T[] = [];
  const come: T[] = [];
  let [a, b] = [start, start];
  while (a < i || b < j) {
    const [left, right] = [before[a], after[b]];
    if (a < i && b < j && left === right) {
      a++;
      b++;
      continue;
    }
    const side = a >= i ? 1 : b >= j ? -1 : compare(left as T, right as T); // both are there
    if (side <= 0) {
      gone.push(left as T);
      a++;
    }
    if (side >= 0) {
      come.push(right as T);
      b++;
    }
  }
  return { gone, come };
}
