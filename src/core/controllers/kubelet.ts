/**
 * The kubelet's part in a Pod's life: sandbox and address, init containers, the others, their ends and restarts, readiness,
 * termination. Each call looks at what is due by now, writes the Pod's status, and says when it has to look again.
 * (pkg/kubelet/kubelet.go, SyncPod; pkg/kubelet/kuberuntime; pkg/kubelet/prober)
 */
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import { listAt, numberAt, textAt } from "../api/json.ts";
import { get } from "../api/store.ts";
import type { Container, Node, Pod } from "../api/types.ts";
import { imageFault } from "../workloads/image-faults.ts";
import { isIdle, isSidecar, runningContainers } from "../workloads/listeners.ts";
import { advance, allContainers, duesOf, initContainers, isUp, namesOf, nextStart, outcomeOf, startOf, turnOf } from "./container-life.ts";
import type { Due, Happening, Look } from "./container-life.ts";
import { DELAYS } from "./delays.ts";
import { isFinished, isTerminating } from "./lookup.ts";
import { nextPodAddresses } from "./pod-addresses.ts";
import { condition, hostAddresses, report, unmetGates } from "./pod-status.ts";
import { readinessOf } from "./probing.ts";
import { say } from "./records.ts";
import { linksAtStart, NO_LINKS } from "./service-links.ts";
import { erase, instantOf, write } from "./world.ts";
import type { PodRuntime, World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

export function reconcileKubelet(world: World, key: string): readonly WakeUp[] {
  const pod = get(world.store, "Pod", key);
  if (pod === undefined) {
    forget(world, key);
    return [];
  }
  const node = pod.spec.nodeName === undefined ? undefined : get(world.store, "Node", pod.spec.nodeName);
  if (node === undefined || isFinished(pod)) return [];
  // Nobody hears of the kubelet of a node that is stopped or cut off, and it hears of nobody.
  if (world.memory.nodeFaults.has(node.metadata.name)) return [];
  const look: Looked = { world, pod, key };
  const runtime = runtimeOf(look, node);
  const dues = isTerminating(pod) ? terminate(look, runtime) : run(look, node, runtime);
  return wakesFor(world, key, dues);
}

/** The Pod that is looked at. */
interface Looked {
  readonly world: World;
  readonly pod: Pod;
  /** Of the Pod: one text for all maps that it stands in. */
  readonly key: string;
}

/** The next thing that has to be seen through, and the next that only time brings. */
function wakesFor({ now }: World, key: string, dues: readonly Due[]): readonly WakeUp[] {
  if (dues.length === 0) return NO_WAKES;
  let [work, time] = [Infinity, Infinity];
  for (const { at, idle } of dues) {
    if (idle) time = Math.min(time, at);
    else work = Math.min(work, at);
  }
  const wakes: WakeUp[] = [];
  if (work !== Infinity) wakes.push({ controller: "kubelet", key, after: Math.max(0, work - now) });
  if (time !== Infinity) wakes.push({ controller: "kubelet", key, after: Math.max(0, time - now), idle: true });
  return wakes;
}

const NO_WAKES: readonly WakeUp[] = [];
const NO_DUES: readonly Due[] = [];

const due = (at: Nanos): readonly Due[] => [{ at, idle: false }];

function forget(world: World, key: string): void {
  world.memory.pods.delete(key);
  world.memory.readyOverrides.delete(key);
  world.memory.paces.delete(key);
  world.memory.evictions.delete(key);
}

function runtimeOf({ world, pod, key }: Looked, node: Node): PodRuntime {
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
    crashes: NO_CRASHES,
    links: NO_LINKS,
  };
  world.memory.pods.set(key, fresh);
  return fresh;
}

const NO_CRASHES: PodRuntime["crashes"] = {};

