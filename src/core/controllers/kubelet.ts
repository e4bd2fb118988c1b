/**
 * The kubelet's part in a Pod's life: sandbox and address, start of the containers, readiness, termination. Each call
 * looks at what is due by now, writes the Pod's status, and says when it has to look again.
 * (pkg/kubelet/kubelet_pods.go, pkg/kubelet/status/generate.go, pkg/kubelet/prober)
 */
import { SECOND } from "../base/time.ts";
import type { Json } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import { listAt, numberAt, textAt } from "../api/json.ts";
import { get } from "../api/store.ts";
import type { Container, Node, Pod, PodCondition, PodStatus } from "../api/types.ts";
import { isIdle, runningContainers } from "../workloads/listeners.ts";
import { probe } from "../workloads/probes.ts";
import { DELAYS } from "./delays.ts";
import { conditionOf, isFinished, isTerminating } from "./lookup.ts";
import { nextPodAddresses } from "./pod-addresses.ts";
import { controllerOf, erase, instantOf, write } from "./world.ts";
import type { PodRuntime, World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

export function reconcileKubelet(world: World, key: string): readonly WakeUp[] {
  const pod = get(world.store, "Pod", key);
  if (pod === undefined) {
    world.memory.pods.delete(key);
    world.memory.readyOverrides.delete(key);
    return [];
  }
  const node = pod.spec.nodeName === undefined ? undefined : get(world.store, "Node", pod.spec.nodeName);
  if (node === undefined || isFinished(pod)) return [];
  const runtime = runtimeOf(world, pod, node);
  const due = isTerminating(pod) ? terminate(world, pod, runtime) : run(world, pod, node, runtime);
  return due === null ? [] : [{ controller: "kubelet", key, after: Math.max(0, due - world.now) }];
}

function runtimeOf(world: World, pod: Pod, node: Node): PodRuntime {
  const key = keyOfPod(pod);
  const known = world.memory.pods.get(key);
  if (known !== undefined && known.uid === (pod.metadata.uid ?? "")) return known;
  const turn = world.memory.podsStarted.get(node.metadata.name) ?? 0;
  world.memory.podsStarted.set(node.metadata.name, turn + 1);
  const fresh: PodRuntime = {
    uid: pod.metadata.uid ?? "",
    boundAt: world.now,
    turn,
    sandboxAt: null,
    startedAt: null,
    readySince: null,
    deletedAt: null,
  };
  world.memory.pods.set(key, fresh);
  return fresh;
}

function keyOfPod(pod: Pod): string {
  return `${pod.metadata.namespace ?? ""}/${pod.metadata.name}`;
}

/** One step of a living Pod. Returns when the next one is due, or null at rest. */
function run(world: World, pod: Pod, node: Node, runtime: PodRuntime): Nanos | null {
  if (runtime.sandboxAt === null) {
    const due = runtime.boundAt + DELAYS.sandbox;
    if (world.now < due) {
      report(world, pod, node, runtime, { addresses: null, unready: namesOf(pod), why: "" });
      return due;
    }
    return startSandbox(world, pod, node, runtime);
  }
  if (runtime.startedAt === null) {
    const due = runtime.sandboxAt + DELAYS.containerStart + (runtime.turn % 5) * DELAYS.containerStagger;
    if (world.now < due) return due;
    const started = { ...runtime, startedAt: world.now };
    world.memory.pods.set(keyOfPod(pod), started);
    return settleReadiness(world, pod, node, started);
  }
  return settleReadiness(world, pod, node, runtime);
}

function startSandbox(world: World, pod: Pod, node: Node, runtime: PodRuntime): Nanos | null {
  const addresses = pod.spec.hostNetwork === true ? hostAddresses(node) : nextPodAddresses(world, node);
  // No free address: the sandbox cannot be made, and the kubelet tries again when something changes.
  if (addresses.length === 0) return null;
  const ready = { ...runtime, sandboxAt: world.now };
  world.memory.pods.set(keyOfPod(pod), ready);
  report(world, pod, node, ready, { addresses, unready: namesOf(pod), why: "" });
  return ready.sandboxAt + DELAYS.containerStart + (ready.turn % 5) * DELAYS.containerStagger;
}

function namesOf(pod: Pod): readonly string[] {
  return runningContainers(pod.spec).map((container) => container.name);
}

function hostAddresses(node: Node): readonly string[] {
  return (node.status.addresses ?? []).filter(({ type }) => type === "InternalIP").map(({ address }) => address);
}

/** When each container is ready, by its probes; the Pod is ready when all are. */
function settleReadiness(world: World, pod: Pod, node: Node, runtime: PodRuntime): Nanos | null {
  const forced = world.memory.readyOverrides.get(keyOfPod(pod));
  const startedAt = runtime.startedAt ?? world.now;
  const ends = endOf(pod, startedAt);
  if (ends !== null && world.now >= ends) {
    finish(world, pod, node, runtime);
    return null;
  }
  const verdicts = runningContainers(pod.spec).map((container) => readiness(pod, container, startedAt));
  const unready = forced === undefined ? verdicts.filter(({ readyAt }) => readyAt === null || world.now < readyAt) : forced ? [] : verdicts;
  const gates = forced === undefined ? unmetGates(pod) : [];
  const isReady = unready.length === 0 && gates.length === 0;
  const settled = { ...runtime, readySince: isReady ? (runtime.readySince ?? world.now) : null };
  world.memory.pods.set(keyOfPod(pod), settled);
  if (gates.length > 0 && unready.length === 0) {
    report(world, pod, node, settled, { addresses: null, unready: [], why: "", gates });
    return ends;
  }
  const why = forced === false ? "readiness was set by hand" : (unready.find(({ readyAt }) => readyAt === null)?.why ?? "");
  report(world, pod, node, settled, { addresses: null, unready: unready.map(({ name }) => name), why });
  const pending = forced === undefined ? unready.flatMap(({ readyAt }) => (readyAt === null ? [] : [readyAt])) : [];
  return earliest(pending.length === 0 ? null : Math.min(...pending), ends);
}

function earliest(a: Nanos | null, b: Nanos | null): Nanos | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

/** A Job's Pod does its work and ends; every other Pod runs on. */
function endOf(pod: Pod, startedAt: Nanos): Nanos | null {
  return controllerOf(pod)?.kind === "Job" ? startedAt + DELAYS.jobRun : null;
}

interface Readiness {
  readonly name: string;
  /** Null: never. */
  readonly readyAt: Nanos | null;
  readonly why: string;
}

/** When the container passes its readiness probe. What listens does not change while it runs, so one look decides. */
function readiness(pod: Pod, container: Container, startedAt: Nanos): Readiness {
  const { name } = container;
  let from = startedAt;
  for (const check of [container.startupProbe, container.readinessProbe]) {
    if (check === undefined) continue;
    const result = probe(pod, container, check, pod.status.podIP ?? "");
    if (!result.ok) return { name, readyAt: null, why: `Readiness probe failed: ${result.why}` };
    const period = (check.periodSeconds ?? 10) * SECOND;
    from =
      Math.max(from, startedAt + (check.initialDelaySeconds ?? 0) * SECOND) + DELAYS.status + ((check.successThreshold ?? 1) - 1) * period;
  }
  return { name, readyAt: from, why: "" };
}

interface Report {
  /** Given once, when the sandbox has them. */
  readonly addresses: readonly string[] | null;
  /** Containers that are not ready. */
  readonly unready: readonly string[];
  /** Why the first of them is not, where a probe says so. */
  readonly why: string;
  /** What keeps a Pod from Ready whose containers all are. */
  readonly gates?: readonly string[];
}

/** Conditions that somebody outside would have to set; nobody does here. (pkg/kubelet/status/generate.go) */
function unmetGates(pod: Pod): readonly string[] {
  return listAt(pod.spec, "readinessGates")
    .map((gate) => textAt(gate, "conditionType") ?? "")
    .filter((type) => conditionOf(pod, type)?.status !== "True")
    .map((type) => `corresponding condition of pod readiness gate "${type}" does not exist.`);
}

/** Writes the status that follows from the runtime. */
function report(world: World, pod: Pod, node: Node, runtime: PodRuntime, { addresses, unready: names, why, gates = [] }: Report): void {
  const known = addresses ?? (pod.status.podIPs ?? []).map(({ ip }) => ip);
  const running = runtime.startedAt !== null;
  const ready = runtime.readySince !== null;
  const hosts = hostAddresses(node);
  const unready = { reason: "ContainersNotReady", message: `containers with unready status: [${names.join(" ")}]` };
  const conditions = [
    condition(world, pod, "PodReadyToStartContainers", runtime.sandboxAt !== null),
    condition(world, pod, "Initialized", true),
    condition(
      world,
      pod,
      "Ready",
      ready,
      gates.length > 0
        ? { reason: "ReadinessGatesNotReady", message: gates.join(", ") }
        : why === ""
          ? unready
          : { ...unready, message: `${unready.message}: ${why}` },
    ),
    condition(world, pod, "ContainersReady", ready || gates.length > 0, unready),
    condition(world, pod, "PodScheduled", true),
  ];
  const status: PodStatus & { readonly [field: string]: unknown } = {
    phase: running ? "Running" : "Pending",
    conditions,
    ...(hosts[0] === undefined ? {} : { hostIP: hosts[0], hostIPs: hosts.map((ip) => ({ ip })) }),
    ...(known[0] === undefined ? {} : { podIP: known[0], podIPs: known.map((ip) => ({ ip })) }),
    startTime: pod.status.startTime ?? instantOf(world),
    containerStatuses: containerStatuses(world, pod, running, names),
    qosClass: "BestEffort",
  };
  write(world, { ...pod, status });
}

function condition(world: World, pod: Pod, type: string, holds: boolean, unless: { reason?: string; message?: string } = {}): PodCondition {
  const before = conditionOf(pod, type);
  const status = holds ? "True" : "False";
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? instantOf(world)) : instantOf(world);
  return { type, status, lastTransitionTime, ...(holds ? {} : unless) };
}

