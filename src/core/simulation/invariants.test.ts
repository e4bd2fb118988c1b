/**
 * What holds for any cluster and any flow through it, with a person's own rules and network policies: an answer carries back
 * the address that was asked; what does not arrive was stopped by something with a name; no two flows share a tuple; printed
 * rules read back as the same rules. Each check is shown a planted fault, so that it is known to see one.
 */
import { assert, array, boolean, constantFrom, integer, property, record, uniqueArray, type Arbitrary } from "fast-check";
import { describe, expect, test } from "vitest";
import { parseRules } from "../netfilter/parse.ts";
import { printSave } from "../netfilter/print.ts";
import type { Rule, RuleSet } from "../netfilter/rules.ts";
import type { ConntrackView, Header, Hop, Journey, PacketTrace } from "../network/trace.ts";
import { FAMILIES } from "./node-stacks.ts";
import type { Simulation } from "./simulation.ts";
import { CLIENT, act, cluster, send } from "./testing.ts";

const SEED = 20260101;

// ---- clusters and flows drawn at random -----------------------------------------------------------------------------

interface ServiceCase {
  readonly name: "a" | "b" | "c";
  readonly replicas: number;
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer";
  readonly external: "Cluster" | "Local";
  readonly internal: "Cluster" | "Local";
  readonly affinity: boolean;
  readonly targetPort: 80 | 81;
  readonly ranges: boolean;
  readonly externalIp: boolean;
  readonly protocol: "TCP" | "UDP";
}

const SERVICES: Arbitrary<readonly ServiceCase[]> = uniqueArray(
  record({
    name: constantFrom("a", "b", "c"),
    replicas: integer({ min: 0, max: 4 }),
    type: constantFrom("ClusterIP", "NodePort", "LoadBalancer"),
    external: constantFrom("Cluster", "Local"),
    internal: constantFrom("Cluster", "Cluster", "Local"),
    affinity: boolean(),
    targetPort: constantFrom(80, 80, 80, 81),
    ranges: boolean(),
    externalIp: boolean(),
    protocol: constantFrom("TCP", "TCP", "UDP"),
  }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 3 },
);

const POLICIES = [
  "podSelector: {}, policyTypes: [Ingress]",
  "podSelector: { matchLabels: { app: a } }, ingress: [{ ports: [{ port: 80 }] }]",
  "podSelector: { matchLabels: { app: b } }, ingress: [{ from: [{ ipBlock: { cidr: 10.244.0.0/16, except: [10.244.2.0/24] } }] }]",
  "podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: 53, protocol: UDP }, { port: 53 }] }]",
] as const;

const OWN = [
  "iptables -A FORWARD -p tcp --dport 80 -j DROP",
  "iptables -I FORWARD -m conntrack --ctstate NEW -m statistic --mode random --probability 0.3 -j REJECT",
  "iptables -t nat -I PREROUTING -p tcp -d 10.96.9.1 --dport 80 -j DNAT --to-destination 10.244.2.2:80",
  "iptables -t nat -I OUTPUT -p tcp -d 10.96.9.1 --dport 80 -j REDIRECT --to-ports 8081",
  "iptables -t nat -A POSTROUTING -s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE",
  "iptables -t mangle -A PREROUTING -m limit --limit 2/sec --limit-burst 2 -j LOG --log-prefix many",
  "iptables -P FORWARD DROP\niptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\niptables -A FORWARD -s 10.244.0.0/16 -j ACCEPT",
  "iptables -N MINE\niptables -A MINE -m recent --name seen --set\niptables -A MINE -p udp -m multiport --dports 53,80:90 -j RETURN\niptables -A MINE -m conntrack --ctorigdstport 81 -j DROP\niptables -I INPUT -j MINE\niptables -A FORWARD -g MINE",
  "iptables -A INPUT -p tcp --tcp-flags SYN,ACK SYN -m addrtype --dst-type LOCAL -j REJECT --reject-with tcp-reset",
  "ip6tables -A FORWARD -j DROP",
  "iptables -A FORWARD -p tcp -m conntrack --ctorigdst 10.96.0.0/12 --ctorigdstport 80 -j DROP",
] as const;

