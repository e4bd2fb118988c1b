import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../base/names.ts";
import { applyEdits, insertField, removeField, setField, valueAt, withValue, without } from "./edits.ts";
import type { EditResult } from "./edits.ts";
import { parseManifests } from "./parse.ts";
import { parsePath, printPath } from "./path.ts";
import type { PathStep } from "./path.ts";

const SERVICE = `# the shop's front
apiVersion: v1
kind: Service
metadata:
  name: web # short
spec:
  type: ClusterIP
  selector:
    app: web
  ports:
    - name: http
      port: 80 # asked for
      targetPort: "80"
    # the end

# after
`;

const KYAML = `---
{
  kind: "Service",
  metadata: {
    name: "web",
  },
  spec: {
    ports: [{
      port: 80, # asked for
    }],
    selector: {}, # none
  },
}
`;

const JSON_TEXT = `{
  "kind": "Service",
  "spec": {
    "ports": [
      { "port": 80 }
    ],
    "type": "ClusterIP"
  }
}
`;

const file = (text: string) => ({ name: "f", text });
const after = (text: string, result: EditResult): string => ("refused" in result ? `refused: ${result.refused}` : applyEdits(text, result));

/** What an edit did, as the lines of a unified diff without context. */
function diff(before: string, now: string): string {
  const a = before.split("\n");
  const b = now.split("\n");
  let top = 0;
  while (top < a.length && top < b.length && a[top] === b[top]) top++;
  let bottom = 0;
  while (bottom < a.length - top && bottom < b.length - top && a.at(-1 - bottom) === b.at(-1 - bottom)) bottom++;
  const lines = [
    ...a.slice(top, a.length - bottom).map((line) => `-${line}`),
    ...b.slice(top, b.length - bottom).map((line) => `+${line}`),
  ];
  return lines.join("\n");
}

