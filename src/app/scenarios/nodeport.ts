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
};
