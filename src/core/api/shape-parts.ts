/** Words for writing Go types down, and the types that all kinds share. (staging/src/k8s.io/apimachinery/pkg/apis/meta/v1) */
import type { Shape } from "./decode.ts";

export type Members = { readonly [field: string]: Shape };

export const string: Shape = { kind: "string" };
export const int32: Shape = { kind: "int32" };
export const int64: Shape = { kind: "int64" };
export const bool: Shape = { kind: "bool" };
export const any: Shape = { kind: "any" };
export const intOrString: Shape = { kind: "intOrString" };
export const strings: Shape = { kind: "map", of: string };
export const amounts: Shape = { kind: "map", of: { kind: "quantity" } };

/** A list that is replaced as a whole. */
export const list = (of: Shape): Shape => ({ kind: "list", of });
/** A list whose items are told apart by a member (`patchMergeKey`), or by themselves where they are words. */
export const keyed = (key: string, of: Shape): Shape => ({ kind: "list", of, key });
export const struct = (name: string, fields: Members): Shape => ({ kind: "struct", name, fields, open: false });
/** A struct of which one member is chosen: applying another takes the rest away. */
export const union = (name: string, fields: Members): Shape => ({ kind: "struct", name, fields, open: false, retainKeys: true });
/** A struct of which only some fields are listed. */
export const open = (name: string, fields: Members): Shape => ({ kind: "struct", name, fields, open: true });
export const anyOf = (...names: readonly string[]): Members => Object.fromEntries(names.map((name) => [name, any]));
export const textsOf = (...names: readonly string[]): Members => Object.fromEntries(names.map((name) => [name, string]));

export const meta = struct("ObjectMeta", {
  name: string,
  generateName: string,
  namespace: string,
  selfLink: string,
  uid: string,
  resourceVersion: string,
  generation: int64,
  creationTimestamp: string,
  deletionTimestamp: string,
  deletionGracePeriodSeconds: int64,
  labels: strings,
  annotations: strings,
  ownerReferences: keyed("uid", open("OwnerReference", { apiVersion: string, kind: string, name: string, uid: string })),
  finalizers: keyed("", string),
  managedFields: any,
  // Dropped from the API, still found in old dumps.
  clusterName: string,
});

export const object = (name: string, fields: { readonly [field: string]: Shape }): Shape =>
  struct(name, { apiVersion: string, kind: string, metadata: meta, ...fields });

export const labelSelector = struct("LabelSelector", {
  matchLabels: strings,
  matchExpressions: list(struct("LabelSelectorRequirement", { key: string, operator: string, values: list(string) })),
});

export const conditions: Shape = keyed("type", open("Condition", { type: string, status: string, reason: string, message: string }));
export const objectReference: Shape = open("ObjectReference", textsOf("kind", "namespace", "name", "uid", "apiVersion"));
