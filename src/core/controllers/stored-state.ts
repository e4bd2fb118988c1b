/** Controllers run over objects that an API server has stored: the `reconcile` command. */
import { isSettingsDocument, readSettings } from "../api/settings.ts";
import { keyOf, list } from "../api/store.ts";
import { storeOf } from "../api/stored.ts";
import type { KubeObject } from "../api/types.ts";
import { rememberBrought } from "./imports.ts";
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
  Service: ["endpointslice", "endpointslicemirroring", "load-balancer"],
  Endpoints: ["endpointslicemirroring"],
};

/**
 * The objects when nothing changes any more, ordered by kind and name. `controllers` names those that run (see
 * `readControllers`); absent, all do, the scheduler and the kubelet among them. Objects that stand for settings are kept
 * beside them. Pods that run, and what their sets called their templates, are taken as they are found.
 */
export function reconcileStored(
  objects: readonly unknown[],
  controllers?: readonly ControllerName[],
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
  rememberBrought(
    world,
    TAKEN_AS_FOUND.flatMap((kind) => list(store, kind)),
  );
  const all: WakeUp[] = [{ controller: "scheduler", key: "", after: 0 }];
  for (const [kind, names] of Object.entries(BY_KIND)) {
    for (const object of list(store, kind)) for (const controller of names) all.push({ controller, key: keyOf(object), after: 0 });
  }
  // Pods that run already are as their status says; the kubelet here looks only after those that never started.
  for (const pod of list(store, "Pod"))
    if (pod.spec.nodeName !== undefined && pod.status.podIP === undefined) all.push({ controller: "kubelet", key: keyOf(pod), after: 0 });
  runToRest(world, all, controllers === undefined ? {} : { only: controllers });
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

/** Slices are not among them: what is asked for is what controllers make of the rest. */
const TAKEN_AS_FOUND: readonly string[] = ["Pod", "StatefulSet", "DaemonSet"];

/** Every controller, with the other names that kube-controller-manager and its parts give it. (cmd/kube-controller-manager/names) */
const NAMES: Readonly<Record<ControllerName, readonly string[]>> = {
  deployment: [],
  replicaset: [],
  replicationcontroller: ["replication"],
  statefulset: [],
  daemonset: [],
  job: [],
  cronjob: [],
  "taint-eviction": [],
  disruption: [],
  drain: [],
  scheduler: ["kube-scheduler"],
  kubelet: [],
  "node-lifecycle": ["nodelifecycle"],
  "load-balancer": ["service", "service-lb", "loadbalancer"],
  endpointslice: [],
  endpointslicemirroring: ["endpointslice-mirroring"],
  "garbage-collector": ["garbagecollector"],
  namespace: [],
  "pod-garbage-collector": ["podgc"],
};

/** Controllers of a real cluster whose work shows nowhere here: to ask for them is no mistake. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set(
  "attachdetach bootstrapsigner certificatesigningrequest-approving certificatesigningrequest-cleaner certificatesigningrequest-signing clusterrole-aggregation cronjob csrapproving csrcleaner csrsigning disruption endpoint endpoints ephemeral-volume horizontal-pod-autoscaler horizontalpodautoscaling nodeipam node-ipam node-route persistentvolume-binder persistentvolume-expander persistentvolume-protection persistentvolumeclaim-protection resourceclaim resourcequota root-ca-certificate-publisher route serviceaccount serviceaccount-token tokencleaner token-cleaner ttl ttl-after-finished validatingadmissionpolicy-status".split(
    " ",
  ),
);

/** Controllers by any of their names, with or without `-controller`; a name that no controller has is an error in one sentence. */
export function readControllers(names: readonly string[]): readonly ControllerName[] | { readonly error: string } {
  const known = Object.entries(NAMES) as readonly (readonly [ControllerName, readonly string[]])[]; // the record's own keys
  const found: ControllerName[] = [];
  for (const name of names) {
    const plain = name.replace(/-controller$/, "");
    const match = known.find(([own, others]) => own === name || own === plain || others.includes(plain));
    if (match === undefined && !WITHOUT_EFFECT.has(plain))
      return { error: `there is no controller ${JSON.stringify(name)}; there are ${known.map(([own]) => own).join(", ")}` };
    if (match !== undefined) found.push(match[0]);
  }
  return found;
}
