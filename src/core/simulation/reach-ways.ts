/** The ways into a Service: every address and port that its fields, its load balancer and the nodes give it. */
import { canonicalAddress, endpointText } from "../base/address.ts";
import { compareText } from "../base/names.ts";
import { slicesFor } from "../api/store-index.ts";
import type { EndpointSlice, Service, ServicePort } from "../api/types.ts";
import { familyOf, type NodeNet } from "../network/topology.ts";
import { addressBehind } from "./doors.ts";
import type { ReachWay } from "./reach-types.ts";
import type { SimulationState } from "./state.ts";

/** All ways to one port, node ports of these nodes. */
export function waysOf(state: SimulationState, service: Service, port: ServicePort, nodes: readonly NodeNet[]): readonly ReachWay[] {
  const { spec, status } = service;
  const ips = (spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP])).filter((ip) => ip !== "" && ip !== "None");
  const ingress = status?.loadBalancer?.ingress ?? [];
  return [
    ...ips.map((ip) => wayTo("cluster-ip", ip, port.port)),
    ...(spec.clusterIP === "None" ? [byName(state, service, port)] : []),
    ...nodePorts(port, nodes),
    ...ingress.flatMap(({ ip, hostname }) => [
      ...(ip === undefined ? [] : [wayTo("load-balancer", ip, port.port)]),
      ...(hostname === undefined ? [] : [wayTo("load-balancer", addressBehind(hostname), port.port, null, `${hostname}:${port.port}`)]),
    ]),
    ...(spec.externalIPs ?? []).map((ip) => wayTo("external-ip", ip, port.port)),
  ];
}

function wayTo(kind: ReachWay["kind"], ip: string, port: number, node: string | null = null, typed?: string): ReachWay {
  const address = canonicalAddress(ip) ?? ip;
  const to = typed ?? endpointText(address, port);
  return { kind, to, address, port, family: familyOf(address), node, others: [], unasked: 0 };
}

function nodePorts({ nodePort }: ServicePort, nodes: readonly NodeNet[]): readonly ReachWay[] {
  if (nodePort === undefined || nodePort === 0) return [];
  const ofNodes = [...nodes]
    .sort((a, b) => compareText(a.name, b.name))
    .flatMap(({ name, addresses }) => addresses.map((address) => wayTo("node-port", address, nodePort, name)));
  const families = new Set(ofNodes.map(({ family }) => family));
  const own = [wayTo("localhost", "127.0.0.1", nodePort), wayTo("localhost", "::1", nodePort)];
  return [...ofNodes, ...own.filter(({ family }) => families.has(family))];
}

/** Behind a name without a cluster IP stand the Pods themselves, at their own port. */
function byName(state: SimulationState, service: Service, port: ServicePort): ReachWay {
  const { name, namespace = "" } = service.metadata;
  const ofPods = portOfPods(state, service, port);
  const to = `${name}.${namespace}.svc.${state.settings.dnsDomain}:${ofPods}`;
  const family = service.spec.ipFamilies?.[0] === "IPv6" ? "IPv6" : "IPv4";
  return { kind: "pods", to, address: null, port: ofPods, family, node: null, others: [], unasked: 0 };
}

function portOfPods(state: SimulationState, { metadata }: Service, port: ServicePort): number {
  const found = endpointSlices(state, `${metadata.namespace ?? ""}/${metadata.name}`).flatMap(({ ports }) =>
    ports.filter((each) => (each.name ?? "") === (port.name ?? "")).map((each) => each.port),
  );
  return found.find((each) => each !== null && each !== undefined) ?? port.port;
}

export function endpointSlices({ store }: SimulationState, service: string): readonly EndpointSlice[] {
  return slicesFor(store, service) as readonly EndpointSlice[]; // only slices stand in that index
}
