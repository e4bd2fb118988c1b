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
  steps: [
    {
      label: "Send 60 requests",
      says: "Each new connection is drawn anew: shares come close to a third each, not in turn and not exactly.",
      does: { kind: "send", count: 60 },
    },
    {
      label: "Ask for port 8080",
      says: "The Service has no port 8080, so no rule matches: the packet leaves the cluster and is lost, and the client waits.",
      does: { kind: "send", to: "http://web:8080", count: 1 },
    },
    {
      label: "Delete a Pod",
      says: "Its replacement has a new name and a new address, and the rules name it as soon as it is ready.",
      does: { kind: "action", action: { kind: "delete-pod", pod: { workload: "default/web", index: 0 } } },
    },
  ],
};
