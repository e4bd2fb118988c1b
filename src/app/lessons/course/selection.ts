/** Which Pods a Service has, and which of them get traffic. */
import { documents, webDeployment } from "../../scenarios/pieces.ts";
import { answered, podsAnswering, podsOf, serviceIn, through } from "../seen.ts";
import type { Lesson, SeenRequest } from "../types.ts";
import { clientOn, webService } from "./pieces.ts";

const SPARE = webDeployment(1, "spare");

const readyIn = ({ view }: SeenRequest): number => serviceIn(view, "default/web")?.endpoints.filter(({ ready }) => ready).length ?? 0;

export const SELECTOR: Lesson = {
  id: "selector",
  title: "A label is all it takes to belong to a Service",
  paragraphs: [
    "[web](service:default/web) names no Pod. Its selector asks for the label `app: web`, and every Pod of the namespace that carries it belongs to the Service, whoever made it.",
    "A controller writes the addresses of those Pods into an [EndpointSlice](slice:default/web). Every node copies the ready ones from there into its own [kube-proxy rules](gate:node-1).",
  ],
  task: "Give the Pod of spare the label app: web. Then send until each of the three has answered.",
  tries: [
    {
      kind: "action",
      label: "Label it app=web",
      does: { kind: "label-pod", pod: { workload: "default/spare", index: 0 }, label: "app", value: "web" },
    },
    { kind: "send", label: "Send 9", from: "default/debug", to: "http://web", count: 9 },
  ],
  checks: [
    {
      says: "The selector of web finds three Pods",
      of: 1,
      count: ({ cluster }) => ((serviceIn(cluster, "default/web")?.selects.length ?? 0) >= 3 ? 1 : 0),
    },
    {
      says: "The EndpointSlice lists three ready addresses",
      of: 1,
      count: ({ cluster }) => ((serviceIn(cluster, "default/web")?.endpoints.filter(({ ready }) => ready).length ?? 0) >= 3 ? 1 : 0),
    },
    {
      says: "Each of the three has answered",
      of: 3,
      count: ({ requests }) => podsAnswering(requests.filter((request) => through("default/web")(request) && readyIn(request) >= 3)),
    },
  ],
  hint: "The Deployment spare looks for Pods with app: spare. Once its Pod has another label it counts as missing, so a new one is made. The old one goes on running, now as one of web's.",
  solution: [
    {
      kind: "action",
      label: "Label it app=web",
      action: { kind: "label-pod", pod: { workload: "default/spare", index: 0 }, label: "app", value: "web" },
    },
    { kind: "send", label: "Send 9", from: "default/debug", to: "http://web", count: 9 },
  ],
  files: [
    {
      name: "web.yaml",
      text: documents(
        webService("Whoever has this label belongs to it."),
        webDeployment(2),
        `# The same program under another label.\n${SPARE}`,
        clientOn("debug", "node-1"),
      ),
    },
  ],
  request: { from: "default/debug", to: "http://web", count: 9 },
  look: "Two Pods carry the label that web asks for. The Pod of spare runs the same program, and no thread leads to it.",
  emphasis: { service: "default/web", slice: true, gates: true, squares: true },
};

export const READINESS: Lesson = {
  id: "readiness",
  title: "A Pod that is not ready gets no new requests",
  paragraphs: [
    "The selector of [web](service:default/web) finds three Pods. That makes them candidates. Which of them get requests is another question, and each Pod answers it with its readiness check.",
    "The answers are kept in an [EndpointSlice](slice:default/web). Every node copies the ready addresses from it into its own [kube-proxy rules](gate:node-1).",
  ],
  task: "Send until all three have answered. Let one of them fail its readiness check, then send six more requests.",
  tries: [
    { kind: "ready", pod: { workload: "default/web", index: 1 } },
    { kind: "send", label: "Send 6", from: "default/debug", to: "http://web", count: 6 },
  ],
  checks: [
    {
      says: "Requests reached all three Pods",
      of: 3,
      count: ({ requests }) => podsAnswering(requests.filter((request) => through("default/web")(request) && readyIn(request) === 3)),
    },
    {
      says: "One of them is not ready",
      of: 1,
      count: ({ cluster }) => (podsOf(cluster, "default/web").some(({ state }) => state === "not-ready") ? 1 : 0),
    },
    {
      says: "The next six went to the other two",
      of: 6,
      count: ({ requests }) =>
        requests.filter(
          (request) =>
            answered(request) &&
            through("default/web")(request) &&
            readyIn(request) === 2 &&
            serviceIn(request.view, "default/web")?.endpoints.some(({ pod, ready }) => ready && pod === request.journey.pod) === true,
        ).length,
    },
  ],
  hint: "The Pod goes on running and keeps its label. Its line in the EndpointSlice changes, then each node writes its rules anew: watch how many addresses the gates name.",
  solution: [
    { kind: "send", label: "Send 12", from: "default/debug", to: "http://web", count: 12 },
    {
      kind: "action",
      label: "Make it not ready",
      action: { kind: "set-ready", pod: { workload: "default/web", index: 1 }, ready: false },
    },
    { kind: "send", label: "Send 6", from: "default/debug", to: "http://web", count: 6 },
  ],
  files: [
    {
      name: "web.yaml",
      text: documents(
        webService("Three candidates. Only those that are ready get traffic."),
        webDeployment(3),
        clientOn("debug", "node-1"),
      ),
    },
  ],
  request: { from: "default/debug", to: "http://web", count: 6 },
  look: "All three Pods are ready, so the rules of every node list three addresses.",
  emphasis: { service: "default/web", slice: true, gates: true, squares: true },
};
