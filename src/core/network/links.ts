/**
 * A node's interfaces, routes and neighbours as `ip` prints them (iproute2 6.1; the recording is fixtures/links.txt), and
 * those of a Pod. Devices are those of kubeadm with the bridge plugin (topology.ts). MAC addresses are 0a:58 and the last four octets
 * of an address, as the plugin makes them (pkg/utils/hwaddr): locally administered, and always the same; so are the node's
 * ends of veth pairs, from the Pod's name. ARP is not simulated: a neighbour is known from the start, or its machine is down.
 */
import { addressAt, canonicalAddress, compareAddresses, parseAddress, parseCidr, type Cidr } from "../base/address.ts";
import { compareText, type Family, type NamespacedName } from "../base/names.ts";
import { BRIDGE, LOOPBACK, UPLINK, familyOf } from "./topology.ts";

/** What of a cluster decides about links, as the view has it. */
export interface LinkWorld {
  readonly nodes: readonly LinkNode[];
  /** Pods with an address on the Pod network. */
  readonly pods: readonly { readonly key: NamespacedName; readonly node: string; readonly addresses: readonly string[] }[];
}

export interface LinkNode {
  readonly name: string;
  /** The primary one of each family first. */
  readonly addresses: readonly string[];
  readonly podCidrs: readonly string[];
  readonly up: boolean;
}

export interface Link {
  readonly device: string;
  /** Index of the other end of a veth pair where it is in another namespace: `@if2`. */
  readonly peer: number | null;
  readonly state: "UP" | "UNKNOWN";
  readonly mac: string;
  /** With prefix lengths. */
  readonly addresses: readonly string[];
  /** The Pod whose link it is. */
  readonly pod: NamespacedName | null;
}

export interface RouteLine {
  readonly family: Family;
  /** `default`, or a prefix. */
  readonly prefix: string;
  readonly via: string | null;
  readonly device: string;
  /** The node's own address there, where the kernel made the route. */
  readonly source: string | null;
}

export interface Neighbour {
  readonly address: string;
  readonly device: string;
  readonly mac: string;
  /** FAILED: the machine is down, and nobody answers. */
  readonly state: "REACHABLE" | "FAILED";
}

export interface Links {
  readonly links: readonly Link[];
  readonly routes: readonly RouteLine[];
  readonly neighbours: readonly Neighbour[];
}

const FAMILIES: readonly Family[] = ["IPv4", "IPv6"];

/** 0a:58 and the last four octets of the address. */
export function macOf(address: string): string {
  const words = parseAddress(address)?.words ?? [];
  const last = (words.at(-1) ?? 0) >>> 0;
  return ["0a", "58", ...[24, 16, 8, 0].map((shift) => hex2((last >>> shift) & 255))].join(":");
}

/** The node's end of a Pod's veth pair. */
export function vethOf(pod: NamespacedName): { readonly device: string; readonly mac: string } {
  const hash = fnv(pod);
  const mac = ["02", "58", ...[24, 16, 8, 0].map((shift) => hex2((hash >>> shift) & 255))].join(":");
  return { device: `veth${hash.toString(16).padStart(8, "0")}`, mac };
}

/** FNV-1a: the same name for the same Pod in every run. */
function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function hex2(octet: number): string {
  return octet.toString(16).padStart(2, "0");
}

/** The address that an interface has by itself: fe80::/64 and the MAC's octets (RFC 4291, appendix A). */
function linkLocal(mac: string): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = mac.split(":").map((octet) => Number.parseInt(octet, 16));
  const group = (high: number, low: number): string => ((high << 8) | low).toString(16);
  return `${canonicalAddress(`fe80::${group(a ^ 2, b)}:${group(c, 0xff)}:${group(0xfe, d)}:${group(e, f)}`) ?? ""}/64`;
}

function firstOf(addresses: readonly string[], family: Family): string | null {
  return addresses.find((address) => familyOf(address) === family) ?? null;
}

function cidrsOf({ podCidrs }: LinkNode, family: Family): Cidr | null {
  return podCidrs.map(parseCidr).find((cidr) => cidr?.family === family) ?? null;
}

/** The longest prefix that holds all nodes, at most /24 (IPv6: /64). */
function segmentOf(world: LinkWorld, family: Family): Cidr | null {
  const uplinks = world.nodes.map(({ addresses }) => firstOf(addresses, family)).filter((address) => address !== null);
  const [first] = uplinks;
  if (first === undefined) return null;
  for (let prefix = family === "IPv4" ? 24 : 64; prefix > 0; prefix--) {
    const cidr = parseCidr(`${first}/${prefix}`);
    if (cidr !== null && uplinks.every((address) => parseCidr(`${address}/${prefix}`)?.text === cidr.text)) return cidr;
  }
  return null;
}

function gatewayOf(world: LinkWorld, segment: Cidr): string | null {
  const taken = new Set(world.nodes.flatMap(({ addresses }) => addresses));
  for (let offset = 1; offset < 256; offset++) {
    const address = addressAt(segment, offset);
    if (address !== null && !taken.has(address)) return address;
  }
  return null;
}

