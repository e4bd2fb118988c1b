import { DEBUG_POD, WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# One name and one address for three Pods that come and go.
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  type: ClusterIP
  selector:
    app: web # every ready Pod with this label is an endpoint
  ports:
    - name: http
      port: 80 # what clients ask for
      targetPort: 80 # where nginx listens
`;

export const CLUSTER_IP: Scenario = {
  id: "clusterip",
  title: "From name to Pod",
  words: "One name, one address, three Pods behind them.",
  group: "reach",
  files: [{ name: "web.yaml", text: documents(SERVICE, WEB_DEPLOYMENT, DEBUG_POD) }],
  request: { from: "default/debug", to: "http://web", count: 1 },
  note: "Watch the destination change on the sender's own node: no machine has the Service's address, only rules know it. Then send more requests and compare how often each Pod is chosen.",
};
