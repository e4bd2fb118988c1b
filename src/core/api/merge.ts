/**
 * What `kubectl apply` sends: the stored object with what the manifest says, less what the last manifest said and this
 * one no longer does. Maps are merged. Lists are replaced, except those whose items the API tells apart by a member
 * (containers by name, a Service's ports by number): there each item is merged with its own earlier self, and what the
 * cluster added stays. (apimachinery/pkg/util/strategicpatch/patch.go)
 */
import type { Shape } from "./decode.ts";
import { isObject, sameJson } from "./json.ts";

/** `shape` is the object's type where it is one of Kubernetes' own; a custom resource's lists are all replaced. */
export function threeWayMerge(current: unknown, last: unknown, next: unknown, shape: Shape | null = null): unknown {
  if (Array.isArray(next)) return mergedList(current, last, next, shape);
  if (!isObject(next) || !isObject(current)) return next;
  // A union by its `type` keeps no keys but those of the manifest (patchStrategy `retainKeys`).
  const retains = shape?.kind === "struct" && shape.retainKeys === true && !sameJson(last, next);
  const merged: { [key: string]: unknown } = retains ? {} : { ...current };
  if (isObject(last)) for (const key of Object.keys(last)) if (!Object.hasOwn(next, key)) delete merged[key];
  for (const [key, value] of Object.entries(next))
    merged[key] = threeWayMerge(current[key], isObject(last) ? last[key] : undefined, value, memberShape(shape, key));
  return merged;
}

function memberShape(shape: Shape | null, key: string): Shape | null {
  if (shape?.kind === "map") return shape.of;
  return shape?.kind === "struct" && Object.hasOwn(shape.fields, key) ? (shape.fields[key] ?? null) : null;
}

function mergedList(current: unknown, last: unknown, next: readonly unknown[], shape: Shape | null): unknown {
  if (shape?.kind !== "list" || shape.key === undefined || !Array.isArray(current)) return next;
  const { key, of } = shape;
  const keyOf = (item: unknown): unknown => (key === "" ? item : isObject(item) ? item[key] : undefined);
  const stored = byKey(current, keyOf);
  const wanted = byKey(next, keyOf);
  const before = byKey(Array.isArray(last) ? last : [], keyOf);
  // Where items cannot be told apart (one port number for TCP and UDP), the list is one value.
  if (stored === null || wanted === null || before === null) return next;
  const merged = next.map((item: unknown) => threeWayMerge(stored.get(keyOf(item)), before.get(keyOf(item)), item, of));
  const added = current.filter((item: unknown) => !wanted.has(keyOf(item)) && !before.has(keyOf(item)));
  return added.length === 0 ? merged : interleaved(merged, added, (item) => current.findIndex((other) => keyOf(other) === keyOf(item)));
}

/** Null where two items have one key, or one has none. */
function byKey(list: readonly unknown[], keyOf: (item: unknown) => unknown): ReadonlyMap<unknown, unknown> | null {
  const found = new Map(list.map((item) => [keyOf(item), item]));
  return found.size === list.length && !found.has(undefined) ? found : null;
}

/** The manifest's items in its order, the cluster's between them as they stood: before an item that is new. (mergeSortedSlice) */
function interleaved(ours: readonly unknown[], theirs: readonly unknown[], placeOf: (item: unknown) => number): readonly unknown[] {
  const merged: unknown[] = [];
  let [left, right] = [0, 0];
  while (left < ours.length || right < theirs.length) {
    const place = left < ours.length ? placeOf(ours[left]) : -1;
    const first = right >= theirs.length || (left < ours.length && place >= 0 && place < placeOf(theirs[right]));
    merged.push(first ? ours[left++] : theirs[right++]);
  }
  return merged;
}