function gatewayMac(world: LinkWorld): string | null {
  const segment = segmentOf(world, "IPv4");
  const gateway = segment === null ? null : gatewayOf(world, segment);
  return gateway === null ? null : macOf(gateway);
}

/** null: a Pod has it (another plugin than bridge gave the addresses out). */
function bridgeAddress(world: LinkWorld, node: LinkNode, family: Family): string | null {
  const cidr = cidrsOf(node, family);
  const address = cidr === null ? null : addressAt(cidr, 1);
  return world.pods.some(({ addresses }) => address !== null && addresses.includes(address)) ? null : address;
}

/** null: there is no such node. */
export function linksOfNode(world: LinkWorld, name: string): Links | null {
  const node = world.nodes.find((one) => one.name === name);
  if (node === undefined) return null;
  const local = world.pods.filter((pod) => pod.node === name).sort((a, b) => compareText(a.key, b.key));
  const parts = FAMILIES.map((family) => familyParts(world, node, family));
  const bridges = FAMILIES.map((family) => bridgeAddress(world, node, family));
  const uplinks = FAMILIES.map((family) => firstOf(node.addresses, family));
  const bridgeMac = macOf(bridges.find((address) => address !== null) ?? "0.0.0.0");
  const uplinkMac = macOf(uplinks.find((address) => address !== null) ?? "0.0.0.0");
  const links: Link[] = [
    { device: LOOPBACK, peer: null, state: "UNKNOWN", mac: "00:00:00:00:00:00", addresses: ["127.0.0.1/8", "::1/128"], pod: null },
    {
      device: UPLINK,
      peer: null,
      state: "UP",
      mac: uplinkMac,
      addresses: [...parts.flatMap(({ onUplink }) => onUplink), linkLocal(uplinkMac)],
      pod: null,
    },
  ];
  if (local.length > 0) {
    const onBridge = FAMILIES.flatMap((family, i) => {
      const [address, cidr] = [bridges[i] ?? null, cidrsOf(node, family)];
      return address === null || cidr === null ? [] : [`${address}/${cidr.prefix}`];
    });
    links.push({ device: BRIDGE, peer: null, state: "UP", mac: bridgeMac, addresses: [...onBridge, linkLocal(bridgeMac)], pod: null });
  }
  for (const { key } of local) {
    const { device, mac } = vethOf(key);
    links.push({ device, peer: 2, state: "UP", mac, addresses: [linkLocal(mac)], pod: key });
  }
  // Without a Pod the bridge plugin has made no bridge yet.
  const routes = parts.flatMap((part) => part.routes).filter(({ device }) => device !== BRIDGE || local.length > 0);
  const neighbours = [
    ...parts.flatMap((part) => part.neighbours),
    ...local.flatMap(({ addresses }) => addresses.map((address) => neighbour(address, BRIDGE, macOf(addresses[0] ?? address), true))),
  ];
  return { links, routes, neighbours };
}

interface FamilyParts {
  readonly onUplink: readonly string[];
  readonly routes: readonly RouteLine[];
  readonly neighbours: readonly Neighbour[];
}

function familyParts(world: LinkWorld, node: LinkNode, family: Family): FamilyParts {
  const uplink = firstOf(node.addresses, family);
  const segment = segmentOf(world, family);
  if (uplink === null || segment === null) return { onUplink: [], routes: podRoutes(world, node, family), neighbours: [] };
  const gateway = gatewayOf(world, segment);
  const others = node.addresses.filter((address) => familyOf(address) === family && address !== uplink);
  const routes: RouteLine[] = [
    ...(gateway === null ? [] : [{ family, prefix: "default", via: gateway, device: UPLINK, source: null }]),
    ...podRoutes(world, node, family),
    { family, prefix: segment.text, via: null, device: UPLINK, source: uplink },
  ];
  const peers = world.nodes.filter(({ name }) => name !== node.name);
  const neighbours = peers.flatMap((peer) => {
    const address = firstOf(peer.addresses, family);
    return address === null ? [] : [neighbour(address, UPLINK, macOf(peer.addresses[0] ?? address), peer.up)];
  });
  return {
    onUplink: [`${uplink}/${segment.prefix}`, ...others.map((address) => `${address}/${family === "IPv4" ? 32 : 128}`)],
    routes: [...routes].sort(byPrefix),
    // The gateway is one machine, whose interface has the MAC of its IPv4 address where there is one.
    neighbours: [...(gateway === null ? [] : [neighbour(gateway, UPLINK, gatewayMac(world) ?? macOf(gateway), true)]), ...neighbours],
  };
}

