/**
 * The containers of a Pod as time passes: init containers one after the other, sidecars that stay, the others side by side;
 * ends by themselves, by a person, by a probe that fails; new starts. Nothing is written here.
 * (pkg/kubelet/kuberuntime/kuberuntime_manager.go, computePodActions, computeInitContainerActions)
 */
import type { Nanos } from "../base/time.ts";
import { SECOND } from "../base/time.ts";
import type { Container, Pod } from "../api/types.ts";
import { imageFault } from "../workloads/image-faults.ts";
import { isIdle, isSidecar, runningContainers } from "../workloads/listeners.ts";
import { processOf } from "../workloads/processes.ts";
import { DELAYS } from "./delays.ts";
import { killedAt, startedBy } from "./probing.ts";
import { ended, isDown, isOver, running, started } from "./restarts.ts";
import type { End } from "./restarts.ts";
import { controllerOf } from "./world.ts";
import type { Pace, PodRuntime, World } from "./world.ts";

/** What a look at a Pod's containers depends on beside the Pod. */
export interface Look {
  readonly pod: Pod;
  readonly pace: Pace | undefined;
  readonly now: Nanos;
  readonly cannotStart?: World["cannotStart"];
}

/** When something will happen. `idle`: nobody who waits for the cluster to come to rest waits for it. */
export interface Due {
  readonly at: Nanos;
  readonly idle: boolean;
}

/** Something that happened to a container. */
export type Happening =
  | { readonly kind: "started"; readonly container: string }
  | { readonly kind: "ended"; readonly container: string; readonly end: End; readonly again: boolean; readonly backOff: Nanos };

export function initContainers(pod: Pod): readonly Container[] {
  return pod.spec.initContainers ?? NONE;
}

const NONE: readonly Container[] = [];

/** All of a Pod's containers, those first that run first. */
export function allContainers({ spec }: Pod): readonly Container[] {
  return spec.initContainers === undefined ? spec.containers : [...spec.initContainers, ...spec.containers];
}

/** When the container was first started (or was to be, had its image been there); null: its turn has not come. */
export function turnOf(pod: Pod, runtime: PodRuntime, container: Container): Nanos | null {
  if (!initContainers(pod).includes(container)) return runtime.startedAt;
  // The init containers of a Pod that came out of a cluster are behind it.
  return runtime.inits?.[container.name] ?? (runtime.found === undefined ? null : runtime.startedAt);
}

/** When its process was started last. */
export function startOf(pod: Pod, runtime: PodRuntime, container: Container): Nanos | null {
  const turn = turnOf(pod, runtime, container);
  return turn === null ? null : Math.max(turn, runtime.crashes[container.name]?.startedAt ?? 0);
}

export function isUp(pod: Pod, runtime: PodRuntime, container: Container): boolean {
  if (turnOf(pod, runtime, container) === null || imageFault(container.image) !== null) return false;
  return !isDown(runtime.crashes[container.name]) && !isBehind(pod, runtime, container);
}

/** An init container of a Pod that came out of a cluster, which ended there. */
function isBehind(pod: Pod, runtime: PodRuntime, container: Container): boolean {
  return runtime.found !== undefined && initContainers(pod).includes(container) && !isSidecar(container);
}

/** An init container whose turn is over. */
export function isDone(pod: Pod, runtime: PodRuntime, container: Container): boolean {
  if (isBehind(pod, runtime, container)) return true;
  const crash = runtime.crashes[container.name];
  return crash !== undefined && isOver(crash) && crash.exitCode === 0;
}

// ---- ends and starts ------------------------------------------------------------------------------------------------

/** Whether a container that has ended so is started again. */
function isRestarted(pod: Pod, container: Container, { exitCode, cause }: End): boolean {
  if (isSidecar(container)) return true;
  const policy = pod.spec.restartPolicy ?? "Always";
  if (policy === "Never") return false;
  if (initContainers(pod).includes(container)) return exitCode !== 0;
  return policy === "Always" || exitCode !== 0 || cause === "probe";
}

/** How the process that runs will end next; null: not at all, as far as one can see. */
function nextEnd({ pod, pace, cannotStart }: Look, runtime: PodRuntime, container: Container): End | null {
  const crash = runtime.crashes[container.name];
  const startedAt = startOf(pod, runtime, container);
  if (startedAt === null) return null;
  let first: End | null = null;
  if (crash?.endsAt != null) first = { at: crash.endsAt, exitCode: 1, cause: "crash", why: "" };
  // What runs in another cluster's Pod ran there long enough to show that it does not end.
  if (runtime.found === undefined || crash !== undefined) {
    const { lasts, exitCode } = processOf(container, isWorker(pod, container));
    if (lasts !== null) first = earlier(first, { at: startedAt + lasts, exitCode, cause: "exit", why: "" });
    if (cannotStart?.(pod, container, startedAt) === true)
      first = earlier(first, { at: startedAt + DELAYS.readsConfiguration, exitCode: 1, cause: "exit", why: "" });
    const killed = killedAt(pod, container, { startedAt, pace });
    if (killed !== null) first = earlier(first, endByKill(pod, container, killed));
  }
  return first;
}

function earlier(first: End | null, end: End): End {
  return first === null || end.at < first.at ? end : first;
}