interface Case {
  readonly seed: number;
  readonly services: readonly ServiceCase[];
  readonly policies: readonly (typeof POLICIES)[number][];
  readonly own: readonly (typeof OWN)[number][];
  readonly masqueradeAll: boolean;
  readonly stale: boolean;
  readonly flows: readonly { readonly from: string; readonly to: string }[];
}

const CASES: Arbitrary<Case> = record({
  seed: integer({ min: 1, max: 1_000_000 }),
  services: SERVICES,
  policies: uniqueArray(constantFrom(...POLICIES), { maxLength: 2 }),
  own: uniqueArray(constantFrom(...OWN), { maxLength: 3 }),
  masqueradeAll: boolean(),
  stale: boolean(),
  flows: array(
    record({
      from: constantFrom("default/client", "Pod of a", "node/node-1", "node/node-3", "outside/external", "outside/198.51.100.9"),
      to: constantFrom(
        "name a",
        "name b",
        "cluster IP",
        "cluster IP",
        "node port",
        "external IP",
        "Pod",
        "closed port",
        "nobody",
        "10.96.9.1",
      ),
    }),
    { minLength: 2, maxLength: 6 },
  ),
});

function manifests({ services, policies, masqueradeAll }: Case): string {
  const proxy = `---\napiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nclusterCIDR: 10.244.0.0/16\niptables: { masqueradeAll: ${masqueradeAll} }\n`;
  const policy = (spec: string, i: number): string =>
    `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: policy-${i} }\nspec: { ${spec} }\n`;
  return [CLIENT, proxy, ...services.map(serviceText), ...policies.map(policy)].join("");
}

function serviceText(of: ServiceCase, i: number): string {
  const { name, replicas, type, protocol } = of;
  const reached = type !== "ClusterIP";
  return `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} }, annotations: { kubehop.dev/listen: "80, 80/udp" } }
    spec: { containers: [ { name: main, image: nginx } ] }
---
apiVersion: v1
kind: Service
metadata: { name: ${name}, annotations: { kubehop.dev/load-balancer: cloud, kubehop.dev/external-ip-route: node-2 } }
spec:
  selector: { app: ${name} }
  type: ${type}
  internalTrafficPolicy: ${of.internal}
  sessionAffinity: ${of.affinity ? "ClientIP" : "None"}
  ${reached ? `externalTrafficPolicy: ${of.external}` : ""}
  ${type === "LoadBalancer" && of.ranges ? "loadBalancerSourceRanges: [198.51.100.0/24]" : ""}
  ${of.externalIp ? `externalIPs: [203.0.113.${20 + i}]` : ""}
  ports: [ { port: 80, targetPort: ${of.targetPort}, protocol: ${protocol}${reached ? `, nodePort: ${30080 + i}` : ""} } ]
`;
}

interface Ran {
  readonly simulation: Simulation;
  readonly journeys: readonly Journey[];
}

