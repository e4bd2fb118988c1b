/**
 * CronJob: a Job at every moment of its schedule. Its runs come when time passes: nobody who waits for the cluster to come
 * to rest waits for the next one. (pkg/controller/cronjob/cronjob_controllerv2.go, utils.go)
 */
import { admit } from "../api/admission.ts";
import { nextDue, parseSchedule } from "../api/cron.ts";
import type { Schedule } from "../api/cron.ts";
import { formatInstant, parseInstant } from "../api/instant.ts";
import { at, booleanAt, listAt, numberAt, stringsAt, textAt } from "../api/json.ts";
import { get, keyOf } from "../api/store.ts";
import { ownedBy } from "../api/store-index.ts";
import type { KubeObject } from "../api/types.ts";
import { SECOND } from "../base/time.ts";
import { admitContext } from "./apply.ts";
import { byStart, outcomeOf } from "./job.ts";
import { isTerminating } from "./lookup.ts";
import { say } from "./records.ts";
import { controlledBy, erase, isControlledBy, write } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

export function reconcileCronJob(world: World, key: string): readonly WakeUp[] {
  const cron = get(world.store, "CronJob", key);
  if (cron === undefined || isTerminating(cron)) return [];
  noteEnded(world, cron);
  cleanUp(world, cron);
  const schedule = parseSchedule(textAt(cron["spec"], "schedule") ?? "");
  if (typeof schedule === "string" || booleanAt(cron["spec"], "suspend") === true) return [];
  const due = lastDue(world, get(world.store, "CronJob", key) ?? cron, schedule);
  if (due !== null) start(world, get(world.store, "CronJob", key) ?? cron, due);
  return again(world, key, schedule);
}

function again(world: World, key: string, schedule: Schedule): readonly WakeUp[] {
  const next = nextDue(schedule, secondsNow(world));
  // Schedules are whole seconds, and so is the clock that the controller reads.
  return next === null ? [] : [{ controller: "cronjob", key, after: (next - world.epochSeconds) * SECOND - world.now, idle: true }];
}

function secondsNow({ epochSeconds, now }: World): number {
  return epochSeconds + Math.floor(now / SECOND);
}

/** So many missed times at most are looked through: the reference gives up at a hundred. */
const MOST_MISSED = 100_000;

/** The last moment of the schedule that was not answered yet, as seconds since 1970; null: none, or it is too late for it. */
function lastDue(world: World, cron: KubeObject, schedule: Schedule): number | null {
  const now = secondsNow(world);
  const last = parseInstant(textAt(cron["status"], "lastScheduleTime") ?? cron.metadata.creationTimestamp ?? "");
  const deadline = numberAt(cron["spec"], "startingDeadlineSeconds");
  let due: number | null = null;
  let after = Math.max(last ?? now, deadline === undefined ? 0 : now - deadline);
  for (let missed = 0; missed < MOST_MISSED; missed++) {
    const next = nextDue(schedule, after);
    if (next === null || next > now) break;
    due = next;
    after = next;
  }
  return due;
}

function jobsOf(world: World, cron: KubeObject): readonly KubeObject[] {
  return ownedBy(world.store, cron.metadata.uid ?? "").filter((object) => object.kind === "Job" && isControlledBy(object, cron));
}

