/**
 * The begin hook of Services: links `clusterIP` and `clusterIPs`, settles the address families, and takes addresses
 * and ports. It runs after defaulting and before validation; an error here ends the request.
 * (pkg/registry/core/service/storage/storage.go, alloc.go)
 */
import type { Family } from "../base/names.ts";
import type { RandomState } from "../base/random.ts";
import { familyOf } from "./addresses.ts";
import { internalStatus, invalid, invalidStatus } from "./field-errors.ts";
import type { FieldError, Status } from "./field-errors.ts";
import { takeAddress, takeNextAddress, takeNextPort, takePort } from "./pools.ts";
import type { AddressPool, Holdings } from "./pools.ts";
import {
  hasSelector,
  isExternallyAccessible,
  isHeadless,
  needsClusterIp,
  needsHealthCheckPort,
  needsNodePort,
  sameList,
} from "./service-draft.ts";
import type { ServiceDraft } from "./service-draft.ts";
import { addressErrors } from "./service-validation.ts";
import type { PortRange } from "./settings.ts";
import { sameJson } from "./json.ts";

export interface Allocation {
  readonly pools: readonly AddressPool[];
  readonly portRange: PortRange;
  /** What this request takes is added to it (`requestHoldings`). */
  readonly holdings: Holdings;
  /** Key of the Service. */
  readonly owner: string;
  /** The start of a stream of this Service, by purpose. */
  readonly random: (purpose: string) => RandomState;
}

/** Changes `service` in place. A status means that the request has failed. */
export function allocateCreate(service: ServiceDraft, allocation: Allocation): Status | null {
  if ((service.spec.clusterIP ?? "") !== "" && service.spec.clusterIPs === undefined)
    service.spec.clusterIPs = [service.spec.clusterIP ?? ""];
  return (
    settleFamilies(service, null, allocation) ??
    takeClusterIps(service, [], allocation) ??
    (service.spec.type === "NodePort" || service.spec.type === "LoadBalancer" ? createNodePorts(service, allocation) : null) ??
    (needsHealthCheckPort(service) ? takeHealthCheckPort(service, allocation) : null)
  );
}

export function allocateUpdate(service: ServiceDraft, old: ServiceDraft, allocation: Allocation): Status | null {
  keepAllocated(service, old);
  linkClusterIps(service, old);
  const held = needsClusterIp(old) && !isHeadless(old) ? (old.spec.clusterIPs ?? []) : [];
  const headless = old.spec.clusterIPs?.[0] === "None";
  return (
    settleFamilies(service, old, allocation) ??
    (headless ? null : takeClusterIps(service, held, allocation)) ??
    (needsNodePort(service) ? updateNodePorts(service, old, allocation) : null) ??
    (needsHealthCheckPort(service) && !needsHealthCheckPort(old) ? takeHealthCheckPort(service, allocation) : null)
  );
}

/** Values that the server had given stay when the client leaves them out. (patchAllocatedValues) */
function keepAllocated(service: ServiceDraft, old: ServiceDraft): void {
  const { spec } = service;
  if (needsClusterIp(old) && needsClusterIp(service)) {
    if (spec.clusterIP === undefined && old.spec.clusterIP !== undefined) spec.clusterIP = old.spec.clusterIP;
    if (spec.clusterIPs === undefined && spec.clusterIP === old.spec.clusterIP && old.spec.clusterIPs !== undefined)
      spec.clusterIPs = [...old.spec.clusterIPs];
  }
  if (needsNodePort(old) && needsNodePort(service)) {
    const numbers = new Set((spec.ports ?? []).map((port) => port.nodePort));
    const used = new Set((old.spec.ports ?? []).map((port) => port.nodePort).filter((port) => numbers.has(port)));
    const byName = new Map((old.spec.ports ?? []).map((port) => [port.name ?? "", port.nodePort]));
    for (const port of spec.ports ?? []) {
      const before = byName.get(port.name ?? "");
      if (port.nodePort === undefined && before !== undefined && !used.has(before)) port.nodePort = before;
    }
  }
  if (needsHealthCheckPort(old) && needsHealthCheckPort(service) && old.spec.healthCheckNodePort !== undefined) {
    spec.healthCheckNodePort ??= old.spec.healthCheckNodePort;
  }
}

