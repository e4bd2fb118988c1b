/** Services with random fields, and their slices with random endpoints. */
import type { Family } from "../../../src/core/base/names.ts";
import { ROUTE_ANNOTATION } from "../../../src/core/controllers/annotations.ts";
import type { Draw } from "./draw.ts";
import { NAMESPACES, OUTSIDE, type Ground, type Server } from "./ground.ts";

/** What probes need to know of a Service; its objects say the rest. */
export interface DrawnService {
  readonly namespace: string;
  readonly name: string;
  readonly objects: readonly object[];
  readonly ports: readonly DrawnPort[];
  readonly clusterIps: readonly string[];
  readonly externalIps: readonly string[];
  /** The node that external IPs lead to, or null. */
  readonly routedTo: string | null;
  readonly balancerIps: readonly string[];
  readonly affinity: boolean;
  /** Endpoints that are Pods, for senders that are their own endpoint. */
  readonly pods: readonly string[];
}

export interface DrawnPort {
  readonly name: string;
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
  /** null: none. */
  readonly nodePort: number | null;
}

/** Everything that must not be the same twice in one cluster. */
export class Numbers {
  #last = 0;
  /** From 1. */
  next(): number {
    return ++this.#last;
  }
}

export function drawService(draw: Draw, ground: Ground, numbers: Numbers): DrawnService {
  const n = numbers.next();
  const type = draw.weighted<"ClusterIP" | "NodePort" | "LoadBalancer">([
    ["ClusterIP", 30],
    ["NodePort", 32],
    ["LoadBalancer", 38],
  ]);
  const families = ground.families.length === 1 || draw.chance(50) ? ground.families : [draw.pick(ground.families)];
  const external = draw.chance(30) ? families.map((family) => addressOf(family, "external", n)) : [];
  const isOpen = type !== "ClusterIP";
  const hasPolicy = isOpen || external.length > 0;
  const local = hasPolicy && draw.chance(40);
  const affinity = draw.chance(20);
  const balancer = type === "LoadBalancer" && draw.chance(85) ? families.map((family) => addressOf(family, "balancer", n)) : [];
  const ranges = type === "LoadBalancer" && draw.chance(35) ? drawRanges(draw, families) : [];
  const ports = drawPorts(draw, n, isOpen);
  const spec = {
    type,
    clusterIP: addressOf(families[0] ?? "IPv4", "cluster", n),
    clusterIPs: families.map((family) => addressOf(family, "cluster", n)),
    ipFamilies: families,
    sessionAffinity: affinity ? "ClientIP" : "None",
    ...(affinity ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } } : {}),
    ...(hasPolicy ? { externalTrafficPolicy: local ? "Local" : "Cluster" } : {}),
    ...(type === "LoadBalancer" && local ? { healthCheckNodePort: 32_000 + n } : {}),
    internalTrafficPolicy: draw.chance(20) ? "Local" : "Cluster",
    ...(external.length > 0 ? { externalIPs: external } : {}),
    ...(ranges.length > 0 ? { loadBalancerSourceRanges: ranges } : {}),
    ports: ports.map(({ name, protocol, port, nodePort }) => ({
      name,
      protocol,
      port,
      targetPort: name,
      ...(nodePort === null ? {} : { nodePort }),
    })),
  };
  const namespace = draw.pick(NAMESPACES);
  const name = `service-${n}`;
  const routedTo = external.length > 0 && draw.chance(85) ? draw.pick(ground.nodes).name : null;
  const annotations = routedTo === null ? {} : { [ROUTE_ANNOTATION]: routedTo };
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, annotations },
    spec,
    status: { loadBalancer: balancer.length === 0 ? {} : { ingress: balancer.map((ip) => ({ ip, ipMode: "VIP" })) } },
  };
  const behind = draw.some(ground.servers, draw.below(5));
  const slices = drawSlices(draw, ground, { namespace, name, families, behind });
  return {
    namespace,
    name,
    objects: [service, ...slices],
    ports,
    clusterIps: spec.clusterIPs,
    externalIps: external,
    routedTo,
    balancerIps: balancer,
    affinity,
    pods: behind.filter(({ hostNetwork }) => !hostNetwork).map(({ key }) => key),
  };
}

/** A Service in which faults are planted: open to everybody, at least three endpoints that answer. */
export function anchorService(draw: Draw, ground: Ground, numbers: Numbers): DrawnService {
  const n = numbers.next();
  const [family] = ground.families;
  const port: DrawnPort = { name: "http", protocol: "TCP", port: 80, nodePort: 30_000 + 2 * n };
  const clusterIp = addressOf(family, "cluster", n);
  const behind = draw.some(ground.servers.filter(({ hostNetwork }) => !hostNetwork).slice(0, 4), draw.between(3, 4));
  const [namespace, name] = ["t", `anchor-${n}`];
  const objects = [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace },
      spec: {
        type: "NodePort",
        clusterIP: clusterIp,
        clusterIPs: [clusterIp],
        ipFamilies: [family],
        sessionAffinity: "None",
        externalTrafficPolicy: "Cluster",
        internalTrafficPolicy: "Cluster",
        ports: [{ ...port, targetPort: "http" }],
      },
      status: { loadBalancer: {} },
    },
    sliceObject(
      { namespace, name, family, ports: POD_SLICE },
      "pods",
      behind.map((server) => endpointObject(server, family, READY, {})),
    ),
  ];
  const pods = behind.map(({ key }) => key);
  return {
    namespace,
    name,
    objects,
    ports: [port],
    clusterIps: [clusterIp],
    externalIps: [],
    routedTo: null,
    balancerIps: [],
    affinity: false,
    pods,
  };
}

