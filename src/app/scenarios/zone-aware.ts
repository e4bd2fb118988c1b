import { documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const FIELD = "  trafficDistribution: PreferSameZone # where the sender's zone has a ready endpoint, only those of the zone\n";

const SERVICE = `# Keeps packets in the zone of their sender: nearer, and in many clouds cheaper.
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
${FIELD}  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
`;

const DEPLOYMENT = `# One Pod a node: two in zone-a, one in zone-b.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    app: web
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: DoNotSchedule
          labelSelector:
            matchLabels:
              app: web
      containers:
        - name: nginx
          image: nginx:1.28
          ports:
            - containerPort: 80
          readinessProbe:
            httpGet:
              path: /
              port: 80
            periodSeconds: 5
`;

function client(zone: string): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: debug-${zone}
  labels:
    app: debug
spec:
  nodeSelector:
    topology.kubernetes.io/zone: zone-${zone}
  containers:
    - name: curl
      image: curlimages/curl:8.11.1
      command: ["sleep", "infinity"]
`;
}

export const ZONE_AWARE: Scenario = {
  id: "zone-aware",
  title: "Zone-aware routing",
  words: "Packets stay in the zone of their sender.",
  group: "answers",
  files: [{ name: "web.yaml", text: documents(SERVICE, DEPLOYMENT, `# A sender in each zone.\n${client("a")}`, client("b")) }],
  request: { from: "default/debug-b", to: "http://web", count: 10 },
  note: "debug-b is in zone-b, where one of the three Pods is: it gets all ten requests. The EndpointSlice carries a hint for each endpoint, and each node's rules name only those for its own zone. Ask from debug-a, or make the only Pod of zone-b not ready.",
  steps: [
    {
      label: "Ask from zone-a",
      says: "The two Pods of zone-a share what comes from there.",
      does: { kind: "send", from: "default/debug-a", to: "http://web", count: 10 },
    },
    {
      label: "Unready the zone's Pod",
      says: "A zone without a ready endpoint is no reason to fail: its nodes use those of all zones. Send from debug-b again.",
      does: { kind: "action", action: { kind: "set-ready", pod: { workload: "default/web", index: 0, node: "node-3" }, ready: false } },
    },
    {
      label: "Ask from zone-b",
      says: "With a ready Pod in zone-b it gets everything; without one the Pods of zone-a share it.",
      does: { kind: "send", from: "default/debug-b", to: "http://web", count: 10 },
    },
    {
      label: "Remove trafficDistribution",
      says: "The hints are gone, and every node's rules name every ready endpoint with the same chance.",
      does: { kind: "edit", from: FIELD, to: "" },
    },
  ],
};
