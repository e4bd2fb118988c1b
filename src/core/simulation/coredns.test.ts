/** CoreDNS and its Corefile in a run: edits reach it late, a mistake in one is kept out while it runs and ends it when it starts. */
import { describe, expect, test } from "vitest";
import { SECOND } from "../base/time.ts";
import { kubeadmCorefile } from "../api/default-cluster.ts";
import type { ManifestFile } from "../manifests/types.ts";
import type { Journey } from "../network/trace.ts";
import { createSimulation, type Simulation } from "./simulation.ts";

const WEB = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { clusterIP: 10.96.20.20, selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec: { containers: [{ name: nginx, image: "nginx:1.28" }] }
---
apiVersion: v1
kind: Pod
metadata: { name: debug }
spec: { containers: [{ name: curl, image: "IMAGE", command: ["sleep", "infinity"] }] }
`;

function configMap(corefile: string): string {
  const lines = corefile
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? "" : `    ${line}`));
  return `---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: coredns, namespace: kube-system }\ndata:\n  Corefile: |\n${lines.join("\n")}\n`;
}

function files(corefile: string, image = "debian:12"): readonly ManifestFile[] {
  return [{ name: "web.yaml", text: `${WEB.replace("IMAGE", image)}${configMap(corefile)}` }];
}

const BROKEN = kubeadmCorefile().replace("    loadbalance\n", "    loadbalnce\n");
const PLAIN = kubeadmCorefile().replace(/cache 30 \{[^}]*\}/, "cache 30");

function ask(simulation: Simulation, to = "http://web"): Journey {
  const sent = simulation.send({ from: { kind: "pod", pod: "default/debug" }, to });
  if ("error" in sent) throw new Error(sent.error);
  simulation.settle();
  const journey = simulation.journey(sent[0] ?? 0);
  if (journey === null) throw new Error("no journey");
  return journey;
}

function dnsPods(simulation: Simulation): readonly string[] {
  return simulation
    .view()
    .pods.filter(({ role }) => role === "dns")
    .map(({ key }) => key);
}

function states(simulation: Simulation): readonly string[] {
  return simulation
    .view()
    .pods.filter(({ role }) => role === "dns")
    .map(({ state }) => state)
    .sort();
}

function log(simulation: Simulation): readonly string[] {
  return simulation
    .timeline()
    .flatMap((entry) => (entry.kind === "event" && entry.reason === "log" ? [`${entry.about} ${entry.message}`] : []));
}

/** Deletes both CoreDNS Pods, so that new ones start. */
function restartAll(simulation: Simulation): void {
  for (const pod of dnsPods(simulation)) expect(simulation.perform({ kind: "delete-pod", pod })).toBeNull();
}

describe("a Corefile with a mistake", () => {
  test("is told at its line in the manifest, and stops no edit", () => {
    const simulation = createSimulation({ files: files(BROKEN) });
    const { applied, diagnostics } = simulation.startResult ?? { applied: null, diagnostics: [] };
    expect(applied).toBe(true);
    const [found] = diagnostics.filter(({ code }) => code === "corefile");
    const text = files(BROKEN)[0]?.text ?? "";
    expect(text.slice(found?.range.start, found?.range.end)).toBe("loadbalnce");
    expect(text.split("\n")[(found?.range.line ?? 0) - 1]).toContain("loadbalnce");
    expect(found).toMatchObject({ severity: "warning", stopsTraffic: true, field: "data.Corefile" });
    expect(found?.message).toMatch(/\/etc\/coredns\/Corefile:22 - Error during parsing: Unknown directive 'loadbalnce'$/);
  });

  test("present from the start it keeps CoreDNS from ever running: nobody is an endpoint, and questions are refused", () => {
    const simulation = createSimulation({ files: files(BROKEN) });
    expect(states(simulation)).toEqual(["crashing", "crashing"]);
    expect(simulation.view().services.find(({ key }) => key === "kube-system/kube-dns")?.health).toBe("none-ready");
    const journey = ask(simulation);
    expect(journey.outcome.kind).toBe("dns-failed");
    expect(journey.lookup?.queries.some(({ rcode }) => rcode === "ICMP")).toBe(true);
    expect(journey.endedAt - journey.sentAt).toBeLessThan(SECOND);
    const pod = simulation.object("Pod", dnsPods(simulation)[0] ?? "");
    expect(JSON.stringify(pod)).toContain("CrashLoopBackOff");
    expect(JSON.stringify(pod)).toContain('"exitCode":1');
    const events = simulation.timeline().flatMap((entry) => (entry.kind === "event" ? [`${entry.reason} ${entry.message}`] : []));
    expect(events.some((text) => text.startsWith("BackOff Back-off restarting failed container coredns in pod coredns-"))).toBe(true);
  });

  test("put under running replicas it changes nothing: each logs the mistake once and keeps the old file", () => {
    const simulation = createSimulation({ files: files(kubeadmCorefile()) });
    simulation.settle();
    const before = simulation.now;
    expect(simulation.apply(files(BROKEN)).applied).toBe(true);
    expect(states(simulation)).toEqual(["ready", "ready"]);
    expect(ask(simulation).outcome.kind).toBe("delivered");
    const errors = log(simulation).filter((line) => line.includes("plugin/reload"));
    expect(errors).toHaveLength(2);
    expect(errors[0]).toContain(
      "Corefile changed but reload failed: /etc/coredns/Corefile:22 - Error during parsing: Unknown directive 'loadbalnce'",
    );
    // Not before the kubelet came round and the plugin looked, and not later than both take at most.
    expect(simulation.now - before).toBeGreaterThan(SECOND);
    expect(simulation.now - before).toBeLessThan((90 + 38) * SECOND);
  });

  test("ends those that start with it: one of two goes on, then none", () => {
    const simulation = createSimulation({ files: files(kubeadmCorefile()) });
    simulation.settle();
    simulation.apply(files(BROKEN));
    const [first] = dnsPods(simulation);
    simulation.perform({ kind: "delete-pod", pod: first ?? "" });
    expect(states(simulation)).toEqual(["crashing", "ready"]);
    expect(ask(simulation).outcome.kind).toBe("delivered");
    restartAll(simulation);
    expect(states(simulation)).toEqual(["crashing", "crashing"]);
    expect(ask(simulation).outcome.kind).toBe("dns-failed");
  });

  test("mended it is read at the next start of the container", () => {
    const simulation = createSimulation({ files: files(BROKEN) });
    simulation.settle();
    simulation.apply(files(kubeadmCorefile()));
    simulation.settle(simulation.now + 60 * SECOND);
    expect(states(simulation)).toEqual(["ready", "ready"]);
    expect(ask(simulation).outcome.kind).toBe("delivered");
  });
});

describe("a Corefile that is as good as the old", () => {
  test("is taken over by the reload plugin, by each replica in its own time, with empty caches", () => {
    const simulation = createSimulation({ files: files(kubeadmCorefile()) });
    simulation.settle();
    simulation.apply(files(PLAIN));
    expect(log(simulation).filter((line) => line.includes("complete"))).toHaveLength(2);
    const times = simulation
      .timeline()
      .flatMap((entry) => (entry.kind === "event" && entry.message === "[INFO] Reloading complete" ? [entry.at] : []));
    expect(new Set(times).size).toBe(2);
    // From now on answers are kept.
    ask(simulation);
    ask(simulation);
    const by = Array.from({ length: 8 }, () => ask(simulation).lookup?.queries.map((query) => query.answers.map(({ ttl }) => ttl)));
    expect(by.flat(2).some((ttl) => ttl !== undefined && ttl <= 30)).toBe(true);
  });

  test("is not looked at without the plugin", () => {
    const without = kubeadmCorefile().replace("    reload\n", "");
    const simulation = createSimulation({ files: files(without) });
    simulation.settle();
    simulation.apply(files(PLAIN));
    simulation.settle(simulation.now + 600 * SECOND);
    expect(log(simulation)).toEqual([]);
  });

  test.each([
    ["reload 10s 2s", 90 + 12],
    ["reload", 90 + 38],
  ])("%s: within %d s", (directive, most) => {
    const simulation = createSimulation({ files: files(kubeadmCorefile().replace("    reload\n", `    ${directive}\n`)) });
    simulation.settle();
    const before = simulation.now;
    simulation.apply(files(PLAIN));
    expect(simulation.now - before).toBeLessThan(most * SECOND);
    expect(log(simulation).filter((line) => line.includes("complete"))).toHaveLength(2);
  });
});

test("going back to before an edit goes back to the file of before", () => {
  const simulation = createSimulation({ files: files(kubeadmCorefile()) });
  simulation.settle();
  const back = simulation.rewindPoint();
  const hash = simulation.hash();
  simulation.apply(files(BROKEN));
  restartAll(simulation);
  back();
  expect(simulation.hash()).toBe(hash);
  expect(ask(simulation).outcome.kind).toBe("delivered");
});
