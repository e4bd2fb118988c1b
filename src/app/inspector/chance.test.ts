import { expect, test } from "vitest";
import { fitOf } from "./chance.ts";

// Values of chi² with these probabilities: NIST/SEMATECH, e-Handbook of Statistical Methods, 1.3.6.7.4.
test.each([
  [1, 3.841, 0.05],
  [2, 5.991, 0.05],
  [3, 7.815, 0.05],
  [9, 16.919, 0.05],
  [1, 6.635, 0.01],
  [20, 37.566, 0.01],
  [50, 67.505, 0.05],
  [99, 123.225, 0.05],
])("%i degrees of freedom, chi² %d: %d", (degrees, chiSquare, probability) => {
  // Two counts as far apart as that, the others as expected: n (x / n)² twice over n / k.
  const k = degrees + 1;
  const n = 1e6;
  const far = Math.sqrt((chiSquare * n) / k / 2);
  const counts = Array.from({ length: k }, (_, i) => n / k + (i === 0 ? far : i === 1 ? -far : 0));
  const fit = fitOf(counts, Array<number>(k).fill(1 / k));
  expect(fit?.chiSquare).toBeCloseTo(chiSquare, 6);
  expect(fit?.degrees).toBe(degrees);
  expect(fit?.probability).toBeCloseTo(probability, 3);
});

test("counts as expected: every run is at least as far", () => {
  expect(fitOf([10, 10], [0.5, 0.5])).toEqual({ chiSquare: 0, degrees: 1, probability: 1 });
});

test("nothing to compare", () => {
  expect(fitOf([10], [1])).toBeNull();
  expect(fitOf([0, 0], [0.5, 0.5])).toBeNull();
  expect(fitOf([10, 0], [1, 0])).toBeNull();
});
