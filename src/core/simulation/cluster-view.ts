/** The cluster as shells and the scene see it: a plain value made from the state, ordered by name. */
import { compareText, type NamespacedName } from "../base/names.ts";
import { SECOND, type Nanos } from "../base/time.ts";
import { podIpsOf } from "../api/pod-ips.ts";
import { parseInstant } from "../api/instant.ts";
import { isSimulated } from "../api/kinds.ts";
import { isSettingsDocument } from "../api/settings.ts";
import { enforcesPolicies } from "../api/network-policies.ts";
import { get, keyOf, list, listed, type ObjectStore } from "../api/store.ts";
import { podKeysWith, sharedKey, slicesFor } from "../api/store-index.ts";
import type { Endpoint, EndpointSlice, KubeObject, Node, OwnerReference, Pod, Service, StringMap } from "../api/types.ts";
import { DELAYS } from "../controllers/delays.ts";
import { balancerTrouble } from "../controllers/load-balancer.ts";
import { isFinished } from "../controllers/lookup.ts";
import { toleratedFor } from "../controllers/node-lifecycle.ts";
import { isClient, isNameServer } from "../workloads/clients.ts";
import { LISTEN_ANNOTATION, listenersOf } from "../workloads/listeners.ts";
import { standingRequests } from "../workloads/traffic.ts";
import { ZONE_LABEL, CONTROL_PLANE_LABEL, localAddresses, type OutsideHost, type Topology } from "../network/topology.ts";
import type { Membership, Pods } from "../network-policy/membership.ts";
import { idleWorkloads } from "./idle-workloads.ts";
import { policiesIn } from "./policies.ts";
import { changesBehind } from "./proxies.ts";
import type { SimulationState } from "./state.ts";
import type {
  BalancerReach,
  ClusterView,
  EndpointView,
  ListenerView,
  NodeView,
  PodState,
  PodView,
  PolicyView,
  ServiceHealth,
  ServiceView,
  SliceView,
  SourceRef,
} from "./view.ts";

export const SERVICE_NAME_LABEL = "kubernetes.io/service-name";

/** What is not in the state alone: where packets stand, who sends from outside, which nodes a load balancer reaches. */
export interface ViewWorld {
  readonly topology: Topology;
  readonly outsiders: readonly OutsideHost[];
  readonly reachOf: (service: Service) => BalancerReach;
}

/** The whole view, made from nothing but the state. */
export function clusterView(state: SimulationState, world: ViewWorld): ClusterView {
  const { store } = state;
  return {
    ...frameOf(state, world),
    pods: listed(store, "Pod").map((pod) => podView(state, pod)),
    services: listed(store, "Service").map((service) => serviceView(state, service, world)),
    slices: listed(store, "EndpointSlice").map((slice) => sliceView(slice, store)),
  };
}

/** What is of no number, and the nodes: each shows how far its kube-proxy is. */
export function frameOf(state: SimulationState, { topology, outsiders }: ViewWorld): Omit<ClusterView, "pods" | "services" | "slices"> {
  const { store, settings } = state;
  const idle = idleWorkloads(store, (object) => sourceOf(state, object));
  return {
    version: state.clusterVersion,
    at: state.now,
    domain: settings.dnsDomain,
    podCidrs: settings.podSubnets,
    serviceCidrs: settings.serviceSubnets,
    nodes: listed(store, "Node").map((node) => nodeView(state, topology, node)),
    policies: policiesIn(store).map((membership) => policyView(state, membership)),
    enforcesPolicies: enforcesPolicies(store),
    outsiders: outsiders.map(({ id, name, address, kind }) => ({ id, name, address, kind })),
    ...(idle.length === 0 ? {} : { idle }),
    notSimulated: notSimulated(store),
  };
}

/** Where the manifests make the object; null for what the cluster brought along or a controller made. */
export function sourceOf(state: SimulationState, object: KubeObject, key: string = keyOf(object)): SourceRef | null {
  const applied = state.memory.applied.get(`${object.kind} ${key}`);
  return applied === undefined ? null : { file: applied.file, document: applied.document, line: applied.line };
}

