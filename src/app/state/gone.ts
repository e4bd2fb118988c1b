/**
 * An earlier request over the present cluster: Pods that it visited may be gone by now. They stay in the picture, outlined and with
 * the word, so that its stops have their place; and the cluster as it was then can be gone to. Pure.
 */
import type { NamespacedName } from "../../core/base/names.ts";
import type { Journey } from "../../core/network/trace.ts";
import type { ClusterView, PodView } from "../../core/simulation/view.ts";
import { usedBy } from "../../scene/layout.ts";
import { GONE } from "../../scene/notes.ts";

/** Pods that the request visited, of the cluster as it was when it ended, and that the present one has not. */
export function goneSince(journey: Journey | null, then: ClusterView | undefined, now: ClusterView): readonly PodView[] {
  if (journey === null || then === undefined || then === now) return [];
  const here = new Set(now.pods.map(({ key }) => key));
  const visited = new Set<NamespacedName>(
    usedBy(journey).flatMap((thing) => (thing.kind === "pod" && !here.has(thing.key) ? [thing.key] : [])),
  );
  if (visited.size === 0) return [];
  // A node that is gone too has no place for them.
  const nodes = new Set(now.nodes.map(({ name }) => name));
  return then.pods.filter(({ key, node }) => visited.has(key) && node !== null && nodes.has(node));
}

/** The cluster as the picture draws it: with the Pods that are gone, ending, and saying so. */
export function withGone(now: ClusterView, gone: readonly PodView[]): ClusterView {
  if (gone.length === 0) return now;
  const ghosts = gone.map((pod): PodView => ({ ...pod, state: "terminating", reason: GONE, endsBy: null, readyOverride: null }));
  return { ...now, pods: [...now.pods, ...ghosts] };
}

/** What has changed since the request ended, as far as its own way is concerned; null: nothing that matters to it. */
export function changedSince(journey: Journey | null, then: ClusterView | undefined, now: ClusterView): string | null {
  const gone = goneSince(journey, then, now);
  const names = gone.map(({ shortName }) => shortName);
  if (names.length > 0) return `${names.join(" and ")}, where this request went, ${names.length === 1 ? "is" : "are"} gone by now.`;
  const service = journey?.servicePort?.split(":")[0];
  if (service === undefined || then === undefined || then === now) return null;
  const endpoints = (view: ClusterView): string =>
    JSON.stringify(
      view.services.find(({ key }) => key === service)?.endpoints.map(({ address, ready, terminating }) => [address, ready, terminating]),
    );
  return endpoints(then) === endpoints(now)
    ? null
    : `The endpoints of ${service.slice(service.indexOf("/") + 1)} have changed since this request.`;
}
