/**
 * Job: Pods that run to their end: so many of them, so many at a time, each again (after a wait that doubles) where it
 * failed. (pkg/controller/job/job_controller.go, indexed_job_utils.go, backoff_utils.go)
 */
import { booleanAt, isObject, listAt, numberAt, textAt } from "../api/json.ts";
import { parseInstant } from "../api/instant.ts";
import { get, keyOf } from "../api/store.ts";
import type { Container, KubeObject, Pod, PodTemplate } from "../api/types.ts";
import { compareText } from "../base/names.ts";
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import { DELAYS } from "./delays.ts";
import { isActive, isFinished, isReady, isTerminating, podsOf } from "./lookup.ts";
import { deletePod } from "./pod-deletion.ts";
import { createPod } from "./pod-template.ts";
import { say } from "./records.ts";
import { erase, instantOf, write } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

export interface Job extends KubeObject {
  readonly spec: { readonly template: PodTemplate };
}

const INDEX = "batch.kubernetes.io/job-completion-index";

/** How a Job ended. */
interface Outcome {
  readonly type: "Complete" | "Failed";
  readonly reason: string;
  readonly message: string;
}

/** The Pods of a Job at one look. */
interface Counts {
  readonly active: readonly Pod[];
  readonly succeeded: readonly Pod[];
  readonly failed: readonly Pod[];
}

export function reconcileJob(world: World, key: string): readonly WakeUp[] {
  const found = get(world.store, "Job", key);
  if (found === undefined || isTerminating(found)) return [];
  const job = found as Job; // admitted as such
  // One that was over when it came out of a cluster is over; its Pods may be gone since.
  if (outcomeOf(job) !== null) return expire(world, job);
  const counts = countsOf(world, job);
  if (booleanAt(job.spec, "suspend") === true) return suspend(world, job, counts);
  const startTime = textAt(job["status"], "startTime") ?? instantOf(world);
  const outcome = decide(world, job, counts, startTime);
  if (outcome !== null) return finish(world, job, counts, { startTime, outcome });
  const retryAt = manage(world, job, counts);
  report(world, job, { startTime });
  return [...wakeAt(world, key, retryAt), ...wakeAt(world, key, deadlineOf(world, job, startTime))];
}

/** Nobody waits for a retry or a deadline: they come when time has passed. */
function wakeAt(world: World, key: string, at: Nanos | null): readonly WakeUp[] {
  return at === null ? [] : [{ controller: "job", key, after: Math.max(0, at - world.now), idle: true }];
}

/** How the Job ended, or null while it has not. */
export function outcomeOf(job: KubeObject): "Complete" | "Failed" | null {
  const ended = listAt(job["status"], "conditions").find(
    (condition) => ["Complete", "Failed"].includes(textAt(condition, "type") ?? "") && textAt(condition, "status") === "True",
  );
  return ended === undefined ? null : textAt(ended, "type") === "Complete" ? "Complete" : "Failed";
}

function countsOf(world: World, job: Job): Counts {
  const pods = podsOf(world.store, job);
  return {
    active: pods.filter(isActive),
    succeeded: pods.filter(({ status }) => status.phase === "Succeeded"),
    failed: pods.filter(({ status }) => status.phase === "Failed"),
  };
}

// ---- the end ------------------------------------------------------------------------------------------------------