function nodeView(state: SimulationState, topology: Topology, node: Node): NodeView {
  const { metadata, spec, status } = node;
  const net = topology.nodes.get(metadata.name);
  const proxy = state.proxies.get(metadata.name);
  const fault = state.memory.nodeFaults.get(metadata.name);
  return {
    name: metadata.name,
    zone: metadata.labels?.[ZONE_LABEL] ?? "",
    addresses: net === undefined ? [] : localAddresses(net),
    bridges: [net?.bridge.IPv4, net?.bridge.IPv6].filter((address) => typeof address === "string"),
    internalIp: net?.uplink.IPv4 ?? net?.uplink.IPv6 ?? "",
    podCidrs: spec?.podCIDRs ?? (spec?.podCIDR === undefined ? [] : [spec.podCIDR]),
    ready: (status?.conditions?.find(({ type }) => type === "Ready")?.status ?? "True") === "True",
    cordoned: spec?.unschedulable === true,
    controlPlane: metadata.labels?.[CONTROL_PLANE_LABEL] !== undefined,
    proxyMode: state.settings.proxy.mode,
    changesBehind: changesBehind(state, metadata.name),
    proxy: {
      stopped: proxy?.stopped ?? false,
      syncedAt: proxy?.syncedAt ?? null,
      dueAt: proxy?.dueAt ?? null,
    },
    fault: fault === undefined ? null : fault.stopped ? "stopped" : "cut",
    evictsAt: fault === undefined ? null : firstEviction(state, metadata.name, fault.since),
    source: sourceOf(state, node),
  };
}

/** When the taint manager evicts the first Pod of a node that has not been heard of since `since`. */
function firstEviction(state: SimulationState, node: string, since: Nanos): Nanos | null {
  const due = list(state.store, "Pod").flatMap((pod) => {
    if (pod.spec.nodeName !== node || pod.metadata.deletionTimestamp !== undefined || isFinished(pod)) return [];
    const stays = toleratedFor(pod);
    return stays === null ? [] : [since + DELAYS.nodeGrace + stays];
  });
  return due.length === 0 ? null : Math.min(...due);
}

// ---- Pods ---------------------------------------------------------------------------------------------------------

export function podView(state: SimulationState, pod: Pod): PodView {
  const { metadata, spec, status } = pod;
  const key = sharedKey(state.store, "Pod", keyOf(pod));
  const { listens, role } = whatRuns(pod);
  const ready = isReady(pod);
  const workload = workloadOf(state.store, pod);
  const sends = standingRequests(metadata.annotations);
  return {
    key,
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    shortName: shortName(pod, workload?.name ?? null),
    node: spec.nodeName ?? null,
    ips: podIpsOf(pod),
    hostNetwork: spec.hostNetwork === true,
    state: podState(pod),
    reason: ready ? "" : notReadyReason(pod),
    unschedulable: isUnschedulable(pod),
    endsBy: endsBy(state, pod),
    restarts: (status?.containerStatuses ?? []).reduce((sum, container) => sum + container.restartCount, 0),
    workload,
    labels: metadata.labels ?? {},
    role,
    image: spec.containers[0]?.image ?? "",
    listens,
    readyOverride: state.memory.readyOverrides.get(key) ?? null,
    ...(sends.length === 0 ? {} : { sends }),
    source: sourceOf(state, pod, key),
  };
}

function isUnschedulable({ status }: Pod): boolean {
  return (status?.conditions ?? []).some(
    ({ type, status, reason }) => type === "PodScheduled" && status === "False" && reason === "Unschedulable",
  );
}

interface WhatRuns {
  readonly listens: readonly ListenerView[];
  readonly role: PodView["role"];
}

/** A pure memo: read off values that never change. All Pods of a template have the same list of containers. */
const known = new WeakMap<Pod["spec"]["containers"], { readonly from: readonly unknown[]; readonly what: WhatRuns }>();

