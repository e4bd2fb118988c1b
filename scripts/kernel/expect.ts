/**
 * What the simulator predicts for a probe: the exact odds that the rules of the first node give a new connection (of each
 * node that can be the first), and what the receiver's own node says, with the core's routes. Nothing here knows what a Service is.
 */
import { unreachable } from "../../src/core/base/names.ts";
import { odds } from "../../src/core/netfilter/odds.ts";
import type { Way } from "../../src/core/netfilter/odds.ts";
import { TCP_SYN } from "../../src/core/netfilter/packet.ts";
import type { Packet } from "../../src/core/netfilter/packet.ts";
import { createNodeStack, setRules } from "../../src/core/netfilter/stack.ts";
import type { Entry, NodeStack } from "../../src/core/netfilter/stack.ts";
import { routeAnswerer } from "../../src/core/network/gate.ts";
import { BRIDGE, localAddresses, UPLINK } from "../../src/core/network/topology.ts";
import type { NodeNet } from "../../src/core/network/topology.ts";
import type { TestCluster } from "./cluster.ts";
import type { Expected, ExpectedEndpoint, Failure } from "./compare.ts";
import type { Transport } from "./helpers.ts";
import { placeOf } from "./machines.ts";
import { destination } from "./probe.ts";
import type { Probe } from "./probe.ts";

/** A port that a client might draw. */
const SOURCE_PORT = 40_000;

export function expectedOf(cluster: TestCluster, probe: Probe): Expected {
  const endpoints = new Map<string, ExpectedEndpoint>();
  const failures = new Map<Failure, number>();
  const starts = startsOf(cluster, probe);
  for (const start of starts) addFrom(cluster, probe, start, 1 / starts.length, { endpoints, failures });
  // The gateway swallows what no node takes.
  if (starts.length === 0) failures.set("TIMEOUT", 1);
  return { endpoints, failures, sticky: probe.sticky === true };
}

interface Sums {
  readonly endpoints: Map<string, ExpectedEndpoint>;
  readonly failures: Map<Failure, number>;
}

/** Adds what becomes of a connection that meets its first node here; it does so with the probability `share`. */
function addFrom(cluster: TestCluster, probe: Probe, start: Start, share: number, { endpoints, failures }: Sums): void {
  const { protocol = "TCP" } = probe;
  const packet: Packet = {
    family: "IPv4",
    protocol,
    src: start.source,
    srcPort: SOURCE_PORT,
    dst: destination(probe).address,
    dstPort: destination(probe).port,
    ...(protocol === "TCP" ? { tcpFlags: TCP_SYN } : {}),
  };
  const route = routeAnswerer(cluster, start.node);
  for (const way of odds(stackOf(cluster, start.node), packet, start.entry, { now: 0, route })) {
    const source = way.masqueraded ? (route({ dst: addressOf(way) }).masqueradeAddress ?? "none") : start.source;
    const end = stoppedAtReceiver(cluster, start, way, { ...packet, src: source }) ?? endOf(cluster, start, way, protocol);
    if (typeof end === "string") {
      failures.set(end, (failures.get(end) ?? 0) + way.probability * share);
      continue;
    }
    const known = endpoints.get(end.endpoint);
    endpoints.set(end.endpoint, {
      probability: (known?.probability ?? 0) + way.probability * share,
      sources: new Set([...(known?.sources ?? []), source]),
      // kube-proxy masquerades with --random-fully, always.
      portKept: !way.masqueraded,
    });
  }
}

function addressOf({ destination }: Way): string {
  return destination.split(":")[0] ?? "";
}

