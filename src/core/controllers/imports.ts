/** What the control plane has to know of objects that came out of a cluster, once they are stored: what had happened to them. */
import { podIpsOf } from "../api/pod-ips.ts";
import { at, isObject, listAt, textAt } from "../api/json.ts";
import { get, keyOf, list } from "../api/store.ts";
import type { KubeObject, Node, Pod, Service } from "../api/types.ts";
import { runningContainers } from "../workloads/listeners.ts";
import { rememberDaemonSet } from "./daemonset.ts";
import type { Brought } from "./dumps.ts";
import { keepMirroredSlices } from "./endpointslice-mirroring.ts";
import { keepBroughtSlices, MANAGED_BY, SERVICE_NAME } from "./endpointslice.ts";
import { providerOf, standing } from "./load-balancer.ts";
import { conditionOf, isFinished } from "./lookup.ts";
import { noteAddress } from "./pod-addresses.ts";
import { rememberStatefulSet } from "./statefulset.ts";
import type { PodRuntime, World } from "./world.ts";

/** The object as it is stored: as the API server would store its manifest, with what it brought along. */
export function withBrought(object: KubeObject, { metadata, status }: Brought): KubeObject {
  const merged = { ...object, metadata: { ...object.metadata, ...metadata } };
  const shown = Object.keys(status).length === 0 ? object["status"] : status;
  if (object.kind === "Service") return { ...merged, status: { loadBalancer: {}, ...status } };
  return shown === undefined ? merged : { ...merged, status: shown };
}

/** Takes note of all that was brought at once: they explain each other. */
export function rememberBrought(world: World, objects: readonly KubeObject[]): void {
  for (const object of objects) if (object.kind === "Pod") rememberPod(world, object as Pod); // the kind says so
  for (const object of objects) {
    if (object.kind === "StatefulSet") rememberStatefulSet(world, object);
    if (object.kind === "DaemonSet") rememberDaemonSet(world, object);
    if (object.kind === "Service") rememberBalancer(world, object as Service); // the kind says so
  }
  for (const slice of objects.filter(({ kind }) => kind === "EndpointSlice")) rememberSlice(world, slice);
}

// ---- Pods -----------------------------------------------------------------------------------------------------------

/** Why a container waits that will start by itself in a moment. */
const STARTING: ReadonlySet<string> = new Set(["", "ContainerCreating", "PodInitializing"]);

/** A Pod that was started (or kept from it) is as it was found; one that was just being started is started here. */
function rememberPod(world: World, pod: Pod): void {
  const node = pod.spec.nodeName === undefined ? undefined : get(world.store, "Node", pod.spec.nodeName);
  if (node === undefined || isFinished(pod)) return;
  const addresses = podIpsOf(pod);
  const runs = addresses.length > 0 && pod.status.phase !== "Pending";
  if (!runs && !isHeldUp(pod)) return;
  if (pod.spec.hostNetwork !== true) for (const address of addresses) noteAddressOf(world, node, address);
  const turn = world.memory.podsStarted.get(node.metadata.name) ?? 0;
  world.memory.podsStarted.set(node.metadata.name, turn + 1);
  const found = readyContainers(pod);
  const runtime: PodRuntime = {
    uid: pod.metadata.uid ?? "",
    boundAt: world.now,
    turn,
    sandboxAt: addresses.length > 0 ? world.now : null,
    startedAt: runs ? world.now : null,
    readySince: conditionOf(pod, "Ready")?.status === "True" ? world.now : null,
    deletedAt: pod.metadata.deletionTimestamp === undefined ? null : world.now,
    crashes: {},
    links: {},
    found,
  };
  world.memory.pods.set(keyOf(pod), runtime);
}

/** In a network whose addresses do not go by node, another node may have it in its range. */
function noteAddressOf(world: World, own: Node, address: string): void {
  if (!noteAddress(world, own, address)) list(world.store, "Node").find((node) => noteAddress(world, node, address));
}

function isHeldUp(pod: Pod): boolean {
  return (pod.status.containerStatuses ?? []).some(({ state }) => !STARTING.has(textAt(state, "waiting", "reason") ?? ""));
}

function readyContainers(pod: Pod): readonly string[] {
  const statuses = pod.status.containerStatuses;
  const names = new Set(runningContainers(pod.spec).map(({ name }) => name));
  const all = [...(statuses ?? []), ...listAt(pod.status, "initContainerStatuses")];
  if (statuses !== undefined)
    return all
      .filter((each) => at(each, "ready") === true)
      .flatMap((each) => textAt(each, "name") ?? [])
      .filter((name) => names.has(name));
  return conditionOf(pod, "Ready")?.status === "True" ? runningContainers(pod.spec).map(({ name }) => name) : [];
}

// ---- Services -------------------------------------------------------------------------------------------------------

/** An address that a load balancer had given stays given. */
function rememberBalancer(world: World, service: Service): void {
  if (service.spec.type !== "LoadBalancer" || (service.status.loadBalancer.ingress ?? []).length === 0) return;
  const provider = providerOf(world, service);
  if (provider !== "none") world.memory.balancers.set(keyOf(service), standing(world, service, provider));
}

function rememberSlice(world: World, slice: KubeObject): void {
  const labels = slice.metadata.labels ?? {};
  const key = `${slice.metadata.namespace ?? ""}/${labels[SERVICE_NAME] ?? ""}`;
  if (labels[MANAGED_BY] === "endpointslicemirroring-controller.k8s.io") return keepMirroredSlices(world, key);
  const service = get(world.store, "Service", key);
  if (service !== undefined && isObject(at(service, "spec", "selector"))) keepBroughtSlices(world, service);
}