/** To the Pods of this node by the bridge, to those of each other by that node; a host route for a Pod outside of its node's range. */
function podRoutes(world: LinkWorld, node: LinkNode, family: Family): RouteLine[] {
  const routes: RouteLine[] = [];
  for (const other of world.nodes) {
    const cidr = cidrsOf(other, family);
    if (cidr === null) continue;
    const via = firstOf(other.addresses, family);
    if (other.name === node.name)
      routes.push({ family, prefix: cidr.text, via: null, device: BRIDGE, source: bridgeAddress(world, node, family) });
    else if (via !== null) routes.push({ family, prefix: cidr.text, via, device: UPLINK, source: null });
  }
  const homes = new Map(world.nodes.map((one) => [one.name, { node: one, range: cidrsOf(one, family) }]));
  for (const { node: owner, addresses } of world.pods) {
    const { node: home, range = null } = homes.get(owner) ?? {};
    for (const address of addresses.filter((one) => familyOf(one) === family)) {
      if (range !== null && parseCidr(`${address}/${range.prefix}`)?.text === range.text) continue;
      const via = home === undefined || home.name === node.name ? null : firstOf(home.addresses, family);
      if (owner === node.name || via !== null)
        routes.push({ family, prefix: address, via, device: owner === node.name ? BRIDGE : UPLINK, source: null });
    }
  }
  return routes;
}

/** IPv4: the default route first; IPv6: last. The others by their address. */
function byPrefix(a: RouteLine, b: RouteLine): number {
  if (a.prefix === "default" || b.prefix === "default") {
    const first = a.prefix === "default" ? -1 : 1;
    return a.family === "IPv4" ? first : -first;
  }
  const [left, right] = [a, b].map(({ prefix }) => parseAddress(prefix.replace(/\/.*/, "")));
  return left == null || right == null ? 0 : compareAddresses(left, right);
}

function neighbour(address: string, device: string, mac: string, up: boolean): Neighbour {
  return { address, device, mac, state: up ? "REACHABLE" : "FAILED" };
}

/** What the Pod itself has; null: no such Pod. */
export function linksOfPod(world: LinkWorld, key: NamespacedName): Links | null {
  const pod = world.pods.find((one) => one.key === key);
  const node = world.nodes.find(({ name }) => name === pod?.node);
  if (pod === undefined || node === undefined) return null;
  const place = linksOfNode(world, node.name)?.links.findIndex((link) => link.pod === key) ?? 0;
  const mac = macOf(pod.addresses[0] ?? "0.0.0.0");
  const routes: RouteLine[] = [];
  const addresses: string[] = [];
  const neighbours: Neighbour[] = [];
  for (const address of pod.addresses) {
    const family = familyOf(address);
    const range = cidrsOf(node, family);
    const bridge = bridgeAddress(world, node, family);
    addresses.push(`${address}/${range?.prefix ?? (family === "IPv4" ? 32 : 128)}`);
    if (bridge === null || range === null) continue;
    routes.push(
      { family, prefix: "default", via: bridge, device: UPLINK, source: null },
      { family, prefix: range.text, via: null, device: UPLINK, source: address },
    );
    neighbours.push(neighbour(bridge, UPLINK, macOf(bridgeAddress(world, node, "IPv4") ?? bridge), true));
  }
  return {
    links: [
      { device: LOOPBACK, peer: null, state: "UNKNOWN", mac: "00:00:00:00:00:00", addresses: ["127.0.0.1/8", "::1/128"], pod: null },
      { device: UPLINK, peer: place + 1, state: "UP", mac, addresses: [...addresses, linkLocal(mac)], pod: key },
    ],
    routes: routes.sort((a, b) => (a.family === b.family ? byPrefix(a, b) : a.family === "IPv4" ? -1 : 1)),
    neighbours,
  };
}

// ---- as `ip` prints it ------------------------------------------------------------------------------------------------

function named({ device, peer }: Link): string {
  return peer === null ? device : `${device}@if${peer}`;
}

/** `ip -br addr` */
export function addressLines({ links }: Links): readonly string[] {
  return links.map(
    (link) => `${named(link).padEnd(16)} ${link.state.padEnd(14)} ${link.addresses.map((address) => `${address} `).join("")}`,
  );
}

/** `ip -br link` */
export function linkLines({ links }: Links): readonly string[] {
  return links.map((link) => {
    const flags = link.device === LOOPBACK ? "LOOPBACK,UP,LOWER_UP" : "BROADCAST,MULTICAST,UP,LOWER_UP";
    return `${named(link).padEnd(16)} ${link.state.padEnd(14)} ${link.mac} <${flags}> `;
  });
}

/** `ip route`, `ip -6 route`; those of link-local addresses are left out. */
export function routeLines({ routes }: Links, family: Family): readonly string[] {
  return routes
    .filter((route) => route.family === family)
    .map(({ prefix, via, device, source }) => {
      const way = `${prefix}${via === null ? "" : ` via ${via}`} dev ${device}`;
      if (family === "IPv6") return `${way}${source === null ? " metric 1024" : " proto kernel metric 256"} pref medium`;
      return `${way}${source === null ? (via === null ? " scope link" : "") : ` proto kernel scope link src ${source}`} `;
    });
}

/** `ip neigh` */
export function neighbourLines({ neighbours }: Links): readonly string[] {
  return neighbours.map(
    ({ address, device, mac, state }) => `${address} dev ${device}${state === "FAILED" ? "" : ` lladdr ${mac}`} ${state} `,
  );
}
