/** Objects as an API server stores them, taken as given: no defaulting, no validation. */
import { isObject, textAt, withoutNulls } from "./json.ts";
import { isSettingsDocument } from "./settings.ts";
import { kindInfo } from "./kinds.ts";
import { emptyStore, keyOf } from "./store.ts";
import type { ObjectStore } from "./store.ts";
import type { KubeObject } from "./types.ts";

/** A store with these objects. Documents of the cluster's settings and things without a kind or a name are passed over. */
export function storeOf(objects: readonly unknown[]): ObjectStore {
  const store = emptyStore();
  for (const given of objects.flatMap(itemsOf)) {
    const object = storedObject(given);
    if (object === null) continue;
    let of = store.objects.get(object.kind);
    if (of === undefined) store.objects.set(object.kind, (of = new Map()));
    of.set(keyOf(object), object);
    const version = Number(object.metadata.resourceVersion ?? 0);
    if (Number.isSafeInteger(version) && version > store.revision) store.revision = version;
  }
  return store;
}

/** The members of a `List`, or the object itself. */
export function itemsOf(object: unknown): readonly unknown[] {
  if (!isObject(object)) return [];
  const items = object["items"];
  return typeof object["kind"] === "string" && object["kind"].endsWith("List") && Array.isArray(items) ? items : [object];
}

function storedObject(given: unknown): KubeObject | null {
  const object = withoutNulls(given);
  const kind = textAt(object, "kind") ?? "";
  const name = textAt(object, "metadata", "name") ?? "";
  if (!isObject(object) || kind === "" || name === "" || isSettingsDocument(object)) return null;
  const apiVersion = textAt(object, "apiVersion") ?? "v1";
  const namespace = textAt(object, "metadata", "namespace") ?? "";
  const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
  const placed = kindInfo(apiVersion, kind).namespaced && namespace === "" ? { ...metadata, namespace: "default" } : metadata;
  return { ...object, apiVersion, kind, metadata: placed, ...emptyParts(kind, object) } as unknown as KubeObject; // what the kind promises to readers
}

/** Members that readers of a kind rely on. */
function emptyParts(kind: string, object: { readonly [key: string]: unknown }): { readonly [key: string]: unknown } {
  switch (kind) {
    case "Service":
      return {
        spec: { type: "ClusterIP", sessionAffinity: "None", ...part(object, "spec") },
        status: { loadBalancer: {}, ...part(object, "status") },
      };
    case "Pod":
      return { spec: { containers: [], ...part(object, "spec") }, status: part(object, "status") };
    case "Node":
      return { spec: part(object, "spec"), status: part(object, "status") };
    case "Deployment":
    case "ReplicaSet":
    case "ReplicationController":
    case "StatefulSet":
    case "DaemonSet":
    case "Job":
      return { spec: workloadSpec(part(object, "spec")), status: part(object, "status") };
    case "EndpointSlice":
      return { addressType: object["addressType"] ?? "IPv4", endpoints: object["endpoints"] ?? [], ports: object["ports"] ?? [] };
    default:
      return {};
  }
}

function workloadSpec(spec: { readonly [key: string]: unknown }): { readonly [key: string]: unknown } {
  const template = part(spec, "template");
  const pod = { containers: [], ...part(template, "spec") };
  return { replicas: 1, selector: {}, ...spec, template: { ...template, metadata: { labels: {}, ...part(template, "metadata") }, spec: pod } };
}

function part(object: { readonly [key: string]: unknown }, field: string): { readonly [key: string]: unknown } {
  const found = object[field];
  return isObject(found) ? found : {};
}
