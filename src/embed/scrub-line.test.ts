import { describe, expect, test } from "vitest";
import type { Beat } from "../scene/contract.ts";
import { scrubLine } from "./scrub-line.ts";

const beats = [
  { startMs: 0, stillMs: 1000 },
  { startMs: 1200, stillMs: 1500 },
  { startMs: 2000, stillMs: 2400 },
] as unknown as readonly Beat[];
const line = scrubLine({ beats, totalMs: 3000 }, 758);

describe("the scrub line", () => {
  test("hops stand at equal distances", () => expect(line.beats).toEqual([46, 379, 712]));
  test.each([
    [0, 0],
    [240, 46],
    [1000, 212.5],
    [1200, 379],
    [1500, 545.5],
    [2000, 712],
    [2400, 735],
    [3000, 758],
    [9999, 758],
  ])("at %d ms the playhead is at %d", (ms, x) => expect(line.xAt(ms)).toBeCloseTo(x));
  test("and back", () => {
    for (const ms of [0, 120, 700, 1200, 1999, 2500, 3000]) expect(line.msAt(line.xAt(ms))).toBeCloseTo(ms);
  });
  test("no hops: one straight line", () => expect(scrubLine({ beats: [], totalMs: 100 }, 300).xAt(50)).toBe(150));
});
