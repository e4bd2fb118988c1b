/** What holds for every packet of every cluster: one outcome, an unbroken way, answers that come from whom was asked. */
import { assert, boolean, constantFrom, integer, property, record, type Arbitrary } from "fast-check";
import { describe, expect, test } from "vitest";
import type { Journey, PacketTrace } from "../network/trace.ts";
import { act, cluster, send, web } from "./testing.ts";

interface Case {
  readonly seed: number;
  readonly replicas: number;
  readonly matches: boolean;
  readonly targetPort: number;
  readonly type: "ClusterIP" | "NodePort" | "headless";
  readonly internal: "Cluster" | "Local";
  readonly external: "Cluster" | "Local";
  readonly affinity: "None" | "ClientIP";
  readonly from: string;
  readonly to: string;
  readonly protocol: "TCP" | "UDP";
  readonly unready: number;
}

const CASES: Arbitrary<Case> = record({
  seed: integer({ min: 1, max: 1_000_000 }),
  replicas: integer({ min: 0, max: 5 }),
  matches: boolean(),
  targetPort: constantFrom(80, 81),
  type: constantFrom("ClusterIP", "NodePort", "headless"),
  internal: constantFrom("Cluster", "Local"),
  external: constantFrom("Cluster", "Local"),
  affinity: constantFrom("None", "ClientIP"),
  from: constantFrom("default/client", "node/node-1", "node/node-3", "outside/external", "outside/198.51.100.9", "web"),
  to: constantFrom(
    "http://web",
    "cluster-ip",
    "pod-ip",
    "192.168.10.12:30080",
    "127.0.0.1:30080",
    "192.168.10.77",
    "10.244.2.250",
    "www.example.com",
    "10.96.0.10:53",
  ),
  protocol: constantFrom("TCP", "UDP"),
  unready: integer({ min: 0, max: 2 }),
});

function run(of: Case): readonly Journey[] {
  const lines = [
    of.type === "headless" ? "clusterIP: None" : `type: ${of.type}`,
    ...(of.type === "headless" ? [] : [`internalTrafficPolicy: ${of.internal}`]),
    ...(of.type === "NodePort" ? [`externalTrafficPolicy: ${of.external}`] : []),
    `sessionAffinity: ${of.affinity}`,
  ];
  const port = `{ port: 80, targetPort: ${of.targetPort}, protocol: ${of.protocol}${of.type === "NodePort" ? ", nodePort: 30080" : ""} }`;
  const simulation = cluster(web({ replicas: of.replicas, selector: of.matches ? "web" : "webb", port, extra: lines.join("\n") }), {
    seed: of.seed,
  });
  const pods = simulation.view().pods.filter(({ name }) => name.startsWith("web-"));
  for (const { key } of pods.slice(0, of.unready)) act(simulation, { kind: "set-ready", pod: key, ready: false });
  const service = simulation.view().services.find(({ key }) => key === "default/web");
  const from = of.from === "web" ? (pods[0]?.key ?? "default/client") : of.from;
  const addresses: { readonly [name: string]: string | undefined } = { "cluster-ip": service?.clusterIps[0], "pod-ip": pods[0]?.ips[0] };
  return send(simulation, from, addresses[of.to] ?? of.to.replace(/^(cluster|pod)-ip$/, "10.96.7.7"), { count: 3, protocol: of.protocol });
}

function checkWay(packet: PacketTrace): void {
  const { hops, outcome } = packet;
  expect(hops[0]?.kind).toBe("send");
  for (const [i, hop] of hops.entries()) {
    expect(hop.endsAt).toBeGreaterThanOrEqual(hop.at);
    const next = hops[i + 1];
    if (next === undefined) continue;
    expect(next.at).toBe(hop.endsAt);
    expect(next.from).toEqual(hop.to);
    expect(next.before).toEqual(hop.after);
    expect(next.ttl).toBeLessThanOrEqual(hop.ttl);
  }
  const last = hops.at(-1);
  const ends: { readonly [kind in typeof outcome.kind]: string } = {
    delivered: "accept",
    refused: "refuse",
    rejected: "reject",
    dropped: "drop",
    lost: "lost",
    unmodelled: "drop",
  };
  expect(last?.kind).toBe(ends[outcome.kind]);
  if (outcome.kind === "delivered") expect(outcome.to).toEqual(last?.to);
}

/** What the client's socket takes comes from the address and port it talked to. */
function checkAnswers(journey: Journey): void {
  for (const packet of journey.packets) {
    if (packet.direction !== "back" || packet.outcome.kind !== "delivered" || packet.purpose === "icmp-error") continue;
    const asked = journey.packets.find(
      ({ hops }) =>
        hops[0]?.before.srcPort === packet.hops.at(-1)?.after.dstPort && hops[0]?.before.protocol === packet.hops.at(-1)?.after.protocol,
    );
    const question = asked?.hops[0]?.before;
    expect(packet.hops.at(-1)?.after).toMatchObject({ src: question?.dst, srcPort: question?.dstPort, dst: question?.src });
  }
}

describe("for random clusters and requests", () => {
  test("every packet has exactly one outcome and an unbroken way, and replies are restored", () => {
    assert(
      property(CASES, (of) => {
        const journeys = run(of);
        expect(journeys).toHaveLength(3);
        for (const journey of journeys) {
          expect(journey.endedAt).toBeGreaterThanOrEqual(journey.sentAt);
          journey.packets.forEach((packet, i) => expect(packet.index).toBe(i));
          journey.packets.forEach(checkWay);
          checkAnswers(journey);
        }
      }),
      { numRuns: 150, seed: 20260101 },
    );
  }, 120_000);
});
