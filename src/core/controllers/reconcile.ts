/** The controllers under one roof: who is woken by a change, and who does the work. README.md says how to drive them. */
import { unreachable } from "../base/names.ts";
import { sameJson } from "../api/json.ts";
import { get, keyOf } from "../api/store.ts";
import { countOnNode, inNamespace, podsOnNode, serviceKeysFor, servicesFor } from "../api/store-index.ts";
import type { KubeObject, Node, Pod, Service } from "../api/types.ts";
import { reconcileCronJob } from "./cronjob.ts";
import { reconcileDaemonSet } from "./daemonset.ts";
import { DELAYS } from "./delays.ts";
import { budgetsOf, reconcileDisruption } from "./disruption.ts";
import { reconcileDrain } from "./drain.ts";
import { reconcileDeployment } from "./deployment.ts";
import { reconcileEndpointSlices, SERVICE_NAME } from "./endpointslice.ts";
import { reconcileMirroring } from "./endpointslice-mirroring.ts";
import { wantsAuto } from "./hints.ts";
import { reconcileJob } from "./job.ts";
import { reconcileKubelet } from "./kubelet.ts";
import { conditionOf, created, isActive, isFinished } from "./lookup.ts";
import { balancersTouchedBy, reconcileLoadBalancer } from "./load-balancer.ts";
import { reconcileNodeLifecycle } from "./node-lifecycle.ts";
import { collectGarbage, emptyNamespace, removeOrphanedPods } from "./removal.ts";
import { reconcileReplicaSet, reconcileReplicationController } from "./replicaset.ts";
import { reconcileScheduler } from "./scheduler.ts";
import { reconcileStatefulSet } from "./statefulset.ts";
import { reconcileTaintEviction } from "./taint-eviction.ts";
import { evictingTaints } from "./taints.ts";
import { controllerOf } from "./world.ts";
import type { Change, World } from "./world.ts";
import type { ControllerName, WakeUp, Work } from "./wake-ups.ts";

export type { ControllerName, WakeUp, Work } from "./wake-ups.ts";

/** Does one piece of work at `world.now`; what it wrote is in `world.changes`. */
export function reconcile(world: World, { controller, key }: Work): readonly WakeUp[] {
  switch (controller) {
    case "deployment":
      return reconcileDeployment(world, key);
    case "replicaset":
      return reconcileReplicaSet(world, key);
    case "replicationcontroller":
      return reconcileReplicationController(world, key);
    case "statefulset":
      return reconcileStatefulSet(world, key);
    case "daemonset":
      return reconcileDaemonSet(world, key);
    case "job":
      return reconcileJob(world, key);
    case "cronjob":
      return reconcileCronJob(world, key);
    case "scheduler":
      return reconcileScheduler(world);
    case "kubelet":
      return reconcileKubelet(world, key);
    case "node-lifecycle":
      return reconcileNodeLifecycle(world, key);
    case "taint-eviction":
      return reconcileTaintEviction(world, key);
    case "disruption":
      return reconcileDisruption(world, key);
    case "drain":
      return reconcileDrain(world, key);
    case "load-balancer":
      return reconcileLoadBalancer(world, key);
    case "endpointslice":
      return reconcileEndpointSlices(world, key);
    case "endpointslicemirroring":
      return reconcileMirroring(world, key);
    case "garbage-collector":
      return collectGarbage(world, key);
    case "namespace":
      return emptyNamespace(world, key);
    case "pod-garbage-collector":
      return removeOrphanedPods(world, key);
    default:
      return unreachable(controller);
  }
}

/** Hands over what was written since the last call. */
export function takeChanges(world: World): readonly Change[] {
  return world.changes.splice(0);
}

/** Who has to look at what after these changes; each (controller, key) once, with the shortest wait. */
export function workOf(world: World, changes: readonly Change[]): readonly WakeUp[] {
  const found: WakeUp[] = [];
  if (changes.length === 1) {
    for (const wakeUp of wakesOf(world, changes[0] as Change)) {
      // there is one
      const place = found.findIndex(({ controller, key }) => controller === wakeUp.controller && key === wakeUp.key);
      if (place < 0) found.push(wakeUp);
      else if (wakeUp.after < (found[place] as WakeUp).after) found[place] = wakeUp; // a place is one of the list
    }
    return found;
  }
  const places = new Map<ControllerName, Map<string, number>>();
  for (const change of changes) {
    for (const wakeUp of wakesOf(world, change)) {
      let of = places.get(wakeUp.controller);
      if (of === undefined) places.set(wakeUp.controller, (of = new Map()));
      const place = of.get(wakeUp.key);
      if (place === undefined) of.set(wakeUp.key, found.push(wakeUp) - 1);
      else if (wakeUp.after < (found[place] as WakeUp).after) found[place] = wakeUp;
    }
  }
  return found;
}

