/** No answer from CoreDNS: what each C library's client sees of it, and after how long. */
import { describe, expect, test } from "vitest";
import { SECOND } from "../base/time.ts";
import type { Action } from "./contract.ts";
import type { Journey } from "../network/trace.ts";
import { createSimulation, type Simulation } from "./simulation.ts";

const PODS = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { clusterIP: 10.96.20.20, selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec: { nodeName: node-1, containers: [{ name: nginx, image: "nginx:1.28" }] }
---
apiVersion: v1
kind: Pod
metadata: { name: glibc }
spec: { nodeName: node-1, containers: [{ name: box, image: "debian:12", command: ["sleep", "infinity"] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: musl }
spec: { nodeName: node-1, containers: [{ name: box, image: "alpine:3.22", command: ["sleep", "infinity"] }] }
`;

const SILENT = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: nothing-in, namespace: kube-system }
spec: { podSelector: { matchLabels: { k8s-app: kube-dns } }, policyTypes: [Ingress], ingress: [] }
`;

type Libc = "glibc" | "musl";
type Prepare = (simulation: Simulation) => readonly Action[];

const pods = (simulation: Simulation): readonly string[] =>
  simulation
    .view()
    .pods.filter(({ role }) => role === "dns")
    .map(({ key }) => key);

const SITUATIONS: { readonly [name: string]: { readonly more?: string; readonly actions: Prepare } } = {
  "scaled to 0": { actions: () => [{ kind: "scale", workload: { kind: "Deployment", key: "kube-system/coredns" }, replicas: 0 }] },
  "not ready": { actions: (simulation) => pods(simulation).map((pod) => ({ kind: "set-ready", pod, ready: false })) },
  "shut off by a policy": { more: SILENT, actions: () => [] },
};

function asked(situation: string, libc: Libc, to: string): { readonly journey: Journey; readonly seconds: number } {
  const { more = "", actions } = SITUATIONS[situation] ?? { actions: () => [] };
  const simulation = createSimulation({ files: [{ name: "web.yaml", text: PODS + more }] });
  simulation.settle();
  for (const action of actions(simulation)) expect(simulation.perform(action)).toBeNull();
  const sent = simulation.send({ from: { kind: "pod", pod: `default/${libc}` }, to, patience: 120 * SECOND });
  if ("error" in sent) throw new Error(sent.error);
  simulation.settle();
  const journey = simulation.journey(sent[0] ?? 0);
  if (journey === null) throw new Error("no journey");
  return { journey, seconds: Math.round((journey.endedAt - journey.sentAt) / SECOND) };
}

describe("the client, with all the time in the world", () => {
  test.each<[string, Libc, string, number]>([
    // kube-proxy rejects: glibc hears of it, musl's socket is not connected and does not.
    ["scaled to 0", "glibc", "http://web", 0],
    ["scaled to 0", "musl", "http://web", 5],
    ["not ready", "glibc", "http://web", 0],
    ["not ready", "musl", "http://web", 5],
    // Silence: twice 5 s for the first name of the list, and twice 5 s for the name itself.
    ["shut off by a policy", "glibc", "http://web", 20],
    ["shut off by a policy", "musl", "http://web", 5],
    ["shut off by a policy", "glibc", "http://web.default.svc.cluster.local.", 10],
  ])("%s, %s, %s: told after %d s", (situation, libc, to, seconds) => {
    const { journey, seconds: took } = asked(situation, libc, to);
    expect(took).toBe(seconds);
    expect(journey.outcome.kind).toBe("dns-failed");
    expect(journey.clientSays).toMatch(/^curl: \(6\) Could not resolve host: web/);
    expect(journey.lookup?.error).toBe(libc === "glibc" ? "Temporary failure in name resolution" : "Try again");
  });

  test.each(Object.keys(SITUATIONS))("%s: an address needs no name", (situation) => {
    const { journey } = asked(situation, "musl", "http://10.96.20.20");
    expect(journey.outcome.kind).toBe("delivered");
  });

  test("rejected where it is, dropped where it comes to: as the packets say", () => {
    const ends = (situation: string): ReadonlySet<string> =>
      new Set(
        asked(situation, "glibc", "http://web")
          .journey.packets.filter(({ purpose }) => purpose === "dns-query")
          .map(({ outcome }) => outcome.kind),
      );
    expect(ends("scaled to 0")).toEqual(new Set(["rejected"]));
    expect(ends("shut off by a policy")).toEqual(new Set(["dropped"]));
  });
});

test("curl's own patience ends first where it is shorter", () => {
  const simulation = createSimulation({ files: [{ name: "web.yaml", text: PODS + SILENT }] });
  simulation.settle();
  const sent = simulation.send({ from: { kind: "pod", pod: "default/glibc" }, to: "http://web" });
  if ("error" in sent) throw new Error(sent.error);
  simulation.settle();
  expect(simulation.journey(sent[0] ?? 0)?.clientSays).toBe("curl: (28) Resolving timed out after 5000 milliseconds");
});
