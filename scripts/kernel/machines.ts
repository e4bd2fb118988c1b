/**
 * The simulator's network in real network namespaces: one for each node (host and router), each Pod, each outside
 * client, and one for the segment between the nodes with its gateway. Addresses and routes are those of the core's
 * topology (wiring.ts), IPv4, IPv6 or both.
 */
import type { Family } from "../../src/core/base/names.ts";
import { endpointText } from "../../src/core/base/address.ts";
import { localAddresses } from "../../src/core/network/topology.ts";
import type { NodeNet, OutsideHost, PodNet, Topology } from "../../src/core/network/topology.ts";
import { NamespaceHelper } from "./helpers.ts";
import type { Transport } from "./helpers.ts";
import { run, shell } from "./requirements.ts";
import type { Backend } from "./requirements.ts";
import { familiesOf, podAddress, wiring } from "./wiring.ts";

/** Something that listens, in a Pod, on a node itself or on a host outside: the endpoint string is what it answers with. */
export type Listener = ({ readonly pod: string } | { readonly node: string } | { readonly outside: string }) & {
  readonly protocol: Transport;
  readonly port: number;
  /** The server answers as often as it is asked, and leaves closing to its clients. */
  readonly keeps?: true;
};

/** A namespace by what it stands for: `pod/NS/NAME`, `node/NAME`, `outside/ID`, `gateway`. */
export type Place = string;

export function placeOf(listener: Listener): Place {
  if ("outside" in listener) return `outside/${listener.outside}`;
  return "pod" in listener ? `pod/${listener.pod}` : `node/${listener.node}`;
}

const PREFIX = "kubehop-";
const GATEWAY: Place = "gateway";

export interface Machines {
  helper(place: Place): NamespaceHelper;
  /** Replaces all tables of a node; throws with what iptables said. */
  loadRules(node: string, text: string, family?: Family): void;
  /** Lays the text over the tables as kube-proxy does: chains that it declares are emptied first. */
  syncRules(node: string, text: string, family?: Family): void;
  /** `iptables-save` of a node, without remarks. */
  savedRules(node: string, family?: Family): string;
  /** Runs a program in a place's namespace; what it printed. Throws with what it said if it failed. */
  exec(place: Place, program: string, args: readonly string[], input?: string): string;
  /** Every Pod and node forgets who its neighbours on the link are. */
  forgetNeighbours(): void;
  /** Ends the helpers and deletes the namespaces. */
  tearDown(): void;
}

