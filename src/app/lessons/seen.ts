/** What checks ask of what was seen, in the words of the field. All of it is about one request, or counts requests. */
import type { NamespacedName } from "../../core/base/names.ts";
import type { Journey } from "../../core/network/trace.ts";
import type { ClusterView, PodView, ServiceView } from "../../core/simulation/view.ts";
import type { Opened, Seen, SeenRequest } from "./types.ts";

/** 1 when it is so, for a check that counts nothing. */
export const once = (so: boolean): number => (so ? 1 : 0);

export const some = (seen: Seen, is: (request: SeenRequest) => boolean): number => once(seen.requests.some(is));

export const answered = ({ journey }: SeenRequest): boolean => journey.outcome.kind === "delivered";

/** The host of what was typed: `http://web:80/x` → `web`. */
export function hostOf(to: string): string {
  return to.replace(/^[a-z]+:\/\//, "").replace(/[/:].*$/, "");
}

export const toHost =
  (...hosts: readonly string[]) =>
  ({ journey }: SeenRequest): boolean =>
    hosts.includes(hostOf(journey.to));

/** Its connection was caught by the rules of this Service. */
export const through =
  (service: NamespacedName) =>
  ({ journey }: SeenRequest): boolean =>
    journey.servicePort?.split(":")[0] === service;

export const fromPod =
  (pod: NamespacedName) =>
  ({ journey }: SeenRequest): boolean =>
    journey.from.kind === "pod" && journey.from.pod === pod;

export const fromOutside = ({ journey }: SeenRequest): boolean => journey.from.kind === "outside";

/** All of them are so. */
export const both =
  (...are: readonly ((request: SeenRequest) => boolean)[]) =>
  (request: SeenRequest): boolean =>
    are.every((is) => is(request));

/** How many Pods gave an answer among these requests. */
export function podsAnswering(requests: readonly SeenRequest[]): number {
  return new Set(requests.filter(answered).map(({ journey }) => journey.pod)).size;
}

export function serviceIn(cluster: ClusterView, key: NamespacedName): ServiceView | undefined {
  return cluster.services.find((service) => service.key === key);
}

export function podIn(cluster: ClusterView, key: NamespacedName | null): PodView | undefined {
  return cluster.pods.find((pod) => pod.key === key);
}

/** Pods of a workload that are not on their way out. */
export function podsOf(cluster: Opened, workload: NamespacedName): Opened["pods"] {
  return cluster.pods.filter(
    ({ workload: of, state }) => of !== null && `${of.namespace}/${of.name}` === workload && state !== "terminating",
  );
}

/** A ready Pod of the workload that was not there at the beginning, while one of those is gone. */
export function replaced({ opened, cluster }: Seen, workload: NamespacedName): boolean {
  const before = new Set(podsOf(opened, workload).map(({ key }) => key));
  const now = podsOf(cluster, workload);
  return (
    [...before].some((key) => podIn(cluster, key) === undefined) && now.some(({ key, state }) => state === "ready" && !before.has(key))
  );
}

type HopKind = Journey["packets"][number]["hops"][number]["kind"];

/** A packet of it had such a hop, at the gate of this node where one is named. */
export function hadHop({ journey }: SeenRequest, kind: HopKind, node?: string): boolean {
  return journey.packets.some(({ hops }) =>
    hops.some((hop) => hop.kind === kind && (node === undefined || (hop.to.kind === "gate" && hop.to.node === node))),
  );
}

/** The address that the client had, as the server saw it. */
export const sawSource =
  (address: string) =>
  ({ journey }: SeenRequest): boolean =>
    journey.sourceSeen?.startsWith(`${address}:`) === true;

/** The longest run of requests, one after the other, that one Pod answered. */
export function longestRun(requests: readonly SeenRequest[]): number {
  let best = 0;
  let run = 0;
  let last: NamespacedName | null = null;
  for (const request of requests) {
    const { pod } = request.journey;
    run = !answered(request) || pod === null ? 0 : pod === last ? run + 1 : 1;
    last = pod;
    best = Math.max(best, run);
  }
  return best;
}
