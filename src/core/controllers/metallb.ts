/**
 * MetalLB's controller: pools of addresses, who may have one of them, and what it says where there is none. Which node
 * answers for an address is its speakers' matter (simulation/doors.ts).
 * (go.universe.tf/metallb internal/allocator/allocator.go, controller/service.go, api/v1beta1/ipaddresspool_types.go)
 */
import { addressAt, canonicalAddress, cidrContains, cidrSize, parseAddress, parseCidr, type Cidr } from "../base/address.ts";
import { compareText, type Family } from "../base/names.ts";
import { familyOf } from "../api/addresses.ts";
import { at, isObject, listAt, numberAt } from "../api/json.ts";
import { matchesSelector, printPairs } from "../api/selectors.ts";
import { get, keyOf, list } from "../api/store.ts";
import type { KubeObject, LabelSelector, Service, StringMap } from "../api/types.ts";
import { created } from "./lookup.ts";
import type { World } from "./world.ts";

type Stored = Pick<World, "store">;

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
  readonly labels: StringMap;
  readonly ranges: readonly AddressRange[];
  /** Whether it gives addresses to Services that do not ask for it by name. */
  readonly automatic: boolean;
  /** It does not give addresses that end in .0 or .255. */
  readonly avoidsBuggy: boolean;
  /** Who may have of it; null: everybody. */
  readonly allocation: Allocation | null;
}

interface Allocation {
  /** 1 comes first; 0: after all others. */
  readonly priority: number;
  readonly namespaces: readonly string[];
  readonly namespaceSelectors: readonly LabelSelector[];
  readonly serviceSelectors: readonly LabelSelector[];
}

/** One annotation under both of the names that it has had. */
function annotation({ metadata: { annotations = {} } }: Service, name: string): string | undefined {
  return annotations[`metallb.io/${name}`] ?? annotations[`metallb.universe.tf/${name}`];
}

export function addressPools({ store }: Stored): readonly AddressPool[] {
  return ([...created(store, "IPAddressPool")] as KubeObject[])
    .map((pool) => ({
      name: pool.metadata.name,
      labels: pool.metadata.labels ?? {},
      automatic: at(pool, "spec", "autoAssign") !== false,
      avoidsBuggy: at(pool, "spec", "avoidBuggyIPs") === true,
      ranges: listAt(pool, "spec", "addresses").flatMap((text) => (typeof text === "string" ? (readRange(text) ?? []) : [])),
      allocation: readAllocation(at(pool, "spec", "serviceAllocation")),
    }))
    .sort((a, b) => compareText(a.name, b.name));
}

function readAllocation(value: unknown): Allocation | null {
  if (!isObject(value)) return null;
  return {
    priority: numberAt(value, "priority") ?? 0,
    namespaces: listAt(value, "namespaces").filter((name) => typeof name === "string"),
    namespaceSelectors: selectorsIn(listAt(value, "namespaceSelectors")),
    serviceSelectors: selectorsIn(listAt(value, "serviceSelectors")),
  };
}

/** Label selectors as far as they can be read. */
export function selectorsIn(values: readonly unknown[]): readonly LabelSelector[] {
  return values.flatMap((value) => (isObject(value) ? [value as LabelSelector] : [])); // a selector's fields are all optional
}