/** A server ends at TERM; a shell or `sleep` as process 1 does not heed it and is killed at the end of the grace period. */
function endByKill(pod: Pod, container: Container, { at, why }: { readonly at: Nanos; readonly why: string }): End {
  const grace = (pod.spec.terminationGracePeriodSeconds ?? 30) * SECOND;
  const stubborn = isIdle(container);
  return { at: stubborn ? at + grace : at, exitCode: stubborn ? 137 : 0, cause: "probe", why };
}

/** It is there to do something and end. */
function isWorker(pod: Pod, container: Container): boolean {
  if (isSidecar(container)) return false;
  return initContainers(pod).includes(container) || controllerOf(pod)?.kind === "Job";
}

/** Everything that has happened to the containers by now, in order. */
export function advance(look: Look, runtime: PodRuntime): { readonly runtime: PodRuntime; readonly happened: readonly Happening[] } {
  const happened: Happening[] = [];
  let now = runtime;
  for (const container of allContainers(look.pod))
    if (turnOf(look.pod, runtime, container) !== null && imageFault(container.image) === null && !isBehind(look.pod, runtime, container))
      now = advanceOne(look, now, container, happened);
  return { runtime: now, happened };
}

/** More ends and starts than this at one look are a mistake of ours. */
const MOST = 10_000;

function advanceOne(look: Look, before: PodRuntime, container: Container, happened: Happening[]): PodRuntime {
  const { name } = container;
  let runtime = before;
  for (let step = 0; step < MOST; step++) {
    const crash = runtime.crashes[name];
    if (crash !== undefined && isDown(crash)) {
      if (crash.startsAt === null || crash.startsAt > look.now) return runtime;
      runtime = { ...runtime, crashes: { ...runtime.crashes, [name]: started(crash, crash.startsAt) } };
      happened.push({ kind: "started", container: name });
      continue;
    }
    const end = nextEnd(look, runtime, container);
    if (end === null || end.at > look.now) return runtime;
    const again = isRestarted(look.pod, container, end);
    const known = crash ?? running(startOf(look.pod, runtime, container) ?? look.now, 0);
    const next = ended({ ...known, startedAt: startOf(look.pod, runtime, container) ?? known.startedAt }, end, again);
    runtime = { ...runtime, crashes: { ...runtime.crashes, [name]: next } };
    happened.push({ kind: "ended", container: name, end, again, backOff: next.backOff });
  }
  throw new Error(`container ${name} of ${look.pod.metadata.name} ends without end`);
}

/** What will happen to the containers by itself. */
export function duesOf(look: Look, runtime: PodRuntime): readonly Due[] {
  const { pod } = look;
  return allContainers(pod).flatMap((container): readonly Due[] => {
    const crash = runtime.crashes[container.name];
    // A back-off that a person began with has an end; all others go on for ever.
    if (crash !== undefined && isDown(crash))
      return crash.startsAt === null ? [] : [{ at: crash.startsAt, idle: crash.cause !== "crash" && crash.backOff > 0 }];
    if (!isUp(pod, runtime, container)) return [];
    const end = nextEnd(look, runtime, container);
    if (end === null) return [];
    const lives = end.at - (startOf(pod, runtime, container) ?? end.at);
    const soon = end.cause === "exit" && !isWorker(pod, container) ? DELAYS.soon : DELAYS.soonEnough;
    return [{ at: end.at, idle: end.cause !== "crash" && (lives > soon || (crash?.restarts ?? 0) >= 2) }];
  });
}

// ---- the order of starts --------------------------------------------------------------------------------------------

/** The next start: of an init container, or (null) of all others together. */
export interface NextStart {
  readonly container: Container | null;
  readonly at: Nanos;
}

/** null while an init container has to come to its end first. (initContainers run in order; a sidecar counts when it has started) */
export function nextStart({ pod, pace }: Look, runtime: PodRuntime): NextStart | null {
  if (runtime.sandboxAt === null) return null;
  let at = runtime.sandboxAt + DELAYS.containerStart + (runtime.turn % 5) * DELAYS.containerStagger;
  for (const container of initContainers(pod)) {
    const turn = turnOf(pod, runtime, container);
    if (turn === null) return { container, at };
    if (imageFault(container.image) !== null) return null;
    if (isSidecar(container)) {
      const start = startOf(pod, runtime, container) ?? turn;
      const up = startedBy(pod, container, { startedAt: start, pace });
      if (up === null || isDown(runtime.crashes[container.name])) return null;
      at = up + DELAYS.containerStart;
    } else {
      if (!isDone(pod, runtime, container)) return null;
      at = (runtime.crashes[container.name]?.endedAt ?? turn) + DELAYS.containerStart;
    }
  }
  return { container: null, at };
}

/** Every container that was to stay has ended for good; null while one runs or will run again. */
export function outcomeOf(pod: Pod, runtime: PodRuntime): "Succeeded" | "Failed" | null {
  const lost = initContainers(pod).some((container) => {
    const crash = runtime.crashes[container.name];
    return !isSidecar(container) && isOver(crash) && crash?.exitCode !== 0;
  });
  if (lost) return "Failed";
  if (runtime.startedAt === null || !pod.spec.containers.every(({ name }) => isOver(runtime.crashes[name]))) return null;
  return pod.spec.containers.every(({ name }) => runtime.crashes[name]?.exitCode === 0) ? "Succeeded" : "Failed";
}

/** Containers that have to be ready for the Pod to be. */
export function namesOf(pod: Pod): readonly string[] {
  return runningContainers(pod.spec).map(({ name }) => name);
}