function decide(world: World, job: Job, { active, succeeded, failed }: Counts, startTime: string): Outcome | null {
  const limit = numberAt(job.spec, "backoffLimit") ?? 6;
  const restarts = restartsOf(job, active);
  if (failed.length > limit || (restarts > 0 && restarts >= limit))
    return { type: "Failed", reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" };
  const deadline = deadlineOf(world, job, startTime);
  if (deadline !== null && world.now >= deadline)
    return { type: "Failed", reason: "DeadlineExceeded", message: "Job was active longer than specified deadline" };
  const completions = numberAt(job.spec, "completions");
  const done = isIndexed(job) ? new Set(succeeded.map(indexOf)).size : succeeded.length;
  // Without a number of completions one that succeeded is enough, once all others have ended.
  const complete = completions === undefined ? succeeded.length > 0 && active.length === 0 : done >= completions;
  return complete ? { type: "Complete", reason: "CompletionsReached", message: "Reached expected number of succeeded pods" } : null;
}

/** Restarts in place count as failures where the kubelet restarts. (pastBackoffLimitOnFailure) */
function restartsOf(job: Job, active: readonly Pod[]): number {
  if (job.spec.template.spec.restartPolicy !== "OnFailure") return 0;
  const all = active.flatMap(({ status }) => [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]);
  return all.reduce((sum, { restartCount }) => sum + restartCount, 0);
}

function deadlineOf(world: World, job: Job, startTime: string): Nanos | null {
  const seconds = numberAt(job.spec, "activeDeadlineSeconds");
  const from = parseInstant(startTime);
  return seconds === undefined || from === null ? null : (from - world.epochSeconds + seconds) * SECOND;
}

function finish(
  world: World,
  job: Job,
  { active }: Counts,
  { startTime, outcome }: { readonly startTime: string; readonly outcome: Outcome },
): readonly WakeUp[] {
  for (const pod of active) deletePod(world, keyOf(pod));
  report(world, job, { startTime, outcome });
  const failed = outcome.type === "Failed";
  const message = failed ? outcome.message : "Job completed";
  say(world, job, { by: "job-controller", type: failed ? "Warning" : "Normal", reason: failed ? outcome.reason : "Completed", message });
  return reconcileJob(world, keyOf(job));
}

/** `ttlSecondsAfterFinished`: then the Job and its Pods are removed. (pkg/controller/ttlafterfinished) */
function expire(world: World, job: Job): readonly WakeUp[] {
  const seconds = numberAt(job.spec, "ttlSecondsAfterFinished");
  const ended = listAt(job["status"], "conditions").find((condition) => ["Complete", "Failed"].includes(textAt(condition, "type") ?? ""));
  const from = parseInstant(textAt(ended, "lastTransitionTime") ?? "");
  if (seconds === undefined || from === null) return [];
  const at = (from - world.epochSeconds + seconds) * SECOND;
  if (world.now < at) return wakeAt(world, keyOf(job), at);
  erase(world, "Job", keyOf(job));
  return [];
}

function suspend(world: World, job: Job, { active }: Counts): readonly WakeUp[] {
  for (const pod of active) deletePod(world, keyOf(pod));
  report(world, job, { suspended: true });
  return [];
}

// ---- its Pods -----------------------------------------------------------------------------------------------------

/** Makes the Pods that are missing, or says when it may; takes away those that are too many. */
function manage(world: World, job: Job, counts: Counts): Nanos | null {
  const { active, succeeded } = counts;
  const parallelism = numberAt(job.spec, "parallelism") ?? 1;
  const completions = numberAt(job.spec, "completions");
  const done = isIndexed(job) ? new Set(succeeded.map(indexOf)).size : succeeded.length;
  const wanted = completions !== undefined ? Math.min(parallelism, completions - done) : done > 0 ? active.length : parallelism;
  for (const pod of surplusOf(active, wanted)) deletePod(world, keyOf(pod));
  if (active.length >= wanted) return null;
  const from = retryFrom(world, counts);
  if (from !== null && world.now < from) return from;
  const indexes = isIndexed(job) ? freeIndexes(counts, completions ?? 0) : [];
  for (let made = active.length; made < wanted; made++) makePod(world, job, indexes[made - active.length]);
  return null;
}

/** Those that are not ready first, then the newest. */
function surplusOf(active: readonly Pod[], wanted: number): readonly Pod[] {
  const order = [...active].sort((a, b) => Number(isReady(a)) - Number(isReady(b)));
  return order.slice(0, Math.max(0, active.length - wanted));
}

/** After n failures in a row: 10 s, doubled each time, ten minutes at most, from the last. */
function retryFrom(world: World, { succeeded, failed }: Counts): Nanos | null {
  const endOf = (pod: Pod): Nanos => {
    const crashes = Object.values(world.memory.pods.get(keyOf(pod))?.crashes ?? {});
    return crashes.reduce((last, { endedAt }) => Math.max(last, endedAt), 0);
  };
  const lastSuccess = Math.max(-1, ...succeeded.map(endOf));
  const since = failed.map(endOf).filter((end) => end > lastSuccess);
  if (since.length === 0) return null;
  let wait: Nanos = DELAYS.backOff;
  for (let times = 1; times < since.length && wait < DELAYS.longestJobBackOff; times++) wait *= 2;
  return Math.max(...since) + Math.min(wait, DELAYS.longestJobBackOff);
}

function isIndexed(job: Job): boolean {
  return textAt(job.spec, "completionMode") === "Indexed";
}

function indexOf(pod: Pod): number {
  return Number(pod.metadata.annotations?.[INDEX] ?? -1);
}

/** Indexes that neither succeeded nor run, from 0. */
function freeIndexes({ active, succeeded }: Counts, completions: number): readonly number[] {
  const taken = new Set([...active, ...succeeded].map(indexOf));
  return Array.from({ length: completions }, (_none, index) => index).filter((index) => !taken.has(index));
}

function makePod(world: World, job: Job, index: number | undefined): void {
  const { name, uid = "" } = job.metadata;
  const labels = {
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
  const template = index === undefined ? job.spec.template : withIndex(job.spec.template, index);
  const made =
    index === undefined
      ? createPod(world, job, template, { labels })
      : createPod(world, job, template, {
          base: `${name}-${index}`,
          labels: { ...labels, [INDEX]: String(index) },
          spec: { hostname: `${name}-${index}` },
        });
  say(world, job, { by: "job-controller", type: "Normal", reason: "SuccessfulCreate", message: `Created pod: ${made.metadata.name}` });
}

/** The index as an annotation and in the environment of every container. (addCompletionIndexEnvVariable) */
function withIndex(template: PodTemplate, index: number): PodTemplate {
  const withVariable = (container: Container): Container => ({
    ...container,
    env: [
      ...(container.env ?? []).filter(({ name }) => name !== "JOB_COMPLETION_INDEX"),
      { name: "JOB_COMPLETION_INDEX", value: String(index) },
    ],
  });
  const { initContainers } = template.spec;
  return {
    ...template,
    metadata: { ...template.metadata, annotations: { ...template.metadata?.annotations, [INDEX]: String(index) } },
    spec: {
      ...template.spec,
      containers: template.spec.containers.map(withVariable),
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map(withVariable) }),
    },
  };
}

