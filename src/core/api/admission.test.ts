import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { randomState } from "../base/random.ts";
import { compareAddresses, parseAddress } from "../base/address.ts";
import { admit } from "./admission.ts";
import type { AdmitContext, Operation } from "./admission.ts";
import { parseInstant } from "./instant.ts";
import { at, isObject } from "./json.ts";
import { readSettings } from "./settings.ts";
import { storeOf } from "./stored.ts";

interface Row {
  readonly request: {
    readonly objects: readonly unknown[];
    readonly options: { readonly op: Operation; readonly object: unknown; readonly old?: unknown; readonly now: string };
  };
  readonly expect: { readonly name: string; readonly [field: string]: unknown };
}

function rows(file: string): Row[] {
  const text = readFileSync(new URL(`./fixtures/${file}`, import.meta.url), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
}

function run(row: Row): ReturnType<typeof admit> {
  const { objects, options } = row.request;
  const context: AdmitContext = {
    settings: readSettings(objects, { stored: true }).settings,
    nowSeconds: parseInstant(options.now) ?? 0,
    random: (stream) => randomState(1, stream),
  };
  return admit(storeOf(objects), options.op, options.object, options.old, context);
}

describe("validation examples", () => {
  it.each(rows("validation.jsonl").map((row) => [row.expect.name, row] as const))("%s", (_name, row) => {
    const answer = run(row);
    expect(answer.ok).toBe(row.expect["valid"]);
    if (answer.ok) return;
    const causes = answer.status.details?.causes ?? [];
    const wanted = row.expect["errors"] as { field: string; contains: string }[];
    expect(causes.map((cause) => cause.field)).toEqual(wanted.map((error) => error.field));
    wanted.forEach((error, index) => expect(causes[index]?.message).toContain(error.contains));
  });
});

describe("defaulting examples", () => {
  it.each(rows("defaulting.jsonl").map((row) => [row.expect.name, row] as const))("%s", (_name, row) => {
    const answer = run(row);
    if (!answer.ok) throw new Error(answer.status.message);
    for (const [field, wanted] of Object.entries(row.expect)) if (field !== "name") expectField(answer.object, field, wanted);
  });
});

function fieldOf(object: unknown, path: string): unknown {
  return at(object, ...path.replaceAll("[", ".").replaceAll("]", "").split("."));
}

/** Numbers by size, addresses by value. */
function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [parseAddress(String(a)), parseAddress(String(b))];
  if (left === null || right === null) throw new Error(`cannot compare ${String(a)} with ${String(b)}`);
  return compareAddresses(left, right);
}

function expectField(object: unknown, field: string, wanted: unknown): void {
  const value = fieldOf(object, field);
  if (isObject(wanted) && wanted["absent"] === true) expect(value, field).toBeUndefined();
  else if (isObject(wanted) && Array.isArray(wanted["between"])) {
    const [low, high] = wanted["between"] as [unknown, unknown];
    expect(compare(value, low) >= 0 && compare(value, high) <= 0, `${field} = ${String(value)}`).toBe(true);
  } else expect(value, field).toEqual(wanted);
}
