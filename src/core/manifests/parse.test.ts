import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { expandList } from "./list.ts";
import { createParseCache, parseManifests } from "./parse.ts";
import type { SourceRange } from "./types.ts";

/** Only what the YAML itself says: that these documents are no manifests is another matter. */
const parse = (text: string) => {
  const { documents, diagnostics } = parseManifests([{ name: "f.yaml", text }]);
  return { documents, diagnostics: diagnostics.filter((each) => each.code.startsWith("yaml-")) };
};

describe("documents of a file", () => {
  test.each([
    { name: "nothing", text: "", want: [] },
    { name: "only comments", text: "# one\n\n# two\n", want: [] },
    { name: "one", text: "a: 1\n", want: [{ a: 1 }] },
    { name: "comment header, then ---", text: "# head\n---\na: 1\n", want: [{ a: 1 }] },
    { name: "an empty document between", text: "a: 1\n---\n---\nb: 2\n", want: [{ a: 1 }, null, { b: 2 }] },
    { name: "a document of comments alone", text: "a: 1\n---\n# gone\n---\nb: 2\n", want: [{ a: 1 }, null, { b: 2 }] },
    { name: "trailing ---", text: "a: 1\n---\n", want: [{ a: 1 }, null] },
    { name: "--- with a comment", text: "a: 1\n--- # next\nb: 2\n", want: [{ a: 1 }, { b: 2 }] },
    { name: "...", text: "a: 1\n...\n# between\n---\nb: 2\n...\n", want: [{ a: 1 }, { b: 2 }] },
    { name: "... before anything", text: "...\n...\na: 1\n", want: [{ a: 1 }] },
    { name: "a bare document after ...", text: "a: 1\n...\nb: 2\n", want: [{ a: 1 }, { b: 2 }] },
    { name: "%YAML", text: "%YAML 1.1\n---\na: 1\n...\n%YAML 1.2\n---\nb: 2\n", want: [{ a: 1 }, { b: 2 }] },
    { name: "---- is text", text: "a: |\n  x\n----: 1\n", want: [{ a: "x\n", "----": 1 }] },
    { name: "--- inside a block scalar is text when it is indented", text: "a: |\n  ---\n  b\n", want: [{ a: "---\nb\n" }] },
    { name: "--- at column 0 ends a block scalar", text: "a: |\n  b\n---\nc: 1\n", want: [{ a: "b\n" }, { c: 1 }] },
    { name: "CRLF", text: "a: 1\r\n---\r\nb: |\r\n  x\r\n", want: [{ a: 1 }, { b: "x\n" }] },
    { name: "BOM", text: "\uFEFFa: 1\n", want: [{ a: 1 }] },
    { name: "tabs after values", text: "a: 1\t\nb:\t\n  c: 2\t\n", want: [{ a: 1, b: { c: 2 } }] },
    { name: "no newline at the end", text: "a: 1\n---\nb: 2", want: [{ a: 1 }, { b: 2 }] },
    { name: "JSON with tabs", text: '{\n\t"a": [1,\n\t2]\n}\n', want: [{ a: [1, 2] }] },
    { name: "KYAML", text: '---\n{\n  a: "1",\n  b: [{\n    c: 2, # two\n  }],\n}\n', want: [{ a: "1", b: [{ c: 2 }] }] },
    { name: "a key that names the prototype", text: "__proto__: 1\n", want: [JSON.parse('{"__proto__": 1}')] },
  ])("$name", ({ text, want }) => {
    const { documents, diagnostics } = parse(text);
    expect(diagnostics).toEqual([]);
    expect(documents.map((document) => document.value)).toEqual(want);
    expect(documents.map((document) => document.index)).toEqual(want.map((_, i) => i));
  });
});

