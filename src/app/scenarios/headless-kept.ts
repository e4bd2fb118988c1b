import { WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# No address of its own: what a client gets is the address of a Pod.
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  clusterIP: None
  selector:
    app: web
  ports:
    - name: http
      port: 80
`;

const CLIENT = `# Looks a name up once, when it first needs it, and keeps the first address.
apiVersion: v1
kind: Pod
metadata:
  name: client
  labels:
    app: client
  annotations:
    kubehop.dev/resolve: once
spec:
  containers:
    - name: client
      image: curlimages/curl:8.11.1
      command: ["sleep", "infinity"]
`;

export const HEADLESS_KEPT: Scenario = {
  id: "headless-kept",
  title: "A client that asks once",
  words: "It keeps a Pod's address after the Pod.",
  group: "names",
  files: [{ name: "web.yaml", text: documents(SERVICE, WEB_DEPLOYMENT, CLIENT) }],
  request: { from: "default/client", to: "http://web", count: 1 },
  note: "DNS answers with three Pods, and this client takes the first address and asks no more, like many drivers and proxies. All its requests meet one Pod. Replace the Pods: DNS knows at once, this client never hears of it.",
  steps: [
    {
      label: "Send ten requests",
      says: "None of them was preceded by a question: one Pod got all ten, two got nothing.",
      does: { kind: "send", count: 10 },
    },
    {
      label: "Replace the Pods",
      says: "Three new Pods run, and DNS has their addresses. Send again: the client goes on to an address that nobody has.",
      does: { kind: "action", action: { kind: "restart-pods", workload: { kind: "Deployment", key: "default/web" } } },
    },
    {
      label: "Crash the client",
      says: "Send again: the new process asks, and takes the first of the new addresses. A Service with an address of its own spares clients that.",
      does: { kind: "action", action: { kind: "crash-pod", pod: "default/client" } },
    },
  ],
};
