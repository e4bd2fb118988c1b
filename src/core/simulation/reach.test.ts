/** The matrix of who can reach a Service, for each field that matters. A line is a kind of sender; `own` is its own node's port. */
import { expect, test } from "vitest";
import { cellText, reachMarkdown, seenWords, sourceNames } from "./reach-words.ts";
import type { ReachPort, ReachView } from "./reach-types.ts";
import type { Simulation } from "./simulation.ts";
import { act, cluster, rewriteRules, web } from "./testing.ts";

function reach(simulation: Simulation, service = "default/web"): ReachView {
  const view = simulation.whoCanReach(service);
  if ("error" in view) throw new Error(view.error);
  return view;
}

const SHORT: { readonly [kind: string]: string } = {
  "cluster-ip": "ip",
  "node-port": "port",
  "own-node-port": "own",
  "load-balancer": "lb",
  "external-ip": "ext",
};

/** `endpoint ×3: ip reaches, 3 endpoints (node-1 or the client)`; nodes behind a node port as `port[node-1+2]`. */
function lines({ ports: [port] }: ReachView, ...kinds: readonly string[]): readonly string[] {
  if (port === undefined) return [];
  return port.rows
    .filter(({ source }) => kinds.length === 0 || kinds.includes(source.kind))
    .map(({ source, others, cells }) => {
      const many = others.length === 0 ? "" : ` ×${others.length + 1}`;
      const said = cells.flatMap((cell, c) => (cell === null ? [] : [`${wayName(port, c)} ${cellText(cell)}${seen(seenWords(cell))}`]));
      return `${source.kind}${many}: ${said.join(" | ")}`;
    });
}

function wayName({ ways }: ReachPort, column: number): string {
  const way = ways[column];
  if (way === undefined) return "?";
  const nodes = way.kind === "node-port" ? `[${way.node}${way.others.length === 0 ? "" : `+${way.others.length}`}]` : "";
  return `${SHORT[way.kind] ?? way.kind}${nodes}`;
}

function seen(words: string): string {
  return words === "" ? "" : ` (${words})`;
}

const policy = (spec: string): string =>
  `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: deny }\nspec: ${spec}\n`;
const proxy = (line: string): string => `---\napiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n${line}\n`;
const balanced = (provider: string, extra = ""): string =>
  web({ extra: `type: LoadBalancer\n${extra}` }).replace(
    "metadata: { name: web }\nspec:\n  selector: { app: web }\n  ports",
    `metadata: { name: web, annotations: { kubehop.dev/load-balancer: ${provider} } }\nspec:\n  selector: { app: web }\n  ports`,
  );

test("ClusterIP: everybody inside, seen as who they are; a Pod that meets itself as its node; nobody outside", () => {
  expect(lines(reach(cluster(web())))).toEqual([
    "endpoint ×3: ip reaches, 3 endpoints (node-1 or the client)",
    "pod-beside-endpoint: ip reaches, 3 endpoints (the client)",
    "pod-other-namespace ×2: ip reaches, 3 endpoints (the client)",
    "node-with-endpoint ×3: ip reaches, 3 endpoints (node-1 or the client)",
    "control-plane: ip reaches, 3 endpoints (the client)",
    "outside ×2: ip dropped, no route leads there",
  ]);
});

test("NodePort, Cluster: each node brings it anywhere, in its own name", () => {
  expect(lines(reach(cluster(web({ extra: "type: NodePort" }))))).toEqual([
    "endpoint ×3: ip reaches, 3 endpoints (node-1 or the client) | port[control-plane+3] reaches, 3 endpoints (control-plane)",
    "pod-beside-endpoint: ip reaches, 3 endpoints (the client) | port[control-plane+3] reaches, 3 endpoints (control-plane)",
    "pod-other-namespace ×2: ip reaches, 3 endpoints (the client) | port[control-plane+3] reaches, 3 endpoints (control-plane)",
    "node-with-endpoint ×3: ip reaches, 3 endpoints (node-1 or the client) | port[control-plane+3] reaches, 3 endpoints (control-plane) | localhost reaches, 3 endpoints (node-1)",
    "control-plane: ip reaches, 3 endpoints (the client) | port[control-plane+3] reaches, 3 endpoints (the client) | localhost reaches, 3 endpoints (control-plane)",
    "outside ×2: ip dropped, no route leads there | port[control-plane+3] reaches, 3 endpoints (control-plane)",
  ]);
});

