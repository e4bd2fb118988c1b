import { expect, test } from "vitest";
import { LIMIT, nextLimit } from "./limit.ts";

test.each([
  { name: "below the limit", limit: LIMIT, before: 10, sent: 20, want: { limit: LIMIT, reached: false } },
  { name: "at the limit", limit: LIMIT, before: LIMIT - 5, sent: LIMIT, want: { limit: 2 * LIMIT, reached: true } },
  { name: "many at once", limit: LIMIT, before: 10, sent: 3 * LIMIT + 7, want: { limit: 4 * LIMIT, reached: true } },
  { name: "after going on", limit: 2 * LIMIT, before: LIMIT, sent: LIMIT + 900, want: { limit: 2 * LIMIT, reached: false } },
  { name: "another run, from its beginning", limit: 2 * LIMIT, before: LIMIT + 900, sent: 3, want: { limit: LIMIT, reached: false } },
])("$name", ({ limit, before, sent, want }) => {
  expect(nextLimit(limit, sent, before)).toEqual(want);
});
