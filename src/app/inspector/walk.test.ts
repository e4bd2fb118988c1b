import { describe, expect, test } from "vitest";
import type { RuleStep } from "../../core/network/trace.ts";
import type { RuleRef } from "../../core/netfilter/rules.ts";
import type { RulesView } from "../../core/simulation/view.ts";
import { choiceOf, odds, overall, remarkOf, shortRule, walkedChains, type GateHop } from "./walk.ts";

const SVC = "KUBE-SVC-LOLE4ISW44XBNF3G";
const rule = (chain: string, index: number, text: string): RuleRef => ({
  node: "node-1",
  family: "IPv4",
  table: "nat",
  chain,
  index,
  text: `-A ${chain} ${text}`,
  origin: null,
});
const passed = (ref: RuleRef): RuleStep => ({ kind: "rule", rule: ref, result: "passed", did: null, draw: { drawn: 0.9, below: 1 / 3 } });
const jumped = (ref: RuleRef, chain: string): RuleStep => ({
  kind: "rule",
  rule: ref,
  result: "matched",
  did: { kind: "jump", chain },
  draw: { drawn: 0.41, below: 0.5 },
});

const balancing = [0, 1, 2].map((i) => rule(SVC, i + 1, `-j KUBE-SEP-${"ABC"[i]}`));
const toSep = balancing[1] as RuleRef;
const dnat = rule("KUBE-SEP-B", 1, "-p tcp -j DNAT --to-destination 10.244.2.6:8080");

// A chain of 12 rules of which the ninth matches, then the Service's chain, then the endpoint's.
const services = Array.from({ length: 12 }, (_, i) => rule("KUBE-SERVICES", i, `-d 10.96.0.${i}/32 -j KUBE-SVC-${i}`));
const steps: RuleStep[] = [
  { kind: "skipped", chain: "KUBE-SERVICES", count: 8 },
  jumped(services[8] as RuleRef, SVC),
  { kind: "skipped", chain: SVC, count: 1 },
  passed(balancing[0] as RuleRef),
  jumped(toSep, "KUBE-SEP-B"),
  { kind: "skipped", chain: "KUBE-SEP-B", count: 1 },
  { kind: "rule", rule: dnat, result: "matched", did: { kind: "dnat", to: "10.244.2.6:8080" }, draw: null },
];
const hop = { kind: "rewrite", walks: [{ hook: "PREROUTING", table: "nat", steps, verdict: "accept" }] } as unknown as GateHop; // only what is read here

const rows = (refs: readonly RuleRef[]): { rule: RuleRef; packets: number }[] => refs.map((ref) => ({ rule: ref, packets: ref.index }));
const view: RulesView = {
  node: "node-1",
  family: "IPv4",
  tables: [
    {
      name: "nat",
      chains: [
        { name: "KUBE-SERVICES", policy: null, hook: null, rows: rows(services) },
        { name: SVC, policy: null, hook: null, rows: rows([rule(SVC, 0, "! -s 10.244.0.0/16 -j KUBE-MARK-MASQ"), ...balancing]) },
        { name: "KUBE-SEP-B", policy: null, hook: null, rows: rows([rule("KUBE-SEP-B", 0, "-s 10.244.2.6/32 -j KUBE-MARK-MASQ"), dnat]) },
      ],
    },
  ],
};

const print = (chains: ReturnType<typeof walkedChains>): string[] =>
  chains.flatMap((chain) => [
    chain.name,
    ...chain.rows.map((row) => (row.kind === "more" ? `  ${row.count} more ${row.state}` : `  ${row.rule.index} ${row.state}`)),
  ]);

describe("walkedChains", () => {
  test("with the node's rules, every rule has a state and long stretches fold", () => {
    expect(print(walkedChains(hop, new Set(["nat"]), view))).toEqual([
      "KUBE-SERVICES",
      "  0 considered",
      "  5 more considered",
      "  6 considered",
      "  7 considered",
      "  8 matched",
      "  9 not-reached",
      "  10 not-reached",
      "  1 more not-reached",
      SVC,
      "  0 considered",
      "  1 considered",
      "  2 matched",
      "  3 not-reached",
      "KUBE-SEP-B",
      "  0 considered",
      "  1 rewrote",
    ]);
  });

  test("without them, what the trace recorded", () => {
    expect(print(walkedChains(hop, new Set(["nat"]), null))).toEqual([
      "KUBE-SERVICES",
      "  8 matched",
      SVC,
      "  1 considered",
      "  2 matched",
      "KUBE-SEP-B",
      "  1 rewrote",
    ]);
  });

  test("rules that were rewritten since are not mixed with what the packet met", () => {
    const newer = {
      ...view,
      tables: view.tables.map((table) => ({
        ...table,
        chains: table.chains.map((chain) => ({ ...chain, rows: chain.rows.filter((row) => row.rule.index !== 1) })),
      })),
    };
    expect(print(walkedChains(hop, new Set(["nat"]), newer))).toContain("  2 matched");
    expect(choiceOf(hop, newer)?.place).toEqual({ number: 1, of: 2 });
  });

  test("other tables are left out", () => {
    expect(walkedChains(hop, new Set(["filter"]), view)).toEqual([]);
  });
});

test("the choice is named among the rules that choose", () => {
  expect(choiceOf(hop, view)).toEqual({ rule: toSep, draw: { drawn: 0.41, below: 0.5 }, place: { number: 2, of: 3 } });
});

test("one in two of what is left is one in three overall", () => {
  const chain = walkedChains(hop, new Set(["nat"]), view).find(({ name }) => name === SVC);
  const row = chain?.rows.find((one) => one.kind === "row" && one.state === "matched");
  expect(chain !== undefined && row?.kind === "row" ? overall(chain.rows, row) : null).toBeCloseTo(1 / 3, 9);
});

test.each([
  [0.5, "1 in 2"],
  [0.33333333349, "1 in 3"],
  [0.9, "90.0%"],
])("odds of %d are %s", (below, want) => expect(odds(below)).toBe(want));

test.each([
  [
    '-A KUBE-SVC-X -m comment --comment "default/web -> 10.1.1.1:80" -m statistic --mode random --probability 0.5 -j KUBE-SEP-Y',
    "--probability 0.5 -j KUBE-SEP-Y",
  ],
  ["-A X -m statistic --mode random --probability 0.33333333349 -j Y", "--probability 0.33333 -j Y"],
  [
    "-A KUBE-SERVICES -d 10.96.0.10/32 -p udp -m comment --comment x -m udp --dport 53 -j KUBE-SVC-Z",
    "-d 10.96.0.10/32 -p udp --dport 53 -j KUBE-SVC-Z",
  ],
])("shortRule", (text, want) => expect(shortRule(text)).toBe(want));

test.each([
  ['-A CNI-IN-X -m comment --comment "not let in to shop/db by deny" -j DROP', "not let in to shop/db by deny"],
  ['-A X -m comment --comment "a \\"word\\"" -j DROP', 'a "word"'],
  ["-A X -d 10.0.0.1/32 -m comment --comment x -j DROP", "x"],
  ["-A X -j DROP", null],
])("the remark of %s", (text, remark) => {
  expect(remarkOf(text)).toBe(remark);
});
