/** What goes when something else goes: owned objects, and the content of a Namespace. (pkg/controller/garbagecollector, …/namespace) */
import { storedKind } from "../api/kinds.ts";
import { keyOf } from "../api/store.ts";
import { ownedBy } from "../api/store-index.ts";
import type { KubeObject, Pod } from "../api/types.ts";
import { created } from "./lookup.ts";
import { deletePod } from "./pod-deletion.ts";
import { erase } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

/** `uid` is that of an owner that is gone. */
export function collectGarbage(world: World, uid: string): readonly WakeUp[] {
  for (const object of ownedBy(world.store, uid)) removeOne(world, object);
  return [];
}

/** Everything in a Namespace that is gone. */
export function emptyNamespace(world: World, namespace: string): readonly WakeUp[] {
  if (world.store.objects.get("Namespace")?.has(namespace) === true) return [];
  const inside = [...world.store.objects.values()].flatMap((objects) =>
    [...objects.values()].filter((object) => object.metadata.namespace === namespace),
  );
  for (const object of inside) removeOne(world, object);
  return [];
}

/** Pods end gracefully, everything else goes at once. */
function removeOne(world: World, object: KubeObject): void {
  if (object.kind === "Pod") deletePod(world, keyOf(object));
  else erase(world, storedKind(object.apiVersion, object.kind), keyOf(object));
}

/** Pods bound to a Node that is gone: nobody can end them gracefully. (pkg/controller/podgc) */
export function removeOrphanedPods(world: World, node: string): readonly WakeUp[] {
  if (world.store.objects.get("Node")?.has(node) === true) return [];
  const bound = [...created(world.store, "Pod")].filter((pod) => (pod as Pod).spec.nodeName === node); // the kind says so
  for (const pod of bound) deletePod(world, keyOf(pod), 0);
  return [];
}
