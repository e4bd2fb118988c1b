/**
 * Pools that Services draw from: one of addresses a family, one of node ports. Each has a static band at its start,
 * from which nothing is handed out unasked before the rest is full, and a dynamic part above it.
 * (pkg/registry/core/service/ipallocator, …/portallocator)
 */
import type { Family } from "../base/names.ts";
import { nextUint32 } from "../base/random.ts";
import type { RandomState } from "../base/random.ts";
import { addressAt, canonicalAddress, cidrSize, offsetIn, parseAddress } from "../base/address.ts";
import type { Cidr } from "../base/address.ts";
import { parseRange } from "./addresses.ts";
import type { ClusterSettings, PortRange } from "./settings.ts";
import { keyOf } from "./store.ts";
import type { ObjectStore } from "./store.ts";
import type { Service } from "./types.ts";

/** The part of a map that pools need. */
export interface Taken<K> {
  get(key: K): string | undefined;
  has(key: K): boolean;
  set(key: K, owner: string): unknown;
}

/** What Services hold: address (canonical) or port → key of the Service. */
export interface Holdings {
  readonly addresses: Taken<string>;
  readonly ports: Taken<number>;
}

/** Holdings that are kept from one request to the next. */
export interface KeptHoldings extends Holdings {
  readonly addresses: Map<string, string>;
  readonly ports: Map<number, string>;
}

export function holdingsOf(store: ObjectStore): KeptHoldings {
  const holdings: KeptHoldings = { addresses: new Map(), ports: new Map() };
  for (const object of store.objects.get("Service")?.values() ?? []) hold(holdings, object as Service); // the kind says so
  return holdings;
}

/** Notes what a Service holds once it is stored. */
export function hold(holdings: KeptHoldings, service: Service): void {
  const key = keyOf(service);
  for (const ip of addressesOf(service)) holdings.addresses.set(canonical(ip), key);
  for (const port of nodePortsOf(service)) holdings.ports.set(port, key);
}

/** Gives back what a Service held, before its next version is noted or when it is gone. */
export function release(holdings: KeptHoldings, service: Service): void {
  for (const ip of addressesOf(service)) holdings.addresses.delete(canonical(ip));
  for (const port of nodePortsOf(service)) holdings.ports.delete(port);
}

function addressesOf(service: Service): readonly string[] {
  const ips = service.spec.clusterIPs ?? (service.spec.clusterIP === undefined ? [] : [service.spec.clusterIP]);
  return ips.filter((ip) => ip !== "None" && ip !== "");
}

function nodePortsOf(service: Service): readonly number[] {
  const ports = (service.spec.ports ?? []).map((port) => port.nodePort ?? 0);
  return [...ports, service.spec.healthCheckNodePort ?? 0].filter((port) => port !== 0);
}

/** A view in which one request takes things; what it takes is forgotten with it. */
export function requestHoldings(kept: Holdings): Holdings {
  return { addresses: new Overlay(kept.addresses), ports: new Overlay(kept.ports) };
}

class Overlay<K> implements Taken<K> {
  private readonly below: Taken<K>;
  private readonly own = new Map<K, string>();

  constructor(below: Taken<K>) {
    this.below = below;
  }

  get(key: K): string | undefined {
    return this.own.get(key) ?? this.below.get(key);
  }

  has(key: K): boolean {
    return this.own.has(key) || this.below.has(key);
  }

  set(key: K, owner: string): void {
    this.own.set(key, owner);
  }
}

function canonical(ip: string): string {
  return canonicalAddress(ip) ?? ip;
}

export interface AddressPool {
  readonly family: Family;
  readonly range: Cidr;
  /** Usable addresses are at offsets 1 to `usable` of the range. */
  readonly usable: number;
  /** The first so many usable ones are the static band. */
  readonly band: number;
}

export function addressPools(settings: ClusterSettings): readonly AddressPool[] {
  return settings.serviceSubnets.flatMap((subnet) => {
    const range = parseRange(subnet);
    return range === null ? [] : [addressPool(range)];
  });
}

function addressPool(range: Cidr): AddressPool {
  const size = Math.min(cidrSize(range), Number.MAX_SAFE_INTEGER);
  const usable = range.family === "IPv4" ? size - 2 : size - 1;
  return { family: range.family, range, usable: Math.max(0, usable), band: bandOf(size, 16, 256) };
}

/** `min(max(16, size / divisor), max)`, none for a size of at most 16. */
function bandOf(size: number, divisor: number, max: number): number {
  return size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / divisor)), max);
}

/** Takes the address asked for: null when it was free, else why not. */
export function takeAddress(pools: readonly AddressPool[], holdings: Holdings, owner: string, ip: string): string | null {
  const address = parseAddress(ip);
  const isUsable = ({ range, usable }: AddressPool): boolean => {
    const offset = address === null ? null : offsetIn(range, address);
    return offset !== null && offset >= 1 && offset <= usable;
  };
  if (!pools.some(isUsable)) return "the provided network does not match the current range";
  const holder = holdings.addresses.get(canonical(ip));
  if (holder !== undefined && holder !== owner) return "provided IP is already allocated";
  holdings.addresses.set(canonical(ip), owner);
  return null;
}

/** Takes a free address: from a drawn start upward through the dynamic part, then through the band. Null when full. */
export function takeNextAddress(pool: AddressPool, holdings: Holdings, owner: string, random: RandomState): string | null {
  const free = (index: number): string | null => {
    const ip = addressAt(pool.range, index + 1);
    return ip === null || holdings.addresses.has(ip) ? null : ip;
  };
  const ip = scan(pool.band, pool.usable, random, free) ?? scan(0, pool.band, random, free);
  if (ip !== null) holdings.addresses.set(ip, owner);
  return ip;
}

/** Tries every index in [first, end) once, upward from a drawn start with wrap-around. */
function scan<T>(first: number, end: number, random: RandomState, attempt: (index: number) => T | null): T | null {
  const size = end - first;
  if (size <= 0) return null;
  // 64 bits, as an IPv6 range may hold more than 2^32 addresses.
  const start = Number(((BigInt(nextUint32(random)) << 32n) | BigInt(nextUint32(random))) % BigInt(size));
  for (let step = 0; step < size; step++) {
    const found = attempt(first + ((start + step) % size));
    if (found !== null) return found;
  }
  return null;
}

/** Takes the node port asked for: null when it was free, else why not. */
export function takePort(range: PortRange, holdings: Holdings, owner: string, port: number): string | null {
  if (port < range.first || port > range.last) {
    return `provided port is not in the valid range. The range of valid ports is ${range.first}-${range.last}`;
  }
  if (holdings.ports.has(port)) return "provided port is already allocated";
  holdings.ports.set(port, owner);
  return null;
}

export function takeNextPort(range: PortRange, holdings: Holdings, owner: string, random: RandomState): number | null {
  const size = range.last - range.first + 1;
  const band = bandOf(size, 32, 128);
  const free = (index: number): number | null => (holdings.ports.has(range.first + index) ? null : range.first + index);
  const port = scan(band, size, random, free) ?? scan(0, band, random, free);
  if (port !== null) holdings.ports.set(port, owner);
  return port;
}
