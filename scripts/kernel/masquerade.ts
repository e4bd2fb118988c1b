/**
 * What Pods send out of the cluster, to hold against the kernel: servers outside see a node's address and another port over both
 * families, inside nothing is replaced, and where the network plugin does not masquerade nobody outside can answer.
 */
import { createSimulation, type Simulation } from "../../src/core/simulation/simulation.ts";
import type { TestCluster } from "./cluster.ts";
import type { Listener } from "./machines.ts";
import type { Probe } from "./probe.ts";
import { clusterOf } from "./scenario.ts";
import type { Case } from "./suite.ts";

/** A host outside of the other family: it is one once somebody sent from it. */
const OUTSIDE_V6 = "2001:db8:99::7";
const DUAL = `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
networking: { ipFamily: dual }
nodes: [{ role: control-plane }, { role: worker }, { role: worker }]
`;
const pod = (name: string, node: string): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name} } }
spec: { nodeName: ${node}, containers: [{ name: c, image: traefik/whoami }] }
`;
/** Its endpoint is the server outside. */
const FAR = `apiVersion: v1
kind: Service
metadata: { name: outside }
spec: { clusterIP: 10.96.77.77, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: outside-1, labels: { kubernetes.io/service-name: outside } }
addressType: IPv4
ports: [{ port: 8080, protocol: TCP }]
endpoints: [{ addresses: [203.0.113.24], conditions: { ready: true } }]
`;
const LOCAL = `apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  { type: NodePort, externalTrafficPolicy: Local, selector: { app: web }, ports: [{ port: 80, nodePort: 30080 }] }
`;
const NONE = "apiVersion: v1\nkind: Namespace\nmetadata: { name: kube-system, annotations: { kubehop.dev/masquerade: none } }\n";

const OUTSIDE_SERVERS: readonly Listener[] = ["external", OUTSIDE_V6].flatMap((outside): Listener[] => [
  { outside, protocol: "TCP", port: 8080 },
  { outside, protocol: "UDP", port: 5353 },
]);
const CLIENT = "pod/default/client";
const COUNT = 60;

function made(name: string, more: readonly string[]): { readonly cluster: TestCluster; readonly simulation: Simulation } {
  const text = [DUAL, pod("client", "kind-worker"), pod("web", "kind-worker2"), FAR, LOCAL, ...more].join("---\n");
  const simulation = createSimulation({ files: [{ name: "a.yaml", text }] });
  simulation.settle();
  const visitor = simulation.send({ from: { kind: "outside", id: OUTSIDE_V6 }, to: "[2001:db8:99::8]:9" });
  if ("error" in visitor) throw new Error(visitor.error);
  simulation.settle();
  const cluster = clusterOf(name, simulation, []);
  return { simulation, cluster: { ...cluster, listeners: [...cluster.listeners, ...OUTSIDE_SERVERS] } };
}

/** The address of a Pod or node of this family. */
function addressOf(simulation: Simulation, name: string, v6: boolean): string {
  const { pods, nodes } = simulation.view();
  const addresses = pods.find(({ key }) => key === name)?.ips ?? nodes.find((node) => node.name === name)?.addresses ?? [];
  const found = addresses.find((address) => address.includes(":") === v6);
  if (found === undefined) throw new Error(`${name} has no such address`);
  return v6 ? `[${found}]` : found;
}

function probes(simulation: Simulation): readonly Probe[] {
  const probe = (name: string, to: string, more: Partial<Probe> = {}): Probe => ({ name, from: CLIENT, to, count: COUNT, ...more });
  return [
    probe("Pod to a server outside", "203.0.113.24:8080"),
    probe("Pod to a server outside, UDP", "203.0.113.24:5353", { protocol: "UDP" }),
    probe("Pod to a closed port outside", "203.0.113.24:81", { count: 20 }),
    probe("Pod to a closed port outside, UDP", "203.0.113.24:82", { protocol: "UDP", count: 20 }),
    probe("Pod to a server outside, IPv6", `[${OUTSIDE_V6}]:8080`),
    probe("Pod to a server outside, UDP over IPv6", `[${OUTSIDE_V6}]:5353`, { protocol: "UDP" }),
    probe("node to a server outside", "203.0.113.24:8080", { from: "node/kind-worker" }),
    probe("Pod to a Service whose endpoint is outside", "10.96.77.77:80"),
    probe("Pod to a Pod of another node", `${addressOf(simulation, "default/web", false)}:80`),
    probe("Pod to a Pod of another node, IPv6", `${addressOf(simulation, "default/web", true)}:80`),
    probe("Pod to another node's port, policy Local (short cut)", `${addressOf(simulation, "kind-worker2", false)}:30080`),
  ];
}

export const MASQUERADE_CASE: Case = {
  name: "masquerade",
  make: () => {
    const [on, off] = [made("masquerade", []), made("masquerade none", [NONE])];
    return [
      { cluster: on.cluster, probes: probes(on.simulation) },
      { cluster: off.cluster, probes: probes(off.simulation).slice(0, 6) },
    ];
  },
};
