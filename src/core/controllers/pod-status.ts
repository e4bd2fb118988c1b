/**
 * What the kubelet reports of a Pod: phase, conditions, the state of each container.
 * (pkg/kubelet/kubelet_pods.go, getPhase; pkg/kubelet/status/generate.go)
 */
import type { Json } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import { listAt, textAt } from "../api/json.ts";
import { get } from "../api/store.ts";
import type { Container, ContainerStatus, Node, Pod, PodCondition, PodStatus } from "../api/types.ts";
import { imageFault } from "../workloads/image-faults.ts";
import { isSidecar } from "../workloads/listeners.ts";
import { initContainers, isDone, isUp, startOf, turnOf } from "./container-life.ts";
import { DELAYS } from "./delays.ts";
import { conditionOf } from "./lookup.ts";
import { qosClassOf } from "./resources.ts";
import { downState, endedState, isDown, isOver } from "./restarts.ts";
import { sharedConditions, sharedStatuses } from "./shared-status.ts";
import { instantOf, write } from "./world.ts";
import type { PodRuntime, World } from "./world.ts";

export interface Report {
  /** Given once, when the sandbox has them. */
  readonly addresses: readonly string[] | null;
  /** Containers that are not ready. */
  readonly unready: readonly string[];
  /** Why the first of them is not, where a probe says so. */
  readonly why: string;
  /** What keeps a Pod from Ready whose containers all are. */
  readonly gates?: readonly string[];
  /** The Pod is through, with this phase. */
  readonly outcome?: { readonly phase: "Succeeded" | "Failed"; readonly reason?: string; readonly message?: string };
}

/** Conditions that somebody outside would have to set; nobody does here. */
export function unmetGates(pod: Pod): readonly string[] {
  return listAt(pod.spec, "readinessGates")
    .map((gate) => textAt(gate, "conditionType") ?? "")
    .flatMap((type) => {
      const condition = conditionOf(pod, type);
      if (condition?.status === "True") return [];
      return condition === undefined
        ? [`corresponding condition of pod readiness gate "${type}" does not exist.`]
        : [`the status of pod readiness gate "${type}" is not "True", but ${condition.status}`];
    });
}

export function hostAddresses(node: Node): readonly string[] {
  return hostOf(node).addresses;
}

interface Host {
  readonly addresses: readonly string[];
  readonly hostIPs: readonly { readonly ip: string }[];
}

/** A pure memo: read off a Node, which never changes; all its Pods say the same of it. */
const hosts = new WeakMap<Node, Host>();

function hostOf(node: Node): Host {
  let host = hosts.get(node);
  if (host === undefined) {
    const addresses = (node.status.addresses ?? []).filter(({ type }) => type === "InternalIP").map(({ address }) => address);
    hosts.set(node, (host = { addresses, hostIPs: addresses.map((ip) => ({ ip })) }));
  }
  return host;
}

/** Writes the status that follows from the runtime. `key`: the Pod's. */
export function report(
  { world, pod, key }: { readonly world: World; readonly pod: Pod; readonly key: string },
  node: Node,
  runtime: PodRuntime,
  now: Report,
): void {
  const { addresses: hosts, hostIPs } = hostOf(node);
  const ips = now.addresses === null ? ipsAgain(pod.status.podIPs) : now.addresses.map((ip) => ({ ip }));
  const inits = initContainers(pod);
  const status: Written = { phase: now.outcome?.phase ?? phaseOf(pod, runtime) };
  if (now.outcome?.reason !== undefined) {
    status.reason = now.outcome.reason;
    status.message = now.outcome.message;
  }
  status.conditions = conditionsOf(world, pod, runtime, now);
  if (hosts[0] !== undefined) {
    status.hostIP = hosts[0];
    status.hostIPs = hostIPs;
  }
  if (ips[0] !== undefined) {
    status.podIP = ips[0].ip;
    status.podIPs = ips;
  }
  status.startTime = pod.status.startTime ?? instantOf(world);
  const statuses = (containers: readonly Container[], before: readonly ContainerStatus[] | undefined): readonly ContainerStatus[] =>
    sharedStatuses(
      containers.map((container) => statusOf(world, pod, runtime, container, now)),
      before,
    );
  if (inits.length > 0) status.initContainerStatuses = statuses(inits, pod.status.initContainerStatuses);
  status.containerStatuses = statuses(pod.spec.containers, pod.status.containerStatuses);
  status.qosClass = qosClassOf(pod);
  const stored = get(world.store, "Pod", key);
  write(world, { ...(stored ?? pod), status }, key, stored);
}

/** A status while it is put together. */
type Written = { -readonly [field in keyof PodStatus]: PodStatus[field] } & { [field: string]: unknown };

/** The addresses as they were reported, as the kubelet writes them. */
function ipsAgain(ips: PodStatus["podIPs"]): NonNullable<PodStatus["podIPs"]> {
  if (ips === undefined) return NO_IPS;
  return ips.every((entry) => Object.keys(entry).length === 1) ? ips : ips.map(({ ip }) => ({ ip }));
}

const NO_IPS: NonNullable<PodStatus["podIPs"]> = [];

/** Pending until every container has been started once. */
function phaseOf(pod: Pod, runtime: PodRuntime): "Pending" | "Running" {
  const waits = pod.spec.containers.some((container) => imageFault(container.image) !== null);
  return runtime.startedAt === null || waits ? "Pending" : "Running";
}

