/**
 * The commands that link the namespaces: bridges, veth pairs, addresses and routes, in each family that the nodes have.
 *
 *   pod eth0 ── cni0 [node] eth0 ── br0 [segment, gateway] ── eth0 outside client
 *
 * Bridges come up after their ports, and one end of each veth pair has an index of its own: otherwise a fresh network
 * can stay deaf for a second. IPv6 addresses are given without duplicate address detection: on a bridge port in hairpin mode
 * a Pod hears its own question and would take itself for the duplicate.
 */
import type { Family } from "../../src/core/base/names.ts";
import { familyOf, localAddresses } from "../../src/core/network/topology.ts";
import type { NodeNet, OutsideHost, PodNet, Topology } from "../../src/core/network/topology.ts";

/** Next hop of outside clients; nothing else in the network has it. */
const NEXT_HOP: { readonly [family in Family]: string } = { IPv4: "169.254.1.1", IPv6: "fe80::1" };
const HOST_PREFIX: { readonly [family in Family]: number } = { IPv4: 32, IPv6: 128 };

export interface Wires {
  readonly topology: Topology;
  readonly nodes: readonly NodeNet[];
  readonly pods: readonly PodNet[];
  readonly outside: readonly OutsideHost[];
  /** Prefixes that the gateway sends to a node, or shares between several. */
  readonly routes: readonly { readonly prefix: string; readonly node: string }[];
}

/** Names of the namespaces. */
export interface Names {
  readonly gateway: string;
  node(name: string): string;
  pod(pod: PodNet): string;
  outside(host: OutsideHost): string;
}

/** The families that the nodes have addresses of. */
export function familiesOf({ segment }: Topology): readonly Family[] {
  return (["IPv4", "IPv6"] as const).filter((family) => segment[family] !== null);
}

export function uplinkOf(node: NodeNet, family: Family): string {
  const address = node.uplink[family];
  if (address === null) throw new Error(`node ${node.name} has no ${family} address`);
  return address;
}

/** The Pod's address of the family; null where it has none. */
export function podAddress(pod: PodNet, family: Family): string | null {
  return pod.addresses.find((address) => familyOf(address) === family) ?? null;
}

/** One shell text. */
export function wiring(wires: Wires, names: Names): string {
  const families = familiesOf(wires.topology);
  if (families.length === 0) throw new Error("the nodes have no addresses");
  const { nodes, pods, outside } = wires;
  const gw = names.gateway;
  return [
    `ip -n ${gw} link add br0 type bridge forward_delay 0 stp_state 0 mcast_snooping 0`,
    ...families.flatMap((family) => gatewayAddress(wires, family, gw)),
    ...nodes.flatMap((node, i) => nodeLinks(node, i, wires.topology, names.node(node.name), gw)),
    ...pods.flatMap((pod, i) => podLinks(pod, i, wires, names)),
    ...outside.flatMap((host, i) => outsideLinks(host, i, names.outside(host), gw)),
    `ip -n ${gw} link set br0 up`,
    ...nodes.map((node) => `ip -n ${names.node(node.name)} link set cni0 up`),
    ...families.flatMap((family) => routesOf(wires, family, names)),
  ].join("\n");
}

function gatewayAddress({ topology }: Wires, family: Family, gw: string): string[] {
  const [segment, gateway] = [topology.segment[family], topology.gateway[family]];
  return segment === null || gateway === null ? [] : [addAddress(gw, gateway, segment.prefix, "br0")];
}

function addAddress(ns: string, address: string, prefix: number, device: string): string {
  return `ip -n ${ns} addr add ${address}/${prefix} dev ${device}${familyOf(address) === "IPv6" ? " nodad" : ""}`;
}

function nodeLinks(node: NodeNet, i: number, { segment }: Topology, ns: string, gw: string): string[] {
  const uplinks = [node.uplink.IPv4, node.uplink.IPv6].filter((address) => address !== null);
  const bridges = [node.bridge.IPv4, node.bridge.IPv6].filter((address) => address !== null);
  const others = localAddresses(node).filter((address) => !uplinks.includes(address) && !bridges.includes(address));
  const more = (family: Family): string[] =>
    others.filter((address) => familyOf(address) === family).map((address) => addAddress(ns, address, HOST_PREFIX[family], "eth0"));
  const main = uplinks.map((address) =>
    addAddress(ns, address, segment[familyOf(address)]?.prefix ?? HOST_PREFIX[familyOf(address)], "eth0"),
  );
  return [
    `ip link add eth0 netns ${ns} type veth peer name n${i} index ${1000 + i} netns ${gw}`,
    `ip -n ${gw} link set n${i} master br0 up`,
    // Where nothing else tells two addresses apart, the kernel takes the first of IPv4, and the newest of IPv6.
    ...more("IPv6"),
    ...main,
    ...more("IPv4"),
    `ip -n ${ns} link set eth0 up`,
    `ip -n ${ns} link add cni0 type bridge forward_delay 0 stp_state 0 mcast_snooping 0`,
    ...bridges.map((address) => addAddress(ns, address, podPrefix(node, familyOf(address)), "cni0")),
  ];
}

