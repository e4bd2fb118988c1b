import { expect, test } from "vitest";
import type { RulesView } from "../../core/simulation/view.ts";
import { searchRules } from "./search.ts";

const RULES: readonly (readonly ["nat" | "filter", string, readonly string[]])[] = [
  ["filter", "KUBE-SERVICES", ['-d 10.96.88.9/32 -p tcp -m comment --comment "default/cart has no endpoints" -m tcp --dport 80 -j REJECT']],
  ["nat", "KUBE-POSTROUTING", []],
  [
    "nat",
    "KUBE-SERVICES",
    ['-d 10.96.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -j KUBE-SVC-DNS', "-j KUBE-NODEPORTS"],
  ],
  ["nat", "KUBE-SVC-DNS", ['-m comment --comment "kube-system/kube-dns:dns -> 10.244.1.2:53" -j KUBE-SEP-ONE']],
];
const view: RulesView = {
  node: "node-1",
  family: "IPv4",
  tables: (["filter", "nat"] as const).map((table) => ({
    name: table,
    chains: RULES.filter(([of]) => of === table).map(([, name, texts]) => ({
      name,
      policy: null,
      hook: null,
      rows: texts.map((text, index) => ({
        rule: { node: "node-1", family: "IPv4", table, chain: name, index, text: `-A ${name} ${text}`, origin: null },
        packets: 0,
      })),
    })),
  })),
};

test.each([
  ["an address", "10.244.1.2", ["nat KUBE-SVC-DNS 0"], 1],
  ["a remark, whatever its letters", "KUBE-DNS:dns", ["nat KUBE-SERVICES 0", "nat KUBE-SVC-DNS 0"], 2],
  ["a chain: its rules, and those that lead there", "kube-svc-dns", ["nat KUBE-SERVICES 0", "nat KUBE-SVC-DNS 0"], 2],
  ["a chain without rules", "kube-postrouting", ["nat KUBE-POSTROUTING"], 0],
  ["several words", "filter 10.96 reject", ["filter KUBE-SERVICES 0"], 1],
  ["nothing", "nowhere", [], 0],
  ["no words", "  ", [], 0],
] as const)("%s", (_, query, wanted, total) => {
  const found = searchRules(view, query, 10);
  expect(found.chains.map(({ table, name, rows }) => [table, name, ...rows.map(({ rule }) => rule.index)].join(" "))).toEqual(wanted);
  expect(found.total).toBe(total);
});

test("of many the first, and how many there are", () => {
  const found = searchRules(view, "kube", 2);
  expect(found.chains.flatMap(({ rows }) => rows)).toHaveLength(1);
  expect([found.total, found.inChains]).toEqual([4, 4]);
});
