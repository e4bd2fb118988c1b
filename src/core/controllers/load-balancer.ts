/**
 * Load balancers of Services: who provides them, how long it takes, what stands in the status, what goes wrong. The
 * service controller with a cloud provider (staging/src/k8s.io/cloud-provider/controllers/service), cloud-provider-kind,
 * and MetalLB's controller (go.universe.tf/metallb, layer 2). Who provides is a matter of the cluster, not of the Service:
 * MetalLB where its pools are among the documents, nobody else by default. The annotation `kubehop.dev/load-balancer` on a
 * Service or its Namespace chooses another.
 */
import { addressAt, canonicalAddress, cidrContains, cidrSize, parseAddress, parseCidr, type Cidr } from "../base/address.ts";
import { compareText, type Family } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import { familyOf } from "../api/addresses.ts";
import { at, listAt, textAt } from "../api/json.ts";
import { get, keyOf, list } from "../api/store.ts";
import type { KubeObject, LoadBalancerIngress, Service } from "../api/types.ts";
import { DELAYS } from "./delays.ts";
import { created } from "./lookup.ts";
import { say, type Said } from "./records.ts";
import { write } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

export const BALANCER_ANNOTATION = "kubehop.dev/load-balancer";

/** Words of the annotation. */
export const PROVIDERS = ["none", "cloud", "cloud-hostname", "cloud-provider-kind", "metallb", "quota", "permission", "subnet"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Addresses of a cloud: documentation ranges (RFC 5737, RFC 3849). */
const CLOUD: Readonly<Record<Family, string>> = { IPv4: "198.51.100.0/24", IPv6: "2001:db8:1b::/64" };
/** kind's container network, above its nodes. */
const KIND: Readonly<Record<Family, string>> = { IPv4: "172.18.0.0/16", IPv6: "fc00:f853:ccd:e793::/64" };
const FIRST: Readonly<Record<"cloud" | "kind", number>> = { cloud: 10, kind: 200 };

/** What clouds answer where they cannot: AWS's words. */
const FAILURES: Readonly<Record<"quota" | "permission" | "subnet", string>> = {
  quota: "TooManyLoadBalancers: Exceeded quota of account",
  permission: "AccessDenied: the cluster's role is not authorized to perform: elasticloadbalancing:CreateLoadBalancer",
  subnet: "could not find any suitable subnets for creating the ELB",
};

/** Who looks after the Service's load balancer. */
export function providerOf(world: Pick<World, "store">, service: Service): Provider {
  const namespace = get(world.store, "Namespace", service.metadata.namespace ?? "");
  const chosen = [service.metadata.annotations, namespace?.metadata.annotations]
    .map((annotations) => annotations?.[BALANCER_ANNOTATION])
    .find(isProvider);
  if (chosen !== undefined) return chosen;
  // A class is somebody's own: whoever does not know it leaves the Service alone.
  if (service.spec.loadBalancerClass !== undefined) return "none";
  return (world.store.objects.get("IPAddressPool")?.size ?? 0) > 0 ? "metallb" : "none";
}

function isProvider(word: string | undefined): word is Provider {
  return PROVIDERS.some((provider) => provider === word);
}

export function reconcileLoadBalancer(world: World, key: string): readonly WakeUp[] {
  const service = get(world.store, "Service", key);
  const { balancers } = world.memory;
  if (service === undefined || service.spec.type !== "LoadBalancer") {
    balancers.delete(key);
    return [];
  }
  const provider = providerOf(world, service);
  const known = balancers.get(key);
  // An address that came with the object (a dump of a running cluster) stays until somebody chooses a provider here.
  if (known === undefined && hasIngress(service) && provider === "none") return [];
  if (known?.provider !== provider) {
    balancers.set(key, { provider, since: world.now, done: false });
    if (known !== undefined && hasIngress(service)) setIngress(world, service, []);
    if (isCloud(provider)) say(world, service, SAID.ensuring);
  }
  const { since, done } = balancers.get(key) ?? { since: world.now, done: false };
  const due = since + delayOf(provider);
  if (provider === "none" || (done && !isStale(world, service, provider))) return [];
  if (world.now < due) return [{ controller: "load-balancer", key, after: due - world.now }];
  provide(world, get(world.store, "Service", key) ?? service, provider);
  balancers.set(key, { provider, since, done: true });
  return [];
}

/** What is asked for has changed since it was given. */
function isStale(world: World, service: Service, provider: Provider): boolean {
  if (provider !== "metallb") return false;
  const given = (service.status.loadBalancer.ingress ?? []).flatMap(({ ip }) => ip ?? []);
  return given.length === 0 || given.some((ip) => !poolsOf(world, service).some(({ ranges }) => ranges.some((range) => holds(range, ip))));
}

function isCloud(provider: Provider): boolean {
  return provider !== "none" && provider !== "metallb";
}

function hasIngress(service: Service): boolean {
  return (service.status.loadBalancer.ingress ?? []).length > 0;
}

function delayOf(provider: Provider): Nanos {
  switch (provider) {
    case "cloud":
    case "cloud-hostname":
      return DELAYS.cloudBalancer;
    case "cloud-provider-kind":
      return DELAYS.kindBalancer;
    case "metallb":
      return DELAYS.metallb;
    case "quota":
    case "permission":
    case "subnet":
      return DELAYS.cloudRefusal;
    case "none":
      return 0;
  }
}

const SAID: Readonly<Record<"ensuring" | "ensured", Said>> = {
  ensuring: { by: "service-controller", type: "Normal", reason: "EnsuringLoadBalancer", message: "Ensuring load balancer" },
  ensured: { by: "service-controller", type: "Normal", reason: "EnsuredLoadBalancer", message: "Ensured load balancer" },
};

function provide(world: World, service: Service, provider: Provider): void {
  switch (provider) {
    case "cloud":
    case "cloud-provider-kind": {
      const [ranges, first, ipMode] =
        provider === "cloud" ? ([CLOUD, FIRST.cloud, "VIP"] as const) : ([KIND, FIRST.kind, "Proxy"] as const);
      const ingress = familiesOf(service).flatMap((family) => {
        const ip = requested(service, family) ?? freeAddress(world, service, ranges[family], first);
        return ip === null ? [] : [{ ip, ipMode }];
      });
      setIngress(world, service, ingress);
      return say(world, service, SAID.ensured);
    }
    case "cloud-hostname":
      setIngress(world, service, [
        { hostname: `${(service.metadata.uid ?? keyOf(service)).replace(/\W/g, "").slice(0, 32)}.elb.example.com` },
      ]);
      return say(world, service, SAID.ensured);
    case "metallb":
      return allocate(world, service);
    case "quota":
    case "permission":
    case "subnet": {
      const message = `Error syncing load balancer: failed to ensure load balancer: ${FAILURES[provider]}`;
      return say(world, service, { by: "service-controller", type: "Warning", reason: "SyncLoadBalancerFailed", message });
    }
    case "none":
  }
}

function familiesOf({ spec }: Service): readonly Family[] {
  return spec.ipFamilies !== undefined && spec.ipFamilies.length > 0 ? spec.ipFamilies : [familyOf(spec.clusterIP ?? "")];
}

function setIngress(world: World, service: Service, ingress: readonly LoadBalancerIngress[]): void {
  write(world, { ...service, status: { ...service.status, loadBalancer: ingress.length === 0 ? {} : { ingress } } });
}

/** `spec.loadBalancerIP`, where it is of the family. */
function requested({ spec }: Service, family: Family): string | null {
  const address = parseAddress(spec.loadBalancerIP ?? "");
  return address !== null && address.family === family ? address.text : null;
}

function heldBy(world: World, except: Service): ReadonlySet<string> {
  const held = new Set<string>();
  for (const object of created(world.store, "Service")) {
    const service = object as Service; // the kind says so
    if (keyOf(service) === keyOf(except)) continue;
    for (const { ip } of service.status.loadBalancer.ingress ?? []) if (ip !== undefined) held.add(canonicalAddress(ip) ?? ip);
  }
  for (const node of list(world.store, "Node")) for (const { address } of node.status.addresses ?? []) held.add(address);
  return held;
}

function freeAddress(world: World, service: Service, range: string, first: number): string | null {
  const cidr = parseCidr(range);
  if (cidr === null) throw new Error(`not a range: ${range}`);
  const held = heldBy(world, service);
  for (let offset = first; offset < Math.min(cidrSize(cidr) - 1, first + 10_000); offset++) {
    const address = addressAt(cidr, offset);
    if (address !== null && !held.has(address)) return address;
  }
  return null;
}

// ---- MetalLB --------------------------------------------------------------------------------------------------------

/** Addresses from one to another, both included. */
export interface AddressRange {
  readonly family: Family;
  readonly cidr: Cidr;
  /** Offsets into `cidr`. */
  readonly first: number;
  readonly last: number;
}

export interface AddressPool {
  readonly name: string;
  readonly ranges: readonly AddressRange[];
  /** Whether it gives addresses to Services that do not ask for it by name. */
  readonly automatic: boolean;
}

/** The pools of which the Service may have an address, in the order of their names. */
export function poolsOf(world: Pick<World, "store">, service: Service): readonly AddressPool[] {
  const { annotations = {} } = service.metadata;
  const asked = annotations["metallb.io/address-pool"] ?? annotations["metallb.universe.tf/address-pool"];
  return addressPools(world).filter((pool) => (asked === undefined ? true : pool.name === asked));
}

function addressPools({ store }: Pick<World, "store">): readonly AddressPool[] {
  return ([...created(store, "IPAddressPool")] as KubeObject[])
    .map((pool) => ({
      name: pool.metadata.name,
      automatic: at(pool, "spec", "autoAssign") !== false,
      ranges: listAt(pool, "spec", "addresses").flatMap((text) => (typeof text === "string" ? (readRange(text) ?? []) : [])),
    }))
    .sort((a, b) => compareText(a.name, b.name));
}

/** `172.18.255.0/24` or `172.18.255.200-172.18.255.250`; null where it is neither. */
export function readRange(text: string): AddressRange | null {
  const [from = "", to] = text.split("-").map((part) => part.trim());
  if (to === undefined) {
    const cidr = parseCidr(from);
    return cidr === null ? null : { family: cidr.family, cidr, first: 0, last: cidrSize(cidr) - 1 };
  }
  const [start, end] = [parseAddress(from), parseAddress(to)];
  if (start === null || end === null || start.family !== end.family) return null;
  // The smallest block that holds both, and where in it they lie.
  const bits = start.family === "IPv4" ? 32 : 128;
  for (let prefix = bits; prefix >= bits - 24; prefix--) {
    const cidr = parseCidr(`${from}/${prefix}`);
    if (cidr === null || !cidrContains(cidr, end)) continue;
    const [first, last] = [offsetOf(cidr, start.text), offsetOf(cidr, end.text)];
    return first === null || last === null || last < first ? null : { family: start.family, cidr, first, last };
  }
  return null;
}

function offsetOf(cidr: Cidr, address: string): number | null {
  const wanted = parseAddress(address);
  const base = parseAddress(cidr.text.split("/")[0] ?? "");
  if (wanted === null || base === null) return null;
  // Ranges are at most 2^24 addresses long where this decides: the last 32 bits tell.
  const low = (words: readonly number[]): number => (words.at(-1) ?? 0) >>> 0;
  return low(wanted.words) - low(base.words);
}

export function holds(range: AddressRange, ip: string): boolean {
  const address = parseAddress(ip);
  if (address === null || address.family !== range.family || !cidrContains(range.cidr, address)) return false;
  const offset = offsetOf(range.cidr, address.text);
  return offset !== null && offset >= range.first && offset <= range.last;
}

function allocate(world: World, service: Service): void {
  const { annotations = {} } = service.metadata;
  const wish =
    annotations["metallb.io/loadBalancerIPs"] ?? annotations["metallb.universe.tf/loadBalancerIPs"] ?? service.spec.loadBalancerIP ?? "";
  const wishes = wish.split(",").flatMap((text) => canonicalAddress(text.trim()) ?? []);
  const named = annotations["metallb.io/address-pool"] ?? annotations["metallb.universe.tf/address-pool"];
  const pools = poolsOf(world, service).filter(({ automatic }) => automatic || named !== undefined || wishes.length > 0);
  const held = heldBy(world, service);
  const found = familiesOf(service).map((family) => {
    const wanted = wishes.find((ip) => familyOf(ip) === family);
    if (wanted !== undefined)
      return held.has(wanted) || !pools.some(({ ranges }) => ranges.some((range) => holds(range, wanted))) ? null : wanted;
    return pools
      .flatMap(({ ranges }) => ranges.filter((range) => range.family === family))
      .reduce<string | null>((ip, range) => ip ?? firstFree(range, held), null);
  });
  const given = found.filter((ip) => ip !== null);
  if (given.length < found.length || given.length === 0) {
    const why =
      pools.length === 0
        ? "no available IPs"
        : wishes.length > 0
          ? `["${wishes.join('" "')}"] is not allowed in config`
          : "no available IPs";
    const message = `Failed to allocate IP for "${keyOf(service)}": ${why}`;
    if (hasIngress(service)) setIngress(world, service, []);
    return say(world, service, { by: "metallb-controller", type: "Warning", reason: "AllocationFailed", message });
  }
  setIngress(
    world,
    service,
    given.map((ip) => ({ ip, ipMode: "VIP" as const })),
  );
  const message = `Assigned IP ["${given.join('" "')}"]`;
  say(world, service, { by: "metallb-controller", type: "Normal", reason: "IPAllocated", message });
}

function firstFree({ cidr, first, last }: AddressRange, held: ReadonlySet<string>): string | null {
  for (let offset = first; offset <= Math.min(last, first + 65_536); offset++) {
    const address = addressAt(cidr, offset);
    if (address !== null && !held.has(address)) return address;
  }
  return null;
}

/** Whether an L2Advertisement covers the address: without one nobody answers for it. */
export function isAdvertised(world: Pick<World, "store">, ip: string): boolean {
  const pool = addressPools(world).find(({ ranges }) => ranges.some((range) => holds(range, ip)))?.name;
  if (pool === undefined) return false;
  return ([...created(world.store, "L2Advertisement")] as KubeObject[]).some((advertisement) => {
    const pools = listAt(advertisement, "spec", "ipAddressPools");
    return pools.length === 0 ? listAt(advertisement, "spec", "ipAddressPoolSelectors").length === 0 : pools.includes(pool);
  });
}

/** Services whose load balancer may change with this object. */
export function balancersTouchedBy(world: Pick<World, "store">, object: KubeObject): readonly Service[] {
  const services = ([...created(world.store, "Service")] as Service[]).filter(({ spec }) => spec.type === "LoadBalancer"); // the kind says so
  return object.kind === "Namespace" ? services.filter(({ metadata }) => metadata.namespace === object.metadata.name) : services;
}

/** What the last word of a provider was, for the view: null where it works or nobody has said anything. */
export function balancerTrouble(world: Pick<World, "store">, service: Service): string | null {
  const said = ([...created(world.store, "Event")] as KubeObject[]).filter(
    (event) => textAt(event, "involvedObject", "kind") === "Service" && textAt(event, "involvedObject", "uid") === service.metadata.uid,
  );
  const last = said.filter((event) => event["type"] === "Warning").at(-1);
  return hasIngress(service) || providerOf(world, service) === "none" || last === undefined ? null : (textAt(last, "message") ?? null);
}

/** The same in a word or two, for a picture; null where it works or nobody has said anything. */
export function balancerFault(world: Pick<World, "store">, service: Service): string | null {
  const trouble = balancerTrouble(world, service);
  if (trouble === null) return null;
  const refusal = (["quota", "permission", "subnet"] as const).find((kind) => trouble.endsWith(FAILURES[kind]));
  return refusal ?? (trouble.endsWith("is not allowed in config") ? "address not in the pool" : "no free address");
}
