/** Reading JSON whose shape nobody has checked yet. */
import type { Json } from "../base/names.ts";

export type JsonObject = { readonly [key: string]: Json };

/** An object being worked on before it is stored: our own copy, free to change. */
export type Draft = { [key: string]: unknown };

export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** The value under `path`, or undefined where something on the way is missing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const step of path) {
    if (Array.isArray(here)) here = here[Number(step)];
    else if (isObject(here)) here = here[step];
    else return undefined;
  }
  return here;
}

export function textAt(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

export function numberAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

export function booleanAt(value: unknown, ...path: readonly (string | number)[]): boolean | undefined {
  const found = at(value, ...path);
  return typeof found === "boolean" ? found : undefined;
}

export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The string values of a map; entries of any other type are left out. */
export function stringsAt(value: unknown, ...path: readonly (string | number)[]): { readonly [key: string]: string } {
  const found = at(value, ...path);
  if (!isObject(found)) return {};
  return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** A deep copy without null members: to the API server a null field is an absent one. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const copy: Draft = {};
  for (const [key, of] of Object.entries(value)) if (of !== null && of !== undefined) copy[key] = withoutNulls(of);
  return copy;
}

/** Deep equality of JSON values; the order of keys does not count, absent and undefined are equal. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((value, index) => sameJson(value, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  for (const key in a) if (a[key] !== b[key] && !sameJson(a[key], b[key])) return false;
  for (const key in b) if (b[key] !== undefined && a[key] === undefined) return false;
  return true;
}
