import { describe, expect, it } from "vitest";
import { compareQuantities, isWholeQuantity, parseQuantity, printQuantity } from "./quantities.ts";
import type { Quantity } from "./quantities.ts";

const quantity = (text: unknown): Quantity => {
  const read = parseQuantity(text);
  if (typeof read === "string") throw new Error(read);
  return read;
};

describe("amounts in canonical form", () => {
  it.each([
    ["100m", "100m"],
    ["0.1", "100m"],
    [".5", "500m"],
    ["1.", "1"],
    ["1000m", "1"],
    ["1500m", "1500m"],
    ["1", "1"],
    [2, "2"],
    [0.5, "500m"],
    ["0", "0"],
    ["-1", "-1"],
    ["+3", "3"],
    ["1000", "1k"],
    ["1500", "1500"],
    ["128Mi", "128Mi"],
    ["1024Mi", "1Gi"],
    ["0.5Gi", "512Mi"],
    ["1.5Gi", "1536Mi"],
    ["100Ki", "100Ki"],
    ["1023", "1023"],
    ["1k", "1k"],
    ["12E", "12E"],
    ["1e3", "1e3"],
    ["1E3", "1e3"],
    ["5e-3", "5e-3"],
    ["1n", "1n"],
    ["0.0000000001", "1n"],
    ["1u", "1u"],
    ["512", "512"],
    ["1Ei", "1Ei"],
  ])("%s is %s", (given, wanted) => {
    expect(printQuantity(quantity(given))).toBe(wanted);
  });
});

describe("what is no amount", () => {
  const format = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  it.each([
    ["", format],
    ["lots", format],
    ["100MB", format],
    ["2gb", format],
    ["1 Gi", format],
    ["1.2.3", format],
    [true, format],
    [{ a: 1 }, format],
    [".", "unable to parse numeric part of quantity"],
    ["1mi", "unable to parse quantity's suffix"],
    ["1KI", format],
    ["1M5", "unable to parse quantity's suffix"],
    ["1e", "unable to parse quantity's suffix"],
  ])("%s", (given, wanted) => {
    expect(parseQuantity(given)).toBe(wanted);
  });
});

it.each([
  ["1", "1000m", 0],
  ["1Gi", "1G", 1],
  ["999m", "1", -1],
  ["0.1", "100m", 0],
  ["1e3", "1k", 0],
])("%s against %s", (a, b, wanted) => {
  expect(compareQuantities(quantity(a), quantity(b))).toBe(wanted);
});

it.each([
  ["1", true],
  ["1500m", false],
  ["2k", true],
])("%s is whole: %s", (given, wanted) => {
  expect(isWholeQuantity(quantity(given))).toBe(wanted);
});
