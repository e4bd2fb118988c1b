/** Controllers run over objects that an API server has stored: the `reconcile` command. */
import { isSettingsDocument, readSettings } from "../api/settings.ts";
import { keyOf, list } from "../api/store.ts";
import { storeOf } from "../api/stored.ts";
import type { KubeObject } from "../api/types.ts";
import { runToRest } from "./reconcile.ts";
import { emptyMemory, uidOf } from "./world.ts";
import type { World } from "./world.ts";
import type { ControllerName, WakeUp } from "./wake-ups.ts";

const BY_KIND: { readonly [kind: string]: readonly ControllerName[] } = {
  Deployment: ["deployment"],
  ReplicaSet: ["replicaset"],
  ReplicationController: ["replicationcontroller"],
  StatefulSet: ["statefulset"],
  DaemonSet: ["daemonset"],
  Job: ["job"],
  Service: ["endpointslice", "endpointslicemirroring"],
  Endpoints: ["endpointslicemirroring"],
};

/**
 * The objects when nothing changes any more, ordered by kind and name. `controllers` names those that run; absent, all
 * do, the scheduler and the kubelet among them. Objects that stand for settings are kept beside them.
 */
export function reconcileStored(
  objects: readonly unknown[],
  controllers?: readonly string[],
  options: { readonly seed?: number; readonly epochSeconds?: number } = {},
): readonly KubeObject[] {
  const { settings } = readSettings(objects, { stored: true });
  const store = storeOf(objects);
  const world: World = {
    store,
    memory: emptyMemory(),
    settings,
    seed: options.seed ?? 1,
    now: 0,
    epochSeconds: options.epochSeconds ?? 0,
    changes: [],
  };
  identify(world);
  const all: WakeUp[] = [{ controller: "scheduler", key: "", after: 0 }];
  for (const [kind, names] of Object.entries(BY_KIND)) {
    for (const object of list(store, kind)) for (const controller of names) all.push({ controller, key: keyOf(object), after: 0 });
  }
  // Pods that run already are as their status says; the kubelet here looks only after those that never started.
  for (const pod of list(store, "Pod"))
    if (pod.spec.nodeName !== undefined && pod.status.podIP === undefined) all.push({ controller: "kubelet", key: keyOf(pod), after: 0 });
  runToRest(world, all, controllers === undefined ? {} : { only: NAMES.filter((name) => controllers.includes(name)) });
  const kept = objects.filter(isSettingsDocument) as KubeObject[]; // settings documents, passed through as they came
  return [...kept, ...[...store.objects.keys()].sort().flatMap((kind) => list(store, kind))];
}

/** Owners and owned find each other by uid. An API server gave every object one; objects written by hand may lack it. */
function identify(world: World): void {
  for (const [kind, of] of world.store.objects) {
    for (const [key, object] of of) {
      if (object.metadata.uid === undefined && kind in BY_KIND)
        of.set(key, { ...object, metadata: { ...object.metadata, uid: uidOf(world, kind, key) } });
    }
  }
}

const NAMES: readonly ControllerName[] = [
  "deployment",
  "replicaset",
  "replicationcontroller",
  "statefulset",
  "daemonset",
  "job",
  "scheduler",
  "kubelet",
  "endpointslice",
  "endpointslicemirroring",
  "garbage-collector",
  "namespace",
  "pod-garbage-collector",
];
