import { DEBUG_POD, WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# The name resolves and the address exists, yet nothing stands behind it.
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  type: ClusterIP
  selector:
    app: webb
  ports:
    - name: http
      port: 80
      targetPort: 80
`;

export const SELECTOR_TYPO: Scenario = {
  id: "selector-typo",
  title: "Selector typo",
  words: "A Service whose selector finds no Pod.",
  group: "wrong",
  files: [{ name: "web.yaml", text: documents(SERVICE, WEB_DEPLOYMENT, DEBUG_POD) }],
  request: { from: "default/debug", to: "http://web", count: 1 },
  note: "DNS answers as if all were well, because it knows the Service and not its Pods. The sender's own node then rejects the packet: the Service has no endpoints. Compare the selector with the labels of the Pods.",
  steps: [
    {
      label: "Mend the selector",
      says: "The controller found three Pods, and every node's rules name them. Send again: it arrives.",
      does: { kind: "edit", from: "    app: webb\n", to: "    app: web\n" },
    },
  ],
};
