/**
 * Which node a packet from outside is brought to, by the load balancers, announcements and routes of the cluster as it is
 * now. A cloud's load balancer asks every node for its health: kube-proxy's own port 10256, or with
 * `externalTrafficPolicy: Local` the Service's healthCheckNodePort, answered from what that kube-proxy has synced.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalAddress, cidrContains, parseAddress, parseCidr } from "../base/address.ts";
import { compareText } from "../base/names.ts";
import { get, keyOf, listed, type ObjectStore } from "../api/store.ts";
import type { Service, ServicePort } from "../api/types.ts";
import { announcerOf } from "../controllers/announcer.ts";
import { isBackendNode } from "../controllers/load-balancer-nodes.ts";
import { balancerFault, isProxy, providerOf, type Provider } from "../controllers/load-balancer.ts";
import { ROUTE_ANNOTATION } from "../controllers/annotations.ts";
import { conditionOf } from "../controllers/lookup.ts";
import { healthCheckAnswer } from "../kube-proxy/sync.ts";
import { pickDoor, type Door } from "../network/doors.ts";
import { familyOf, type NodeNet, type Topology } from "../network/topology.ts";
import type { Header } from "../network/trace.ts";
import type { RuleBook } from "./proxies.ts";
import type { SimulationState } from "./state.ts";
import type { BalancerReach } from "./view.ts";

/** An address that somebody outside can ask for. */
interface Front {
  readonly service: Service;
  readonly how: "balancer" | "external-ip";
}

/** By address: Services that share one differ in their ports. */
type Fronts = ReadonlyMap<string, readonly Front[]>;

/** Fronts by address, remembered until a Service changes. */
export class DoorBook {
  private made: { readonly services: readonly Service[]; readonly fronts: Fronts } | null = null;

  frontsOf(store: ObjectStore): Fronts {
    const services = listed(store, "Service");
    if (this.made?.services !== services) this.made = { services, fronts: frontsOf(services) };
    return this.made.fronts;
  }
}

function frontsOf(services: readonly Service[]): Fronts {
  const fronts = new Map<string, Front[]>();
  const add = (ip: string, front: Front): void => {
    const address = canonicalAddress(ip) ?? ip;
    const known = fronts.get(address);
    if (known === undefined) fronts.set(address, [front]);
    else known.push(front);
  };
  for (const service of services) {
    for (const { ip, hostname } of service.status?.loadBalancer?.ingress ?? []) {
      if (ip !== undefined) add(ip, { service, how: "balancer" });
      if (hostname !== undefined) add(addressBehind(hostname), { service, how: "balancer" });
    }
    for (const ip of service.spec.externalIPs ?? []) add(ip, { service, how: "external-ip" });
  }
  return fronts;
}

/** The address that a provider's name server gives for a load balancer's host name: one of a documentation range (RFC 2544). */
export function addressBehind(hostname: string): string {
  const [a = 0, b = 0] = sha256(utf8ToBytes(hostname));
  return `198.18.${a}.${b}`;
}

export interface DoorWorld {
  readonly state: SimulationState;
  readonly topology: Topology;
  readonly rules: RuleBook;
  readonly book: DoorBook;
}

/** null: no load balancer, announcement or route has to do with the address. */
export function doorOf(world: DoorWorld, packet: Header): Door | null {
  return pickDoor(doorsOf(world, packet), packet);
}

/** All ways that a new flow to the address can take in, each equally likely. */
export function doorsOf(world: DoorWorld, packet: Header): readonly Door[] {
  const fronts = world.book.frontsOf(world.state.store).get(packet.dst) ?? [];
  const front = fronts.find(({ service }) => portOf(service, packet) !== undefined) ?? fronts[0];
  if (front === undefined) return [];
  if (front.how === "external-ip") {
    const door = routed(world, front.service);
    return door === null ? [] : [door];
  }
  const provider = world.state.memory.balancers.get(keyOf(front.service))?.provider ?? providerOf(world.state, front.service);
  return provider === "metallb" ? [announced(world, front.service, packet.dst)] : balanced(world, front.service, packet, provider);
}

function portOf({ spec }: Service, packet: Header): ServicePort | undefined {
  return spec.ports?.find(({ port, protocol }) => port === packet.dstPort && protocol === packet.protocol);
}

function routed({ topology }: DoorWorld, { metadata }: Service): Door | null {
  const name = metadata.annotations?.[ROUTE_ANNOTATION];
  const node = name === undefined ? undefined : topology.nodes.get(name);
  if (node === undefined) return null;
  return node.up ? { kind: "pass", node: node.name } : { kind: "shut", why: "node-down" };
}

/** MetalLB's speakers agree on one node: the first by SHA-256 of node and address. (speaker/layer2_controller.go) */
function announced(world: DoorWorld, service: Service, ip: string): Door {
  const node = announcerOf(world.state, service, ip);
  return node === null ? { kind: "shut", why: "nobody-has-the-address" } : { kind: "pass", node };
}