describe("setField", () => {
  test.each([
    { name: "adds one line", text: SERVICE, path: "spec.sessionAffinity", value: "ClientIP", want: "+  sessionAffinity: ClientIP" },
    { name: "replaces the scalar", text: SERVICE, path: "spec.type", value: "NodePort", want: "-  type: ClusterIP\n+  type: NodePort" },
    {
      name: "keeps a comment beside it",
      text: SERVICE,
      path: "spec.ports[0].port",
      value: 8080,
      want: "-      port: 80 # asked for\n+      port: 8080 # asked for",
    },
    {
      name: "keeps quotes",
      text: SERVICE,
      path: "spec.ports[0].targetPort",
      value: "http",
      want: '-      targetPort: "80"\n+      targetPort: "http"',
    },
    {
      name: "a number in place of quoted text",
      text: SERVICE,
      path: "spec.ports[0].targetPort",
      value: 80,
      want: '-      targetPort: "80"\n+      targetPort: 80',
    },
    { name: "into a list item", text: SERVICE, path: "spec.ports[0].nodePort", value: 30080, want: "+      nodePort: 30080" },
    {
      name: "a new item",
      text: SERVICE,
      path: "spec.ports[1]",
      value: { name: "https", port: 443 },
      want: "+    - name: https\n+      port: 443",
    },
    {
      name: "parents that are missing",
      text: SERVICE,
      path: "spec.sessionAffinityConfig.clientIP.timeoutSeconds",
      value: 60,
      want: "+  sessionAffinityConfig:\n+    clientIP:\n+      timeoutSeconds: 60",
    },
    {
      name: "a label with dots",
      text: SERVICE,
      path: "metadata.labels[app.kubernetes.io/name]",
      value: "web",
      want: "+  labels:\n+    app.kubernetes.io/name: web",
    },
    {
      name: "an object: only what differs",
      text: SERVICE,
      path: "spec.selector",
      value: { app: "webb" },
      want: "-    app: web\n+    app: webb",
    },
    {
      name: "an object with one more field",
      text: SERVICE,
      path: "spec.selector",
      value: { app: "web", tier: "front" },
      want: "+    tier: front",
    },
    {
      name: "text that would be read as something else",
      text: SERVICE,
      path: "spec.selector.app",
      value: "yes",
      want: '-    app: web\n+    app: "yes"',
    },
    { name: "an empty object", text: SERVICE, path: "spec.selector", value: {}, want: "-  selector:\n-    app: web\n+  selector: {}" },
    {
      name: "a list in place of text",
      text: "a: x # c\nb: 1\n",
      path: "a",
      value: [1, { c: 2 }],
      want: "-a: x # c\n+a: # c\n+  - 1\n+  - c: 2",
    },
    { name: "nothing to do", text: SERVICE, path: "spec.type", value: "ClusterIP", want: "" },
    { name: "an empty value", text: "spec: # later\nstatus: {}\n", path: "spec.type", value: "NodePort", want: "+  type: NodePort" },
    { name: "{}", text: "metadata: {}\n", path: "metadata.name", value: "a", want: "-metadata: {}\n+metadata: {name: a}" },
    {
      name: "a flow map in block YAML",
      text: "selector: {app: web} # c\n",
      path: "selector.tier",
      value: "x",
      want: "-selector: {app: web} # c\n+selector: {app: web, tier: x} # c",
    },
    { name: "no line end at the end", text: "a: 1", path: "b", value: 2, want: "+b: 2" },
    { name: "after a block scalar", text: "a:\n  b: |\n    x\n\nc: 1\n", path: "a.d", value: 2, want: "+  d: 2" },
    {
      name: "after a block scalar that keeps its blank lines",
      text: "a:\n  b: |+\n    x\n\nc: 1\n",
      path: "a.d",
      value: 2,
      want: "+  d: 2",
    },
    { name: "in place of a block scalar", text: "a: |\n  x\n  y\nb: 1\n", path: "a", value: "z", want: "-a: |\n-  x\n-  y\n+a: z" },
    { name: "dashes in the column of their field", text: "a:\n- 1\nb: 2\n", path: "c", value: [3], want: "+c:\n+- 3" },
    { name: "four columns a level", text: "a:\n    b: 1\n", path: "c.d", value: 1, want: "+c:\n+    d: 1" },
    { name: "CRLF", text: "a:\r\n  b: 1\r\nc: 2\r\n", path: "a.d.e", value: 3, want: "+  d:\r\n+    e: 3\r" },
    { name: "second document", text: "a: 1\n---\nb: 2 # x\n", path: "b", value: 3, document: 1, want: "-b: 2 # x\n+b: 3 # x" },
    { name: "KYAML: a line with its comma", text: KYAML, path: "spec.type", value: "NodePort", want: '+    type: "NodePort",' },
    { name: "KYAML: in a list item", text: KYAML, path: "spec.ports[0].nodePort", value: 30080, want: "+      nodePort: 30080," },
    {
      name: "KYAML: into {}",
      text: KYAML,
      path: "spec.selector.app",
      value: "web",
      want: '-    selector: {}, # none\n+    selector: {\n+      app: "web",\n+    }, # none',
    },
    { name: "KYAML: replaces the scalar", text: KYAML, path: "metadata.name", value: "api", want: '-    name: "web",\n+    name: "api",' },
    {
      name: "JSON: a comma before and none after",
      text: JSON_TEXT,
      path: "spec.sessionAffinity",
      value: "ClientIP",
      want: '-    "type": "ClusterIP"\n+    "type": "ClusterIP",\n+    "sessionAffinity": "ClientIP"',
    },
    {
      name: "JSON: on one line",
      text: JSON_TEXT,
      path: "spec.ports[0].nodePort",
      value: 30080,
      want: '-      { "port": 80 }\n+      { "port": 80, "nodePort": 30080 }',
    },
    {
      name: "JSON: parents",
      text: JSON_TEXT,
      path: "metadata.labels.app",
      value: "web",
      want: '+  },\n+  "metadata": {\n+    "labels": {\n+      "app": "web"\n+    }',
    },
    { name: "an alias is written out where it stands", text: "a: &x {b: 1}\nc: *x\n", path: "c.b", value: 2, want: "-c: *x\n+c:\n+  b: 2" },
    { name: "a merged field is overruled", text: "a: &x {b: 1, d: 3}\nc:\n  <<: *x\n", path: "c.b", value: 2, want: "+  b: 2" },
    { name: "an anchor that others use", text: "a: &x 1\nb: *x\n", path: "a", value: 2, want: "refused" },
    { name: "through text", text: "a: x\n", path: "a.b", value: 2, want: "refused" },
    { name: "beyond the end of a list", text: "a: [1]\n", path: "a[3]", value: 2, want: "refused" },
    { name: "in a text with an error", text: "a: [\n", path: "a", value: 2, want: "refused" },
    { name: "an empty document", text: "# c\n---\n", path: "a.b", value: 1, want: "+a:\n+  b: 1" },
  ] as { name: string; text: string; path: string; value: Json; want: string; document?: number }[])(
    "$name",
    ({ text, path, value, want, document = 0 }) => {
      const result = setField(file(text), document, path, value);
      expect("refused" in result ? "refused" : diff(text, applyEdits(text, result))).toBe(want);
    },
  );

  test("replaces exactly the scalar's characters", () => {
    const start = SERVICE.indexOf("ClusterIP");
    expect(setField(file(SERVICE), 0, "spec.type", "NodePort")).toEqual([{ file: "f", start, end: start + 9, text: "NodePort" }]);
  });
});

