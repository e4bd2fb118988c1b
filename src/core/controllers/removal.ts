/** What goes when something else goes: owned objects, and the content of a Namespace. (pkg/controller/garbagecollector, …/namespace) */
import { keyOf } from "../api/store.ts";
import type { KubeObject } from "../api/types.ts";
import { deletePod } from "./pod-deletion.ts";
import { erase } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

/** `uid` is that of an owner that is gone. */
export function collectGarbage(world: World, uid: string): readonly WakeUp[] {
  removeAll(world, (object) => object.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true);
  return [];
}

/** Everything in a Namespace that is gone. */
export function emptyNamespace(world: World, namespace: string): readonly WakeUp[] {
  if (world.store.objects.get("Namespace")?.has(namespace) === true) return [];
  removeAll(world, (object) => object.metadata.namespace === namespace);
  return [];
}

/** Pods end gracefully, everything else goes at once. */
function removeAll(world: World, isGone: (object: KubeObject) => boolean): void {
  for (const [kind, objects] of world.store.objects) {
    for (const object of [...objects.values()].filter(isGone)) {
      if (kind === "Pod") deletePod(world, keyOf(object));
      else erase(world, kind, keyOf(object));
    }
  }
}
