import { describe, expect, it } from "vitest";
import { nextDue, parseSchedule } from "./cron.ts";
import { formatInstant, parseInstant } from "./instant.ts";

const due = (schedule: string, after: string): string => {
  const read = parseSchedule(schedule);
  if (typeof read === "string") return read;
  const next = nextDue(read, parseInstant(after) ?? 0);
  return next === null ? "never" : formatInstant(next);
};

describe("the next time a schedule is due", () => {
  it.each([
    ["* * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"],
    ["* * * * *", "2026-01-01T00:00:59Z", "2026-01-01T00:01:00Z"],
    ["*/5 * * * *", "2026-01-01T00:05:00Z", "2026-01-01T00:10:00Z"],
    ["5/20 * * * *", "2026-01-01T00:26:00Z", "2026-01-01T00:45:00Z"],
    ["0 9-17 * * MON-FRI", "2026-01-02T17:00:00Z", "2026-01-05T09:00:00Z"],
    ["0 0 * * sun", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z"],
    ["0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"],
    ["30 2 1,15 * *", "2026-01-02T00:00:00Z", "2026-01-15T02:30:00Z"],
    ["0 0 31 dec ?", "2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"],
    // Both days given: one of them is enough.
    ["0 0 13 * 5", "2026-01-03T00:00:00Z", "2026-01-09T00:00:00Z"],
    ["0 0 1 JAN *", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"],
    ["@yearly", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"],
    ["@monthly", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"],
    ["@weekly", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z"],
    ["@daily", "2026-01-01T12:00:00Z", "2026-01-02T00:00:00Z"],
    ["@hourly", "2026-01-01T12:00:01Z", "2026-01-01T13:00:00Z"],
    ["@every 1h30m", "2026-01-01T12:00:00Z", "2026-01-01T13:30:00Z"],
    ["@every 90s", "2026-01-01T12:00:00Z", "2026-01-01T12:01:30Z"],
    ["CRON_TZ=UTC 0 6 * * *", "2026-01-01T12:00:00Z", "2026-01-02T06:00:00Z"],
    ["0 0 30 2 *", "2026-01-01T00:00:00Z", "never"],
  ])("%s after %s: %s", (schedule, after, wanted) => {
    expect(due(schedule, after)).toBe(wanted);
  });
});

describe("what is no schedule, in the parser's words", () => {
  it.each([
    ["", "empty spec string"],
    ["error", "expected exactly 5 fields, found 1: [error]"],
    ["* * * *", "expected exactly 5 fields, found 4: [* * * *]"],
    ["0 * * * * *", "expected exactly 5 fields, found 6: [0 * * * * *]"],
    ["60 * * * *", "end of range (60) above maximum (59): 60"],
    ["* 24 * * *", "end of range (24) above maximum (23): 24"],
    ["* * 0 * *", "beginning of range (0) below minimum (1): 0"],
    ["* * * 13 *", "end of range (13) above maximum (12): 13"],
    ["* * * * 7", "end of range (7) above maximum (6): 7"],
    ["30-10 * * * *", "beginning of range (30) beyond end of range (10): 30-10"],
    ["*/0 * * * *", "step of range should be a positive number: */0"],
    ["*/-1 * * * *", "negative number (-1) not allowed: -1"],
    ["1-2-3 * * * *", "too many hyphens: 1-2-3"],
    ["1/2/3 * * * *", "too many slashes: 1/2/3"],
    ["a * * * *", 'failed to parse int from a: strconv.Atoi: parsing "a": invalid syntax'],
    ["* * * foo *", 'failed to parse int from foo: strconv.Atoi: parsing "foo": invalid syntax'],
    ["@often", "unrecognized descriptor: @often"],
    ["@every soon", 'failed to parse duration @every soon: time: invalid duration "soon"'],
    ["@every 5", 'failed to parse duration @every 5: time: missing unit in duration "5"'],
    ["@every 5x", 'failed to parse duration @every 5x: time: unknown unit "x" in duration "5x"'],
  ])("%s: %s", (schedule, wanted) => {
    expect(parseSchedule(schedule)).toBe(wanted);
  });
});
