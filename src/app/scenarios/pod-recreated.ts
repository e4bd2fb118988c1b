import { DEBUG_POD, documents, webDeployment } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# Its name and address stay, whichever Pods stand behind them.
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

export const POD_RECREATED: Scenario = {
  id: "pod-recreated",
  title: "Pod recreated",
  words: "Another Pod, another address, the same Service.",
  group: "answers",
  files: [{ name: "web.yaml", text: documents(SERVICE, webDeployment(2), DEBUG_POD) }],
  request: { from: "default/debug", to: "http://web", count: 1 },
  note: "Note the names and addresses of the two Pods, then delete one. Its ReplicaSet makes another, with another name and another address. The Service keeps its own: the same request finds the new Pod, because the EndpointSlice and then the rules have changed.",
  steps: [
    {
      label: "Delete a Pod",
      says: "Its replacement has a new name and a new address, and the rules name it as soon as it is ready. Send again: the Service's address is the same.",
      does: { kind: "action", action: { kind: "delete-pod", pod: { workload: "default/web", index: 0 } } },
    },
    {
      label: "Send ten requests",
      says: "Both Pods answer, the new one too: no client had to learn its address.",
      does: { kind: "send", count: 10 },
    },
    {
      label: "Crash a Pod",
      says: "Only its container is started anew: the Pod keeps its name and its address. While it was down it was not ready, so it got nothing.",
      does: { kind: "action", action: { kind: "crash-pod", pod: { workload: "default/web", index: 0 } } },
    },
  ],
};
