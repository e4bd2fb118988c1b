import * as fc from "fast-check";
import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { parseManifests } from "./parse.ts";

const CORE = new URL("../", import.meta.url);

/** Codes as the sources write them: in a note, in a diagnostic, in the table of the API server's reasons. */
function codesInSource(): string[] {
  const folders = ["manifests/", "controllers/", "simulation/"].map((name) => new URL(name, CORE));
  const texts = folders.flatMap((folder) => {
    const files = readdirSync(folder).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
    return files.map((name) => readFileSync(new URL(name, folder), "utf8"));
  });
  const written =
    /\b(?:note|refuse)\(\s*(?:\w+(?:\.\w+)?(?: \?\? \w+)?,\s*)?"([a-z-]+)"|\bcode: "([a-z-]+)"|\bFieldValue\w+: "([a-z-]+)"|\?\? \(.*\? "([a-z-]+)" : "([a-z-]+)"\)/g;
  const codes = texts.flatMap((text) =>
    [...text.matchAll(written)].flatMap((match) => match.slice(1).filter((code) => code !== undefined)),
  );
  // Written in parts, or named by a constant.
  return [...new Set([...codes, "missing-name", "missing-kind", "missing-api-version", "template-text"])].sort();
}

test("every code has a row in docs/diagnostics.md, and every row a code", () => {
  const page = readFileSync(new URL("../../docs/diagnostics.md", CORE), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1] as string);
  expect(codesInSource().filter((code) => !rows.includes(code))).toEqual([]);
  expect([...new Set(rows)].filter((code) => !codesInSource().includes(code))).toEqual([]);
});

const PIECES = [
  "apiVersion: v1\n",
  "kind: Service\n",
  "metadata:\n",
  "  name: a\n",
  "spec:",
  " ",
  "  ",
  "\n",
  "\r\n",
  "\t",
  "- ",
  ": ",
  "? ",
  "{",
  "}",
  "[",
  "]",
  ",",
  '"',
  "'",
  "|",
  ">",
  "&a ",
  "*a",
  "<<: ",
  "!!str ",
  "---\n",
  "...\n",
  "# c\n",
  "%YAML 1.2\n",
  "{{",
  "}}",
  "<%",
  "%>",
  "$(A)",
  "\uFEFF",
  "80",
  "x",
  "@",
  "`",
  "\\",
  "items:\n",
  "kind: List\n",
  "é",
  "\u0000",
  "\ud800",
];

test("any text at all is read: documents, ranges inside the text, and fixes that apply", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }), (pieces) => {
      const text = pieces.join("");
      const { documents, diagnostics } = parseManifests([{ name: "f", text }]);
      for (const { start, end } of [...documents.map((each) => each.range), ...diagnostics.map((each) => each.range)]) {
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeLessThanOrEqual(text.length);
      }
      for (const edit of diagnostics.flatMap((each) => each.fixes.flatMap((fix) => fix.edits)))
        expect(edit.end).toBeLessThanOrEqual(text.length);
      for (const document of documents) document.locate("spec.ports[0].port");
    }),
    { numRuns: 600, seed: 20260101 },
  );
}, 30_000);
