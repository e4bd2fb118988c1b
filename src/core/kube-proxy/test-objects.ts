/** For tests: stored objects from YAML text, as the API server would hold them. */
import { parseAllDocuments } from "yaml";
import { emptyStore, put } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import type { KubeObject } from "../api/types.ts";

/**
 * A store of the documents, as they stand: nothing is defaulted. Of two equal keys the later wins, so that a
 * test can lay its fields over a template. Throws on a syntax error.
 */
export function storeOf(yaml: string): ObjectStore {
  const store = emptyStore();
  for (const document of parseAllDocuments(yaml, { uniqueKeys: false })) {
    const error = document.errors?.[0];
    if (error !== undefined) throw error;
    const object: unknown = document.toJS();
    // A test's own text: it is what the test says it is. The group goes without saying.
    if (object !== null) put(store, withGroup(object as KubeObject));
  }
  return store;
}

function withGroup(object: KubeObject): KubeObject {
  return { ...object, apiVersion: object.apiVersion ?? (object.kind === "EndpointSlice" ? "discovery.k8s.io/v1" : "v1") };
}
