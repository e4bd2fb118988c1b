import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { listLines, specLines, tableIn } from "./iptables-list.ts";

const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");
const lines = (text: string): readonly string[] => text.replace(/\n$/, "").split("\n");
const none = { numeric: true, verbose: false, lineNumbers: false, packets: () => 0 };

describe.each(["clusterip", "session-affinity", "nodeport"])("iptables 1.8.9 with the rules of %s loaded", (name) => {
  const save = fixture(`iptables-${name}.rules.txt`);
  const nat = tableIn(save, "nat") ?? [];
  const filter = tableIn(save, "filter") ?? [];
  it("lists nat with -n", () => expect(listLines(nat, null, none)).toEqual(lines(fixture(`iptables-${name}.nat.txt`))));
  it("lists nat with -n -v and numbers", () =>
    expect(listLines(nat, null, { ...none, verbose: true, lineNumbers: true })).toEqual(lines(fixture(`iptables-${name}.nat-v.txt`))));
  it("lists filter", () => expect(listLines(filter, null, none)).toEqual(lines(fixture(`iptables-${name}.filter.txt`))));
  it("says one chain by its rules", () => expect(specLines(nat, "KUBE-SERVICES")).toEqual(lines(fixture(`iptables-${name}.spec.txt`))));
});

it("lists names without -n", () => {
  const nat = tableIn(fixture("iptables-clusterip.rules.txt"), "nat") ?? [];
  expect(listLines(nat, "KUBE-SERVICES", { ...none, numeric: false })).toEqual(lines(fixture("iptables-clusterip.names.txt")));
});
