/**
 * Containers whose process has ended: what comes of it by the restart policy, at once the first time and then after a wait
 * that doubles. (pkg/kubelet/kuberuntime/kuberuntime_manager.go, doBackOff; client-go/util/flowcontrol/backoff.go)
 */
import type { Json } from "../base/names.ts";
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import type { Pod } from "../api/types.ts";
import { DELAYS } from "./delays.ts";
import { instantOf } from "./world.ts";
import type { Crash, PodRuntime, World } from "./world.ts";

/** One end of a process. */
export interface End {
  readonly at: Nanos;
  readonly exitCode: number;
  readonly cause: Crash["cause"];
  /** What the kubelet says of the probe that failed. */
  readonly why: string;
}

/** The container's process ends now and, after each start, `times - 1` times more. `before`: how often it had been started again. */
export function crashOf(
  runtime: PodRuntime,
  container: string,
  { now, times, before }: { readonly now: Nanos; readonly times: number; readonly before: number },
): Crash {
  const known = runtime.crashes[container];
  const startedAt = known?.startedAt ?? runtime.startedAt ?? now;
  return { ...(known ?? running(startedAt, before)), left: times, endsAt: now };
}

/** A container that runs and has not ended yet. */
export function running(startedAt: Nanos, restarts: number): Crash {
  return { left: 0, endsAt: null, exitCode: 0, cause: "exit", endedAt: startedAt, startsAt: null, startedAt, restarts, backOff: 0 };
}

/** The process has ended; with `restarts` it is started again after a wait. */
export function ended(crash: Crash, { at, exitCode, cause }: End, restarts: boolean): Crash {
  const forgotten = crash.backOff > 0 && at - crash.startedAt > DELAYS.backOffForgets;
  const backOff = forgotten ? 0 : crash.backOff;
  return {
    ...crash,
    left: Math.max(0, crash.left - (cause === "crash" ? 1 : 0)),
    endsAt: null,
    exitCode,
    cause,
    endedAt: at,
    backOff,
    startsAt: restarts ? at + Math.max(backOff, DELAYS.restart) : null,
  };
}

export function started(crash: Crash, at: Nanos): Crash {
  const backOff = crash.backOff === 0 ? DELAYS.backOff : Math.min(crash.backOff * 2, DELAYS.longestBackOff);
  const endsAt = crash.left > 0 ? at + DELAYS.crashAfter : null;
  return { ...crash, endsAt, startsAt: null, startedAt: at, restarts: crash.restarts + 1, backOff };
}

/** Whether the container's process is gone at the moment. */
export function isDown(crash: Crash | undefined): boolean {
  return crash !== undefined && crash.endsAt === null && (crash.startsAt !== null || crash.startedAt < crash.endedAt);
}

/** Gone, and not to be started again. */
export function isOver(crash: Crash | undefined): boolean {
  return crash !== undefined && isDown(crash) && crash.startsAt === null;
}

/** `status.containerStatuses[].state` of a container whose process is gone. */
export function downState(world: World, pod: Pod, container: string, crash: Crash): Json {
  if (crash.backOff === 0 || crash.startsAt === null) return endedState(world, crash);
  const { namespace = "", name, uid = "" } = pod.metadata;
  const message = `back-off ${waitText(crash.backOff)} restarting failed container=${container} pod=${name}_${namespace}(${uid})`;
  return { waiting: { reason: "CrashLoopBackOff", message } };
}

/** `state` or `lastState` of an end. */
export function endedState(world: World, crash: Crash): Json {
  return {
    terminated: {
      exitCode: crash.exitCode,
      reason: crash.exitCode === 0 ? "Completed" : "Error",
      startedAt: instantOf(world, Math.min(crash.startedAt, crash.endedAt) - world.now),
      finishedAt: instantOf(world, crash.endedAt - world.now),
    },
  };
}

/** Go's way to write whole seconds: `10s`, `1m20s`, `5m0s`. */
export function waitText(wait: Nanos): string {
  const seconds = Math.round(wait / SECOND);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
