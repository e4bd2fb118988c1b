/** A cluster to hold against the kernel: objects, outside hosts, who listens, and each node's rules. */
import { parseAllDocuments } from "yaml";
import { cidrContains, parseAddress, parseCidr } from "../../src/core/base/address.ts";
import { emptyStore, put } from "../../src/core/api/store.ts";
import type { ObjectStore } from "../../src/core/api/store.ts";
import type { KubeObject } from "../../src/core/api/types.ts";
import type { Family } from "../../src/core/base/names.ts";
import { writeRules } from "../../src/core/kube-proxy/iptables.ts";
import type { ProxyInput } from "../../src/core/kube-proxy/iptables.ts";
import { DEFAULT_PROXY_SETTINGS } from "../../src/core/kube-proxy/settings.ts";
import type { ProxySettings } from "../../src/core/kube-proxy/settings.ts";
import { proxyInput } from "../../src/core/kube-proxy/sync.ts";
import { syncText } from "../../src/core/kube-proxy/text.ts";
import { printSave } from "../../src/core/netfilter/print.ts";
import type { RuleSet } from "../../src/core/netfilter/rules.ts";
import { topologyOf } from "../../src/core/network/topology.ts";
import type { NodeNet, OutsideHost, Topology } from "../../src/core/network/topology.ts";
import type { Listener } from "./machines.ts";

export interface TestCluster {
  readonly name: string;
  readonly topology: Topology;
  readonly listeners: readonly Listener[];
  /** What kube-proxy (and the network plugin) wrote on each node. */
  readonly rules: RulesByFamily;
  /** Texts to load: all tables, and what kube-proxy hands over in a full sync. */
  readonly texts: readonly NodeText[];
  /** Prefixes that the gateway sends to a node: load balancer and external addresses. */
  readonly routes: readonly GatewayRoute[];
  /** The nodes that a packet from outside for this address can come to, each equally likely; none: it is swallowed. */
  entryNodes(address: string): readonly string[];
}

export interface StoredCluster extends TestCluster {
  readonly store: ObjectStore;
}

/** By node. */
export type RulesByFamily = { readonly [family in Family]: ReadonlyMap<string, RuleSet> };

export interface NodeText {
  readonly node: string;
  readonly family: Family;
  readonly tables: string;
  readonly sync: string;
}

/** Several of one prefix share its flows by a hash of addresses and ports. */
export interface GatewayRoute {
  readonly prefix: string;
  readonly node: string;
}

/** The default cluster's outside client, and one in a range that a Service may allow. */
export const OUTSIDERS: readonly OutsideHost[] = [
  { id: "external", name: "external client", address: "203.0.113.7", kind: "client" },
  { id: "allowed", name: "allowed client", address: "192.0.2.7", kind: "client" },
];

export const POD_NETWORK: ProxySettings = { ...DEFAULT_PROXY_SETTINGS, clusterCidr: "10.244.0.0/16,fd00:10:244::/56" };

/** A cluster given as stored objects: no controller runs, nothing is defaulted. */
export function storedCluster(
  name: string,
  yaml: string,
  listeners: readonly Listener[],
  routes: readonly GatewayRoute[],
  settings: ProxySettings = POD_NETWORK,
): StoredCluster {
  const store = readStore(yaml);
  const topology = topologyOf(store, OUTSIDERS);
  const input = (node: NodeNet, family: Family): ProxyInput => {
    const bridge = node.bridge[family];
    return proxyInput(store, node.name, family, settings, undefined, bridge === null ? [] : [bridge]);
  };
  const nodes = [...topology.nodes.values()];
  const rulesOf = (family: Family): ReadonlyMap<string, RuleSet> =>
    new Map(nodes.filter((node) => node.uplink[family] !== null).map((node) => [node.name, writeRules(input(node, family))]));
  const rules = { IPv4: rulesOf("IPv4"), IPv6: rulesOf("IPv6") };
  const texts = nodes.flatMap((node) =>
    (["IPv4", "IPv6"] as const)
      .filter((family) => node.uplink[family] !== null)
      .map((family) => ({
        node: node.name,
        family,
        tables: printSave(writeRules(input(node, family))),
        sync: syncText(input(node, family)),
      })),
  );
  return { name, store, topology, listeners, rules, routes, texts, entryNodes: (address) => entryNodes(topology, routes, address) };
}

export function entryNodes(topology: Topology, routes: readonly GatewayRoute[], text: string): readonly string[] {
  const address = parseAddress(text);
  const own = topology.nodeAt.get(text);
  const holds = ({ prefix }: GatewayRoute): boolean => {
    const cidr = parseCidr(prefix);
    return cidr !== null && address !== null && cidrContains(cidr, address);
  };
  return own === undefined ? routes.filter(holds).map(({ node }) => node) : [own];
}

function readStore(yaml: string): ObjectStore {
  const store = emptyStore();
  for (const document of parseAllDocuments(yaml)) {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    // The files beside this one hold complete objects.
    const object = document.toJS() as KubeObject | null;
    if (object === null) continue;
    if (typeof object.apiVersion !== "string") throw new Error(`${object.kind} ${object.metadata.name} has no apiVersion`);
    put(store, object);
  }
  return store;
}
