import { describe, expect, test } from "vitest";
import { ageOf, humanDuration } from "./age.ts";
import { naturally } from "./sorting.ts";
import { DESCRIPTION, TABLE, alignTabs } from "./tabs.ts";
import { text } from "./testing.ts";
import { compareKeys, toKyaml, toYaml } from "./yaml.ts";

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];

test.each([
  [-2, "<invalid>"],
  [-1, "0s"],
  [119, "119s"],
  [2 * MINUTE, "2m"],
  [10 * MINUTE - 1, "9m59s"],
  [3 * HOUR - 1, "179m"],
  [3 * HOUR, "3h"],
  [8 * HOUR - 1, "7h59m"],
  [48 * HOUR - 1, "47h"],
  [8 * DAY - 1, "7d23h"],
  [8 * DAY, "8d"],
  [730 * DAY - 1, "729d"],
  [730 * DAY, "2y"],
  [(3 * 365 + 20) * DAY, "3y20d"],
  [9 * 365 * DAY, "9y"],
])("%i seconds are %s", (seconds, wanted) => expect(humanDuration(seconds)).toBe(wanted));

test("an object without a time of birth has no known age", () => expect(ageOf(undefined, 0)).toBe("<unknown>"));

describe("columns", () => {
  test("are as wide as their widest cell; the last cell belongs to none", () => {
    expect(alignTabs("NAME\tPORTS\tX\na\t\tlong\nlonger\t80\t\n", TABLE)).toBe(
      "NAME     PORTS   X\na                long\nlonger   80      \n",
    );
  });
  test("end where a line has no cell in them", () => {
    expect(alignTabs("a:\tb\nlonger:\tc\nPlain:\nx:\ty\n", DESCRIPTION)).toBe("a:       b\nlonger:  c\nPlain:\nx:  y\n");
  });
});

test.each([
  ["app", "app.kubernetes.io/name", -1],
  ["a-b", "ab", -1],
  ["a9", "a10", -1],
  ["B", "a", -1],
])("the key %s comes before %s", (a, b, wanted) => expect(Math.sign(compareKeys(a, b))).toBe(wanted));

test("names sort by the value of their digits", () => {
  expect(["web-10", "web-9", "web"].sort(naturally)).toEqual(["web", "web-9", "web-10"]);
});

test("texts that would read as something else are quoted, long ones folded, those of several lines a block", () => {
  const value = {
    a: ["80", "y", "", "1e3", "2026-01-01", "10:30", "0x1f", "null", "plain text", "a: b", "*", "- x", "it's: so"],
    b: "one\ntwo\n",
    c: "one\ntwo",
    d: [],
    e: {},
    f: null,
    long: "0/1 nodes are available: 1 node(s) had untolerated taint that nothing here tolerates at all. preemption: none",
  };
  expect(toYaml(value)).toBe(
    text(`
      a:
      - "80"
      - "y"
      - ""
      - "1e3"
      - "2026-01-01"
      - "10:30"
      - "0x1f"
      - "null"
      - plain text
      - 'a: b'
      - '*'
      - '- x'
      - 'it''s: so'
      b: |
        one
        two
      c: |-
        one
        two
      d: []
      e: {}
      f: null
      long: '0/1 nodes are available: 1 node(s) had untolerated taint that nothing here
        tolerates at all. preemption: none'
    `),
  );
});

test("KYAML keeps the brackets of lists of maps together", () => {
  expect(toKyaml({ ports: [{ port: 80 }, { port: 81 }], names: ["a"] })).toBe(
    '---\n{\n  names: [\n    "a",\n  ],\n  ports: [{\n    port: 80,\n  }, {\n    port: 81,\n  }],\n}\n',
  );
});
