/**
 * The simulator's network in real network namespaces: one for each node (host and router), each Pod, each outside
 * client, and one for the segment between the nodes with its gateway. Addresses and routes are those of the core's
 * topology. IPv4.
 *
 *   pod eth0 ── cni0 [node] eth0 ── br0 [segment, gateway] ── eth0 outside client
 *
 * Bridges come up after their ports, and one end of each veth pair has an index of its own: otherwise a fresh network
 * can stay deaf for a second.
 */
import type { Family } from "../../src/core/base/names.ts";
import { localAddresses } from "../../src/core/network/topology.ts";
import type { NodeNet, OutsideHost, PodNet, Topology } from "../../src/core/network/topology.ts";
import { NamespaceHelper } from "./helpers.ts";
import type { Transport } from "./helpers.ts";
import { run, shell } from "./requirements.ts";
import type { Backend } from "./requirements.ts";

/** Something that listens, in a Pod or on a node itself: the endpoint string is what it answers with. */
export type Listener = ({ readonly pod: string } | { readonly node: string }) & { readonly protocol: Transport; readonly port: number };

/** A namespace by what it stands for: `pod/NS/NAME`, `node/NAME`, `outside/ID`, `gateway`. */
export type Place = string;

export function placeOf(listener: Listener): Place {
  return "pod" in listener ? `pod/${listener.pod}` : `node/${listener.node}`;
}

const PREFIX = "kubehop-";
const GATEWAY: Place = "gateway";
/** Next hop of outside clients; nothing else in the network has it. */
const LINK_LOCAL = "169.254.1.1";

export interface Machines {
  helper(place: Place): NamespaceHelper;
  /** Replaces all tables of a node; throws with what iptables said. */
  loadRules(node: string, text: string, family?: Family): void;
  /** Lays the text over the tables as kube-proxy does: chains that it declares are emptied first. */
  syncRules(node: string, text: string, family?: Family): void;
  /** `iptables-save` of a node, without remarks. */
  savedRules(node: string, family?: Family): string;
  /** Ends the helpers and deletes the namespaces. */
  tearDown(): void;
}

export interface MachinesWanted {
  readonly topology: Topology;
  readonly listeners: readonly Listener[];
  /** Ids of outside hosts that will send. */
  readonly outside: readonly string[];
  readonly backend: Backend;
  /** Prefixes that the gateway sends to a node, or shares between several: load balancer and external addresses. */
  readonly routes: readonly { readonly prefix: string; readonly node: string }[];
}

