import { describe, expect, it } from "vitest";
import type { RuleSet } from "../../src/core/netfilter/rules.ts";
import { rewrite } from "./faults.ts";
import { normalForm } from "./suite.ts";

describe("normalForm", () => {
  it("sorts tables and chains, cuts counters, keeps the order inside a chain", () => {
    const saved =
      "*nat\n:B - [3:4]\n:A ACCEPT [1:2]\n-A B -j ACCEPT\n-A A -j B\n-A B -j DROP\nCOMMIT\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n";
    expect(normalForm(saved)).toEqual([
      "*filter",
      ":INPUT ACCEPT",
      "*nat",
      ":A ACCEPT",
      ":B -",
      "-A A -j B",
      "-A B -j ACCEPT",
      "-A B -j DROP",
    ]);
  });
  it("tells rules in another order apart", () => {
    const rules = (lines: string): string => `*nat\n:A - [0:0]\n${lines}\nCOMMIT\n`;
    expect(normalForm(rules("-A A -j ACCEPT\n-A A -j DROP"))).not.toEqual(normalForm(rules("-A A -j DROP\n-A A -j ACCEPT")));
  });
});

it("refuses a fault that changes nothing", () => {
  const rules: RuleSet = {
    family: "IPv4",
    tables: new Map([["nat", { name: "nat", chains: new Map([["A", { name: "A", policy: null, rules: [] }]]) }]]),
  };
  expect(() => rewrite(rules, "nat", "A", (own) => own)).toThrow("changes nothing");
  expect(() => rewrite(rules, "nat", "B", (own) => own)).toThrow("no chain B");
});
