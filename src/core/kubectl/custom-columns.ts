/** `-o custom-columns=NAME:.metadata.name,…` (kubectl/pkg/cmd/get/customcolumn.go) */
import { isObject } from "../api/json.ts";
import { compareText } from "../base/names.ts";
import { findValues, readTemplate, relaxed, type Template } from "./jsonpath.ts";
import { fail } from "./session.ts";
import { TABLE, alignTabs } from "./tabs.ts";

export interface CustomColumn {
  readonly header: string;
  readonly template: Template;
}

export function readCustomColumns(text: string): readonly CustomColumn[] {
  if (text === "") return fail("custom-columns format specified but no custom columns given");
  return text.split(",").map((part) => {
    const colon = part.indexOf(":");
    if (colon < 0) return fail(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    return { header: part.slice(0, colon), template: readTemplate(relaxed(part.slice(colon + 1))) };
  });
}

export function printCustomColumns(columns: readonly CustomColumn[], objects: readonly unknown[], headers: boolean): string {
  const rows = objects.map((object) =>
    columns.map(({ template }) => {
      const values = findValues(template, object);
      return values.length === 0 ? "<none>" : values.map(goText).join(",");
    }),
  );
  const lines = headers ? [columns.map(({ header }) => header), ...rows] : rows;
  return alignTabs(lines.map((line) => `${line.join("\t")}\n`).join(""), TABLE);
}

/** As Go's fmt prints what JSON decodes to: `map[app:web]`, `[a b]`. */
export function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (isObject(value))
    return `map[${Object.keys(value)
      .sort(compareText)
      .map((key) => `${key}:${goText(value[key])}`)
      .join(" ")}]`;
  return value === null || value === undefined ? "<nil>" : String(value);
}
