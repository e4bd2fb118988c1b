/**
 * Containers that end and are started again, at once the first time and then after a wait that doubles.
 * (pkg/kubelet/kuberuntime/kuberuntime_manager.go, doBackOff; client-go/util/flowcontrol/backoff.go)
 */
import type { Json } from "../base/names.ts";
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import type { Pod } from "../api/types.ts";
import { DELAYS } from "./delays.ts";
import { instantOf } from "./world.ts";
import type { Crash, PodRuntime, World } from "./world.ts";

/** The container's process ends now and, after each start, `times - 1` times more. `before`: how often it had been started again. */
export function crashOf(
  runtime: PodRuntime,
  container: string,
  { now, times, before }: { readonly now: Nanos; readonly times: number; readonly before: number },
): Crash {
  const known = runtime.crashes[container];
  return {
    left: times,
    endsAt: now,
    endedAt: known?.endedAt ?? now,
    startsAt: null,
    startedAt: known?.startedAt ?? runtime.startedAt ?? now,
    restarts: known?.restarts ?? before,
    backOff: known?.backOff ?? 0,
  };
}

/** The crashes as they stand at `now`; a container that `restarts` is false for stays ended. */
export function advanceCrashes(runtime: PodRuntime, now: Nanos, restarts: boolean): PodRuntime {
  const entries = Object.entries(runtime.crashes);
  if (entries.length === 0) return runtime;
  return { ...runtime, crashes: Object.fromEntries(entries.map(([name, crash]) => [name, advance(crash, now, restarts)])) };
}

function advance(crash: Crash, now: Nanos, restarts: boolean): Crash {
  if (crash.endsAt !== null && now >= crash.endsAt) return ended(crash, crash.endsAt, restarts);
  if (crash.startsAt !== null && now >= crash.startsAt) return started(crash, crash.startsAt);
  return crash;
}

function ended(crash: Crash, at: Nanos, restarts: boolean): Crash {
  const forgotten = crash.backOff > 0 && at - crash.startedAt > DELAYS.backOffForgets;
  const backOff = forgotten ? 0 : crash.backOff;
  return {
    ...crash,
    left: crash.left - 1,
    endsAt: null,
    endedAt: at,
    backOff,
    startsAt: restarts ? at + Math.max(backOff, DELAYS.restart) : null,
  };
}

function started(crash: Crash, at: Nanos): Crash {
  const backOff = crash.backOff === 0 ? DELAYS.backOff : Math.min(crash.backOff * 2, DELAYS.longestBackOff);
  const endsAt = crash.left > 0 ? at + DELAYS.crashAfter : null;
  return { ...crash, endsAt, startsAt: null, startedAt: at, restarts: crash.restarts + 1, backOff };
}

/** When the next of these containers ends or starts; null: none does. */
export function nextOfCrashes({ crashes }: PodRuntime): Nanos | null {
  const times = Object.values(crashes).flatMap(({ endsAt, startsAt }) => [endsAt, startsAt].filter((at) => at !== null));
  return times.length === 0 ? null : Math.min(...times);
}

/** Whether the container's process is gone at the moment. */
export function isDown(crash: Crash | undefined): boolean {
  return crash !== undefined && crash.endsAt === null && (crash.startsAt !== null || crash.startedAt < crash.endedAt);
}

/** `status.containerStatuses[].state` of a container whose process is gone. */
export function downState(world: World, pod: Pod, container: string, crash: Crash): Json {
  if (crash.backOff === 0 || crash.startsAt === null) return endedState(world, crash);
  const { namespace = "", name, uid = "" } = pod.metadata;
  const message = `back-off ${waitText(crash.backOff)} restarting failed container=${container} pod=${name}_${namespace}(${uid})`;
  return { waiting: { reason: "CrashLoopBackOff", message } };
}

/** `state` or `lastState` of an end with an error. */
export function endedState(world: World, crash: Crash): Json {
  return {
    terminated: {
      exitCode: 1,
      reason: "Error",
      startedAt: instantOf(world, crash.startedAt - world.now),
      finishedAt: instantOf(world, crash.endedAt - world.now),
    },
  };
}

/** Go's way to write whole seconds: `10s`, `1m20s`, `5m0s`. */
function waitText(wait: Nanos): string {
  const seconds = Math.round(wait / SECOND);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