function start(world: World, cron: KubeObject, due: number): void {
  const name = `${cron.metadata.name}-${Math.floor(due / 60)}`;
  const namespace = cron.metadata.namespace ?? "";
  if (get(world.store, "Job", `${namespace}/${name}`) !== undefined) return;
  const running = jobsOf(world, cron).filter((job) => outcomeOf(job) === null);
  const policy = textAt(cron["spec"], "concurrencyPolicy") ?? "Allow";
  if (policy === "Forbid" && running.length > 0) {
    tell(world, cron, "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
    return;
  }
  if (policy === "Replace") for (const job of running) removeJob(world, cron, job);
  const admitted = admit(world.store, "create", jobFor(cron, name, due), undefined, admitContext(world));
  if (!admitted.ok) {
    say(world, cron, {
      by: "cronjob-controller",
      type: "Warning",
      reason: "FailedCreate",
      message: `Error creating job: ${admitted.status.message}`,
    });
    return;
  }
  const job = write(world, admitted.object);
  tell(world, cron, "SuccessfulCreate", `Created job ${name}`);
  report(world, cron, { lastScheduleTime: formatInstant(due), more: [job] });
}

function jobFor(cron: KubeObject, name: string, due: number): unknown {
  const template = at(cron["spec"], "jobTemplate");
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace: cron.metadata.namespace,
      labels: stringsAt(template, "metadata", "labels"),
      annotations: {
        ...stringsAt(template, "metadata", "annotations"),
        "batch.kubernetes.io/cronjob-scheduled-timestamp": formatInstant(due),
      },
      ownerReferences: [controlledBy(cron)],
    },
    spec: at(template, "spec"),
  };
}

function tell(world: World, cron: KubeObject, reason: string, message: string): void {
  say(world, cron, { by: "cronjob-controller", type: "Normal", reason, message });
}

function removeJob(world: World, cron: KubeObject, job: KubeObject): void {
  erase(world, "Job", keyOf(job));
  tell(world, cron, "SuccessfulDelete", `Deleted job ${job.metadata.name}`);
}

/** Jobs that have ended are active no more; the last that was complete is remembered. */
function noteEnded(world: World, cron: KubeObject): void {
  const active = new Set(listAt(cron["status"], "active").map((reference) => textAt(reference, "name") ?? ""));
  const jobs = jobsOf(world, cron);
  for (const job of jobs) {
    const outcome = outcomeOf(job);
    if (outcome !== null && active.has(job.metadata.name))
      tell(world, cron, "SawCompletedJob", `Saw completed job: ${job.metadata.name}, condition: ${outcome}`);
  }
  const completed = jobs.flatMap((job) => textAt(job["status"], "completionTime") ?? []);
  const known = textAt(cron["status"], "lastSuccessfulTime");
  const latest = [...completed, ...(known === undefined ? [] : [known])].sort().at(-1);
  report(world, cron, latest === undefined ? {} : { lastSuccessfulTime: latest });
}

/** `successfulJobsHistoryLimit` and `failedJobsHistoryLimit`: the oldest go. */
function cleanUp(world: World, cron: KubeObject): void {
  for (const [outcome, field, usual] of [
    ["Complete", "successfulJobsHistoryLimit", 3],
    ["Failed", "failedJobsHistoryLimit", 1],
  ] as const) {
    const ended = jobsOf(world, cron).filter((job) => outcomeOf(job) === outcome);
    const limit = numberAt(cron["spec"], field) ?? usual;
    for (const job of [...ended].sort(byStart).slice(0, Math.max(0, ended.length - limit))) removeJob(world, cron, job);
  }
}

interface News {
  readonly lastScheduleTime?: string;
  readonly lastSuccessfulTime?: string;
  /** Jobs that were made just now. */
  readonly more?: readonly KubeObject[];
}

function report(world: World, cron: KubeObject, { more = [], ...times }: News): void {
  const now = get(world.store, "CronJob", keyOf(cron)) ?? cron;
  const running = jobsOf(world, cron).filter((job) => outcomeOf(job) === null);
  const names = new Set(running.map(({ metadata }) => metadata.name));
  const active = [...running, ...more.filter(({ metadata }) => !names.has(metadata.name))].map(({ apiVersion, kind, metadata }) => ({
    apiVersion,
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
  }));
  const { active: _active, ...before } = (now["status"] ?? {}) as { readonly active?: unknown }; // our own writing
  write(world, { ...now, status: { ...before, ...times, ...(active.length === 0 ? {} : { active }) } });
}
