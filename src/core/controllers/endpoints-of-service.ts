/** Which endpoints a Service should have: Pods, conditions, ports. (staging/src/k8s.io/endpointslice/utils.go, util/controller_utils.go) */
import { podIpsOf } from "../api/pod-ips.ts";
import { familyOf } from "../api/addresses.ts";
import { canonicalAddress } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import { get } from "../api/store.ts";
import { podsWith } from "../api/store-index.ts";
import type { ObjectStore } from "../api/store.ts";
import type { Endpoint, EndpointPort, Pod, Service, ServicePort } from "../api/types.ts";
import { runningContainers } from "../workloads/listeners.ts";
import { isFinished, isReady, isTerminating } from "./lookup.ts";

export const ZONE_LABEL = "topology.kubernetes.io/zone";

/** Endpoints that share a list of ports, in the order in which their Pods were created. */
export interface PortGroup {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** The families in which a Service has slices. */
export function familiesOfService(service: Service): readonly Family[] {
  const { ipFamilies, clusterIPs, clusterIP } = service.spec;
  if (ipFamilies !== undefined && ipFamilies.length > 0) return ipFamilies;
  const ips = (clusterIPs ?? (clusterIP === undefined ? [] : [clusterIP])).filter((ip) => ip !== "None" && ip !== "");
  return ips.length > 0 ? [...new Set(ips.map(familyOf))] : ["IPv4"];
}

export function portGroupsOf(store: ObjectStore, service: Service, family: Family): readonly PortGroup[] {
  type Group = { readonly ports: readonly EndpointPort[]; readonly endpoints: Endpoint[] };
  const groups = new Map<string, Group>();
  const named = (service.spec.ports ?? []).some(({ targetPort }) => typeof targetPort === "string");
  const groupOf = (pod: Pod): Group => {
    const ports = portsOf(service, pod);
    const text = JSON.stringify(ports);
    let group = groups.get(text);
    if (group === undefined) groups.set(text, (group = { ports, endpoints: [] }));
    return group;
  };
  // Numbers are the same for every Pod; names mean the same in all that have the same containers.
  let last: { readonly spec: Pod["spec"]; readonly group: Group } | null = null;
  for (const pod of podsWith(store, service.metadata.namespace ?? "", service.spec.selector)) {
    const endpoint = endpointOf(store, service, pod, family);
    if (endpoint === null) continue;
    if (last === null || (named && !hasSameContainers(last.spec, pod.spec))) last = { spec: pod.spec, group: groupOf(pod) };
    last.group.endpoints.push(endpoint);
  }
  return [...groups.values()];
}

function hasSameContainers(a: Pod["spec"], b: Pod["spec"]): boolean {
  return a.containers === b.containers && a.initContainers === b.initContainers;
}

/** Null: the Pod is no endpoint of the Service in this family. */
function endpointOf(store: ObjectStore, service: Service, pod: Pod, family: Family): Endpoint | null {
  const { status } = pod;
  if (isFinished(pod) || (status.podIP === undefined && status.podIPs === undefined)) return null;
  const ip = podIpsOf(pod).find((each) => each !== "" && familyOf(each) === family);
  if (ip === undefined) return null;
  const publishAll = service.spec.publishNotReadyAddresses === true;
  const node = pod.spec.nodeName === undefined ? undefined : get(store, "Node", pod.spec.nodeName);
  if (node === undefined && !publishAll) return null;
  const serving = isReady(pod);
  const terminating = isTerminating(pod);
  const zone = node?.metadata.labels?.[ZONE_LABEL] ?? "";
  const { namespace, name, uid } = pod.metadata;
  const named = pod.spec.hostname !== undefined && pod.spec.hostname !== "" && pod.spec.subdomain === service.metadata.name;
  const addresses = [canonicalAddress(ip) ?? ip];
  const conditions = conditionsOf(publishAll || (serving && !terminating), serving, terminating);
  const targetRef = { kind: "Pod", namespace, name, ...(uid === undefined ? {} : { uid }) };
  if (!named && pod.spec.nodeName !== undefined && zone !== "")
    return { addresses, conditions, nodeName: pod.spec.nodeName, zone, targetRef };
  return {
    addresses,
    conditions,
    ...(named ? { hostname: pod.spec.hostname } : {}),
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    ...(zone === "" ? {} : { zone }),
    targetRef,
  };
}

type Conditions = NonNullable<Endpoint["conditions"]>;

/** Eight values are all there are: every endpoint holds one of them. */
const CONDITIONS: readonly Conditions[] = Array.from({ length: 8 }, (_, bits) => ({
  ready: (bits & 1) > 0,
  serving: (bits & 2) > 0,
  terminating: (bits & 4) > 0,
}));

function conditionsOf(ready: boolean, serving: boolean, terminating: boolean): Conditions {
  return CONDITIONS[(ready ? 1 : 0) + (serving ? 2 : 0) + (terminating ? 4 : 0)] as Conditions; // below 8
}

/** Slice ports for this Pod: a named target port that the Pod does not have is left out. */
function portsOf(service: Service, pod: Pod): readonly EndpointPort[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = targetPortOf(port, pod);
    if (number === null) return [];
    const { name = "", protocol = "TCP", appProtocol } = port;
    return [{ name, port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

/** The number behind a Service port's `targetPort` in this Pod, or null where no container has a port of that name and protocol. */
export function targetPortOf(port: ServicePort, pod: { readonly spec: Pod["spec"] }): number | null {
  const { targetPort = port.port, protocol = "TCP" } = port;
  if (typeof targetPort === "number") return targetPort === 0 ? port.port : targetPort;
  for (const container of runningContainers(pod.spec)) {
    const found = container.ports?.find((each) => each.name === targetPort && (each.protocol ?? "TCP") === protocol);
    if (found !== undefined) return found.containerPort;
  }
  return null;
}
