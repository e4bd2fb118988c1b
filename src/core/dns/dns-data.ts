/**
 * What the kubernetes plugin knows of the cluster, with the indexes that its look-ups use. Built from the object store
 * whenever Services, EndpointSlices, Namespaces or (with `pods verified`) Pods changed.
 * Source: coredns plugin/kubernetes controller.go and object/{service,endpoint,pod}.go.
 */
import { compareText } from "../base/names.ts";
import { changesBetween, keyOf, listed } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import type { Endpoint, EndpointPort, EndpointSlice, KubeObject, Pod, Service } from "../api/types.ts";
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
  return new DnsDataBook().dataOf(store);
}

/**
 * The data of the moment, kept in step with a store: what a change costs does not depend on how much there is beside it.
 * The maps are the book's own and move on with the next question; nobody keeps them.
 */
export class DnsDataBook {
  private readonly services = new Grouped<Service, DnsService, DnsService>(keysOfService, (service) => [serviceOf(service)], first);
  private readonly serviceByIp = new Grouped<Service, DnsService, DnsService>(
    (service) => serviceOf(service).clusterIps,
    (service) => [serviceOf(service)],
    first,
  );
  private readonly slices = new Grouped<EndpointSlice, DnsSlice, readonly DnsSlice[]>(
    (slice) => sliceOf(slice).map(({ namespace, service }) => `${namespace}/${service}`),
    sliceOf,
    all,
  );
  private readonly slicesByIp = new Grouped<EndpointSlice, DnsSlice, readonly DnsSlice[]>(
    (slice) => sliceOf(slice).flatMap(({ endpoints }) => endpoints.map(({ address }) => canonical(address))),
    sliceOf,
    all,
  );
  private readonly podsByIp = new Grouped<Pod, DnsPod, readonly DnsPod[]>((pod) => verifiable(pod).map(({ ip }) => ip), verifiable, all);

  dataOf(store: ObjectStore): DnsData {
    const [services, slices] = [listed(store, "Service"), listed(store, "EndpointSlice")];
    return {
      namespaces: new Set(listed(store, "Namespace").map((namespace) => namespace.metadata.name)),
      services: this.services.of(services),
      slices: this.slices.of(slices),
      serviceByIp: this.serviceByIp.of(services),
      slicesByIp: this.slicesByIp.of(slices),
      podsByIp: this.podsByIp.of(listed(store, "Pod")),
    };
  }
}

/** What objects of a kind come to under some keys, each group in the order of the objects' keys. */
class Grouped<T extends KubeObject, V, R> {
  private objects: readonly T[] = [];
  private readonly members = new Map<string, readonly T[]>();
  private readonly groups = new Map<string, R>();
  private readonly keysOf: (object: T) => readonly string[];
  private readonly valuesOf: (object: T) => readonly V[];
  private readonly sum: (values: readonly V[]) => R;

  constructor(keysOf: (object: T) => readonly string[], valuesOf: (object: T) => readonly V[], sum: (values: readonly V[]) => R) {
    this.keysOf = keysOf;
    this.valuesOf = valuesOf;
    this.sum = sum;
  }

  of(objects: readonly T[]): ReadonlyMap<string, R> {
    const { gone, come } = changesBetween(this.objects, objects);
    this.objects = objects;
    const touched = new Map<string, T[]>();
    const isGone = new Set(gone);
    for (const object of [...gone, ...come])
      for (const key of new Set(this.keysOf(object))) {
        const added = touched.get(key) ?? [];
        if (!isGone.has(object)) added.push(object);
        touched.set(key, added);
      }
    for (const [key, added] of touched) this.put(key, [...(this.members.get(key) ?? []).filter((object) => !isGone.has(object)), ...added]);
    return this.groups;
  }

  private put(key: string, members: readonly T[]): void {
    if (members.length === 0) {
      this.members.delete(key);
      this.groups.delete(key);
      return;
    }
    const ordered = members.length === 1 ? members : [...members].sort((a, b) => compareText(keyOf(a), keyOf(b)));
    this.members.set(key, ordered);
    this.groups.set(key, this.sum(ordered.flatMap(this.valuesOf)));
  }
}

function first<V>(values: readonly V[]): V {
  return values[0] as V; // a group has a member, and each member a value
}

function all<V>(values: readonly V[]): readonly V[] {
  return values;
}

function keysOfService(service: Service): readonly string[] {
  const { namespace, name } = serviceOf(service);
  return [`${namespace}/${name}`];
}

/** Pure memos: they are read off objects that never change. */
const readServices = new WeakMap<Service, DnsService>();
const readSlices = new WeakMap<EndpointSlice, readonly DnsSlice[]>();

function serviceOf(service: Service): DnsService {
  const known = readServices.get(service);
  if (known !== undefined) return known;
  const read = readService(service);
  readServices.set(service, read);
  return read;
}

function readService(service: Service): DnsService {
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
function sliceOf(slice: EndpointSlice): readonly DnsSlice[] {
  const known = readSlices.get(slice);
  if (known !== undefined) return known;
  const read = readSlice(slice);
  readSlices.set(slice, read);
  return read;
}

function readSlice(slice: EndpointSlice): readonly DnsSlice[] {
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

function verifiable(pod: Pod): readonly DnsPod[] {
  const { phase, podIP } = pod.status ?? {};
  const over = phase === "Succeeded" || phase === "Failed" || phase === "Unknown";
  if (over || pod.metadata.deletionTimestamp !== undefined || podIP === undefined || podIP === "") return [];
  return [{ namespace: pod.metadata.namespace ?? "default", ip: podIP }];
}

function canonical(address: string): string {
  return parseAddress(address)?.text ?? address;
}
