/** The run in lanes: each entry of the timeline as a mark with its sentence, in order, and where it leads. */
import { describe, expect, test } from "vitest";
import { kubeadmCorefile } from "../../core/api/default-cluster.ts";
import { SECOND } from "../../core/base/time.ts";
import type { Simulation } from "../../core/simulation/simulation.ts";
import { cluster, edit, send, web } from "../../core/simulation/testing.ts";
import { clustered, eventAxis } from "./event-axis.ts";
import { eventLanes, type EventLane } from "./event-lanes.ts";
import { LANE_KINDS, type LaneKind } from "./kinds.ts";

function lanesOf(simulation: Simulation, kinds: readonly LaneKind[], detail?: number): readonly EventLane[] {
  const journey = detail === undefined ? null : simulation.journey(detail);
  return eventLanes({ timeline: simulation.timeline(), cluster: simulation.view(), journey }, kinds);
}
const sentences = (lane: EventLane | undefined): readonly string[] =>
  (lane?.marks ?? []).map(({ sentence }) => sentence.replace(/\bweb-[a-z0-9]{5}\b/g, "web-#").replace(/\d+(\.\d+)? m?s$/, "T"));

describe("lanes of the run", () => {
  test("a deleted Pod: its end, another's beginning, the slice, each node's rules, in the order of time", () => {
    const simulation = cluster(web());
    const from = simulation.timeline().length;
    const pod = simulation.view().pods.find(({ name }) => name.startsWith("web-"))?.key ?? "";
    simulation.perform({ kind: "delete-pod", pod });
    const source = { timeline: simulation.timeline().slice(from), cluster: simulation.view(), journey: null };
    const lanes = eventLanes(source, LANE_KINDS);
    expect(lanes.map(({ name }) => name)).toEqual([
      "Packets",
      "Pods",
      "Endpoints",
      "control-plane",
      "node-1",
      "node-2",
      "node-3",
      "DNS cache",
    ]);
    expect(new Set(sentences(lanes[1]))).toEqual(
      new Set(["web-# is terminating", "web-# waits for a node", "web-# starts", "web-# is ready", "web-# is gone"]),
    );
    expect(sentences(lanes[2]).at(-1)).toBe("EndpointSlice of web: 3 of 3 endpoints ready");
    expect(new Set(sentences(lanes[4]))).toEqual(new Set(["kube-proxy on node-1 wrote its rules"]));
    for (const { marks } of lanes) expect(marks.map(({ at }) => at)).toEqual(marks.map(({ at }) => at).toSorted((a, b) => a - b));
    // What it is about is what the click selects, also where the Pod is gone by now.
    expect(lanes[1]?.marks.filter(({ about }) => about?.kind === "pod" && about.key === pod).map(({ glyph }) => glyph)).toEqual([
      "terminating",
      "close",
    ]);
  });

  test("requests are marks; the one in detail is its packets", () => {
    const simulation = cluster(web());
    send(simulation, "default/client", "http://web");
    send(simulation, "default/client", "http://web");
    edit(simulation, web({ selector: "nobody" }));
    send(simulation, "default/client", "http://web");
    expect(sentences(lanesOf(simulation, ["packets"])[0])).toEqual([
      "request 1 to http://web: delivered after T",
      "request 2 to http://web: delivered after T",
      "request 3 to http://web: refused after T",
    ]);
    const detail = sentences(lanesOf(simulation, ["packets"], 3)[0]);
    expect(detail.slice(0, 2)).toEqual(["request 1 to http://web: delivered after T", "request 2 to http://web: delivered after T"]);
    expect(detail.filter((text) => text.startsWith("packet 1 of request 3, question to DNS, from 10.244."))).toHaveLength(1);
    expect(detail.filter((text) => text.includes("rejected"))).toHaveLength(1);
  });

  test("names that CoreDNS keeps last until they are gone; where it keeps none the lane says why", () => {
    expect(lanesOf(cluster(web()), ["names"])[0]?.empty).toBe("CoreDNS keeps nothing: by default not the names of the cluster");
    const config = JSON.stringify({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "coredns", namespace: "kube-system" },
      data: { Corefile: kubeadmCorefile().replace(/cache 30 \{[^}]*\}/, "cache 30") },
    });
    const simulation = cluster(`${web()}---\n${config}\n`);
    send(simulation, "default/client", "http://web");
    const marks = lanesOf(simulation, ["names"])[0]?.marks ?? [];
    expect(new Set(marks.map(({ endsAt, at }) => endsAt - at))).toEqual(new Set([30 * SECOND]));
    expect(marks.map(({ sentence }) => sentence.replace(/^coredns-\w+ /, "").replace(/\d+\.\d+ s$/, "T")).toSorted()).toEqual([
      "keeps A of web.default.svc.cluster.local until T",
      "keeps that web.default.svc.cluster.local has no AAAA record until T",
    ]);
  });
});

describe("the axis of events", () => {
  const axis = eventAxis([0, 1_000_000, 500_000_000, 600_000_000, 90_000_000_000], 0, 100_000_000_000);
  test.each([0, 700_000, 1_000_000, 250_000_000, 599_000_000, 42_000_000_000, 100_000_000_000])(
    "%i ns has one place, and it has that time",
    (at) => {
      expect(Math.abs(axis.nanosAt(axis.at(at)) - at)).toBeLessThanOrEqual(Math.max(2, at / 1e6));
    },
  );
  test("keeps the order and stays within the line", () => {
    const places = [-5, 0, 1, 1_000_000, 500_000_000, 600_000_000, 90_000_000_000, 200_000_000_000].map((at) => axis.at(at));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect([places[0], places.at(-1)]).toEqual([0, 1]);
  });
  test("two events a millisecond apart can be told apart; a minute of nothing is cut short", () => {
    expect(axis.at(1_000_000) - axis.at(0)).toBeGreaterThan(0.005);
    expect(axis.breaks[0]).toEqual({ from: 600_000_000, to: 90_000_000_000 });
    expect(axis.at(90_000_000_000) - axis.at(600_000_000)).toBeLessThan(0.7);
  });
  test("what is looked at closely has most of the line, however short it is", () => {
    const close = { from: 500_000_000, to: 502_000_000 };
    const near = eventAxis([1_000_000, 500_100_000, 500_900_000, 3_000_000_000], 0, 4_000_000_000, close);
    expect(near.at(close.to) - near.at(close.from)).toBeCloseTo(0.6, 5);
    for (const at of [0, 400_000_000, 500_500_000, 3_500_000_000]) expect(Math.abs(near.nanosAt(near.at(at)) - at)).toBeLessThan(100);
  });
  test("a run in which nothing happened has a line all the same", () => {
    const empty = eventAxis([], 0, 0);
    expect([empty.at(0), empty.nanosAt(0.5)]).toEqual([0, 1]);
  });
  test("marks that would stand on one another are one", () => {
    const groups = clustered([{ at: 0 }, { at: 4 }, { at: 30 }, { at: 39 }], (at) => at, 10);
    expect(groups.map(({ x, marks }) => [x, marks.length])).toEqual([
      [0, 2],
      [30, 2],
    ]);
  });
});
