/** From outside the cluster, and who stays with whom. */
import { documents, webDeployment } from "../../scenarios/pieces.ts";
import { answered, both, fromOutside, longestRun, podsAnswering, sawSource, serviceIn, some, through, toHost } from "../seen.ts";
import type { Lesson, SeenRequest } from "../types.ts";
import { clientOn, pinnedToZoneA, webService } from "./pieces.ts";

const WEB = { kind: "Service", namespace: "default", name: "web" } as const;
const NODE_1 = "192.168.10.11";
const NODE_3 = "192.168.10.13";
const CLIENT = "203.0.113.24";

export const SESSION_AFFINITY: Lesson = {
  id: "session-affinity",
  title: "With affinity, a client stays with its Pod",
  paragraphs: [
    "For a new connection [the rules](gate:node-1) choose among the Pods at random. With `sessionAffinity: ClientIP` they remember who asked before, and give the same Pod to the same client.",
    "What counts as the same client is its **address**, not a cookie. The memory is that of one node, and it lasts three hours unless the Service says otherwise.",
  ],
  task: "Send until two Pods have answered. Set sessionAffinity to ClientIP, then send six more requests.",
  tries: [
    { kind: "send", label: "Send 6", from: "default/debug", to: "http://web", count: 6 },
    {
      kind: "choice",
      label: "sessionAffinity",
      object: WEB,
      path: "spec.sessionAffinity",
      values: ["None", "ClientIP"],
      now: (cluster) => serviceIn(cluster, "default/web")?.sessionAffinity ?? null,
    },
  ],
  checks: [
    {
      says: "Without affinity, two Pods have answered",
      of: 2,
      count: ({ requests }) => podsAnswering(requests.filter((request) => through("default/web")(request) && affinity(request) === "None")),
    },
    {
      says: "The Service asks for affinity",
      of: 1,
      count: ({ cluster }) => (serviceIn(cluster, "default/web")?.sessionAffinity === "ClientIP" ? 1 : 0),
    },
    {
      says: "Six in a row had the same Pod",
      of: 6,
      count: ({ requests }) =>
        longestRun(requests.filter((request) => through("default/web")(request) && affinity(request) === "ClientIP")),
    },
  ],
  hint: "The switch writes the manifest, which you can as well do by hand. At the gate “same as before” stands in place of the odds.",
  solution: [
    { kind: "send", label: "Send 12", from: "default/debug", to: "http://web", count: 12 },
    { kind: "edit", label: "Write ClientIP", from: "sessionAffinity: None", to: "sessionAffinity: ClientIP" },
    { kind: "send", label: "Send 6", from: "default/debug", to: "http://web", count: 6 },
  ],
  files: [
    {
      name: "web.yaml",
      text: documents(
        webService("Who asked before may be known again.", "  sessionAffinity: None # or ClientIP\n"),
        webDeployment(3),
        clientOn("debug", "node-1"),
      ),
    },
  ],
  request: { from: "default/debug", to: "http://web", count: 6 },
  look: "Each new connection of debug is brought to any of the three Pods.",
  emphasis: { service: "default/web", gates: true, squares: true },
};

function affinity({ view }: SeenRequest): "None" | "ClientIP" | undefined {
  return serviceIn(view, "default/web")?.sessionAffinity;
}

