import { WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# Local: a Pod is answered by Pods of its own node or by nobody.
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  internalTrafficPolicy: Local # for agents that run on every node
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
`;

/** Pinned to node-1, so that node-2 certainly has none. */
const PINNED = WEB_DEPLOYMENT.replace("    spec:\n", "    spec:\n      nodeSelector:\n        kubernetes.io/hostname: node-1\n");

function debug(name: string, node: string): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
spec:
  nodeSelector:
    kubernetes.io/hostname: ${node}
  containers:
    - name: curl
      image: curlimages/curl:8.11.1
      command: ["sleep", "infinity"]
`;
}

export const INTERNAL_TRAFFIC_POLICY: Scenario = {
  id: "internal-traffic-policy",
  title: "Internal traffic policy Local",
  words: "Only Pods of the sender's node may answer.",
  group: "answers",
  files: [{ name: "web.yaml", text: documents(SERVICE, PINNED, debug("debug", "node-2"), debug("debug-near", "node-1")) }],
  request: { from: "default/debug", to: "http://web", count: 1 },
  note: "web has three ready Pods, all on node-1. debug asks from node-2, whose rules hold a drop in place of endpoints: nothing leaves the node, and debug waits in vain. The name is found as ever: DNS knows nothing of policies.",
  steps: [
    {
      label: "Ask from node-1",
      says: "debug-near is on the node of the Pods: node-1's rules choose one of the three.",
      does: { kind: "send", from: "default/debug-near" },
    },
    {
      label: "Let any Pod answer",
      says: "With Cluster, the default, every node's rules hold all three Pods. Send again from node-2: it answers.",
      does: {
        kind: "edit",
        from: "internalTrafficPolicy: Local # for agents that run on every node",
        to: "internalTrafficPolicy: Cluster # any Pod may answer",
      },
    },
    {
      label: "Ask from node-2",
      says: "The packet crosses to node-1, and web sees the address of debug.",
      does: { kind: "send", from: "default/debug" },
    },
  ],
};