/** A Pod that came out of a cluster, to which nothing has happened here: its status stands as it came. */
function isAsFound({ world: { memory }, pod, key }: Looked, { found, crashes }: PodRuntime): boolean {
  if (found === undefined || memory.readyOverrides.has(key) || memory.paces.has(key) || Object.keys(crashes).length > 0) return false;
  return (pod.status.containerStatuses ?? []).every(({ name, ready }) => ready === found.includes(name));
}

// ---- a living Pod -----------------------------------------------------------------------------------------------------

/** One step of a living Pod. Returns what is due next; nothing at rest. */
function run(looked: Looked, node: Node, runtime: PodRuntime): readonly Due[] {
  if (isAsFound(looked, runtime)) return NO_DUES;
  const { world, pod, key } = looked;
  if (runtime.sandboxAt === null) {
    const at = runtime.boundAt + DELAYS.sandbox;
    if (world.now >= at) return startSandbox(looked, node, runtime);
    report(looked, node, runtime, { addresses: null, unready: namesOf(pod), why: "" });
    return due(at);
  }
  const { now: time, cannotStart } = world;
  const pace = world.memory.paces.get(key);
  const look: Look = cannotStart === undefined ? { pod, pace, now: time } : { pod, pace, now: time, cannotStart };
  let { runtime: now, happened } = advance(look, runtime);
  let started = happened.flatMap((each) => (each.kind === "started" ? [each.container] : []));
  for (let start = nextStart(look, now); now.startedAt === null && start !== null && start.at <= world.now; start = nextStart(look, now)) {
    const { container } = start;
    started = [...started, ...(container === null ? pod.spec.containers.map(({ name }) => name) : [container.name])];
    now = container === null ? { ...now, startedAt: world.now } : { ...now, inits: { ...now.inits, [container.name]: world.now } };
    const later = advance(look, now);
    now = later.runtime;
    happened = [...happened, ...later.happened];
  }
  const links = started.length === 0 ? now.links : linksAtStart(world, pod, now.links, started);
  for (const each of happened) tell(world, pod, each);
  return settle(looked, node, look, links === now.links ? now : { ...now, links });
}

function startSandbox(looked: Looked, node: Node, runtime: PodRuntime): readonly Due[] {
  const { world, pod, key } = looked;
  const addresses = pod.spec.hostNetwork === true ? hostAddresses(node) : nextPodAddresses(world, node);
  // No free address: the sandbox cannot be made, and the kubelet tries again when something changes.
  if (addresses.length === 0) return [];
  const ready = { ...runtime, sandboxAt: world.now };
  world.memory.pods.set(key, ready);
  report(looked, node, ready, { addresses, unready: namesOf(pod), why: "" });
  const start = nextStart({ pod, pace: undefined, now: world.now }, ready);
  return start === null ? [] : due(start.at);
}

/** When each container is ready, by its probes; the Pod is ready when all are. */
function settle(looked: Looked, node: Node, look: Look, runtime: PodRuntime): readonly Due[] {
  const { world, pod, key } = looked;
  const over = deadlineOf(world, pod, runtime) ?? outcomeOf(pod, runtime);
  if (over !== null) {
    world.memory.pods.set(key, { ...runtime, readySince: null });
    const outcome = typeof over === "string" ? { phase: over } : over;
    report(looked, node, { ...runtime, readySince: null }, { addresses: null, unready: namesOf(pod), why: "", outcome });
    return [];
  }
  const forced = world.memory.readyOverrides.get(key);
  const containers = runningContainers(pod.spec);
  const verdicts = containers.filter((container) => isUp(pod, runtime, container)).map((container) => readiness(look, runtime, container));
  const up = new Set(verdicts.map(({ name }) => name));
  const unready = forced === undefined ? verdicts.filter(({ ready }) => !ready) : forced ? [] : verdicts;
  const names = [...unready.map(({ name }) => name), ...containers.map(({ name }) => name).filter((name) => !up.has(name))];
  const gates = forced === undefined ? unmetGates(pod) : [];
  const isReady = runtime.startedAt !== null && names.length === 0 && gates.length === 0;
  const readySince = isReady ? (runtime.readySince ?? world.now) : null;
  const settled = runtime.readySince === readySince ? runtime : { ...runtime, readySince };
  world.memory.pods.set(key, settled);
  const why = forced === false ? "readiness was set by hand" : (unready.find(({ changesAt }) => changesAt === null)?.why ?? "");
  tellPulls(world, pod, runtime);
  report(
    looked,
    node,
    settled,
    names.length === 0 ? { addresses: null, unready: [], why: "", gates } : { addresses: null, unready: names, why },
  );
  const changes = forced === undefined ? verdicts.flatMap(({ changesAt }) => (changesAt === null ? [] : due(changesAt))) : [];
  return [
    ...changes,
    ...duesOf(look, runtime),
    ...startsDue(look, runtime),
    ...pullsDue(world, pod, runtime),
    ...deadlineDue(pod, runtime),
  ];
}

