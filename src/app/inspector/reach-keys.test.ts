import { expect, test } from "vitest";
import { nextCell } from "./reach-keys.ts";

test.each([
  ["ArrowRight", false, "1 2"],
  ["ArrowLeft", false, "1 0"],
  ["ArrowDown", false, "2 1"],
  ["ArrowUp", false, "0 1"],
  ["Home", false, "1 0"],
  ["End", false, "1 3"],
  ["Home", true, "0 0"],
  ["End", true, "2 3"],
])("%s (Ctrl: %s) leads from 1 1 to %s", (key, ctrlKey, want) => {
  const next = nextCell({ row: 1, column: 1 }, { rows: 3, columns: 4 }, { key, ctrlKey });
  expect(next === null ? null : `${next.row} ${next.column}`).toBe(want);
});

test("it stops at the edges, and other keys are not its own", () => {
  const size = { rows: 1, columns: 1 };
  for (const key of ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"])
    expect(nextCell({ row: 0, column: 0 }, size, { key, ctrlKey: false })).toEqual({ row: 0, column: 0 });
  expect(nextCell({ row: 0, column: 0 }, size, { key: "a", ctrlKey: false })).toBeNull();
});
