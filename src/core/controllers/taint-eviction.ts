/**
 * Taints that drive Pods out: one that does not tolerate a NoExecute taint goes at once, one that tolerates it for a time
 * when that is over. A node that is out of service loses the Pods that nobody could end.
 * (pkg/controller/tainteviction/taint_eviction.go, pkg/controller/podgc/gc_controller.go)
 */
import { get, keyOf } from "../api/store.ts";
import { podsOnNode } from "../api/store-index.ts";
import type { Node } from "../api/types.ts";
import type { Nanos } from "../base/time.ts";
import { DELAYS } from "./delays.ts";
import { isFinished, isReady, isTerminating } from "./lookup.ts";
import { deletePod } from "./pod-deletion.ts";
import { say } from "./records.ts";
import { evictingTaints, staysFor } from "./taints.ts";
import type { Taint } from "./taints.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

const UNREACHABLE = "node.kubernetes.io/unreachable";
const OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";

export function reconcileTaintEviction(world: World, name: string): readonly WakeUp[] {
  const node = get(world.store, "Node", name);
  if (node === undefined) return [];
  const taints = taintsOf(world, node);
  const dues: Nanos[] = [];
  for (const pod of podsOnNode(world.store, name)) {
    const key = keyOf(pod);
    const stays = taints.length === 0 || isTerminating(pod) || isFinished(pod) ? null : staysFor(pod, taints);
    if (stays === null) {
      world.memory.evictions.delete(key);
      continue;
    }
    const since = world.memory.evictions.get(key) ?? world.now;
    world.memory.evictions.set(key, since);
    if (world.now < since + stays) dues.push(since + stays);
    else {
      const message = `Marking for deletion Pod ${key}`;
      say(world, pod, { by: "taint-eviction-controller", type: "Normal", reason: "TaintManagerEviction", message });
      deletePod(world, key);
    }
  }
  if (isOutOfService(node)) removeLost(world, name);
  if (dues.length === 0) return [];
  const after = dues.reduce((first, due) => Math.min(first, due)) - world.now;
  return [{ controller: "taint-eviction", key: name, after, ...(after > DELAYS.soonEnough ? { idle: true } : {}) }];
}

/** Of a node that nobody hears of the node lifecycle controller counts the time. */
function taintsOf({ memory }: World, node: Node): readonly Taint[] {
  const known = memory.nodeFaults.has(node.metadata.name);
  return evictingTaints(node).filter(({ key }) => !known || key !== UNREACHABLE);
}

function isOutOfService(node: Node): boolean {
  return !isReady(node) && (node.spec.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE);
}

/** Pods that are to go and whose kubelet cannot say that they have. */
function removeLost(world: World, node: string): void {
  for (const pod of podsOnNode(world.store, node)) if (isTerminating(pod)) deletePod(world, keyOf(pod), 0);
}
