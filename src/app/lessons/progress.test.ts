import { expect, test } from "vitest";
import { COURSE } from "./course/index.ts";
import { counted, isDone, readProgress, tickedOf } from "./progress.ts";
import type { Lesson, Seen } from "./types.ts";

const [some] = COURSE.lessons;
if (some === undefined) throw new Error("no lesson");
const seen = (...counts: readonly number[]): [Lesson, Seen] => [
  { ...some, checks: [3, 1].map((of, i) => ({ says: `check ${i}`, of, count: () => counts[i] ?? 0 })) },
  // Nothing of it is read by these checks.
  { cluster: undefined, opened: undefined, requests: [] } as unknown as Seen,
];

test("counts rise and never fall, and stop where the check is done", () => {
  const [lesson, before] = seen(2, 0);
  const first = counted(lesson, [], before);
  expect(first).toEqual([2, 0]);
  const [later, less] = seen(1, 1);
  const second = counted(later, first, less);
  expect(second).toEqual([2, 1]);
  const [last, more] = seen(9, 0);
  const third = counted(last, second, more);
  expect(third).toEqual([3, 1]);
  expect([tickedOf(lesson, first), tickedOf(lesson, second), tickedOf(lesson, third)]).toEqual([0, 1, 2]);
  expect(isDone(lesson, third)).toBe(true);
});

test("nothing new is the same value, so that nobody renders for it", () => {
  const [lesson, now] = seen(2, 0);
  const before = counted(lesson, [], now);
  expect(counted(lesson, before, now)).toBe(before);
});

test.each([
  [null, {}],
  ["", {}],
  ["{", {}],
  ["[1]", {}],
  ['{"readiness":[3,1,6],"selector":["3"],"names":[-1],"headless":{}}', { readiness: [3, 1, 6] }],
])("what was kept as %s is read as far as it is sound", (text, wanted) => {
  expect(readProgress(text)).toEqual(wanted);
});
