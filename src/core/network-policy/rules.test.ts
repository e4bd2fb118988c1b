import { describe, expect, test } from "vitest";
import type { NetworkPolicyPeer, NetworkPolicyPort } from "../api/network-types.ts";
import type { StringMap } from "../api/types.ts";
import { emptyRuleSet, parseRules } from "../netfilter/parse.ts";
import { printSave } from "../netfilter/print.ts";
import { arrival, nodeA, send } from "../netfilter/testing.ts";
import { policyChains, withPolicies } from "./rules.ts";
import type { Policy, PolicyPod, PolicySpec, PolicyWorld } from "./types.ts";

function pod(key: string, address: string, app: string, ports: PolicyPod["ports"] = []): PolicyPod {
  const namespace = key.slice(0, key.indexOf("/"));
  return { key, namespace, labels: { app }, node: address.startsWith("10.244.1.") ? "node-a" : "node-b", addresses: [address], ports };
}

const PODS: readonly PolicyPod[] = [
  pod("shop/db", "10.244.1.5", "db", [{ name: "sql", containerPort: 5432 }]),
  pod("shop/api", "10.244.1.6", "api"),
  pod("shop/web", "10.244.2.7", "web", [{ name: "http", containerPort: 8080 }]),
  pod("blog/api", "10.244.2.8", "api"),
];
const NAMESPACES = new Map<string, StringMap>([
  ["shop", { "kubernetes.io/metadata.name": "shop", team: "a" }],
  ["blog", { "kubernetes.io/metadata.name": "blog" }],
]);

type Rules = NonNullable<PolicySpec["ingress" | "egress"]>;
/** A policy as one writes it: the API server's defaults are filled in. */
type Written = Pick<PolicySpec, "podSelector"> &
  Partial<Pick<PolicySpec, "policyTypes">> & { readonly ingress?: readonly WrittenRule[]; readonly egress?: readonly WrittenRule[] };
interface WrittenRule {
  readonly from?: readonly NetworkPolicyPeer[];
  readonly to?: readonly NetworkPolicyPeer[];
  readonly ports?: readonly Partial<NetworkPolicyPort>[];
}

function policy(name: string, { podSelector, policyTypes, ingress, egress }: Written, namespace = "shop"): Policy {
  const filled = (rules: readonly WrittenRule[] | undefined): Rules | undefined =>
    rules?.map(({ ports, ...peers }) => ({
      ...peers,
      ...(ports === undefined ? {} : { ports: ports.map((port) => ({ protocol: "TCP" as const, ...port })) }),
    }));
  const both = egress === undefined ? (["Ingress"] as const) : (["Ingress", "Egress"] as const);
  return { namespace, name, spec: { podSelector, policyTypes: policyTypes ?? both, ingress: filled(ingress), egress: filled(egress) } };
}

const DB = { podSelector: { matchLabels: { app: "db" } } };
const DENY_ALL = policy("deny-all", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });

function arrives(policies: readonly Policy[], from: string, to: string, protocol: "TCP" | "UDP" | "SCTP" = "TCP"): boolean {
  const world: PolicyWorld = { policies, pods: PODS, namespaces: NAMESPACES };
  const stack = nodeA(withPolicies(emptyRuleSet("IPv4"), policyChains(world, "node-a", "IPv4")));
  const own = from.startsWith("192.168.1.11");
  const inInterface = from.startsWith("10.244.1.") ? "cni0" : "eth0";
  return !arrival(send(stack, from, to, { protocol, entry: own ? { hook: "OUTPUT" } : { hook: "PREROUTING", inInterface } })).startsWith(
    "DROP",
  );
}

const FROM_DB = "10.244.1.5:40000";
const FROM_API = "10.244.1.6:40000";
const FROM_WEB = "10.244.2.7:40000";
const FROM_BLOG = "10.244.2.8:40000";
const FROM_OUTSIDE = "203.0.113.7:40000";
const FROM_NODE = "192.168.1.11:40000";
const FROM_OTHER_NODE = "192.168.1.12:40000";
const TO_DB = "10.244.1.5:5432";

const ingress = (rules: readonly WrittenRule[]): Policy => policy("to-db", { ...DB, policyTypes: ["Ingress"], ingress: rules });
const egress = (rules: readonly WrittenRule[]): Policy => policy("from-db", { ...DB, policyTypes: ["Egress"], egress: rules });

