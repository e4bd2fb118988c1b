import { WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# Local: a node hands traffic from outside only to Pods of its own.
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  type: NodePort
  externalTrafficPolicy: Local # keeps the client's address; no Pod on the node, no answer
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
      nodePort: 30080
`;

/** Pinned to zone-a (node-1 and node-2), so that node-3 certainly has none. */
const PINNED = WEB_DEPLOYMENT.replace(
  "    spec:\n",
  "    spec:\n      nodeSelector:\n        topology.kubernetes.io/zone: zone-a # node-1 and node-2, not node-3\n",
);

export const TRAFFIC_POLICY_LOCAL: Scenario = {
  id: "traffic-policy-local",
  title: "Traffic policy Local",
  words: "A node without a Pod drops the packet.",
  group: "answers",
  files: [{ name: "web.yaml", text: documents(SERVICE, PINNED) }],
  request: { from: "external", to: "http://192.168.10.13:30080", count: 1 },
  note: "192.168.10.13 is node-3. No Pod runs there, so its rules drop the packet and the client waits in vain. Ask node-1 at 192.168.10.11 instead and the Pod sees the client's own address. Load balancers avoid such nodes by asking a health check port first.",
  steps: [
    {
      label: "Ask node-1",
      says: "node-1 has Pods of its own, so it answers, and the Pod sees the client's address.",
      does: { kind: "send", to: "http://192.168.10.11:30080" },
    },
    {
      label: "Let all nodes answer",
      says: "With Cluster every node hands traffic to any Pod, and puts its own address in as the source. Ask node-3 again.",
      does: {
        kind: "edit",
        from: "externalTrafficPolicy: Local # keeps the client's address; no Pod on the node, no answer",
        to: "externalTrafficPolicy: Cluster # any node answers, and the Pod sees the node",
      },
    },
  ],
};
