/**
 * Every cell of the matrix against real packets: clusters drawn at random, thirty flows a cell. What becomes of each flow's
 * first packet must be among the cell's ends, with the source address that the cell says; and nothing may be certain there
 * that did not happen.
 */
import { assert, array, constantFrom, integer, property, record, type Arbitrary } from "fast-check";
import { expect, test } from "vitest";
import { endpointText, parseEndpoint } from "../base/address.ts";
import type { Protocol } from "../base/names.ts";
import type { Journey, PacketTrace } from "../network/trace.ts";
import { byText, type EndView } from "./ends.ts";
import type { ReachCell, ReachSource, ReachView, ReachWay } from "./reach-types.ts";
import type { Simulation } from "./simulation.ts";
import { act, cluster } from "./testing.ts";

const SEED = 20_260_101;
const FLOWS = 30;
const CLUSTERS = Number(process.env["KUBEHOP_REACH_CLUSTERS"] ?? 24);

// ---- the clusters ---------------------------------------------------------------------------------------------------

interface Ground {
  readonly seed: number;
  readonly replicas: number;
  readonly kind: "ClusterIP" | "NodePort" | "LoadBalancer" | "headless" | "host-network" | "no-selector";
  readonly ports: "one" | "closed" | "udp" | "two";
  readonly lines: readonly string[];
  readonly provider: "cloud" | "cloud-proxy" | "cloud-hostname" | "cloud-provider-kind" | "metallb" | "none";
  readonly policy: keyof typeof POLICIES;
  readonly settings: keyof typeof SETTINGS;
  readonly families: "IPv4" | "both";
  readonly unready: number;
  readonly deed: "none" | "stop-node" | "cut-node" | "stop-proxy";
}

const POLICIES = {
  none: "",
  deny: policy("podSelector: { matchLabels: { app: web } }", "ingress: []"),
  client: policy(
    "podSelector: { matchLabels: { app: web } }",
    "ingress: [ { from: [ { podSelector: { matchLabels: { role: client } } } ] } ]",
  ),
  namespace: policy(
    "podSelector: {}",
    "ingress: [ { from: [ { namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: shop } } } ] } ]",
  ),
  wrongPort: policy("podSelector: { matchLabels: { app: web } }", "ingress: [ { ports: [ { port: 8080 } ] } ]"),
  nodes: policy(
    "podSelector: { matchLabels: { app: web } }",
    "ingress: [ { from: [ { ipBlock: { cidr: 192.168.10.0/24, except: [ 192.168.10.12/32 ] } } ] } ]",
  ),
  egress: policy("podSelector: { matchLabels: { role: client } }", "egress: [ { to: [ { podSelector: { matchLabels: { app: db } } } ] } ]"),
};

const SETTINGS = {
  none: "",
  masqueradeAll: proxy("iptables: { masqueradeAll: true }"),
  localhostOff: proxy("iptables: { localhostNodePorts: false }"),
  primary: proxy('nodePortAddresses: ["192.168.10.12/32"]'),
};

function policy(selector: string, rules: string): string {
  const type = rules.startsWith("egress") ? "Egress" : "Ingress";
  return `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: rule }\nspec:\n  ${selector}\n  policyTypes: [ ${type} ]\n  ${rules}\n`;
}

function proxy(line: string): string {
  return `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n${line}\n`;
}

const GROUNDS: Arbitrary<Ground> = record({
  seed: integer({ min: 1, max: 1_000_000 }),
  replicas: integer({ min: 0, max: 4 }),
  kind: constantFrom("ClusterIP", "NodePort", "LoadBalancer", "LoadBalancer", "headless", "host-network", "no-selector"),
  ports: constantFrom("one", "one", "closed", "udp", "two"),
  lines: array(
    constantFrom(
      "externalTrafficPolicy: Local",
      "internalTrafficPolicy: Local",
      "sessionAffinity: ClientIP",
      "externalIPs: [ 198.51.100.77 ]",
      "loadBalancerSourceRanges: [ 203.0.113.66/32, 192.168.10.11/32 ]",
      "publishNotReadyAddresses: true",
      "allocateLoadBalancerNodePorts: false",
    ),
    { maxLength: 3 },
  ).map((lines) => [...new Set(lines)]),
  provider: constantFrom("cloud", "cloud-proxy", "cloud-hostname", "cloud-provider-kind", "metallb", "none"),
  policy: constantFrom(...(Object.keys(POLICIES) as (keyof typeof POLICIES)[])),
  settings: constantFrom(...(Object.keys(SETTINGS) as (keyof typeof SETTINGS)[])),
  families: constantFrom("IPv4", "IPv4", "both"),
  unready: integer({ min: 0, max: 2 }),
  deed: constantFrom("none", "none", "none", "stop-node", "cut-node", "stop-proxy"),
});