export const NODE_PORT: Lesson = {
  id: "node-port",
  title: "A node port is open on every node",
  paragraphs: [
    `A client [outside](outside:external) knows nodes, but no Pods and no Service addresses. A Service of type NodePort can be reached at **the same port of every node**, also of one that runs none of its Pods.`,
    "The packet does not go to the Service's address first. [The node that it comes to](gate:node-3) rewrites it to a Pod at once, and puts its own address in as the source where the Pod is elsewhere, so that the answer comes back the same way.",
  ],
  task: "Give web the type NodePort with nodePort 30080. Send from outside to node-1, then to node-3, where no Pod of web runs.",
  tries: [
    { kind: "manifest", label: "Edit the type", at: "type: ClusterIP" },
    { kind: "send", label: "Send to node-1", from: "external", to: `http://${NODE_1}:30080`, count: 1 },
    { kind: "send", label: "Send to node-3", from: "external", to: `http://${NODE_3}:30080`, count: 1 },
  ],
  checks: [
    {
      says: "web has the node port 30080",
      of: 1,
      count: ({ cluster }) => (serviceIn(cluster, "default/web")?.ports.some(({ nodePort }) => nodePort === 30080) === true ? 1 : 0),
    },
    { says: "It was answered through node-1", of: 1, count: (seen) => some(seen, both(answered, fromOutside, toHost(NODE_1))) },
    {
      says: "It was answered through node-3, by a Pod elsewhere",
      of: 1,
      count: (seen) => some(seen, (request) => both(answered, fromOutside, toHost(NODE_3))(request) && request.journey.node !== "node-3"),
    },
  ],
  hint: "Two lines of the Service: type: NodePort, and nodePort: 30080 below its targetPort. Left out, any free port from 30000 to 32767 is taken.",
  solution: [
    { kind: "edit", label: "Write type: NodePort", from: "type: ClusterIP", to: "type: NodePort" },
    { kind: "edit", label: "Write nodePort: 30080", from: "      targetPort: 80\n", to: "      targetPort: 80\n      nodePort: 30080\n" },
    { kind: "send", label: "Send to node-1", from: "external", to: `http://${NODE_1}:30080`, count: 1 },
    { kind: "send", label: "Send to node-3", from: "external", to: `http://${NODE_3}:30080`, count: 1 },
  ],
  files: [
    {
      name: "web.yaml",
      text: documents(
        webService("Reachable inside the cluster only, as long as its type is ClusterIP.", "  type: ClusterIP\n"),
        pinnedToZoneA(webDeployment(2)),
      ),
    },
  ],
  request: { from: "external", to: `http://${NODE_1}:30080`, count: 1 },
  look: "The client outside has a road to every node, and none to an address of a Service.",
  emphasis: { service: "default/web", gates: true, outside: true },
};

export const TRAFFIC_POLICY: Lesson = {
  id: "traffic-policy",
  title: "Local keeps the client's address, and asks for a Pod here",
  paragraphs: [
    "With `externalTrafficPolicy: Cluster` a node brings a packet from outside to any Pod. For the way back it takes the client's place, so that the Pod sees **a node** as the source.",
    "With Local a node uses [its own Pods](selected:default/web) only and leaves the source alone. [A node without one](gate:node-3) drops the packet: the client hears nothing, and waits.",
  ],
  task: "Send from outside to node-3. Set externalTrafficPolicy to Local, then send to node-3 and to node-1.",
  tries: [
    { kind: "send", label: "Send to node-3", from: "external", to: `http://${NODE_3}:30080`, count: 1 },
    {
      kind: "choice",
      label: "externalTrafficPolicy",
      object: WEB,
      path: "spec.externalTrafficPolicy",
      values: ["Cluster", "Local"],
      now: (cluster) => serviceIn(cluster, "default/web")?.externalTrafficPolicy ?? null,
    },
    { kind: "send", label: "Send to node-1", from: "external", to: `http://${NODE_1}:30080`, count: 1 },
  ],
  checks: [
    {
      says: "Through node-3 the Pod saw a node, not the client",
      of: 1,
      count: (seen) => some(seen, (request) => both(answered, fromOutside, toHost(NODE_3))(request) && !sawSource(CLIENT)(request)),
    },
    {
      says: "With Local, node-3 dropped the packet",
      of: 1,
      count: (seen) =>
        some(seen, (request) => toHost(NODE_3)(request) && request.journey.outcome.kind === "dropped" && policy(request) === "Local"),
    },
    {
      says: "With Local, node-1 answered, and the Pod saw the client",
      of: 1,
      count: (seen) => some(seen, (request) => both(answered, toHost(NODE_1), sawSource(CLIENT))(request) && policy(request) === "Local"),
    },
  ],
  hint: "A load balancer in front of such a Service asks every node first whether it has a Pod, and leaves out those that have none.",
  solution: [
    { kind: "send", label: "Send to node-3", from: "external", to: `http://${NODE_3}:30080`, count: 1 },
    { kind: "edit", label: "Write Local", from: "externalTrafficPolicy: Cluster", to: "externalTrafficPolicy: Local" },
    { kind: "send", label: "Send to node-3", from: "external", to: `http://${NODE_3}:30080`, count: 1 },
    { kind: "send", label: "Send to node-1", from: "external", to: `http://${NODE_1}:30080`, count: 1 },
  ],
  files: [
    {
      name: "web.yaml",
      text: documents(
        webService(
          "Any node answers, and the Pod sees that node.",
          "  type: NodePort\n  externalTrafficPolicy: Cluster # or Local\n",
        ).replace("      targetPort: 80\n", "      targetPort: 80\n      nodePort: 30080\n"),
        pinnedToZoneA(webDeployment(2)),
      ),
    },
  ],
  request: { from: "external", to: `http://${NODE_3}:30080`, count: 1 },
  look: "node-3 runs no Pod of web. With the policy Cluster it answers all the same.",
  emphasis: { service: "default/web", gates: true, outside: true },
};

