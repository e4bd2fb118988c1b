/**
 * What `kubectl apply` sends: the stored object with what the manifest says, less what the last manifest said and this
 * one no longer does. Maps are merged, lists are replaced. (staging/src/k8s.io/kubectl, three-way merge)
 */
import { isObject, sameJson } from "./json.ts";

/** Fields that a patch leaves with no other keys than its own (patchStrategy `retainKeys`): a union by its `type`. */
const RETAINS_KEYS: ReadonlySet<string> = new Set(["spec.strategy"]);

export function threeWayMerge(current: unknown, last: unknown, next: unknown, path = ""): unknown {
  if (!isObject(next)) return next;
  if (!isObject(current)) return next;
  const retains = RETAINS_KEYS.has(path) && !sameJson(last, next);
  const merged: { [key: string]: unknown } = retains ? {} : { ...current };
  if (isObject(last)) for (const key of Object.keys(last)) if (!Object.hasOwn(next, key)) delete merged[key];
  for (const [key, value] of Object.entries(next)) {
    merged[key] = threeWayMerge(current[key], isObject(last) ? last[key] : undefined, value, path === "" ? key : `${path}.${key}`);
  }
  return merged;
}
