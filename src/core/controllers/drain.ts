/**
 * `kubectl drain`: evicts the Pods of a node and tries again every five seconds what a disruption budget refuses, until
 * nothing is left or the node is uncordoned. (staging/src/k8s.io/kubectl/pkg/drain/drain.go)
 */
import { get, keyOf } from "../api/store.ts";
import { podsOnNode } from "../api/store-index.ts";
import type { Pod } from "../api/types.ts";
import { DELAYS } from "./delays.ts";
import { evictionRefusal } from "./disruption.ts";
import { isTerminating } from "./lookup.ts";
import { deletePod } from "./pod-deletion.ts";
import { controllerOf } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

/** Pods that a drain evicts: not those of DaemonSets, and not those that the kubelet runs by itself. */
export function drained(world: World, node: string): readonly Pod[] {
  return podsOnNode(world.store, node).filter((pod) => controllerOf(pod)?.kind !== "DaemonSet" && !isMirror(pod));
}

function isMirror(pod: Pod): boolean {
  return pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined;
}

/** So many tries in a row may change nothing before nobody waits for the drain any more. */
const PATIENCE = 12;

export function beginDrain(world: World, node: string): readonly WakeUp[] {
  world.memory.drains.set(node, { tries: 0, refused: [] });
  return reconcileDrain(world, node);
}

export function reconcileDrain(world: World, node: string): readonly WakeUp[] {
  const known = world.memory.drains.get(node);
  if (known === undefined) return [];
  const refused: { readonly pod: string; readonly why: string }[] = [];
  let evicted = 0;
  for (const pod of drained(world, node)) {
    if (isTerminating(pod)) continue;
    const why = evictionRefusal(world, pod);
    if (why === null) {
      deletePod(world, keyOf(pod));
      evicted += 1;
    } else refused.push({ pod: keyOf(pod), why });
  }
  if (refused.length === 0 || get(world.store, "Node", node) === undefined) {
    world.memory.drains.delete(node);
    return [];
  }
  const tries = evicted > 0 ? 0 : known.tries + 1;
  world.memory.drains.set(node, { tries, refused });
  return [{ controller: "drain", key: node, after: DELAYS.drainRetry, ...(tries > PATIENCE ? { idle: true } : {}) }];
}
