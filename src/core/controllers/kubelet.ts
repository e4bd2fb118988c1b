/**
 * The kubelet's part in a Pod's life: sandbox and address, start of the containers, readiness, termination. Each call
 * looks at what is due by now, writes the Pod's status, and says when it has to look again.
 * (pkg/kubelet/kubelet_pods.go, pkg/kubelet/status/generate.go, pkg/kubelet/prober)
 */
import type { Json } from "../base/names.ts";
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import { listAt, numberAt, textAt } from "../api/json.ts";
import { get } from "../api/store.ts";
import type { Container, Node, Pod, PodCondition, PodStatus } from "../api/types.ts";
import { isIdle, runningContainers } from "../workloads/listeners.ts";
import { DELAYS } from "./delays.ts";
import { conditionOf, isFinished, isTerminating } from "./lookup.ts";
import { nextPodAddresses } from "./pod-addresses.ts";
import { readinessOf } from "./probing.ts";
import { advanceCrashes, downState, endedState, isDown, nextOfCrashes } from "./restarts.ts";
import { linksAtStart } from "./service-links.ts";
import { controllerOf, erase, instantOf, write } from "./world.ts";
import type { Crash, PodRuntime, World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

export function reconcileKubelet(world: World, key: string): readonly WakeUp[] {
  const pod = get(world.store, "Pod", key);
  if (pod === undefined) {
    world.memory.pods.delete(key);
    world.memory.readyOverrides.delete(key);
    world.memory.paces.delete(key);
    return [];
  }
  const node = pod.spec.nodeName === undefined ? undefined : get(world.store, "Node", pod.spec.nodeName);
  if (node === undefined || isFinished(pod)) return [];
  // Nobody hears of the kubelet of a node that is stopped or cut off, and it hears of nobody.
  if (world.memory.nodeFaults.has(node.metadata.name)) return [];
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
    crashes: {},
    links: {},
  };
  world.memory.pods.set(key, fresh);
  return fresh;
}

/** A Pod that came out of a cluster, to which nothing has happened here: its status stands as it came. */
function isAsFound({ memory }: World, pod: Pod, { found, crashes }: PodRuntime): boolean {
  const key = keyOfPod(pod);
  if (found === undefined || memory.readyOverrides.has(key) || memory.paces.has(key) || Object.keys(crashes).length > 0) return false;
  return (pod.status.containerStatuses ?? []).every(({ name, ready }) => ready === found.includes(name));
}

function keyOfPod(pod: Pod): string {
  return `${pod.metadata.namespace ?? ""}/${pod.metadata.name}`;
}

/** One step of a living Pod. Returns when the next one is due, or null at rest. */
function run(world: World, pod: Pod, node: Node, runtime: PodRuntime): Nanos | null {
  if (isAsFound(world, pod, runtime)) return null;
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
    const started = { ...runtime, startedAt: world.now, links: linksAtStart(world, pod, {}, namesOf(pod)) };
    world.memory.pods.set(keyOfPod(pod), started);
    return settleReadiness(world, pod, node, started);
  }
  const later = advanceCrashes(runtime, world.now, pod.spec.restartPolicy !== "Never");
  const again = Object.keys(later.crashes).filter((name) => later.crashes[name]?.restarts !== runtime.crashes[name]?.restarts);
  const links = again.length === 0 ? later.links : linksAtStart(world, pod, later.links, again);
  return settleReadiness(world, pod, node, { ...later, links });
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
  const containers = runningContainers(pod.spec);
  if (containers.every(({ name }) => isDown(runtime.crashes[name])) && nextOfCrashes(runtime) === null) {
    fail(world, pod, node, runtime);
    return null;
  }
  const pace = world.memory.paces.get(keyOfPod(pod));
  const up = containers.filter(({ name }) => !isDown(runtime.crashes[name]));
  const down = containers.filter(({ name }) => isDown(runtime.crashes[name])).map(({ name }) => name);
  const asFound = pace === undefined ? runtime.found : undefined;
  const verdicts = up.map((container) =>
    asFound !== undefined && runtime.crashes[container.name] === undefined
      ? { name: container.name, ready: asFound.includes(container.name), changesAt: null, why: "" }
      : readinessOf(pod, container, {
          startedAt: Math.max(startedAt, runtime.crashes[container.name]?.startedAt ?? 0),
          pace,
          now: world.now,
        }),
  );
  const unready = forced === undefined ? verdicts.filter(({ ready }) => !ready) : forced ? [] : verdicts;
  const names = [...unready.map(({ name }) => name), ...down];
  const gates = forced === undefined ? unmetGates(pod) : [];
  const isReady = names.length === 0 && gates.length === 0;
  const settled = { ...runtime, readySince: isReady ? (runtime.readySince ?? world.now) : null };
  world.memory.pods.set(keyOfPod(pod), settled);
  const due = earliest(nextOfCrashes(runtime), ends);
  if (gates.length > 0 && names.length === 0) {
    report(world, pod, node, settled, { addresses: null, unready: [], why: "", gates });
    return due;
  }
  const why = forced === false ? "readiness was set by hand" : (unready.find(({ changesAt }) => changesAt === null)?.why ?? "");
  report(world, pod, node, settled, { addresses: null, unready: names, why });
  const pending = forced === undefined ? verdicts.flatMap(({ changesAt }) => (changesAt === null ? [] : [changesAt])) : [];
  return earliest(pending.length === 0 ? null : Math.min(...pending), due);
}

