import { describe, expect, test } from "vitest";
import { annotationOf, editFiles, lineOfObject, lineOfTemplate, offsetOfLine, positionAt, replaceRanges } from "./text.ts";

const FILE = {
  name: "web.yaml",
  text: `# a Service
apiVersion: v1
kind: Service
metadata:
  name: web
---
apiVersion: apps/v1
kind: Deployment # three of them
metadata:
  labels:
    app: web
  name: "web"
---
kind: Deployment
metadata:
  name: webb
`,
};

describe("lineOfObject", () => {
  test.each([
    { kind: "Service", name: "web", line: 1 },
    { kind: "Deployment", name: "web", line: 7 },
    { kind: "Deployment", name: "webb", line: 14 },
    { kind: "Deployment", name: "we", line: null },
    { kind: "Deployment", name: "w.b", line: null },
    { kind: "Pod", name: "web", line: null },
  ])("$kind $name stands on line $line", ({ kind, name, line }) => {
    expect(lineOfObject([FILE], kind, name)?.line ?? null).toBe(line);
  });
});

describe("where a template stands", () => {
  const text = [
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, namespace: shop }\nspec:\n  template:\n    metadata: {}",
    "kind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n  template: {}",
    "kind: Deployment\nmetadata: { name: flow }\nspec: { template: {} }",
  ].join("\n---\n");
  const files = [{ name: "a.yaml", text }];
  test.each([
    ["web", "shop", 5],
    ["web", "default", 13],
    ["web", "elsewhere", null],
    ["flow", "default", 15],
  ] as const)("of %s in %s", (name, namespace, line) => {
    const at = lineOfObject(files, "Deployment", name, namespace);
    expect(at === null ? null : lineOfTemplate(files, at)).toBe(line);
  });
});

describe("lineOfObject in flow style", () => {
  const text = `kind: Deployment
metadata: { labels: { app: other }, name: web }
spec: { selector: { matchLabels: { app: web } } }
---
{
  "kind": "Deployment",
  "metadata": {
    "name": "api"
  },
  "spec": { "template": { "spec": { "containers": [{ "name": "nginx", "hostname": "db" }] } } }
}
`;
  test.each([
    { name: "web", line: 1 },
    { name: "api", line: 5 },
    { name: "nginx", line: null },
    { name: "db", line: null },
    { name: "other", line: null },
  ])("Deployment $name stands on line $line", ({ name, line }) => {
    expect(lineOfObject([{ name: "a.yaml", text }], "Deployment", name)?.line ?? null).toBe(line);
  });
});

test.each([
  { name: "in block style", text: "kind: Service\nmetadata:\n  annotations:\n    a.b/c: cloud # one day\n", want: "cloud" },
  { name: "in quotes", text: "kind: Service\nmetadata:\n  annotations:\n    'a.b/c': \"node 1\"\n", want: "node 1" },
  { name: "in flow style", text: "kind: Service\nmetadata: { annotations: { a.b/c: cloud } }\n", want: "cloud" },
  { name: "of another document", text: "kind: Service\n---\nmetadata:\n  annotations:\n    a.b/c: cloud\n", want: null },
  { name: "of another name", text: "metadata:\n  annotations:\n    axb/c: cloud\n", want: null },
])("an annotation $name is $want", ({ text, want }) => {
  expect(annotationOf([{ name: "a.yaml", text }], { file: "a.yaml", line: 1 }, "a.b/c")).toBe(want);
});

test("positions and lines count from 1", () => {
  expect(positionAt("ab\ncd", 4)).toEqual({ line: 2, column: 2 });
  expect(positionAt("ab", 0)).toEqual({ line: 1, column: 1 });
  expect([1, 2, 3].map((line) => offsetOfLine("ab\ncd", line))).toEqual([0, 3, 5]);
});

test("edits in any order, and only in their file", () => {
  expect(
    replaceRanges("abcdef", [
      { start: 4, end: 5, text: "E" },
      { start: 0, end: 2, text: "" },
    ]),
  ).toBe("cdEf");
  const files = [
    { name: "a", text: "1" },
    { name: "b", text: "2" },
  ];
  const edited = editFiles(files, [{ file: "b", start: 0, end: 1, text: "3" }]);
  expect(edited[0]).toBe(files[0]);
  expect(edited[1]).toEqual({ name: "b", text: "3" });
});
