import { DEBUG_POD, WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# Its address is given here, so that it is the same when the Service is made again.
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  clusterIP: 10.96.0.80
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
`;

const THERE = documents(DEBUG_POD, SERVICE, WEB_DEPLOYMENT);
const GONE = documents(DEBUG_POD, WEB_DEPLOYMENT);

export const DELETED_SERVICE: Scenario = {
  id: "deleted-service",
  title: "Deleted Service",
  words: "The name is gone; its address leads nowhere.",
  group: "wrong",
  files: [{ name: "web.yaml", text: THERE }],
  request: { from: "default/debug", to: "http://web", count: 1 },
  note: "It works, for now. Delete the Service: its Pods stay, ready as before, but the name is gone from DNS and the rules from every node. Ask by name and then by the old address, 10.96.0.80: one is told at once, the other waits in vain.",
  steps: [
    {
      label: "Delete the Service",
      says: "Its slices and its rules went with it; the Pods stayed. Send again: there is no such name.",
      does: { kind: "edit", from: `---\n${SERVICE}---\n`, to: "---\n" },
    },
    {
      label: "Ask the old address",
      says: "Without a rule 10.96.0.80 is an address that no machine has: the packet leaves by the default route, is lost, and the client waits.",
      does: { kind: "send", from: "default/debug", to: "http://10.96.0.80", count: 1 },
    },
    {
      label: "Make it again",
      says: "Name, address and rules are back, and with them the same endpoints.",
      does: { kind: "edit", from: GONE, to: THERE },
    },
  ],
};