function whatRuns(pod: Pod): WhatRuns {
  const { metadata, spec } = pod;
  const from = [spec.initContainers, metadata.annotations?.[LISTEN_ANNOTATION], metadata.namespace === "kube-system"];
  const found = known.get(spec.containers);
  if (found !== undefined && found.from.every((value, i) => value === from[i])) return found.what;
  const listens = listenersOf(pod).map(({ port, protocol, because }) => ({ port, protocol, because }));
  const what = { listens, role: roleOf(pod) };
  known.set(spec.containers, { from, what });
  return what;
}

export function isReady(pod: Pod): boolean {
  for (const { type, status } of pod.status?.conditions ?? []) if (type === "Ready") return status === "True";
  return false;
}

export function podState(pod: Pod): PodState {
  const { metadata, status } = pod;
  if (metadata.deletionTimestamp !== undefined) return "terminating";
  if (status?.phase === "Succeeded") return "completed";
  if (status?.phase === "Failed") return "failed";
  if ((status?.containerStatuses ?? []).some(({ state }) => waitingReason(state) === "CrashLoopBackOff")) return "crashing";
  if (pod.spec.nodeName === undefined) return "pending";
  if (status?.phase !== "Running") return "starting";
  return isReady(pod) ? "ready" : "not-ready";
}

/** The kubelet counts from the moment of the request; a Pod of a dump has only its deletion's time, in seconds. */
function endsBy(state: SimulationState, pod: Pod): Nanos | null {
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp === undefined) return null;
  const since = state.memory.pods.get(keyOf(pod))?.deletedAt ?? null;
  if (since !== null) return since + (deletionGracePeriodSeconds ?? 30) * SECOND;
  const ends = parseInstant(deletionTimestamp);
  return ends === null ? null : Math.max(0, ends - state.epochSeconds) * SECOND;
}

function waitingReason(state: unknown): string | null {
  if (typeof state !== "object" || state === null || !("waiting" in state)) return null;
  const { waiting } = state;
  return typeof waiting === "object" && waiting !== null && "reason" in waiting && typeof waiting.reason === "string"
    ? waiting.reason
    : null;
}

function notReadyReason(pod: Pod): string {
  const conditions = pod.status?.conditions ?? [];
  const told = ["PodScheduled", "Ready"].map((type) =>
    conditions.find((condition) => condition.type === type && condition.status !== "True"),
  );
  const first = told.find((condition) => condition !== undefined);
  const waiting = (pod.status?.containerStatuses ?? []).map(({ state }) => waitingReason(state)).find((reason) => reason !== null);
  return first?.message ?? first?.reason ?? waiting ?? "";
}

interface Outermost {
  readonly revision: number;
  readonly namespace: string;
  readonly owner: OwnerReference;
  readonly workload: PodView["workload"];
}

/** A pure memo of the last answer, as long as nothing is written: Pods of one set are asked about in a row. */
const outermostKnown = new WeakMap<ObjectStore, Outermost>();

/** The outermost owner, as far as it is stored. */
function workloadOf(store: ObjectStore, { metadata: { namespace = "", ownerReferences } }: Pod): PodView["workload"] {
  const owner = ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return null;
  const { revision } = store;
  const last = outermostKnown.get(store);
  const isSame = last?.owner.kind === owner.kind && last.owner.name === owner.name && last.namespace === namespace;
  if (last !== undefined && isSame && last.revision === revision) return last.workload;
  const workload = outermost(store, owner, namespace);
  outermostKnown.set(store, { revision, namespace, owner, workload });
  return workload;
}

function outermost(store: ObjectStore, first: OwnerReference, namespace: string): PodView["workload"] {
  let workload: PodView["workload"] = null;
  let owner: OwnerReference | undefined = first;
  for (let depth = 0; owner !== undefined && depth < 8; depth++) {
    workload = { kind: owner.kind, namespace, name: owner.name };
    const object: KubeObject | undefined = get(store, owner.kind, namespace === "" ? owner.name : `${namespace}/${owner.name}`);
    owner = object?.metadata.ownerReferences?.find(({ controller }) => controller === true);
  }
  return workload;
}

