/** Graceful deletion of Pods, as a request to the API server begins it. (pkg/registry/core/pod/strategy.go, CheckGracefulDelete) */
import { SECOND } from "../base/time.ts";
import { get } from "../api/store.ts";
import { isFinished } from "./lookup.ts";
import { erase, instantOf, write } from "./world.ts";
import type { World } from "./world.ts";

/**
 * Asks for a Pod's deletion. It stays, terminating, until its containers have ended (the kubelet removes it); a Pod
 * without a node or one that has finished goes at once. A second request may shorten the grace period, not lengthen it.
 */
export function deletePod(world: World, key: string, graceSeconds?: number): void {
  const pod = get(world.store, "Pod", key);
  if (pod === undefined) return;
  const own = pod.spec.terminationGracePeriodSeconds ?? 30;
  // A Pod's negative period is accepted and means one second.
  const asked = graceSeconds ?? (own < 0 ? 1 : own);
  const grace = pod.spec.nodeName === undefined || isFinished(pod) ? 0 : asked;
  const before = pod.metadata.deletionGracePeriodSeconds;
  if (grace === 0) {
    erase(world, "Pod", key);
    world.memory.pods.delete(key);
    world.memory.readyOverrides.delete(key);
    world.memory.paces.delete(key);
    world.memory.evictions.delete(key);
    return;
  }
  if (before !== undefined && before <= grace) return;
  write(world, {
    ...pod,
    metadata: { ...pod.metadata, deletionTimestamp: instantOf(world, grace * SECOND), deletionGracePeriodSeconds: grace },
  });
  const runtime = world.memory.pods.get(key);
  if (runtime !== undefined && runtime.deletedAt === null) world.memory.pods.set(key, { ...runtime, deletedAt: world.now });
}

/** Forces a Pod's readiness, or (null) leaves it to its probes again. The kubelet has to be woken for it. */
export function setReadyOverride(world: World, key: string, ready: boolean | null): void {
  if (ready === null) world.memory.readyOverrides.delete(key);
  else world.memory.readyOverrides.set(key, ready);
}
