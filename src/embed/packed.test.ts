import fc from "fast-check";
import { expect, test } from "vitest";
import { pack, unpack } from "./packed.ts";

test("what was packed comes back, whatever it is", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain: unknown = JSON.parse(JSON.stringify(value));
      expect(JSON.parse(JSON.stringify(unpack(pack(value))))).toEqual(plain);
    }),
    { seed: 20260101 },
  );
});

test.each<readonly [string, unknown]>([
  ["the empty array beside the empty object", [[], {}, [], {}]],
  ["a number beside its text", [1, "1", true, "true", null, "null"]],
  ["an array beside an object with its indexes for keys", [["a"], { 0: "a" }]],
  ["keys in another order", [JSON.parse('{"a":1,"b":2}'), JSON.parse('{"b":2,"a":1}')]],
  ["keys with commas and quotes", { 'a,"b': 1, a: { ",": '"' } }],
])("%s", (_name, value) => {
  expect(JSON.stringify(unpack(pack(value)))).toBe(JSON.stringify(value));
});

test("keys without a value are left out", () => {
  expect(unpack(pack({ a: undefined, b: 1 }))).toStrictEqual({ b: 1 });
});

test("each value is written once", () => {
  const header = { src: "10.244.1.2", dst: "10.96.0.10" };
  expect(pack([header, { ...header }, [header, header]]).table).toHaveLength(5);
});

test("what is not data is refused", () => {
  expect(() => pack({ a: () => 1 })).toThrow("not data");
});
