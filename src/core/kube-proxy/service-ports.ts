/**
 * From Services and EndpointSlices to service ports: one port of one Service in one family, with everything that
 * kube-proxy derives from the two. Sources (Kubernetes 1.36): `pkg/proxy/serviceport.go`,
 * `servicechangetracker.go`, `endpointslicecache.go`, `config/config.go`.
 *
 * Pods, selectors and `targetPort` are never read: an endpoint is what a slice says.
 */
import { endpointText, parseAddress } from "../base/address.ts";
import type { Address, Cidr } from "../base/address.ts";
import { compareText } from "../base/names.ts";
import type { Family, Protocol } from "../base/names.ts";
import { list } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import type { Endpoint, EndpointSlice, Service, ServicePort, ServiceSpec } from "../api/types.ts";
import { addressesOf, cidrsOf } from "./addresses.ts";
import { servicePortName } from "./names.ts";

const SERVICE_PROXY_NAME = "service.kubernetes.io/service-proxy-name";
const HEADLESS = "service.kubernetes.io/headless";
const SERVICE_NAME = "kubernetes.io/service-name";
const DEFAULT_AFFINITY_SECONDS = 10800;

/** One endpoint of a service port. */
export interface EndpointInfo {
  readonly address: Address;
  readonly port: number;
  /** The endpoint string, `10.0.0.1:80` or `[fd00::1]:80`: identity and sort key. */
  readonly text: string;
  /** null: never local. */
  readonly nodeName: string | null;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
}

/** One port of one Service in one family. Values are immutable and shared: rules are remembered by identity. */
export interface ServicePortInfo {
  /** `namespace/name:port`, or `namespace/name` for a port without a name. */
  readonly name: string;
  readonly namespace: string;
  readonly service: string;
  readonly portName: string;
  readonly family: Family;
  readonly protocol: Protocol;
  readonly clusterIp: Address;
  readonly port: number;
  /** 0: none. */
  readonly nodePort: number;
  readonly externalIps: readonly Address[];
  /** Of `ipMode: VIP`. */
  readonly loadBalancerIps: readonly Address[];
  /** Empty: all sources. */
  readonly sourceRanges: readonly Cidr[];
  /** externalTrafficPolicy Local, where it has a meaning. */
  readonly externalLocal: boolean;
  readonly internalLocal: boolean;
  /** 0: none. */
  readonly healthCheckPort: number;
  /** null: no ClientIP affinity. */
  readonly affinitySeconds: number | null;
  /** Sorted by endpoint string. */
  readonly endpoints: readonly EndpointInfo[];
}

/** Whether packets from outside can reach it. */
export function externallyAccessible(port: ServicePortInfo): boolean {
  return port.nodePort !== 0 || port.loadBalancerIps.length > 0 || port.externalIps.length > 0;
}

export function usesClusterEndpoints(port: ServicePortInfo): boolean {
  return !port.internalLocal || externallyAccessible(port);
}

export function usesLocalEndpoints(port: ServicePortInfo): boolean {
  return port.internalLocal || (port.externalLocal && externallyAccessible(port));
}

/**
 * All service ports of a family, by namespace, name, port name and protocol. (kube-proxy walks a hash map; any order
 * is right, this one is stable.)
 */
export function servicePorts(store: ObjectStore, family: Family): ServicePortInfo[] {
  const slices = slicesByService(list(store, "EndpointSlice"), family);
  const ports = list(store, "Service").flatMap((service) => portsOf(service, slices.get(serviceKey(service)) ?? NO_SLICES, family));
  return ports.sort(comparePorts);
}

export function comparePorts(a: ServicePortInfo, b: ServicePortInfo): number {
  return (
    compareText(a.namespace, b.namespace) ||
    compareText(a.service, b.service) ||
    compareText(a.portName, b.portName) ||
    compareText(a.protocol, b.protocol)
  );
}

const NO_SLICES: readonly EndpointSlice[] = [];

/** `namespace/name`. */
export function serviceKey(service: Service): string {
  return `${service.metadata.namespace ?? ""}/${service.metadata.name}`;
}

/** Slices that this instance watches, under `namespace/service`, each list in the order given. */
function slicesByService(slices: readonly EndpointSlice[], family: Family): Map<string, EndpointSlice[]> {
  const byService = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = serviceOfSlice(slice, family);
    if (key === null) continue;
    const of = byService.get(key);
    if (of === undefined) byService.set(key, [slice]);
    else of.push(slice);
  }
  return byService;
}

/** `namespace/service` of a slice that this instance watches; null for one that it does not. */
export function serviceOfSlice({ metadata, addressType }: EndpointSlice, family: Family): string | null {
  const labels = metadata.labels ?? {};
  const service = labels[SERVICE_NAME] ?? "";
  const namespace = metadata.namespace ?? "";
  if (addressType !== family || labels[HEADLESS] !== undefined || service === "" || namespace === "") return null;
  return `${namespace}/${service}`;
}

interface Remembered {
  readonly slices: readonly EndpointSlice[];
  readonly ports: readonly ServicePortInfo[];
}