const PORTS: { readonly [ports in Ground["ports"]]: string } = {
  one: "{ port: 80 }",
  closed: "{ port: 80, targetPort: 81 }",
  udp: "{ port: 53, protocol: UDP, targetPort: 80 }",
  two: "{ name: a, port: 80 }, { name: b, port: 90, targetPort: 9 }",
};

const IS_EXTERNAL = /externalTrafficPolicy|loadBalancerSourceRanges|allocateLoadBalancerNodePorts/;

function manifests(of: Ground): string {
  const type = of.kind === "NodePort" || of.kind === "LoadBalancer" ? of.kind : "ClusterIP";
  const allowed = of.lines.filter((line) => {
    if (of.kind === "headless") return line.startsWith("publish");
    if (line.startsWith("externalTraffic")) return type !== "ClusterIP";
    return type === "LoadBalancer" || !IS_EXTERNAL.test(line);
  });
  const spec = [
    ...(of.kind === "no-selector" ? [] : ["selector: { app: web }"]),
    ...(of.kind === "headless" ? ["clusterIP: None"] : [`type: ${type}`]),
    ...(of.families === "both" ? ["ipFamilyPolicy: PreferDualStack"] : []),
    `ports: [ ${PORTS[of.ports]} ]`,
    ...allowed,
  ];
  const host = of.kind === "host-network" ? "hostNetwork: true, " : "";
  return [
    "apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }",
    `apiVersion: apps/v1\nkind: ${of.kind === "host-network" ? "DaemonSet" : "Deployment"}\nmetadata: { name: web }\nspec:\n${of.kind === "host-network" ? "" : `  replicas: ${of.replicas}\n`}  selector: { matchLabels: { app: web } }\n  template:\n    metadata: { labels: { app: web } }\n    spec: { ${host}containers: [ { name: nginx, image: "nginx:1.27" } ] }`,
    `apiVersion: v1\nkind: Service\nmetadata: { name: web, annotations: { kubehop.dev/load-balancer: ${of.provider} } }\nspec:\n${spec.map((line) => `  ${line}`).join("\n")}`,
    ...pods("default", "client", "node-1"),
    ...pods("default", "client", "node-2"),
    ...pods("shop", "buyer", "node-1"),
    POLICIES[of.policy],
    SETTINGS[of.settings],
    ...(of.families === "both" ? ["kind: Cluster\nmetadata: { name: kubehop }\nspec: { }"].slice(1) : []),
  ]
    .filter((text) => text !== "")
    .join("\n---\n");
}

function pods(namespace: string, role: string, node: string): readonly string[] {
  return [
    `apiVersion: v1\nkind: Pod\nmetadata: { name: ${role}-${node}, namespace: ${namespace}, labels: { role: ${role} } }\nspec: { nodeName: ${node}, containers: [ { name: curl, image: curlimages/curl, command: [ sleep, infinity ] } ] }`,
  ];
}

function build(of: Ground): Simulation {
  const simulation = cluster(manifests(of), { seed: of.seed });
  const web = simulation.view().pods.filter(({ name }) => name.startsWith("web-"));
  for (const { key } of web.slice(0, of.unready)) act(simulation, { kind: "set-ready", pod: key, ready: false });
  if (of.deed !== "none") act(simulation, { kind: of.deed, node: "node-2" });
  return simulation;
}

// ---- cells against packets ------------------------------------------------------------------------------------------

interface Asked {
  readonly source: ReachSource;
  readonly way: ReachWay;
  readonly cell: ReachCell;
  readonly protocol: Protocol;
}

