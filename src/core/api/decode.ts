/**
 * Strict decoding: JSON of the wrong type and unknown fields are refused before anything else looks at an object.
 * A shape describes a Go type as far as the simulator cares; `open` structs hold fields that it does not list.
 * (apimachinery/pkg/runtime/serializer/json, sigs.k8s.io/json)
 */
import { badRequestStatus } from "./field-errors.ts";
import type { Status } from "./field-errors.ts";
import { isObject } from "./json.ts";
import { parseQuantity } from "./quantities.ts";

export type Shape =
  | { readonly kind: "string" | "int32" | "int64" | "bool" | "intOrString" | "quantity" | "any" }
  | { readonly kind: "map"; readonly of: Shape }
  /** `key` is the member by which `kubectl apply` tells the items apart; "" where they are words. Without it the list is one value. */
  | { readonly kind: "list"; readonly of: Shape; readonly key?: string }
  | {
      readonly kind: "struct";
      readonly name: string;
      readonly fields: { readonly [field: string]: Shape };
      readonly open: boolean;
      /** A union: what `kubectl apply` does not find in the manifest goes (patchStrategy `retainKeys`). */
      readonly retainKeys?: true;
    };

/** Something that does not decode, with the field path that diagnostics locate. */
export interface DecodeFault {
  readonly kind: "wrong-type" | "unknown-field";
  readonly field: string;
  /** As the reply prints it after its introduction. */
  readonly message: string;
  /** Fields that the struct has, for a "did you mean". */
  readonly known: readonly string[];
}

interface Place {
  /** With list indices: `spec.ports[0].port`. */
  readonly path: string;
  /** As encoding/json prints it: without indices and map keys. */
  readonly goPath: string;
  readonly struct: string;
}

/** All that is wrong with `value`, in the order of the text. Null members count as absent. */
export function decodeFaults(value: unknown, shape: Shape): readonly DecodeFault[] {
  const faults: DecodeFault[] = [];
  visit(value, shape, { path: "", goPath: "", struct: shape.kind === "struct" ? shape.name : "" }, faults);
  return faults;
}

function visit(value: unknown, shape: Shape, place: Place, faults: DecodeFault[]): void {
  if (value === null || value === undefined) return;
  const wrong = (goType: string): void => {
    const where = place.struct === "" || place.goPath === "" ? "Go value" : `Go struct field ${place.struct}.${place.goPath}`;
    faults.push({
      kind: "wrong-type",
      field: place.path,
      message: `json: cannot unmarshal ${jsonType(value, shape)} into ${where} of type ${goType}`,
      known: [],
    });
  };
  switch (shape.kind) {
    case "any":
      return;
    case "string":
      return typeof value === "string" ? undefined : wrong("string");
    case "bool":
      return typeof value === "boolean" ? undefined : wrong("bool");
    case "int32":
    case "int64":
      return isWhole(value, shape.kind) ? undefined : wrong(shape.kind);
    case "intOrString":
      if (typeof value === "string" || isWhole(value, "int32")) return;
      faults.push({
        kind: "wrong-type",
        field: place.path,
        message: `json: cannot unmarshal ${jsonType(value, shape)} into Go value of type int32`,
        known: [],
      });
      return;
    case "quantity": {
      const read = parseQuantity(value);
      if (typeof read === "string") faults.push({ kind: "wrong-type", field: place.path, message: read, known: [] });
      return;
    }
    case "list":
      if (!Array.isArray(value)) return wrong(goTypeOf(shape));
      value.forEach((item, index) => visit(item, shape.of, { ...place, path: `${place.path}[${index}]` }, faults));
      return;
    case "map":
      if (!isObject(value)) return wrong(goTypeOf(shape));
      for (const [key, of] of Object.entries(value)) visit(of, shape.of, { ...place, path: `${place.path}[${key}]` }, faults);
      return;
    case "struct":
      if (!isObject(value)) return wrong(goTypeOf(shape));
      for (const [key, of] of Object.entries(value)) visitField(key, of, shape, place, faults);
  }
}

