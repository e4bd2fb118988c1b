import { DEBUG_POD, WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# The Pods are found and ready, but the packet is sent to the wrong port of them.
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  type: ClusterIP
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 8080
`;

export const TARGET_PORT: Scenario = {
  id: "target-port",
  title: "targetPort mismatch",
  words: "The right Pod, but nothing listens on that port.",
  group: "wrong",
  files: [{ name: "web.yaml", text: documents(SERVICE, WEB_DEPLOYMENT, DEBUG_POD) }],
  request: { from: "default/debug", to: "http://web", count: 1 },
  note: "The Service has three endpoints and the packet reaches one of them. There the Pod's own kernel answers with a reset, because no process listens on 8080. What counts is the port that the process opens; containerPort only tells people about it.",
  steps: [
    {
      label: "Mend targetPort",
      says: "The endpoints are the same Pods with another port. Send again: nginx answers.",
      does: { kind: "edit", from: "targetPort: 8080", to: "targetPort: 80" },
    },
  ],
};