/** (normalizeClusterIPs, the update half) */
function linkClusterIps(service: ServiceDraft, old: ServiceDraft): void {
  const { spec } = service;
  const before = old.spec.clusterIP ?? "";
  const now = spec.clusterIP ?? "";
  if ((old.spec.clusterIPs?.length ?? 0) > 0 && spec.clusterIPs === undefined && before === now)
    spec.clusterIPs = [...(old.spec.clusterIPs ?? [])];
  if (before === now || !sameList(old.spec.clusterIPs, spec.clusterIPs)) return;
  if (now === "") delete spec.clusterIPs;
  else spec.clusterIPs = [now];
}

const SINGLE = "SingleStack";
const POLICY = "spec.ipFamilyPolicy";

/** (initIPFamilyFields) */
function settleFamilies(service: ServiceDraft, old: ServiceDraft | null, allocation: Allocation): Status | null {
  const { spec } = service;
  if (spec.type === "ExternalName") return null;
  if (old !== null && isSettledPreferDualStack(service, old)) return null;
  const available = allocation.pools.map((pool) => pool.family);
  const selectorless = spec.clusterIP === "None" && !hasSelector(service);
  spec.ipFamilyPolicy ??= old?.spec.ipFamilyPolicy ?? (selectorless ? "RequireDualStack" : SINGLE);
  const malformed = addressErrors(service, old);
  if (malformed.length > 0) return failed(service, malformed);

  const errors = old === null ? [] : releaseSecond(service, old);
  if (spec.ipFamilyPolicy === SINGLE) {
    const why = (what: string): string => `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`;
    if (spec.clusterIPs?.length === 2) errors.push(invalid(POLICY, spec.ipFamilyPolicy, why("cluster IPs")));
    if (spec.ipFamilies?.length === 2) errors.push(invalid(POLICY, spec.ipFamilyPolicy, why("IP families")));
  }
  errors.push(...inferFamilies(service, available));
  if (errors.length > 0) return failed(service, errors);

  const other = (family: string | undefined): Family => (family === "IPv4" ? "IPv6" : "IPv4");
  if (selectorless) {
    spec.ipFamilies ??= [available[0] ?? "IPv4"];
    if (spec.ipFamilies.length < 2 && spec.ipFamilyPolicy !== SINGLE) spec.ipFamilies.push(other(spec.ipFamilies[0]));
    return null;
  }
  if (spec.ipFamilyPolicy === "RequireDualStack" && available.length < 2) {
    errors.push(invalid(POLICY, spec.ipFamilyPolicy, "this cluster is not configured for dual-stack services"));
  }
  spec.ipFamilies?.forEach((family, index) => {
    if (!available.some((has) => has === family))
      errors.push(invalid(`spec.ipFamilies[${index}]`, family, "not configured on this cluster"));
  });
  if (errors.length > 0) return failed(service, errors);
  spec.ipFamilies ??= [available[0] ?? "IPv4"];
  if (spec.ipFamilyPolicy !== SINGLE && spec.ipFamilies.length === 1 && available.length === 2)
    spec.ipFamilies.push(other(spec.ipFamilies[0]));
  return null;
}

/** A PreferDualStack Service is left as it is while nothing about its addresses changes. (isMatchingPreferDualStackClusterIPFields) */
function isSettledPreferDualStack(service: ServiceDraft, old: ServiceDraft): boolean {
  const now = service.spec;
  const before = old.spec;
  return (
    needsClusterIp(service) &&
    needsClusterIp(old) &&
    now.ipFamilyPolicy === "PreferDualStack" &&
    before.ipFamilyPolicy === "PreferDualStack" &&
    before.type === now.type &&
    sameList(before.clusterIPs, now.clusterIPs) &&
    sameList(before.ipFamilies, now.ipFamilies)
  );
}

