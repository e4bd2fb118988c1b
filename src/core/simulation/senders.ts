/** Who can send: a Pod, a node, a host outside; where its socket is and which addresses it has. */
import { cidrContains, parseAddress, parseCidr, type Address } from "../base/address.ts";
import { get } from "../api/store.ts";
import type { Refusal } from "./contract.ts";
import { localAddresses, type OutsideHost, type Topology } from "../network/topology.ts";
import type { Place, Sender } from "../network/trace.ts";
import type { SimulationState } from "./state.ts";

/** Hosts that are always there: on documentation addresses (RFC 5737). The name server is the nodes' upstream. */
const STANDING: readonly OutsideHost[] = [
  { id: "external", name: "client", address: "203.0.113.24", kind: "client" },
  { id: "laptop", name: "laptop", address: "203.0.113.66", kind: "laptop" },
  { id: "dns", name: "name server", address: "192.0.2.53", kind: "dns" },
];

/** The standing hosts and those that a person sent from. */
export function outsideHosts(visitors: readonly string[]): readonly OutsideHost[] {
  return [...STANDING, ...visitors.map((address) => ({ id: address, name: address, address, kind: "client" as const }))];
}

export interface Origin {
  readonly place: Place;
  readonly sources: readonly string[];
}

/** Where the sender's socket is, or why it cannot send. */
export function originOf(state: SimulationState, topology: Topology, from: Sender): Origin | Refusal {
  switch (from.kind) {
    case "pod":
      return podOrigin(state, topology, from.pod);
    case "node": {
      const node = topology.nodes.get(from.node);
      if (node === undefined) return { error: `There is no node ${from.node}.` };
      if (node.stopped) return { error: `Node ${from.node} is stopped, so nothing can be sent from it.` };
      return { place: { kind: "node", node: node.name }, sources: localAddresses(node) };
    }
    case "outside": {
      const host = topology.outside.get(from.id);
      if (host === undefined) return { error: noHost(from.id) };
      return { place: { kind: "outside", id: host.id }, sources: [host.address] };
    }
  }
}

function podOrigin(state: SimulationState, topology: Topology, key: string): Origin | Refusal {
  const pod = get(state.store, "Pod", key);
  if (pod === undefined) return { error: `There is no Pod ${key}.` };
  const net = topology.pods.get(key);
  if (net === undefined) return { error: `Pod ${key} has no address yet, so nothing can be sent from it.` };
  if (!topology.nodes.has(net.node)) return { error: `Pod ${key} is on node ${net.node}, which is not in the cluster.` };
  if (topology.nodes.get(net.node)?.stopped === true) return { error: `Pod ${key} does not run: its node ${net.node} is stopped.` };
  if (net.hostNetwork) return { place: { kind: "node", node: net.node }, sources: net.addresses };
  return { place: { kind: "pod", pod: key, node: net.node }, sources: net.addresses };
}

/** An address outside that is not a host yet: it becomes one. null where the text is no address, or one of the cluster's. */
export function visitorOf(topology: Topology, id: string): string | null {
  const address = parseAddress(id);
  if (address === null || isNobodys(address)) return null;
  return topology.outsideAt.has(address.text) || topology.nodeAt.has(address.text) || topology.podAt.has(address.text)
    ? null
    : address.text;
}

/** This host, loopback, multicast, reserved and broadcast: a kernel drops what comes in from there. (RFC 1122 3.2.1.3, RFC 4291 2.5 and 2.7) */
const NOBODYS = ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/128", "::1/128", "ff00::/8"].flatMap((text) => parseCidr(text) ?? []);

function isNobodys(address: Address): boolean {
  return NOBODYS.some((cidr) => cidrContains(cidr, address));
}

function noHost(id: string): string {
  const address = parseAddress(id);
  return address !== null && isNobodys(address)
    ? `${address.text} is no address that a host outside the cluster can have.`
    : `${JSON.stringify(id)} is no host outside the cluster: external, laptop or an address.`;
}
