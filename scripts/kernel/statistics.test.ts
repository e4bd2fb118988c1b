import { describe, expect, it } from "vitest";
import { chiSquareP, upperGamma } from "./statistics.ts";

describe("upperGamma", () => {
  // Tail of chi-square with `freedom` degrees at `statistic`, from published tables.
  it.each([
    [1, 3.841459, 0.05],
    [1, 6.634897, 0.01],
    [2, 5.991465, 0.05],
    [2, 27.63102, 1e-6],
    [10, 18.30704, 0.05],
    [10, 3.940299, 0.95],
    [100, 124.3421, 0.05],
  ])("%d degrees of freedom at %d", (freedom, statistic, p) => {
    expect(upperGamma(freedom / 2, statistic / 2) / p).toBeCloseTo(1, 4);
  });
  it("is 1 at nothing", () => expect(upperGamma(1, 0)).toBe(1));
});

describe("chiSquareP", () => {
  const THIRDS = [1 / 3, 1 / 3, 1 / 3];
  it.each<[string, number[], number[], boolean]>([
    ["even counts", [100, 100, 100], THIRDS, true],
    ["the counts of 3000 measured connections", [1004, 967, 1029], THIRDS, true],
    ["one endpoint alone", [300, 0, 0], THIRDS, false],
    ["a first rule of 0.9 instead of a third", [270, 15, 15], THIRDS, false],
    ["counts where none may be", [299, 1], [1, 0], false],
    ["one category", [300], [1], true],
  ])("%s", (_, counts, probabilities, passes) => {
    expect(chiSquareP(counts, probabilities) >= 1e-6).toBe(passes);
  });
});
