import { expect, test } from "vitest";
import { levelOf } from "./level.ts";
import type { Level } from "./level.ts";

test.each<[number, Level | null, Level]>([
  [80, null, 5],
  [64, null, 5],
  [44, null, 4],
  [33.9, null, 3],
  [19, null, 2],
  [5, null, 1],
  [3, null, 0],
  // within a tenth of the border the level stays
  [33, 4, 4],
  [30, 4, 3],
  [35, 3, 3],
  [38, 3, 4],
  [80, 1, 5],
])("a Pod of %s px after level %s shows at level %s", (px, before, want) => {
  expect(levelOf(px, before)).toBe(want);
});
