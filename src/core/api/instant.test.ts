import { expect, it } from "vitest";
import { formatInstant, parseInstant } from "./instant.ts";

it.each([
  ["1970-01-01T00:00:00Z", 0],
  ["2000-02-29T12:00:00Z", 951_825_600],
  ["2026-01-01T00:00:00Z", 1_767_225_600],
  ["2026-11-21T12:00:00Z", 1_795_262_400],
  ["2100-03-01T00:00:00Z", 4_107_542_400],
])("%s", (text, seconds) => {
  expect(parseInstant(text)).toBe(seconds);
  expect(formatInstant(seconds)).toBe(text);
});

it("reads offsets and fractions", () => {
  expect(parseInstant("2026-01-01T01:30:00.75+01:30")).toBe(1_767_225_600);
});

it.each(["", "2026-01-01", "2026-01-01T00:00:00", "yesterday"])("%j is no instant", (text) => {
  expect(parseInstant(text)).toBeNull();
});