/**
 * A pure memo: the same Service with the same slices gives the same service ports, also by identity, so that rules
 * made from them can be remembered too. Held weakly by the stored objects.
 */
const memo: { readonly [family in Family]: WeakMap<Service, Remembered> } = { IPv4: new WeakMap(), IPv6: new WeakMap() };

/** What `readService` gives, remembered. */
export function portsOf(service: Service, slices: readonly EndpointSlice[], family: Family): readonly ServicePortInfo[] {
  const known = memo[family].get(service);
  if (known !== undefined && known.slices.length === slices.length && known.slices.every((slice, i) => slice === slices[i]))
    return known.ports;
  const ports = readService(service, slices, family);
  memo[family].set(service, { slices, ports });
  return ports;
}

/** The service ports of one Service; empty where kube-proxy skips it or it has no cluster IP of the family. */
export function readService(service: Service, slices: readonly EndpointSlice[], family: Family): readonly ServicePortInfo[] {
  const { spec } = service;
  if (service.metadata.labels?.[SERVICE_PROXY_NAME] !== undefined) return [];
  const clusterIp = clusterIpOf(spec, family);
  if (clusterIp === null) return [];
  const namespace = service.metadata.namespace ?? "";
  const name = service.metadata.name;
  const externalIps = addressesOf(spec.externalIPs ?? [], family);
  const shared = {
    namespace,
    service: name,
    family,
    clusterIp,
    externalIps,
    loadBalancerIps: loadBalancerIps(service, family),
    sourceRanges: sourceRangesOf(spec, family),
    externalLocal:
      spec.externalTrafficPolicy === "Local" && (spec.type === "LoadBalancer" || spec.type === "NodePort" || externalIps.length > 0),
    internalLocal: spec.internalTrafficPolicy === "Local",
    healthCheckPort: spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local" ? (spec.healthCheckNodePort ?? 0) : 0,
    affinitySeconds:
      spec.sessionAffinity === "ClientIP" ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS) : null,
  };
  return (spec.ports ?? []).map((port) => ({
    ...shared,
    name: servicePortName(namespace, name, port.name ?? ""),
    portName: port.name ?? "",
    protocol: port.protocol,
    port: port.port,
    nodePort: port.nodePort ?? 0,
    endpoints: endpointsOf(port, slices),
  }));
}

/** null: no rules in this family. */
function clusterIpOf(spec: ServiceSpec, family: Family): Address | null {
  if (spec.type === "ExternalName" || spec.clusterIP === undefined || spec.clusterIP === "" || spec.clusterIP === "None") return null;
  const families = spec.ipFamilies ?? [];
  const text =
    families.length === 0
      ? spec.clusterIP
      : (spec.clusterIPs?.[families.indexOf(family)] ?? (families[0] === family ? spec.clusterIP : ""));
  const address = parseAddress(text);
  return address?.family === family ? address : null;
}

function loadBalancerIps(service: Service, family: Family): Address[] {
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  return addressesOf(
    ingress.filter((entry) => entry.ip !== undefined && (entry.ipMode ?? "VIP") === "VIP").map((entry) => entry.ip ?? ""),
    family,
  );
}

/** One range of length 0 opens the list to everyone. */
function sourceRangesOf(spec: ServiceSpec, family: Family): readonly Cidr[] {
  const ranges = cidrsOf(spec.loadBalancerSourceRanges ?? [], family);
  return ranges.some((range) => range.prefix === 0) ? [] : ranges;
}

/** Endpoints of the slice ports whose name and protocol are the service port's, sorted by endpoint string. */
function endpointsOf(port: ServicePort, slices: readonly EndpointSlice[]): readonly EndpointInfo[] {
  const found = new Map<string, EndpointInfo>();
  for (const slice of slices) {
    for (const slicePort of slice.ports) {
      const number = slicePort.port ?? 0;
      if (number === 0 || slicePort.name !== (port.name ?? "") || (slicePort.protocol ?? "TCP") !== port.protocol) continue;
      for (const endpoint of slice.endpoints) {
        const info = readEndpoint(endpoint, number);
        // Of two with one endpoint string the later wins, unless it is on its way out.
        if (info !== null && (!info.terminating || !found.has(info.text))) found.set(info.text, info);
      }
    }
  }
  return [...found.values()].sort((a, b) => compareText(a.text, b.text));
}

function readEndpoint(endpoint: Endpoint, port: number): EndpointInfo | null {
  const address = parseAddress(endpoint.addresses[0] ?? "");
  if (address === null) return null;
  return {
    address,
    port,
    text: endpointText(address.text, port),
    nodeName: endpoint.nodeName ?? null,
    ready: endpoint.conditions?.ready ?? true,
    serving: endpoint.conditions?.serving ?? true,
    terminating: endpoint.conditions?.terminating ?? false,
    zoneHints: (endpoint.hints?.forZones ?? []).map((hint) => hint.name),
    nodeHints: (endpoint.hints?.forNodes ?? []).map((hint) => hint.name),
  };
}