/** A Pod's own node may refuse what another node has sent on (a network policy); null where it does not. */
function stoppedAtReceiver(cluster: TestCluster, start: Start, way: Way, sent: Packet): Failure | null {
  const pod = cluster.topology.podAt.get(addressOf(way));
  if (way.verdict.kind !== "forward" || pod === undefined || pod.node === start.node.name) return null;
  const node = nodeNamed(cluster, pod.node);
  const packet = { ...sent, dst: addressOf(way), dstPort: Number(way.destination.split(":")[1]) };
  const entry: Entry = { hook: "PREROUTING", inInterface: UPLINK };
  const ways = odds(stackOf(cluster, node), packet, entry, { now: 0, route: routeAnswerer(cluster, node) });
  const [only] = ways;
  // A packet to a Pod's address meets no choice there.
  if (only === undefined || ways.length > 1) throw new Error(`${node.name} has ${ways.length} ways for ${way.destination}`);
  return only.verdict.kind === "drop" ? "TIMEOUT" : only.verdict.kind === "reject" ? "ECONNREFUSED" : null;
}

/** Where a packet meets its first node, and with which source address. */
interface Start {
  readonly node: NodeNet;
  readonly entry: Entry;
  readonly source: string;
}

function startsOf(cluster: TestCluster, probe: Probe): readonly Start[] {
  const { topology } = cluster;
  const { address } = destination(probe);
  const [kind, ...rest] = probe.from.split("/");
  const name = rest.join("/");
  if (kind === "pod") {
    const pod = topology.pods.get(name);
    if (pod === undefined) throw new Error(`no Pod ${name}`);
    return [{ node: nodeNamed(cluster, pod.node), entry: { hook: "PREROUTING", inInterface: BRIDGE }, source: pod.addresses[0] ?? "" }];
  }
  if (kind === "node") {
    const node = nodeNamed(cluster, name);
    const source = routeAnswerer({ topology }, node)({ dst: address }).taken.source;
    if (source === null) throw new Error(`no route from ${name} to ${address}`);
    return [{ node, entry: { hook: "OUTPUT" }, source }];
  }
  const host = topology.outside.get(name);
  if (host === undefined) throw new Error(`no host ${probe.from}`);
  return cluster
    .entryNodes(address)
    .map((node) => ({ node: nodeNamed(cluster, node), entry: { hook: "PREROUTING", inInterface: UPLINK }, source: host.address }));
}

function nodeNamed(cluster: TestCluster, name: string): NodeNet {
  const node = cluster.topology.nodes.get(name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}

function stackOf(cluster: TestCluster, node: NodeNet): NodeStack {
  const stack = createNodeStack({ node: node.name, localAddresses: localAddresses(node) });
  const rules = cluster.rules.get(node.name);
  if (rules === undefined) throw new Error(`no rules for node ${node.name}`);
  setRules(stack, rules);
  return stack;
}

/** The endpoint where a packet arrives, or how its sender learns that it does not. */
function endOf(
  cluster: TestCluster,
  start: Start,
  way: Way,
  protocol: Transport,
): { readonly endpoint: string; readonly address: string } | Failure {
  const { verdict, destination } = way;
  const fromNode = start.entry.hook === "OUTPUT";
  switch (verdict.kind) {
    case "reject":
      // A local UDP sender hears of it from send() itself.
      return fromNode && protocol === "UDP" ? "EPERM" : "ECONNREFUSED";
    case "drop":
      return fromNode && protocol === "UDP" ? "EPERM" : "TIMEOUT";
    case "no-route":
      return fromNode ? "ENETUNREACH" : "EHOSTUNREACH";
    case "unmodelled":
      throw new Error(`not modelled: ${verdict.what}`);
    case "local":
    case "forward": {
      const [address = "", port = ""] = destination.split(":");
      const pod = cluster.topology.podAt.get(address);
      const place = pod === undefined ? `node/${cluster.topology.nodeAt.get(address) ?? ""}` : `pod/${pod.key}`;
      if (
        cluster.listeners.some(
          (listener) => placeOf(listener) === place && listener.protocol === protocol && listener.port === Number(port),
        )
      )
        return { endpoint: destination, address };
      // A host that has the address says that nobody listens; what nobody has is swallowed by the gateway.
      return pod !== undefined || cluster.topology.nodeAt.has(address) || verdict.kind === "local" ? "ECONNREFUSED" : "TIMEOUT";
    }
    default:
      return unreachable(verdict);
  }
}
