/** ConfigMaps and Secrets: their keys, their size, and those that never change. (pkg/apis/core/validation/validation.go) */
import { forbidden, invalid, required, tooLong } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { configMapKey, byteLength } from "./formats.ts";
import type { Draft } from "./json.ts";
import { sameJson, stringsAt, textAt } from "./json.ts";

const MAX_BYTES = 1_048_576;

export function configMapErrors(object: Draft, old: Draft | null): FieldError[] {
  const data = stringsAt(object, "data");
  const binary = stringsAt(object, "binaryData");
  const errors = old === null ? [] : immutableErrors(object, old, ["data", "binaryData"]);
  for (const key of Object.keys(data)) {
    errors.push(...keyErrors("data", key));
    if (Object.hasOwn(binary, key)) errors.push(invalid(`data[${key}]`, key, "duplicate of key present in binaryData"));
  }
  for (const key of Object.keys(binary)) errors.push(...keyErrors("binaryData", key));
  const size = [...Object.values(data), ...Object.values(binary)].reduce((sum, value) => sum + byteLength(value), 0);
  if (size > MAX_BYTES) errors.push(tooLong("", MAX_BYTES));
  return errors;
}

function keyErrors(field: string, key: string): FieldError[] {
  return configMapKey(key).map((message) => invalid(`${field}[${key}]`, key, message));
}

function immutableErrors(object: Draft, old: Draft, fields: readonly string[]): FieldError[] {
  if (old["immutable"] !== true) return [];
  const words = "field is immutable when `immutable` is set";
  const errors = object["immutable"] === true ? [] : [forbidden("immutable", words)];
  for (const field of fields) if (!sameJson(object[field] ?? {}, old[field] ?? {})) errors.push(forbidden(field, words));
  return errors;
}

/** What a Secret of a type has to hold. */
const NEEDED: { readonly [type: string]: readonly string[] } = {
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
};

/** What is written as text is stored with the rest; the values are nobody's matter here. */
export function defaultSecret(object: Draft): void {
  if ((object["type"] ?? "") === "") object["type"] = "Opaque";
  const texts = stringsAt(object, "stringData");
  if (Object.keys(texts).length === 0) return;
  object["data"] = { ...stringsAt(object, "data"), ...texts };
  delete object["stringData"];
}

export function secretErrors(object: Draft, old: Draft | null): FieldError[] {
  const type = textAt(object, "type") ?? "";
  const data = stringsAt(object, "data");
  const errors: FieldError[] = [];
  if (old !== null) {
    if (!sameJson(object["type"], old["type"])) errors.push(invalid("type", type, "field is immutable"));
    errors.push(...immutableErrors(object, old, ["data"]));
  }
  for (const key of Object.keys(data)) errors.push(...keyErrors("data", key));
  const missing = (Object.hasOwn(NEEDED, type) ? (NEEDED[type] ?? []) : []).filter((key) => !Object.hasOwn(data, key));
  return [...errors, ...missing.map((key) => required(`data[${key}]`))];
}
