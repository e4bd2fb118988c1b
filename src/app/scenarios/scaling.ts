import { DEBUG_POD, documents, webDeployment } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# Nothing in it changes when the number of Pods does.
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

export const SCALING: Scenario = {
  id: "scaling",
  title: "Scaling",
  words: "From two Pods to ten, behind one address.",
  group: "answers",
  files: [{ name: "web.yaml", text: documents(SERVICE, webDeployment(2), DEBUG_POD) }],
  request: { from: "default/debug", to: "http://web", count: 10 },
  note: "Two Pods share ten requests. Set replicas to 10: the eight new Pods join the EndpointSlice as each becomes ready, and the rules name ten endpoints with a chance of one in ten. The Service and its clients do not change.",
  steps: [
    {
      label: "Scale to 10",
      says: "Ten endpoints in one slice, and ten rules where two were. Send 60 requests and compare the shares.",
      does: { kind: "edit", from: "replicas: 2", to: "replicas: 10" },
    },
    {
      label: "Send 60 requests",
      says: "The tick of each row is what the rules promise, the bar is what was drawn: shares are by chance, not in turn.",
      does: { kind: "send", count: 60 },
    },
    {
      label: "Scale to 0",
      says: "No endpoint is left. Send again: the name still resolves, and the sender's own node refuses.",
      does: { kind: "edit", from: "replicas: 10", to: "replicas: 0" },
    },
  ],
};
