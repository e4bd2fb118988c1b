/**
 * What `kubectl apply` sends: the stored object with what the manifest says, less what the last manifest said and this
 * one no longer does. Maps are merged, lists are replaced. (staging/src/k8s.io/kubectl, three-way merge)
 */
import { isObject } from "./json.ts";

export function threeWayMerge(current: unknown, last: unknown, next: unknown): unknown {
  if (!isObject(next)) return next;
  if (!isObject(current)) return next;
  const merged: { [key: string]: unknown } = { ...current };
  if (isObject(last)) for (const key of Object.keys(last)) if (!Object.hasOwn(next, key)) delete merged[key];
  for (const [key, value] of Object.entries(next)) {
    merged[key] = threeWayMerge(merged[key], isObject(last) ? last[key] : undefined, value);
  }
  return merged;
}
