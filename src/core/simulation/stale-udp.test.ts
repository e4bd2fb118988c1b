/** UDP flows that outlive their endpoint: the black hole, and what cures it. */
import { describe, expect, test } from "vitest";
import type { Journey } from "../network/trace.ts";
import type { Simulation } from "./simulation.ts";
import { CLIENT, act, cluster, edit, sendOne } from "./testing.ts";

/** The same socket each time, as a statsd client or a resolver has it. */
const SAME_SOCKET = { protocol: "UDP", keepAlive: true } as const;

function service(more = ""): string {
  return `
apiVersion: v1
kind: Service
metadata: { name: stats }
spec: { clusterIP: 10.96.77.1, selector: { app: stats }, ports: [ { port: 8125, protocol: UDP } ] }
${more}`;
}

function pods(replicas: number): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: stats }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: stats } }
  template:
    metadata: { labels: { app: stats }, annotations: { kubehop.dev/listen: 8125/udp } }
    spec: { containers: [ { name: stats, image: prom/statsd-exporter } ] }
`;
}

function stats(replicas: number): Simulation {
  return cluster([service(), pods(replicas), CLIENT].join("---\n"));
}

function entries(simulation: Simulation): readonly string[] {
  return simulation
    .conntrack("node-1")
    .filter(({ protocol, original }) => protocol === "UDP" && original.dstPort === 8125)
    .map(
      ({ reply, state, assured, expiresAt }) =>
        `${state}${assured ? " ASSURED" : ""} ${reply.src}:${reply.srcPort} ${Math.round((expiresAt - simulation.now) / 1e9)} s`,
    );
}

function ask(simulation: Simulation): Journey {
  return sendOne(simulation, "default/client", "10.96.77.1:8125", SAME_SOCKET);
}

describe("a client that keeps its socket", () => {
  test("sends every datagram from one port to one endpoint; later ones meet no nat rule", () => {
    const simulation = stats(3);
    const journeys = Array.from({ length: 20 }, () => ask(simulation));
    expect(new Set(journeys.map(({ endpoint, sourceSeen }) => `${endpoint} ${sourceSeen}`)).size).toBe(1);
    expect(journeys.map(({ connection }) => connection?.request)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(journeys[19]?.packets[0]?.hops.some(({ kind }) => kind === "rewrite")).toBe(false);
    expect(journeys[19]).toMatchObject({ servicePort: "default/stats", outcome: { kind: "delivered" } });
  });

  test("its entry stands for 30 s, and for 120 s once it was answered and is older than 2 s", () => {
    const simulation = stats(1);
    ask(simulation);
    expect(entries(simulation)).toEqual([expect.stringMatching(/^REPLIED 10\.244\.\d\.\d+:8125 30 s$/)]);
    simulation.settle(simulation.now + 3e9);
    ask(simulation);
    expect(entries(simulation)).toEqual([expect.stringMatching(/^REPLIED ASSURED 10\.244\.\d\.\d+:8125 120 s$/)]);
  });

  test("silent for longer than that: the next datagram is balanced anew", () => {
    const simulation = stats(1);
    const first = ask(simulation);
    simulation.settle(simulation.now + 31e9);
    expect(entries(simulation)).toEqual([]);
    const next = ask(simulation);
    expect(next.packets[0]?.hops.some(({ kind }) => kind === "rewrite")).toBe(true);
    expect(next.sourceSeen).toBe(first.sourceSeen);
  });
});

describe("the endpoint goes", () => {
  /** kube-proxy of the client's node does not hear of it. */
  function deaf(replicas: number): { readonly simulation: Simulation; readonly first: Journey } {
    const simulation = stats(replicas);
    const first = ask(simulation);
    act(simulation, { kind: "stop-proxy", node: "node-1" });
    act(simulation, { kind: "delete-pod", pod: first.pod ?? "" });
    return { simulation, first };
  }

  test("without a sync the same socket sends into nothing for ever, though new Pods are there; each datagram renews the entry", () => {
    const { simulation, first } = deaf(2);
    for (let i = 0; i < 12; i++) {
      expect(ask(simulation)).toMatchObject({ outcome: { kind: "dropped" }, endpoint: first.endpoint, clientSays: "no answer in 5000 ms" });
      simulation.settle(simulation.now + 10e9);
    }
    expect(entries(simulation)).toEqual([expect.stringContaining(`ASSURED ${first.endpoint} 105 s`)]);
  });

  test("the sync rewrites the rules and deletes the entry: the same socket's next datagram goes to a Pod that is there", () => {
    const { simulation, first } = deaf(2);
    expect(ask(simulation).outcome.kind).toBe("dropped");
    act(simulation, { kind: "start-proxy", node: "node-1" });
    expect(entries(simulation)).toEqual([]);
    const next = ask(simulation);
    expect(next).toMatchObject({ outcome: { kind: "delivered" }, connection: { opened: first.id } });
    expect(next.endpoint).not.toBe(first.endpoint);
  });

  test("with a kube-proxy that runs nothing is lost after its sync", () => {
    const simulation = stats(2);
    const first = ask(simulation);
    act(simulation, { kind: "delete-pod", pod: first.pod ?? "" });
    expect(ask(simulation)).toMatchObject({ outcome: { kind: "delivered" } });
  });

  test("before the sync a datagram is lost, in the seconds in which the Pod is gone and the rules are not yet written", () => {
    const simulation = cluster([service(), pods(2), CLIENT].join("---\n"), { delays: { sync: 20e9 } });
    const first = ask(simulation);
    simulation.perform({ kind: "delete-pod", pod: first.pod ?? "" }, simulation.now + 3e9);
    const lost = simulation.send({ from: first.from, to: "10.96.77.1:8125", ...SAME_SOCKET });
    simulation.settle(simulation.now + 6e9);
    expect(simulation.journey(Array.isArray(lost) ? (lost[0] ?? 0) : 0)).toMatchObject({
      outcome: { kind: "dropped" },
      endpoint: first.endpoint,
    });
    simulation.settle();
    expect(ask(simulation).outcome.kind).toBe("delivered");
  });

  test("its process alone ends: refused each time, and still the same endpoint; a new socket goes elsewhere", () => {
    const simulation = stats(2);
    const first = ask(simulation);
    for (const node of ["node-1", "node-2", "node-3"]) act(simulation, { kind: "stop-proxy", node });
    simulation.perform({ kind: "crash-pod", pod: first.pod ?? "", times: 9 }, simulation.now + 0.2e9);
    const sent = simulation.send({ from: first.from, to: "10.96.77.1:8125", ...SAME_SOCKET });
    simulation.settle(simulation.now + 0.1e9);
    expect(simulation.journey(Array.isArray(sent) ? (sent[0] ?? 0) : 0)).toMatchObject({
      outcome: { kind: "refused" },
      endpoint: first.endpoint,
      clientSays: "read: Connection refused",
    });
  });

  test("the last endpoint goes: kube-proxy leaves the entry until another one serves", () => {
    const simulation = stats(1);
    const first = ask(simulation);
    act(simulation, { kind: "scale", workload: { kind: "Deployment", key: "default/stats" }, replicas: 0 });
    expect(entries(simulation)).toEqual([expect.stringContaining(first.endpoint ?? "")]);
    expect(ask(simulation)).toMatchObject({ outcome: { kind: "dropped" }, endpoint: first.endpoint });
    act(simulation, { kind: "scale", workload: { kind: "Deployment", key: "default/stats" }, replicas: 1 });
    expect(ask(simulation)).toMatchObject({ outcome: { kind: "delivered" } });
  });
});

describe("a flow that began before any rule", () => {
  test("goes to the gateway and stays there while the rules come; kube-proxy deletes its entry, since no endpoint answers it", () => {
    const simulation = cluster([pods(1), CLIENT].join("---\n"));
    expect(ask(simulation)).toMatchObject({ outcome: { kind: "dropped" }, servicePort: null });
    act(simulation, { kind: "stop-proxy", node: "node-1" });
    edit(simulation, [service(), pods(1), CLIENT].join("---\n"));
    expect(ask(simulation)).toMatchObject({ outcome: { kind: "dropped" }, servicePort: null });
    expect(entries(simulation)).toEqual([expect.stringContaining("UNREPLIED 10.96.77.1:8125")]);
    act(simulation, { kind: "start-proxy", node: "node-1" });
    expect(entries(simulation)).toEqual([]);
    expect(ask(simulation)).toMatchObject({ outcome: { kind: "delivered" }, servicePort: "default/stats" });
  });

  test("while the Service had no endpoints: REJECT leaves no entry, so it works at once when one appears", () => {
    const simulation = stats(0);
    expect(ask(simulation)).toMatchObject({ outcome: { kind: "refused" }, clientSays: "read: Connection refused" });
    expect(entries(simulation)).toEqual([]);
    act(simulation, { kind: "scale", workload: { kind: "Deployment", key: "default/stats" }, replicas: 1 });
    expect(ask(simulation)).toMatchObject({ outcome: { kind: "delivered" } });
  });
});
