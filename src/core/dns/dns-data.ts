/**
 * What the kubernetes plugin knows of the cluster, with the indexes that its look-ups use. Built from the object store
 * whenever Services, EndpointSlices, Namespaces or (with `pods verified`) Pods changed.
 * Source: coredns plugin/kubernetes controller.go and object/{service,endpoint,pod}.go.
 */
import { list } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import type { Endpoint, EndpointPort, EndpointSlice, Service } from "../api/types.ts";
import type { Protocol } from "../base/names.ts";
import { parseAddress } from "./addresses.ts";
import { lowerName } from "./names.ts";

export interface DnsPort {
  readonly name: string;
  readonly protocol: Protocol;
  readonly number: number;
}

/** A Service or slice without ports counts as having this one: it gives addresses, never an SRV. */
export const NO_PORT: DnsPort = { name: "", protocol: "TCP", number: -1 };

export interface DnsService {
  readonly namespace: string;
  readonly name: string;
  readonly kind: "cluster-ip" | "headless" | "external-name";
  readonly clusterIps: readonly string[];
  readonly ports: readonly DnsPort[];
  /** As written, "" unless `external-name`. */
  readonly externalName: string;
}

export interface DnsEndpoint {
  /** As it stands in the slice: the dashed name is made of this text. */
  readonly address: string;
  readonly hostname: string;
  readonly podName: string;
}

export interface DnsSlice {
  readonly namespace: string;
  readonly service: string;
  readonly ports: readonly DnsPort[];
  /** Ready ones only. */
  readonly endpoints: readonly DnsEndpoint[];
}

export interface DnsPod {
  readonly namespace: string;
  readonly ip: string;
}

export interface DnsData {
  readonly namespaces: ReadonlySet<string>;
  /** By `namespace/name`, lower case. */
  readonly services: ReadonlyMap<string, DnsService>;
  /** Slices of a Service, by its `namespace/name`. */
  readonly slices: ReadonlyMap<string, readonly DnsSlice[]>;
  readonly serviceByIp: ReadonlyMap<string, DnsService>;
  /** Slices in which an address is ready. */
  readonly slicesByIp: ReadonlyMap<string, readonly DnsSlice[]>;
  /** Pods that count for `pods verified`, by the text of status.podIP. */
  readonly podsByIp: ReadonlyMap<string, readonly DnsPod[]>;
}

const SERVICE_NAME_LABEL = "kubernetes.io/service-name";

export function dnsDataOf(store: ObjectStore): DnsData {
  const services = list(store, "Service").map(serviceOf);
  const slices = list(store, "EndpointSlice").flatMap(sliceOf);
  const serviceByIp = new Map<string, DnsService>();
  for (const service of services) for (const ip of service.clusterIps) if (!serviceByIp.has(ip)) serviceByIp.set(ip, service);
  return {
    namespaces: new Set(list(store, "Namespace").map((namespace) => namespace.metadata.name)),
    services: new Map(services.map((service) => [`${service.namespace}/${service.name}`, service])),
    slices: groupBy(slices, (slice) => [`${slice.namespace}/${slice.service}`]),
    serviceByIp,
    slicesByIp: groupBy(slices, (slice) => slice.endpoints.map((endpoint) => canonical(endpoint.address))),
    podsByIp: groupBy(verifiablePods(store), (pod) => [pod.ip]),
  };
}

function serviceOf(service: Service): DnsService {
  const { spec } = service;
  const external = spec.type === "ExternalName";
  const ips = spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP]);
  const ports = (spec.ports ?? []).map((port) => ({
    name: lowerName(port.name ?? ""),
    protocol: port.protocol ?? "TCP",
    number: port.port,
  }));
  return {
    namespace: service.metadata.namespace ?? "default",
    name: service.metadata.name,
    kind: external ? "external-name" : ips[0] === "None" ? "headless" : "cluster-ip",
    clusterIps: external ? [] : ips.flatMap((ip) => parseAddress(ip)?.text ?? []),
    ports: ports.length === 0 ? [NO_PORT] : ports,
    externalName: external ? (spec.externalName ?? "") : "",
  };
}

/** A slice without the Service label belongs to nobody; one of host names (FQDN) has no addresses. */
function sliceOf(slice: EndpointSlice): DnsSlice[] {
  const service = slice.metadata.labels?.[SERVICE_NAME_LABEL];
  if (service === undefined || slice.addressType === "FQDN") return [];
  const ports = (slice.ports ?? []).map(slicePortOf);
  const endpoints = (slice.endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready !== false).flatMap(endpointsOf);
  return [{ namespace: slice.metadata.namespace ?? "default", service, ports: ports.length === 0 ? [NO_PORT] : ports, endpoints }];
}

function slicePortOf(port: EndpointPort): DnsPort {
  return { name: lowerName(port.name ?? ""), protocol: port.protocol ?? "TCP", number: port.port ?? -1 };
}

function endpointsOf(endpoint: Endpoint): DnsEndpoint[] {
  return endpoint.addresses.map((address) => ({
    address,
    hostname: endpoint.hostname ?? "",
    podName: endpoint.targetRef?.name ?? "",
  }));
}

function verifiablePods(store: ObjectStore): DnsPod[] {
  return list(store, "Pod").flatMap((pod) => {
    const { phase, podIP } = pod.status ?? {};
    const over = phase === "Succeeded" || phase === "Failed" || phase === "Unknown";
    if (over || pod.metadata.deletionTimestamp !== undefined || podIP === undefined || podIP === "") return [];
    return [{ namespace: pod.metadata.namespace ?? "default", ip: podIP }];
  });
}

function canonical(address: string): string {
  return parseAddress(address)?.text ?? address;
}

function groupBy<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const key of new Set(keysOf(item))) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
  }
  return groups;
}
