import { WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# Opens the same port on every node, beside the address inside the cluster.
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  type: NodePort
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
      nodePort: 30080 # from 30000 to 32767; left out, one is chosen
`;

export const NODE_PORT: Scenario = {
  id: "nodeport",
  title: "NodePort",
  words: "The same port on every node, for clients outside.",
  group: "outside",
  files: [{ name: "web.yaml", text: documents(SERVICE, WEB_DEPLOYMENT) }],
  request: { from: "external", to: "http://192.168.10.12:30080", count: 1 },
  note: "192.168.10.12 is node-2. The node that was asked chooses among all Pods, also those of other nodes, and puts its own address in as the source so that the answer comes back through it. Set externalTrafficPolicy to Local and the client's address stays.",
  steps: [
    {
      label: "Keep the client's address",
      says: "With Local a node hands traffic only to Pods of its own. Send again: no second node, and the Pod sees 203.0.113.24.",
      does: { kind: "edit", from: "  type: NodePort\n", to: "  type: NodePort\n  externalTrafficPolicy: Local\n" },
    },
    {
      label: "Ask another node",
      says: "The same port on node-3: which node is asked is the client's choice, and nobody balances that.",
      does: { kind: "send", to: "http://192.168.10.13:30080" },
    },
  ],
};
