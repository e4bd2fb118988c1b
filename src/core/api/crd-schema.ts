/**
 * Objects of CustomResourceDefinitions: an OpenAPI schema instead of a Go type, defaults and rules in it, and other words
 * for what does not fit. (apiextensions-apiserver/pkg/apiserver/validation, k8s.io/kube-openapi/pkg/validation)
 */
import { notSupported, printValue, required, tooLong, tooMany } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { byteLength } from "./formats.ts";
import type { Draft } from "./json.ts";
import { isObject, withoutNulls } from "./json.ts";

export type Schema =
  | { readonly type: "string"; readonly min?: number; readonly max?: number; readonly pattern?: string; readonly words?: readonly string[] }
  | { readonly type: "integer"; readonly min?: number; readonly max?: number }
  | { readonly type: "boolean" }
  /** A number, or a text. */
  | { readonly type: "intOrString" }
  | { readonly type: "array"; readonly items: Schema; readonly min?: number; readonly max?: number }
  | { readonly type: "map"; readonly of: Schema }
  /** Kept as it comes: what nothing here reads. */
  | { readonly type: "any" }
  | {
      readonly type: "object";
      readonly properties: Properties;
      readonly required: readonly string[];
      /** Rules of the whole object (CEL). */
      readonly rules: readonly SchemaRule[];
    };

export interface Property {
  readonly schema: Schema;
  readonly byDefault?: unknown;
}

export type Properties = { readonly [name: string]: Property };

export interface SchemaRule {
  /** The member of the object that the rule stands at; without it the object itself. */
  readonly about?: string;
  readonly holds: (value: { readonly [field: string]: unknown }) => boolean;
  readonly message: string;
}

export const text = (more: { min?: number; max?: number; pattern?: string } = {}): Schema => ({ type: "string", ...more });
export const word = (...words: readonly string[]): Schema => ({ type: "string", words });
export const integer = (min?: number, max?: number): Schema => ({
  type: "integer",
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});
export const flag: Schema = { type: "boolean" };
export const anything: Schema = { type: "any" };
export const array = (items: Schema, more: { min?: number; max?: number } = {}): Schema => ({ type: "array", items, ...more });
export const mapOf = (of: Schema): Schema => ({ type: "map", of });

/** `{ name: schema }`, or `{ name: [schema, default] }`; a name that ends in `!` is required. */
export function shape(
  members: { readonly [name: string]: Schema | readonly [schema: Schema, byDefault: unknown] },
  rules: readonly SchemaRule[] = [],
): Schema {
  const properties: { [name: string]: Property } = {};
  const needed: string[] = [];
  for (const [key, given] of Object.entries(members)) {
    const name = key.replace(/!$/, "");
    if (name !== key) needed.push(name);
    properties[name] = Array.isArray(given)
      ? { schema: (given as readonly [Schema, unknown])[0], byDefault: (given as readonly [Schema, unknown])[1] }
      : { schema: given as Schema };
  }
  return { type: "object", properties, required: needed, rules };
}

// ---- unknown fields -------------------------------------------------------------------------------------------------

/** Fields that the schema does not have, with those that it has in their place. The API server prunes them; kubectl asks it to refuse. */
export function unknownFields(value: unknown, schema: Schema, path = ""): { readonly field: string; readonly known: readonly string[] }[] {
  if (schema.type === "array" && Array.isArray(value))
    return value.flatMap((item: unknown, index) => unknownFields(item, schema.items, `${path}[${index}]`));
  if (schema.type === "map" && isObject(value))
    return Object.entries(value).flatMap(([key, item]) => unknownFields(item, schema.of, `${path}[${key}]`));
  if (schema.type !== "object" || !isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = path === "" ? key : `${path}.${key}`;
    const property = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    return property === undefined ? [{ field: at, known: Object.keys(schema.properties) }] : unknownFields(item, property.schema, at);
  });
}

// ---- defaults -------------------------------------------------------------------------------------------------------