const KINDS = { cluster: "10.96.0.", balancer: "198.51.100.", external: "203.0.113.1" } as const;
const KINDS6 = { cluster: "fd00:10:96::", balancer: "2001:db8:51::", external: "2001:db8:113::" } as const;

function addressOf(family: Family, kind: keyof typeof KINDS, n: number): string {
  if (family === "IPv6") return `${KINDS6[kind]}${(n + 0x10).toString(16)}`;
  return kind === "external" ? `${KINDS.external}${String(n).padStart(2, "0")}` : `${KINDS[kind]}${n + 10}`;
}

function drawPorts(draw: Draw, n: number, isOpen: boolean): readonly DrawnPort[] {
  const tcp: DrawnPort = { name: "http", protocol: "TCP", port: draw.pick([80, 8000, 443]), nodePort: isOpen ? 30_000 + 2 * n : null };
  const udp: DrawnPort = { name: "dns", protocol: "UDP", port: draw.pick([53, 80]), nodePort: isOpen ? 30_001 + 2 * n : null };
  return draw.weighted([
    [[tcp], 40],
    [[tcp, udp], 50],
    [[udp], 10],
  ]);
}

function drawRanges(draw: Draw, families: readonly Family[]): readonly string[] {
  return families.flatMap((family) => {
    const [first = "", second = ""] = OUTSIDE[family];
    const v4 = [`${first}/32`, "203.0.113.0/24", "192.168.100.0/24", "10.244.0.0/16", "10.244.1.5/32", "0.0.0.0/0"];
    const v6 = [`${first}/128`, `${second}/128`, "2001:db8:100::/64", "fd00:10:244::/48", "::/0"];
    return draw.some(family === "IPv4" ? v4 : v6, draw.between(1, 2));
  });
}

const POD_SLICE = { http: 8080, dns: 5353 };
const HOST_SLICE = { http: 9090, dns: 9053 };
const READY = { ready: true, serving: true, terminating: false };

interface SliceDraft {
  readonly namespace: string;
  readonly name: string;
  readonly family: Family;
  readonly ports: { readonly http: number; readonly dns: number };
}

function drawSlices(
  draw: Draw,
  ground: Ground,
  of: { readonly namespace: string; readonly name: string; readonly families: readonly Family[]; readonly behind: readonly Server[] },
): object[] {
  const hints = draw.chance(20) ? draw.pick(["zones", "nodes"] as const) : null;
  // Each endpoint is in the same state in every family.
  const drawn = of.behind.map((server) => ({ server, conditions: drawConditions(draw), extra: drawExtra(draw, ground, server, hints) }));
  // Somebody wrote down the address of a host outside by hand.
  const manual = draw.chance(8);
  return of.families.flatMap((family) => {
    const slice = { namespace: of.namespace, name: of.name, family };
    const made = (hostNetwork: boolean): object[] =>
      drawn
        .filter(({ server }) => server.hostNetwork === hostNetwork)
        .map(({ server, conditions, extra }) => endpointObject(server, family, conditions, extra));
    const [pods, hosts] = [made(false), made(true)];
    if (manual) pods.push({ addresses: [OUTSIDE[family][0]], conditions: READY });
    return [
      ...(pods.length === 0 ? [] : [sliceObject({ ...slice, ports: POD_SLICE }, "pods", pods)]),
      ...(hosts.length === 0 ? [] : [sliceObject({ ...slice, ports: HOST_SLICE }, "host", hosts)]),
    ];
  });
}

function drawConditions(draw: Draw): object {
  return draw.weighted([
    [READY, 70],
    [{ ready: false, serving: false, terminating: false }, 12],
    [{ ready: false, serving: true, terminating: true }, 12],
    [{ ready: false, serving: false, terminating: true }, 6],
  ]);
}

function drawExtra(draw: Draw, ground: Ground, { node }: Server, hints: "zones" | "nodes" | null): object {
  const zone = ground.nodes.find(({ name }) => name === node)?.zone ?? "";
  const about =
    hints === "nodes" ? { forNodes: [{ name: node }] } : hints === "zones" && zone !== "" ? { forZones: [{ name: zone }] } : undefined;
  return { ...(about === undefined || draw.chance(5) ? {} : { hints: about }), ...(draw.chance(95) ? { nodeName: node } : {}) };
}

function endpointObject(server: Server, family: Family, conditions: object, extra: object): object {
  return { nodeName: server.node, addresses: [server.addresses[family]], conditions, ...extra };
}

function sliceObject({ namespace, name, family, ports }: SliceDraft, suffix: string, endpoints: readonly object[]): object {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${name}-${suffix}-${family.toLowerCase()}`,
      namespace,
      labels: { "kubernetes.io/service-name": name },
    },
    addressType: family,
    ports: [
      { name: "http", protocol: "TCP", port: ports.http },
      { name: "dns", protocol: "UDP", port: ports.dns },
    ],
    endpoints,
  };
}
