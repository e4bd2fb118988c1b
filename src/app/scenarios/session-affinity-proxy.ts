import { WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# ClientIP: the same client comes to the same Pod. But who is the client?
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
  annotations:
    kubehop.dev/load-balancer: cloud-proxy # opens connections of its own
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  sessionAffinity: ClientIP
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
`;

/** All on one node: each node remembers its own clients, which is another story. */
const PINNED = WEB_DEPLOYMENT.replace("    spec:\n", "    spec:\n      nodeSelector:\n        kubernetes.io/hostname: node-1\n");

export const SESSION_AFFINITY_PROXY: Scenario = {
  id: "session-affinity-proxy",
  title: "Affinity behind one address",
  words: "Many clients, one address, one Pod.",
  group: "answers",
  files: [{ name: "web.yaml", text: documents(SERVICE, PINNED) }],
  request: { from: "external", to: "http://198.51.100.10", count: 3 },
  note: "This load balancer opens connections of its own, so every client comes with its address, 198.51.100.10. The rules remember that one client and send it to one Pod: whoever asks, the same Pod answers, and the other two have nothing to do.",
  steps: [
    {
      label: "Ask from another client",
      says: "203.0.113.77 has never asked before, and still the rule that remembers matches: it knows only the address of the load balancer.",
      does: { kind: "send", from: "203.0.113.77" },
    },
    {
      label: "Keep each client's address",
      says: "This load balancer changes nothing in the packet: each client is remembered by its own address. Send from several of them.",
      does: {
        kind: "edit",
        from: "kubehop.dev/load-balancer: cloud-proxy # opens connections of its own",
        to: "kubehop.dev/load-balancer: cloud # hands packets on as they are",
      },
    },
    {
      label: "Ask from a third client",
      says: "198.51.100.99 is drawn a Pod of its own, and stays with it.",
      does: { kind: "send", from: "198.51.100.99" },
    },
  ],
};