function containerStatuses(
  world: World,
  pod: Pod,
  running: boolean,
  unready: readonly string[],
): NonNullable<PodStatus["containerStatuses"]> {
  return pod.spec.containers.map((container, index) => {
    const before = pod.status.containerStatuses?.[index];
    const startedAt = textAt(before?.state, "running", "startedAt") ?? instantOf(world);
    const state: Json = running ? { running: { startedAt } } : { waiting: { reason: "ContainerCreating" } };
    return {
      name: container.name,
      ready: running && !unready.includes(container.name),
      started: running,
      restartCount: before?.restartCount ?? 0,
      image: container.image,
      imageID: "",
      lastState: {},
      state,
    };
  });
}

/** The containers have ended by themselves. */
function finish(world: World, pod: Pod, node: Node, runtime: PodRuntime): void {
  if (pod.status.phase === "Succeeded") return;
  report(world, pod, node, { ...runtime, readySince: null }, { addresses: null, unready: namesOf(pod), why: "" });
  const done = get(world.store, "Pod", keyOfPod(pod)) ?? pod;
  const at = instantOf(world);
  write(world, {
    ...done,
    status: {
      ...done.status,
      phase: "Succeeded",
      conditions: (done.status.conditions ?? []).map((each) =>
        each.type === "Ready" || each.type === "ContainersReady" ? { ...each, reason: "PodCompleted", message: "" } : each,
      ),
      containerStatuses: (done.status.containerStatuses ?? []).map((each) => ({
        ...each,
        ready: false,
        state: { terminated: { exitCode: 0, reason: "Completed", startedAt: done.status.startTime ?? at, finishedAt: at } },
      })),
    },
  });
}