// A Pod's packet is not masqueraded at another node's port: an endpoint elsewhere answers past that node, from an address that the Pod did not ask.
test("NodePort, Local: nodes without an endpoint drop what comes from outside; of a Pod's answers only those find back that go by the same node", () => {
  expect(lines(reach(cluster(web({ replicas: 2, extra: "type: NodePort\nexternalTrafficPolicy: Local" }))))).toEqual([
    "endpoint ×2: ip reaches, 2 endpoints (node-1 or the client) | port[control-plane+1] at times, 50% arrive (control-plane) | port[node-1+1] reaches, 2 endpoints (node-2 or the client) | own reaches, 2 endpoints (node-1 or the client)",
    "pod-beside-endpoint: ip reaches, 2 endpoints (the client) | port[control-plane+1] dropped, answer lost | port[node-1+1] at times, 50% arrive (the client) | own reaches, 2 endpoints (the client)",
    "pod-elsewhere: ip reaches, 2 endpoints (the client) | port[control-plane+1] dropped, answer lost | port[node-1+1] at times, 50% arrive (the client) | own reaches, 2 endpoints (the client)",
    "pod-other-namespace ×2: ip reaches, 2 endpoints (the client) | port[control-plane+1] dropped, answer lost | port[node-1+1] at times, 50% arrive (the client) | own reaches, 2 endpoints (the client)",
    "node-with-endpoint ×2: ip reaches, 2 endpoints (node-1 or the client) | port[control-plane+1] dropped, no local endpoint | port[node-1+1] reaches, 1 endpoint (the client) | own reaches, 2 endpoints (node-1 or the client) | localhost reaches, 2 endpoints (node-1)",
    "node-elsewhere: ip reaches, 2 endpoints (the client) | port[control-plane+1] dropped, no local endpoint | port[node-1+1] reaches, 1 endpoint (the client) | own reaches, 2 endpoints (the client) | localhost reaches, 2 endpoints (node-3)",
    "control-plane: ip reaches, 2 endpoints (the client) | port[control-plane+1] dropped, no local endpoint | port[node-1+1] reaches, 1 endpoint (the client) | own reaches, 2 endpoints (the client) | localhost reaches, 2 endpoints (control-plane)",
    "outside ×2: ip dropped, no route leads there | port[control-plane+1] dropped, no local endpoint | port[node-1+1] reaches, 1 endpoint (the client)",
  ]);
});

test("internalTrafficPolicy Local: only who has an endpoint beside it", () => {
  expect(lines(reach(cluster(web({ replicas: 1, extra: "internalTrafficPolicy: Local" }))))).toEqual([
    "endpoint: ip reaches, 1 endpoint (node-1)",
    "pod-beside-endpoint: ip reaches, 1 endpoint (the client)",
    "pod-elsewhere: ip dropped, no local endpoint",
    "pod-other-namespace ×2: ip dropped, no local endpoint",
    "node-with-endpoint: ip reaches, 1 endpoint (node-1)",
    "node-elsewhere ×2: ip dropped, no local endpoint",
    "control-plane: ip dropped, no local endpoint",
    "outside ×2: ip dropped, no route leads there",
  ]);
});

test("no endpoints: refused by the rule that says so, outside too", () => {
  expect(lines(reach(cluster(web({ replicas: 0, extra: "type: NodePort" }))))).toEqual([
    "pod-elsewhere: ip refused, no endpoints | port[control-plane+3] refused, no endpoints",
    "pod-other-namespace ×2: ip refused, no endpoints | port[control-plane+3] refused, no endpoints",
    "node-elsewhere ×3: ip refused, no endpoints | port[control-plane+3] refused, no endpoints | localhost refused, no endpoints",
    "control-plane: ip refused, no endpoints | port[control-plane+3] refused, no endpoints | localhost refused, no endpoints",
    "outside ×2: ip dropped, no route leads there | port[control-plane+3] refused, no endpoints",
  ]);
});

test("a closed port: the endpoint's own kernel refuses", () => {
  expect(lines(reach(cluster(web({ port: "{ port: 80, targetPort: 81 }" }))), "pod-beside-endpoint", "outside")).toEqual([
    "pod-beside-endpoint: ip refused, closed port",
    "outside ×2: ip dropped, no route leads there",
  ]);
});

