/** Workloads that have no Pod now: nothing stands for them on a picture, and they must be found all the same. */
import { ownsSome } from "../api/store-index.ts";
import { keyOf, listed, type ObjectStore } from "../api/store.ts";
import { isObject, stringsAt } from "../api/json.ts";
import type { KubeObject } from "../api/types.ts";
import { controllerOf } from "../controllers/world.ts";
import type { IdleWorkload, SourceRef } from "./view.ts";

/** Kinds with replicas. A DaemonSet without Pods has no node to stand on; a Job without is over. */
const KINDS = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"] as const;

export function idleWorkloads(store: ObjectStore, sourceOf: (object: KubeObject) => SourceRef | null): readonly IdleWorkload[] {
  return KINDS.flatMap((kind) =>
    listed(store, kind).flatMap((object): readonly IdleWorkload[] => {
      // A ReplicaSet of a Deployment is the Deployment's affair.
      if (controllerOf(object) !== undefined || hasPods(store, object)) return [];
      const { namespace = "", name } = object.metadata;
      return [{ key: `${kind} ${keyOf(object)}`, kind, namespace, name, labels: templateLabels(object), source: sourceOf(object) }];
    }),
  );
}

function hasPods(store: ObjectStore, owner: KubeObject): boolean {
  return ownsSome(
    store,
    owner.metadata.uid ?? "",
    (object) => object.kind === "Pod" || (object.kind === "ReplicaSet" && hasPods(store, object)),
  );
}

function templateLabels({ spec }: KubeObject): IdleWorkload["labels"] {
  const template = isObject(spec) ? spec["template"] : undefined;
  return isObject(template) ? stringsAt(template, "metadata", "labels") : {};
}