export function takeWork(world: World): readonly WakeUp[] {
  return workOf(world, takeChanges(world));
}

const OWN_CONTROLLER: { readonly [kind: string]: ControllerName } = {
  Deployment: "deployment",
  ReplicaSet: "replicaset",
  ReplicationController: "replicationcontroller",
  StatefulSet: "statefulset",
  DaemonSet: "daemonset",
  Job: "job",
  CronJob: "cronjob",
};

function wake(controller: ControllerName, key: string, after: number = DELAYS.watch): WakeUp {
  return { controller, key, after };
}

function wakesOf(world: World, change: Change): readonly WakeUp[] {
  const { kind, key, before, after } = change;
  const object = after ?? before;
  if (object === null) return [];
  const wakes: WakeUp[] = [];
  const own = OWN_CONTROLLER[kind];
  if (own !== undefined && after !== null && !onlyStatus(before, after)) wakes.push(wake(own, key));
  const owner = ownerWake(object);
  if (owner !== null) wakes.push(owner);
  if (after === null && object.metadata.uid !== undefined) wakes.push(wake("garbage-collector", object.metadata.uid));
  switch (kind) {
    case "Pod":
      podWakes(world, change, wakes);
      return wakes;
    case "Node":
      return [...wakes, ...nodeWakes(world, change), ...(after === null ? [wake("pod-garbage-collector", key)] : [])];
    case "PodDisruptionBudget":
      return after === null || onlyStatus(before, after) ? wakes : [...wakes, wake("disruption", key)];
    case "Service":
      return [...wakes, wake("endpointslice", key), wake("endpointslicemirroring", key), ...balancerWake(change)];
    case "IPAddressPool":
    case "L2Advertisement":
      return [...wakes, ...balancersTouchedBy(world, object).map((service) => wake("load-balancer", keyOf(service)))];
    case "Endpoints":
      return [...wakes, wake("endpointslicemirroring", key)];
    case "EndpointSlice":
      return [...wakes, ...sliceWakes(world, change)];
    case "Namespace":
      if (after === null) return [...wakes, wake("namespace", key)];
      return [...wakes, ...balancersTouchedBy(world, after).map((service) => wake("load-balancer", keyOf(service)))];
    default:
      return wakes;
  }
}

/** The status of a workload is its controller's own writing and wakes nobody but those above it. */
function onlyStatus(before: KubeObject | null, after: KubeObject): boolean {
  return (
    before !== null && sameJson(before["spec"], after["spec"]) && before.metadata.deletionTimestamp === after.metadata.deletionTimestamp
  );
}

function ownerWake(object: KubeObject): WakeUp | null {
  const owner = controllerOf(object);
  const controller = owner === undefined ? undefined : OWN_CONTROLLER[owner.kind];
  return owner === undefined || controller === undefined ? null : wake(controller, `${object.metadata.namespace ?? ""}/${owner.name}`);
}

/** Adds to `wakes`. */
function podWakes(world: World, { key, before, after }: Change, wakes: WakeUp[]): void {
  const now = after as Pod | null; // the kind says so
  const was = before as Pod | null;
  if (now !== null && now.spec.nodeName === undefined && was === null) wakes.push(wake("scheduler", "", DELAYS.schedule));
  // The kubelet looks when a Pod is bound, when its spec changes, and when its deletion is asked for; its own reports do not wake it.
  const isNews =
    now === null ||
    was === null ||
    was.spec !== now.spec ||
    was.metadata.deletionGracePeriodSeconds !== now.metadata.deletionGracePeriodSeconds;
  if (isNews && (now === null || now.spec.nodeName !== undefined)) wakes.push(wake("kubelet", key));
  const placed = now?.spec.nodeName !== undefined && was?.spec.nodeName !== now.spec.nodeName ? now.spec.nodeName : undefined;
  if (placed !== undefined && isTainted(world, placed)) wakes.push(wake("taint-eviction", placed));
  if (makesRoom(was, now) && countOnNode(world.store, "") > 0) wakes.push(wake("scheduler", "", DELAYS.schedule));
  if (was === null && now?.spec.nodeName !== undefined && get(world.store, "Node", now.spec.nodeName) === undefined)
    wakes.push({ controller: "pod-garbage-collector", key: now.spec.nodeName, after: DELAYS.orphan, idle: true });
  if (now !== null && controllerOf(now) === undefined && isActive(now)) wakes.push(...adopters(world, now));
  if (now === null && was !== null) wakes.push(...recreators(world, was), ...waitingForName(world, was));
  if (!endpointEqual(was, now)) {
    const labelled = was === null || now === null || was.metadata.labels !== now.metadata.labels ? [was, now] : [now];
    for (const pod of labelled)
      for (const service of pod === null ? [] : serviceKeysFor(world.store, pod.metadata.namespace ?? "", pod.metadata.labels))
        wakes.push(wake("endpointslice", service));
    for (const pod of labelled)
      for (const budget of pod === null ? [] : budgetsOf(world, pod)) wakes.push(wake("disruption", keyOf(budget)));
  }
}

