import { DEBUG_POD, WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# No address of its own: DNS answers with the addresses of the Pods.
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  clusterIP: None
  selector:
    app: web
  ports:
    - name: http
      port: 80 # clients reach the Pod itself, so this is where nginx listens
`;

export const HEADLESS: Scenario = {
  id: "headless",
  title: "Headless",
  words: "DNS answers with the Pods, and no rule rewrites.",
  group: "reach",
  files: [{ name: "web.yaml", text: documents(SERVICE, WEB_DEPLOYMENT, DEBUG_POD) }],
  request: { from: "default/debug", to: "http://web", count: 1 },
  note: "The DNS answer holds three addresses and the client takes one of them. The packet leaves with the Pod's address and arrives with it. Remove clusterIP: None and the same request gets one address that is rewritten on the way.",
  steps: [
    {
      label: "Send ten requests",
      says: "CoreDNS turns its answer round each time, and the client takes the first address: so all Pods get some.",
      does: { kind: "send", count: 10 },
    },
    {
      label: "Give it an address",
      says: "Now DNS answers with one address, and the rules choose a Pod. Send again and compare the hops.",
      does: { kind: "edit", from: "  clusterIP: None\n", to: "" },
    },
  ],
};
