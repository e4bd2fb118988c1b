import { expect, test } from "vitest";
import { OverlaidChains } from "./overlay.ts";
import type { Chain } from "./rules.ts";
import type { FollowedChains } from "./tables.ts";

const chain = (name: string): Chain => ({ name, policy: null, rules: [] });
const [a, b, c, other] = [chain("A"), chain("B"), chain("C"), chain("B")];

/** Chains that know what changed in them. */
class Followed extends Map<string, Chain> implements FollowedChains {
  changedSince(): readonly string[] {
    return ["A"];
  }
}

test("what lies over stands in the place of what is below, the rest behind it", () => {
  const chains = new OverlaidChains(
    new Map([
      ["A", a],
      ["B", b],
    ]),
    new Map([
      ["B", other],
      ["C", c],
    ]),
  );
  expect([...chains]).toEqual([
    ["A", a],
    ["B", other],
    ["C", c],
  ]);
  expect([...chains.keys()]).toEqual(["A", "B", "C"]);
  expect([...chains.values()]).toEqual([a, other, c]);
  expect(chains.size).toBe(3);
  expect(["A", "B", "C", "D"].map((name) => [chains.has(name), chains.get(name)])).toEqual([
    [true, a],
    [true, other],
    [true, c],
    [false, undefined],
  ]);
});

test("what changed is what changed below, and what lies over", () => {
  const base = new Map([["A", a]]);
  const over = new Map([["B", b]]);
  const before = new OverlaidChains(base, over);
  expect(new OverlaidChains(base, new Map([["C", c]])).changedSince(before)).toEqual(["B", "C"]);
  expect(new OverlaidChains(new Followed([["A", a]]), over).changedSince(before)).toEqual(["A", "B"]);
  // Nobody knows what other chains below have in common.
  expect(new OverlaidChains(new Map([["A", a]]), over).changedSince(before)).toBeNull();
  expect(before.changedSince(base)).toBeNull();
});
