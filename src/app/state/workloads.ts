/** Workloads as Pods tell of them: a view has no list of its own. */
import type { ClusterView, IdleWorkload, PodView, ServiceView } from "../../core/simulation/view.ts";

export type Workload = NonNullable<PodView["workload"]>;

/** At most this many workloads of a Service stand in its menu. */
const WORKLOADS_SHOWN = 2;

/** Whether the Service would select Pods of a workload that has none now. */
export function wouldSelect({ namespace, selector }: ServiceView, workload: Pick<IdleWorkload, "namespace" | "labels">): boolean {
  const pairs = Object.entries(selector ?? {});
  return workload.namespace === namespace && pairs.length > 0 && pairs.every(([label, value]) => workload.labels[label] === value);
}

/** The workloads whose Pods the Service selects, or would if they had any. */
export function workloadsBehind(service: ServiceView, { pods, idle = [] }: ClusterView): readonly Workload[] {
  const selected = new Set(service.selects);
  const found = new Map<string, Workload>();
  for (const { key, workload } of pods)
    if (workload !== null && selected.has(key)) found.set(`${workload.kind} ${workload.name}`, workload);
  for (const workload of idle) if (wouldSelect(service, workload)) found.set(`${workload.kind} ${workload.name}`, ofIdle(workload));
  return [...found.values()].slice(0, WORKLOADS_SHOWN);
}

export function ofIdle({ kind, namespace, name }: IdleWorkload): Workload {
  return { kind, namespace, name };
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