function run(of: Case): Ran {
  const simulation = cluster(manifests(of), { seed: of.seed });
  if (of.own.length > 0) act(simulation, { kind: "own-rules", node: null, text: of.own.join("\n") });
  // Rules that are behind: packets go to Pods that are gone.
  if (of.stale) act(simulation, { kind: "stop-proxy", node: "node-1" });
  const last = simulation.view().pods.findLast(({ labels }) => labels["app"] === "a");
  if (of.stale && last !== undefined) act(simulation, { kind: "delete-pod", pod: last.key });
  const [service] = of.services;
  const protocol = service?.protocol ?? "TCP";
  const journeys = of.flows.flatMap(({ from, to }) => {
    const view = simulation.view();
    const pod = view.pods.find(({ labels, state }) => labels["app"] === "a" && state === "ready");
    const sender = from === "Pod of a" ? (pod?.key ?? "default/client") : from;
    const seen = view.services.find(({ name }) => name === service?.name);
    const address: { readonly [to: string]: string | undefined } = {
      "name a": "http://a",
      "name b": "http://b",
      "cluster IP": `${seen?.clusterIps[0]}:80`,
      "node port": "192.168.10.12:30080",
      "external IP": "203.0.113.20:80",
      Pod: pod === undefined ? "10.244.1.250:80" : `${pod.ips[0]}:80`,
      "closed port": pod === undefined ? "10.244.1.250:81" : `${pod.ips[0]}:8123`,
      nobody: "192.168.10.77:80",
      "10.96.9.1": "10.96.9.1:80",
    };
    return send(simulation, sender, address[to] ?? to, { count: 2, protocol });
  });
  return { simulation, journeys };
}

// ---- the checks -----------------------------------------------------------------------------------------------------

const last = <T>(list: readonly T[]): T => {
  const value = list.at(-1);
  if (value === undefined) throw new Error("an empty list");
  return value;
};

/** What a client's socket takes comes from the address and port that it sent to, and goes to those that it sent from. */
function answersComeFromWhomWasAsked(journey: Journey): void {
  for (const packet of journey.packets) {
    if (packet.direction !== "back" || packet.outcome.kind !== "delivered" || packet.purpose === "icmp-error") continue;
    const got = last(packet.hops).after;
    const asked = journey.packets.find(({ hops: [first], direction }) => direction === "out" && isAnswerTo(got, first?.before));
    if (asked === undefined) throw new Error(`an answer from whom nobody asked: ${JSON.stringify(got)}`);
  }
}

function isAnswerTo(got: Header, asked: Header | undefined): boolean {
  return (
    asked !== undefined &&
    asked.protocol === got.protocol &&
    asked.dst === got.src &&
    asked.dstPort === got.srcPort &&
    asked.src === got.dst &&
    asked.srcPort === got.dstPort
  );
}

/** A packet that did not arrive was stopped by a rule, the policy of a chain, a closed port or a link, by name. */
function lossesHaveNames({ outcome, hops }: PacketTrace, simulation: Simulation): void {
  const end = last(hops);
  switch (outcome.kind) {
    case "delivered":
      return;
    case "rejected":
      expect(outcome.rule.text).toMatch(/-j REJECT/);
      return;
    case "dropped":
      expect(dropName(end)).not.toBe(null);
      return;
    case "refused":
      expect(isClosed(end, simulation)).toBe(true);
      return;
    case "lost":
      expect([
        "no-route",
        "nobody-has-the-address",
        "hop-limit",
        "pod-gone",
        "node-down",
        "no-healthy-node",
        "source-not-allowed",
      ]).toContain(outcome.why);
      return;
    case "unmodelled":
      throw new Error(`nobody knows what becomes of it: ${outcome.what}`);
  }
}

/** The rule and whose it is: a person's own, kube-proxy's or the network plugin's; or the chain whose policy it is. */
function dropName(hop: Hop): string | null {
  if (hop.kind !== "drop") return null;
  if (hop.rule !== null) {
    const whose = hop.rule.own !== undefined || /^(KUBE|CNI)-/.test(hop.rule.chain);
    return whose && hop.rule.text.includes("-j DROP") ? hop.rule.text : null;
  }
  return hop.walks.find(({ verdict }) => verdict === "drop")?.hook ?? null;
}

/** Nobody listens there: of a Pod by what it says itself. */
function isClosed(hop: Hop, simulation: Simulation): boolean {
  if (hop.kind !== "refuse") return false;
  const { dst, dstPort, protocol } = hop.after;
  const pod = simulation.view().pods.find(({ ips, hostNetwork }) => !hostNetwork && ips.includes(dst));
  return pod?.listens.some((one) => one.port === dstPort && one.protocol === protocol) !== true;
}

