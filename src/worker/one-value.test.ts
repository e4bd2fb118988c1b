import { describe, expect, test } from "vitest";
import { lineEdit } from "./one-value.ts";

const files = (text: string, name = "a.yaml"): readonly { name: string; text: string }[] => [{ name, text }];

describe("the one line in which two texts differ", () => {
  test.each([
    ["a: 1\nb: 2", "a: 1\nb: 23", 1],
    ["a: 1\nb: 2", "a: 1\nb: ", 1],
    ["a: 1\nb: 2", "a: 12\nb: 2", 0],
    ["a: 11\nb: 2", "a: 1\nb: 2", 0],
    ["a: 1\nb: 2", "a: 1\nb: 2", null],
    ["a: 1\nb: 2", "a: 1\nb: 2\n", null],
    ["a: 1\nb: 2", "a: 2\nb: 3", null],
    ["a: 1\nb: 2", "a: 1", null],
  ])("%j → %j: %s", (before, after, line) => {
    expect(lineEdit(files(before), files(after))).toEqual(line === null ? null : { file: "a.yaml", line });
  });

  test("not where files come, go or change their names", () => {
    expect(lineEdit(files("a"), [...files("ab"), ...files("c", "b.yaml")])).toBe(null);
    expect(lineEdit(files("a"), files("ab", "b.yaml"))).toBe(null);
  });
});