function readiness(look: Look, runtime: PodRuntime, container: Container): ReturnType<typeof readinessOf> {
  const asFound = look.pace === undefined && runtime.crashes[container.name] === undefined ? runtime.found : undefined;
  if (asFound !== undefined) return { name: container.name, ready: asFound.includes(container.name), changesAt: null, why: "" };
  const startedAt = startOf(look.pod, runtime, container) ?? look.now;
  return readinessOf(look.pod, container, { startedAt, pace: look.pace, now: look.now });
}

function startsDue(look: Look, runtime: PodRuntime): readonly Due[] {
  const start = runtime.startedAt === null ? nextStart(look, runtime) : null;
  return start === null ? [] : due(start.at);
}

/** `spec.activeDeadlineSeconds`, counted from the Pod's start. (pkg/kubelet/active_deadline.go) */
function deadlineOf(
  world: World,
  pod: Pod,
  runtime: PodRuntime,
): { readonly phase: "Failed"; readonly reason: string; readonly message: string } | null {
  const [at] = deadlineDue(pod, runtime);
  if (at === undefined || world.now < at.at) return null;
  return { phase: "Failed", reason: "DeadlineExceeded", message: "Pod was active on the node longer than the specified deadline" };
}

function deadlineDue(pod: Pod, runtime: PodRuntime): readonly Due[] {
  const { activeDeadlineSeconds: seconds } = pod.spec as { readonly activeDeadlineSeconds?: unknown }; // decoded, not among the typed fields
  return typeof seconds === "number" ? [{ at: runtime.boundAt + seconds * SECOND, idle: true }] : NO_DUES;
}

// ---- what is said -----------------------------------------------------------------------------------------------------

/** Events about what went wrong. What goes as it should shows in the status. */
function tell(world: World, pod: Pod, happening: Happening): void {
  if (happening.kind === "started") return;
  const { container, end, again, backOff } = happening;
  const of = fieldPathOf(pod, container);
  if (end.cause === "probe") {
    say(world, pod, { by: "kubelet", type: "Warning", reason: "Unhealthy", message: end.why, fieldPath: of });
    const which = end.why.startsWith("Startup") ? "startup" : "liveness";
    const message = `Container ${container} failed ${which} probe, ${again ? "will be restarted" : "will be killed"}`;
    say(world, pod, { by: "kubelet", type: "Normal", reason: "Killing", message, fieldPath: of });
  }
  if (!again || backOff === 0) return;
  const { name, namespace = "", uid = "" } = pod.metadata;
  const message = `Back-off restarting failed container ${container} in pod ${name}_${namespace}(${uid})`;
  say(world, pod, { by: "kubelet", type: "Warning", reason: "BackOff", message, fieldPath: of });
}

function fieldPathOf(pod: Pod, container: string): string {
  return `spec.${initContainers(pod).some(({ name }) => name === container) ? "initContainers" : "containers"}{${container}}`;
}