/** In one node's table every tuple, original or reply, belongs to one flow. */
function tuplesAreUnique(entries: readonly ConntrackView[]): void {
  const owners = new Map<string, number>();
  for (const { id, original, reply, echo } of entries) {
    for (const tuple of [original, reply]) {
      const { src, srcPort, dst, dstPort, protocol } = tuple;
      const key = `${protocol} ${src} ${srcPort} ${dst} ${dstPort} ${echo ?? ""}`;
      const owner = owners.get(key);
      if (owner !== undefined && owner !== id) throw new Error(`flows ${owner} and ${id} share ${key}`);
      owners.set(key, id);
    }
  }
}

/** Printed and read again: the same chains, policies and rules, and the same text. */
function rulesReadBack(ruleSet: RuleSet): void {
  const text = printSave(ruleSet);
  const { ruleSet: read, diagnostics } = parseRules(text, ruleSet.family);
  expect(diagnostics).toEqual([]);
  expect(printSave(read)).toBe(text);
  for (const [name, table] of ruleSet.tables) {
    for (const [chain, { rules, policy }] of table.chains) {
      const back = read.tables.get(name)?.chains.get(chain);
      expect(back?.policy).toBe(policy);
      expect(back?.rules.map(meaning)).toEqual(rules.map(meaning));
    }
  }
}

/** What a rule asks and does, without whose it is and how it was written. */
function meaning(rule: Rule): unknown {
  const { origin: _origin, own: _own, protocolMatchAt: _place, ...asks } = rule;
  const bare = (address: Rule["source"]): unknown => (address === null ? null : { cidr: address.cidr, invert: address.invert });
  const target = rule.target?.kind === "MARK" ? { ...rule.target, written: "" } : rule.target;
  const matches = rule.matches.map((match) =>
    match.kind === "statistic" ? { ...match, probability: Math.round(Number(match.probability) * 2 ** 31) } : match,
  );
  return { ...asks, source: bare(rule.source), destination: bare(rule.destination), matches: matches.map(sorted), target };
}

/** The order of states says nothing. */
function sorted(match: unknown): unknown {
  if (typeof match !== "object" || match === null || !("states" in match) || !Array.isArray(match.states)) return match;
  return { ...match, states: [...match.states].sort() };
}

// ---- they hold ------------------------------------------------------------------------------------------------------

function check({ simulation, journeys }: Ran): void {
  for (const journey of journeys) {
    answersComeFromWhomWasAsked(journey);
    for (const packet of journey.packets) lossesHaveNames(packet, simulation);
  }
  for (const { name } of simulation.view().nodes) {
    tuplesAreUnique(simulation.conntrack(name));
    for (const family of FAMILIES) {
      const ruleSet = simulation.ruleSet(name, family);
      if (ruleSet !== null) rulesReadBack(ruleSet);
    }
  }
}

describe("for random clusters, policies, own rules and flows", () => {
  test("answers come home, losses have names, tuples one owner, and rules read back", () => {
    const met = new Set<string>();
    assert(
      property(CASES, (of) => {
        const ran = run(of);
        check(ran);
        for (const { outcome, packets } of ran.journeys) {
          met.add(outcome.kind);
          for (const packet of packets) met.add(packet.outcome.kind);
        }
      }),
      { numRuns: 60, seed: SEED },
    );
    // The space is wide enough to come to every end.
    for (const end of ["delivered", "refused", "rejected", "dropped", "lost"]) expect(met).toContain(end);
  }, 120_000);
});