// ---- conditions -----------------------------------------------------------------------------------------------------

const OURS: ReadonlySet<string> = new Set(["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"]);

function conditionsOf(
  world: World,
  pod: Pod,
  runtime: PodRuntime,
  { unready: names, why, gates = NO_GATES, outcome }: Report,
): readonly PodCondition[] {
  const ready = runtime.readySince !== null;
  const inits = initContainers(pod);
  const incomplete = runtime.startedAt !== null || inits.length === 0 ? [] : inits.filter((each) => !isThrough(pod, runtime, each));
  const through = outcome === undefined ? undefined : { reason: outcome.phase === "Succeeded" ? "PodCompleted" : "PodFailed", message: "" };
  const isNews = !ready || outcome !== undefined;
  const unready = through ?? {
    reason: "ContainersNotReady",
    message: isNews ? `containers with unready status: [${names.join(" ")}]` : "",
  };
  const found = [
    condition(world, pod, "PodReadyToStartContainers", runtime.sandboxAt !== null && outcome === undefined),
    condition(
      world,
      pod,
      "Initialized",
      incomplete.length === 0,
      incomplete.length === 0
        ? {}
        : {
            reason: "ContainersNotInitialized",
            message: `containers with incomplete status: [${incomplete.map(({ name }) => name).join(" ")}]`,
          },
    ),
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
  for (const each of pod.status.conditions ?? []) if (!OURS.has(each.type)) found.push(each);
  return sharedConditions(found, pod.status.conditions);
}

const NO_GATES: readonly string[] = [];

/** An init container that lets the next one start. */
function isThrough(pod: Pod, runtime: PodRuntime, container: Container): boolean {
  return isSidecar(container) ? isUp(pod, runtime, container) : isDone(pod, runtime, container);
}

export function condition(
  world: World,
  pod: Pod,
  type: string,
  holds: boolean,
  unless: { reason?: string; message?: string } = {},
): PodCondition {
  const before = conditionOf(pod, type);
  const status = holds ? "True" : "False";
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? instantOf(world)) : instantOf(world);
  return holds ? { type, status, lastTransitionTime } : { type, status, lastTransitionTime, ...unless };
}

// ---- containers -----------------------------------------------------------------------------------------------------

function statusOf(world: World, pod: Pod, runtime: PodRuntime, container: Container, { unready, outcome }: Report): ContainerStatus {
  const { name, image } = container;
  const isInit = initContainers(pod).includes(container);
  const before = (isInit ? pod.status.initContainerStatuses : pod.status.containerStatuses)?.find((each) => each.name === name);
  const crash = runtime.crashes[name];
  const up = isUp(pod, runtime, container) && outcome === undefined;
  const last = crash !== undefined && crash.restarts > 0 && crash.endedAt > 0 ? endedState(world, crash) : {};
  return {
    name,
    ready: isInit && !isSidecar(container) ? isDone(pod, runtime, container) : up && !unready.includes(name),
    started: up,
    restartCount: crash?.restarts ?? before?.restartCount ?? 0,
    image,
    imageID: "",
    lastState: last,
    state: stateOf(world, pod, runtime, container, { before: before?.state, over: outcome !== undefined }),
  };
}

function stateOf(
  world: World,
  pod: Pod,
  runtime: PodRuntime,
  container: Container,
  { before, over }: { readonly before: Json | undefined; readonly over: boolean },
): Json {
  const crash = runtime.crashes[container.name];
  const turn = turnOf(pod, runtime, container);
  const fault = imageFault(container.image);
  if (turn === null || runtime.sandboxAt === null) return { waiting: { reason: waitsFor(pod, runtime, container) } };
  if (fault !== null) return { waiting: pullState(container.image, fault, world.now - turn) };
  if (crash !== undefined && isDown(crash)) return isOver(crash) ? endedState(world, crash) : downState(world, pod, container.name, crash);
  if (!isUp(pod, runtime, container)) return before ?? {};
  const startedAt = startOf(pod, runtime, container) ?? turn;
  // The kubelet ends what still runs of a Pod that is through.
  if (over) return killedState(world, startedAt);
  return {
    running: { startedAt: crash === undefined ? (textAt(before, "running", "startedAt") ?? at(world, startedAt)) : at(world, startedAt) },
  };
}

function at(world: World, moment: Nanos): string {
  return instantOf(world, moment - world.now);
}

function killedState(world: World, startedAt: Nanos): Json {
  return { terminated: { exitCode: 137, reason: "Error", startedAt: at(world, startedAt), finishedAt: instantOf(world) } };
}

function waitsFor(pod: Pod, runtime: PodRuntime, container: Container): string {
  const waits = initContainers(pod).length > 0 && runtime.startedAt === null && runtime.sandboxAt !== null;
  return waits && container !== initContainers(pod)[0]
    ? "PodInitializing"
    : initContainers(pod).length > 0
      ? "PodInitializing"
      : "ContainerCreating";
}

/** `since`: how long ago the first pull failed. */
function pullState(
  image: string,
  fault: { readonly kind: string; readonly message: string },
  since: Nanos,
): { readonly reason: string; readonly message: string } {
  if (fault.kind === "invalid") return { reason: "InvalidImageName", message: fault.message };
  if (since < DELAYS.pullReport) return { reason: "ErrImagePull", message: fault.message };
  return { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}": ErrImagePull: ${fault.message}` };
}
