/** Cells of Pods in tables. (pkg/printers/internalversion/printers.go, printPod) */
import { at, booleanAt, listAt, numberAt, textAt } from "../api/json.ts";
import { parseInstant } from "../api/instant.ts";
import type { KubeObject } from "../api/types.ts";
import { ageOf, humanDuration } from "./age.ts";

export function podCells(pod: KubeObject, now: number): readonly string[] {
  const { metadata } = pod;
  const { status, ready, total, restarts, restartedAt } = podSummary(pod);
  return [
    metadata.name,
    `${ready}/${total}`,
    status,
    restarts > 0 && restartedAt !== null ? `${restarts} (${humanDuration(now - restartedAt)} ago)` : String(restarts),
    ageOf(metadata.creationTimestamp, now),
    textAt(pod, "status", "podIPs", 0, "ip") ?? textAt(pod, "status", "podIP") ?? "<none>",
    textAt(pod, "spec", "nodeName") ?? "<none>",
    textAt(pod, "status", "nominatedNodeName") ?? "<none>",
    gatesText(pod),
  ];
}

interface PodSummary {
  readonly status: string;
  readonly ready: number;
  readonly total: number;
  readonly restarts: number;
  /** When a container ended last: seconds since 1970. */
  readonly restartedAt: number | null;
}

/** A status is what was written of it, not what the types promise: objects may be stored by hand. */
export function podSummary(pod: KubeObject): PodSummary {
  const inits = listAt(pod, "spec", "initContainers");
  const sidecars = new Set(inits.filter(isSidecar).map((each) => textAt(each, "name")));
  const initStatuses = listAt(pod, "status", "initContainerStatuses");
  const statuses = listAt(pod, "status", "containerStatuses");
  const total = listAt(pod, "spec", "containers").length + sidecars.size;
  const initReason = initReasonOf(initStatuses, inits, sidecars);
  const isInitializing = initReason !== null && !isConditionTrue(pod, "Initialized");
  const sidecarStatuses = initStatuses.filter((each) => sidecars.has(textAt(each, "name")));
  const readySidecars = sidecarStatuses.filter((each) => booleanAt(each, "started") === true && booleanAt(each, "ready") === true).length;
  const counted = isInitializing ? initStatuses : [...sidecarStatuses, ...statuses];
  const readyMain = isInitializing
    ? 0
    : statuses.filter((each) => booleanAt(each, "ready") === true && at(each, "state", "running") !== undefined).length;
  return {
    status: statusOf(pod, isInitializing ? initReason : null, statuses),
    ready: readySidecars + readyMain,
    total,
    restarts: counted.reduce((sum: number, each) => sum + (numberAt(each, "restartCount") ?? 0), 0),
    restartedAt: lastEnd(counted),
  };
}

function isSidecar(container: unknown): boolean {
  return textAt(container, "restartPolicy") === "Always";
}

function lastEnd(statuses: readonly unknown[]): number | null {
  const ends = statuses.flatMap((each) => parseInstant(textAt(each, "lastState", "terminated", "finishedAt") ?? "") ?? []);
  return ends.length === 0 ? null : Math.max(...ends);
}

/** `Init:0/2`, `Init:CrashLoopBackOff`: where init containers stand, or null where they are through. */
function initReasonOf(statuses: readonly unknown[], inits: readonly unknown[], sidecars: ReadonlySet<string | undefined>): string | null {
  for (const [i, status] of statuses.entries()) {
    const terminated = at(status, "state", "terminated");
    if (terminated !== undefined && (numberAt(terminated, "exitCode") ?? 0) === 0) continue;
    if (sidecars.has(textAt(status, "name")) && booleanAt(status, "started") === true) continue;
    if (terminated !== undefined) return `Init:${endReason(terminated)}`;
    const waiting = textAt(status, "state", "waiting", "reason") ?? "";
    if (waiting !== "" && waiting !== "PodInitializing") return `Init:${waiting}`;
    return `Init:${i}/${inits.length}`;
  }
  return null;
}

function endReason(terminated: unknown): string {
  const reason = textAt(terminated, "reason") ?? "";
  if (reason !== "") return reason;
  const signal = numberAt(terminated, "signal") ?? 0;
  return signal !== 0 ? `Signal:${signal}` : `ExitCode:${numberAt(terminated, "exitCode") ?? 0}`;
}

function statusOf(pod: KubeObject, initReason: string | null, statuses: readonly unknown[]): string {
  const phase = textAt(pod, "status", "phase") ?? "";
  const told = textAt(pod, "status", "reason") ?? "";
  const first = told === "" ? phase : told;
  const gated = listAt(pod, "status", "conditions").some(
    (each) => textAt(each, "type") === "PodScheduled" && textAt(each, "reason") === "SchedulingGated",
  );
  const reason = initReason ?? containersReason(pod, gated ? "SchedulingGated" : first, statuses);
  if (pod.metadata.deletionTimestamp === undefined) return reason;
  if (told === "NodeLost") return "Unknown";
  return phase === "Succeeded" || phase === "Failed" ? reason : "Terminating";
}

/** From the last container to the first, which has the last word. */
function containersReason(pod: KubeObject, first: string, statuses: readonly unknown[]): string {
  let reason = first;
  let isRunning = false;
  let failed = "";
  for (const status of [...statuses].reverse()) {
    const waiting = textAt(status, "state", "waiting", "reason") ?? "";
    const terminated = at(status, "state", "terminated");
    if (waiting !== "") reason = waiting;
    else if (terminated !== undefined) {
      reason = endReason(terminated);
      if ((numberAt(terminated, "exitCode") ?? 0) !== 0) failed = reason;
    } else if (booleanAt(status, "ready") === true && at(status, "state", "running") !== undefined) isRunning = true;
  }
  if (reason !== "Completed" || !isRunning) return reason;
  if (isConditionTrue(pod, "Ready")) return "Running";
  return failed === "" ? "NotReady" : failed;
}

function isConditionTrue(pod: KubeObject, type: string): boolean {
  return listAt(pod, "status", "conditions").some((each) => textAt(each, "type") === type && textAt(each, "status") === "True");
}

function gatesText(pod: KubeObject): string {
  const gates = listAt(pod, "spec", "readinessGates");
  if (gates.length === 0) return "<none>";
  const met = gates.filter((gate) => isConditionTrue(pod, textAt(gate, "conditionType") ?? "")).length;
  return `${met}/${gates.length}`;
}