describe("ingress", () => {
  test.each<[string, readonly Policy[], string, string, boolean]>([
    ["no policy: everybody", [], FROM_BLOG, TO_DB, true],
    ["no rule: nobody", [ingress([])], FROM_API, TO_DB, false],
    ["a policy for others does not concern it", [policy("x", { podSelector: { matchLabels: { app: "web" } } })], FROM_API, TO_DB, true],
    ["a policy of another namespace does not either", [policy("x", { podSelector: {} }, "blog")], FROM_API, TO_DB, true],
    ["an empty rule: everybody", [ingress([{}])], FROM_OUTSIDE, TO_DB, true],
    ["Pods by label", [ingress([{ from: [{ podSelector: { matchLabels: { app: "api" } } }] }])], FROM_API, TO_DB, true],
    ["other Pods not", [ingress([{ from: [{ podSelector: { matchLabels: { app: "api" } } }] }])], FROM_WEB, TO_DB, false],
    [
      "a podSelector means the policy's namespace",
      [ingress([{ from: [{ podSelector: { matchLabels: { app: "api" } } }] }])],
      FROM_BLOG,
      TO_DB,
      false,
    ],
    [
      "a namespace by label",
      [ingress([{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "blog" } } }] }])],
      FROM_BLOG,
      TO_DB,
      true,
    ],
    ["all namespaces", [ingress([{ from: [{ namespaceSelector: {} }] }])], FROM_BLOG, TO_DB, true],
    ["all namespaces are not the outside", [ingress([{ from: [{ namespaceSelector: {} }] }])], FROM_OUTSIDE, TO_DB, false],
    [
      "both selectors in one peer: both must fit",
      [ingress([{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: "web" } } }] }])],
      FROM_BLOG,
      TO_DB,
      false,
    ],
    [
      "two peers: either may fit",
      [ingress([{ from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "blog" } } }, { podSelector: {} }] }])],
      FROM_API,
      TO_DB,
      true,
    ],
    ["a block of addresses", [ingress([{ from: [{ ipBlock: { cidr: "203.0.113.0/24" } }] }])], FROM_OUTSIDE, TO_DB, true],
    [
      "outside of an exception",
      [ingress([{ from: [{ ipBlock: { cidr: "203.0.113.0/24", except: ["203.0.113.128/25"] } }] }])],
      FROM_OUTSIDE,
      TO_DB,
      true,
    ],
    [
      "an exception",
      [ingress([{ from: [{ ipBlock: { cidr: "203.0.113.0/24", except: ["203.0.113.0/29"] } }] }])],
      FROM_OUTSIDE,
      TO_DB,
      false,
    ],
    [
      "policies add",
      [ingress([]), ingress([{ from: [{ ipBlock: { cidr: "203.0.113.0/24" } }] }])].map((one, i) => ({ ...one, name: `p${i}` })),
      FROM_OUTSIDE,
      TO_DB,
      true,
    ],
    ["its own node always", [ingress([])], FROM_NODE, TO_DB, true],
    ["another node not", [ingress([])], FROM_OTHER_NODE, TO_DB, false],
    ["itself always", [DENY_ALL], FROM_DB, TO_DB, true],
    ["a port", [ingress([{ ports: [{ port: 5432 }] }])], FROM_API, TO_DB, true],
    ["another port", [ingress([{ ports: [{ port: 5433 }] }])], FROM_API, TO_DB, false],
    ["a port of another protocol", [ingress([{ ports: [{ port: 5432, protocol: "UDP" }] }])], FROM_API, TO_DB, false],
    ["a protocol without a port", [ingress([{ ports: [{ protocol: "TCP" }] }])], FROM_API, TO_DB, true],
    ["a range", [ingress([{ ports: [{ port: 5000, endPort: 6000 }] }])], FROM_API, TO_DB, true],
    ["past a range", [ingress([{ ports: [{ port: 5000, endPort: 5431 }] }])], FROM_API, TO_DB, false],
    ["a port by name", [ingress([{ ports: [{ port: "sql" }] }])], FROM_API, TO_DB, true],
    ["a name that the Pod has not", [ingress([{ ports: [{ port: "http" }] }])], FROM_API, TO_DB, false],
    ["a range by its first port alone", [ingress([{ ports: [{ port: 5432, endPort: 5432 }] }])], FROM_API, TO_DB, true],
    ["the last port of a range", [ingress([{ ports: [{ port: 5400, endPort: 5432 }] }])], FROM_API, TO_DB, true],
    ["an empty list of peers: everybody", [ingress([{ from: [] }])], FROM_OUTSIDE, TO_DB, true],
    ["an empty list of ports: every port", [ingress([{ ports: [] }])], FROM_API, TO_DB, true],
    ["a policy of egress alone lets anything in", [policy("p", { ...DB, policyTypes: ["Egress"] })], FROM_OUTSIDE, TO_DB, true],
    [
      "a policy of ingress alone, whatever egress rules it has",
      [policy("p", { podSelector: { matchLabels: { app: "api" } }, policyTypes: ["Ingress"], egress: [{ ports: [{ port: 1 }] }] })],
      FROM_API,
      TO_DB,
      true,
    ],
    ["the policy of several that allows may be any of them", [{ ...DENY_ALL, name: "a" }, ingress([{}])], FROM_OUTSIDE, TO_DB, true],
    [
      "a namespace by expression",
      [ingress([{ from: [{ namespaceSelector: { matchExpressions: [{ key: "team", operator: "DoesNotExist" }] } }] }])],
      FROM_BLOG,
      TO_DB,
      true,
    ],
    [
      "the other namespaces by expression",
      [ingress([{ from: [{ namespaceSelector: { matchExpressions: [{ key: "team", operator: "DoesNotExist" }] } }] }])],
      FROM_WEB,
      TO_DB,
      false,
    ],
    ["a block that holds Pods means them too", [ingress([{ from: [{ ipBlock: { cidr: "10.244.2.0/24" } }] }])], FROM_WEB, TO_DB, true],
    [
      "a block of another node's address means that node",
      [ingress([{ from: [{ ipBlock: { cidr: "192.168.1.12/32" } }] }])],
      FROM_OTHER_NODE,
      TO_DB,
      true,
    ],
    [
      "two holes in a block",
      [ingress([{ from: [{ ipBlock: { cidr: "203.0.0.0/16", except: ["203.0.112.0/24", "203.0.113.0/24"] } }] }])],
      FROM_OUTSIDE,
      TO_DB,
      false,
    ],
    [
      "what is a hole for one peer may be let in by another",
      [ingress([{ from: [{ ipBlock: { cidr: "203.0.0.0/16", except: ["203.0.113.0/24"] } }, { ipBlock: { cidr: "203.0.113.7/32" } }] }])],
      FROM_OUTSIDE,
      TO_DB,
      true,
    ],
    [
      "peer and port: both must fit",
      [ingress([{ from: [{ podSelector: { matchLabels: { app: "api" } } }], ports: [{ port: 80 }] }])],
      FROM_API,
      TO_DB,
      false,
    ],
  ])("%s", (_, policies, from, to, expected) => {
    expect(arrives(policies, from, to)).toBe(expected);
  });
});