function cellsOf(view: ReachView): readonly Asked[] {
  return view.ports.flatMap(({ rows, ways, protocol }) =>
    rows.flatMap(({ source, cells }) =>
      ways.flatMap((way, i) => {
        const cell = cells[i] ?? null;
        return cell === null || source.sender === null ? [] : [{ source, way, cell, protocol }];
      }),
    ),
  );
}

/** The first packet of the request itself. */
function opening(journey: Journey): PacketTrace | undefined {
  return journey.packets.find(({ purpose, payload }) => (purpose === "syn" || purpose === "datagram") && payload?.kind !== "dns");
}

/** `delivered 10.244.1.3:80 from 192.168.10.11`, and what stopped it. */
function happened({ hops, outcome }: PacketTrace): string {
  const last = hops.at(-1)?.after;
  if (last === undefined) throw new Error("a packet without hops");
  const by = "rule" in outcome && outcome.rule !== null ? ` ${outcome.rule.text}` : outcome.kind === "lost" ? ` ${outcome.why}` : "";
  return `${outcome.kind} ${last.dst}:${last.dstPort} from ${last.src}${by}`;
}

function predicted({ kind, endpoint, source, by }: EndView): string {
  const { address = "", port = 0 } = parseEndpoint(endpoint) ?? {};
  const why =
    by === null ? "" : by.kind === "rule" || by.kind === "network-policy" ? ` ${by.rule.text}` : by.kind === "link" ? ` ${by.why}` : "";
  return `${kind} ${address}:${port} from ${source.address}${why}`;
}

function disagreements(simulation: Simulation, { source, way, cell, protocol }: Asked): readonly string[] {
  if (source.sender === null) return [];
  // A load balancer's host name by its address: what a sender's resolver has to do with it is another matter.
  const to = way.kind === "load-balancer" && way.address !== null ? endpointText(way.address, way.port) : cell.to;
  const sent = simulation.send({ from: source.sender, to, count: FLOWS, protocol });
  if ("error" in sent) throw new Error(sent.error);
  simulation.settle();
  const journeys = sent.map((id) => simulation.journey(id)).filter((journey) => journey !== null);
  expect(journeys).toHaveLength(FLOWS);
  const where = `${source.name} to ${to} (${protocol})`;
  if (cell.kind === "says") {
    const any = journeys.find((journey) => opening(journey) !== undefined);
    return any === undefined ? [] : [`${where}: ${cell.says}, yet a packet left`];
  }
  const total = cell.ends.reduce((sum, { probability }) => sum + probability, 0);
  const wanted = new Set(cell.ends.map(predicted));
  const seen = new Set(journeys.flatMap((journey) => opening(journey) ?? []).map(happened));
  return [
    ...(Math.abs(total - 1) > 1e-9 ? [`${where}: shares add up to ${total}`] : []),
    ...[...seen].filter((each) => !wanted.has(each)).map((each) => `${where}: ${each}\n  not among ${[...wanted].join(" | ")}`),
    ...cell.ends
      .filter((end) => end.probability > 0.5 && !seen.has(predicted(end)))
      .map((end) => `${where}: never ${predicted(end)}, only ${[...seen].join(" | ")}`),
    ...(cell.word === "reaches" && journeys.some(({ outcome }) => outcome.kind !== "delivered")
      ? [`${where}: reaches, yet ${[...new Set(journeys.map(({ outcome, clientSays }) => `${outcome.kind} ${clientSays}`))].join(" | ")}`]
      : []),
    ...(cell.ends.every(({ by }) => by?.kind === "way-back") && journeys.some(({ outcome }) => outcome.kind === "delivered")
      ? [`${where}: no answer finds back, yet one was heard`]
      : []),
    ...cell.ends.filter(({ by }) => by !== null && byText(by) === "").map(() => `${where}: stopped by nothing`),
  ];
}

test(`${CLUSTERS} clusters drawn from seed ${SEED}: each cell is what packets do`, { timeout: 240_000 }, () => {
  assert(
    property(GROUNDS, (ground) => {
      const simulation = build(ground);
      const view = simulation.whoCanReach("default/web");
      if ("error" in view) throw new Error(view.error);
      expect(cellsOf(view).flatMap((asked) => disagreements(simulation, asked))).toEqual([]);
    }),
    { numRuns: CLUSTERS, seed: SEED, endOnFailure: true },
  );
});