/** `web-6f9c8d7b54-x2k8b` of Deployment web is `web-x2k8b`. */
function shortName(pod: Pod, workload: string | null): string {
  const { name, generateName } = pod.metadata;
  if (generateName === undefined || workload === null || !name.startsWith(generateName)) return name;
  return `${workload}-${name.slice(generateName.length)}`;
}

function roleOf(pod: Pod): PodView["role"] {
  if (isNameServer(pod)) return "dns";
  if (pod.metadata.namespace === "kube-system") return "system";
  return isClient(pod) ? "client" : "server";
}

// ---- Services -----------------------------------------------------------------------------------------------------

/** Pods of the namespace that the selector matches, in the order of their keys. */
function selectedPods(store: ObjectStore, namespace: string, selector: StringMap): readonly NamespacedName[] {
  return [...podKeysWith(store, namespace, selector)].sort(compareText);
}

/** Slices that bear the Service's name, in the order of their keys. */
function slicesOf(store: ObjectStore, service: Service): readonly SliceView[] {
  const slices = slicesFor(store, keyOf(service)) as readonly EndpointSlice[]; // only slices bear a Service's name
  return [...slices].sort((a, b) => compareText(keyOf(a), keyOf(b))).map((slice) => sliceView(slice, store));
}

export function serviceView(state: SimulationState, service: Service, world: ViewWorld): ServiceView {
  const { metadata, spec } = service;
  const namespace = metadata.namespace ?? "";
  const external = spec.type === "ExternalName";
  const headless = spec.clusterIP === "None";
  const selector = spec.selector !== undefined && Object.keys(spec.selector).length > 0 ? spec.selector : null;
  const selects = selector === null ? [] : selectedPods(state.store, namespace, selector);
  const endpoints = mergeEndpoints(slicesOf(state.store, service));
  return {
    key: keyOf(service),
    namespace,
    name: metadata.name,
    type: spec.type,
    headless,
    clusterIps: (spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP])).filter((ip) => ip !== "None" && ip !== ""),
    ports: (spec.ports ?? []).map((port) => ({
      name: port.name ?? "",
      protocol: port.protocol,
      port: port.port,
      targetPort: port.targetPort,
      nodePort: port.nodePort ?? null,
    })),
    externalIps: spec.externalIPs ?? [],
    externalName: external ? (spec.externalName ?? "") : null,
    loadBalancer: balancerView(state, service, world),
    selector,
    selects,
    endpoints,
    health: healthOf({ external, selector: selector !== null, selects, endpoints }),
    internalTrafficPolicy: spec.internalTrafficPolicy ?? null,
    externalTrafficPolicy: spec.externalTrafficPolicy ?? null,
    sessionAffinity: spec.sessionAffinity,
    affinitySeconds: spec.sessionAffinity === "ClientIP" ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) : null,
    dnsName: `${metadata.name}.${namespace}.svc.${state.settings.dnsDomain}`,
    source: sourceOf(state, service),
  };
}

function balancerView(state: SimulationState, service: Service, { reachOf }: ViewWorld): ServiceView["loadBalancer"] {
  const { spec, status } = service;
  const ingress = status?.loadBalancer?.ingress ?? [];
  const addresses = ingress.map(({ ip, hostname }) => ip ?? hostname ?? "").filter((address) => address !== "");
  if (spec.type !== "LoadBalancer") return { state: "none", addresses };
  const trouble = addresses.length > 0 ? null : balancerTrouble(state, service);
  return {
    state: addresses.length > 0 ? "ready" : "pending",
    addresses,
    ...(trouble === null ? {} : { trouble }),
    reach: reachOf(service),
  };
}

function healthOf(of: {
  readonly external: boolean;
  readonly selector: boolean;
  readonly selects: readonly NamespacedName[];
  readonly endpoints: readonly EndpointView[];
}): ServiceHealth {
  if (of.external) return "external-name";
  if (of.endpoints.some(({ ready }) => ready)) return "ok";
  if (!of.selector) return of.endpoints.length === 0 ? "no-selector" : "none-ready";
  return of.selects.length === 0 ? "selects-nothing" : "none-ready";
}