/** Whether the pool's owner lets this Service have an address of it. (isPoolCompatibleWithService) */
function allows({ store }: Stored, { allocation }: AddressPool, { metadata }: Service): boolean {
  if (allocation === null) return true;
  const { namespaces, namespaceSelectors, serviceSelectors } = allocation;
  if (namespaces.length + namespaceSelectors.length > 0) {
    const namespace = metadata.namespace ?? "";
    const labels = get(store, "Namespace", namespace)?.metadata.labels;
    if (!namespaces.includes(namespace) && !namespaceSelectors.some((selector) => matchesSelector(selector, labels))) return false;
  }
  return serviceSelectors.length === 0 || serviceSelectors.some((selector) => matchesSelector(selector, metadata.labels));
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

const has = ({ ranges }: AddressPool, ip: string): boolean => ranges.some((range) => holds(range, ip));

// ---- giving addresses -----------------------------------------------------------------------------------------------

/** One address a family, or why there is none: the words of the event. */
export type Allocated = { readonly ips: readonly string[] } | { readonly error: string };

/** Addresses asked for: the annotation, else `spec.loadBalancerIP`. */
function wishesOf(service: Service): readonly string[] {
  const wish = annotation(service, "loadBalancerIPs") ?? service.spec.loadBalancerIP ?? "";
  return wish.split(",").flatMap((text) => canonicalAddress(text.trim()) ?? []);
}

/** (controller/service.go, allocateIPs) */
export function allocateAddresses(world: Stored, service: Service, families: readonly Family[]): Allocated {
  const wishes = wishesOf(service);
  const pools = addressPools(world).filter((pool) => allows(world, pool, service));
  const taken = takenBy(world, service);
  if (wishes.length > 0) return asked(pools, taken, service, { wishes, families });
  const named = annotation(service, "address-pool");
  if (named === undefined) return anyOf(pools, taken, service, families);
  const pool = pools.find(({ name }) => name === named);
  if (pool === undefined) return { error: `unknown pool ${JSON.stringify(named)}` };
  const given = fromPool(pool, taken, service, families);
  return given === null
    ? { error: `no available IPs in pool ${JSON.stringify(named)} for ${familyWord(families)} IPFamily` }
    : { ips: given };
}

function familyWord(families: readonly Family[]): string {
  return families.length > 1 ? "dual" : (families[0] ?? "IPv4").toLowerCase();
}

const quoted = (ips: readonly string[]): string => `["${ips.join('" "')}"]`;

function asked(
  pools: readonly AddressPool[],
  taken: Taken,
  service: Service,
  { wishes, families }: { readonly wishes: readonly string[]; readonly families: readonly Family[] },
): Allocated {
  if (wishes.length !== families.length || !families.every((family) => wishes.some((ip) => familyOf(ip) === family)))
    return { error: `requested loadBalancer IP(s) ${quoted(wishes)} does not match the ipFamily of the service` };
  if (!pools.some((pool) => wishes.every((ip) => has(pool, ip)))) return { error: `${quoted(wishes)} is not allowed in config` };
  const refusal = wishes.map((ip) => taken.refusal(service, ip)).find((why) => why !== null);
  return refusal === undefined ? { ips: wishes } : { error: refusal };
}

/** Pools made for the Service first, by priority, then those that are for everybody. (allocator.go, Allocate) */
function anyOf(pools: readonly AddressPool[], taken: Taken, service: Service, families: readonly Family[]): Allocated {
  const rank = ({ allocation }: AddressPool): number =>
    allocation === null ? Infinity : allocation.priority === 0 ? Number.MAX_SAFE_INTEGER : allocation.priority;
  const open = pools.filter(({ automatic }) => automatic);
  for (const pool of [...open].sort((a, b) => compareRanks(rank(a), rank(b)))) {
    const given = fromPool(pool, taken, service, families);
    if (given !== null) return { ips: given };
  }
  return { error: "no available IPs" };
}

function compareRanks(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** An address of each family out of one pool, or null. */
function fromPool(pool: AddressPool, taken: Taken, service: Service, families: readonly Family[]): readonly string[] | null {
  const given = families.flatMap((family) => firstFree(pool, family, (ip) => taken.refusal(service, ip) === null) ?? []);
  return given.length < families.length ? null : given;
}

/** So many addresses of a range are looked at; nothing that one sees on a screen holds more. */
const MOST_LOOKED_AT = 65_536;

function firstFree({ ranges, avoidsBuggy }: AddressPool, family: Family, isFree: (ip: string) => boolean): string | null {
  for (const { cidr, first, last } of ranges.filter((range) => range.family === family)) {
    for (let offset = first; offset <= Math.min(last, first + MOST_LOOKED_AT); offset++) {
      const address = addressAt(cidr, offset);
      if (address !== null && !(avoidsBuggy && /\.(?:0|255)$/.test(address)) && isFree(address)) return address;
    }
  }
  return null;
}

// ---- sharing --------------------------------------------------------------------------------------------------------

interface Taken {
  /** Why the Service cannot have the address; null: it can. (allocator.go, checkSharing) */
  refusal(service: Service, ip: string): string | null;
}

function takenBy({ store }: Stored, except: Service): Taken {
  const users = new Map<string, Service[]>();
  for (const object of created(store, "Service")) {
    const service = object as Service; // the kind says so
    if (keyOf(service) === keyOf(except)) continue;
    for (const { ip } of service.status.loadBalancer.ingress ?? []) {
      const address = canonicalAddress(ip ?? "");
      if (address !== null) users.set(address, [...(users.get(address) ?? []), service]);
    }
  }
  const nodes = new Set(list(store, "Node").flatMap(({ status }) => (status.addresses ?? []).map(({ address }) => address)));
  return {
    refusal: (service, ip) => {
      if (nodes.has(ip)) return `${ip} is an address of a node`;
      const others = users.get(ip) ?? [];
      const apart = others.filter((other) => !share(service, other));
      if (apart.length > 0)
        return `can't change sharing key for ${JSON.stringify(keyOf(service))}, address also in use by ${apart.map(keyOf).join(",")}`;
      const ports = new Map(others.flatMap((other) => portsOf(other).map((port) => [port, keyOf(other)] as const)));
      const clash = portsOf(service).find((port) => ports.has(port));
      return clash === undefined ? null : `port ${clash} is already in use on ${JSON.stringify(ip)}`;
    },
  };
}

/** Two Services may share an address where they bear one sharing key, and answer for the same Pods or for all nodes. */
function share(a: Service, b: Service): boolean {
  const key = annotation(a, "allow-shared-ip") ?? "";
  return key !== "" && key === annotation(b, "allow-shared-ip") && backendsOf(a) === backendsOf(b);
}

function backendsOf({ spec }: Service): string {
  return spec.externalTrafficPolicy === "Local" ? printPairs(spec.selector ?? {}) : "";
}

function portsOf({ spec }: Service): readonly string[] {
  return (spec.ports ?? []).map(({ protocol, port }) => `${protocol.toLowerCase()}/${port}`);
}

/** Whether what the Service has is what it would get: in a pool that it may use, as asked for, shared with whom it may. */
export function keepsAddresses(world: Stored, service: Service, families: readonly Family[]): boolean {
  const given = (service.status.loadBalancer.ingress ?? []).flatMap(({ ip }) => canonicalAddress(ip ?? "") ?? []);
  if (given.length !== families.length || !families.every((family) => given.some((ip) => familyOf(ip) === family))) return false;
  const wishes = wishesOf(service);
  if (wishes.length > 0 && !wishes.every((ip) => given.includes(ip))) return false;
  const named = annotation(service, "address-pool");
  const pools = addressPools(world).filter((pool) => allows(world, pool, service) && (named === undefined || pool.name === named));
  const taken = takenBy(world, service);
  return pools.some((pool) => given.every((ip) => has(pool, ip))) && given.every((ip) => taken.refusal(service, ip) === null);
}

// ---- who answers ----------------------------------------------------------------------------------------------------

/** Labels of a node → whether it may announce the address; null: no L2Advertisement covers it, so nobody answers for it. */
export function announcersOf(world: Stored, ip: string): ((labels: StringMap | undefined) => boolean) | null {
  const pool = addressPools(world).find((each) => has(each, ip));
  if (pool === undefined) return null;
  const covering = ([...created(world.store, "L2Advertisement")] as KubeObject[]).filter((advertisement) => {
    const pools = listAt(advertisement, "spec", "ipAddressPools");
    const selectors = selectorsIn(listAt(advertisement, "spec", "ipAddressPoolSelectors"));
    if (pools.length + selectors.length === 0) return true;
    return pools.includes(pool.name) || selectors.some((selector) => matchesSelector(selector, pool.labels));
  });
  if (covering.length === 0) return null;
  const nodes = covering.map((advertisement) => selectorsIn(listAt(advertisement, "spec", "nodeSelectors")));
  return (labels) => nodes.some((selectors) => selectors.length === 0 || selectors.some((selector) => matchesSelector(selector, labels)));
}

/** What the event says, in a word or two, for a picture. */
export function faultOf(message: string): string {
  if (message.endsWith("is not allowed in config")) return "address not in the pool";
  if (message.includes("sharing key") || message.includes("already in use")) return "address taken";
  return message.includes("unknown pool") ? "no such pool" : "no free address";
}
