/**
 * Objects that came out of a cluster (`kubectl get -o yaml`): with uid, status, owners and what controllers had made of
 * them. They are brought in as they are. What a manifest says of such an object is kept apart from what only a cluster
 * can say, so that a later edit of the text is an edit of the manifest.
 */
import { isObject, listAt, textAt } from "../api/json.ts";
import type { ObjectMeta } from "../api/types.ts";

type Manifest = { readonly [field: string]: unknown };

/** What an object out of a cluster brings along beside its manifest. */
export interface Brought {
  readonly metadata: Pick<ObjectMeta, "uid" | "creationTimestamp" | "generation" | "deletionTimestamp" | "deletionGracePeriodSeconds">;
  readonly status: { readonly [field: string]: unknown };
}

/** Whether an API server has stored this object once. A Pod that has an address was in a cluster, whoever cut its uid. */
export function isFromCluster(manifest: unknown): boolean {
  if (textAt(manifest, "metadata", "uid") !== undefined) return true;
  return textAt(manifest, "kind") === "Pod" && textAt(manifest, "status", "podIP") !== undefined;
}

/** The manifest in an object, and what it brought along: null where it never was in a cluster. */
export function readBrought(object: Manifest): { readonly manifest: Manifest; readonly brought: Brought | null } {
  if (!isFromCluster(object)) return { manifest: object, brought: null };
  const { uid, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds, ...metadata } = partOf(object, "metadata");
  const { resourceVersion: _version, managedFields: _managed, selfLink: _link, ...kept } = metadata;
  const { status: _status, ...manifest } = object;
  const known = { uid, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds };
  return {
    manifest: { ...manifest, metadata: kept },
    // Of the types that the API has: admission decodes the whole object before anything of it is used.
    brought: { metadata: withoutAbsent(known) as Brought["metadata"], status: partOf(object, "status") },
  };
}

function partOf(object: Manifest, field: string): Manifest {
  const part = object[field];
  return isObject(part) ? part : {};
}

function withoutAbsent(fields: Manifest): Manifest {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The owner that made an object and would make it again. */
export function controllerReference(
  manifest: unknown,
): { readonly apiVersion: string; readonly kind: string; readonly name: string; readonly uid: string } | null {
  const owner = listAt(manifest, "metadata", "ownerReferences").find(
    (reference) => isObject(reference) && reference["controller"] === true,
  );
  if (owner === undefined) return null;
  const text = (field: string): string => textAt(owner, field) ?? "";
  return { apiVersion: text("apiVersion"), kind: text("kind"), name: text("name"), uid: text("uid") };
}

/**
 * Endpoints that the old cluster kept beside the slices of a Service with a selector. Here the slices are all there is:
 * what shows Endpoints reads them off the slices.
 */
export function isShadowOfSlices(manifest: unknown, hasSelector: (service: string) => boolean): boolean {
  if (textAt(manifest, "kind") !== "Endpoints" || textAt(manifest, "apiVersion") !== "v1") return false;
  return hasSelector(`${textAt(manifest, "metadata", "namespace") ?? "default"}/${textAt(manifest, "metadata", "name") ?? ""}`);
}
