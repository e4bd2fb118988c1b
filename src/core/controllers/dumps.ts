/**
 * Objects that came out of a cluster (`kubectl get -o yaml`): with uid, status and what controllers had made of them.
 * What the controllers here will make again is left out; the rest loses what only the old cluster could know.
 */
import { at, isObject, listAt, textAt } from "../api/json.ts";

export interface DumpRules {
  /** The manifest to apply, or null for an object that a controller makes from another of these documents. */
  cleaned(manifest: { readonly [field: string]: unknown }): { readonly [field: string]: unknown } | null;
}

export function dumpRules(values: readonly unknown[]): DumpRules {
  const present = new Set(
    values.map((value) => identityOf(textAt(value, "kind"), textAt(value, "metadata", "namespace"), textAt(value, "metadata", "name"))),
  );
  const has = (kind: string, namespace: string | undefined, name: string): boolean => present.has(identityOf(kind, namespace, name));
  const nodes = values.filter((value) => textAt(value, "kind") === "Node").length;
  return {
    cleaned: (manifest) => {
      if (!isFromCluster(manifest)) return manifest;
      return isMadeFromAnother(manifest, has) ? null : withoutOldCluster(manifest, nodes > 0);
    },
  };
}

/** Whether an API server has stored this object once. */
export function isFromCluster(manifest: unknown): boolean {
  return textAt(manifest, "metadata", "uid") !== undefined;
}

function identityOf(kind: string | undefined, namespace: string | undefined, name: string | undefined): string {
  return `${kind ?? ""} ${namespace ?? "default"}/${name ?? ""}`;
}

function isMadeFromAnother(manifest: unknown, has: (kind: string, namespace: string | undefined, name: string) => boolean): boolean {
  const namespace = textAt(manifest, "metadata", "namespace");
  if (textAt(manifest, "kind") === "Endpoints") return has("Service", namespace, textAt(manifest, "metadata", "name") ?? "");
  const owner = listAt(manifest, "metadata", "ownerReferences").find((reference) => at(reference, "controller") === true);
  if (owner === undefined) return false;
  const kind = textAt(owner, "kind") ?? "";
  const name = textAt(owner, "name") ?? "";
  // A Pod's ReplicaSet may be left out of the dump while its Deployment is in it.
  return has(kind, namespace, name) || (kind === "ReplicaSet" && has("Deployment", namespace, name.replace(/-[^-]+$/, "")));
}

function withoutOldCluster(manifest: { readonly [field: string]: unknown }, nodesGiven: boolean): { readonly [field: string]: unknown } {
  const metadata = isObject(manifest["metadata"]) ? manifest["metadata"] : {};
  const {
    uid: _uid,
    ownerReferences: _owners,
    resourceVersion: _version,
    generation: _generation,
    managedFields: _managed,
    ...kept
  } = metadata;
  const cleaned = { ...manifest, metadata: kept };
  const { spec } = manifest;
  if (textAt(manifest, "kind") !== "Pod" || nodesGiven || !isObject(spec)) return cleaned;
  const { nodeName: _node, ...anywhere } = spec;
  return { ...cleaned, spec: anywhere };
}