function releaseSecond(service: ServiceDraft, old: ServiceDraft): FieldError[] {
  const { spec } = service;
  if (spec.ipFamilyPolicy === SINGLE) {
    if (sameList(old.spec.clusterIPs, spec.clusterIPs) && (spec.clusterIPs?.length ?? 0) > 1)
      spec.clusterIPs = spec.clusterIPs?.slice(0, 1);
    if (sameList(old.spec.ipFamilies, spec.ipFamilies) && (spec.ipFamilies?.length ?? 0) > 1)
      spec.ipFamilies = spec.ipFamilies?.slice(0, 1);
    return [];
  }
  const errors: FieldError[] = [];
  const isReduced = (before: readonly string[] | undefined, now: readonly string[] | undefined): boolean =>
    (now?.length ?? 0) > 0 && (now?.length ?? 0) < (before?.length ?? 0) && now?.[0] === before?.[0];
  if (isReduced(old.spec.clusterIPs, spec.clusterIPs))
    errors.push(invalid(POLICY, spec.ipFamilyPolicy, "must be 'SingleStack' to release the secondary cluster IP"));
  if (isReduced(old.spec.ipFamilies, spec.ipFamilies))
    errors.push(invalid(POLICY, spec.ipFamilyPolicy, "must be 'SingleStack' to release the secondary IP family"));
  return errors;
}

function inferFamilies(service: ServiceDraft, available: readonly Family[]): FieldError[] {
  const { spec } = service;
  const errors: FieldError[] = [];
  for (const [index, ip] of (spec.clusterIPs ?? []).entries()) {
    if (ip === "None") break;
    if (index < (spec.ipFamilies?.length ?? 0)) continue;
    const family = familyOf(ip);
    if (!available.includes(family))
      errors.push(invalid(`spec.clusterIPs[${index}]`, spec.clusterIPs, `${family} is not configured on this cluster`));
    else (spec.ipFamilies ??= []).push(family);
  }
  return errors;
}

/** One address a family, in the order of `ipFamilies`. `held` are kept as they are. */
function takeClusterIps(service: ServiceDraft, held: readonly string[], allocation: Allocation): Status | null {
  const { spec } = service;
  if (!needsClusterIp(service) || spec.clusterIP === "None" || isHeadless(service)) return null;
  const ips = [...(spec.clusterIPs ?? [])];
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    const asked = ips[index] ?? "";
    if (asked !== "") {
      // An address that replaces a held one is refused by validation (it may not change once set).
      const why = held.length > index ? null : takeAddress(allocation.pools, allocation.holdings, allocation.owner, asked);
      if (why !== null) return failed(service, [invalid("spec.clusterIPs", [asked], `failed to allocate IP ${asked}: ${why}`)]);
      continue;
    }
    const pool = allocation.pools.find((candidate) => candidate.family === family);
    const ip =
      pool === undefined ? null : takeNextAddress(pool, allocation.holdings, allocation.owner, allocation.random(`clusterIP ${family}`));
    if (ip === null) return internalStatus(`failed to allocate a serviceIP for Service "${service.metadata.name}": range is full`);
    ips[index] = ip;
  }
  if (ips.length > 0) {
    spec.clusterIPs = ips;
    spec.clusterIP ??= ips[0];
  }
  return null;
}

/** Entries with the same `port` share one node port. (initNodePorts) */
function createNodePorts(service: ServiceDraft, allocation: Allocation): Status | null {
  const ports = service.spec.ports ?? [];
  const chosen = new Map<number, number>();
  for (const [index, port] of ports.entries()) {
    if (port.nodePort === undefined && !needsNodePort(service)) continue;
    const shared = chosen.get(port.port);
    if (shared === undefined) {
      const asked = ports.find((other) => other.port === port.port && other.nodePort !== undefined)?.nodePort;
      const number = asked ?? nextPort(allocation, `nodePort ${port.port}`);
      if (number === null) return internalStatus("failed to allocate a nodePort: range is full");
      const refused = asked === undefined ? null : askPort(service, allocation, index, asked);
      if (refused !== null) return refused;
      port.nodePort = number;
      chosen.set(port.port, number);
    } else if (port.nodePort === undefined) {
      port.nodePort = shared;
    } else if (port.nodePort !== shared) {
      const refused = askPort(service, allocation, index, port.nodePort);
      if (refused !== null) return refused;
    }
  }
  return null;
}

