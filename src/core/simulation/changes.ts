/** Writes of the control plane as entries of the recorded run. */
import { textAt } from "../api/json.ts";
import type { ObjectStore } from "../api/store.ts";
import { slicesFor } from "../api/store-index.ts";
import type { EndpointSlice, KubeObject, Pod } from "../api/types.ts";
import type { Change } from "../controllers/world.ts";
import type { Nanos } from "../base/time.ts";
import { SERVICE_NAME_LABEL, isReady } from "./cluster-view.ts";
import type { TimelineEvent } from "./view.ts";

/** How many endpoints Services have, by key, as far as somebody asked while the store stood as it stands. */
export type Counted = Map<string, { readonly ready: number; readonly total: number }>;

/** What the change means to somebody who watches: nothing, or one entry. `store` holds the state after it and after all others of `counted`. */
export function timelineOf(change: Change, store: ObjectStore, at: Nanos, counted: Counted): readonly TimelineEvent[] {
  if (change.kind === "Pod") return podEntries(change, at);
  if (change.kind === "EndpointSlice") return sliceEntries(change, store, at, counted);
  if (change.kind === "Event") return eventEntries(change, at);
  return NO_ENTRIES;
}

const NO_ENTRIES: readonly TimelineEvent[] = [];

const OF_WORKLOADS: ReadonlySet<string> = new Set(["Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"]);

function eventEntries({ after }: Change, at: Nanos): readonly TimelineEvent[] {
  if (after === null) return [];
  const about = after["involvedObject"];
  // What workloads do as they should shows in their Pods.
  if (after["type"] !== "Warning" && OF_WORKLOADS.has(textAt(about, "kind") ?? "")) return [];
  const namespace = textAt(about, "namespace");
  const name = `${namespace === undefined ? "" : `${namespace}/`}${textAt(about, "name") ?? ""}`;
  return [
    {
      kind: "event",
      at,
      about: `${textAt(about, "kind") ?? ""} ${name}`,
      warning: after["type"] === "Warning",
      reason: textAt(after, "reason") ?? "",
      message: textAt(after, "message") ?? "",
    },
  ];
}

function podEntries({ key, before, after }: Change, at: Nanos): readonly TimelineEvent[] {
  const what = podChange(asPod(before), asPod(after));
  return what === null ? NO_ENTRIES : [{ kind: "pod", at, pod: key, what }];
}

type PodWhat = Extract<TimelineEvent, { kind: "pod" }>["what"];

function podChange(before: Pod | null, after: Pod | null): PodWhat | null {
  if (after === null) return "deleted";
  if (before === null) return "created";
  if (before.metadata.deletionTimestamp === undefined && after.metadata.deletionTimestamp !== undefined) return "terminating";
  // The end of a Pod's processes is part of its way out.
  if (after.metadata.deletionTimestamp !== undefined) return null;
  if (isReady(before) !== isReady(after)) return isReady(after) ? "ready" : "not-ready";
  return before.spec.nodeName === undefined && after.spec.nodeName !== undefined ? "starting" : null;
}

function sliceEntries({ before, after }: Change, store: ObjectStore, at: Nanos, counted: Counted): readonly TimelineEvent[] {
  const slice = asSlice(after) ?? asSlice(before);
  const name = slice?.metadata.labels?.[SERVICE_NAME_LABEL];
  if (slice === null || name === undefined) return [];
  const service = `${slice.metadata.namespace ?? ""}/${name}`;
  let count = counted.get(service);
  if (count === undefined) counted.set(service, (count = endpointsOf(store, service)));
  return [{ kind: "slice", at, service, ...count }];
}

function endpointsOf(store: ObjectStore, service: string): { readonly ready: number; readonly total: number } {
  const endpoints = new Map<string, boolean>();
  for (const object of slicesFor(store, service)) {
    for (const endpoint of asSlice(object)?.endpoints ?? [])
      endpoints.set(endpoint.addresses[0] ?? "", endpoint.conditions?.ready !== false);
  }
  let ready = 0;
  for (const isReady of endpoints.values()) if (isReady) ready += 1;
  return { ready, total: endpoints.size };
}

// The kind of a change is that of its objects.
function asPod(object: KubeObject | null): Pod | null {
  return object as Pod | null;
}

function asSlice(object: KubeObject | null): EndpointSlice | null {
  return object as EndpointSlice | null;
}
