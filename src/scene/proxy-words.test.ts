/** What the picture says of each decision of kube-proxy's rules, and of policies that let a packet pass: from manifests to words. */
import { expect, test } from "vitest";
import type { Sender } from "../core/network/trace.ts";
import { createSimulation } from "../core/simulation/simulation.ts";
import { choreograph } from "./choreography.ts";
import { buildScene, usedBy } from "./layout.ts";

const pod = (name: string, app: string, node: string, image = "traefik/whoami"): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${app} } }
spec: { nodeName: ${node}, containers: [{ name: c, image: ${image}${image.includes("curl") ? ", command: [sleep, infinity]" : ""} }] }
`;
const WEB = pod("one", "web", "node-1");
const CLIENT = pod("client", "client", "node-2", "curlimages/curl");
const service = (spec: string): string => `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, clusterIP: 10.96.20.20, ports: [{ port: 80, nodePort: 30080 }], ${spec} }
`;
const NODE_PORT = service("type: NodePort");
const policy = (spec: string): string => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: guard }
spec: ${spec}
`;
const METALLB = `apiVersion: v1
kind: Namespace
metadata: { name: metallb-system }
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: lan, namespace: metallb-system }
spec: { addresses: [192.168.10.200-192.168.10.219] }
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: { name: lan, namespace: metallb-system }
`;

const FROM_CLIENT: Sender = { kind: "pod", pod: "default/client" };
const FROM_OUTSIDE: Sender = { kind: "outside", id: "external" };
const FROM_NODE: Sender = { kind: "node", node: "node-2" };

/** The story of the last of so many requests. */
function told(documents: readonly string[], from: Sender, to: string, count = 1): ReturnType<typeof choreograph> {
  const simulation = createSimulation({ files: [{ name: "a.yaml", text: documents.join("---\n") }] });
  const sent = simulation.send({ from, to, count });
  if ("error" in sent) throw new Error(sent.error);
  simulation.settle();
  const journey = simulation.journey(sent.at(-1) ?? 0);
  if (journey === null) throw new Error("the journey did not end");
  const view = simulation.view();
  const scene = buildScene(view, {
    width: 900,
    focus: null,
    previous: null,
    arrangement: "workbench",
    podDetail: "address",
    used: usedBy(journey),
  });
  return choreograph({ journey, view, scene });
}

/** The beat that rewrites or stops, else the one that enters the receiver's node. */
function said(...[documents, from, to, count]: Parameters<typeof told>): string {
  const { beats } = told(documents, from, to, count);
  const beat =
    beats.find(({ trouble }) => trouble) ??
    beats.find(({ glyph }) => glyph === "nat") ??
    beats.find(({ title }) => title.startsWith("Enter"));
  return `${beat?.detail}: ${beat?.past}`;
}

test.each<[string, readonly string[], Sender, string, string]>([
  [
    "DNAT",
    [WEB, CLIENT, NODE_PORT],
    FROM_CLIENT,
    "http://10.96.20.20",
    "kube-proxy rules on node-2: node-2 replaced the Service address of web with the address of one, as kube-proxy's rules say.",
  ],
  [
    "a node port, the Pod elsewhere",
    [WEB, NODE_PORT],
    FROM_OUTSIDE,
    "http://192.168.10.12:30080",
    "kube-proxy rules on node-2: node-2 replaced two addresses, as kube-proxy's rules say: the address of node-2, port 30080, with that of one, and the sender's with its own. So one sees node-2 as the sender.",
  ],
  [
    "a node port, the Pod here",
    [WEB, NODE_PORT],
    FROM_OUTSIDE,
    "http://192.168.10.11:30080",
    "kube-proxy rules on node-1: node-1 replaced two addresses, as kube-proxy's rules say: the address of node-1, port 30080, with that of one, and the sender's with its own. So one sees node-1 as the sender.",
  ],
  [
    "policy Local",
    [WEB, service("type: NodePort, externalTrafficPolicy: Local")],
    FROM_OUTSIDE,
    "http://192.168.10.11:30080",
    "kube-proxy rules on node-1: node-1 replaced the address of node-1, port 30080, with the address of one, as kube-proxy's rules say.",
  ],
  [
    "policy Local without a Pod here",
    [WEB, service("type: NodePort, externalTrafficPolicy: Local")],
    FROM_OUTSIDE,
    "http://192.168.10.13:30080",
    "node-3, no Pod here, Local: node-3 dropped the packet in silence: by its traffic policy, Local, web may use only Pods of the same node, and node-3 has none.",
  ],
  [
    "internal policy Local without a Pod here",
    [WEB, CLIENT, service("internalTrafficPolicy: Local").replace(", nodePort: 30080", "")],
    FROM_CLIENT,
    "http://10.96.20.20",
    "node-2, no Pod here, Local: node-2 dropped the packet in silence: by its traffic policy, Local, web may use only Pods of the same node, and node-2 has none.",
  ],
  [
    "hairpin",
    [WEB, NODE_PORT],
    { kind: "pod", pod: "default/one" },
    "http://10.96.20.20",
    "kube-proxy rules on node-1: node-1 replaced two addresses, as kube-proxy's rules say: the Service address of web with that of one, which is the sender itself, and the sender's with its own. So one sees node-1 as the sender.",
  ],
  [
    "source ranges that leave the sender out, whatever the policy",
    [WEB, METALLB, service("type: LoadBalancer, externalTrafficPolicy: Local, loadBalancerSourceRanges: [198.51.100.0/24]")],
    FROM_OUTSIDE,
    "http://192.168.10.200",
    "node-1, not in the source ranges: node-1 dropped the packet in silence: the sender is in none of the source ranges of web.",
  ],
  [
    "source ranges that hold the sender",
    [WEB, METALLB, service("type: LoadBalancer, externalTrafficPolicy: Local, loadBalancerSourceRanges: [203.0.113.0/24]")],
    FROM_OUTSIDE,
    "http://192.168.10.200",
    "kube-proxy rules on node-1: node-1 replaced the external address of web with the address of one, as kube-proxy's rules say.",
  ],
  [
    "no endpoint",
    [CLIENT, NODE_PORT],
    FROM_CLIENT,
    "http://10.96.20.20",
    "node-2, no endpoint for web: node-2 refused the connection: it has no endpoint for web, nobody to send it to. The packet went no further.",
  ],
  [
    "a policy lets it in, on the Pod's own node",
    [
      WEB,
      CLIENT,
      NODE_PORT,
      policy("{ podSelector: { matchLabels: { app: web } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: client } } }] }] }"),
    ],
    FROM_CLIENT,
    "http://10.96.20.20",
    "kube-proxy rules on node-2: node-2 replaced the Service address of web with the address of one, as kube-proxy's rules say.",
  ],
  [
    "a policy lets it out",
    [WEB, CLIENT, NODE_PORT, policy("{ podSelector: { matchLabels: { app: client } }, policyTypes: [Egress], egress: [{}] }")],
    FROM_CLIENT,
    "http://10.96.20.20",
    "kube-proxy rules on node-2: node-2 replaced the Service address of web with the address of one, as kube-proxy's rules say. Network policy guard lets it out.",
  ],
  [
    "from a node's own process, the Pod elsewhere",
    [WEB, NODE_PORT],
    FROM_NODE,
    "http://10.96.20.20",
    "kube-proxy rules on node-2: node-2 replaced two addresses, as kube-proxy's rules say: the Service address of web with that of one, and the sender's with its own. So one sees node-2 as the sender.",
  ],
])("%s", (_, documents, from, to, expected) => {
  expect(said(documents, from, to)).toBe(expected);
});

