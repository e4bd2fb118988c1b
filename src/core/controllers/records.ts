/** Event objects: what a controller or a kubelet says about an object, as `kubectl get events` lists it. (client-go/tools/record) */
import { get } from "../api/store.ts";
import type { KubeObject } from "../api/types.ts";
import { instantOf, randomSuffix, stream, uidOf, write } from "./world.ts";
import type { World } from "./world.ts";

export interface Said {
  /** Who says it: `service-controller`. */
  readonly by: string;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** The container of a Pod that it is about: `spec.containers{web}`. */
  readonly fieldPath?: string;
}

/** Says it about an object. The same words again raise the count of the event that stands. */
export function say(world: World, about: KubeObject, { by, type, reason, message, fieldPath }: Said): void {
  const { namespace = "default", name, uid = "" } = about.metadata;
  const at = instantOf(world);
  const identity = `${about.kind} ${namespace}/${name} ${uid} ${by} ${reason} ${message}`;
  const eventName = `${name}.${randomSuffix(stream(world, `event ${identity}`), 16)}`;
  const known = get(world.store, "Event", `${namespace}/${eventName}`);
  if (known !== undefined) {
    const { count } = known;
    write(world, { ...known, count: (typeof count === "number" ? count : 1) + 1, lastTimestamp: at });
    return;
  }
  write(world, {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: eventName, namespace, uid: uidOf(world, "Event", `${namespace}/${eventName}`), creationTimestamp: at },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name,
      ...(about.metadata.namespace === undefined ? {} : { namespace }),
      uid,
      ...(fieldPath === undefined ? {} : { fieldPath }),
    },
    type,
    reason,
    message,
    source: { component: by },
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  });
}
