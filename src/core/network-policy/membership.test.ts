/** Whom policies mean, followed through changes: always what is made from nothing, and the same value where nothing changed. */
import { describe, expect, test } from "vitest";
import { nextBelow, randomState } from "../base/random.ts";
import type { StringMap } from "../api/types.ts";
import { indexOf, type PolicyIndex } from "./membership.ts";
import { PolicyWriter, policyChains } from "./rules.ts";
import type { Policy, PolicyPod, PolicyWorld } from "./types.ts";

const NAMESPACES = new Map<string, StringMap>([
  ["a", { team: "x" }],
  ["b", { team: "y" }],
]);

function pod(key: string, labels: StringMap, node = "node-1", address = "10.244.1.5"): PolicyPod {
  return { key, namespace: key.split("/")[0] ?? "", labels, node, addresses: [address], ports: [{ name: "http", containerPort: 80 }] };
}

const WEB = pod("a/web", { app: "web" });
const API = pod("a/api", { app: "api" }, "node-1", "10.244.1.6");
const FAR = pod("b/api", { app: "api" }, "node-2", "10.244.2.6");

const LET_API: Policy = {
  namespace: "a",
  name: "let-api",
  spec: {
    podSelector: { matchLabels: { app: "web" } },
    policyTypes: ["Ingress"],
    ingress: [{ from: [{ podSelector: { matchLabels: { app: "api" } } }, { namespaceSelector: { matchLabels: { team: "y" } } }] }],
  },
};
const WORLD: PolicyWorld = { policies: [LET_API], pods: [API, WEB, FAR], namespaces: NAMESPACES };

/** `selected < from each peer`, of the first policy. */
function told({ memberships }: PolicyIndex): string {
  const keys = (pods: readonly PolicyPod[] | null): string => (pods ?? []).map(({ key }) => key).join(" ");
  const [first] = memberships;
  return `${keys(first?.selected ?? [])} < ${(first?.peers.ingress[0] ?? []).map(keys).join(", ")}`;
}

describe("after a change", () => {
  const before = indexOf(WORLD, null);
  test.each<[string, Partial<PolicyWorld>, string]>([
    ["nothing", {}, "a/web < a/api, b/api"],
    ["a Pod more", { pods: [API, WEB, FAR, pod("b/zoo", {})] }, "a/web < a/api, b/api b/zoo"],
    ["a Pod less", { pods: [WEB, FAR] }, "a/web < , b/api"],
    ["a Pod with other labels", { pods: [pod("a/api", { app: "web" }), WEB, FAR] }, "a/api a/web < , b/api"],
    ["a namespace with other labels", { namespaces: new Map(NAMESPACES).set("b", { team: "z" }) }, "a/web < a/api, "],
    ["a namespace that is gone", { namespaces: new Map([["a", { team: "y" }]]) }, "a/web < a/api, a/api a/web"],
    ["no policy", { policies: [] }, " < "],
    ["the policy for others", { policies: [{ ...LET_API, spec: { ...LET_API.spec, podSelector: {} } }] }, "a/api a/web < a/api, b/api"],
  ])("%s", (_, change, expected) => {
    const world = { ...WORLD, ...change };
    expect(told(indexOf(world, before))).toBe(expected);
    expect(told(indexOf(world, null))).toBe(expected);
  });

  test("what did not change is the same value", () => {
    const again = indexOf({ ...WORLD, pods: [...WORLD.pods] }, before);
    expect(again.memberships[0]).toBe(before.memberships[0]);
    const more = indexOf({ ...WORLD, pods: [...WORLD.pods, pod("b/zoo", {})] }, before);
    expect(more.memberships[0]).not.toBe(before.memberships[0]);
    expect(more.memberships[0]?.selected).toBe(before.memberships[0]?.selected);
    expect(more.memberships[0]?.peers.ingress[0]?.[0]).toBe(before.memberships[0]?.peers.ingress[0]?.[0]);
  });

  test("the chains of other nodes and other policies stay the same values", () => {
    const quiet: Policy = { namespace: "b", name: "quiet", spec: { podSelector: {}, policyTypes: ["Egress"] } };
    const world = { ...WORLD, policies: [LET_API, quiet] };
    const writer = new PolicyWriter();
    const one = indexOf(world, null);
    const first = new Map(["node-1", "node-2"].map((node) => [node, writer.chainsOf(one, node, "IPv4")]));
    const two = indexOf({ ...world, pods: [...world.pods, pod("b/zoo", {}, "node-2", "10.244.2.9")] }, one);
    const named = (node: string): ReadonlySet<string> =>
      new Set(
        writer.chainsOf(two, node, "IPv4").flatMap((chain) => (first.get(node)?.includes(chain) === true ? [] : [chain.name.slice(0, 6)])),
      );
    expect(named("node-1")).toEqual(new Set(["CNI-PO", "CNI-NP"]));
    expect(named("node-2")).toEqual(new Set(["CNI-PO", "CNI-EG"]));
  });
});