/** Containers whose turn has come, and whose image cannot be had. */
function withoutImage(pod: Pod, runtime: PodRuntime): readonly { readonly container: Container; readonly since: Nanos }[] {
  return allContainers(pod)
    .filter(({ image }) => imageFault(image) !== null)
    .flatMap((container) => {
      const since = turnOf(pod, runtime, container);
      return since === null ? [] : [{ container, since }];
    });
}

/** Said when the state changes: the status that stands tells which. */
function tellPulls(world: World, pod: Pod, runtime: PodRuntime): void {
  for (const { container, since } of withoutImage(pod, runtime)) {
    const { name, image } = container;
    const fault = imageFault(image);
    const shown = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])].find((each) => each.name === name);
    const reason = textAt(shown?.state, "waiting", "reason") ?? "";
    const waits = world.now - since >= DELAYS.pullReport;
    const fieldPath = fieldPathOf(pod, name);
    const warn = (why: string, message: string): void =>
      say(world, pod, { by: "kubelet", type: "Warning", reason: why, message, fieldPath });
    if (fault?.kind === "invalid" && reason !== "InvalidImageName") {
      warn("InspectFailed", fault.message);
      warn("Failed", "Error: InvalidImageName");
    } else if (fault?.kind === "missing" && !waits && reason !== "ErrImagePull") {
      warn("Failed", `Failed to pull image "${image}": ${fault.message}`);
      warn("Failed", "Error: ErrImagePull");
    } else if (fault?.kind === "missing" && waits && reason !== "ImagePullBackOff") {
      say(world, pod, { by: "kubelet", type: "Normal", reason: "BackOff", message: `Back-off pulling image "${image}"`, fieldPath });
      warn("Failed", "Error: ImagePullBackOff");
    }
  }
}

function pullsDue(world: World, pod: Pod, runtime: PodRuntime): readonly Due[] {
  return withoutImage(pod, runtime)
    .map(({ since }) => since + DELAYS.pullReport)
    .filter((at) => at > world.now)
    .flatMap(due);
}

// ---- the end of a Pod -------------------------------------------------------------------------------------------------

/** preStop, then TERM, then (at the end of the grace period) KILL, sidecars last; then the object goes. */
function terminate({ world, pod, key }: Looked, runtime: PodRuntime): readonly Due[] {
  const deletedAt = runtime.deletedAt ?? world.now;
  if (runtime.deletedAt === null) world.memory.pods.set(key, { ...runtime, deletedAt });
  const grace = (pod.metadata.deletionGracePeriodSeconds ?? 30) * SECOND;
  const up = runningContainers(pod.spec).filter((container) => isUp(pod, runtime, container));
  const ends = endsOf(up, deletedAt, grace);
  const torn = up.some((container) => !isIdle(container)) ? DELAYS.termination : 0;
  const gone = Math.min(deletedAt + grace, Math.max(deletedAt, ...ends.values()) + torn) + DELAYS.removal;
  if (world.now < gone) {
    reportEnded(world, pod, ends);
    return due(Math.min(gone, ...[...ends.values()].filter((at) => at > world.now)));
  }
  erase(world, "Pod", key);
  forget(world, key);
  return [];
}

/** When each process ends. A sidecar is told to once all others have ended; the grace is the Pod's. */
function endsOf(containers: readonly Container[], deletedAt: Nanos, grace: Nanos): ReadonlyMap<string, Nanos> {
  const ends = new Map<string, Nanos>();
  const last = deletedAt + grace;
  for (const container of containers.filter((each) => !isSidecar(each)))
    ends.set(container.name, Math.min(last, deletedAt + endOfProcess(container, grace)));
  const others = Math.max(deletedAt, ...ends.values());
  for (const sidecar of containers.filter(isSidecar)) ends.set(sidecar.name, Math.min(last, others + endOfProcess(sidecar, grace)));
  return ends;
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
