/** Objects as an API server stores them, taken as given: no defaulting, no validation. */
import { applyDefaults } from "./crd-schema.ts";
import { decoded, decodeFaults } from "./decode.ts";
import type { Draft } from "./json.ts";
import { isObject, listAt, textAt, withoutNulls } from "./json.ts";
import { anyObject, shapeOf } from "./shapes.ts";
import { isSettingsDocument } from "./settings.ts";
import { schemaOf } from "./kind-rules.ts";
import { kindInfo, storedKind } from "./kinds.ts";
import { defaultNetworkPolicy } from "./network-policies.ts";
import { emptyStore, keyOf } from "./store.ts";
import type { ObjectStore } from "./store.ts";
import type { KubeObject } from "./types.ts";

/** A store with these objects. Documents of the cluster's settings and things without a kind or a name are passed over. */
export function storeOf(objects: readonly unknown[]): ObjectStore {
  const store = emptyStore();
  for (const given of objects.flatMap(itemsOf)) {
    const object = storedObject(given);
    if (object === null) continue;
    const kind = storedKind(object.apiVersion, object.kind);
    let of = store.objects.get(kind);
    if (of === undefined) store.objects.set(kind, (of = new Map()));
    of.set(keyOf(object), object);
    const version = Number(object.metadata.resourceVersion ?? 0);
    if (Number.isSafeInteger(version) && version > store.revision) store.revision = version;
  }
  return store;
}

/**
 * The first stored object that no API server can have stored, in one line: it has a field of another JSON type than the
 * API's. null where all can be read. Fields that the simulator does not know are no fault.
 */
export function storedFault(objects: readonly unknown[]): string | null {
  for (const given of objects.flatMap(itemsOf)) {
    if (isSettingsDocument(given)) continue;
    const object = withoutNulls(given);
    const kind = textAt(object, "kind") ?? "";
    const shape = shapeOf(textAt(object, "apiVersion") ?? "v1", kind) ?? anyObject;
    const wrong = decodeFaults(object, shape).find((fault) => fault.kind === "wrong-type");
    if (wrong !== undefined) return `${kind} ${textAt(object, "metadata", "name") ?? ""}: ${wrong.message}`;
  }
  return null;
}

/** The members of a `List`, or the object itself. */
export function itemsOf(object: unknown): readonly unknown[] {
  if (!isObject(object)) return [];
  const items = object["items"];
  return typeof object["kind"] === "string" && object["kind"].endsWith("List") && Array.isArray(items) ? items : [object];
}

function storedObject(given: unknown): KubeObject | null {
  const plain = withoutNulls(given);
  const object = decoded(plain, shapeOf(textAt(plain, "apiVersion") ?? "v1", textAt(plain, "kind") ?? "") ?? anyObject);
  const kind = textAt(object, "kind") ?? "";
  const name = textAt(object, "metadata", "name") ?? "";
  if (!isObject(object) || kind === "" || name === "" || isSettingsDocument(object)) return null;
  const apiVersion = textAt(object, "apiVersion") ?? "v1";
  const namespace = textAt(object, "metadata", "namespace") ?? "";
  const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
  const placed = kindInfo(apiVersion, kind).namespaced && namespace === "" ? { ...metadata, namespace: "default" } : metadata;
  return { ...object, apiVersion, kind, metadata: placed, ...emptyParts(storedKind(apiVersion, kind), object) } as unknown as KubeObject; // what the kind promises to readers
}

/** Members that readers of a kind rely on. */
function emptyParts(kind: string, object: { readonly [key: string]: unknown }): { readonly [key: string]: unknown } {
  switch (kind) {
    case "Service":
      return {
        spec: { type: "ClusterIP", sessionAffinity: "None", ...part(object, "spec"), ...servicePorts(object) },
        status: { loadBalancer: {}, ...part(object, "status") },
      };
    case "Pod":
      return {
        spec: { containers: [], ...part(object, "spec") },
        status: { ...part(object, "status"), ...withField(object, "podIPs", "ip") },
      };
    case "Node":
      return { spec: part(object, "spec"), status: { ...part(object, "status"), ...withField(object, "addresses", "address") } };
    case "Deployment":
    case "ReplicaSet":
    case "ReplicationController":
    case "StatefulSet":
      return { spec: { replicas: 1, ...workloadSpec(part(object, "spec")) }, status: part(object, "status") };
    case "DaemonSet":
    case "Job":
      return { spec: workloadSpec(part(object, "spec")), status: part(object, "status") };
    case "EndpointSlice":
      return { addressType: object["addressType"] ?? "IPv4", endpoints: endpointsOf(object), ports: object["ports"] ?? [] };
    case "NetworkPolicy":
      return completed(object, defaultNetworkPolicy);
    default: {
      const schema = schemaOf(textAt(object, "apiVersion") ?? "", kind);
      return schema === null ? {} : completed(object, (copy) => applyDefaults(copy, schema));
    }
  }
}

/** The object's spec with what the API server fills in. */
function completed(object: { readonly [key: string]: unknown }, fillIn: (copy: Draft) => void): { readonly spec: unknown } {
  const copy: Draft = { spec: withoutNulls(part(object, "spec")) };
  fillIn(copy);
  return { spec: copy["spec"] };
}

/** A port without a protocol is a TCP port wherever the API is read. */
function servicePorts(object: { readonly [key: string]: unknown }): { readonly ports?: readonly unknown[] } {
  const ports = listAt(object, "spec", "ports");
  return ports.length === 0 ? {} : { ports: ports.map((port) => (isObject(port) ? { protocol: "TCP", ...port } : port)) };
}

/** The entries of a list in `status` that hold what the list is for. */
function withField(
  object: { readonly [key: string]: unknown },
  list: string,
  field: string,
): { readonly [list: string]: readonly unknown[] } {
  const entries = listAt(object, "status", list);
  return entries.every((entry) => textAt(entry, field) !== undefined)
    ? {}
    : { [list]: entries.filter((entry) => textAt(entry, field) !== undefined) };
}

function endpointsOf(object: { readonly [key: string]: unknown }): unknown {
  const endpoints = object["endpoints"] ?? [];
  const bare = (endpoint: unknown): boolean => isObject(endpoint) && endpoint["addresses"] === undefined;
  return Array.isArray(endpoints) && endpoints.some(bare)
    ? endpoints.map((endpoint: unknown) => (isObject(endpoint) ? { addresses: [], ...endpoint } : endpoint))
    : endpoints;
}

function workloadSpec(spec: { readonly [key: string]: unknown }): { readonly [key: string]: unknown } {
  const template = part(spec, "template");
  const pod = { containers: [], ...part(template, "spec") };
  return {
    selector: {},
    ...spec,
    template: { ...template, metadata: { labels: {}, ...part(template, "metadata") }, spec: pod },
  };
}

function part(object: { readonly [key: string]: unknown }, field: string): { readonly [key: string]: unknown } {
  const found = object[field];
  return isObject(found) ? found : {};
}
