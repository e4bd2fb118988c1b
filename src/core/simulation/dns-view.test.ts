/** What people see of the cluster's DNS while a run goes on. */
import { describe, expect, test } from "vitest";
import { SECOND } from "../base/time.ts";
import { kubeadmCorefile } from "../api/default-cluster.ts";
import type { ManifestFile } from "../manifests/types.ts";
import { dnsView, recordSetView } from "./dns-view.ts";
import { createSimulation, type Simulation } from "./simulation.ts";
import type { SimulationState } from "./state.ts";

const OBJECTS = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { clusterIP: 10.96.20.20, selector: { app: web }, ports: [{ name: http, port: 80 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec: { containers: [{ name: nginx, image: "nginx:1.28" }] }
---
apiVersion: v1
kind: Pod
metadata: { name: debug }
spec: { containers: [{ name: box, image: "debian:12", command: ["sleep", "infinity"] }] }
`;
const PLAIN = kubeadmCorefile().replace(/cache 30 \{[^}]*\}/, "cache 30");

function files(corefile: string): readonly ManifestFile[] {
  const config = JSON.stringify({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "coredns", namespace: "kube-system" },
    data: { Corefile: corefile },
  });
  return [{ name: "web.yaml", text: `${OBJECTS}---\n${config}\n` }];
}

function started(corefile: string): Simulation {
  const run = createSimulation({ files: files(corefile) });
  run.settle();
  return run;
}

function stateOf(run: Simulation): SimulationState {
  return run.checkpoint().state;
}

function send(run: Simulation, to: string): void {
  const sent = run.send({ from: { kind: "pod", pod: "default/debug" }, to });
  if ("error" in sent) throw new Error(sent.error);
  run.settle();
}

describe("the view of the cluster's DNS", () => {
  test("two replicas run with the stored file and keep nothing of the cluster", () => {
    const run = started(kubeadmCorefile());
    send(run, "http://web");
    const { domain, nameservers, mistake, replicas } = dnsView(stateOf(run));
    expect({ domain, nameservers, mistake }).toEqual({ domain: "cluster.local", nameservers: ["10.96.0.10"], mistake: null });
    expect(
      replicas.map(({ ready, running, current, policy, cache, refused, looksAt }) => ({
        ready,
        running,
        current,
        policy,
        cache,
        refused,
        looksAt,
      })),
    ).toEqual(
      [1, 2].map(() => ({
        ready: true,
        running: true,
        current: true,
        policy: { success: null, denial: null },
        cache: [],
        refused: null,
        looksAt: null,
      })),
    );
  });

  test("with plain cache 30 the replica that was asked keeps the answer, the other knows nothing", () => {
    const run = started(PLAIN);
    send(run, "http://web.default.svc.cluster.local.");
    const { replicas } = dnsView(stateOf(run));
    const kept = replicas.flatMap(({ pod, cache }) => cache.map(({ name, type, kind, left }) => ({ pod, name, type, kind, left })));
    expect(kept.map(({ name, type, kind }) => `${kind} ${name} ${type}`).sort()).toEqual([
      "denial web.default.svc.cluster.local. AAAA",
      "success web.default.svc.cluster.local. A",
    ]);
    expect(new Set(kept.map(({ pod }) => pod)).size).toBe(1);
    run.settle(run.now + 12 * SECOND);
    const older = dnsView(stateOf(run)).replicas.flatMap(({ cache }) => cache.map(({ age }) => age));
    expect(older.every((age) => age >= 12)).toBe(true);
    run.settle(run.now + 30 * SECOND);
    expect(dnsView(stateOf(run)).replicas.flatMap(({ cache }) => cache)).toEqual([]);
  });

  test("an edit is on its way: when each replica looks next, then that it is current", () => {
    const run = started(kubeadmCorefile());
    run.apply(files(PLAIN), run.now + SECOND);
    const waiting = dnsView(stateOf(run)).replicas;
    expect(waiting.map(({ current }) => current)).toEqual([false, false]);
    for (const { looksAt } of waiting) expect(looksAt).toBeGreaterThan(run.now);
    run.settle();
    const after = dnsView(stateOf(run)).replicas;
    expect(after.map(({ current, looksAt, policy }) => ({ current, looksAt, policy }))).toEqual(
      [1, 2].map(() => ({ current: true, looksAt: null, policy: { success: 30, denial: 30 } })),
    );
  });

  test("a mistake in the stored file, and who would not read it", () => {
    const run = started(kubeadmCorefile());
    run.apply(files(kubeadmCorefile().replace("pods insecure", "pods inscure")));
    const { mistake, replicas } = dnsView(stateOf(run));
    expect(mistake).toEqual({
      message:
        "plugin/kubernetes: /etc/coredns/Corefile:8 - Error during parsing: wrong value for pods: inscure, pods must be one of: disabled, verified, insecure",
      line: 8,
    });
    expect(replicas.map(({ running, current, refused }) => ({ running, current, line: refused?.line }))).toEqual(
      [1, 2].map(() => ({ running: true, current: false, line: 8 })),
    );
  });
});

test("the record set of a Service of the run", () => {
  const run = started(kubeadmCorefile());
  expect(recordSetView(stateOf(run), "default/web")?.rows.map(({ name, type }) => `${name} ${type}`)[0]).toBe(
    "web.default.svc.cluster.local. A",
  );
  expect(recordSetView(stateOf(run), "default/nope")).toBeNull();
});

describe("the timeline tells what CoreDNS keeps", () => {
  const told = (run: Simulation): readonly string[] =>
    run
      .timeline()
      .flatMap((entry) =>
        entry.kind === "name"
          ? [`${entry.name} ${entry.type} ${entry.denial ? "denied" : "kept"} ${(entry.goneAt - entry.at) / SECOND} s`]
          : [],
      );

  test("by default no name of the cluster", () => {
    const run = started(kubeadmCorefile());
    send(run, "http://web");
    expect(told(run)).toEqual([]);
  });

  test("with a cache each answer once, and again when it has run out", () => {
    const run = started(PLAIN);
    send(run, "http://web");
    const first = told(run);
    expect(new Set(first)).toEqual(
      new Set(["web.default.svc.cluster.local. A kept 30 s", "web.default.svc.cluster.local. AAAA denied 30 s"]),
    );
    const caches = dnsView(stateOf(run)).replicas.flatMap(({ pod, cache }) => cache.map(({ type, goneAt }) => `${pod} ${type} ${goneAt}`));
    const events = run.timeline().flatMap((entry) => (entry.kind === "name" ? [`${entry.pod} ${entry.type} ${entry.goneAt}`] : []));
    expect(events.toSorted()).toEqual(caches.toSorted());
    run.settle(run.now + 31 * SECOND);
    send(run, "http://web");
    expect(told(run).length).toBeGreaterThan(first.length);
  });
});