test("as many documents as the parser finds in the whole text", () => {
  const line = fc.constantFrom(
    "a: 1",
    "  b: 2",
    "---",
    "...",
    "# c",
    "",
    "--- # x",
    "---x",
    "a: |",
    "  text",
    "'q",
    "q'",
    "b: [",
    "]",
    "- x",
    "--- a",
    "... # e",
    " ---",
    "--- |",
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 9 }), fc.constantFrom("\n", "\r\n"), (lines, eol) => {
      const text = ["a: 1", ...lines, ""].join(eol);
      // A second "..." ends nothing (YAML 1.2, 9.2: several suffixes after one document); the parser counts one more there.
      fc.pre(!/^\.\.\..*\s+((#.*)?\s+)*\.\.\./m.test(text));
      const whole = [parseAllDocuments(text)].flat();
      fc.pre(whole.every((document) => document.errors.length === 0));
      expect(parse(text).documents.length).toBe(whole.length);
    }),
    { numRuns: 300, seed: 20260101 },
  );
}, 30_000);

describe("dialect", () => {
  test.each([
    { text: "a: 1\n", want: "yaml" },
    { text: '{"a": 1}', want: "json" },
    { text: '{"a": 1,\n', want: "json" },
    { text: '---\n{ a: "x" }\n', want: "kyaml" },
    { text: "- 1\n", want: "yaml" },
    { text: "", want: undefined },
  ])("$text → $want", ({ text, want }) => {
    expect(parse(text).documents[0]?.dialect).toBe(want);
  });
});

describe("scalars as Kubernetes reads them", () => {
  test.each([
    ["yes", true],
    ["off", false],
    ["y", true],
    ["N", false],
    ["~", null],
    ["", null],
    ["null", null],
    ["nil", "nil"],
    ["80", 80],
    ["-1", -1],
    ["+5", 5],
    ["-0", 0],
    ["0755", 493],
    ["0o17", 15],
    ["0x1F", 31],
    ["0b11", 3],
    ["1_000", 1000],
    ["08", 8],
    ["1.5", 1.5],
    [".5", 0.5],
    ["1e3", 1000],
    ["1.", 1],
    [".", "."],
    ["1.2.3", "1.2.3"],
    ["10.96.0.1", "10.96.0.1"],
    ["1:30", "1:30"],
    ["2026-01-01", "2026-01-01"],
    [".inf", ".inf"],
    ["100m", "100m"],
    ["25%", "25%"],
    ["'80'", "80"],
    ['"yes"', "yes"],
    ["!!str 80", "80"],
    ['!!int "80"', 80],
    ["! 80", "80"],
    ["0x", "0x"],
    ["1e999", "1e999"],
  ] as const)("%s → %j", (source, want) => {
    expect(parse(`a: ${source}\n`).documents[0]?.value).toEqual({ a: want });
  });

  test("keys are text", () => {
    expect(parse("80: a\ntrue: b\n'on': c\n1.5: d\n").documents[0]?.value).toEqual({ "80": "a", true: "b", on: "c", "1.5": "d" });
  });

  test("anchors, aliases and merges", () => {
    const text = "base: &b {x: 1, y1: 2}\nuse: *b\nmerged:\n  <<: *b\n  x: 9\n  z: 3\nboth: {<<: [{p: 1}, {p: 2, q: 3}]}\n";
    const want = { base: { x: 1, y1: 2 }, use: { x: 1, y1: 2 }, merged: { x: 9, y1: 2, z: 3 }, both: { p: 1, q: 3 } };
    expect(parse(text).documents[0]?.value).toEqual(want);
  });
});

const SERVICE = `# a Service
---
apiVersion: v1
kind: Service
metadata:
  name: web # its name
  labels:
    app.kubernetes.io/name: shop
spec:
  ports:
    - port: 80
      nodePort: 30080
    - {port: 443, name: https}
  selector: &pods
    app: web
copy: *pods
`;