describe("each check sees a fault", () => {
  const ran = run({
    seed: 1,
    services: [
      {
        name: "a",
        replicas: 2,
        type: "ClusterIP",
        external: "Cluster",
        internal: "Cluster",
        affinity: false,
        targetPort: 80,
        ranges: false,
        externalIp: false,
        protocol: "TCP",
      },
    ],
    policies: [],
    own: [OWN[OWN.length - 1] ?? OWN[0]],
    masqueradeAll: false,
    stale: false,
    flows: [
      { from: "default/client", to: "cluster IP" },
      { from: "default/client", to: "closed port" },
      { from: "default/client", to: "Pod" },
    ],
  });
  const [dropped, refused] = [ran.journeys[0], ran.journeys[2]];
  const packetsOf = (journey: Journey | undefined): readonly PacketTrace[] => journey?.packets ?? [];

  test("without one they pass", () => {
    check(ran);
  });

  test("an answer from another address", () => {
    const back = packetsOf(refused).find(({ direction, outcome }) => direction === "back" && outcome.kind === "delivered");
    if (back === undefined || refused === undefined) throw new Error("nothing came back");
    const end = last(back.hops);
    const wrong = { ...back, hops: [...back.hops.slice(0, -1), { ...end, after: { ...end.after, src: "10.9.9.9" } }] };
    const journey = { ...refused, packets: refused.packets.map((packet) => (packet === back ? wrong : packet)) };
    expect(() => answersComeFromWhomWasAsked(refused)).not.toThrow();
    expect(() => answersComeFromWhomWasAsked(journey)).toThrow(/nobody asked/);
  });

  test("a drop without a rule, and one by a rule that is nobody's", () => {
    const lost = packetsOf(dropped).find(({ outcome }) => outcome.kind === "dropped");
    const end = lost === undefined ? undefined : last(lost.hops);
    if (lost === undefined || end?.kind !== "drop" || end.rule === null) throw new Error("nothing was dropped");
    const silent = { ...lost, hops: [...lost.hops.slice(0, -1), { ...end, rule: null, walks: [] }] };
    expect(() => lossesHaveNames(silent, ran.simulation)).toThrow();
    const { own: _own, ...nobodys } = end.rule;
    const unnamed = { ...lost, hops: [...lost.hops.slice(0, -1), { ...end, rule: nobodys }] };
    expect(() => lossesHaveNames(unnamed, ran.simulation)).toThrow();
  });

  test("a refusal by a port on which somebody listens", () => {
    const no = packetsOf(refused).find(({ outcome }) => outcome.kind === "refused");
    if (no === undefined) throw new Error("nothing was refused");
    const end = last(no.hops);
    const open = { ...no, hops: [...no.hops.slice(0, -1), { ...end, after: { ...end.after, dstPort: 80 } }] };
    expect(() => lossesHaveNames(open, ran.simulation)).toThrow();
  });

  test("two flows with one tuple", () => {
    const entries = ran.simulation.view().nodes.flatMap(({ name }) => ran.simulation.conntrack(name));
    const [first] = entries;
    if (first === undefined) throw new Error("no entry");
    expect(() => tuplesAreUnique([first, { ...first, id: first.id + 1_000 }])).toThrow(/share/);
    expect(() => tuplesAreUnique([first, { ...first, id: first.id + 1_000, original: { ...first.original, srcPort: 1 } }])).toThrow(
      /share/,
    );
  });

  test("a rule that prints as another one", () => {
    const ruleSet = ran.simulation.ruleSet("node-1", "IPv4");
    const filter = ruleSet?.tables.get("filter");
    const forward = filter?.chains.get("FORWARD");
    if (ruleSet == null || filter === undefined || forward === undefined) throw new Error("no FORWARD");
    // Two spellings of one mark print alike; a limit that prints as another rate does not read back as it was.
    const odd: Rule = { ...(forward.rules[0] as Rule), matches: [{ kind: "limit", rate: "7/minute", burst: 5 }] };
    const chains = new Map(filter.chains).set("FORWARD", { ...forward, rules: [odd] });
    expect(() => rulesReadBack({ ...ruleSet, tables: new Map(ruleSet.tables).set("filter", { ...filter, chains }) })).toThrow();
  });
});