function balanced(world: DoorWorld, service: Service, packet: Header, provider: Provider): readonly Door[] {
  const healthy = reachable(world).filter((node) => isHealthy(world, service, node, packet.dst));
  if (healthy.length === 0) return [{ kind: "shut", why: "no-healthy-node" }];
  if (!endsConnections(service, packet.dst, provider)) return healthy.map(({ name }) => ({ kind: "pass", node: name }));
  if (!lets(service, packet)) return [{ kind: "shut", why: "source-not-allowed" }];
  const nodePort = portOf(service, packet)?.nodePort;
  // Without a listener for the port, or a node port to go to, the load balancer itself says nothing.
  if (nodePort === undefined) return [{ kind: "shut", why: "no-healthy-node" }];
  return healthy.flatMap(({ name, uplink }): readonly Door[] => {
    const address = uplink[familyOf(packet.dst)];
    return address === null ? [] : [{ kind: "proxy", node: name, source: packet.dst, address, port: nodePort }];
  });
}

/** kube-proxy writes no rules for an address of `ipMode: Proxy`, nor for a host name: connections end at the provider's proxy. */
function endsConnections(service: Service, ip: string, provider: Provider): boolean {
  const ingress = service.status.loadBalancer.ingress ?? [];
  const own = ingress.find((each) => each.ip !== undefined && canonicalAddress(each.ip) === ip);
  return own === undefined ? isProxy(provider) || ingress.some(({ hostname }) => hostname !== undefined) : own.ipMode === "Proxy";
}

/** A proxy looks at the source ranges itself: behind it the rules see the proxy's own address. */
function lets({ spec }: Service, { src }: Header): boolean {
  const address = parseAddress(src);
  const ranges = (spec.loadBalancerSourceRanges ?? []).flatMap((text) => parseCidr(text.trim()) ?? []);
  return ranges.length === 0 || address === null || ranges.some((range) => range.family === address.family && cidrContains(range, address));
}

function reachable(world: DoorWorld): readonly NodeNet[] {
  return [...world.topology.nodes.values()].filter((node) => isBackend(world, node) && answers(world, node));
}

/** Whether load balancers have the node on their list at all. */
function isBackend({ state }: DoorWorld, { name }: NodeNet): boolean {
  const node = get(state.store, "Node", name);
  return node !== undefined && isBackendNode(node);
}

function answers({ state }: DoorWorld, { name, up }: NodeNet): boolean {
  const node = get(state.store, "Node", name);
  return up && node !== undefined && conditionOf(node, "Ready")?.status !== "False";
}

/** Which nodes the Service's load balancer brings traffic to now, and why not to the others: for the view. */
export function reachOf(world: DoorWorld, service: Service): BalancerReach {
  const { state, topology } = world;
  const provider = state.memory.balancers.get(keyOf(service))?.provider ?? providerOf(state, service);
  const ingress = service.status?.loadBalancer?.ingress?.[0];
  const ip = ingress?.ip ?? (ingress?.hostname === undefined ? null : addressBehind(ingress.hostname));
  const reach: BalancerReach = { provider, fault: balancerFault(state, service), announcedBy: null, checks: [] };
  if (ip === null) return reach;
  if (provider === "metallb") return { ...reach, announcedBy: announcerOf(state, service, ip) };
  const backends = [...topology.nodes.values()].filter((node) => isBackend(world, node));
  const checks = backends.map((node) => {
    const why = answers(world, node) ? unhealthyWhy(world, service, node, ip) : "the node does not answer";
    return { node: node.name, healthy: why === "", why };
  });
  return { ...reach, checks: checks.sort((a, b) => compareText(a.node, b.node)) };
}

function unhealthyWhy(world: DoorWorld, service: Service, node: NodeNet, ip: string): string {
  if (isHealthy(world, service, node, ip)) return "";
  const proxy = world.state.proxies.get(node.name);
  if (proxy?.stopped === true) return "kube-proxy is stopped";
  const asked = parseAddress(node.uplink[familyOf(ip)] ?? "");
  const hears = proxy === undefined || proxy.synced === null || asked === null || world.rules.answersChecksAt(proxy.synced, node, asked);
  return hears ? "no ready Pod there" : "kube-proxy answers no health checks at its address (nodePortAddresses)";
}

function isHealthy({ state, rules }: DoorWorld, service: Service, node: NodeNet, ip: string): boolean {
  const proxy = state.proxies.get(node.name);
  if (proxy === undefined || proxy.stopped || proxy.synced === null) return false;
  if (service.spec.externalTrafficPolicy !== "Local") return true;
  const asked = parseAddress(node.uplink[familyOf(ip)] ?? "");
  if (asked !== null && !rules.answersChecksAt(proxy.synced, node, asked)) return false;
  const ports = rules.servicePorts(proxy.synced, familyOf(ip));
  return healthCheckAnswer(ports, node.name, service.spec.healthCheckNodePort ?? 0)?.status === 200;
}
