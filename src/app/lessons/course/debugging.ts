/** When it does not work: three ways to fail, each with its own look, and what mends them. */
import { documents, webDeployment } from "../../scenarios/pieces.ts";
import { answered, both, fromPod, hadHop, serviceIn, some, through, toHost } from "../seen.ts";
import type { Lesson } from "../types.ts";
import { clientOn, webService } from "./pieces.ts";

const SELECTOR = "  selector:\n    app: web\n";

export const NO_ENDPOINTS: Lesson = {
  id: "no-endpoints",
  title: "Refused at once: nobody stands behind the Service",
  paragraphs: [
    "The name resolves and the Service has an address, and still `curl` is refused at once. Its own [node](gate:node-1) said no: the rules of a Service without endpoints reject the packet, **before it goes anywhere**.",
    "So look at the [EndpointSlice](slice:default/web) first. An empty one means that the [selector](service:default/web) finds no Pod, or that none of those it finds is ready.",
  ],
  task: "Send, and see where the request ends. Find out why web has no endpoints, mend it, and send again.",
  tries: [
    { kind: "send", label: "Send", from: "default/debug", to: "http://web", count: 1 },
    { kind: "manifest", label: "Open the selector", at: "    app: webb" },
  ],
  checks: [
    {
      says: "The request was refused by the sender's node",
      of: 1,
      count: (seen) => some(seen, (request) => toHost("web")(request) && hadHop(request, "reject", "node-1")),
    },
    {
      says: "web has ready endpoints",
      of: 1,
      count: ({ cluster }) => (serviceIn(cluster, "default/web")?.endpoints.some(({ ready }) => ready) === true ? 1 : 0),
    },
    { says: "A request to web was answered", of: 1, count: (seen) => some(seen, both(answered, through("default/web"))) },
  ],
  hint: "Pods show their labels while a selector finds nothing. Compare them, letter by letter, with what the Service asks for. In the terminal, kubectl get endpointslices and kubectl get pods --show-labels say the same.",
  solution: [
    { kind: "send", label: "Send", from: "default/debug", to: "http://web", count: 1 },
    { kind: "edit", label: "Write app: web", from: "    app: webb\n", to: "    app: web\n" },
    { kind: "send", label: "Send again", from: "default/debug", to: "http://web", count: 1 },
  ],
  files: [
    {
      name: "web.yaml",
      text: documents(
        webService("Its Pods run and are ready, yet it has none.").replace(SELECTOR, "  selector:\n    app: webb\n"),
        webDeployment(3),
        clientOn("debug", "node-1"),
      ),
    },
  ],
  request: { from: "default/debug", to: "http://web", count: 1 },
  look: "Three Pods are ready. No thread leads from web to any of them.",
  emphasis: { service: "default/web", slice: true, gates: true },
};

export const WRONG_PORT: Lesson = {
  id: "wrong-port",
  title: "Refused by the Pod: nobody listens at that port",
  paragraphs: [
    "[web](service:default/web) has two ports: `port` is what clients ask for, `targetPort` is where the packet goes in the Pod. The second has to be the port that the **program in the container** opened.",
    "A wrong one looks healthy for long: endpoints are there, a Pod is chosen, the packet arrives. Then [the Pod's own kernel](selected:default/web) refuses it, because nobody listens there.",
  ],
  task: "Send, and see who refuses. Mend the Service, not the Pods, and send again.",
  tries: [
    { kind: "send", label: "Send", from: "default/debug", to: "http://web", count: 1 },
    { kind: "manifest", label: "Open targetPort", at: "targetPort: 8080" },
  ],
  checks: [
    {
      says: "A Pod of web refused the request",
      of: 1,
      count: (seen) => some(seen, (request) => through("default/web")(request) && hadHop(request, "refuse")),
    },
    {
      says: "Its targetPort is one at which the Pods listen",
      of: 1,
      count: ({ cluster }) => (listening(cluster) ? 1 : 0),
    },
    { says: "A request to web was answered", of: 1, count: (seen) => some(seen, both(answered, through("default/web"))) },
  ],
  hint: "After a refusal the Pods show the ports at which they listen. What containerPort says changes nothing: it only tells people.",
  solution: [
    { kind: "send", label: "Send", from: "default/debug", to: "http://web", count: 1 },
    { kind: "edit", label: "Write targetPort: 80", from: "targetPort: 8080", to: "targetPort: 80" },
    { kind: "send", label: "Send again", from: "default/debug", to: "http://web", count: 1 },
  ],
  files: [
    {
      name: "web.yaml",
      text: documents(
        webService("Finds its Pods, and sends to a port that none of them opened.").replace("targetPort: 80", "targetPort: 8080"),
        webDeployment(3),
        clientOn("debug", "node-1"),
      ),
    },
  ],
  request: { from: "default/debug", to: "http://web", count: 1 },
  look: "The threads are there, and all three Pods are ready.",
  emphasis: { service: "default/web", gates: true },
};

