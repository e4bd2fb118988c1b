/**
 * Which endpoints of a service port a node uses, per traffic policy. The behaviour of `CategorizeEndpoints` in
 * `pkg/proxy/topology.go` (Kubernetes 1.36): a pure decision from the endpoints, the policies and the node.
 */
import { externallyAccessible, usesClusterEndpoints, usesLocalEndpoints } from "./service-ports.ts";
import type { EndpointInfo, ServicePortInfo } from "./service-ports.ts";

/** What of a node matters to the choice. */
export interface NodePlace {
  readonly name: string;
  /** Label `topology.kubernetes.io/zone`, or "". */
  readonly zone: string;
}

export interface EndpointChoice {
  /** For policy Cluster; empty also where the port does not use it. Sorted by endpoint string, as all lists here. */
  readonly cluster: readonly EndpointInfo[];
  /** For policy Local; empty also where the port does not use it. */
  readonly local: readonly EndpointInfo[];
  /** The union of both: each gets a chain of its own. */
  readonly reachable: readonly EndpointInfo[];
  /** Whether the service port has a usable endpoint anywhere. Without one traffic is rejected, not dropped. */
  readonly any: boolean;
}

const NONE: readonly EndpointInfo[] = [];
const NOTHING: EndpointChoice = { cluster: NONE, local: NONE, reachable: NONE, any: false };

/** Chooses the endpoints that `node` uses for `port`. */
export function categorizeEndpoints(port: ServicePortInfo, node: NodePlace): EndpointChoice {
  const { endpoints } = port;
  if (endpoints.length === 0) return NOTHING;
  const cluster = usesClusterEndpoints(port) ? clusterEndpoints(endpoints, node) : NONE;
  if (!usesLocalEndpoints(port)) return { cluster, local: NONE, reachable: cluster, any: cluster.length > 0 };
  const local = localEndpoints(endpoints, node);
  return { cluster, local, reachable: union(port, cluster, local), any: cluster.length > 0 || endpoints.some(usable) };
}

function usable(endpoint: EndpointInfo): boolean {
  return endpoint.ready || leaving(endpoint);
}

/** Terminating Pods that still serve stand in where nothing is ready (KEP-1669). */
function plainlyReady(endpoint: EndpointInfo): boolean {
  return endpoint.ready && endpoint.zoneHints.length === 0 && endpoint.nodeHints.length === 0;
}

function leaving(endpoint: EndpointInfo): boolean {
  return endpoint.serving && endpoint.terminating;
}

/** The list itself where every endpoint is ready and without hints, as nearly all lists are. */
function clusterEndpoints(endpoints: readonly EndpointInfo[], node: NodePlace): readonly EndpointInfo[] {
  if (endpoints.every(plainlyReady)) return endpoints;
  const allowed = endpoints.filter((endpoint) => endpoint.ready).filter(allowedByHints(endpoints, node));
  return allowed.length > 0 ? allowed : endpoints.filter(leaving);
}

/** Hints never restrict policy Local. */
function localEndpoints(endpoints: readonly EndpointInfo[], node: NodePlace): readonly EndpointInfo[] {
  const here = endpoints.filter((endpoint) => endpoint.nodeName === node.name);
  const ready = here.filter((endpoint) => endpoint.ready);
  return ready.length > 0 ? ready : here.filter(leaving);
}

/**
 * The topology mode. It is decided by the ready endpoints alone: all of them must carry a hint of the kind, and one
 * must point here. So one ready endpoint without a hint switches it off, and it never leaves a node without any.
 */
function allowedByHints(endpoints: readonly EndpointInfo[], node: NodePlace): (endpoint: EndpointInfo) => boolean {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  const forThisNode = (endpoint: EndpointInfo): boolean => endpoint.nodeHints.includes(node.name);
  const forThisZone = (endpoint: EndpointInfo): boolean => endpoint.zoneHints.includes(node.zone);
  if (ready.every((endpoint) => endpoint.nodeHints.length > 0) && ready.some(forThisNode)) return forThisNode;
  if (node.zone !== "" && ready.every((endpoint) => endpoint.zoneHints.length > 0) && ready.some(forThisZone)) return forThisZone;
  return () => true;
}

function union(port: ServicePortInfo, cluster: readonly EndpointInfo[], local: readonly EndpointInfo[]): readonly EndpointInfo[] {
  if (local.length === 0) return cluster;
  if (cluster.length === 0) return local;
  const in_ = new Set([...cluster, ...local]);
  return port.endpoints.filter((endpoint) => in_.has(endpoint));
}

/** What the rules ask of a choice. Names as in kube-proxy's source. */
export interface PolicyState {
  readonly hasEndpoints: boolean;
  readonly hasInternal: boolean;
  readonly hasExternal: boolean;
  readonly useClusterChain: boolean;
  readonly useLocalChain: boolean;
  /** Also without local endpoints: its short-circuit rules are needed then too. */
  readonly useExternalChain: boolean;
}

export function policyState(port: ServicePortInfo, choice: EndpointChoice): PolicyState {
  const { any, local, cluster } = choice;
  return {
    hasEndpoints: any,
    hasInternal: any && (!port.internalLocal || local.length > 0),
    hasExternal: any && (!port.externalLocal || local.length > 0),
    useClusterChain: cluster.length > 0 && usesClusterEndpoints(port),
    useLocalChain: local.length > 0 && usesLocalEndpoints(port),
    useExternalChain: any && externallyAccessible(port),
  };
}
