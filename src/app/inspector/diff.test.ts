import { expect, test } from "vitest";
import { diffOf } from "./diff.ts";

const text = "kind: Service\nspec:\n  selector:\n    app: webb\n  ports: []\n";
const at = (what: string): number => text.indexOf(what);

/** `4 -    app: web|b|` */
function shown(edits: Parameters<typeof diffOf>[1]): readonly string[] {
  return (diffOf([{ name: "web.yaml", text }], edits)?.lines ?? []).map(
    ({ sign, number, before, changed, after }) => `${number} ${sign}${before}${changed === "" ? "" : `|${changed}|`}${after}`,
  );
}

test.each([
  {
    name: "a letter goes",
    edits: [{ file: "web.yaml", start: at("webb"), end: at("webb") + 4, text: "web" }],
    want: ["4 -    app: web|b|", "4 +    app: web"],
  },
  {
    name: "a value changes",
    edits: [{ file: "web.yaml", start: at("webb"), end: at("webb") + 4, text: "api" }],
    want: ["4 -    app: |webb|", "4 +    app: |api|"],
  },
  {
    name: "a line comes",
    edits: [{ file: "web.yaml", start: at("  ports"), end: at("  ports"), text: "  type: NodePort\n" }],
    want: ["5 +  type: NodePort"],
  },
  {
    name: "lines go",
    edits: [{ file: "web.yaml", start: at("  selector"), end: at("  ports"), text: "" }],
    want: ["3 -  selector:", "4 -    app: webb"],
  },
  { name: "nothing changes", edits: [{ file: "web.yaml", start: at("webb"), end: at("webb") + 4, text: "webb" }], want: [] },
])("$name", ({ edits, want }) => {
  expect(shown(edits)).toEqual(want);
});

test("of very many lines the first are shown, and the rest counted", () => {
  const added = Array.from({ length: 20 }, (_, i) => `  line${i}\n`).join("");
  const diff = diffOf([{ name: "web.yaml", text }], [{ file: "web.yaml", start: at("  ports"), end: at("  ports"), text: added }]);
  expect([diff?.lines.length, diff?.more, diff?.line]).toEqual([9, 11, 5]);
});