/** Every ready endpoint's Pod listens at the port of its slice. */
function listening(cluster: Parameters<typeof serviceIn>[0]): boolean {
  const endpoints = serviceIn(cluster, "default/web")?.endpoints.filter(({ ready }) => ready) ?? [];
  return (
    endpoints.length > 0 &&
    endpoints.every(({ pod, ports }) => {
      const listens = cluster.pods.find(({ key }) => key === pod)?.listens ?? [];
      return ports.every(({ port, protocol }) => listens.some((one) => one.port === port && one.protocol === protocol));
    })
  );
}

const POLICY = `# Selects the Pods of web and lets nobody in.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes:
    - Ingress
  ingress: []
`;

const LET_DEBUG_IN = `  ingress:
    - from:
        - podSelector:
            matchLabels:
              app: debug
`;

export const NETWORK_POLICY: Lesson = {
  id: "network-policy",
  title: "No answer at all: somebody drops the packet",
  paragraphs: [
    "Name, endpoints, readiness, port: all of it is right, and `curl` waits until it gives up. Silence means that a packet was **dropped**: nobody tells the client.",
    "A [NetworkPolicy](policy:default/web) does that. As soon as one selects a Pod, only what a policy allows gets in. It is judged on the Pod's node, after the address was rewritten: who sends and which port of the Pod, never the Service.",
  ],
  task: "Send from debug and see where the packet ends. Let debug in, and nobody else: a request from stranger must still get no answer.",
  tries: [
    { kind: "send", label: "Send from debug", from: "default/debug", to: "http://web", count: 1 },
    { kind: "manifest", label: "Open the policy", at: "  ingress: []" },
    { kind: "send", label: "Send from stranger", from: "default/stranger", to: "http://web", count: 1 },
  ],
  checks: [
    {
      says: "A packet of debug was dropped",
      of: 1,
      count: (seen) =>
        some(seen, (request) => fromPod("default/debug")(request) && through("default/web")(request) && hadHop(request, "drop")),
    },
    { says: "debug was answered", of: 1, count: (seen) => some(seen, both(answered, fromPod("default/debug"), through("default/web"))) },
    {
      says: "stranger was not, under the same policy",
      of: 1,
      count: (seen) => {
        const now = JSON.stringify(seen.cluster.policies.map(({ spec }) => spec));
        const under = ({ view }: (typeof seen.requests)[number]): boolean => JSON.stringify(view.policies.map(({ spec }) => spec)) === now;
        const letIn = some(seen, both(answered, under, fromPod("default/debug"), through("default/web")));
        const keptOut = some(seen, (request) => under(request) && fromPod("default/stranger")(request) && hadHop(request, "drop"));
        return Math.min(letIn, keptOut);
      },
    },
  ],
  hint: "In place of ingress: [] write a rule whose from has a podSelector with app: debug. To delete the policy lets everybody in, stranger too.",
  solution: [
    { kind: "send", label: "Send from debug", from: "default/debug", to: "http://web", count: 1 },
    { kind: "edit", label: "Let debug in", from: "  ingress: []\n", to: LET_DEBUG_IN },
    { kind: "send", label: "Send from debug", from: "default/debug", to: "http://web", count: 1 },
    { kind: "send", label: "Send from stranger", from: "default/stranger", to: "http://web", count: 1 },
  ],
  files: [
    {
      name: "web.yaml",
      text: documents(
        POLICY,
        webService("There is nothing wrong with it."),
        webDeployment(3),
        clientOn("debug", "node-1"),
        clientOn("stranger", "node-2"),
      ),
    },
  ],
  request: { from: "default/debug", to: "http://web", count: 1 },
  look: "The bars across the wires of the Pods are the policy.",
  emphasis: { service: "default/web", gates: true },
};
