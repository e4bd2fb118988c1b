/** Long JSON is read without a tree, and says what its tree would say. */
import { assert, json, property } from "fast-check";
import { expect, test } from "vitest";
import { LONG, JsonPlaces, hasKeyTwice } from "./long-json.ts";
import { locateIn } from "./locate.ts";
import { readDocument } from "./parse.ts";
import { parsePath, printPath, type PathStep } from "./path.ts";
import type { Json } from "../base/names.ts";

function pathsOf(value: Json, path: readonly PathStep[] = []): readonly (readonly PathStep[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const steps: readonly PathStep[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  const child = (step: PathStep): Json => (value as { readonly [step: PathStep]: Json })[step] as Json; // one of its steps
  return [path, [...path, Array.isArray(value) ? 999 : "none"], ...steps.flatMap((step) => pathsOf(child(step), [...path, step]))];
}

test("a field is found where the tree of the text has it, or its nearest ancestor", () => {
  assert(
    property(json(), json(), (a, b) => {
      for (const text of [`[${a},${b}]`, ` {"items" : [ ${a} , ${b}], "a\\n\\"b": ${JSON.stringify(JSON.parse(a), null, 2)}}\n`]) {
        const reading = readDocument(text);
        if (reading.notes.some(({ code }) => code === "yaml-duplicate-key")) continue;
        const places = new JsonPlaces(text);
        expect(places.span()).toEqual(reading.span);
        for (const steps of pathsOf(JSON.parse(text) as Json)) {
          const path = printPath(steps);
          for (const part of ["key", "value"] as const)
            expect(places.locate(parsePath(path), part) ?? reading.span, `${part} of ${path}`).toEqual(locateIn(reading, path, part));
        }
      }
    }),
    { seed: 20260101, numRuns: 300 },
  );
});

test.each([
  ["an object", `{"a": 1, "b": {"a": 2}}`, false],
  ["a key twice", `{"a": 1, "b": 2, "a": 3}`, true],
  ["a key twice, deep in a list", `[{"x": [{"k": 1, "k": 1}]}]`, true],
  ["colons and quotes in texts", `{"a:": "b\\": \\\\", "c": [":", "\\\\"]}`, false],
  ["__proto__", `{"__proto__": 1, "a": {"__proto__": {}}}`, false],
])("whether a key stands twice: %s", (_, text, wanted) => {
  expect(hasKeyTwice(text, JSON.parse(text) as Json)).toBe(wanted);
});

const pod = (i: number): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: `web-${i}` },
  spec: { containers: [{ name: "c", image: "nginx" }] },
});

/** The same text with and without a tree: blank space makes it long. */
function both(text: string): readonly unknown[] {
  const shown = (reading: ReturnType<typeof readDocument>): unknown => {
    const { value, dialect, span, notes, broken } = reading;
    return { value, dialect, span, notes, broken };
  };
  const [short, long] = [readDocument(text), readDocument(text + " ".repeat(LONG))];
  expect([short.places === undefined, long.places === undefined]).toEqual([true, false]);
  return [short, long].map(shown);
}

test.each([
  ["Pods", { apiVersion: "v1", kind: "List", items: [pod(1), pod(2)] }],
  [
    "one without a name, one of no kind, one that is text",
    { apiVersion: "v1", kind: "List", items: [{ ...pod(1), metadata: {} }, { kind: "Pod" }, "x"] },
  ],
  [
    "a kind that no server has",
    { apiVersion: "v1", kind: "List", items: [{ ...pod(1), apiVersion: "extensions/v1beta1", kind: "Deployment" }] },
  ],
  [
    "variables that a tool was to fill in",
    { apiVersion: "v1", kind: "List", items: [{ ...pod(1), metadata: { name: "$(NAME)", labels: { "{{ key }}": "v" } } }] },
  ],
  ["no manifest", [1, 2]],
])("%s", (_, value) => {
  const [short, long] = both(JSON.stringify(value, null, 2));
  expect(long).toEqual(short);
});

test("a key that stands twice is said, however long the text is", () => {
  const text = `{"apiVersion": "v1", "kind": "Pod", "kind": "Pod"}${" ".repeat(LONG)}`;
  expect(readDocument(text).notes.map(({ code }) => code)).toContain("yaml-duplicate-key");
});