describe("removeField", () => {
  test.each([
    { name: "takes its line", text: SERVICE, path: "spec.type", want: "-  type: ClusterIP" },
    {
      name: "takes all its lines",
      text: SERVICE,
      path: "spec.ports",
      want: '-  ports:\n-    - name: http\n-      port: 80 # asked for\n-      targetPort: "80"',
    },
    {
      name: "beside a dash: the next field moves up",
      text: SERVICE,
      path: "spec.ports[0].name",
      want: "-    - name: http\n-      port: 80 # asked for\n+    - port: 80 # asked for",
    },
    { name: "the only field leaves {}", text: SERVICE, path: "spec.selector.app", want: "-  selector:\n-    app: web\n+  selector: {}" },
    { name: "the only item leaves []", text: "a: # c\n- x\n", path: "a[0]", want: "-a: # c\n-- x\n+a: [] # c" },
    { name: "one of several items", text: "a:\n- x\n- y # c\n- z\n", path: "a[1]", want: "-- y # c" },
    { name: "the last line of a text without line end", text: "a: 1\nb: 2", path: "b", want: "-b: 2" },
    { name: "comments above it stay", text: "a: 1\n# about b\nb: 2\nc: 3\n", path: "b", want: "-b: 2" },
    { name: "CRLF", text: "a: 1\r\nb: 2\r\n", path: "b", want: "-b: 2\r" },
    { name: "a block scalar", text: "a: |\n  x\n\n  y\nb: 1\n", path: "a", want: "-a: |\n-  x\n-\n-  y" },
    { name: "first in a flow map", text: "s: {a: 1, b: 2}\n", path: "s.a", want: "-s: {a: 1, b: 2}\n+s: {b: 2}" },
    { name: "last in a flow map", text: "s: { a: 1, b: 2 }\n", path: "s.b", want: "-s: { a: 1, b: 2 }\n+s: { a: 1 }" },
    { name: "KYAML: takes its line", text: KYAML, path: "spec.selector", want: "-    selector: {}, # none" },
    {
      name: "KYAML: the only field",
      text: KYAML,
      path: "metadata.name",
      want: '-  metadata: {\n-    name: "web",\n-  },\n+  metadata: {},',
    },
    {
      name: "JSON: the last takes the comma before it",
      text: JSON_TEXT,
      path: "spec.type",
      want: '-    ],\n-    "type": "ClusterIP"\n+    ]',
    },
    { name: "JSON: the first", text: JSON_TEXT, path: "kind", want: '-  "kind": "Service",' },
    { name: "what is not there", text: SERVICE, path: "spec.clusterIP", want: "" },
    { name: "what is merged in", text: "a: &x {b: 1}\nc:\n  <<: *x\n  d: 1\n", path: "c.b", want: "refused" },
  ])("$name", ({ text, path, want }) => {
    const result = removeField(file(text), 0, path);
    expect("refused" in result ? "refused" : diff(text, applyEdits(text, result))).toBe(want);
  });
});

test("insertField refuses what is there", () => {
  expect(insertField(file(SERVICE), 0, "spec.type", "NodePort")).toEqual({ refused: "spec.type is already in the text." });
  expect(diff(SERVICE, after(SERVICE, insertField(file(SERVICE), 0, "spec.clusterIP", "None")))).toBe("+  clusterIP: None");
});

