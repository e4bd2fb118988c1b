/** What stays the same while Services and settings are drawn anew: nodes, namespaces and Pods of a random cluster. */
import type { Family } from "../../../src/core/base/names.ts";
import type { Listener } from "../machines.ts";
import type { Draw } from "./draw.ts";

export type Families = readonly [Family] | readonly [Family, Family];

/** A Pod that can be an endpoint. */
export interface Server {
  readonly key: string;
  readonly node: string;
  readonly addresses: Readonly<Record<Family, string | null>>;
  readonly hostNetwork: boolean;
  /** What its slice ports say; whether anything listens there is another matter. */
  readonly ports: { readonly http: number; readonly dns: number };
}

export interface Ground {
  readonly families: Families;
  readonly objects: readonly object[];
  readonly nodes: readonly GroundNode[];
  readonly servers: readonly Server[];
  /** Pods in which nothing listens. */
  readonly clients: readonly { readonly key: string; readonly node: string }[];
  readonly listeners: readonly Listener[];
  /** Hosts outside, by the address that is their id. */
  readonly outside: readonly string[];
}

export interface GroundNode {
  readonly name: string;
  readonly zone: string;
  readonly addresses: readonly string[];
  readonly bridges: readonly string[];
}

export const LABELS = ["red", "blue"] as const;
export const NAMESPACES = ["t", "u"] as const;
/** Outside clients: two of each family, of which source ranges can tell one from the other. */
export const OUTSIDE: Readonly<Record<Family, readonly string[]>> = {
  IPv4: ["192.0.2.7", "203.0.113.7"],
  IPv6: ["2001:db8:a::7", "2001:db8:b::7"],
};

export function drawGround(draw: Draw, families: Families): Ground {
  const nodes = Array.from({ length: draw.between(2, 3) }, (_, i) => drawNode(draw, families, i + 1));
  const pods = drawPods(draw, families, nodes);
  const namespaces = NAMESPACES.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { team: name } } }));
  return {
    families,
    nodes,
    objects: [...namespaces, ...nodes.map((node) => nodeObject(node, families)), ...pods.objects],
    servers: pods.servers,
    clients: pods.clients,
    listeners: pods.listeners,
    outside: families.flatMap((family) => OUTSIDE[family]),
  };
}

function drawNode(draw: Draw, families: Families, n: number): GroundNode {
  const own: Readonly<Record<Family, string>> = { IPv4: `192.168.100.${10 + n}`, IPv6: `2001:db8:100::${10 + n}` };
  const more: Readonly<Record<Family, string>> = { IPv4: `192.0.2.${200 + n}`, IPv6: `2001:db8:200::${n}` };
  return {
    name: `node-${n}`,
    zone: draw.chance(80) ? draw.pick(["zone-a", "zone-b"]) : "",
    addresses: [...families.map((family) => own[family]), ...(draw.chance(30) ? families.map((family) => more[family]) : [])],
    bridges: families.map((family) => podAddress(family, n, 1)),
  };
}

/** `10.244.N.L`, `fd00:10:244:N::L`. */
function podAddress(family: Family, node: number, last: number): string {
  return family === "IPv4" ? `10.244.${node}.${last}` : `fd00:10:244:${node}::${last.toString(16)}`;
}

function nodeObject({ name, zone, addresses }: GroundNode, families: Families): object {
  const n = Number(name.slice("node-".length));
  const podCIDRs = families.map((family) => (family === "IPv4" ? `10.244.${n}.0/24` : `fd00:10:244:${n}::/64`));
  const type = (i: number): string => (i < families.length ? "InternalIP" : "ExternalIP");
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: zone === "" ? {} : { "topology.kubernetes.io/zone": zone } },
    spec: { podCIDR: podCIDRs[0], podCIDRs },
    status: {
      conditions: [{ type: "Ready", status: "True" }],
      addresses: addresses.map((address, i) => ({ type: type(i), address })),
    },
  };
}

interface Pods {
  readonly objects: object[];
  readonly servers: Server[];
  readonly clients: { readonly key: string; readonly node: string }[];
  readonly listeners: Listener[];
}

