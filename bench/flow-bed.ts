/**
 * What flows are measured on: rules that kube-proxy writes for so many Services with ten endpoints each, and traffic from
 * sockets that were never used before.
 */
import { addressId, parseAddress } from "../src/core/base/address.ts";
import type { Address } from "../src/core/base/address.ts";
import { randomState, nextBelow } from "../src/core/base/random.ts";
import { MILLISECOND } from "../src/core/base/time.ts";
import type { ProxyInput } from "../src/core/kube-proxy/iptables.ts";
import type { EndpointInfo, ServicePortInfo } from "../src/core/kube-proxy/service-ports.ts";
import { DEFAULT_PROXY_SETTINGS } from "../src/core/kube-proxy/settings.ts";
import { Connection, setReply } from "../src/core/netfilter/conntrack.ts";
import { ConntrackTable } from "../src/core/netfilter/conntrack-table.ts";
import { TCP_ACK, TCP_SYN } from "../src/core/netfilter/packet.ts";
import type { NumberedPacket, Packet } from "../src/core/netfilter/packet.ts";
import type { RuleSet } from "../src/core/netfilter/rules.ts";
import { createNodeStack, setRules, traverse } from "../src/core/netfilter/stack.ts";
import type { NodeStack, RouteResult, TraceMode } from "../src/core/netfilter/stack.ts";

export const ENDPOINTS = 10;

