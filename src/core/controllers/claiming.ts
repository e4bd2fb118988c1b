/**
 * Whose a Pod is when its labels change: a controller lets go of Pods that its selector does not match any more, and they run on as
 * nobody's. (pkg/controller/controller_ref_manager.go, ClaimPods) What it takes up is with each controller.
 */
import type { KubeObject, Pod } from "../api/types.ts";
import { isActive, podsOf } from "./lookup.ts";
import { write } from "./world.ts";
import type { World } from "./world.ts";

/** Takes the controller's reference off its active Pods (`pods`: all that it owns) whose labels it does not select. */
export function release(
  world: World,
  owner: KubeObject,
  selects: (pod: Pod) => boolean,
  pods: readonly Pod[] = podsOf(world.store, owner),
): void {
  for (const pod of pods) if (isActive(pod) && !selects(pod)) write(world, withoutOwner(pod, owner));
}

function withoutOwner(pod: Pod, owner: KubeObject): Pod {
  const { ownerReferences = [], ...metadata } = pod.metadata;
  const others = ownerReferences.filter(({ uid }) => uid !== owner.metadata.uid);
  return { ...pod, metadata: others.length === 0 ? metadata : { ...metadata, ownerReferences: others } };
}