function visitField(key: string, value: unknown, struct: Shape & { kind: "struct" }, place: Place, faults: DecodeFault[]): void {
  const path = place.path === "" ? key : `${place.path}.${key}`;
  const shape = Object.hasOwn(struct.fields, key) ? struct.fields[key] : undefined;
  if (shape !== undefined) {
    visit(value, shape, { path, goPath: place.goPath === "" ? key : `${place.goPath}.${key}`, struct: struct.name }, faults);
  } else if (!struct.open) {
    faults.push({ kind: "unknown-field", field: path, message: `unknown field "${path}"`, known: Object.keys(struct.fields) });
  }
}

/**
 * `value` with Go's zero values where a list holds null (in YAML a `-` with nothing behind it): an empty struct, "", 0. The
 * same value where none does. Call it with what has no faults.
 */
export function decoded(value: unknown, shape: Shape): unknown {
  if (value === null || value === undefined) return value;
  if (shape.kind === "list" && Array.isArray(value))
    return mapped(value, (item) => (item === null ? zeroOf(shape.of) : decoded(item, shape.of)));
  if (shape.kind === "map" && isObject(value)) return withMembers(value, () => shape.of);
  if (shape.kind === "struct" && isObject(value))
    return withMembers(value, (key) => (Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined));
  return value;
}

function mapped(items: readonly unknown[], change: (item: unknown) => unknown): readonly unknown[] {
  const changed = items.map(change);
  return changed.every((item, index) => item === items[index]) ? items : changed;
}

function withMembers(value: { readonly [key: string]: unknown }, shapeAt: (key: string) => Shape | undefined): unknown {
  let copy: { [key: string]: unknown } | null = null;
  for (const [key, of] of Object.entries(value)) {
    const shape = shapeAt(key);
    const made = shape === undefined ? of : decoded(of, shape);
    if (made !== of) (copy ??= { ...value })[key] = made;
  }
  return copy ?? value;
}

function zeroOf(shape: Shape): unknown {
  switch (shape.kind) {
    case "string":
      return "";
    case "int32":
    case "int64":
    case "intOrString":
    case "quantity":
      return 0;
    case "bool":
      return false;
    case "list":
      return [];
    case "map":
    case "struct":
      return {};
    case "any":
      return null;
  }
}

function isWhole(value: unknown, kind: "int32" | "int64"): boolean {
  const limit = kind === "int32" ? 2_147_483_648 : 2 ** 53;
  return typeof value === "number" && Number.isInteger(value) && value >= -limit && value < limit;
}

function jsonType(value: unknown, wanted: Shape): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return wanted.kind === "int32" || wanted.kind === "int64" ? `number ${String(value)}` : "number";
  return typeof value === "string" ? "string" : "object";
}

function goTypeOf(shape: Shape): string {
  switch (shape.kind) {
    case "list":
      return `[]${goTypeOf(shape.of)}`;
    case "map":
      return `map[string]${goTypeOf(shape.of)}`;
    case "struct":
      return `v1.${shape.name}`;
    case "intOrString":
      return "intstr.IntOrString";
    case "quantity":
      return "resource.Quantity";
    case "any":
      return "interface {}";
    default:
      return shape.kind;
  }
}

/** The 400 for an object that does not decode. A wrong type hides the unknown fields, as the decoder stops there. */
export function decodeStatus(kind: string, apiVersion: string, faults: readonly DecodeFault[]): Status {
  const wrong = faults.find((fault) => fault.kind === "wrong-type");
  const detail = wrong === undefined ? `strict decoding error: ${faults.map((fault) => fault.message).join(", ")}` : wrong.message;
  return badRequestStatus(`${kind} in version "${apiVersion.split("/").at(-1) ?? ""}" cannot be handled as a ${kind}: ${detail}`);
}
