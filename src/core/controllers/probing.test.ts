import { describe, expect, it } from "vitest";
import type { Container, Pod, Probe } from "../api/types.ts";
import { MILLISECOND, SECOND } from "../base/time.ts";
import { DELAYS } from "./delays.ts";
import { killedAt, readinessOf, startedBy } from "./probing.ts";
import type { Pace } from "./world.ts";

const http = (more: Probe = {}): Probe => ({ httpGet: { port: 80 }, ...more });
const closed = (more: Probe = {}): Probe => ({ tcpSocket: { port: 9 }, ...more });
const podOf = (probes: Partial<Container>): { readonly pod: Pod; readonly container: Container } => {
  const container: Container = { name: "c", image: "nginx", ...probes };
  const pod: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a" },
    spec: { containers: [container] },
    status: { podIP: "10.1.0.1" },
  };
  return { pod, container };
};
const START = 100 * SECOND;
const look = DELAYS.status / MILLISECOND;
const slow = (delay: number, since: number, readyBefore = true): Pace => ({ delay, since, readyBefore });
/** Milliseconds after the start. */
const after = (at: number | null | undefined): number | null => (at === null || at === undefined ? null : (at - START) / MILLISECOND);

describe("a container becomes ready", () => {
  it.each([
    ["at once without a probe", {}, 0],
    ["at the first look", { readinessProbe: http() }, look],
    ["after the initial delay", { readinessProbe: http({ initialDelaySeconds: 4 }) }, 4000 + look],
    ["after so many looks that pass", { readinessProbe: http({ periodSeconds: 3, successThreshold: 3 }) }, 6000 + look],
    ["after its startup probe", { startupProbe: http({ initialDelaySeconds: 5 }), readinessProbe: http() }, 5000 + 2 * look],
    ["never, where nothing listens", { readinessProbe: closed() }, null],
    ["never, where it does not start", { startupProbe: closed(), readinessProbe: http() }, null],
  ])("%s", (_name, probes, milliseconds) => {
    const { pod, container } = podOf(probes);
    const first = readinessOf(pod, container, { startedAt: START, pace: undefined, now: START });
    expect(first.ready ? 0 : after(first.changesAt)).toBe(milliseconds);
    if (milliseconds !== null)
      expect(readinessOf(pod, container, { startedAt: START, pace: undefined, now: START + milliseconds * MILLISECOND }).ready).toBe(true);
  });

  it.each([
    ["its readiness probe", { readinessProbe: closed() }, "Readiness probe failed: dial tcp 10.1.0.1:9: connect: connection refused"],
    ["its startup probe", { startupProbe: closed() }, "Startup probe failed: dial tcp 10.1.0.1:9: connect: connection refused"],
    [
      "a status that says no",
      { readinessProbe: http({ httpGet: { port: 80, path: "/no" } }) },
      "Readiness probe failed: HTTP probe failed with statuscode: 404",
    ],
    ["a port that it does not have", { readinessProbe: { tcpSocket: { port: "web" } } }, "Readiness probe failed: couldn't find port: web"],
  ])("and %s says why not", (_name, probes, why) => {
    const { pod, container } = podOf(probes);
    expect(readinessOf(pod, container, { startedAt: START, pace: undefined, now: START }).why).toBe(why);
  });

  it.each([
    ["fails after its threshold", slow(2 * SECOND, START + 20 * SECOND), START + 20 * SECOND, 20_000 + look + 5000 + 1000],
    ["does not feel a delay below its time-out", slow(500 * MILLISECOND, START + 20 * SECOND), START + 20 * SECOND, null],
    ["passes again at the next look", slow(0, START + 32 * SECOND, false), START + 32 * SECOND, 35_000 + look],
  ])("a probe of a Pod that is slowed down %s", (_name, pace, now, milliseconds) => {
    const { pod, container } = podOf({ readinessProbe: http({ periodSeconds: 5, failureThreshold: 2 }) });
    expect(after(readinessOf(pod, container, { startedAt: START, pace, now }).changesAt)).toBe(milliseconds);
  });
});

describe("a container is killed", () => {
  it.each([
    ["not while its probes pass", { livenessProbe: http(), startupProbe: http() }, undefined, null],
    ["not without probes", {}, undefined, null],
    ["at the look that is one too many", { livenessProbe: closed({ periodSeconds: 2, failureThreshold: 3 }) }, undefined, 4000 + look],
    [
      "after the initial delay",
      { livenessProbe: closed({ initialDelaySeconds: 6, periodSeconds: 1, failureThreshold: 1 }) },
      undefined,
      6000 + look,
    ],
    [
      "not before it has started",
      { startupProbe: http({ initialDelaySeconds: 9 }), livenessProbe: closed({ failureThreshold: 1 }) },
      undefined,
      9000 + look,
    ],
    [
      "when it does not start in time",
      { startupProbe: closed({ periodSeconds: 5, failureThreshold: 4 }), livenessProbe: http() },
      undefined,
      15_000 + look,
    ],
    [
      "by a command that fails everywhere",
      { livenessProbe: { exec: { command: ["false"] }, periodSeconds: 1, failureThreshold: 1 } },
      undefined,
      look,
    ],
    [
      "when it answers too late",
      { livenessProbe: http({ periodSeconds: 10, failureThreshold: 2 }) },
      slow(3 * SECOND, START + 12 * SECOND),
      20_000 + look + 10_000 + 1000,
    ],
    ["not when only its connection is asked for", { livenessProbe: { tcpSocket: { port: 80 } } }, slow(3 * SECOND, START), null],
  ])("%s", (_name, probes, pace, milliseconds) => {
    const { pod, container } = podOf(probes);
    expect(after(killedAt(pod, container, { startedAt: START, pace })?.at)).toBe(milliseconds);
  });

  it.each([
    ["at once", {}, look],
    ["at the first look of its startup probe", { startupProbe: http({ initialDelaySeconds: 3 }) }, 3000 + look],
    ["never", { startupProbe: closed() }, null],
  ])("a sidecar counts as started %s", (_name, probes, milliseconds) => {
    const { pod, container } = podOf(probes);
    expect(after(startedBy(pod, container, { startedAt: START, pace: undefined }))).toBe(milliseconds);
  });
});
