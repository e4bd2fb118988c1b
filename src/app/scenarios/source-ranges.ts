import { ADVERTISEMENT, POOL } from "./load-balancers.ts";
import { WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  type: LoadBalancer
  loadBalancerSourceRanges: # who may use the load balancer's address
    - 198.51.100.0/24
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
      nodePort: 30080
`;

export const SOURCE_RANGES: Scenario = {
  id: "source-ranges",
  title: "Source ranges",
  words: "Who may use the load balancer's address.",
  group: "outside",
  files: [
    { name: "web.yaml", text: documents(SERVICE, WEB_DEPLOYMENT) },
    { name: "metallb.yaml", text: documents(POOL, ADVERTISEMENT) },
  ],
  request: { from: "external", to: "http://192.168.10.200", count: 1 },
  note: "The client is 203.0.113.24, which is in none of the Service's ranges. The packet reaches a node, whose chain KUBE-FW holds its source against each range: none matches, so no Pod is chosen, and the packet is dropped without a word.",
  steps: [
    {
      label: "Ask from 198.51.100.99",
      says: "This client is in the range: its rule jumps on to the Service's chain before the one that drops, and a Pod is chosen.",
      does: { kind: "send", from: "198.51.100.99" },
    },
    {
      label: "Ask the node port",
      says: "The ranges guard the load balancer's address alone. The same client comes in by the node port, which nobody asked them about.",
      does: { kind: "send", from: "external", to: "http://192.168.10.12:30080" },
    },
    {
      label: "Let 203.0.113.0/24 in",
      says: "One rule more in KUBE-FW, one for each range. Send to the load balancer's address again: it answers.",
      does: { kind: "edit", from: "    - 198.51.100.0/24\n", to: "    - 198.51.100.0/24\n    - 203.0.113.0/24\n" },
    },
    {
      label: "Ask the address again",
      says: "The source is looked at where the packet comes in, before it is masqueraded: the rules see the client itself.",
      does: { kind: "send", from: "external", to: "http://192.168.10.200" },
    },
  ],
};