describe("applyEdits", () => {
  test("takes edits in any order", () => {
    expect(
      applyEdits("abcdef", [
        { start: 4, end: 5, text: "E" },
        { start: 0, end: 0, text: ">" },
        { start: 1, end: 3, text: "" },
      ]),
    ).toBe(">adEf");
  });

  test("throws on overlap: that is a mistake of ours", () => {
    expect(() =>
      applyEdits("abc", [
        { start: 0, end: 2, text: "" },
        { start: 1, end: 3, text: "" },
      ]),
    ).toThrow("1-3");
  });
});

const parse = (text: string): Json | undefined => {
  const { documents, diagnostics } = parseManifests([file(text)]);
  return diagnostics.some((each) => each.code.startsWith("yaml-")) ? undefined : documents[0]?.value;
};

/* Random documents with a comment on every line that can bear one, in every layout. */

const text = fc.oneof(
  fc.constantFrom(
    "web",
    "yes",
    "80",
    "",
    "a b",
    "x: y",
    "#c",
    "- a",
    "~",
    "0x1f",
    "1.5",
    "{a}",
    "it's",
    'say "hi"',
    "$(VAR)x",
    "null",
    "2026-01-01",
    "1:30",
    "a\nb",
    "é",
    "@x",
    "*a",
    " x",
    "x ",
    "...",
    "---",
  ),
  fc.string({ maxLength: 8 }),
);
const scalar: fc.Arbitrary<Json> = fc.oneof(text, fc.integer({ min: -5, max: 70000 }), fc.boolean(), fc.constant(null));
const key = fc.constantFrom("app", "spec", "port", "tier", "app.kubernetes.io/name", "on", "80", "a b", "__proto__");
const { value: anyValue } = fc.letrec<{ value: Json; map: Json; list: Json }>((tie) => ({
  value: fc.oneof({ depthSize: "small", withCrossShrink: true }, scalar, tie("map"), tie("list")),
  map: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }) as fc.Arbitrary<Json>,
  list: fc.array(tie("value"), { maxLength: 3 }) as fc.Arbitrary<Json>,
}));
const objectValue = fc.dictionary(key, anyValue, { minKeys: 1, maxKeys: 5, noNullPrototype: true }) as fc.Arbitrary<{
  [key: string]: Json;
}>;

interface Manner {
  readonly kind: "block" | "kyaml" | "json";
  readonly listStep: number;
  readonly step: number;
  readonly eol: string;
}
const manner: fc.Arbitrary<Manner> = fc.record({
  kind: fc.constantFrom("block", "block", "kyaml", "json"),
  listStep: fc.constantFrom(0, 2),
  step: fc.constantFrom(2, 4),
  eol: fc.constantFrom("\n", "\r\n"),
});

/** Writes a document the long way, counting its comments. */
function write(value: Json, how: Manner): { text: string; comments: number } {
  let comments = 0;
  const comment = (): string => (how.kind === "json" ? "" : ` # c${comments++};`);
  const quote = (each: Json): string => JSON.stringify(each);
  const short = (each: Json): boolean => each === null || typeof each !== "object" || Object.keys(each).length === 0;
  const blockLines = (each: Json, indent: number, first: string): string => {
    const pad = " ".repeat(indent);
    const children = (child: Json): string => {
      if (short(child)) return ` ${quote(child)}${comment()}${how.eol}`;
      const deeper = indent + (Array.isArray(child) ? how.listStep : how.step);
      return `${comment()}${how.eol}${" ".repeat(deeper)}# c${comments++};${how.eol}${blockLines(child, deeper, " ".repeat(deeper))}`;
    };
    if (Array.isArray(each)) {
      return each
        .map((item, i) => `${i === 0 ? first : pad}-${short(item) ? children(item) : ` ${blockLines(item, indent + 2, "")}`}`)
        .join("");
    }
    return Object.entries(each as object)
      .map(([name, child], i) => `${i === 0 ? first : pad}${quote(name)}:${children(child as Json)}`)
      .join("");
  };
  const flowLines = (each: Json, indent: number): string => {
    if (short(each)) return quote(each);
    const list = Array.isArray(each);
    const parts = list
      ? each.map((item) => flowLines(item, indent + how.step))
      : Object.entries(each as object).map(([name, child]) => `${quote(name)}: ${flowLines(child as Json, indent + how.step)}`);
    const pad = " ".repeat(indent + how.step);
    const lines = parts.map((part, i) => `${pad}${part}${how.kind === "kyaml" || i < parts.length - 1 ? "," : ""}${comment()}${how.eol}`);
    return `${list ? "[" : "{"}${comment()}${how.eol}${lines.join("")}${" ".repeat(indent)}${list ? "]" : "}"}`;
  };
  const body = how.kind === "block" ? blockLines(value, 0, "") : `${flowLines(value, 0)}${how.eol}`;
  return { text: how.kind === "kyaml" ? `---${how.eol}${body}` : body, comments };
}