// ---- the report ---------------------------------------------------------------------------------------------------

function report(
  world: World,
  job: Job,
  { startTime, outcome, suspended = false }: { readonly startTime?: string; readonly outcome?: Outcome; readonly suspended?: boolean },
): void {
  const now = get(world.store, "Job", keyOf(job)) ?? job;
  const { active, succeeded, failed } = countsOf(world, job);
  const terminating = podsOf(world.store, job).filter((pod) => isTerminating(pod) && !isFinished(pod)).length;
  const counts = {
    active: active.length,
    terminating,
    ready: active.filter(isReady).length,
    succeeded: succeeded.length,
    failed: failed.length,
  };
  const shown = Object.fromEntries(
    Object.entries(counts).filter(([name, value]) => value !== 0 || name === "terminating" || name === "ready"),
  );
  const conditions = [
    ...(suspended ? [condition(world, now, "Suspended", "JobSuspended", "Job suspended")] : []),
    ...(outcome === undefined
      ? []
      : [condition(world, now, outcome.type === "Complete" ? "SuccessCriteriaMet" : "FailureTarget", outcome.reason, outcome.message)]),
    ...(outcome === undefined ? [] : [condition(world, now, outcome.type, outcome.reason, outcome.message)]),
  ];
  const status = {
    ...(startTime === undefined ? {} : { startTime }),
    ...shown,
    ...(isIndexed(job) ? { completedIndexes: ranges(succeeded.map(indexOf)) } : {}),
    ...(outcome?.type === "Complete" ? { completionTime: instantOf(world) } : {}),
    ...(conditions.length === 0 ? {} : { conditions }),
    uncountedTerminatedPods: {},
  };
  write(world, { ...now, status });
}

function condition(world: World, job: KubeObject, type: string, reason: string, message: string): { readonly [field: string]: string } {
  const before = listAt(job["status"], "conditions").find((each) => textAt(each, "type") === type);
  const known = isObject(before) ? textAt(before, "lastTransitionTime") : undefined;
  return { type, status: "True", reason, message, lastProbeTime: known ?? instantOf(world), lastTransitionTime: known ?? instantOf(world) };
}

/** `0-2,4` */
function ranges(indexes: readonly number[]): string {
  const sorted = [...new Set(indexes)].sort((a, b) => a - b);
  const parts: [first: number, last: number][] = [];
  for (const index of sorted) {
    const last = parts.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else parts.push([index, index]);
  }
  // Two in a row are written as two.
  return parts
    .map(([first, last]) => (first === last ? String(first) : last === first + 1 ? `${first},${last}` : `${first}-${last}`))
    .join(",");
}

/** Jobs in the order in which they began. */
export function byStart(a: KubeObject, b: KubeObject): number {
  const start = (job: KubeObject): string => textAt(job["status"], "startTime") ?? job.metadata.creationTimestamp ?? "";
  return compareText(start(a), start(b)) || compareText(a.metadata.name, b.metadata.name);
}
