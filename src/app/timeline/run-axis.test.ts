import { describe, expect, test } from "vitest";
import type { RunMark } from "./run.ts";
import { runAxis, stopBeside } from "./run-axis.ts";

const mark = (x: number, at: number, glyph: RunMark["glyph"] = "tick"): RunMark => ({
  x,
  at,
  glyph,
  journey: null,
  label: `mark at ${at}`,
  position: 0,
});

describe("the axis of the Run line", () => {
  const axis = runAxis([mark(10, 1_000), mark(36, 2_000, "code"), mark(62, 9_000)], 10_000, 500);

  test.each([
    [0, 0],
    [500, 5],
    [1_000, 10],
    [1_500, 23],
    [9_000, 62],
    [10_000, 80],
    [20_000, 80],
  ])("%i stands at %i px, and back", (at, x) => {
    expect(axis.xOf(at)).toBe(x);
    if (at <= 10_000) expect(axis.atOf(x)).toBe(at);
  });

  test("a request that is told late does not turn time round", () => {
    const turned = runAxis([mark(10, 2_000), mark(36, 1_500)], 3_000, 500);
    expect(turned.atOf(23)).toBe(2_000);
    expect(turned.atOf(40)).toBeGreaterThan(2_000);
  });

  test("steps go from mark to mark and end at now", () => {
    const seen: number[] = [];
    for (let stop = stopBeside(axis, -1, 1); stop !== null; stop = stopBeside(axis, stop.at, 1)) seen.push(stop.at);
    expect(seen).toEqual([1_000, 2_000, 9_000, 10_000]);
    expect(stopBeside(axis, 2_000, -1)).toMatchObject({ at: 1_000, before: true });
    expect(stopBeside(axis, 1_000, -1)).toBeNull();
  });
});