function pathsOf(value: Json, steps: PathStep[] = []): PathStep[][] {
  if (value === null || typeof value !== "object") return [steps];
  const children = Array.isArray(value) ? value.map((child, i) => [i, child] as const) : Object.entries(value);
  return [steps, ...children.flatMap(([step, child]) => pathsOf(child as Json, [...steps, step]))];
}

const RUNS = { numRuns: 150, seed: 20260101 };

describe("for random documents", { timeout: 30_000 }, () => {
  test("the generator writes what it was given", () => {
    fc.assert(
      fc.property(objectValue, manner, (value, how) => {
        expect(parse(write(value, how).text)).toEqual(value);
      }),
      RUNS,
    );
  });

  test("setField gives the value asked for and keeps every comment outside of it", () => {
    fc.assert(
      fc.property(objectValue, manner, fc.nat(), anyValue, fc.option(key), (value, how, pick, item, newKey) => {
        const { text: before } = write(value, how);
        const paths = pathsOf(value).slice(1);
        const base = paths[pick % paths.length] as PathStep[];
        const at = valueAt(value, base);
        const steps = newKey !== null && at !== null && typeof at === "object" && !Array.isArray(at) ? [...base, newKey] : base;
        const result = setField(file(before), 0, printPath(steps), item);
        if ("refused" in result) throw new Error(result.refused);
        const now = applyEdits(before, result);
        expect(parse(now)).toEqual(withValue(value, steps, item));
        const old = valueAt(value, steps);
        const touchesScalar = old === undefined || old === null || typeof old !== "object";
        if (touchesScalar) for (const each of result) expect(before.slice(each.start, each.end)).not.toMatch(/# c\d+;/);
        if (how.eol === "\r\n") expect(now).not.toMatch(/[^\r]\n/);
      }),
      RUNS,
    );
  });

  test("removeField removes that alone", () => {
    fc.assert(
      fc.property(objectValue, manner, fc.nat(), (value, how, pick) => {
        const { text: before } = write(value, how);
        const paths = pathsOf(value).slice(1);
        const steps = paths[pick % paths.length] as PathStep[];
        const result = removeField(file(before), 0, printPath(steps));
        if ("refused" in result) throw new Error(result.refused);
        expect(parse(applyEdits(before, result))).toEqual(without(value, steps));
      }),
      RUNS,
    );
  });

  test("set and set back is where it was", () => {
    fc.assert(
      fc.property(objectValue, manner, fc.nat(), scalar, (value, how, pick, item) => {
        const { text: before } = write(value, how);
        const paths = pathsOf(value).filter((steps) => steps.length > 0 && typeof (valueAt(value, steps) ?? "") !== "object");
        if (paths.length === 0) return;
        const path = printPath(paths[pick % paths.length] as PathStep[]);
        const there = after(before, setField(file(before), 0, path, item));
        const back = after(there, setField(file(there), 0, path, valueAt(value, parsePath(path)) as Json));
        expect(parse(back)).toEqual(value);
        expect(back.match(/# c\d+;/g)).toEqual(before.match(/# c\d+;/g));
      }),
      RUNS,
    );
  });
});

test("paths print and parse back", () => {
  const step = fc.oneof(fc.nat({ max: 9 }), fc.stringMatching(/^[^\].]+$/), fc.constantFrom("app.kubernetes.io/name", "a.b"));
  const steps = fc.array(step.filter((each) => typeof each === "number" || !/^\d+$/.test(each)));
  fc.assert(
    fc.property(steps, (given) => {
      expect(parsePath(printPath(given))).toEqual(given);
    }),
    RUNS,
  );
});