const HOST_PORTS = { http: 9090, dns: 9053 } as const;
const POD_PORTS = { http: 8080, dns: 5353 } as const;

function drawPods(draw: Draw, families: Families, nodes: readonly GroundNode[]): Pods {
  const pods: Pods = { objects: [], servers: [], clients: [], listeners: [] };
  const nobody: Readonly<Record<Family, string | null>> = { IPv4: null, IPv6: null };
  const place = (node: GroundNode, last: number): Readonly<Record<Family, string | null>> => {
    const n = Number(node.name.slice("node-".length));
    return { ...nobody, ...Object.fromEntries(families.map((family) => [family, podAddress(family, n, last)])) };
  };
  for (const [i, node] of nodes.entries()) {
    if (i > 1) break;
    const namespace = NAMESPACES[i] ?? "t";
    const addresses = place(node, 5);
    pods.objects.push(podObject({ namespace, name: `client-${i + 1}`, node: node.name, addresses, label: draw.pick(LABELS), ports: null }));
    pods.clients.push({ key: `${namespace}/client-${i + 1}`, node: node.name });
  }
  for (let i = 0; i < draw.between(4, 6); i++) {
    const node = i < 2 ? (nodes[i] ?? nodes[0]) : draw.pick(nodes);
    if (node === undefined) throw new Error("no node");
    const namespace = draw.pick(NAMESPACES);
    const [name, addresses] = [`server-${i + 1}`, place(node, 10 + i)];
    // The last of many has nobody behind its HTTP port.
    const deaf = i === 5;
    pods.objects.push(
      podObject({
        namespace,
        name,
        node: node.name,
        addresses,
        label: draw.pick(LABELS),
        ports: deaf ? { ...POD_PORTS, http: 8081 } : POD_PORTS,
      }),
    );
    pods.servers.push({ key: `${namespace}/${name}`, node: node.name, addresses, hostNetwork: false, ports: POD_PORTS });
    pods.listeners.push(
      { pod: `${namespace}/${name}`, protocol: "TCP", port: deaf ? 8081 : POD_PORTS.http },
      { pod: `${namespace}/${name}`, protocol: "UDP", port: POD_PORTS.dns },
    );
  }
  const host = draw.pick(nodes);
  const own = (family: Family): string | null => host.addresses[families.indexOf(family as never)] ?? null;
  const addresses = {
    IPv4: families.includes("IPv4" as never) ? own("IPv4") : null,
    IPv6: families.includes("IPv6" as never) ? own("IPv6") : null,
  };
  pods.objects.push(
    podObject({ namespace: "t", name: "host", node: host.name, addresses, label: draw.pick(LABELS), ports: HOST_PORTS, hostNetwork: true }),
  );
  pods.servers.push({ key: "t/host", node: host.name, addresses, hostNetwork: true, ports: HOST_PORTS });
  pods.listeners.push(
    { node: host.name, protocol: "TCP", port: HOST_PORTS.http },
    { node: host.name, protocol: "UDP", port: HOST_PORTS.dns },
  );
  return pods;
}

interface PodDraft {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly addresses: Readonly<Record<Family, string | null>>;
  readonly label: string;
  readonly ports: { readonly http: number; readonly dns: number } | null;
  readonly hostNetwork?: true;
}

function podObject({ namespace, name, node, addresses, label, ports, hostNetwork }: PodDraft): object {
  const podIPs = Object.values(addresses).flatMap((ip) => (ip === null ? [] : [{ ip }]));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace,
      labels: { app: label },
      annotations: { "kubehop.dev/listen": ports === null ? "" : `${ports.http}, ${ports.dns}/udp` },
    },
    spec: {
      nodeName: node,
      ...(hostNetwork === undefined ? {} : { hostNetwork }),
      containers: [
        {
          name: "main",
          image: "example.com/main",
          ...(ports === null
            ? {}
            : {
                ports: [
                  { name: "http", containerPort: ports.http, protocol: "TCP" },
                  { name: "dns", containerPort: ports.dns, protocol: "UDP" },
                ],
              }),
        },
      ],
    },
    status: { phase: "Running", podIP: podIPs[0]?.ip, podIPs, conditions: [{ type: "Ready", status: "True" }] },
  };
}