function isTainted(world: World, name: string): boolean {
  const node = get(world.store, "Node", name);
  return node !== undefined && evictingTaints(node).length > 0;
}

/** Whether a Pod on a node changed so that one without a node might fit now. */
function makesRoom(was: Pod | null, now: Pod | null): boolean {
  if (was?.spec.nodeName === undefined && now?.spec.nodeName === undefined) return false;
  if (was === null || now === null) return true;
  return (
    was.spec.nodeName !== now.spec.nodeName ||
    was.metadata.labels !== now.metadata.labels ||
    isActive(was) !== isActive(now) ||
    isFinished(was) !== isFinished(now)
  );
}

/** A Deployment of strategy Recreate makes new Pods once the last old one is gone. (deployment_controller.go, deletePod) */
function recreators(world: World, pod: Pod): readonly WakeUp[] {
  const { namespace = "" } = pod.metadata;
  const set =
    controllerOf(pod)?.kind === "ReplicaSet" ? get(world.store, "ReplicaSet", `${namespace}/${controllerOf(pod)?.name ?? ""}`) : undefined;
  const owner = set === undefined ? undefined : controllerOf(set);
  const deployment = owner?.kind === "Deployment" ? get(world.store, "Deployment", `${namespace}/${owner.name}`) : undefined;
  return deployment?.spec.strategy?.type === "Recreate" ? [wake("deployment", keyOf(deployment))] : [];
}

/** A StatefulSet whose Pod's name somebody else's Pod had tries to make it again and again, until the name is free. */
function waitingForName(world: World, { metadata }: Pod): readonly WakeUp[] {
  const set = metadata.ownerReferences === undefined ? /^(.+)-\d+$/.exec(metadata.name)?.[1] : undefined;
  const key = `${metadata.namespace ?? ""}/${set ?? ""}`;
  return set !== undefined && get(world.store, "StatefulSet", key) !== undefined ? [wake("statefulset", key)] : [];
}

/** Whether nothing changed that a slice shows. */
function endpointEqual(a: Pod | null, b: Pod | null): boolean {
  if (a === null || b === null) return false;
  if (a.spec !== b.spec || (a.metadata.deletionTimestamp === undefined) !== (b.metadata.deletionTimestamp === undefined)) return false;
  if (a.status.phase !== b.status.phase || a.status.podIP !== b.status.podIP || readiness(a) !== readiness(b)) return false;
  return sameJson(a.status.podIPs, b.status.podIPs) && sameJson(a.metadata.labels, b.metadata.labels);
}

function readiness(pod: Pod): string | undefined {
  return conditionOf(pod, "Ready")?.status;
}

/** An orphan may belong to any set of its namespace whose selector matches; the set's controller decides. */
function adopters(world: World, pod: Pod): readonly WakeUp[] {
  return (["ReplicaSet", "ReplicationController"] as const).flatMap((kind) => {
    return inNamespace(world.store, kind, pod.metadata.namespace ?? "").map((set) =>
      wake(OWN_CONTROLLER[kind] ?? "replicaset", keyOf(set)),
    );
  });
}

function nodeWakes(world: World, { key, before, after }: Change): readonly WakeUp[] {
  const was = before as Node | null; // the kind says so
  const now = after as Node | null;
  const services = [...created(world.store, "Service")] as Service[]; // the kind says so
  const evicts = [was, now].some((node) => node !== null && evictingTaints(node).length > 0);
  return [
    wake("scheduler", "", DELAYS.schedule),
    ...[...created(world.store, "DaemonSet")].map((set) => wake("daemonset", keyOf(set))),
    ...(evicts ? [wake("taint-eviction", key)] : []),
    // What a person did to the machine is not undone by what is written of its Node.
    ...(world.memory.nodeFaults.has(key) ? [wake("node-lifecycle", key)] : []),
    ...slicesOfNode(world, services, key, was === null || now === null || !sameJson(was.metadata.labels, now.metadata.labels)),
    ...services.filter(({ spec }) => spec.type === "LoadBalancer").map((service) => wake("load-balancer", keyOf(service))),
  ];
}

