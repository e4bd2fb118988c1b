import { DEBUG_POD, documents, webDeployment } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const WEB_SERVICE = `# Rules choose a Pod for a connection's first packet, and never again.
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
`;

export const KEEP_ALIVE: Scenario = {
  id: "keep-alive",
  title: "Keep-alive imbalance",
  words: "One connection, one Pod, however many there are.",
  group: "answers",
  files: [{ name: "web.yaml", text: documents(WEB_SERVICE, webDeployment(2), DEBUG_POD) }],
  request: { from: "default/debug", to: "http://web", count: 10, keep: true },
  note: "Ten requests over one connection meet one Pod: rules are asked for a connection's first packet only. HTTP keep-alive, HTTP/2 and gRPC clients work like this. Scale up and send again, then turn off Keep beside the number.",
  steps: [
    {
      label: "Scale to 6",
      says: "Four new Pods are in the rules. Send again: the open connection stays with its Pod, and nobody asks the new ones.",
      does: { kind: "edit", from: "replicas: 2", to: "replicas: 6" },
    },
    {
      label: "Send ten more",
      says: "All ten went to the same Pod. Its node knows the connection and asks no rule, so no new Pod can get any of it.",
      does: { kind: "send", count: 10, keep: true },
    },
    {
      label: "Restart the Pods",
      says: "The Pod closed the connection when its process ended. Send again: the client opens another, and one Pod of six is drawn.",
      does: { kind: "action", action: { kind: "restart-pods", workload: { kind: "Deployment", key: "default/web" } } },
    },
    {
      label: "Open new connections",
      says: "Each of the ten is drawn anew. A client gets there by closing its connection now and then, or by balancing requests itself.",
      does: { kind: "send", count: 10, keep: false },
    },
  ],
};

const STATS = `# Takes datagrams: no handshake, no close. Only a timer ends such a flow.
apiVersion: v1
kind: Service
metadata:
  name: stats
  labels:
    app: stats
spec:
  selector:
    app: stats
  ports:
    - name: statsd
      port: 8125
      protocol: UDP
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: stats
  labels:
    app: stats
spec:
  replicas: 1
  selector:
    matchLabels:
      app: stats
  template:
    metadata:
      labels:
        app: stats
    spec:
      containers:
        - name: stats
          image: registry.k8s.io/e2e-test-images/agnhost:2.53
          args: ["netexec", "--udp-port=8125"]
          ports:
            - containerPort: 8125
              protocol: UDP
`;

export const STALE_UDP: Scenario = {
  id: "stale-udp",
  title: "Stale UDP flow",
  words: "A flow that outlives the Pod it goes to.",
  group: "wrong",
  files: [{ name: "stats.yaml", text: documents(STATS, DEBUG_POD) }],
  request: { from: "default/debug", to: "udp://stats:8125", count: 3, keep: true },
  note: "Three datagrams from one socket: the node remembers the first one's Pod and asks no rule for the others. The entry lives as long as datagrams keep coming. Scale to 0 and send again: they still go to the Pod that is gone.",
  steps: [
    {
      label: "Scale to 0",
      says: "The rules refuse now, but this socket's entry still names the Pod that is gone, and each datagram renews it. Send again: silence.",
      does: { kind: "edit", from: "replicas: 1", to: "replicas: 0" },
    },
    {
      label: "Use a new socket",
      says: "Another source port, so no entry: the rules are asked, and the node refuses at once. Only the old socket is in the black hole.",
      does: { kind: "send", count: 1, keep: false },
    },
    {
      label: "Scale back to 1",
      says: "With an endpoint to serve, kube-proxy's sync deletes UDP entries that lead elsewhere. Send from the old socket: it is answered.",
      does: { kind: "edit", from: "replicas: 0", to: "replicas: 1" },
    },
  ],
};