const serviceAddress = (service: number): string => `10.${96 + (service >> 16)}.${(service >> 8) & 255}.${service & 255}`;
const endpointAddress = (service: number, endpoint: number): string => {
  const n = service * ENDPOINTS + endpoint;
  return `10.${244 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
};

function address(text: string): Address {
  const read = parseAddress(text);
  if (read === null) throw new Error(`not an address: ${text}`);
  return read;
}

/** The service ports of so many Services, in kube-proxy's order. */
export function manyPorts(services: number): readonly ServicePortInfo[] {
  return Array.from({ length: services }, (_, service) =>
    portWith(
      service,
      Array.from({ length: ENDPOINTS }, (__, i) => i),
    ),
  );
}

/** One service port with these of its endpoints. */
export function portWith(service: number, endpoints: readonly number[]): ServicePortInfo {
  const name = `s${String(service).padStart(5, "0")}`;
  return {
    name: `bench/${name}:http`,
    namespace: "bench",
    service: name,
    portName: "http",
    family: "IPv4",
    protocol: "TCP",
    clusterIp: address(serviceAddress(service)),
    port: 80,
    nodePort: 0,
    externalIps: [],
    loadBalancerIps: [],
    sourceRanges: [],
    externalLocal: false,
    internalLocal: false,
    healthCheckPort: 0,
    affinitySeconds: null,
    endpoints: endpoints.map((i) => endpointAt(endpointAddress(service, i), i)).sort((a, b) => (a.text < b.text ? -1 : 1)),
  };
}

function endpointAt(text: string, i: number): EndpointInfo {
  return {
    address: address(text),
    port: 8080,
    text: `${text}:8080`,
    nodeName: `node-${3 + i}`,
    ready: true,
    serving: true,
    terminating: false,
    zoneHints: [],
    nodeHints: [],
  };
}

/** What the kube-proxy of `node-1` knows. */
export function proxyInput(servicePorts: readonly ServicePortInfo[]): ProxyInput {
  const own = address("192.168.1.11");
  return {
    family: "IPv4",
    node: { name: "node-1", zone: "", addresses: [address("127.0.0.1"), own], podCidrs: ["10.243.0.0/16"], nodeIp: own },
    settings: { ...DEFAULT_PROXY_SETTINGS, clusterCidr: "10.240.0.0/12" },
    servicePorts,
  };
}

/** A node that has these rules, or gets them in place of those it had. */
export function nodeWith(
  ruleSet: RuleSet,
  stack: NodeStack = createNodeStack({ node: "node-1", localAddresses: ["192.168.1.11"] }),
): NodeStack {
  setRules(stack, ruleSet);
  return stack;
}

/** A SYN to the Service through the node's hooks; throws unless an endpoint was chosen. */
export function firstPacket(stack: NodeStack, service: number, port: number): void {
  const packet: Packet = {
    family: "IPv4",
    protocol: "TCP",
    src: "10.243.0.1",
    srcPort: 1024 + port,
    dst: serviceAddress(service),
    dstPort: 80,
    tcpFlags: TCP_SYN,
  };
  const context = {
    now: 0,
    random: randomState(port, "first"),
    mode: "summary",
    compareEvery: COMPARE_EVERY,
    route: () => TO_POD,
  } as const;
  const { header } = traverse(stack, packet, { hook: "PREROUTING", inInterface: "cni0" }, context);
  if (header.dstPort !== 8080) throw new Error(`not translated: ${JSON.stringify(header)}`);
}

/** A table with so many connections through a Service, none expired. */
export function tableWith(entries: number): ConntrackTable {
  const table = new ConntrackTable({});
  const [service, endpoint] = [addressId("10.96.0.1"), addressId("10.244.0.1")];
  const clients = Array.from({ length: 10 }, (_, i) => addressId(`10.243.0.${i}`));
  for (let i = 0; i < entries; i++) {
    const source = clients[i % 10] ?? 0;
    const sourcePort = 1024 + Math.floor(i / 10);
    const connection = new Connection(6, { source, sourcePort, destination: service, destinationPort: 80 }, 0, i);
    connection.expiresAt = 120_000 * MILLISECOND;
    setReply(connection, { source: endpoint, sourcePort: 8080, destination: source, destinationPort: sourcePort });
    if (!table.confirm(connection, i)) throw new Error(`entry ${i} clashes`);
  }
  return table;
}

// ---- flows --------------------------------------------------------------------------------------------------------

const TO_POD: RouteResult = { kind: "forward", outInterface: "cni0", masqueradeAddress: "10.244.0.1" };
const TO_NODE: RouteResult = { kind: "forward", outInterface: "eth0", masqueradeAddress: "192.168.1.11" };
const toPod = (): RouteResult => TO_POD;
const toNode = (): RouteResult => TO_NODE;

/** Addresses are read outside the measure: within a simulation they are numbers, and text where somebody looks. */
const CLIENTS = Array.from({ length: 32_768 }, (_, n) => addressId(`10.243.${n >> 8}.${n & 255}`));

export interface Measure {
  readonly services: number;
  /** Services that are used; all others only lie there. */
  readonly used: number;
  readonly nodes: 1 | 2;
  readonly mode: TraceMode;
  readonly useIndex: boolean;
}

/** Index and plain walk are compared on the first and on every so manieth flow. */
export const COMPARE_EVERY = 1000;

/** Sends flows, one a virtual millisecond, to services drawn uniformly. */
export class Traffic {
  readonly #stacks: readonly NodeStack[];
  readonly #measure: Measure;
  readonly #random = randomState(1, "bench");
  readonly #choice = randomState(1, "choice");
  readonly #addresses: readonly number[];
  sent = 0;

  constructor(ruleSet: RuleSet, measure: Measure) {
    this.#addresses = Array.from({ length: measure.services }, (_, service) => addressId(serviceAddress(service)));
    this.#measure = measure;
    this.#stacks = Array.from({ length: measure.nodes }, (_, i) => {
      const stack = createNodeStack({ node: `node-${i + 1}`, localAddresses: [`192.168.1.1${i + 1}`] });
      setRules(stack, ruleSet);
      return stack;
    });
  }

  /** Flows on which index and walk were compared at a node; a difference throws. */
  get compared(): number {
    return this.#stacks.reduce((sum, { sample }) => sum + sample.compared, 0);
  }

  flow(): void {
    const { mode, useIndex, nodes, used } = this.#measure;
    const n = this.sent++;
    const route = nodes === 1 ? toPod : toNode;
    const context = { now: n * MILLISECOND, random: this.#random, mode, useIndex, compareEvery: COMPARE_EVERY, route };
    const [first, second] = this.#stacks as [NodeStack, NodeStack | undefined];
    const client = CLIENTS[n % CLIENTS.length] as number;
    const packet: NumberedPacket = {
      family: "IPv4",
      protocol: "TCP",
      source: client,
      sourcePort: 1024 + (Math.floor(n / CLIENTS.length) % 64_000),
      destination: this.#addresses[nextBelow(this.#choice, used)] as number,
      destinationPort: 80,
      tcpFlags: TCP_SYN,
    };
    const there = traverse(first, packet, { hook: "PREROUTING", inInterface: "cni0" }, context);
    const { tuple } = there;
    if (tuple.destinationPort !== 8080 || there.verdict.kind !== "forward")
      throw new Error(`not translated: ${JSON.stringify(there.header)}`);
    if (second !== undefined)
      traverse(second, { ...packet, ...tuple }, { hook: "PREROUTING", inInterface: "eth0" }, { ...context, route: toPod });
    const answer: NumberedPacket = {
      family: "IPv4",
      protocol: "TCP",
      source: tuple.destination,
      sourcePort: tuple.destinationPort,
      destination: tuple.source,
      destinationPort: tuple.sourcePort,
      tcpFlags: TCP_SYN | TCP_ACK,
    };
    if (second !== undefined) traverse(second, answer, { hook: "PREROUTING", inInterface: "cni0" }, { ...context, route: toNode });
    const back = traverse(
      first,
      answer,
      { hook: "PREROUTING", inInterface: second === undefined ? "cni0" : "eth0" },
      { ...context, route: toPod },
    );
    if (back.tuple.source !== packet.destination || back.tuple.destination !== client)
      throw new Error(`not restored: ${JSON.stringify(back.header)}`);
  }
}
