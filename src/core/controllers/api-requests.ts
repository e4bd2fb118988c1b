/**
 * What a person asks the API server for beside the manifests, as kubectl does: objects created, written anew, deleted. Each
 * goes through admission; one that is refused keeps all of them from happening.
 */
import { admit } from "../api/admission.ts";
import type { Status } from "../api/field-errors.ts";
import type { AdmitContext } from "../api/admission.ts";
import { put, remove, snapshotStore } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import { admitContext } from "./apply.ts";
import type { Done } from "./commands.ts";
import { deletePod } from "./pod-deletion.ts";
import { erase, write } from "./world.ts";
import type { World } from "./world.ts";

export type ApiRequest =
  /** An update sends the whole object; without a resourceVersion it meets whatever is stored. */
  | { readonly op: "create" | "update"; readonly object: unknown }
  /** `kind` as stored. A Pod ends within `graceSeconds`, by default its own; with 0 it is gone at once, as is anything else. */
  | { readonly op: "delete"; readonly kind: string; readonly key: string; readonly graceSeconds?: number };

/** Makes the requests in their order. */
export function commandRequests(world: World, requests: readonly ApiRequest[]): Done {
  const refused = firstRefusal(world, requests);
  if (refused !== null) return { error: refused.message };
  for (const request of requests) {
    if (request.op !== "delete") {
      const admitted = admit(world.store, request.op, request.object, undefined, admitContext(world));
      if (!admitted.ok) throw new Error(`admitted before, refused now: ${admitted.status.message}`);
      write(world, admitted.object);
    } else if (request.kind === "Pod") deletePod(world, request.key, request.graceSeconds);
    else erase(world, request.kind, request.key);
  }
  return [];
}

function firstRefusal(world: World, requests: readonly ApiRequest[]): Status | null {
  const store = requests.length === 1 ? world.store : snapshotStore(world.store);
  for (const request of requests) {
    const status = tryRequest(store, request, admitContext(world), requests.length > 1);
    if (status !== null) return status;
  }
  return null;
}

function tryRequest(store: ObjectStore, request: ApiRequest, context: AdmitContext, keeps: boolean): Status | null {
  if (request.op === "delete") {
    if (keeps) remove(store, request.kind, request.key);
    return null;
  }
  const admitted = admit(store, request.op, request.object, undefined, context);
  if (!admitted.ok) return admitted.status;
  if (keeps) put(store, admitted.object);
  return null;
}
