import { describe, expect, test } from "vitest";
import { band } from "./share.ts";

describe("band", () => {
  test.each([
    // n, p, and the counts between which 95 of 100 runs fall (quantiles summed in exact fractions).
    [60, 1 / 3, 13, 27],
    [10, 0.5, 2, 8],
    [100, 0.5, 40, 60],
    [200, 0.05, 4, 16],
    [1000, 1 / 3, 304, 363],
  ])("of %d requests at %d: %d to %d", (n, p, low, high) => {
    const { low: a, high: b } = band(n, p);
    expect([Math.round(a * n), Math.round(b * n)]).toEqual([low, high]);
  });

  test("certainty has no width", () => {
    expect(band(50, 1)).toEqual({ low: 1, high: 1 });
    expect(band(50, 0)).toEqual({ low: 0, high: 0 });
  });

  test("ten thousand requests neither underflow nor overflow", () => {
    const { low, high } = band(10_000, 0.001);
    expect([Math.round(low * 10_000), Math.round(high * 10_000)]).toEqual([4, 17]);
  });
});
