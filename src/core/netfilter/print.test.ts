import { describe, expect, test } from "vitest";
import { NODE_A_RESTORE, NODE_A_SAVE, WRITTEN, WRITTEN_SAVED } from "./fixtures/rule-texts.ts";
import { limitPeriod, periodText, probabilityThreshold, thresholdText } from "./kernel-numbers.ts";
import { parseRules } from "./parse.ts";
import { printRule, printSave } from "./print.ts";
import type { Rule } from "./rules.ts";
import { rules } from "./testing.ts";

/** `-A` lines by chain, in order: tables and chains aside, what a text says. */
function ruleLines(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("-A "))
    .sort();
}

describe("the worked example", () => {
  test("iptables-save text reads and prints back to the letter", () => {
    expect(printSave(rules(NODE_A_SAVE))).toBe(NODE_A_SAVE);
  });

  test("each of kube-proxy's own lines reads and prints back to the letter", () => {
    const lines = [...rules(NODE_A_RESTORE).tables.values()].flatMap((table) =>
      [...table.chains.values()].flatMap((chain) => chain.rules.map((rule) => printRule(chain.name, rule, "restore", "IPv4"))),
    );
    expect(lines.sort()).toEqual(ruleLines(NODE_A_RESTORE));
    expect(lines.length).toBe(59);
  });

  test("what kube-proxy wrote is what iptables-save shows, accounting aside", () => {
    const written = NODE_A_RESTORE.replace(/ -m nfacct --nfacct-name \S+ -j DROP/, " -j DROP")
      .split("\n")
      .filter((line) => !line.includes("nfacct"))
      .join("\n");
    const jumps = ruleLines(NODE_A_SAVE).filter((line) => /^-A (INPUT|FORWARD|OUTPUT|PREROUTING|POSTROUTING) /.test(line));
    expect(
      ruleLines(printSave(rules(written)))
        .concat(jumps)
        .sort(),
    ).toEqual(ruleLines(NODE_A_SAVE));
  });
});

test("people's spellings print as iptables-save printed them", () => {
  const parsed = parseRules(WRITTEN);
  // `-m state` is an older name of `-m conntrack`; the model knows one. What is not modelled stays as it was written.
  const want = WRITTEN_SAVED.replace("-m state --state NEW", "-m conntrack --ctstate NEW");
  expect(ruleLines(printSave(parsed.ruleSet))).toEqual(ruleLines(want));
  expect(parsed.diagnostics.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
    "unmodelled: -m statistic --mode nth --every 3 --packet 0",
    "unmodelled: -j CT --notrack",
  ]);
});

