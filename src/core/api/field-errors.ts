/**
 * Field errors and `metav1.Status` replies with the API server's words.
 * (apimachinery/pkg/util/validation/field/errors.go, apimachinery/pkg/api/errors/errors.go)
 */
import { compareText } from "../base/names.ts";

export type FieldErrorReason =
  | "FieldValueRequired"
  | "FieldValueInvalid"
  | "FieldValueForbidden"
  | "FieldValueDuplicate"
  | "FieldValueNotSupported"
  | "FieldValueTooLong"
  | "FieldValueTooMany"
  | "FieldValueNotFound"
  /** A value of another type than a CustomResourceDefinition's schema says. */
  | "FieldValueTypeInvalid";

/** `message` is the body that follows the field: `Invalid value: 70000: must be between 1 and 65535, inclusive`. */
export interface FieldError {
  readonly reason: FieldErrorReason;
  readonly field: string;
  readonly message: string;
}

export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: Record<string, never>;
  readonly status: "Failure";
  readonly message: string;
  readonly reason: string;
  readonly code: number;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly causes?: readonly FieldError[];
  };
}

export function required(field: string, detail = ""): FieldError {
  return { reason: "FieldValueRequired", field, message: detail === "" ? "Required value" : `Required value: ${detail}` };
}

export function invalid(field: string, value: unknown, detail: string): FieldError {
  return { reason: "FieldValueInvalid", field, message: `Invalid value: ${printValue(value)}${detail === "" ? "" : `: ${detail}`}` };
}

export function forbidden(field: string, detail: string): FieldError {
  return { reason: "FieldValueForbidden", field, message: `Forbidden: ${detail}` };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { reason: "FieldValueDuplicate", field, message: `Duplicate value: ${printValue(value)}` };
}

/** `supported` is printed in the order given. */
export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const values = supported.map(quote).join(", ");
  return { reason: "FieldValueNotSupported", field, message: `Unsupported value: ${printValue(value)}: supported values: ${values}` };
}

export function tooLong(field: string, maxBytes: number): FieldError {
  return { reason: "FieldValueTooLong", field, message: `Too long: may not be more than ${maxBytes} bytes` };
}

export function tooMany(field: string, count: number, most: number): FieldError {
  return { reason: "FieldValueTooMany", field, message: `Too many: ${count}: must have at most ${most} items` };
}

/** Something that the value names is not there. */
export function notFound(field: string, value: unknown): FieldError {
  return { reason: "FieldValueNotFound", field, message: `Not found: ${printValue(value)}` };
}

/** A value as it stands in an error: strings quoted, numbers and booleans bare, all else compact JSON. */
export function printValue(value: unknown): string {
  return typeof value === "string" ? quote(value) : goJson(value ?? null);
}

/** A struct prints its fields in the order of its declaration; wrap its JSON to keep that order. */
export class Printed {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Go's %q for the texts that reach us. */
export function quote(text: string): string {
  const escapes: Readonly<Record<string, string>> = {
    '"': '\\"',
    "\\": "\\\\",
    "\u0007": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\u000b": "\\v",
  };
  let out = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const escape = escapes[character];
    if (escape !== undefined) out += escape;
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, "0")}`;
    else out += character;
  }
  return `"${out}"`;
}

/** Compact JSON as encoding/json prints it: map keys sorted, `<`, `>` and `&` escaped. */
export function goJson(value: unknown): string {
  if (value instanceof Printed) return value.text;
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).filter(([, of]) => of !== undefined);
    entries.sort(([a], [b]) => compareText(a, b));
    return `{${entries.map(([key, of]) => `${goJson(key)}:${goJson(of)}`).join(",")}}`;
  }
  return JSON.stringify(value ?? null).replace(/[<>&]/g, (found) => `\\u00${found.charCodeAt(0).toString(16)}`);
}

/** What an object is called in a reply: `services "web"`, `Service "web"`, `deployments.apps "web"`. */
export interface Subject {
  readonly group: string;
  readonly kind: string;
  /** Plural, lower case. */
  readonly resource: string;
  readonly name: string;
}

/** 422: the object breaks rules of its kind. Equal messages are printed once. */
export function invalidStatus(subject: Subject, errors: readonly FieldError[]): Status {
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  const body = texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(", ")}]`;
  return failure(422, "Invalid", `${kindOf(subject)} ${quote(subject.name)} is invalid: ${body}`, detailsOf(subject, subject.kind, errors));
}

export function notFoundStatus(subject: Subject): Status {
  return failure(404, "NotFound", `${resourceOf(subject)} ${quote(subject.name)} not found`, detailsOf(subject, subject.resource));
}

export function alreadyExistsStatus(subject: Subject): Status {
  return failure(
    409,
    "AlreadyExists",
    `${resourceOf(subject)} ${quote(subject.name)} already exists`,
    detailsOf(subject, subject.resource),
  );
}

export function conflictStatus(subject: Subject): Status {
  const why = "the object has been modified; please apply your changes to the latest version and try again";
  const message = `Operation cannot be fulfilled on ${resourceOf(subject)} ${quote(subject.name)}: ${why}`;
  return failure(409, "Conflict", message, detailsOf(subject, subject.resource));
}

export function badRequestStatus(message: string): Status {
  return failure(400, "BadRequest", message);
}

/** 403, as an admission webhook answers. */
export function deniedStatus(message: string): Status {
  return failure(403, "Forbidden", message);
}

/** 404 for a kind that the server does not serve under this version. */
export function unservedStatus(): Status {
  return failure(404, "NotFound", "the server could not find the requested resource");
}

export function internalStatus(detail: string): Status {
  return failure(500, "InternalError", `Internal error occurred: ${detail}`);
}

function failure(code: number, reason: string, message: string, details?: Status["details"]): Status {
  const status: Status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code };
  return details === undefined ? status : { ...status, details };
}

function detailsOf(subject: Subject, kind: string, causes?: readonly FieldError[]): NonNullable<Status["details"]> {
  const group = subject.group === "" ? {} : { group: subject.group };
  return { name: subject.name, ...group, kind, ...(causes === undefined ? {} : { causes }) };
}

function kindOf(subject: Subject): string {
  return subject.group === "" ? subject.kind : `${subject.kind}.${subject.group}`;
}

function resourceOf(subject: Subject): string {
  return subject.group === "" ? subject.resource : `${subject.resource}.${subject.group}`;
}