/** Fills in what is absent, in place. */
export function applyDefaults(value: unknown, schema: Schema): void {
  if (schema.type === "array" && Array.isArray(value)) for (const item of value) applyDefaults(item, schema.items);
  if (schema.type === "map" && isObject(value)) for (const item of Object.values(value)) applyDefaults(item, schema.of);
  if (schema.type !== "object" || !isObject(value)) return;
  const draft = value as Draft; // our own copy
  for (const [name, { schema: of, byDefault }] of Object.entries(schema.properties)) {
    if (draft[name] === undefined && byDefault !== undefined) draft[name] = withoutNulls(byDefault);
    if (draft[name] !== undefined) applyDefaults(draft[name], of);
  }
}

// ---- validation -----------------------------------------------------------------------------------------------------

/** All that does not fit. Rules of a whole object are asked only where its fields fit. */
export function schemaErrors(value: unknown, schema: Schema, field: string): FieldError[] {
  const wrong = wrongType(value, schema, field);
  if (wrong !== null) return [wrong];
  switch (schema.type) {
    case "string":
      return textErrors(String(value), schema, field);
    case "integer":
      return rangeErrors(Number(value), schema, field);
    case "array":
      return arrayErrors(value as readonly unknown[], schema, field); // of this type: seen above
    case "map":
      return Object.entries(value as object).flatMap(([key, item]) => schemaErrors(item, schema.of, `${field}.${key}`));
    case "object":
      return objectErrors(value as { readonly [name: string]: unknown }, schema, field); // of this type: seen above
    default:
      return [];
  }
}

/** As OpenAPI names them. */
function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return value === null ? "null" : typeof value;
}

function wrongType(value: unknown, schema: Schema, field: string): FieldError | null {
  const type = typeOf(value);
  const wanted = schema.type === "map" ? "object" : schema.type === "intOrString" ? "integer,string" : schema.type;
  if (wanted === "any" || wanted.split(",").includes(type)) return null;
  return {
    reason: "FieldValueTypeInvalid",
    field,
    message: `Invalid value: ${printValue(type)}: ${field} in body must be of type ${wanted}: ${printValue(type)}`,
  };
}

function bad(field: string, shown: unknown, detail: string): FieldError {
  return { reason: "FieldValueInvalid", field, message: `Invalid value: ${printValue(shown)}: ${field} in body ${detail}` };
}

function textErrors(value: string, { min = 0, max, pattern, words }: Schema & { type: "string" }, field: string): FieldError[] {
  if (words !== undefined) return words.includes(value) ? [] : [notSupported(field, value, words)];
  const errors: FieldError[] = [];
  if (max !== undefined && byteLength(value) > max) errors.push(tooLong(field, max));
  if (value.length < min) errors.push(bad(field, value, `should be at least ${min} chars long`));
  if (pattern !== undefined && !new RegExp(pattern).test(value)) errors.push(bad(field, value, `should match '${pattern}'`));
  return errors;
}

function rangeErrors(value: number, { min, max }: Schema & { type: "integer" }, field: string): FieldError[] {
  if (min !== undefined && value < min) return [bad(field, value, `should be greater than or equal to ${min}`)];
  return max !== undefined && value > max ? [bad(field, value, `should be less than or equal to ${max}`)] : [];
}

function arrayErrors(value: readonly unknown[], { items, min = 0, max }: Schema & { type: "array" }, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (max !== undefined && value.length > max) errors.push(tooMany(field, value.length, max));
  if (value.length < min) errors.push(bad(field, value.length, `should have at least ${min} items`));
  return [...errors, ...value.flatMap((item, index) => schemaErrors(item, items, `${field}[${index}]`))];
}

function objectErrors(
  value: { readonly [name: string]: unknown },
  { properties, required: needed, rules }: Schema & { type: "object" },
  field: string,
): FieldError[] {
  const at = (name: string): string => (field === "" ? name : `${field}.${name}`);
  const errors: FieldError[] = needed.filter((name) => value[name] === undefined).map((name) => required(at(name)));
  for (const [name, { schema }] of Object.entries(properties))
    if (value[name] !== undefined) errors.push(...schemaErrors(value[name], schema, at(name)));
  if (errors.length > 0) return errors;
  return rules
    .filter(({ holds }) => !holds(value))
    .map(({ about, message }) => {
      const type = typeOf(about === undefined ? value : value[about]);
      return {
        reason: "FieldValueInvalid",
        field: about === undefined ? field : at(about),
        message: `Invalid value: ${printValue(type)}: ${message}`,
      };
    });
}
