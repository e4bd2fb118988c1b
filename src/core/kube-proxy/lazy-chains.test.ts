import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { writeRules } from "./iptables.ts";
import type { ProxyInput } from "./iptables.ts";
import { DEFAULT_PROXY_SETTINGS } from "./settings.ts";
import { proxyInput } from "./sync.ts";
import { storeOf } from "./test-objects.ts";

const yaml = readFileSync(new URL("./golden/worked-example.yaml", import.meta.url), "utf8");

/** A fresh store: nothing is remembered from the test before. */
function freshInput(): ProxyInput {
  return proxyInput(storeOf(yaml), "node-a", "IPv4", { ...DEFAULT_PROXY_SETTINGS, clusterCidr: "10.244.0.0/16" });
}

const chainsOf = (input: ProxyInput) => {
  const chains = writeRules(input).tables.get("nat")?.chains;
  if (chains === undefined) throw new Error("no table nat");
  return chains;
};

it("answers for one chain as the whole map does, in any order of questions", () => {
  const all = [...chainsOf(freshInput())];
  expect(all.length).toBe(chainsOf(freshInput()).size);
  for (const order of [all, all.toReversed()]) {
    const lazy = chainsOf(freshInput());
    for (const [name, chain] of order) expect(lazy.get(name), name).toEqual(chain);
    expect([...lazy.keys()]).toEqual(all.map(([name]) => name));
  }
});

it("says that a chain is not there", () => {
  const lazy = chainsOf(freshInput());
  expect(["KUBE-SVC-AAAAAAAAAAAAAAAA", "KUBE-FW-YI7FANR2652WTB3A", "DOCKER"].map((name) => lazy.get(name))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(lazy.has("KUBE-SVC-YI7FANR2652WTB3A")).toBe(true);
});

it("gives the chains of a service port by identity, asked one by one or all together", () => {
  const input = freshInput();
  const one = chainsOf(input).get("KUBE-SEP-2TT2MS464AZWSXM7");
  const lazy = chainsOf(input);
  lazy.get("KUBE-SVC-YI7FANR2652WTB3A");
  expect(lazy.get("KUBE-SEP-2TT2MS464AZWSXM7")).toBe(one);
  expect(new Map(chainsOf(input)).get("KUBE-SEP-2TT2MS464AZWSXM7")).toBe(one);
});
