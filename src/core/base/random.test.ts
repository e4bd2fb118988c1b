import { expect, test } from "vitest";
import { nextBelow, nextUint32, randomState } from "./random.ts";

const first = (seed: number, key: string): number => nextUint32(randomState(seed, key));

test("seed and key both decide the stream", () => {
  const seeds = new Set(Array.from({ length: 1000 }, (_, seed) => first(seed, "pods")));
  const keys = new Set(Array.from({ length: 1000 }, (_, i) => first(1, `default/web-${i}`)));
  expect([seeds.size, keys.size]).toEqual([1000, 1000]);
  expect(first(2 ** 40 + 1, "pods")).not.toBe(first(1, "pods")); // bits above 32 count
  expect(first(7, "pods")).toBe(first(7, "pods"));
});

test("first draws are spread evenly over seeds", () => {
  const tens = Array.from({ length: 10 }, () => 0);
  for (let seed = 0; seed < 10_000; seed++) tens[nextBelow(randomState(seed, "x"), 10)]! += 1;
  for (const count of tens) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