/** Numbers that the old object held are kept; entries without one each get their own. (updateNodePorts) */
function updateNodePorts(service: ServiceDraft, old: ServiceDraft, allocation: Allocation): Status | null {
  const held = new Set((old.spec.ports ?? []).map((port) => port.nodePort));
  const taken = new Set<number>();
  const seen = new Set<string>();
  for (const [index, port] of (service.spec.ports ?? []).entries()) {
    if (port.nodePort === undefined) {
      const number = nextPort(allocation, `nodePort ${port.port} ${index}`);
      if (number === null) return internalStatus("failed to allocate a nodePort: range is full");
      port.nodePort = number;
    } else if (!held.has(port.nodePort) && !taken.has(port.nodePort)) {
      const refused = askPort(service, allocation, index, port.nodePort);
      if (refused !== null) return refused;
      taken.add(port.nodePort);
    }
    const pair = `${port.protocol ?? ""} ${port.nodePort}`;
    if (seen.has(pair)) return internalStatus(`duplicate nodePort: {${pair}}`);
    seen.add(pair);
  }
  return null;
}

function nextPort(allocation: Allocation, purpose: string): number | null {
  return takeNextPort(allocation.portRange, allocation.holdings, allocation.owner, allocation.random(purpose));
}

function askPort(service: ServiceDraft, allocation: Allocation, index: number, port: number): Status | null {
  const why = takePort(allocation.portRange, allocation.holdings, allocation.owner, port);
  return why === null ? null : failed(service, [invalid(`spec.ports[${index}].nodePort`, port, why)]);
}

function takeHealthCheckPort(service: ServiceDraft, allocation: Allocation): Status | null {
  const asked = service.spec.healthCheckNodePort;
  if (asked === undefined) {
    const number = nextPort(allocation, "healthCheckNodePort");
    if (number === null) return internalStatus("failed to allocate a HealthCheck NodePort : range is full");
    service.spec.healthCheckNodePort = number;
    return null;
  }
  const why = takePort(allocation.portRange, allocation.holdings, allocation.owner, asked);
  return why === null ? null : internalStatus(`failed to allocate requested HealthCheck NodePort ${asked}: ${why}`);
}

function failed(service: ServiceDraft, errors: readonly FieldError[]): Status {
  return invalidStatus({ group: "", kind: "Service", resource: "services", name: service.metadata.name }, errors);
}

/** Fields that no longer apply after a change of type go, unless the client changed them too. (dropTypeDependentFields) */
export function dropOutdated(service: ServiceDraft, old: ServiceDraft): void {
  const now = service.spec;
  const before = old.spec;
  if (needsClusterIp(old) && !needsClusterIp(service)) {
    if (now.clusterIP === before.clusterIP && sameList(now.clusterIPs, before.clusterIPs)) {
      delete now.clusterIP;
      delete now.clusterIPs;
    }
    if (sameList(now.ipFamilies, before.ipFamilies)) delete now.ipFamilies;
    if (now.ipFamilyPolicy === before.ipFamilyPolicy) delete now.ipFamilyPolicy;
  }
  const heldPorts = new Set((before.ports ?? []).map((port) => port.nodePort));
  if (
    needsNodePort(old) &&
    !needsNodePort(service) &&
    (now.ports ?? []).every((port) => port.nodePort === undefined || heldPorts.has(port.nodePort))
  ) {
    for (const port of now.ports ?? []) delete port.nodePort;
  }
  if (needsHealthCheckPort(old) && !needsHealthCheckPort(service)) dropIfSame(now, before, "healthCheckNodePort");
  if (before.type === "LoadBalancer" && now.type !== "LoadBalancer") {
    dropIfSame(now, before, "allocateLoadBalancerNodePorts");
    dropIfSame(now, before, "loadBalancerClass");
  }
  if (isExternallyAccessible(old) && !isExternallyAccessible(service)) dropIfSame(now, before, "externalTrafficPolicy");
  if (now.type !== "LoadBalancer") service.status = { loadBalancer: {} };
}

function dropIfSame<K extends keyof ServiceDraft["spec"]>(now: ServiceDraft["spec"], before: ServiceDraft["spec"], field: K): void {
  if (sameJson(now[field], before[field])) delete now[field];
}
