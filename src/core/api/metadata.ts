/** Validation of object metadata, before anything else of an object. (apimachinery/pkg/api/validation/objectmeta.go) */
import { compareText } from "../base/names.ts";
import { forbidden, invalid, required, tooLong } from "./field-errors.ts";
import type { FieldError } from "./field-errors.ts";
import { byteLength, dns1123Label, each, labelErrors, qualifiedName } from "./formats.ts";
import type { Check } from "./formats.ts";
import type { OwnerReference, StringMap } from "./types.ts";

interface MetadataDraft {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly labels?: StringMap;
  readonly annotations?: StringMap;
  readonly ownerReferences?: readonly Partial<OwnerReference>[];
  readonly finalizers?: readonly string[];
}

const MAX_ANNOTATION_BYTES = 256 * 1024;

export function metadataErrors(metadata: MetadataDraft, kind: { readonly namespaced: boolean; readonly nameCheck: Check }): FieldError[] {
  const { name, namespace = "", generateName = "" } = metadata;
  const errors: FieldError[] = [];
  // A trailing dash is fine here: the random characters follow it.
  if (generateName !== "") errors.push(...each("metadata.generateName", generateName, kind.nameCheck(generateName.replace(/-$/, "a"))));
  if (name === "") errors.push(required("metadata.name", "name or generateName is required"));
  else errors.push(...each("metadata.name", name, kind.nameCheck(name)));
  if (!kind.namespaced && namespace !== "") errors.push(forbidden("metadata.namespace", "not allowed on this type"));
  if (kind.namespaced && namespace === "") errors.push(required("metadata.namespace"));
  if (kind.namespaced && namespace !== "") errors.push(...each("metadata.namespace", namespace, dns1123Label(namespace)));
  errors.push(...labelErrors("metadata.labels", metadata.labels ?? {}));
  errors.push(...annotationErrors(metadata.annotations ?? {}));
  errors.push(...(metadata.ownerReferences ?? []).flatMap(ownerErrors));
  errors.push(...finalizerErrors(metadata.finalizers ?? []));
  return errors;
}

function ownerErrors({ apiVersion = "", kind = "", name = "", uid = "" }: Partial<OwnerReference>): FieldError[] {
  const field = "metadata.ownerReferences";
  const errors = apiVersion === "" ? [invalid(`${field}.apiVersion`, apiVersion, "version must not be empty")] : [];
  for (const [part, value] of [
    ["kind", kind],
    ["name", name],
    ["uid", uid],
  ] as const) {
    if (value === "") errors.push(invalid(`${field}.${part}`, value, "must not be empty"));
  }
  return errors;
}

const STANDARD_FINALIZERS = ["foregroundDeletion", "kubernetes", "orphan"];

function finalizerErrors(finalizers: readonly string[]): FieldError[] {
  const errors = finalizers.flatMap((finalizer) => each("metadata.finalizers", finalizer, qualifiedName(finalizer)));
  finalizers.forEach((finalizer, index) => {
    if (finalizer.includes("/") || STANDARD_FINALIZERS.includes(finalizer)) return;
    errors.push(invalid(`metadata.finalizers[${index}]`, finalizer, "name is neither a standard finalizer name nor is it fully qualified"));
  });
  return errors;
}

export function annotationErrors(annotations: StringMap, field = "metadata.annotations"): FieldError[] {
  const keys = Object.keys(annotations).sort(compareText);
  const errors = keys.flatMap((key) => qualifiedName(key.toLowerCase()).map((message) => invalid(field, key, message)));
  const bytes = keys.reduce((sum, key) => sum + byteLength(key) + byteLength(annotations[key] ?? ""), 0);
  if (bytes > MAX_ANNOTATION_BYTES) errors.push(tooLong(field, MAX_ANNOTATION_BYTES));
  return errors;
}

/** What an update may not change. */
export function metadataUpdateErrors(
  now: { readonly name: string; readonly namespace?: string; readonly uid?: string },
  before: { readonly name: string; readonly namespace?: string; readonly uid?: string },
): FieldError[] {
  const fixed = (field: "name" | "namespace" | "uid"): FieldError[] =>
    (now[field] ?? "") === (before[field] ?? "") ? [] : [invalid(`metadata.${field}`, now[field] ?? "", "field is immutable")];
  return [...fixed("name"), ...fixed("namespace"), ...fixed("uid")];
}