/** Deletes what a run left behind that was killed: names whose process is gone. */
export function sweepLeftovers(): void {
  for (const line of run("ip", ["netns", "list"]).said.split("\n")) {
    const [name = ""] = line.split(" ");
    const pid = /^kubehop-(?:try-)?(\d+)/.exec(name)?.[1];
    if (pid !== undefined && Number(pid) !== process.pid && !alive(Number(pid))) run("ip", ["netns", "del", name]);
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Numbers rise over the whole run: deletion is asynchronous, so that a name is never used twice. */
let lastNamespace = 0;

/** Builds the network and its servers, without rules, and waits until every server answers its node. */
export async function buildMachines(wanted: MachinesWanted): Promise<Machines> {
  const { topology } = wanted;
  const nodes = [...topology.nodes.values()];
  const pods = [...topology.pods.values()].filter((pod) => !pod.hostNetwork && topology.nodes.has(pod.node));
  const outside = wanted.outside.map((id) => outsideHost(topology, id));
  const places = [GATEWAY, ...nodes.map(nodePlace), ...pods.map(podPlace), ...outside.map(outsidePlace)];
  const names = new Map(places.map((place) => [place, `${PREFIX}${process.pid}-${++lastNamespace}`]));
  const helpers = new Map<Place, NamespaceHelper>();
  const tearDown = (): void => {
    for (const helper of helpers.values()) helper.stop();
    for (const name of names.values()) run("ip", ["netns", "del", name]);
  };
  try {
    must(shell([...names.values()].map((name) => `ip netns add ${name}; ip -n ${name} link set lo up`).join("\n")));
    for (const [place, name] of names) helpers.set(place, new NamespaceHelper(name));
    await Promise.all([...helpers].map(([place, helper]) => tune(place, helper)));
    must(shell(wiring(topology, nodes, pods, outside, wanted, (place) => known(names, place))));
    await listenAll(wanted, pods, helpers);
  } catch (error) {
    tearDown();
    throw error;
  }
  const on = (node: string, family: Family, program: string, args: readonly string[], input = ""): string => {
    const named = family === "IPv4" ? wanted.backend : wanted.backend.replace("iptables", "ip6tables");
    const result = run("ip", ["netns", "exec", known(names, `node/${node}`), `${named}-${program}`, ...args], input);
    if (!result.ok) throw new Error(`${named}-${program} on ${node}: ${result.said}`);
    return result.said;
  };
  return {
    helper: (place) => known(helpers, place),
    loadRules: (node, text, family = "IPv4") => void on(node, family, "restore", [], text),
    syncRules: (node, text, family = "IPv4") => void on(node, family, "restore", ["--noflush", "--counters"], text),
    savedRules: (node, family = "IPv4") =>
      on(node, family, "save", [])
        .split("\n")
        .filter((line) => !line.startsWith("#"))
        .join("\n"),
    tearDown,
  };
}

function known<T>(of: ReadonlyMap<Place, T>, place: Place): T {
  const found = of.get(place);
  if (found === undefined) throw new Error(`no namespace for ${place}; there are ${[...of.keys()].join(", ")}`);
  return found;
}

const nodePlace = (node: NodeNet): Place => `node/${node.name}`;
const podPlace = (pod: PodNet): Place => `pod/${pod.key}`;
const outsidePlace = (host: OutsideHost): Place => `outside/${host.id}`;

function outsideHost(topology: Topology, id: string): OutsideHost {
  const host = topology.outside.get(id);
  if (host === undefined) throw new Error(`no outside host ${id}`);
  return host;
}

function must(result: { readonly ok: boolean; readonly said: string }): void {
  if (!result.ok) throw new Error(result.said);
}

/** Settings of a namespace. ICMP errors are not held back, or only the first six refusals would be seen. */
async function tune(place: Place, helper: NamespaceHelper): Promise<void> {
  const optional = (path: string, value: number): Promise<void> => helper.sysctl(path, value).catch(() => undefined);
  await optional("net/ipv6/conf/all/disable_ipv6", 1);
  await optional("net/ipv4/icmp_ratelimit", 0);
  await optional("net/ipv4/icmp_msgs_per_sec", 1_000_000);
  await optional("net/ipv4/icmp_msgs_burst", 100_000);
  if (place === GATEWAY) {
    await helper.sysctl("net/ipv4/ip_forward", 1);
    await helper.sysctl("net/bridge/bridge-nf-call-iptables", 0);
    // Flows of a shared route are told apart by their ports too.
    await helper.sysctl("net/ipv4/fib_multipath_hash_policy", 1);
  } else if (place.startsWith("node/")) {
    await helper.sysctl("net/ipv4/ip_forward", 1);
    await helper.sysctl("net/bridge/bridge-nf-call-iptables", 1);
    await helper.sysctl("net/ipv4/conf/all/route_localnet", 1);
  }
}

function wiring(
  topology: Topology,
  nodes: readonly NodeNet[],
  pods: readonly PodNet[],
  outside: readonly OutsideHost[],
  wanted: MachinesWanted,
  name: (place: Place) => string,
): string {
  const segment = topology.segment.IPv4;
  const gateway = topology.gateway.IPv4;
  if (segment === null || gateway === null) throw new Error("the nodes have no IPv4 addresses");
  const gw = name(GATEWAY);
  const lines = [
    `ip -n ${gw} link add br0 type bridge forward_delay 0 stp_state 0`,
    `ip -n ${gw} addr add ${gateway}/${segment.prefix} dev br0`,
    ...nodes.flatMap((node, i) => nodeLinks(node, i, segment.prefix, name(nodePlace(node)), gw)),
    ...pods.flatMap((pod, i) => podLinks(pod, i, topology, name(podPlace(pod)), name(`node/${pod.node}`))),
    ...outside.flatMap((host, i) => outsideLinks(host, i, name(outsidePlace(host)), gw)),
    `ip -n ${gw} link set br0 up`,
    // What nobody caught is swallowed here.
    `ip -n ${gw} route add blackhole default`,
    ...gatewayRoutes(wanted, gw),
    ...nodes.map((node) => `ip -n ${name(nodePlace(node))} link set cni0 up`),
    ...nodes.map((node) => `ip -n ${name(nodePlace(node))} route add default via ${gateway}`),
  ];
  for (const node of nodes) {
    for (const other of nodes) {
      if (other === node) continue;
      for (const cidr of other.podCidrs)
        if (cidr.family === "IPv4") lines.push(`ip -n ${name(nodePlace(node))} route add ${cidr.text} via ${uplink(other)}`);
    }
  }
  return lines.join("\n");
}

function gatewayRoutes({ routes, topology }: MachinesWanted, gw: string): string[] {
  return [...new Set(routes.map(({ prefix }) => prefix))].map((prefix) => {
    const hops = routes.filter((route) => route.prefix === prefix).map(({ node }) => `via ${uplink(nodeNamed(topology, node))}`);
    return `ip -n ${gw} route add ${prefix} ${hops.length === 1 ? hops.join("") : hops.map((hop) => `nexthop ${hop}`).join(" ")}`;
  });
}

function nodeNamed(topology: Topology, name: string): NodeNet {
  const node = topology.nodes.get(name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}

function uplink(node: NodeNet): string {
  if (node.uplink.IPv4 === null) throw new Error(`node ${node.name} has no IPv4 address`);
  return node.uplink.IPv4;
}

function podPrefix(node: NodeNet): number {
  return node.podCidrs.find((cidr) => cidr.family === "IPv4")?.prefix ?? 32;
}

function nodeLinks(node: NodeNet, i: number, prefix: number, ns: string, gw: string): string[] {
  const own = uplink(node);
  const others = localAddresses(node).filter((address) => address !== own && address !== node.bridge.IPv4 && !address.includes(":"));
  return [
    `ip link add eth0 netns ${ns} type veth peer name n${i} index ${1000 + i} netns ${gw}`,
    `ip -n ${gw} link set n${i} master br0 up`,
    `ip -n ${ns} addr add ${own}/${prefix} dev eth0`,
    ...others.map((address) => `ip -n ${ns} addr add ${address}/32 dev eth0`),
    `ip -n ${ns} link set eth0 up`,
    `ip -n ${ns} link add cni0 type bridge forward_delay 0 stp_state 0`,
    ...(node.bridge.IPv4 === null ? [] : [`ip -n ${ns} addr add ${node.bridge.IPv4}/${podPrefix(node)} dev cni0`]),
  ];
}

function podLinks(pod: PodNet, i: number, topology: Topology, ns: string, nodeNs: string): string[] {
  const node = nodeNamed(topology, pod.node);
  return [
    `ip link add eth0 netns ${ns} type veth peer name v${i} index ${2000 + i} netns ${nodeNs}`,
    `ip -n ${ns} addr add ${podAddress(pod)}/${podPrefix(node)} dev eth0`,
    `ip -n ${ns} link set eth0 up`,
    `ip -n ${nodeNs} link set v${i} master cni0 up`,
    `ip -n ${nodeNs} link set v${i} type bridge_slave hairpin on`,
    `ip -n ${ns} route add default via ${node.bridge.IPv4}`,
  ];
}

function podAddress(pod: PodNet): string {
  const address = pod.addresses.find((text) => !text.includes(":"));
  if (address === undefined) throw new Error(`Pod ${pod.key} has no IPv4 address`);
  return address;
}

function outsideLinks(host: OutsideHost, i: number, ns: string, gw: string): string[] {
  return [
    `ip link add eth0 netns ${ns} type veth peer name x${i} index ${3000 + i} netns ${gw}`,
    `ip -n ${gw} addr add ${LINK_LOCAL}/32 dev x${i}`,
    `ip -n ${gw} link set x${i} up`,
    `ip -n ${gw} route add ${host.address}/32 dev x${i}`,
    `ip -n ${ns} addr add ${host.address}/32 dev eth0`,
    `ip -n ${ns} link set eth0 up`,
    `ip -n ${ns} route add ${LINK_LOCAL} dev eth0`,
    `ip -n ${ns} route add default via ${LINK_LOCAL}`,
  ];
}

const READY_WITHIN_MS = 5_000;
const PROBE_MS = 300;

async function listenAll(wanted: MachinesWanted, pods: readonly PodNet[], helpers: ReadonlyMap<Place, NamespaceHelper>): Promise<void> {
  const addresses = new Map([
    ...pods.map((pod): [Place, string] => [podPlace(pod), podAddress(pod)]),
    ...[...wanted.topology.nodes.values()].map((node): [Place, string] => [nodePlace(node), uplink(node)]),
  ]);
  await Promise.all(
    wanted.listeners.map(async (listener) => {
      const { protocol, port } = listener;
      const place = placeOf(listener);
      const address = known(addresses, place);
      await known(helpers, place).listen(protocol, "0.0.0.0", port, `${address}:${port}`);
    }),
  );
  // Every Pod is asked, servers or not: a closed port answers too. So links are up and neighbours known before rules are.
  await Promise.all(
    pods.map((pod) =>
      answering(
        known(helpers, `node/${pod.node}`),
        podAddress(pod),
        wanted.listeners.find((of) => placeOf(of) === podPlace(pod))?.port ?? 9,
      ),
    ),
  );
}

async function answering(from: NamespaceHelper, address: string, port: number): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const [attempt] = await from.connect({ protocol: "TCP", address, port, count: 1, timeoutMs: PROBE_MS });
    if (attempt !== undefined && (attempt.error === undefined || attempt.error === "ECONNREFUSED")) return;
    if (Date.now() > until) throw new Error(`${address}:${port} does not answer its node: ${attempt?.error ?? ""}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
