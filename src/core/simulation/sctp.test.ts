/** SCTP through the rules: the handshake with its cookie, one message, shutdown; and how it fails. */
import { describe, expect, test } from "vitest";
import type { Journey } from "../network/trace.ts";
import type { Simulation } from "./simulation.ts";
import { CLIENT, act, cluster, sendOne } from "./testing.ts";

function core(listens = "38412/sctp", replicas = 2): Simulation {
  return cluster(`
apiVersion: v1
kind: Service
metadata: { name: core }
spec: { clusterIP: 10.96.38.1, selector: { app: core }, ports: [ { port: 38412, protocol: SCTP } ] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: core }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: core } }
  template:
    metadata: { labels: { app: core }, annotations: { kubehop.dev/listen: ${listens} } }
    spec: { containers: [ { name: amf, image: example.com/amf } ] }
---
${CLIENT}`);
}

function purposes({ packets }: Journey): string {
  return packets.map(({ purpose }) => purpose).join(" ");
}

function entries(simulation: Simulation): readonly string[] {
  return simulation
    .conntrack("node-1")
    .filter(({ protocol }) => protocol === "SCTP")
    .map(
      ({ state, assured, expiresAt, reply }) =>
        `${state}${assured ? " ASSURED" : ""} ${reply.src} ${Math.round((expiresAt - simulation.now) / 1e9)} s`,
    );
}

describe("an association", () => {
  test("nine chunks and two messages; the rules rewrite the first packet only", () => {
    const simulation = core();
    const journey = sendOne(simulation, "default/client", "sctp://10.96.38.1:38412");
    expect(journey).toMatchObject({
      outcome: { kind: "delivered" },
      servicePort: "default/core",
      clientSays: expect.stringMatching(/^core-/) as string,
    });
    expect(purposes(journey)).toBe(
      "init init-ack cookie-echo cookie-ack request sack response sack shutdown shutdown-ack shutdown-complete",
    );
    expect(journey.packets.map(({ sctp }) => sctp)).not.toContain(undefined);
    const first = journey.packets.filter(({ hops }) => hops.some(({ kind }) => kind === "rewrite"));
    expect(first.map(({ purpose }) => purpose)).toEqual(["init"]);
    const asIt = journey.packets.flatMap(({ hops }) =>
      hops.flatMap((hop) => ("entry" in hop && hop.entry.node === "node-1" ? [hop.entry.state] : [])),
    );
    expect([...new Set(asIt)]).toEqual(["CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT", "SHUTDOWN_ACK_SENT"]);
    expect(entries(simulation)).toEqual([expect.stringMatching(/^CLOSED ASSURED 10\.244\.\d\.\d+ 10 s$/)]);
  });

  test("names are looked up as for any other protocol", () => {
    expect(sendOne(core(), "default/client", "sctp://core:38412").outcome.kind).toBe("delivered");
  });
});

describe("when it fails", () => {
  test("nobody listens there: the Pod's kernel sends an ABORT", () => {
    const journey = sendOne(core("80/tcp"), "default/client", "sctp://10.96.38.1:38412");
    expect(journey).toMatchObject({ outcome: { kind: "refused" }, clientSays: "read: Connection refused" });
    expect(purposes(journey)).toBe("init abort");
    expect(journey.packets[0]?.hops.at(-1)).toMatchObject({ kind: "refuse", with: "sctp-abort" });
  });

  test("no endpoints: the rules of the sender's node refuse, and no entry is left", () => {
    const simulation = core("38412/sctp", 0);
    const journey = sendOne(simulation, "default/client", "sctp://10.96.38.1:38412");
    expect(journey.packets[0]?.outcome.kind).toBe("rejected");
    expect(journey.outcome.kind).toBe("refused");
    expect(entries(simulation)).toEqual([]);
  });

  test("the endpoint is gone and its node does not know: INIT again after 3 s", () => {
    const simulation = core("38412/sctp", 1);
    const first = sendOne(simulation, "default/client", "sctp://10.96.38.1:38412");
    for (const node of ["node-1", "node-2", "node-3"]) act(simulation, { kind: "stop-proxy", node });
    act(simulation, { kind: "delete-pod", pod: first.pod ?? "" });
    const lost = sendOne(simulation, "default/client", "sctp://10.96.38.1:38412");
    expect(lost.endpoint).toBe(first.endpoint);
    expect(lost.packets.filter(({ purpose }) => purpose === "init").map(({ hops }) => ((hops[0]?.at ?? 0) - lost.sentAt) / 1e9)).toEqual([
      0, 3,
    ]);
    expect(lost.outcome.kind).not.toBe("delivered");
    for (const node of ["node-1", "node-2", "node-3"]) act(simulation, { kind: "start-proxy", node });
    expect(sendOne(simulation, "default/client", "sctp://10.96.38.1:38412").outcome.kind).toBe("delivered");
  });
});
