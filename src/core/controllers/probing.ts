/**
 * When a container passes its startup and readiness probes: first look, period, thresholds, time-out. What a probe finds
 * changes only when a person slows the Pod down or lets it be fast again, so the moments can be computed. (pkg/kubelet/prober)
 */
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import type { Container, Pod, Probe } from "../api/types.ts";
import { probe } from "../workloads/probes.ts";
import { DELAYS } from "./delays.ts";
import type { Pace } from "./world.ts";

export interface Readiness {
  readonly name: string;
  /** Now. */
  readonly ready: boolean;
  /** When it changes by itself, or null: never. */
  readonly changesAt: Nanos | null;
  /** Why it is not ready, where a probe says so. */
  readonly why: string;
}

/** @param startedAt when the container's process began. */
export function readinessOf(
  pod: Pod,
  container: Container,
  { startedAt, pace, now }: { readonly startedAt: Nanos; readonly pace: Pace | undefined; readonly now: Nanos },
): Readiness {
  const { name } = container;
  let passes = startedAt;
  for (const check of [container.startupProbe, container.readinessProbe]) {
    if (check === undefined) continue;
    const result = probe(pod, container, check, pod.status.podIP ?? "");
    const which = check === container.startupProbe ? "Startup" : "Readiness";
    if (!result.ok) return { name, ready: false, changesAt: null, why: `${which} probe failed: ${result.why}` };
    passes =
      Math.max(passes, startedAt + secondsOf(check.initialDelaySeconds, 0)) + DELAYS.status + (successes(check) - 1) * periodOf(check);
  }
  const usual: Readiness = { name, ready: now >= passes, changesAt: now >= passes ? null : passes, why: "" };
  const check = container.readinessProbe;
  return check === undefined || pace === undefined || !feelsPace(check) ? usual : underPace(usual, check, { startedAt, passes, pace, now });
}

/** A probe that opens a connection and asks waits for the answer; one that only connects, or runs a command, does not. */
function feelsPace(check: Probe): boolean {
  return check.httpGet !== undefined || check.grpc !== undefined;
}

function underPace(
  usual: Readiness,
  check: Probe,
  { startedAt, passes, pace, now }: { readonly startedAt: Nanos; readonly passes: Nanos; readonly pace: Pace; readonly now: Nanos },
): Readiness {
  const { name } = usual;
  const timeout = secondsOf(check.timeoutSeconds, 1);
  const first = startedAt + secondsOf(check.initialDelaySeconds, 0) + DELAYS.status;
  const next = first + Math.max(0, Math.ceil((pace.since - first) / periodOf(check))) * periodOf(check);
  if (pace.delay >= timeout) {
    const why = "Readiness probe failed: context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
    const fails = next + (Math.max(1, check.failureThreshold ?? 3) - 1) * periodOf(check) + timeout;
    if (!pace.readyBefore || pace.since < passes || now >= fails) return { name, ready: false, changesAt: null, why };
    return { name, ready: true, changesAt: fails, why: "" };
  }
  if (pace.readyBefore) return usual;
  const again = Math.max(passes, next + (successes(check) - 1) * periodOf(check));
  return { name, ready: now >= again, changesAt: now >= again ? null : again, why: "" };
}

function secondsOf(seconds: number | undefined, byDefault: number): Nanos {
  return (seconds ?? byDefault) * SECOND;
}

function periodOf(check: Probe): Nanos {
  return Math.max(1, check.periodSeconds ?? 10) * SECOND;
}

function successes(check: Probe): number {
  return Math.max(1, check.successThreshold ?? 1);
}

// ---- startup and liveness -------------------------------------------------------------------------------------------

type Asked = { readonly startedAt: Nanos; readonly pace: Pace | undefined };

/** When the container counts as started: at once, or when its startup probe has passed; null: it never does. */
export function startedBy(pod: Pod, container: Container, { startedAt, pace }: Asked): Nanos | null {
  const check = container.startupProbe;
  if (check === undefined) return startedAt + DELAYS.status;
  return failure(pod, container, check, pace) === null ? firstLook(check, startedAt) : null;
}

/** When the kubelet kills the container because its startup or liveness probe failed too often; null: it does not. */
export function killedAt(pod: Pod, container: Container, asked: Asked): { readonly at: Nanos; readonly why: string } | null {
  const { startedAt, pace } = asked;
  const { startupProbe, livenessProbe } = container;
  if (startupProbe !== undefined) {
    const why = failure(pod, container, startupProbe, pace);
    if (why !== null) return { at: lastLook(startupProbe, firstLook(startupProbe, startedAt), pace), why: `Startup probe failed: ${why}` };
  }
  if (livenessProbe === undefined) return null;
  const why = failure(pod, container, livenessProbe, pace);
  if (why === null) return null;
  // Liveness is not looked at before the container has started.
  const from = Math.max(firstLook(livenessProbe, startedAt), startedBy(pod, container, asked) ?? startedAt);
  return { at: lastLook(livenessProbe, from, pace), why: `Liveness probe failed: ${why}` };
}

function firstLook(check: Probe, startedAt: Nanos): Nanos {
  return startedAt + secondsOf(check.initialDelaySeconds, 0) + DELAYS.status;
}

/** The look that is one failure too many. A Pod that was slowed down fails from its next look on, after the time-out. */
function lastLook(check: Probe, first: Nanos, pace: Pace | undefined): Nanos {
  const period = periodOf(check);
  const slow = pace !== undefined && feelsPace(check) && pace.delay >= secondsOf(check.timeoutSeconds, 1);
  const from = slow ? first + Math.max(0, Math.ceil((pace.since - first) / period)) * period : first;
  return from + (Math.max(1, check.failureThreshold ?? 3) - 1) * period + (slow ? secondsOf(check.timeoutSeconds, 1) : 0);
}

/** Why a probe fails as things stand, or null. */
function failure(pod: Pod, container: Container, check: Probe, pace: Pace | undefined): string | null {
  const result = probe(pod, container, check, pod.status.podIP ?? "");
  if (!result.ok) return result.why;
  const slow = pace !== undefined && feelsPace(check) && pace.delay >= secondsOf(check.timeoutSeconds, 1);
  return slow ? "context deadline exceeded (Client.Timeout exceeded while awaiting headers)" : null;
}