test("load balancer with source ranges: packets that keep their source are held against them", () => {
  expect(lines(reach(cluster(balanced("cloud", "loadBalancerSourceRanges: [ 203.0.113.66/32 ]"))))).toEqual([
    "endpoint ×3: ip reaches, 3 endpoints (node-1 or the client) | port[control-plane+3] reaches, 3 endpoints (control-plane) | lb dropped, source ranges",
    "pod-beside-endpoint: ip reaches, 3 endpoints (the client) | port[control-plane+3] reaches, 3 endpoints (control-plane) | lb dropped, source ranges",
    "pod-other-namespace ×2: ip reaches, 3 endpoints (the client) | port[control-plane+3] reaches, 3 endpoints (control-plane) | lb dropped, source ranges",
    "node-with-endpoint ×3: ip reaches, 3 endpoints (node-1 or the client) | port[control-plane+3] reaches, 3 endpoints (control-plane) | localhost reaches, 3 endpoints (node-1) | lb dropped, source ranges",
    "control-plane: ip reaches, 3 endpoints (the client) | port[control-plane+3] reaches, 3 endpoints (the client) | localhost reaches, 3 endpoints (control-plane) | lb dropped, source ranges",
    "outside: ip dropped, no route leads there | port[control-plane+3] reaches, 3 endpoints (control-plane) | lb dropped, source ranges",
    "outside: ip dropped, no route leads there | port[control-plane+3] reaches, 3 endpoints (control-plane) | lb reaches, 3 endpoints (node-1 or node-2 or node-3)",
  ]);
});

test("load balancer as a proxy: it looks at the ranges itself, and endpoints never see the client", () => {
  expect(
    lines(reach(cluster(balanced("cloud-proxy", "loadBalancerSourceRanges: [ 203.0.113.66/32 ]"))), "outside", "pod-beside-endpoint"),
  ).toEqual([
    "pod-beside-endpoint: ip reaches, 3 endpoints (the client) | port[control-plane+3] reaches, 3 endpoints (control-plane) | lb dropped, not in the source ranges",
    "outside: ip dropped, no route leads there | port[control-plane+3] reaches, 3 endpoints (control-plane) | lb dropped, not in the source ranges",
    "outside: ip dropped, no route leads there | port[control-plane+3] reaches, 3 endpoints (control-plane) | lb reaches, 3 endpoints (node-1 or node-2 or node-3)",
  ]);
});

test("an external IP without a route to it: the nodes have rules, but nothing comes to them from outside", () => {
  expect(lines(reach(cluster(web({ extra: "externalIPs: [ 198.51.100.7 ]" }))), "outside", "node-with-endpoint")).toEqual([
    "node-with-endpoint ×3: ip reaches, 3 endpoints (node-1 or the client) | ext reaches, 3 endpoints (node-1 or the client)",
    "outside ×2: ip dropped, no route leads there | ext dropped, no route leads there",
  ]);
});

test("network policy, default deny: Pods and masqueraded clients are stopped, nodes reach their own Pods", () => {
  const text = `${web({ extra: "type: NodePort" })}${policy("{ podSelector: { matchLabels: { app: web } }, policyTypes: [ Ingress ] }")}`;
  expect(lines(reach(cluster(text)))).toEqual([
    "endpoint ×3: ip at times, 33.3% arrive (node-1) | port[control-plane+3] dropped, policy deny | own at times, 33.3% arrive (node-1)",
    "pod-beside-endpoint: ip dropped, policy deny | port[control-plane+3] dropped, policy deny | own dropped, policy deny",
    "pod-other-namespace ×2: ip dropped, policy deny | port[control-plane+3] dropped, policy deny | own dropped, policy deny",
    "node-with-endpoint ×3: ip at times, 33.3% arrive (node-1) | port[control-plane+3] dropped, policy deny | own at times, 33.3% arrive (node-1) | localhost at times, 33.3% arrive (node-1)",
    "control-plane: ip dropped, policy deny | port[control-plane+3] dropped, policy deny | own dropped, policy deny | localhost dropped, policy deny",
    "outside ×2: ip dropped, no route leads there | port[control-plane+3] dropped, policy deny",
  ]);
});

