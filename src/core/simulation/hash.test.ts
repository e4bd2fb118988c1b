import { describe, expect, test } from "vitest";
import { canonicalText, hashOf } from "./hash.ts";

describe("canonical text", () => {
  test.each([
    ["order of keys does not count", { b: 1, a: 2 }, { a: 2, b: 1 }],
    [
      "order of Map entries does not count",
      new Map([
        ["x", 1],
        ["y", 2],
      ]),
      new Map([
        ["y", 2],
        ["x", 1],
      ]),
    ],
    ["undefined is absent", { a: undefined }, {}],
    ["minus zero is zero", [-0], [0]],
  ])("%s", (_, a, b) => expect(canonicalText(a)).toBe(canonicalText(b)));

  test.each([
    ["a list's order counts", [1, 2], [2, 1]],
    ["text is not a number", ["1"], [1]],
    ["a Map is not an object", new Map([["a", 1]]), { a: 1 }],
    ["nesting shows", [[1], 2], [1, [2]]],
    ["Map keys keep their type", new Map([[1, 0]]), new Map([["1", 0]])],
  ])("%s", (_, a, b) => expect(canonicalText(a)).not.toBe(canonicalText(b)));

  test("what is not plain is our own mistake", () => {
    expect(() => canonicalText({ f: () => 1 })).toThrow("a function is not plain data");
  });
});

test("the hash is SHA-256 of that text", () => {
  // printf 'null' | sha256sum
  expect(hashOf(null)).toBe("74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b");
  expect(hashOf("x".repeat(50_000))).toBe(hashOf("x".repeat(50_000)));
});
