import { expect, test } from "vitest";
import type { Journey } from "../../core/network/trace.ts";
import { createSimulation } from "../../core/simulation/simulation.ts";
import { buildScene } from "../../scene/layout.ts";
import { choreographStream } from "../../scene/stream.ts";
import { frameAt } from "../../scene/frame.ts";
import { CLUSTER_IP } from "../scenarios/clusterip.ts";
import { countedJourneys, sharesOf } from "../topology/share.ts";
import { onTheWay, tallyOf } from "./tally.ts";

function run() {
  const simulation = createSimulation({ files: CLUSTER_IP.files, seed: 1 });
  simulation.settle();
  const send = (count: number): readonly Journey[] => {
    const ids = simulation.send({ from: { kind: "pod", pod: "default/debug" }, to: "http://web", count });
    if ("error" in ids) throw new Error(ids.error);
    simulation.settle();
    return ids.map((id) => simulation.journey(id)!);
  };
  const earlier = send(3);
  const stream = send(20);
  const cluster = simulation.view();
  const service = cluster.services.find((one) => one.name === "web")!;
  const scene = buildScene(cluster, { width: 718, focus: service.key, previous: null, arrangement: "workbench", podDetail: "address" });
  const choreography = choreographStream({ journeys: stream, earlier, view: cluster, scene });
  return { cluster, service, scene, choreography, journeys: [...earlier, ...stream], timeline: simulation.timeline() };
}

test("at every moment the tallies in the Pods are the counts of Share per endpoint", () => {
  const { cluster, service, scene, choreography, journeys, timeline } = run();
  const tally = tallyOf({ cluster, service, journeys, timeline, choreography });
  const totals = new Set<number>();
  for (let i = 0; i <= 60; i++) {
    const showMs = (i * choreography.totalMs) / 60;
    const arrived = choreography.arrivals.filter((arrival) => arrival.atMs <= showMs).length;
    const shares = sharesOf(cluster, service, countedJourneys(cluster, service, journeys, timeline, onTheWay(choreography, arrived)), null);
    const inPods = frameAt(scene, choreography, showMs, { playing: true, rate: 1, tally }).tallies;
    expect(Object.fromEntries(inPods.map(({ pod, count }) => [pod, count]))).toEqual(
      Object.fromEntries(shares.rows.flatMap(({ pod, count }) => (count > 0 && pod !== null ? [[pod, count]] : []))),
    );
    totals.add(shares.total);
  }
  expect(Math.min(...totals)).toBe(3);
  expect(Math.max(...totals)).toBe(23);
  expect(totals.size).toBeGreaterThan(8);
});

test("another Service in focus has no tallies from these requests", () => {
  const { cluster, choreography, journeys, timeline } = run();
  const service = cluster.services.find((one) => one.name === "kubernetes")!;
  expect(tallyOf({ cluster, service, journeys, timeline, choreography })).toBe(null);
});

test.each([
  ["what stands to the Service adds up", null, ["http://web", "http://web", "http://kube-dns.kube-system"], 15],
  ["what was stopped is no rate", 5, ["http://web"], undefined],
] as const)("the rate of steady traffic: %s", (_name, until, to, want) => {
  const { cluster, service, choreography, journeys, timeline } = run();
  const rates = [10, 5, 7];
  const from = { kind: "pod", pod: "default/debug" } as const;
  const bySender = to.map((name, i) => ({
    sender: String(i),
    request: { from, to: name, rate: rates[i] ?? 0 },
    sent: 0,
    answered: 0,
    lost: 0,
    answeredBy: [],
  }));
  expect(tallyOf({ cluster, service, journeys, timeline, choreography, traffic: { until, bySender } })?.perSecond).toBe(want);
});