describe("egress", () => {
  test.each<[string, readonly Policy[], string, string, boolean]>([
    ["no rule: nowhere", [egress([])], FROM_DB, "10.244.2.7:8080", false],
    ["no policy of this direction: anywhere", [ingress([])], FROM_DB, "10.244.2.7:8080", true],
    ["egress rules alone make it a policy of both directions", [policy("p", { ...DB, egress: [{}] })], FROM_API, TO_DB, false],
    ["Pods by label", [egress([{ to: [{ podSelector: { matchLabels: { app: "web" } } }] }])], FROM_DB, "10.244.2.7:8080", true],
    ["other Pods not", [egress([{ to: [{ podSelector: { matchLabels: { app: "web" } } }] }])], FROM_DB, "10.244.1.6:8080", false],
    [
      "a port by name is the receiver's",
      [egress([{ to: [{ podSelector: {} }], ports: [{ port: "http" }] }])],
      FROM_DB,
      "10.244.2.7:8080",
      true,
    ],
    ["and only his", [egress([{ to: [{ podSelector: {} }], ports: [{ port: "http" }] }])], FROM_DB, "10.244.1.6:8080", false],
    ["a name to anybody", [egress([{ ports: [{ port: "http" }] }])], FROM_DB, "10.244.2.7:8080", true],
    [
      "a name is no port of an outside host",
      [egress([{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: "http" }] }])],
      FROM_DB,
      "203.0.113.7:8080",
      false,
    ],
    ["the outside by block", [egress([{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }])], FROM_DB, "203.0.113.7:443", true],
    [
      "a block of the other family lets nothing out",
      [egress([{ to: [{ ipBlock: { cidr: "::/0" } }] }])],
      FROM_DB,
      "203.0.113.7:443",
      false,
    ],
    [
      "a Service's address lets nothing out: it is gone by then",
      [egress([{ to: [{ ipBlock: { cidr: "10.96.0.0/12" } }] }])],
      FROM_DB,
      "10.244.2.7:8080",
      false,
    ],
    ["to another node not", [egress([])], FROM_DB, "192.168.1.12:10250", false],
    ["to its own node always", [egress([])], FROM_DB, "192.168.1.11:10250", true],
    [
      "both ends must agree",
      [egress([{}]), policy("p", { podSelector: { matchLabels: { app: "api" } } })],
      FROM_DB,
      "10.244.1.6:80",
      false,
    ],
  ])("%s", (_, policies, from, to, expected) => {
    expect(arrives(policies, from, to)).toBe(expected);
  });
});