/** Slices show a node's name and zone; shares by CPU go by all nodes. */
function slicesOfNode(world: World, services: readonly Service[], node: string, shown: boolean): readonly WakeUp[] {
  const touched = new Set(services.filter(wantsAuto));
  if (shown)
    for (const pod of podsOnNode(world.store, node))
      for (const service of servicesFor(world.store, pod.metadata.namespace ?? "", pod.metadata.labels)) touched.add(service);
  return [...touched].map((service) => wake("endpointslice", keyOf(service)));
}

function balancerWake({ key, before, after }: Change): readonly WakeUp[] {
  const isBalanced = (object: KubeObject | null): boolean => object !== null && (object as Service).spec.type === "LoadBalancer"; // the kind says so
  return isBalanced(before) || isBalanced(after) ? [wake("load-balancer", key)] : [];
}

/** A slice that somebody else changed or removed is put right. */
function sliceWakes(world: World, { before, after }: Change): readonly WakeUp[] {
  const slice = after ?? before;
  const name = slice?.metadata.labels?.[SERVICE_NAME];
  if (slice === null || name === undefined) return [];
  const key = `${slice.metadata.namespace ?? ""}/${name}`;
  // MetalLB's speakers announce where endpoints are.
  const announces = world.memory.balancers.get(key)?.provider === "metallb";
  return [...(announces ? [wake("load-balancer", key)] : []), ...(after === null ? [wake("endpointslice", key)] : [])];
}

const MAX_STEPS = 1_000_000;

/** What `runToRest` came to. */
export interface Rest {
  /** When the last piece of work was done. */
  readonly at: number;
  /** False when work was left at `until`. */
  readonly settled: boolean;
  readonly changes: readonly Change[];
  /** What still waits, counted from `at`. */
  readonly left: readonly WakeUp[];
}

/**
 * Runs controllers until none has anything to do, with a queue of its own. `only` names the controllers that run (all by
 * default). With `until`, everything that is due by then is done; without, what only time brings is left. For tests and
 * for `reconcileStored`; a simulation has its own queue, in which packets travel too.
 */
export function runToRest(
  world: World,
  first: readonly WakeUp[],
  options: { readonly until?: number; readonly only?: readonly ControllerName[] } = {},
): Rest {
  const { until = Infinity, only } = options;
  const queue = new Map<number, WakeUp[]>();
  const waiting = new Set<string>();
  const changes: Change[] = [];
  let now = world.now;
  const nameOf = (at: number, { controller, key, idle = false }: WakeUp): string => `${at} ${controller} ${key} ${idle}`;
  const enqueue = (wakeUps: readonly WakeUp[]): void => {
    for (const work of wakeUps) {
      const at = now + work.after;
      const name = nameOf(at, work);
      if (waiting.has(name) || (only !== undefined && !only.includes(work.controller))) continue;
      waiting.add(name);
      const due = queue.get(at);
      if (due === undefined) queue.set(at, [work]);
      else due.push(work);
    }
  };
  const isWork = ({ idle = false }: WakeUp): boolean => !idle;
  const rest = (settled: boolean): Rest => {
    const at = until === Infinity ? now : Math.max(now, until);
    const left = [...queue].flatMap(([due, works]) => works.map((work) => ({ ...work, after: due - at })));
    return { at, settled, changes, left };
  };
  enqueue(first);
  for (let step = 0; queue.size > 0; step++) {
    const at = Math.min(...queue.keys());
    if (at > until) return rest(![...queue.values()].some((works) => works.some(isWork)));
    if (until === Infinity && ![...queue.values()].some((works) => works.some(isWork))) return rest(true);
    if (step > MAX_STEPS) throw new Error(`controllers find no rest: ${[...waiting].slice(0, 3).join(", ")}`);
    now = at;
    const then = { ...world, now };
    const due = queue.get(at) ?? [];
    const work = due.shift();
    if (due.length === 0) queue.delete(at);
    if (work === undefined) continue;
    waiting.delete(nameOf(at, work));
    enqueue(reconcile(then, work));
    const written = takeChanges(world);
    for (const change of written) changes.push(change);
    enqueue(workOf(then, written));
  }
  return rest(true);
}