describe("what kube-proxy writes beyond the example", () => {
  test.each([
    [
      "IPv6",
      "-A S -m comment --comment x/y -m tcp -p tcp -d fd00::1 --dport 80 ! -s fd00::/64 -j Q",
      '-A S ! -s fd00::/64 -d fd00::1/128 -p tcp -m comment --comment "x/y" -m tcp --dport 80 -j Q',
    ],
    ["IPv6", "-A S -m tcp -p tcp -j DNAT --to-destination [fd00::2]:80", "-A S -p tcp -m tcp -j DNAT --to-destination [fd00::2]:80"],
    ["IPv6", "-A S -m recent --name Q --set", "-A S -m recent --set --name Q --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource"],
    [
      "IPv4",
      '-A S -m comment --comment "a b" -m addrtype --dst-type LOCAL ! -d 127.0.0.0/8 -j Q',
      '-A S ! -d 127.0.0.0/8 -m comment --comment "a b" -m addrtype --dst-type LOCAL -j Q',
    ],
    [
      "IPv6",
      '-A S -m comment --comment "a b" -m addrtype --dst-type LOCAL ! -d ::1/128 -j Q',
      '-A S ! -d ::1/128 -m comment --comment "a b" -m addrtype --dst-type LOCAL -j Q',
    ],
    [
      "IPv4",
      "-A S -m comment --comment x/y -m udp -p udp -d 10.0.0.1 --dport 53 ! -i cali+ -j Q",
      '-A S -d 10.0.0.1/32 ! -i cali+ -p udp -m comment --comment "x/y" -m udp --dport 53 -j Q',
    ],
    [
      "IPv4",
      '-A S -m comment --comment "a b" -m addrtype --dst-type LOCAL -m sctp -p sctp --dport 9 -j Q',
      '-A S -p sctp -m comment --comment "a b" -m addrtype --dst-type LOCAL -m sctp --dport 9 -j Q',
    ],
  ] as const)("%s %s", (family, written, saved) => {
    const [table] = [...rules(`*nat\n:S - [0:0]\n:Q - [0:0]\n${written}\nCOMMIT\n`, family).tables.values()];
    const rule = table?.chains.get("S")?.rules[0];
    if (rule === undefined) throw new Error("no rule");
    expect(printRule("S", rule, "restore", family)).toBe(written);
    expect(printRule("S", rule, "save", family)).toBe(saved);
  });

  test("a rule that does not say where its ports stand has them where kube-proxy puts them: before the accounting", () => {
    const rule: Rule = {
      protocol: { name: "tcp", invert: false },
      source: null,
      destination: { cidr: "127.0.0.0/8", invert: false },
      inInterface: null,
      outInterface: null,
      sourcePort: null,
      destinationPort: { from: 30080, to: 30080, invert: false },
      matches: [
        { kind: "comment", text: "shop/web:http" },
        { kind: "nfacct", name: "n" },
      ],
      target: { kind: "jump", chain: "Q" },
      origin: null,
    };
    expect(printRule("S", rule, "restore", "IPv4")).toBe(
      "-A S -m comment --comment shop/web:http -m tcp -p tcp -d 127.0.0.0/8 --dport 30080 -m nfacct --nfacct-name n -j Q",
    );
    expect(printRule("S", rule, "save", "IPv4")).toBe(
      '-A S -d 127.0.0.0/8 -p tcp -m comment --comment "shop/web:http" -m tcp --dport 30080 -m nfacct --nfacct-name  n -j Q',
    );
  });

  test("a source range of one address keeps its prefix length", () => {
    const [table] = [...rules("*nat\n:S - [0:0]\n-A S -s 1.2.3.4 -j RETURN\nCOMMIT\n").tables.values()];
    const rule = table?.chains.get("S")?.rules[0];
    if (rule?.source === undefined || rule.source === null) throw new Error("no rule");
    const range = { ...rule, source: { ...rule.source, prefixWritten: true } };
    expect(printRule("S", rule, "restore", "IPv4")).toBe("-A S -s 1.2.3.4 -j RETURN");
    expect(printRule("S", range, "restore", "IPv4")).toBe("-A S -s 1.2.3.4/32 -j RETURN");
  });
});

test("counters print in front", () => {
  const ruleSet = rules("*filter\n-A INPUT -j ACCEPT\nCOMMIT\n");
  expect(printSave(ruleSet, (table, chain, index) => (table === "filter" && chain === "INPUT" && index === 0 ? 7 : 0))).toContain(
    "[7:0] -A INPUT -j ACCEPT",
  );
});

// Read back from iptables-save 1.8.9.
test.each([
  ["0.5000000000", "0.50000000000"],
  ["0.3333333333", "0.33333333349"],
  ["0.1666666667", "0.16666666651"],
  ["0.1428571429", "0.14285714272"],
  ["0.0000099999", "0.00001000008"],
  ["0.000244140625", "0.00024414062"], // a tie: to even
  ["1", "1.00000000000"],
  ["0", "0.00000000000"],
])("probability %s is kept as %s", (written, shown) => {
  expect(thresholdText(probabilityThreshold(written))).toBe(shown);
  expect(probabilityThreshold(shown)).toBe(probabilityThreshold(written));
});

test.each([
  ["3/min", "3/min"],
  ["3/minute", "3/min"],
  ["60/m", "1/sec"],
  ["5", "5/sec"],
  ["24/day", "1/hour"],
  ["0/sec", null],
  ["3/fortnight", null],
])("rate %s is kept as %s", (written, shown) => {
  const period = limitPeriod(written);
  expect(period === null ? null : periodText(period)).toBe(shown);
});
