import { expect, test } from "vitest";
import { percentages } from "./percentages.ts";

test.each([
  ["a third each", { a: 1, b: 1, c: 1 }, { a: 34, b: 33, c: 33 }],
  ["of 201 requests", { a: 75, b: 65, c: 61 }, { a: 37, b: 32, c: 31 }],
  ["one alone", { a: 7 }, { a: 100 }],
  ["one that got none", { a: 3, b: 0 }, { a: 100, b: 0 }],
  ["nothing", {}, {}],
  ["nothing counted", { a: 0 }, {}],
])("%s", (_, counts, wanted) => {
  expect(Object.fromEntries(percentages(Object.entries(counts)))).toEqual(wanted);
  expect(Object.fromEntries(percentages(Object.entries(counts).reverse()))).toEqual(wanted);
});

test("many parts add up to 100", () => {
  for (let n = 1; n < 60; n++) {
    const counts = Array.from({ length: n }, (_, i) => [`pod-${i}`, 1 + ((i * 7919) % 13)] as const);
    expect([...percentages(counts).values()].reduce((sum, one) => sum + one, 0)).toBe(100);
  }
});
