/** The cluster of the stories that take time: two nodes, a client, three servers, and Services whose endpoints come and go. */
import { storedCluster, type StoredCluster } from "../cluster.ts";
import type { Listener } from "../machines.ts";

export const SERVERS = ["a", "b", "c"] as const;
export type ServerName = (typeof SERVERS)[number];

const ADDRESSES: Readonly<Record<ServerName | "gone", string>> = { a: "10.244.1.5", b: "10.244.2.6", c: "10.244.2.7", gone: "10.244.2.99" };
const NODES: Readonly<Record<ServerName | "gone", string>> = { a: "node-1", b: "node-2", c: "node-2", gone: "node-2" };

/** Who stands behind the Services now. */
export interface Behind {
  readonly datagrams: readonly ServerName[];
  readonly kept: readonly ServerName[];
  /** Whether the Service that comes late is there. */
  readonly late: boolean;
}

export const SHORT_SECONDS = 3;
export const PORTS = { short: 30_040, long: 30_041 } as const;
export const DATAGRAMS = "10.96.0.53:53";
export const LATE = "10.96.0.54:53";
export const KEPT = "10.96.0.90:90";
export const GONE = "10.96.0.99:80";
export const CLIENT = "pod/t/client";
export const OUTSIDE = "outside/external";

const LISTENERS: readonly Listener[] = SERVERS.flatMap((name): Listener[] => [
  { pod: `t/${name}`, protocol: "TCP", port: 8080 },
  { pod: `t/${name}`, protocol: "TCP", port: 8090, keeps: true },
  { pod: `t/${name}`, protocol: "UDP", port: 5353 },
]);

export function storyCluster(behind: Behind): StoredCluster {
  const documents = [
    node("node-1", "192.168.100.11", "10.244.1.0/24"),
    node("node-2", "192.168.100.12", "10.244.2.0/24"),
    pod("client", "10.244.1.9", "node-1"),
    ...SERVERS.map((name) => pod(name, ADDRESSES[name], NODES[name])),
    ...sticky("short", "10.96.0.40", PORTS.short, SHORT_SECONDS),
    ...sticky("long", "10.96.0.41", PORTS.long, 10_800),
    ...service("datagrams", DATAGRAMS, "UDP", 5353, behind.datagrams),
    ...(behind.late ? service("late", LATE, "UDP", 5353, ["a"]) : []),
    ...service("kept", KEPT, "TCP", 8090, behind.kept),
    ...service("gone", GONE, "TCP", 8080, ["gone"]),
    ...service("gone-datagrams", "10.96.0.98:53", "UDP", 5353, ["gone"]),
  ];
  return storedCluster("over time", documents.map((document) => JSON.stringify(document)).join("\n---\n"), LISTENERS, []);
}

function node(name: string, address: string, podCIDR: string): object {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name },
    spec: { podCIDR, podCIDRs: [podCIDR] },
    status: { addresses: [{ type: "InternalIP", address }] },
  };
}

function pod(name: string, podIP: string, nodeName: string): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "t" },
    spec: { nodeName, containers: [{ name: "c", image: "c" }] },
    status: { phase: "Running", podIP, podIPs: [{ ip: podIP }] },
  };
}

function service(
  name: string,
  at: string,
  protocol: "TCP" | "UDP",
  targetPort: number,
  behind: readonly (ServerName | "gone")[],
  more: object = { type: "ClusterIP", sessionAffinity: "None" },
  nodePort?: number,
): object[] {
  const [clusterIP = "", port = ""] = at.split(":");
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace: "t" },
      spec: {
        ...more,
        clusterIP,
        clusterIPs: [clusterIP],
        ipFamilies: ["IPv4"],
        ports: [{ name: "p", port: Number(port), protocol, nodePort }],
      },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: `${name}-1`, namespace: "t", labels: { "kubernetes.io/service-name": name } },
      addressType: "IPv4",
      ports: [{ name: "p", port: targetPort, protocol }],
      endpoints: behind.map((one) => ({ addresses: [ADDRESSES[one]], nodeName: NODES[one] })),
    },
  ];
}

function sticky(name: string, clusterIp: string, nodePort: number, timeoutSeconds: number): object[] {
  const more = { type: "NodePort", sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds } } };
  return service(name, `${clusterIp}:80`, "TCP", 8080, SERVERS, more, nodePort);
}