function policy({ view }: SeenRequest): string | null | undefined {
  return serviceIn(view, "default/web")?.externalTrafficPolicy;
}

const ASKED_FOR = "  type: LoadBalancer\n";

export const LOAD_BALANCER: Lesson = {
  id: "load-balancer",
  title: "A load balancer is somebody else's work",
  paragraphs: [
    "`type: LoadBalancer` is a wish. Kubernetes adds a node port and waits: an address outside comes from a cloud, or from a program that does the same at home. Where nobody hears the wish, it stays **pending**.",
    "The load balancer only brings packets to nodes. From there on it is [the rules of the node](gate:node-1) that choose a Pod.",
  ],
  task: "Ask for a load balancer: nobody answers that wish here. Then let the cluster have a cloud, and send to the address that it gives.",
  tries: [
    { kind: "manifest", label: "Edit the type", at: "  type: NodePort" },
    { kind: "send", label: "Send to 198.51.100.10", from: "external", to: "http://198.51.100.10", count: 1 },
  ],
  checks: [
    {
      says: "web waits for an address outside",
      of: 1,
      count: ({ cluster }) => (serviceIn(cluster, "default/web")?.loadBalancer.state === "pending" ? 1 : 0),
    },
    {
      says: "It was given one",
      of: 1,
      count: ({ cluster }) => (serviceIn(cluster, "default/web")?.loadBalancer.state === "ready" ? 1 : 0),
    },
    {
      says: "A request to that address was answered",
      of: 1,
      count: (seen) =>
        some(
          seen,
          (request) =>
            both(answered, fromOutside)(request) &&
            serviceIn(request.view, "default/web")?.loadBalancer.addresses.some((address) => toHost(address)(request)) === true,
        ),
    },
  ],
  hint: "Write LoadBalancer where NodePort stands. In a real cluster the provider is there or it is not; here the annotation kubehop.dev/load-balancer of the Service says it: none or cloud.",
  solution: [
    { kind: "edit", label: "Write type: LoadBalancer", from: "  type: NodePort\n", to: ASKED_FOR },
    { kind: "edit", label: "Write cloud", from: "kubehop.dev/load-balancer: none", to: "kubehop.dev/load-balancer: cloud" },
    { kind: "send", label: "Send to 198.51.100.10", from: "external", to: "http://198.51.100.10", count: 1 },
  ],
  files: [
    {
      name: "web.yaml",
      text: documents(
        webService("Open to the outside at a port of the nodes.", "  type: NodePort\n").replace(
          "spec:\n",
          "  annotations:\n    kubehop.dev/load-balancer: none # who gives addresses outside: none, or cloud\nspec:\n",
        ),
        webDeployment(3),
      ),
    },
  ],
  request: { from: "external", to: "http://198.51.100.10", count: 1 },
  look: "Nobody in this cluster gives out addresses of the outside.",
  emphasis: { service: "default/web", gates: true, outside: true },
};