describe("protocols", () => {
  const udp = egress([{ ports: [{ protocol: "UDP", port: 53 }] }]);
  const sctp = ingress([{ ports: [{ protocol: "SCTP", port: 5432 }] }]);
  test.each<[string, readonly Policy[], string, string, "TCP" | "UDP" | "SCTP", boolean]>([
    ["UDP port 53", [udp], FROM_DB, "10.244.2.7:53", "UDP", true],
    ["not TCP port 53", [udp], FROM_DB, "10.244.2.7:53", "TCP", false],
    ["an SCTP port", [sctp], FROM_API, TO_DB, "SCTP", true],
    ["not the TCP port of that number", [sctp], FROM_API, TO_DB, "TCP", false],
    ["any SCTP port", [ingress([{ ports: [{ protocol: "SCTP" }] }])], FROM_API, TO_DB, "SCTP", true],
    ["no port given: SCTP too", [ingress([{}])], FROM_API, TO_DB, "SCTP", true],
  ])("%s", (_, policies, from, to, protocol, expected) => {
    expect(arrives(policies, from, to, protocol)).toBe(expected);
  });
});

test("a peer of many Pods: each of them, by a chain of its own", () => {
  const many = Array.from({ length: 40 }, (_, i) => pod(`blog/many-${i + 10}`, `10.244.2.${i + 100}`, "many"));
  const world: PolicyWorld = {
    policies: [
      ingress([{ from: [{ namespaceSelector: {} }], ports: [{ port: 5432 }] }]),
      egress([{ to: [{ namespaceSelector: {} }], ports: [{ port: "http" }] }]),
    ],
    pods: [...PODS, ...many],
    namespaces: NAMESPACES,
  };
  const ruleSet = withPolicies(emptyRuleSet("IPv4"), policyChains(world, "node-a", "IPv4"));
  const stack = nodeA(ruleSet);
  const goes = (from: string, to: string, inInterface: string): boolean =>
    !arrival(send(stack, from, to, { entry: { hook: "PREROUTING", inInterface } })).startsWith("DROP");
  expect(goes("10.244.2.120:40000", TO_DB, "eth0")).toBe(true);
  expect(goes("10.244.2.120:40001", "10.244.1.5:5433", "eth0")).toBe(false);
  expect(goes(FROM_OUTSIDE, TO_DB, "eth0")).toBe(false);
  // ports by name are each Pod's own: those stand one by one
  expect(goes(FROM_DB, "10.244.2.7:8080", "cni0")).toBe(true);
  expect(goes(FROM_DB, "10.244.2.120:8080", "cni0")).toBe(false);
  const text = printSave(ruleSet);
  expect(text).toMatch(/-A CNI-NP-\w+ -p tcp -m tcp --dport 5432 -j CNI-PS-\w+\n/);
  expect(printSave(parseRules(text).ruleSet)).toBe(text);
});

test("a name of a port is each Pod's own number", () => {
  const [db, api, ...others] = PODS;
  if (db === undefined || api === undefined) throw new Error("two Pods of node-a");
  const named: PolicyPod = { ...api, ports: [{ name: "sql", containerPort: 3306 }] };
  const world: PolicyWorld = {
    policies: [policy("sql", { podSelector: {}, policyTypes: ["Ingress"], ingress: [{ ports: [{ port: "sql" }] }] })],
    pods: [db, named, ...others],
    namespaces: NAMESPACES,
  };
  const stack = nodeA(withPolicies(emptyRuleSet("IPv4"), policyChains(world, "node-a", "IPv4")));
  const goes = (to: string): boolean =>
    !arrival(send(stack, FROM_WEB, to, { entry: { hook: "PREROUTING", inInterface: "eth0" } })).startsWith("DROP");
  expect(["10.244.1.5:5432", "10.244.1.6:3306", "10.244.1.5:3306", "10.244.1.6:5432"].map(goes)).toEqual([true, true, false, false]);
});

