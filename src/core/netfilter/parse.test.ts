import { describe, expect, test } from "vitest";
import { NODE_A_RESTORE, NODE_A_SAVE } from "./fixtures/rule-texts.ts";
import { applyRestore, emptyRuleSet, parseRules } from "./parse.ts";
import { printSave } from "./print.ts";
import { rules } from "./testing.ts";

const BASE = "*nat\n:A - [0:0]\n:B - [0:0]\n:C - [0:0]\n-A PREROUTING -j B\n-A B -j A\n-A A -j RETURN\nCOMMIT\n";

/** Chains and rules of nat, short: `B: -j A`. */
function nat(text: string): string[] {
  return printSave(rules(text))
    .split("\n")
    .filter((line) => /^(-A|:[A-Z] )/.test(line));
}

describe("laying a text over rules", () => {
  test("a declared chain is emptied and filled, others stay the same objects", () => {
    const before = rules(BASE);
    const { ruleSet, applied } = applyRestore(before, "*nat\n:B - [0:0]\n-A B -j ACCEPT\nCOMMIT\n", { noflush: true });
    expect(applied).toBe(true);
    expect(nat(printSave(ruleSet))).toEqual([
      ":A - [0:0]",
      ":B - [0:0]",
      ":C - [0:0]",
      "-A PREROUTING -j B",
      "-A A -j RETURN",
      "-A B -j ACCEPT",
    ]);
    const chain = (name: string): unknown[] => [ruleSet, before].map((set) => set.tables.get("nat")?.chains.get(name));
    expect(chain("A")[0]).toBe(chain("A")[1]);
    expect(chain("B")[0]).not.toBe(chain("B")[1]);
  });

  test("without noflush the named tables begin empty, others stay", () => {
    const before = rules(`${BASE}*filter\n-A INPUT -j DROP\nCOMMIT\n`);
    const { ruleSet } = applyRestore(before, "*nat\n:D - [0:0]\nCOMMIT\n", { noflush: false });
    expect([...(ruleSet.tables.get("nat")?.chains.keys() ?? [])]).toEqual(["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING", "D"]);
    expect(ruleSet.tables.get("filter")).toBe(before.tables.get("filter"));
  });

  test("insert, delete, flush and delete-chain", () => {
    const text = "*nat\n-I PREROUTING -j ACCEPT\n-I PREROUTING 2 -j LOG\n-D B -j A\n-F A\n-X A\n-X C\n-P OUTPUT DROP\nCOMMIT\n";
    const { ruleSet, diagnostics } = applyRestore(rules(BASE), text, { noflush: true });
    expect(diagnostics).toEqual([]);
    expect(nat(printSave(ruleSet))).toEqual([":B - [0:0]", "-A PREROUTING -j ACCEPT", "-A PREROUTING -j LOG", "-A PREROUTING -j B"]);
    expect(printSave(ruleSet)).toContain(":OUTPUT DROP [0:0]");
  });

  test("kube-proxy's text twice is kube-proxy's text once", () => {
    const once = applyRestore(rules(NODE_A_SAVE), NODE_A_RESTORE, { noflush: true }).ruleSet;
    const twice = applyRestore(once, NODE_A_RESTORE, { noflush: true }).ruleSet;
    expect(printSave(twice)).toBe(printSave(once));
  });

  // What iptables-restore 1.8.9 refuses; nothing of the table changes.
  test.each([
    ["*nat\n-A PREROUTING -s 1.2.3.4 -j ACCEPT\n-A PREROUTING -j NOPE\nCOMMIT\n", 3, "no chain named NOPE"],
    ["*nat\n-A PREROUTING -j DROP\nCOMMIT\n", 2, 'the "nat" table is not for filtering, DROP is refused there'],
    ["*nat\n:A - [0:0]\n-X A\nCOMMIT\n", 4, "chain A is in use by B"],
    ["*nat\n-X B\nCOMMIT\n", 2, "chain B is not empty"],
    ["*nat\n-A C -j C\nCOMMIT\n", 3, "chain C can reach itself"],
    ["*nat\n-A A -j B\nCOMMIT\n", 3, "chain B can reach itself"],
    ["*nat\n-A B -p tcp --dport 80 -j NOPE\nCOMMIT\n", 2, "no chain named NOPE"],
    ["*nat\n-A B --dport 80 -j ACCEPT\nCOMMIT\n", 2, "a port needs -p tcp, udp or sctp"],
    ["*nat\n-A B -m udp -p tcp --dport 80\nCOMMIT\n", 2, "-m udp needs -p udp"],
    ["*nat\n-A B -s fd00::1\nCOMMIT\n", 2, "fd00::1 is not an IPv4 address"],
    ["*nat\n-A B -s web\nCOMMIT\n", 2, "cannot read the address web"],
    ["*nat\n-A B -m statistic --mode random --probability 2\nCOMMIT\n", 2, "--probability 2 is not between 0 and 1"],
    ['*nat\n-A B -m comment --comment "x\nCOMMIT\n', 2, "a quotation mark is not closed"],
    ["*nat\n-A B -j DNAT --to-destination nowhere\nCOMMIT\n", 2, "cannot read the address nowhere of DNAT"],
    ["*filter\n-A INPUT -j MASQUERADE\nCOMMIT\n", 2, "MASQUERADE is only valid in the nat table, not in filter"],
    ["*nat\n-A B -g ACCEPT\nCOMMIT\n", 2, "goto 'ACCEPT' is not a chain"],
    ["*nat\n-A B -j ACCEPT", 2, "COMMIT of table nat is missing"],
  ])("refuses %j", (text, line, message) => {
    const before = rules(BASE);
    const { ruleSet, applied, diagnostics } = applyRestore(before, text, { noflush: true });
    expect(applied).toBe(false);
    expect(diagnostics).toEqual([{ line, severity: "error", message }]);
    expect(printSave(ruleSet)).toBe(printSave(before));
  });

  test("tables committed before an error stay", () => {
    const { ruleSet } = applyRestore(rules(BASE), "*filter\n-A INPUT -j DROP\nCOMMIT\n*nat\n-X B\nCOMMIT\n", { noflush: true });
    expect(ruleSet.tables.get("filter")?.chains.get("INPUT")?.rules.length).toBe(1);
    expect(ruleSet.tables.get("nat")?.chains.has("B")).toBe(true);
  });
});