function podPrefix(node: NodeNet, family: Family): number {
  return node.podCidrs.find((cidr) => cidr.family === family)?.prefix ?? HOST_PREFIX[family];
}

function podLinks(pod: PodNet, i: number, { topology }: Wires, names: Names): string[] {
  const node = topology.nodes.get(pod.node);
  if (node === undefined) throw new Error(`Pod ${pod.key} is on ${pod.node}, which is no node`);
  const [ns, nodeNs] = [names.pod(pod), names.node(pod.node)];
  return [
    `ip link add eth0 netns ${ns} type veth peer name v${i} index ${2000 + i} netns ${nodeNs}`,
    ...pod.addresses.map((address) => addAddress(ns, address, podPrefix(node, familyOf(address)), "eth0")),
    `ip -n ${ns} link set eth0 up`,
    `ip -n ${nodeNs} link set v${i} master cni0 up`,
    `ip -n ${nodeNs} link set v${i} type bridge_slave hairpin on`,
    ...pod.addresses.flatMap((address) => {
      const via = node.bridge[familyOf(address)];
      return via === null ? [] : [`ip -n ${ns} route add default via ${via}`];
    }),
  ];
}

function outsideLinks(host: OutsideHost, i: number, ns: string, gw: string): string[] {
  const family = familyOf(host.address);
  const via = NEXT_HOP[family];
  const own = `${host.address}/${HOST_PREFIX[family]}`;
  return [
    `ip link add eth0 netns ${ns} type veth peer name x${i} index ${3000 + i} netns ${gw}`,
    addAddress(gw, via, family === "IPv4" ? 32 : 64, `x${i}`),
    `ip -n ${gw} link set x${i} up`,
    `ip -n ${gw} route add ${own} dev x${i}`,
    addAddress(ns, host.address, HOST_PREFIX[family], "eth0"),
    `ip -n ${ns} link set eth0 up`,
    ...(family === "IPv4" ? [`ip -n ${ns} route add ${via} dev eth0`] : []),
    `ip -n ${ns} route add default via ${via} dev eth0`,
  ];
}

/** Routes last, when links and bridges are up. */
function routesOf(wires: Wires, family: Family, names: Names): string[] {
  const { topology, nodes } = wires;
  const ip = family === "IPv4" ? "ip" : "ip -6";
  const lines = [
    // What nobody caught is swallowed here.
    `${ip} -n ${names.gateway} route add blackhole default`,
    ...gatewayRoutes(wires, family, names.gateway),
  ];
  for (const node of nodes) {
    const ns = names.node(node.name);
    if (node.uplink[family] !== null) lines.push(`ip -n ${ns} route add default via ${topology.gateway[family]}`);
    for (const other of nodes) {
      if (other === node) continue;
      for (const cidr of other.podCidrs)
        if (cidr.family === family && node.uplink[family] !== null && other.uplink[family] !== null)
          lines.push(`ip -n ${ns} route add ${cidr.text} via ${uplinkOf(other, family)}`);
    }
  }
  return lines;
}

/** Those asked for, and one for each address of a node beside that of its segment. */
function gatewayRoutes({ topology, nodes, routes }: Wires, family: Family, gw: string): string[] {
  const more = nodes.flatMap((node) =>
    node.addresses
      .filter((address) => familyOf(address) === family && address !== node.uplink[family])
      .map((address) => ({ prefix: `${address}/${HOST_PREFIX[family]}`, node: node.name })),
  );
  const all = [...routes.filter(({ prefix }) => familyOf(prefix) === family), ...more];
  return [...new Set(all.map(({ prefix }) => prefix))].map((prefix) => {
    const hops = all.filter((route) => route.prefix === prefix).map(({ node }) => `via ${uplinkNamed(topology, node, family)}`);
    return `ip -n ${gw} route add ${prefix} ${hops.length === 1 ? hops.join("") : hops.map((hop) => `nexthop ${hop}`).join(" ")}`;
  });
}

function uplinkNamed(topology: Topology, name: string, family: Family): string {
  const node = topology.nodes.get(name);
  if (node === undefined) throw new Error(`a route by ${name}, which is no node`);
  return uplinkOf(node, family);
}