const LABELS: readonly StringMap[] = [{ app: "web" }, { app: "api" }, { app: "api", tier: "back" }, {}];

/** Named ports too, on the way in and on the way out: their numbers are each Pod's own. */
const POLICIES: readonly Policy[] = [
  LET_API,
  {
    namespace: "a",
    name: "all",
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], egress: [{ ports: [{ protocol: "TCP", port: "http" }] }] },
  },
  {
    namespace: "b",
    name: "back",
    spec: {
      podSelector: { matchExpressions: [{ key: "tier", operator: "Exists" }] },
      policyTypes: ["Ingress"],
      ingress: [
        { from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: "web" } } }], ports: [{ protocol: "TCP", port: "http" }] },
      ],
    },
  },
];

test("a peer of many Pods stands in one chain, which policies share and which alone follows its Pods", () => {
  const many = Array.from({ length: 40 }, (_, i) => pod(`b/pod-${i + 10}`, {}, "node-2", `10.244.2.${i + 10}`));
  const everybody = (name: string, port: number): Policy => ({
    namespace: "a",
    name,
    spec: {
      podSelector: {},
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ protocol: "TCP", port }] }],
    },
  });
  const world: PolicyWorld = { policies: [everybody("one", 80), everybody("two", 443)], pods: [API, WEB, ...many], namespaces: NAMESPACES };
  const writer = new PolicyWriter();
  const before = indexOf(world, null);
  const chains = writer.chainsOf(before, "node-1", "IPv4");
  const sets = chains.filter(({ name }) => name.startsWith("CNI-PS-"));
  expect(sets.map(({ rules }) => rules.length)).toEqual([42]);
  const after = writer.chainsOf(indexOf({ ...world, pods: [API, WEB, ...many, FAR] }, before), "node-1", "IPv4");
  expect(after.filter((chain) => !chains.includes(chain)).map(({ name }) => name.slice(0, 6))).toEqual(["CNI-PO", "CNI-PS"]);
});

test("a hundred changes at random lead to the rules that are made from nothing", () => {
  const random = randomState(7, "policies");
  const writer = new PolicyWriter();
  let world: PolicyWorld = { policies: POLICIES, pods: [], namespaces: NAMESPACES };
  let index = indexOf(world, null);
  for (let round = 0; round < 100; round++) {
    const pods = new Map(world.pods.map((pod) => [pod.key, pod]));
    for (let i = 1 + nextBelow(random, 4); i > 0; i--) {
      const number = nextBelow(random, 12);
      const key = `${number < 6 ? "a" : "b"}/pod-${String.fromCharCode(97 + number)}`;
      if (nextBelow(random, 3) === 0) pods.delete(key);
      else {
        const node = 1 + nextBelow(random, 2);
        pods.set(key, pod(key, LABELS[nextBelow(random, LABELS.length)] ?? {}, `node-${node}`, `10.244.${node}.${20 + number}`));
      }
    }
    const namespaces = nextBelow(random, 10) === 0 ? new Map(NAMESPACES).set("b", { team: round % 2 === 0 ? "x" : "y" }) : world.namespaces;
    const policies = nextBelow(random, 10) === 0 ? POLICIES.slice(nextBelow(random, 3)) : world.policies;
    world = { policies, namespaces, pods: [...pods.keys()].sort().map((key) => pods.get(key) as PolicyPod) };
    index = indexOf(world, index);
    expect(index).toEqual(indexOf(world, null));
    for (const node of ["node-1", "node-2"]) expect(writer.chainsOf(index, node, "IPv4")).toEqual(policyChains(world, node, "IPv4"));
  }
});