describe("reading a pasted text", () => {
  test("goes on after a line that cannot be read, and names it", () => {
    const { ruleSet, diagnostics } = parseRules("*filter\n-A INPUT -j NOPE\n-A INPUT -j ACCEPT\nCOMMIT\n");
    expect(diagnostics).toEqual([{ line: 2, severity: "error", message: "no chain named NOPE" }]);
    expect(ruleSet.tables.get("filter")?.chains.get("INPUT")?.rules.length).toBe(1);
  });

  test("counters, remarks and foreign tables are passed over", () => {
    const { ruleSet, diagnostics } = parseRules(
      "# Generated\n*security\n-A INPUT -j X\nCOMMIT\n*filter\n:INPUT DROP [3:180]\n[5:300] -A INPUT -c 5 300 -j ACCEPT\nCOMMIT\n",
    );
    expect(diagnostics).toEqual([{ line: 2, severity: "unmodelled", message: "table security" }]);
    expect(ruleSet.tables.get("filter")?.chains.get("INPUT")).toMatchObject({ policy: "DROP", rules: [{ target: { kind: "ACCEPT" } }] });
  });

  test("an unknown option of a known match makes that match unknown, word for word", () => {
    const { ruleSet, diagnostics } = parseRules(
      "*filter\n-A INPUT -p tcp -m tcp --dport 80 --tcp-option 2 -m recent --rcheck --rttl -j ACCEPT\nCOMMIT\n",
    );
    expect(diagnostics.map(({ message }) => message)).toEqual(["-m tcp --tcp-option 2", "-m recent --rcheck --rttl"]);
    expect(printSave(ruleSet)).toContain("-A INPUT -p tcp -m tcp --dport 80 -m tcp --tcp-option 2 -m recent --rcheck --rttl -j ACCEPT");
  });
});

test("an empty rule set has no tables", () => {
  expect(printSave(emptyRuleSet("IPv6"))).toBe("");
});
