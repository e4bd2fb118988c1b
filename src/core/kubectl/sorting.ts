/** `--sort-by`. (kubectl/pkg/cmd/get/sorter.go) */
import { compareQuantities, parseQuantity } from "../api/quantities.ts";
import { compareText } from "../base/names.ts";
import { findValues, readTemplate, relaxed } from "./jsonpath.ts";
import { fail } from "./session.ts";

/** Items by the value at a path of their object; those without one come first. Throws KubectlError where no object has the path. */
export function sortBy<T>(items: readonly T[], path: string, objectOf: (item: T) => unknown): readonly T[] {
  const template = readTemplate(relaxed(path));
  const keyed = items.map((item) => ({ item, values: findValues(template, objectOf(item)) }));
  if (items.length > 0 && keyed.every(({ values }) => values.length === 0))
    fail(`couldn't find any field with path "${template.text}" in the list of objects`);
  return [...keyed].sort((a, b) => compareValues(a.values[0], b.values[0])).map(({ item }) => item);
}

function compareValues(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a), String(b)];
  const [l, r] = [parseQuantity(left), parseQuantity(right)];
  return typeof l !== "string" && typeof r !== "string" ? compareQuantities(l, r) : naturally(left, right);
}

/** Runs of digits by their value: `web-9` before `web-10`. (github.com/fvbommel/sortorder) */
export function naturally(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [l = "", r = ""] = [left[i], right[i]];
    const bothNumbers = /^\d/.test(l) && /^\d/.test(r);
    const difference = bothNumbers ? Number(l) - Number(r) || l.length - r.length : compareText(l, r);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function partsOf(text: string): readonly string[] {
  return text.match(/\d+|\D+/g) ?? [];
}