test("network policies tell Pods by their labels: those that may are told from those that may not", () => {
  const other = `---\napiVersion: v1\nkind: Pod\nmetadata: { name: friend, labels: { may: enter } }\nspec: { nodeName: node-1, containers: [ { name: curl, image: curlimages/curl, command: [ sleep, infinity ] } ] }\n`;
  const text = `${web()}${other}${policy("{ podSelector: { matchLabels: { app: web } }, ingress: [ { from: [ { podSelector: { matchLabels: { may: enter } } } ] } ] }")}`;
  const [port] = reach(cluster(text)).ports;
  const told = port?.rows
    .filter(({ source }) => source.kind === "pod-beside-endpoint")
    .map((row) => `${sourceNames(row)}: ${cellText(row.cells[0] ?? null)}`);
  expect(told).toEqual(["client: dropped, policy deny", "friend: reaches, 3 endpoints"]);
});

test("masqueradeAll: endpoints see the node of the sender", () => {
  expect(
    lines(reach(cluster(`${web()}${proxy("iptables: { masqueradeAll: true }")}`)), "pod-beside-endpoint", "pod-other-namespace"),
  ).toEqual(["pod-beside-endpoint: ip reaches, 3 endpoints (node-1)", "pod-other-namespace ×2: ip reaches, 3 endpoints (node-2)"]);
});

test("endpoints on their nodes' network: seen and refused at the nodes' own addresses", () => {
  const text = web().replace("spec: { containers: [ { name: nginx", "spec: { hostNetwork: true, containers: [ { name: nginx");
  expect(lines(reach(cluster(text)))).toEqual([
    "pod-beside-endpoint: ip reaches, 3 endpoints (the client)",
    "pod-other-namespace ×2: ip reaches, 3 endpoints (the client)",
    "node-with-endpoint ×3: ip reaches, 3 endpoints (the client)",
    "control-plane: ip reaches, 3 endpoints (the client)",
    "outside ×2: ip dropped, no route leads there",
  ]);
});

test("a Pod that is not ready is no endpoint; it sends like any other", () => {
  const simulation = cluster(web({ replicas: 2 }));
  const [pod] = simulation.view().pods.filter(({ name }) => name.startsWith("web-"));
  act(simulation, { kind: "set-ready", pod: pod?.key ?? "", ready: false });
  expect(lines(reach(simulation))).toEqual([
    "endpoint: ip reaches, 1 endpoint (the client)",
    "endpoint: ip reaches, 1 endpoint (node-2)",
    "pod-beside-endpoint: ip reaches, 1 endpoint (the client)",
    "pod-elsewhere: ip reaches, 1 endpoint (the client)",
    "pod-other-namespace ×2: ip reaches, 1 endpoint (the client)",
    "node-with-endpoint: ip reaches, 1 endpoint (node-2)",
    "node-elsewhere ×2: ip reaches, 1 endpoint (the client)",
    "control-plane: ip reaches, 1 endpoint (the client)",
    "outside ×2: ip dropped, no route leads there",
  ]);
});

test("the rules decide, whatever the Service says: one endpoint for all, nobody else's doing", () => {
  const simulation = cluster(web({ replicas: 2 }));
  rewriteRules(simulation, "node-1", [/(default\/web -> [^\n]*--probability )0\.5\d*/, "$11.0"]);
  const [port] = reach(simulation).ports;
  const row = port?.rows.find(({ source }) => source.kind === "pod-beside-endpoint");
  expect(cellText(row?.cells[0] ?? null)).toBe("reaches, 1 endpoint");
});

test("a node that is cut off: its Pods reach what is on it, and each way of the others says at whom it ends", () => {
  const simulation = cluster(web({ extra: "type: NodePort" }));
  act(simulation, { kind: "cut-node", node: "node-2" });
  expect(lines(reach(simulation), "endpoint", "outside")).toEqual([
    "endpoint: ip reaches, 3 endpoints (node-1 or the client) | port[control-plane+1] reaches, 3 endpoints (control-plane) | port[node-2] dropped, the node is down | port[node-3] reaches, 3 endpoints (node-3)",
    "endpoint: ip reaches, 3 endpoints (the client or node-3) | port[control-plane+1] reaches, 3 endpoints (control-plane) | port[node-2] dropped, the node is down | port[node-3] reaches, 3 endpoints (node-3)",
    "endpoint: ip at times, 33.3% arrive (node-2) | port[control-plane+1] dropped, the node is down | port[node-2] at times, 33.3% arrive (node-2) | port[node-3] dropped, the node is down",
    "endpoint: ip reaches, 3 endpoints (the client or node-3) | port[control-plane+1] reaches, 3 endpoints (control-plane) | port[node-2] dropped, the node is down | port[node-3] reaches, 3 endpoints (node-3)",
    "outside ×2: ip dropped, no route leads there | port[control-plane+1] reaches, 3 endpoints (control-plane) | port[node-2] dropped, the node is down | port[node-3] reaches, 3 endpoints (node-3)",
  ]);
});