describe("locate", () => {
  test.each([
    { path: "spec.ports[0].nodePort", want: "12:17 30080" },
    { path: "spec.ports[0].nodePort", part: "key", want: "12:7 nodePort" },
    { path: "spec.ports[1].name", want: "13:25 https" },
    { path: "spec.ports[1]", want: "13:7 {port: 443, name: https}" },
    { path: "spec.ports[1]", part: "key", want: "13:7 {port: 443, name: https}" },
    { path: "metadata.labels[app.kubernetes.io/name]", want: "8:29 shop" },
    { path: "metadata.labels[app.kubernetes.io/name]", part: "key", want: "8:5 app.kubernetes.io/name" },
    { path: "metadata.name", want: "6:9 web" },
    { path: "spec.selector.app", want: "15:10 web" },
    { path: "copy.app", want: "15:10 web" },
    { path: "spec.selector.tier", want: "15:5 app: web" },
    { path: "spec.selector.tier", part: "key", want: "14:3 selector" },
    { path: "spec.ports[7].port", want: "11:5 - port: 80\n      nodePort: 30080\n    - {port: 443, name: https}" },
    { path: "status.loadBalancer", want: "3:1 apiVersion" },
    { path: "", want: "3:1 apiVersion" },
  ] as const)("$path $part", ({ path, want, ...rest }) => {
    const document = parse(SERVICE).documents[0];
    const range = document?.locate(path, "part" in rest ? rest.part : "value");
    expect(printRange(SERVICE, range)).toBe(want);
  });

  test("ranges end where the value ends", () => {
    const document = parse(SERVICE).documents[0];
    expect(document?.range).toEqual({ start: 16, end: SERVICE.length - 1, line: 3, column: 1, endLine: 16, endColumn: 12 });
    expect(document?.locate("spec.ports[0].port")).toMatchObject({ line: 11, column: 13, endLine: 11, endColumn: 15 });
  });

  test("second document, CRLF", () => {
    const text = "a: 1\r\n---\r\nb:\r\n  c: x\r\n";
    expect(printRange(text, parse(text).documents[1]?.locate("b.c"))).toBe("4:6 x");
  });
});

function printRange(text: string, range: SourceRange | undefined): string {
  if (range === undefined) return "nothing";
  const whole = text.slice(range.start, range.end);
  return `${range.line}:${range.column} ${whole.startsWith("apiVersion") ? "apiVersion" : whole}`;
}

