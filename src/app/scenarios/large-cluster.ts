import { documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

/** Workers beside those that carry the anchors, a hundred in each zone. */
const MORE_WORKERS = 99;
const EACH_LINE = 11;

/** `*a, *b, *c, *a, …`: three for each place, so that zones fill evenly. */
function repeated(): string {
  const lines = Array.from({ length: MORE_WORKERS / EACH_LINE }, () => `    ${"*a, *b, *c, ".repeat(EACH_LINE).trimEnd()}`);
  return lines.join("\n");
}

const CLUSTER = `# 300 worker nodes in three zones, written short: &a names one, *a repeats it.
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
name: shop
networking:
  podSubnet: 10.240.0.0/12 # a /24 for each node
nodes:
  [
    { role: control-plane },
    &a { role: worker, labels: { topology.kubernetes.io/zone: zone-a } },
    &b { role: worker, labels: { topology.kubernetes.io/zone: zone-b } },
    &c { role: worker, labels: { topology.kubernetes.io/zone: zone-c } },
${repeated()}
  ]
`;

const NAMESPACES = documents(
  "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n",
  "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: media\n",
  "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: watch\n",
);

const TRAFFIC = "  # trafficDistribution: PreferSameZone\n";
const NEAR = "  trafficDistribution: PreferSameZone # where the sender's zone has a ready endpoint, only those of the zone\n";

const SERVICE = `# One Service with 412 Pods behind it.
apiVersion: v1
kind: Service
metadata:
  name: checkout
  namespace: shop
  labels:
    app: checkout
spec:
${TRAFFIC}  selector:
    app: checkout
  ports:
    - name: http
      port: 80
      targetPort: 8080
`;

function deployment(name: string, namespace: string, replicas: number, port: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app: ${name}
spec:
  replicas: ${replicas}
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: ${name}
          image: shop.example.com/${name}:1
          ports:
            - containerPort: ${port}
`;
}

const AGENT = `# One on each worker.
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
  namespace: watch
  labels:
    app: agent
spec:
  selector:
    matchLabels:
      app: agent
  template:
    metadata:
      labels:
        app: agent
    spec:
      containers:
        - name: agent
          image: shop.example.com/agent:1
          ports:
            - containerPort: 9100
`;

const CLIENT = `apiVersion: v1
kind: Pod
metadata:
  name: client
  namespace: shop
  labels:
    app: client
spec:
  nodeSelector:
    topology.kubernetes.io/zone: zone-a
  containers:
    - name: curl
      image: curlimages/curl:8.11.1
      command: ["sleep", "infinity"]
`;

/** With two of CoreDNS and the client 5,000 Pods. */
const WORKLOADS: readonly string[] = [
  deployment("cart", "shop", 900, 8080),
  deployment("search", "shop", 1200, 8080),
  deployment("feed", "media", 1185, 8080),
  deployment("img", "media", 1000, 8080),
];

export const LARGE_CLUSTER: Scenario = {
  id: "large-cluster",
  title: "Large cluster",
  words: "300 nodes, 5,000 Pods, one Service with 412.",
  group: "answers",
  files: [
    { name: "shop.yaml", text: documents(SERVICE, deployment("checkout", "shop", 412, 8080), CLIENT) },
    { name: "cluster.yaml", text: documents(CLUSTER, NAMESPACES, AGENT, ...WORKLOADS) },
  ],
  request: { from: "shop/client", to: "http://checkout", count: 200 },
  traffic: { rate: 50 },
  folded: true,
  note: "Each block is a node, each square a Pod. The rules of every node give each of the 412 endpoints the same chance, so the zones share the requests as they share the Pods. Point at a node, zoom in, or press / to find a Pod.",
  steps: [
    {
      label: "Send 1,000 requests",
      says: "Random choice spreads them unevenly: some Pods answer none, some five or six. The chart of checkout shows what to expect.",
      does: { kind: "send", count: 1000 },
    },
    {
      label: "Switch a node off",
      says: "Its block carries the octagon. After 40 seconds nobody has heard of it: its Pods are not ready, and no rule names them any more.",
      does: { kind: "action", action: { kind: "stop-node", node: "shop-worker217" } },
    },
    {
      label: "Keep requests in their zone",
      says: "The client is in zone-a: its node's rules name the endpoints of zone-a alone now.",
      does: { kind: "edit", from: TRAFFIC, to: NEAR },
    },
    {
      label: "Send 200 more",
      says: "All of them stayed in zone-a.",
      does: { kind: "send", count: 200 },
    },
  ],
};