/** preStop, then TERM, then (at the end of the grace period) KILL; then the object goes. */
function terminate(world: World, pod: Pod, runtime: PodRuntime): Nanos | null {
  const deletedAt = runtime.deletedAt ?? world.now;
  if (runtime.deletedAt === null) world.memory.pods.set(keyOfPod(pod), { ...runtime, deletedAt });
  const grace = (pod.metadata.deletionGracePeriodSeconds ?? 30) * SECOND;
  const ended =
    deletedAt +
    Math.min(grace, runtime.startedAt === null ? 0 : Math.max(0, ...pod.spec.containers.map((container) => stopTime(container, grace))));
  const gone = ended + DELAYS.removal;
  if (world.now < gone) return gone;
  erase(world, "Pod", keyOfPod(pod));
  world.memory.pods.delete(keyOfPod(pod));
  world.memory.readyOverrides.delete(keyOfPod(pod));
  return null;
}

/** A shell or `sleep` as process 1 does not heed TERM and is killed at the end; servers go after their preStop hook. */
function stopTime(container: Container, grace: Nanos): Nanos {
  const hook = preStopTime(container);
  return hook + (isIdle(container) ? grace : DELAYS.termination);
}

/** `preStop: sleep`, or an exec hook that sleeps. */
function preStopTime(container: Container): Nanos {
  const hook = container.lifecycle?.preStop;
  const seconds = numberAt(hook, "sleep", "seconds");
  if (seconds !== undefined) return seconds * SECOND;
  const line = listAt(hook, "exec", "command").join(" ");
  return Number(/\bsleep\s+(\d+)/.exec(line)?.[1] ?? 0) * SECOND;
}