function earliest(a: Nanos | null, b: Nanos | null): Nanos | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}

/** A Job's Pod does its work and ends; every other Pod runs on. */
function endOf(pod: Pod, startedAt: Nanos): Nanos | null {
  return controllerOf(pod)?.kind === "Job" ? startedAt + DELAYS.jobRun : null;
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
    containerStatuses: containerStatuses(world, pod, runtime, names),
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
  runtime: PodRuntime,
  unready: readonly string[],
): NonNullable<PodStatus["containerStatuses"]> {
  const running = runtime.startedAt !== null;
  return pod.spec.containers.map((container, index) => {
    const before = pod.status.containerStatuses?.[index];
    const crash = runtime.crashes[container.name];
    const down = isDown(crash);
    return {
      name: container.name,
      ready: running && !down && !unready.includes(container.name),
      started: running && !down,
      restartCount: crash?.restarts ?? before?.restartCount ?? 0,
      image: container.image,
      imageID: "",
      lastState: crash !== undefined && crash.restarts > 0 ? endedState(world, crash) : {},
      state: running ? containerState(world, pod, container.name, { before: before?.state, runtime }) : CREATING,
    };
  });
}

const CREATING: Json = { waiting: { reason: "ContainerCreating" } };

function containerState(
  world: World,
  pod: Pod,
  container: string,
  { before, runtime }: { readonly before: Json | undefined; readonly runtime: PodRuntime },
): Json {
  const crash = runtime.crashes[container];
  if (crash !== undefined && isDown(crash)) return downState(world, pod, container, crash);
  return { running: { startedAt: runningSince(world, before, { crash, startedAt: runtime.startedAt ?? world.now }) } };
}

function runningSince(
  world: World,
  before: unknown,
  { crash, startedAt }: { readonly crash: Crash | undefined; readonly startedAt: Nanos },
): string {
  if (crash !== undefined) return instantOf(world, Math.max(startedAt, crash.startedAt) - world.now);
  return textAt(before, "running", "startedAt") ?? instantOf(world);
}

/** Every process has ended and none is started again: the Pod has failed. */
function fail(world: World, pod: Pod, node: Node, runtime: PodRuntime): void {
  report(world, pod, node, { ...runtime, readySince: null }, { addresses: null, unready: namesOf(pod), why: "" });
  const done = get(world.store, "Pod", keyOfPod(pod)) ?? pod;
  write(world, { ...done, status: { ...done.status, phase: "Failed" as const } });
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
  const containers = runtime.startedAt === null ? [] : pod.spec.containers;
  const ends = new Map(containers.map((container) => [container.name, deletedAt + Math.min(grace, endOfProcess(container, grace))]));
  const torn = containers.some((container) => !isIdle(container)) ? DELAYS.termination : 0;
  const gone = Math.min(deletedAt + grace, Math.max(deletedAt, ...ends.values()) + torn) + DELAYS.removal;
  if (world.now < gone) {
    reportEnded(world, pod, ends);
    return Math.min(gone, ...[...ends.values()].filter((at) => at > world.now));
  }
  erase(world, "Pod", keyOfPod(pod));
  world.memory.pods.delete(keyOfPod(pod));
  world.memory.readyOverrides.delete(keyOfPod(pod));
  world.memory.paces.delete(keyOfPod(pod));
  return null;
}

/** A shell or `sleep` as process 1 does not heed TERM and is killed at the end; servers end at TERM, after their preStop hook. */
function endOfProcess(container: Container, grace: Nanos): Nanos {
  return preStopTime(container) + (isIdle(container) ? grace : 0);
}

/** A process that has ended listens no more, while the object still stands. */
function reportEnded(world: World, pod: Pod, ends: ReadonlyMap<string, Nanos>): void {
  const finishedAt = instantOf(world);
  const hasEnded = (name: string): boolean => (ends.get(name) ?? Infinity) <= world.now;
  const known = pod.status.containerStatuses ?? [];
  if (!known.some(({ name, state }) => hasEnded(name) && textAt(state, "terminated", "reason") === undefined)) return;
  const containerStatuses = known.map((each) => {
    if (!hasEnded(each.name) || textAt(each.state, "terminated", "reason") !== undefined) return each;
    const startedAt = textAt(each.state, "running", "startedAt") ?? finishedAt;
    return { ...each, ready: false, state: { terminated: { exitCode: 0, reason: "Completed", startedAt, finishedAt } } };
  });
  const unready = containerStatuses.filter(({ ready }) => !ready).map(({ name }) => name);
  const because = { reason: "ContainersNotReady", message: `containers with unready status: [${unready.join(" ")}]` };
  const conditions = (pod.status.conditions ?? []).map((each) =>
    each.type === "Ready" || each.type === "ContainersReady" ? condition(world, pod, each.type, false, because) : each,
  );
  write(world, { ...pod, status: { ...pod.status, conditions, containerStatuses } });
}

/** `preStop: sleep`, or an exec hook that sleeps. */
function preStopTime(container: Container): Nanos {
  const hook = container.lifecycle?.preStop;
  const seconds = numberAt(hook, "sleep", "seconds");
  if (seconds !== undefined) return seconds * SECOND;
  const line = listAt(hook, "exec", "command").join(" ");
  return Number(/\bsleep\s+(\d+)/.exec(line)?.[1] ?? 0) * SECOND;
}