export interface MachinesWanted {
  readonly topology: Topology;
  readonly listeners: readonly Listener[];
  /** Ids of outside hosts that will send or listen. */
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
    const hasIpv6 = familiesOf(topology).includes("IPv6");
    await Promise.all([...helpers].map(([place, helper]) => tune(place, helper, hasIpv6)));
    must(
      shell(
        wiring(
          { topology, nodes, pods, outside, routes: wanted.routes },
          {
            gateway: known(names, GATEWAY),
            node: (node) => known(names, `node/${node}`),
            pod: (pod) => known(names, podPlace(pod)),
            outside: (host) => known(names, outsidePlace(host)),
          },
        ),
      ),
    );
    await listenAll(wanted, pods, helpers);
  } catch (error) {
    tearDown();
    throw error;
  }
  const exec = (place: Place, program: string, args: readonly string[], input = ""): string => {
    const result = run("ip", ["netns", "exec", known(names, place), program, ...args], input);
    if (!result.ok) throw new Error(`${program} on ${place}: ${result.said}`);
    return result.output;
  };
  const on = (node: string, family: Family, program: string, args: readonly string[], input = ""): string =>
    exec(`node/${node}`, `${family === "IPv4" ? wanted.backend : wanted.backend.replace("iptables", "ip6tables")}-${program}`, args, input);
  return {
    helper: (place) => known(helpers, place),
    loadRules: (node, text, family = "IPv4") => void on(node, family, "restore", [], text),
    syncRules: (node, text, family = "IPv4") => void on(node, family, "restore", ["--noflush", "--counters"], text),
    savedRules: (node, family = "IPv4") =>
      on(node, family, "save", [])
        .split("\n")
        .filter((line) => !line.startsWith("#"))
        .join("\n"),
    exec,
    // A node asks again by itself; what Pods remember would hide that rules keep them from asking.
    forgetNeighbours: () =>
      must(shell([...names.values()].map((name) => `ip -n ${name} neigh flush all; ip -6 -n ${name} neigh flush all`).join("\n"))),
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
async function tune(place: Place, helper: NamespaceHelper, hasIpv6: boolean): Promise<void> {
  const optional = (path: string, value: number): Promise<void> => helper.sysctl(path, value).catch(() => undefined);
  const set = (path: string, value: number): Promise<void> => helper.sysctl(path, value);
  await optional("net/ipv4/icmp_ratelimit", 0);
  await optional("net/ipv4/icmp_msgs_per_sec", 1_000_000);
  await optional("net/ipv4/icmp_msgs_burst", 100_000);
  if (hasIpv6) await tuneIpv6(set);
  else await optional("net/ipv6/conf/all/disable_ipv6", 1);
  if (place !== GATEWAY && !place.startsWith("node/")) return;
  const isGateway = place === GATEWAY;
  await set("net/ipv4/ip_forward", 1);
  await set("net/bridge/bridge-nf-call-iptables", isGateway ? 0 : 1);
  if (hasIpv6) {
    await set("net/ipv6/conf/all/forwarding", 1);
    await set("net/bridge/bridge-nf-call-ip6tables", isGateway ? 0 : 1);
  }
  if (isGateway) {
    // Flows of a shared route are told apart by their ports too.
    await set("net/ipv4/fib_multipath_hash_policy", 1);
    if (hasIpv6) await set("net/ipv6/fib_multipath_hash_policy", 1);
  } else {
    await set("net/ipv4/conf/all/route_localnet", 1);
  }
}

/** Addresses count at once, nobody advertises routes, and ICMPv6 errors are not held back. */
async function tuneIpv6(set: (path: string, value: number) => Promise<void>): Promise<void> {
  for (const of of ["all", "default"]) {
    await set(`net/ipv6/conf/${of}/disable_ipv6`, 0);
    await set(`net/ipv6/conf/${of}/accept_dad`, 0);
    await set(`net/ipv6/conf/${of}/accept_ra`, 0);
  }
  await set("net/ipv6/icmp/ratelimit", 0);
}

const READY_WITHIN_MS = 5_000;
const PROBE_MS = 300;

/**
 * A server listens on each address of its place by itself: so it knows which one it was asked at, and answers from that
 * one. (A UDP socket on all addresses answers from the one that the route home suggests, and connection tracking would not
 * know its answer.)
 */
async function listenAll(wanted: MachinesWanted, pods: readonly PodNet[], helpers: ReadonlyMap<Place, NamespaceHelper>): Promise<void> {
  const addresses = new Map<Place, readonly string[]>([
    ...pods.map((pod): [Place, readonly string[]] => [podPlace(pod), pod.addresses]),
    ...[...wanted.topology.nodes.values()].map((node): [Place, readonly string[]] => [
      nodePlace(node),
      [...localAddresses(node), "127.0.0.1"],
    ]),
    ...wanted.outside
      .map((id) => outsideHost(wanted.topology, id))
      .map((host): [Place, readonly string[]] => [outsidePlace(host), [host.address]]),
  ]);
  await Promise.all(
    wanted.listeners.map(async (listener) => {
      const { protocol, port } = listener;
      const place = placeOf(listener);
      for (const address of known(addresses, place))
        await known(helpers, place).listen(protocol, address, port, endpointText(address, port), listener.keeps === true);
    }),
  );
  // Every Pod is asked, servers or not: a closed port answers too. So links are up and neighbours known before rules are.
  const port = (pod: PodNet): number => wanted.listeners.find((of) => placeOf(of) === podPlace(pod) && of.protocol === "TCP")?.port ?? 9;
  await Promise.all(
    pods
      .flatMap((pod) => familiesOf(wanted.topology).map((family) => [pod, podAddress(pod, family)] as const))
      .map(([pod, address]) => (address === null ? undefined : answering(known(helpers, `node/${pod.node}`), address, port(pod)))),
  );
}

async function answering(from: NamespaceHelper, address: string, port: number): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const [attempt] = await from.connect({ protocol: "TCP", address, port, count: 1, timeoutMs: PROBE_MS });
    if (attempt !== undefined && (attempt.error === undefined || attempt.error === "ECONNREFUSED")) return;
    if (Date.now() > until) throw new Error(`${endpointText(address, port)} does not answer its node: ${attempt?.error ?? ""}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