describe("syntax errors at their character", () => {
  test.each([
    { name: "deeper than its neighbours", text: "a: 1\n b: 2\n", want: "2:2 b: 2 [yaml-indent]" },
    { name: "between two levels", text: "a:\n  b: 1\n c: 2\n", want: "3:2 c: 2 [yaml-indent]" },
    { name: "list item out of line", text: "a:\n  - b\n - c\n", want: "3:2 - c [yaml-indent]" },
    { name: "second colon", text: "a: b: c\n", want: "1:4 b [yaml-second-colon]" },
    { name: "no colon, first", text: "foo\nbar: 1\n", want: "1:1 foo [yaml-missing-colon]" },
    { name: "no colon, last: half typed", text: "spec:\n  type: x\n  sel\n", want: "3:3 sel [yaml-missing-colon]" },
    { name: "quote never closed", text: "a: 'x'\nb: \"y\nc: 1\n", want: '2:4 " [yaml-unclosed-quote]' },
    { name: "bracket never closed", text: "a: [1, 2\nb: 1\n", want: "1:4 [ [yaml-unclosed-bracket]" },
    { name: "brace never closed", text: '{"a": {"b": 1}\n', want: "1:1 { [yaml-unclosed-bracket]" },
    { name: "tab", text: "a:\n\tb: 1\n", want: "2:1 \t [yaml-tab]" },
    { name: "reserved character", text: "a: @x\n", want: "1:4 @ [yaml-reserved]" },
    { name: "escape", text: 'a: "\\d"\n', want: "1:5 \\ [yaml-escape]" },
    { name: "after the value", text: "a: 'it's'\n", want: "1:8 s' [yaml-after-value]" },
    { name: "block text on the line of |", text: "a: | x\n  b\n", want: "1:6 x [yaml-block-text]" },
    { name: "duplicate key, at the second", text: "a:\n  b: 1\n  c: 2\n  b: 3\n", want: "4:3 b [yaml-duplicate-key]" },
    { name: "alias of nothing", text: "a: *x\n", want: "1:4 *x [yaml-alias]" },
    { name: "alias of itself", text: "a: &a [*a]\n", want: "1:8 *a [yaml-alias]" },
    { name: "object as key", text: "? {a: 1}\n: x\n", want: "1:3 {a: 1} [yaml-key]" },
    { name: "merge of text", text: "<<: x\na: 1\n", want: "1:5 x [yaml-merge]" },
    { name: "in the second document", text: "a: 1\n---\n# c\nb: [\n", want: "4:4 [ [yaml-unclosed-bracket]" },
  ])("$name", ({ text, want }) => {
    const { diagnostics } = parse(text);
    const first = diagnostics[0];
    expect(first?.severity).toBe("error");
    expect(`${printRange(text, first?.range)} [${first?.code}]`).toBe(want);
  });

  test("a tab's quick fix", () => {
    const text = "a:\n\tb: 1\n";
    expect(parse(text).diagnostics[0]?.fixes).toEqual([
      { title: "Replace by spaces", edits: [{ file: "f.yaml", start: 3, end: 4, text: "  " }] },
    ]);
  });

  test("a manifest indented by tabs throughout: said at the first, mended in one go", () => {
    const text = "apiVersion: v1\nkind: Service\nmetadata:\n\tname: a\nspec:\n\tselector:\n\t\tapp: a\n\tports:\n\t- port: 80\n";
    const { diagnostics } = parse(text);
    expect(diagnostics.map((each) => `${printRange(text, each.range)} [${each.code}]`)).toEqual(["4:1 \t [yaml-tab]"]);
    const edits = diagnostics[0]?.fixes[0]?.edits ?? [];
    const mended = edits.toReversed().reduce((now, edit) => now.slice(0, edit.start) + edit.text + now.slice(edit.end), text);
    expect(mended).toBe(text.replaceAll("\t", "  "));
  });

  test.each([
    { name: "escapes", text: `a: "${"\\y".repeat(150_000)}"\n`, want: ["yaml-escape"] },
    { name: "fields written twice", text: "a: 1\n".repeat(20_000), want: Array(5).fill("yaml-duplicate-key") },
  ])("very many errors: $name", ({ text, want }) => {
    expect(parse(text).diagnostics.map(({ code }) => code)).toEqual(want);
  });

  test.each([
    { name: "a fence of Markdown", text: "```yaml\na: 1\n```\n", want: ["1:1 ```yaml", "3:1 ```"], rest: "a: 1\n" },
    {
      name: "a shell's here-document",
      text: "$ cat <<'EOF' | kubectl apply -f -\na: 1\nEOF",
      want: ["1:1 $ cat <<'EOF' | kubectl apply -f -", "3:1 EOF"],
      rest: "a: 1\n",
    },
    { name: "its end, in the last document", text: "a: 1\n---\nb: 1\nEOF\n", want: ["4:1 EOF"], rest: "a: 1\n---\nb: 1\n" },
    { name: "a fence before the first mark", text: "```\n---\na: 1\n", want: ["1:1 ```"], rest: "---\na: 1\n" },
  ])("copied along: $name", ({ text, want, rest }) => {
    const found = parse(text).diagnostics.filter(({ code }) => code === "yaml-unexpected");
    expect(found.map(({ range }) => printRange(text, range))).toEqual(want);
    const edits = found[0]?.fixes[0]?.edits ?? [];
    expect(edits.toReversed().reduce((now, edit) => now.slice(0, edit.start) + edit.text + now.slice(edit.end), text)).toBe(rest);
  });

  test.each([["a: ["], ["```yaml\na: [\n```\n"], ["EOF: 1\n  b: 2\n"]])("not copied along: %j", (text) => {
    expect(parse(text).diagnostics.map(({ code }) => code)).not.toContain("yaml-unexpected");
  });

  test("an error in one document leaves the others alone", () => {
    const { documents, diagnostics } = parse("a: [\n---\nb: 1\n");
    expect(documents[1]?.value).toEqual({ b: 1 });
    expect(diagnostics.every((each) => each.document === 0)).toBe(true);
  });

  test("aliases that multiply", () => {
    const levels = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(", ")}]\n`).join("");
    const { diagnostics } = parse(`a0: &a0 lol\n${levels}`);
    expect(diagnostics.map((each) => each.code)).toContain("yaml-alias-limit");
  });

  test.each([
    { name: "brackets", text: `a: ${"[".repeat(20_000)}`, want: "1:204 [yaml-too-deep]" },
    { name: "dashes", text: "- ".repeat(20_000), want: "1:401 [yaml-too-deep]" },
    { name: "indentation", text: Array.from({ length: 300 }, (_, i) => `${" ".repeat(i)}a:\n`).join(""), want: "202:202 [yaml-too-deep]" },
  ])("too deep: $name", ({ text, want }) => {
    expect(parse(text).diagnostics.map((each) => `${each.range.line}:${each.range.column} [${each.code}]`)).toEqual([want]);
  });

  const wide = Array.from({ length: 500 }, (_, i) => ({ name: `n-${i}`, value: "a: b - c" }));
  test.each([
    { name: "JSON", text: JSON.stringify({ apiVersion: "v1", kind: "List", items: wide }) },
    { name: "KYAML", text: `{ items: [${wide.map(({ name, value }) => `{ name: ${name}, value: "${value}" }`).join(", ")}] }` },
  ])("much on one line is not deep: $name", ({ text }) => {
    const { documents, diagnostics } = parse(text);
    expect(diagnostics.filter((each) => each.code.startsWith("yaml-"))).toEqual([]);
    expect(documents[0]?.value).toMatchObject({ items: wide });
  });
});

describe("expandList", () => {
  const text = "apiVersion: v1\nkind: List\nitems:\n- kind: Pod\n  metadata:\n    name: a\n- kind: Service\n";

  test("members and their characters", () => {
    const members = parse(text).documents.flatMap(expandList);
    expect(members.map((member) => `${member.root} ${printRange(text, member.locate("kind"))}`)).toEqual([
      "items[0] 4:9 Pod",
      "items[1] 7:9 Service",
    ]);
    expect(printRange(text, members[0]?.locate("metadata.name"))).toBe("6:11 a");
    expect(printRange(text, members[1]?.locate("metadata.name"))).toBe("7:3 kind: Service");
  });

  test("a typed list implies kind and apiVersion", () => {
    const members = parse("apiVersion: v1\nkind: ServiceList\nitems: [{metadata: {name: a}}]\n").documents.flatMap(expandList);
    expect(members.map((member) => member.value)).toEqual([{ apiVersion: "v1", kind: "Service", metadata: { name: "a" } }]);
  });

  test("anything else is itself", () => {
    const documents = parse("kind: Pod\n---\n").documents;
    expect(documents.flatMap(expandList)).toEqual(documents);
  });
});

describe("the cache", () => {
  const cache = createParseCache();
  const file = (middle: string) => [{ name: "f.yaml", text: `a: {b: 1}\n---\n${middle}\n---\nc: {d: 2}\n` }];
  const first = parseManifests(file("x: 1"), cache).documents;

  test("keeps documents that did not change", () => {
    const second = parseManifests(file("x: 2"), cache).documents;
    expect(second[0]).toBe(first[0]);
    expect(second[1]?.value).toEqual({ x: 2 });
    expect(second[2]).toBe(first[2]);
  });

  test("a document that moved keeps its value and says its new place", () => {
    const moved = parseManifests(file("x: 2\ny1: 3"), cache).documents[2];
    expect(moved?.value).toBe(first[2]?.value);
    expect(moved?.locate("c.d").line).toBe((first[2]?.locate("c.d").line ?? 0) + 1);
  });

  test("never changes what is answered", () => {
    const texts = ["a: 1\n---\nb: [\n", "a: 1\n---\nb: 2\n", "---\nb: [\n", "a: 1\n---\nb: [\n"];
    for (const text of texts) {
      const plain = (result: ReturnType<typeof parseManifests>) => ({
        values: result.documents.map((each) => [each.range, each.value]),
        diagnostics: result.diagnostics,
      });
      expect(plain(parseManifests([{ name: "g", text }], cache))).toEqual(plain(parseManifests([{ name: "g", text }])));
    }
  });
});
