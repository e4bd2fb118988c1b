import { DEBUG_POD, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# Any node takes packets for port 30080, and any Pod may answer them.
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  type: NodePort
  externalTrafficPolicy: Cluster # the default
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
      nodePort: 30080
`;

const DEPLOYMENT = `# One Pod, on node-1, that tells who asked.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    app: web
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      nodeSelector:
        kubernetes.io/hostname: node-1
      containers:
        - name: whoami
          image: traefik/whoami:v1.11
          ports:
            - containerPort: 80
`;

export const SOURCE_ADDRESS: Scenario = {
  id: "source-address",
  title: "Source address, kept and lost",
  words: "Whose address the Pod sees, and who changed it.",
  group: "outside",
  files: [{ name: "web.yaml", text: documents(SERVICE, DEPLOYMENT, DEBUG_POD) }],
  request: { from: "external", to: "http://192.168.10.12:30080", count: 1 },
  note: "The client is 203.0.113.24, yet the Pod sees 192.168.10.12. node-2 was asked and the Pod is elsewhere: so that the answer comes back through it, node-2 marks the packet and puts its own address in as the source, after it chose the Pod.",
  steps: [
    {
      label: "Ask node-1",
      says: "The Pod is on node-1 itself. It masquerades all the same, with the address of its bridge to the Pods: 10.244.1.1.",
      does: { kind: "send", to: "http://192.168.10.11:30080" },
    },
    {
      label: "Ask from a Pod",
      says: "To the Service's address from inside the cluster: only the destination is rewritten, and the Pod sees who asked.",
      does: { kind: "send", from: "default/debug", to: "http://web" },
    },
    {
      label: "Keep the source",
      says: "With Local a node hands packets only to Pods of its own, so nothing needs a masquerade. The price: node-2 has none, and drops what it is asked.",
      does: {
        kind: "edit",
        from: "externalTrafficPolicy: Cluster # the default",
        to: "externalTrafficPolicy: Local # keeps the client's address",
      },
    },
    {
      label: "Ask node-1 again",
      says: "The Pod is here. Only the destination is rewritten, and the Pod sees the client itself: 203.0.113.24.",
      does: { kind: "send", from: "external", to: "http://192.168.10.11:30080" },
    },
  ],
};