test("headless: the name leads to the Pods themselves, for who asks the cluster's DNS", () => {
  expect(lines(reach(cluster(web({ extra: "clusterIP: None" }))))).toEqual([
    "endpoint ×3: pods reaches, 3 endpoints (the client)",
    "pod-beside-endpoint: pods reaches, 3 endpoints (the client)",
    "pod-other-namespace ×2: pods The name is not found",
    "node-with-endpoint ×3: pods The name is not found",
    "control-plane: pods The name is not found",
    "outside ×2: pods The name is not found",
  ]);
});

test("ExternalName: nothing to compute, and why", () => {
  const text = "apiVersion: v1\nkind: Service\nmetadata: { name: db }\nspec: { type: ExternalName, externalName: db.example.com }\n";
  expect(reach(cluster(text), "default/db")).toMatchObject({
    ports: [],
    says: "db is another name for db.example.com: DNS answers with it, and the client asks for that. No address of the cluster and no rule has to do with it.",
  });
});

test("no such Service", () => {
  expect(cluster(web()).whoCanReach("default/wbe")).toEqual({ error: "There is no Service default/wbe." });
});

test("many nodes: those that rules and routes cannot tell apart are asked a few for all, and all the same comes out", () => {
  const node = (i: number): string =>
    `---\napiVersion: v1\nkind: Node\nmetadata: { name: worker-${i} }\nspec: { podCIDR: 10.244.${100 + i}.0/24 }\nstatus: { addresses: [ { type: InternalIP, address: 192.168.10.${100 + i} } ] }\n`;
  const nodes = Array.from({ length: 12 }, (_, i) => node(i)).join("");
  const simulation = cluster(`${web({ replicas: 4, extra: "type: NodePort\nexternalTrafficPolicy: Local" })}${nodes}`);
  const few = reach(simulation);
  const all = simulation.whoCanReach("default/web", Infinity);
  if ("error" in all) throw new Error(all.error);
  const named = ({ ports: [port] }: ReachView): unknown => ({
    rows: port?.rows.map(({ source, others, cells }) => [
      source.kind,
      [source, ...others].map(({ name }) => name).sort(),
      cells.map((cell) => cellText(cell)),
    ]),
    ways: port?.ways.map(({ kind, node, others, unasked }) => [kind, node === null, 1 + others.length + unasked]),
  });
  expect(named(few)).toEqual(named(all));
  expect(few.notes).toContain("Of many nodes or Pods that rules and routes cannot tell apart, a few were asked for all.");
  expect(few.ports[0]?.rows.some(({ unasked }) => unasked > 0)).toBe(true);
});

test("as Markdown", () => {
  expect(reachMarkdown(reach(cluster(web({ replicas: 1 }))))).toBe(MARKDOWN);
});

const MARKDOWN = `## Who can reach default/web

### Port 80/TCP

| From | ClusterIP \`10.104.202.168:80\` |
| --- | --- |
| Endpoint itself: web-7b4859b4b6-7chdr | reaches, 1 endpoint (seen as node-1) |
| Pod beside an endpoint: client | reaches, 1 endpoint (seen as the client) |
| Pod on another node: a Pod on node-2 (imagined) | reaches, 1 endpoint (seen as the client) |
| Pod in another namespace: kube-system/coredns-cc7f89768-k8fbj and 1 more | reaches, 1 endpoint (seen as the client) |
| Node with an endpoint: node-1 | reaches, 1 endpoint (seen as node-1) |
| Node without one: node-2, node-3 | reaches, 1 endpoint (seen as the client) |
| Control-plane node: control-plane | reaches, 1 endpoint (seen as the client) |
| Outside: client, laptop | dropped, no route leads there |

- Where the cluster has no such Pod, one without labels was imagined, at an address that is free.
`;
