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
  ordered.shared = true;
  return ordered.objects;
}

function read(store: ObjectStore, kind: string): Ordered {
  const of = store.objects.get(kind);
  if (of === undefined) return { keys: [], objects: [], shared: false };
  const keys = [...of.keys()].sort(compareText);
  return { keys, objects: keys.map((key) => of.get(key) as KubeObject), shared: false };
}

/** Keeps the order in step with one write that raised the store's revision by one. */
export function noteOrder(store: ObjectStore, kind: string, key: string, after: KubeObject | null): void {
  const order = orders.get(store);
  if (order === undefined || order.revision !== store.revision - 1) return;
  order.revision = store.revision;
  const ordered = order.kinds.get(kind);
  if (ordered === undefined) return;
  if (ordered.shared) {
    ordered.objects = [...ordered.objects];
    ordered.shared = false;
  }
  const at = placeOf(ordered.keys, key);
  const known = ordered.keys[at] === key;
  if (after === null) {
    if (!known) return;
    ordered.keys.splice(at, 1);
    ordered.objects.splice(at, 1);
  } else if (known) ordered.objects[at] = after;
  else {
    ordered.keys.splice(at, 0, key);
    ordered.objects.splice(at, 0, after);
  }
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
