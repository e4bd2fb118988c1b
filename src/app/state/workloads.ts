/** Workloads as Pods tell of them: a view has no list of its own. */
import type { ClusterView, PodView, ServiceView } from "../../core/simulation/view.ts";

export type Workload = NonNullable<PodView["workload"]>;

/** At most this many workloads of a Service stand in its menu. */
const WORKLOADS_SHOWN = 2;

/** The workloads whose Pods the Service selects. */
export function workloadsBehind({ selects }: ServiceView, { pods }: ClusterView): readonly Workload[] {
  const selected = new Set(selects);
  const found = new Map<string, Workload>();
  for (const { key, workload } of pods)
    if (workload !== null && selected.has(key)) found.set(`${workload.kind} ${workload.name}`, workload);
  return [...found.values()].slice(0, WORKLOADS_SHOWN);
}

/** Its Pods that are to stay. */
export function replicasOf({ kind, namespace, name }: Workload, { pods }: ClusterView): number {
  return pods.filter(
    ({ workload, state }) =>
      workload?.kind === kind &&
      workload.namespace === namespace &&
      workload.name === name &&
      state !== "terminating" &&
      state !== "failed",
  ).length;
}
