import { DEBUG_POD, WEB_DEPLOYMENT, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const ROUTE = `  annotations:
    kubehop.dev/external-ip-route: node-2 # your router sends packets for the external IPs to this node
`;

function service(comment: string, route: string): string {
  return `${comment}
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
${route}spec:
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
  externalIPs: # deprecated in Kubernetes 1.36, and the API server says so
    - 198.51.100.33 # nobody checks that it is yours
`;
}

const TO = "http://198.51.100.33";
const SET_UP = { from: "    app: web\nspec:\n  selector:", to: `    app: web\n${ROUTE}spec:\n  selector:` };

export const EXTERNAL_IP: Scenario = {
  id: "external-ip",
  title: "External IP with a route",
  words: "A router brings packets, the rules catch them.",
  group: "outside",
  files: [
    {
      name: "web.yaml",
      text: documents(
        service("# Packets to 198.51.100.33 are caught on every node. That one of them gets there is up to the network.", ROUTE),
        WEB_DEPLOYMENT,
        DEBUG_POD,
      ),
    },
  ],
  request: { from: "external", to: TO, count: 1 },
  note: "No machine has 198.51.100.33 and no cloud gave it. A router outside sends its packets to node-2, whose rules replace the address by a Pod's as they do with a cluster IP. Take the route away and the packet never gets there, although the rules are the same.",
  steps: [
    {
      label: "Stop node-2",
      says: "The route still leads to node-2, and nobody moves it. Send again: the packet is lost at a node that is down.",
      does: { kind: "action", action: { kind: "stop-node", node: "node-2" } },
    },
    {
      label: "Start node-2",
      says: "It is back, and its kube-proxy has written its rules. Send again: it arrives.",
      does: { kind: "action", action: { kind: "start-node", node: "node-2" } },
    },
    {
      label: "Take the route away",
      says: "No rule changed on any node. Send again: the packet is lost before it meets one.",
      does: { kind: "edit", from: ROUTE, to: "" },
    },
  ],
};

export const EXTERNAL_IP_NO_ROUTE: Scenario = {
  id: "external-ip-no-route",
  title: "External IP without a route",
  words: "The rules are ready; no packet reaches them.",
  group: "wrong",
  files: [
    {
      name: "web.yaml",
      text: documents(
        service("# Only a wish to the rules: nothing tells the network where 198.51.100.33 is.", ""),
        WEB_DEPLOYMENT,
        DEBUG_POD,
      ),
    },
  ],
  request: { from: "external", to: TO, count: 1 },
  note: "Every node has rules for 198.51.100.33, and a Pod can use it. From outside the packet is lost before it reaches a node, because externalIPs tells kube-proxy and nobody else. Ask from the Pod debug, then have a router send the address to a node.",
  steps: [
    {
      label: "Ask from a Pod",
      says: "Inside it works: the sender's own node catches the packet before it leaves.",
      does: { kind: "send", from: "default/debug", to: TO, count: 1 },
    },
    {
      label: "Route it to node-2",
      says: "Now a router outside knows a way. Ask from outside again.",
      does: { kind: "edit", ...SET_UP },
    },
    {
      label: "Ask from outside",
      says: "With a route the packet reaches node-2 and is caught there; without one it is lost on the way.",
      does: { kind: "send", from: "external", to: TO, count: 1 },
    },
  ],
};