test("session affinity: the second time it is the same Pod as before", () => {
  const documents = [WEB, pod("two", "web", "node-1"), CLIENT, service("sessionAffinity: ClientIP").replace(", nodePort: 30080", "")];
  expect(said(documents, FROM_CLIENT, "http://10.96.20.20", 2)).toMatch(
    /with the address of (one|two), the same Pod as before, as kube-proxy's rules say\.$/,
  );
});

test("a policy that lets a packet in says so where it enters the Pod's node", () => {
  const guard = policy(
    "{ podSelector: { matchLabels: { app: web } }, ingress: [{ from: [{ podSelector: { matchLabels: { app: client } } }] }] }",
  );
  const simulation = createSimulation({ files: [{ name: "a.yaml", text: [WEB, CLIENT, NODE_PORT, guard].join("---\n") }] });
  const address = simulation.view().pods.find(({ name }) => name === "one")?.ips[0] ?? "";
  expect(said([WEB, CLIENT, NODE_PORT, guard], FROM_CLIENT, `http://${address}`)).toBe(
    "network policy guard lets it in, forwarded: node-1 let the packet through unchanged: network policy guard lets it in.",
  );
});

test.each([
  [
    "203.0.113.24:8080",
    [],
    "Rewrite the source",
    "network plugin on node-2: The network plugin on node-2 replaced the Pod's address with that of node-2, because the packet leaves the cluster.",
    "",
  ],
  [
    "10.96.30.30:80",
    [
      "apiVersion: v1\nkind: Service\nmetadata: { name: far }\nspec: { clusterIP: 10.96.30.30, ports: [{ port: 80, targetPort: 8080 }] }\n",
      "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: { name: far-1, labels: { kubernetes.io/service-name: far } }\naddressType: IPv4\nports: [{ port: 8080 }]\nendpoints: [{ addresses: [203.0.113.24] }]\n",
    ],
    "Rewrite destination and source",
    "kube-proxy rules on node-2: node-2 replaced the Service address of far with the address of client, as kube-proxy's rules say; the network plugin on node-2 replaced the Pod's address with that of node-2, because the packet leaves the cluster.",
    "203.0.113.24:8080",
  ],
])("what leaves the cluster, to %s: the network plugin is named, not kube-proxy", (to, more, title, words, rewritten) => {
  const { beats, cues } = told([CLIENT, ...more], FROM_CLIENT, to);
  const beat = beats.find(({ glyph }) => glyph === "nat");
  expect([beat?.title, `${beat?.detail}: ${beat?.past}`]).toEqual([title, words]);
  const shows = cues.flatMap((cue) => (cue.kind === "gate" && cue.show.kind === "rewriting" ? [cue.show] : []));
  expect(shows.at(-1)).toMatchObject({ to: rewritten, masquerade: expect.stringMatching(/^192\.168\.10\.12/) as string, byPlugin: true });
});