test("replies pass by their connection", () => {
  const world: PolicyWorld = { policies: [DENY_ALL, egress([{}])], pods: PODS, namespaces: NAMESPACES };
  const stack = nodeA(withPolicies(emptyRuleSet("IPv4"), policyChains(world, "node-a", "IPv4")));
  const out = { entry: { hook: "PREROUTING", inInterface: "cni0" } } as const;
  const back = { entry: { hook: "PREROUTING", inInterface: "eth0" }, tcpFlags: 0x12 } as const;
  expect(arrival(send(stack, FROM_DB, "203.0.113.7:443", out))).not.toMatch(/^DROP/);
  expect(arrival(send(stack, "203.0.113.7:443", FROM_DB, back))).not.toMatch(/^DROP/);
  expect(arrival(send(stack, "203.0.113.7:443", "10.244.1.5:40001", { ...back, tcpFlags: 2 }))).toMatch(/^DROP/);
});

test("IPv6: Pods by their own addresses of that family", () => {
  const dual = PODS.map((pod, i) => ({ ...pod, addresses: [...pod.addresses, `fd00:10:244:1::${i + 2}`] }));
  const world: PolicyWorld = {
    policies: [ingress([{ from: [{ podSelector: { matchLabels: { app: "api" } } }] }])],
    pods: dual,
    namespaces: NAMESPACES,
  };
  const text = printSave(withPolicies(emptyRuleSet("IPv6"), policyChains(world, "node-a", "IPv6")));
  expect(text).toContain("-s fd00:10:244:1::3/128");
  // Without these, Pods on one bridge do not find each other.
  expect(text).toContain("-A CNI-POLICY -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j RETURN\n");
  expect(text).toContain("-A CNI-POLICY -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j RETURN\n");
  expect(text).toContain("-d fd00:10:244:1::2/128");
  expect(text).not.toContain("10.244.");
});

test("a node without selected Pods has no chains", () => {
  const world: PolicyWorld = { policies: [ingress([])], pods: PODS, namespaces: NAMESPACES };
  expect(policyChains(world, "node-b", "IPv4")).toEqual([]);
  expect(policyChains(world, "node-a", "IPv6")).toEqual([]);
});

test("the printed rules parse back to the same rules", () => {
  const all = [
    DENY_ALL,
    ingress([
      {
        from: [{ podSelector: {} }, { ipBlock: { cidr: "203.0.113.0/24", except: ["203.0.113.0/29"] } }],
        ports: [{ port: "sql" }, { port: 1, endPort: 9 }],
      },
    ]),
    egress([{ to: [{ namespaceSelector: {} }], ports: [{ protocol: "UDP", port: 53 }, { protocol: "TCP" }] }]),
  ];
  const ruleSet = withPolicies(emptyRuleSet("IPv4"), policyChains({ policies: all, pods: PODS, namespaces: NAMESPACES }, "node-a", "IPv4"));
  const text = printSave(ruleSet);
  const parsed = parseRules(text);
  expect(parsed.diagnostics).toEqual([]);
  expect(printSave(parsed.ruleSet)).toBe(text);
  expect(text).toMatchSnapshot();
});

test("a block of all addresses is no match: iptables-save shows none", () => {
  // Held against the kernel by clusters drawn at random (scripts/kernel/random).
  const all = [
    ingress([{ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }]),
    egress([{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }], ports: [{ port: 80 }] }]),
  ];
  const chains = policyChains({ policies: all, pods: PODS, namespaces: NAMESPACES }, "node-a", "IPv4");
  const text = printSave(withPolicies(emptyRuleSet("IPv4"), chains));
  expect(text).not.toContain("/0 ");
  expect(text).toMatch(/-A CNI-NP-\w+ -j MARK/);
  expect(text).toMatch(/-A CNI-NP-\w+ -p tcp -m tcp --dport 80 -j CNI-XB-/);
});
