/** Job: Pods that run to their end. The kubelet of this simulation lets each succeed. (pkg/controller/job) */
import { listAt, numberAt, textAt } from "../api/json.ts";
import { get } from "../api/store.ts";
import type { KubeObject, PodTemplate } from "../api/types.ts";
import { isActive, podsOf } from "./lookup.ts";
import { createPod } from "./pod-template.ts";
import { instantOf, write } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

interface Job extends KubeObject {
  readonly spec: { readonly template: PodTemplate };
}

export function reconcileJob(world: World, key: string): readonly WakeUp[] {
  const found = get(world.store, "Job", key);
  if (found === undefined) return [];
  const job = found as Job; // admitted as such
  // One that was over when it came out of a cluster; its Pods may be gone since.
  if (isOver(job)) return [];
  const completions = numberAt(job.spec, "completions") ?? 1;
  const parallelism = numberAt(job.spec, "parallelism") ?? 1;
  const pods = podsOf(world.store, job);
  const done = pods.filter((pod) => pod.status.phase === "Succeeded").length;
  const active = pods.filter(isActive).length;
  const labels = {
    "batch.kubernetes.io/job-name": job.metadata.name,
    "job-name": job.metadata.name,
    "batch.kubernetes.io/controller-uid": job.metadata.uid ?? "",
    "controller-uid": job.metadata.uid ?? "",
  };
  for (let made = active; made < Math.min(parallelism, completions - done); made++) createPod(world, job, job.spec.template, { labels });
  const complete = done >= completions;
  const status = complete
    ? {
        succeeded: done,
        completionTime: instantOf(world),
        conditions: [{ type: "Complete", status: "True", reason: "CompletionsReached" }],
      }
    : { active: Math.min(parallelism, completions - done), succeeded: done };
  const before = job["status"];
  // A finished Job keeps the time at which it finished.
  if (complete && before !== undefined && numberAt(before, "succeeded") === done && "completionTime" in Object(before)) return [];
  write(world, { ...job, status });
  return [];
}

function isOver({ status }: Job): boolean {
  return listAt(status, "conditions").some(
    (condition) => ["Complete", "Failed"].includes(textAt(condition, "type") ?? "") && textAt(condition, "status") === "True",
  );
}