/** One entry an address, its ports from all slices that list it. */
function mergeEndpoints(slices: readonly SliceView[]): EndpointView[] {
  const by = new Map<string, EndpointView>();
  for (const endpoint of slices.flatMap((slice) => slice.endpoints)) {
    const known = by.get(endpoint.address);
    const now = known === undefined ? endpoint : { ...endpoint, ports: distinctPorts([...known.ports, ...endpoint.ports]) };
    by.set(endpoint.address, now);
  }
  return [...by.values()].sort((a, b) => compareText(a.address, b.address));
}

function distinctPorts(ports: EndpointView["ports"]): EndpointView["ports"] {
  return [...new Map(ports.map((port) => [`${port.name}/${port.protocol}/${port.port}`, port])).values()];
}

/** A pure memo: it is read off an object that never changes. */
const shownSlices = new WeakMap<EndpointSlice, SliceView>();

/** `store`: whose Pods it names, so that their keys are held once. */
export function sliceView(slice: EndpointSlice, store: ObjectStore): SliceView {
  const known = shownSlices.get(slice);
  if (known !== undefined) return known;
  const view = readSlice(slice, store);
  shownSlices.set(slice, view);
  return view;
}

function readSlice(slice: EndpointSlice, store: ObjectStore): SliceView {
  const { metadata, addressType, endpoints } = slice;
  const service = metadata.labels?.[SERVICE_NAME_LABEL];
  const ports = slice.ports.map((port) => ({
    name: port.name ?? "",
    protocol: port.protocol ?? ("TCP" as const),
    port: port.port ?? null,
  }));
  const numbered = ports.flatMap(({ name, protocol, port }) => (port === null ? [] : [{ name, protocol, port }]));
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    service: service === undefined ? null : `${metadata.namespace ?? ""}/${service}`,
    addressType,
    ports,
    endpoints: endpoints.flatMap((endpoint) => endpointView(endpoint, numbered, store)),
  };
}

function endpointView(endpoint: Endpoint, ports: EndpointView["ports"], store: ObjectStore): EndpointView[] {
  const { conditions, targetRef } = endpoint;
  const pod = targetRef?.kind === "Pod" ? sharedKey(store, "Pod", `${targetRef.namespace ?? ""}/${targetRef.name}`) : null;
  return endpoint.addresses.slice(0, 1).map((address) => ({
    address,
    ports,
    pod,
    node: endpoint.nodeName ?? null,
    zone: endpoint.zone ?? null,
    ready: conditions?.ready ?? true,
    serving: conditions?.serving ?? true,
    terminating: conditions?.terminating ?? false,
    hostname: endpoint.hostname ?? null,
  }));
}

// ---- policies -----------------------------------------------------------------------------------------------------

/** A pure memo: a list of Pods to their keys. */
const keysOf = new WeakMap<Pods, readonly NamespacedName[]>();

function policyView(state: SimulationState, { policy, selected }: Membership): PolicyView {
  const { namespace, name, spec } = policy;
  let selects = keysOf.get(selected);
  if (selects === undefined) keysOf.set(selected, (selects = selected.map(({ key }) => key)));
  const stored = get(state.store, "NetworkPolicy", `${namespace}/${name}`);
  return { key: `${namespace}/${name}`, namespace, name, spec, selects, source: stored === undefined ? null : sourceOf(state, stored) };
}

/** Kinds that were kept but do nothing here. */
function notSimulated(store: ObjectStore): ClusterView["notSimulated"] {
  const kinds = [...store.objects].filter(([kind, objects]) => objects.size > 0 && !isSimulated(kind) && !isSettingsDocument({ kind }));
  return kinds.map(([kind, objects]) => ({ kind, count: objects.size })).sort((a, b) => compareText(a.kind, b.kind));
}
