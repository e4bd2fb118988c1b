/** Who changes the address, when, and what becomes of the answer. */
import { documents, webDeployment } from "../../scenarios/pieces.ts";
import { answered, both, fromPod, hadHop, podsAnswering, some, through } from "../seen.ts";
import type { Lesson, SeenRequest } from "../types.ts";
import { clientOn, webService, WEB_ADDRESS } from "./pieces.ts";

const rewrittenOn =
  (node: string) =>
  (request: SeenRequest): boolean =>
    through("default/web")(request) && hadHop(request, "rewrite", node);

export const KUBE_PROXY: Lesson = {
  id: "kube-proxy",
  title: "Every node rewrites the address by itself",
  paragraphs: [
    `On each node [kube-proxy](gate:node-1) writes rules into the kernel: a packet for \`${WEB_ADDRESS}\` is to go to one of the Pods instead. The [sender's own node](node:node-1) does this, before the packet is on its way.`,
    "No packet passes through kube-proxy itself, and none through a Service. Once the rules are written, the kernel works with them alone.",
  ],
  task: "Send from debug on node-1 and from probe on node-2. Then stop kube-proxy on node-1, and send from debug once more.",
  tries: [
    { kind: "send", label: "Send from debug", from: "default/debug", to: "http://web", count: 1 },
    { kind: "send", label: "Send from probe", from: "default/probe", to: "http://web", count: 1 },
    { kind: "action", label: "Stop kube-proxy on node-1", does: { kind: "stop-proxy", node: "node-1" } },
  ],
  checks: [
    { says: "The rules of node-1 replaced the address", of: 1, count: (seen) => some(seen, rewrittenOn("node-1")) },
    {
      says: "The rules of node-2 replaced it for probe",
      of: 1,
      count: (seen) => some(seen, both(rewrittenOn("node-2"), fromPod("default/probe"))),
    },
    {
      says: "kube-proxy is stopped, and the rules still work",
      of: 1,
      count: (seen) =>
        some(
          seen,
          (request) =>
            both(answered, rewrittenOn("node-1"))(request) &&
            request.view.nodes.some(({ name, proxy }) => name === "node-1" && proxy.stopped),
        ),
    },
  ],
  hint: "The yellow gate is where it happens. While kube-proxy is stopped its rules stay as they are: delete a Pod now, and node-1 is the only node that does not hear of it.",
  solution: [
    { kind: "send", label: "Send from debug", from: "default/debug", to: "http://web", count: 1 },
    { kind: "send", label: "Send from probe", from: "default/probe", to: "http://web", count: 1 },
    { kind: "action", label: "Stop kube-proxy on node-1", action: { kind: "stop-proxy", node: "node-1" } },
    { kind: "send", label: "Send from debug", from: "default/debug", to: "http://web", count: 1 },
  ],
  files: [
    {
      name: "web.yaml",
      text: documents(
        webService("Its rules stand on every node, in each node's own copy."),
        webDeployment(3),
        clientOn("debug", "node-1"),
        clientOn("probe", "node-2"),
      ),
    },
  ],
  request: { from: "default/debug", to: "http://web", count: 1 },
  look: "Each node has a gate of its own. The rules in all of them are the same.",
  emphasis: { service: "default/web", gates: true },
};

/** Most requests of one connection that one Pod answered. */
function mostOnOne(requests: readonly SeenRequest[]): number {
  const each = new Map<string, number>();
  for (const request of requests) {
    const { connection, pod } = request.journey;
    if (connection === undefined || pod === null || !both(answered, through("default/web"))(request)) continue;
    const key = `${connection.opened} ${pod}`;
    each.set(key, (each.get(key) ?? 0) + 1);
  }
  return Math.max(0, ...each.values());
}

export const CONNECTIONS: Lesson = {
  id: "connections",
  title: "A Pod is chosen once for each connection",
  paragraphs: [
    "The choice is made for the first packet. [node-1](gate:node-1) notes it in its connection table, and treats every later packet of that connection the same, without asking the rules again.",
    "The note works both ways. The answer comes from the Pod, and the node puts the address of [web](service:default/web) back as its source. What the client sees is an answer from the Service.",
  ],
  task: "Send six requests on one connection. Then send single ones until each Pod has answered.",
  tries: [
    { kind: "send", label: "Send 6 on one connection", from: "default/debug", to: "http://web", count: 6, keep: true },
    { kind: "send", label: "Send 9, each on its own", from: "default/debug", to: "http://web", count: 9, keep: false },
  ],
  checks: [
    { says: "Six requests on one connection had one Pod", of: 6, count: ({ requests }) => mostOnOne(requests) },
    {
      says: "An answer got the Service's address back",
      of: 1,
      count: (seen) =>
        some(seen, (request) => request.over && both(answered, through("default/web"))(request) && hadHop(request, "restore")),
    },
    {
      says: "New connections reached all three Pods",
      of: 3,
      count: ({ requests }) => podsAnswering(requests.filter(({ journey }) => journey.connection === undefined)),
    },
  ],
  hint: "Step to “Restore the source” near the end of a request: that is the note at work. A client that keeps its connection stays with its Pod, however many Pods there are.",
  solution: [
    { kind: "send", label: "Send 6 on one connection", from: "default/debug", to: "http://web", count: 6, keep: true },
    { kind: "send", label: "Send 12, each on its own", from: "default/debug", to: "http://web", count: 12, keep: false },
  ],
  files: [
    {
      name: "web.yaml",
      text: documents(webService("Balances connections, not requests."), webDeployment(3), clientOn("debug", "node-1")),
    },
  ],
  request: { from: "default/debug", to: "http://web", count: 6, keep: true },
  look: "Six requests will share one connection, so the rules are asked once.",
  emphasis: { service: "default/web", gates: true, squares: true },
};
