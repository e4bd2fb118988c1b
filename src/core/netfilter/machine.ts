/** What of a node the matches ask about: its addresses, the lists of recent, its ip sets. */
import { addressId, cidrTest, idInCidr, isIpv6Id, parseCidr } from "../base/address.ts";
import type { CidrTest } from "../base/address.ts";
import { netSet } from "./ip-sets.ts";
import type { IpSets } from "./ip-sets.ts";
import type { RecentLists } from "./recent.ts";
import type { AddressType } from "./rules.ts";

/** An interface with its addresses as prefixes: `10.244.1.1/24`. */
export interface InterfaceAddresses {
  readonly name: string;
  readonly addresses: readonly string[];
}

export interface Machine {
  /** Ids of the node's addresses; 127.0.0.0/8 and ::1 are local without being listed. */
  readonly local: ReadonlySet<number>;
  readonly broadcast: ReadonlySet<number>;
  readonly interfaces: readonly InterfaceAddresses[];
  readonly recent: RecentLists;
  /** Ip sets by name. Of one that is not here nobody knows the members. */
  readonly sets: IpSets;
}

const LOOPBACK = prefix("127.0.0.0/8");
const MULTICAST = [prefix("224.0.0.0/4"), prefix("ff00::/8")];

/** Loopback addresses are interned once. */
const LOOPBACK6 = addressId("::1");
const LIMITED_BROADCAST = addressId("255.255.255.255");

function prefix(text: string): CidrTest {
  const cidr = parseCidr(text);
  if (cidr === null) throw new Error(`not a prefix: ${text}`);
  return cidrTest(cidr);
}

export function makeMachine(options: {
  readonly localAddresses: readonly string[];
  readonly interfaces: readonly InterfaceAddresses[];
  /** Members (addresses or prefixes) by name, or whole sets. */
  readonly sets: Readonly<Record<string, readonly string[]>> | IpSets;
  readonly recent: RecentLists;
}): Machine {
  const onInterfaces = options.interfaces.flatMap((face) => face.addresses.map((text) => text.slice(0, text.indexOf("/"))));
  return {
    local: new Set([...options.localAddresses, ...onInterfaces].map(addressId)),
    broadcast: new Set(options.interfaces.flatMap((face) => face.addresses).flatMap(broadcastOf)),
    interfaces: options.interfaces,
    recent: options.recent,
    sets: options.sets instanceof Map ? options.sets : setsOf(options.sets),
  };
}

/** The last address of an IPv4 subnet larger than /31. */
function broadcastOf(text: string): number[] {
  const cidr = parseCidr(text);
  if (cidr === null) throw new Error(`an interface address needs a prefix length: ${text}`);
  if (cidr.family === "IPv6" || cidr.prefix > 30) return [];
  const word = (cidr.words[0] ?? 0) | ~(cidr.masks[0] ?? 0);
  return [addressId(`${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`)];
}

/** addrtype LOCAL: any address of the node, and all of loopback. */
export function isLocal(machine: Machine, address: number): boolean {
  return machine.local.has(address) || address === LOOPBACK6 || idInCidr(address, LOOPBACK);
}

/** addrtype as the routing tables of a host say it; the other types need routes that are not modelled. */
export function hasType(machine: Machine, address: number, type: AddressType): boolean {
  if (isLocal(machine, address)) return type === "LOCAL";
  if (MULTICAST.some((test) => idInCidr(address, test))) return type === "MULTICAST";
  if (address === LIMITED_BROADCAST || machine.broadcast.has(address)) return type === "BROADCAST";
  return type === "UNICAST";
}

function setsOf(members: Readonly<Record<string, readonly string[]>> | IpSets): IpSets {
  return new Map(Object.entries(members).map(([name, of]: [string, readonly string[]]) => [name, netSet(name, of)]));
}

/** The first address of an interface in the family of `like`, or null: where REDIRECT sends a packet. */
export function interfaceAddress(machine: Machine, name: string, like: number): number | null {
  const face = machine.interfaces.find((candidate) => candidate.name === name);
  const ipv6 = isIpv6Id(like);
  const found = face?.addresses.find((text) => text.includes(":") === ipv6);
  return found === undefined ? null : addressId(found.slice(0, found.indexOf("/")));
}

/** The loopback address of the family of `like`. */
export function loopbackOf(like: number): number {
  return isIpv6Id(like) ? LOOPBACK6 : addressId("127.0.0.1");
}
