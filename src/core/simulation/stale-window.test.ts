/** The window in which rules are stale: who is behind and by how much, and what a rolling update loses in it. */
import { assert, integer, pre, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { MILLISECOND, SECOND } from "../base/time.ts";
import type { SimulationOptions } from "./contract.ts";
import { createSimulation, type Simulation } from "./simulation.ts";
import { act, cluster, edit, web } from "./testing.ts";

describe("a node lags while slices have changed and its sync has not happened", () => {
  test("by the number of changes; others may be in step already", () => {
    const simulation = cluster(web(), { delays: { sync: 4 * SECOND } });
    const pod = simulation.view().pods.find(({ name }) => name.startsWith("web-"))?.key ?? "";
    const before = simulation.now;
    simulation.perform({ kind: "set-ready", pod, ready: false }, before + SECOND);
    const lag = (): readonly number[] => simulation.view().nodes.map(({ changesBehind }) => changesBehind);
    expect(lag()).toEqual([1, 1, 1, 1]);
    const synced = (): number => simulation.timeline().filter(({ kind, at }) => kind === "sync" && at > before).length;
    while (synced() < 2) simulation.advance(1);
    expect(lag().filter((changes) => changes === 0)).toHaveLength(2);
    simulation.settle();
    expect(lag()).toEqual([0, 0, 0, 0]);
  });

  test("slices follow their Pods as late as the delay says, rules as late again", () => {
    const simulation = cluster(web(), { delays: { slice: 3 * SECOND, sync: 2 * SECOND } });
    const pod = simulation.view().pods.find(({ name }) => name.startsWith("web-"))?.key ?? "";
    const at = simulation.now;
    act(simulation, { kind: "set-ready", pod, ready: false });
    const after = simulation.timeline().filter((entry) => entry.at > at);
    const [slice, sync] = [after.find(({ kind }) => kind === "slice"), after.find(({ kind }) => kind === "sync")];
    expect(Math.floor(((slice?.at ?? 0) - at) / SECOND)).toBe(3);
    expect(Math.floor(((sync?.at ?? 0) - (slice?.at ?? 0)) / SECOND)).toBe(2);
  });
});

/** web() whose Pods wait before they end. */
function withPreStop(image: string, seconds: number): string {
  const hook = seconds === 0 ? "" : `, lifecycle: { preStop: { sleep: { seconds: ${seconds} } } }`;
  return web({ replicas: 2 })
    .replace("image: nginx:1.27 }", `image: ${image}${hook} }`)
    .replace("spec: { containers: [ { name: nginx", "spec: { terminationGracePeriodSeconds: 60, containers: [ { name: nginx");
}

type Delays = NonNullable<SimulationOptions["delays"]>;

/**
 * Requests that fail while a rolling update goes on under steady traffic: one every 100 ms from a Pod of each of these
 * nodes. Counted by node.
 */
function losses(delays: Delays, preStop: number, nodes: readonly string[] = ["node-1"]): readonly number[] {
  const simulation: Simulation = createSimulation({ delays });
  const text = (image: string): string => withPreStop(image, preStop) + nodes.map(client).join("");
  simulation.apply([{ name: "test.yaml", text: text("nginx:1.27") }]);
  const address = simulation.view().services.find(({ key }) => key === "default/web")?.clusterIps[0] ?? "";
  const from = simulation.now;
  simulation.apply([{ name: "test.yaml", text: text("nginx:1.28") }], from);
  const slowest = Math.max(delays.sync ?? 0, ...Object.values(delays.syncOf ?? {}));
  const span = 2 * ((delays.slice ?? 0) + slowest) + (preStop + 8) * SECOND;
  // Single requests, so that one that fails slowly does not hold up the others.
  for (let at = from; at < from + span; at += 100 * MILLISECOND) {
    simulation.settle(at);
    for (const node of nodes) simulation.send({ from: { kind: "pod", pod: `default/on-${node}` }, to: address });
  }
  simulation.settle();
  const images = simulation
    .view()
    .pods.filter(({ name }) => name.startsWith("web-"))
    .map(({ image }) => image);
  expect(images).toEqual(["nginx:1.28", "nginx:1.28"]);
  const lost = simulation.journeys().filter(({ outcome }) => outcome.kind !== "delivered");
  return nodes.map((node) => lost.filter(({ from: sender }) => sender.kind === "pod" && sender.pod === `default/on-${node}`).length);
}

function client(node: string): string {
  return `---\napiVersion: v1\nkind: Pod\nmetadata: { name: on-${node} }\nspec: { nodeName: ${node}, containers: [ { name: curl, image: curlimages/curl, command: [sleep, infinity] } ] }\n`;
}

/** Milliseconds until the last node's rules leave a terminating Pod out: kube-proxy itself leaves a second between two syncs. */
const window = (slice: number, sync: number): number => slice + Math.max(sync, 1_000);

/**
 * Nearer to the window's end it depends on whether a request comes just then, and on what else is under way: a slice that
 * waits because a new Pod came takes along the old one that goes while it waits.
 */
const MARGIN = 1_200;

// Each row is a run of its own; a busy machine may need long for one.
describe(
  "a rolling update under steady traffic loses requests exactly while preStop does not outlast slice and slowest sync",
  { timeout: 120_000 },
  () => {
    /** Slice and sync in milliseconds, preStop in seconds: both sides of the window's end, and far from it. */
    const rows: readonly (readonly [number, number, number])[] = [
      [0, 0, 0],
      [0, 0, 2],
      [0, 10_000, 0],
      [0, 10_000, 8],
      [0, 10_000, 11],
      [5_000, 0, 4],
      [5_000, 0, 7],
      [2_300, 4_100, 5],
      [2_300, 4_100, 8],
      [2_400, 4_200, 5],
      [2_200, 4_000, 7],
      [5_000, 10_000, 13],
      [4_200, 10_000, 15],
      [5_000, 9_000, 15],
      [1_000, 2_000, 15],
      [5_000, 10_000, 0],
    ];
    test.each(rows)("slice %d ms, sync %d ms, preStop %d s", (slice, sync, preStop) => {
      const [lost = -1] = losses({ slice: slice * MILLISECOND, sync: sync * MILLISECOND }, preStop);
      if (preStop * 1_000 > window(slice, sync)) expect(lost).toBe(0);
      else expect(lost).toBeGreaterThan(0);
    });

    test("with any delays of slices from 0 to 5 s, of syncs from 0 to 10 s, and preStop from 0 to 15 s", () => {
      assert(
        property(
          integer({ min: 0, max: 5_000 }),
          integer({ min: 0, max: 10_000 }),
          integer({ min: 0, max: 15 }),
          (slice, sync, preStop) => {
            pre(Math.abs(preStop * 1_000 - slice - sync) > MARGIN && Math.abs(preStop * 1_000 - window(slice, sync)) > MARGIN);
            // Between the two ends it depends on how long ago a node synced last.
            pre(preStop * 1_000 < slice + sync || preStop * 1_000 > window(slice, sync) || preStop === 0);
            const [lost = -1] = losses({ slice: slice * MILLISECOND, sync: sync * MILLISECOND }, preStop);
            expect(lost > 0).toBe(preStop * 1_000 < window(slice, sync));
          },
        ),
        { numRuns: 8, seed: 20260101 },
      );
    });

    test.each<readonly [number, readonly boolean[]]>([
      [0, [true, true, true]],
      [2, [false, true, true]],
      [5, [false, false, true]],
      [7, [false, false, true]],
      [9, [false, false, false]],
    ])("nodes that are behind by 1, 4 and 8 s lose each by itself: preStop %d s", (preStop, loses) => {
      const nodes = ["node-1", "node-2", "node-3"];
      const syncOf = { "node-1": 1_200 * MILLISECOND, "node-2": 4_000 * MILLISECOND, "node-3": 8_000 * MILLISECOND };
      expect(losses({ slice: 300 * MILLISECOND, syncOf }, preStop, nodes).map((lost) => lost > 0)).toEqual(loses);
    });
  },
);

describe("how far a node is behind", () => {
  const lag = (simulation: Simulation): { readonly [node: string]: number } =>
    Object.fromEntries(simulation.view().nodes.map(({ name, changesBehind }) => [name, changesBehind]));
  const pods = (simulation: Simulation): readonly string[] =>
    simulation.view().pods.flatMap(({ name, key }) => (name.startsWith("web-") ? [key] : []));

  test("a node whose kube-proxy is stopped falls behind change by change, and catches up at once", () => {
    const simulation = cluster(web());
    act(simulation, { kind: "stop-proxy", node: "node-2" });
    const counted: number[] = [];
    for (const pod of pods(simulation)) {
      act(simulation, { kind: "set-ready", pod, ready: false });
      counted.push(lag(simulation)["node-2"] ?? -1);
      expect(lag(simulation)).toMatchObject({ "control-plane": 0, "node-1": 0, "node-3": 0 });
    }
    expect(counted).toEqual([1, 2, 3]);
    act(simulation, { kind: "start-proxy", node: "node-2" });
    expect(lag(simulation)["node-2"]).toBe(0);
    expect(simulation.rulesText("node-2", "IPv4", true)).toContain("no endpoints");
  });

  test("so does a node that is cut off, until it hears of the API server again", () => {
    const simulation = cluster(web());
    simulation.perform({ kind: "cut-node", node: "node-3" }, simulation.now + SECOND);
    const on = simulation.view().pods.find(({ name, node }) => name.startsWith("web-") && node !== "node-3")?.key ?? "";
    simulation.perform({ kind: "set-ready", pod: on, ready: false }, simulation.now + 5 * SECOND);
    expect(lag(simulation)).toEqual({ "control-plane": 0, "node-1": 0, "node-2": 0, "node-3": 1 });
    act(simulation, { kind: "join-node", node: "node-3" });
    expect(lag(simulation)["node-3"]).toBe(0);
  });

  test("delays of single nodes: each catches up in its own time", () => {
    const simulation = cluster(web(), { delays: { syncOf: { "node-2": 3 * SECOND, "node-3": 6 * SECOND } } });
    const [pod = ""] = pods(simulation);
    const begun = simulation.now;
    const at = (seconds: number): readonly string[] => {
      simulation.settle(begun + seconds * SECOND);
      return simulation.view().nodes.flatMap(({ name, changesBehind }) => (changesBehind > 0 ? [name] : []));
    };
    simulation.perform({ kind: "set-ready", pod, ready: false }, begun + 10 * MILLISECOND);
    expect(at(0.01)).toEqual(["control-plane", "node-1", "node-2", "node-3"]);
    expect(at(2)).toEqual(["node-2", "node-3"]);
    expect(at(4)).toEqual(["node-3"]);
    expect(at(7)).toEqual([]);
  });

  test("what no kube-proxy watches leaves none behind", () => {
    const simulation = cluster(web());
    act(simulation, { kind: "stop-proxy", node: "node-1" });
    act(simulation, { kind: "crash-pod", pod: "default/client" });
    edit(simulation, `${web()}---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: notes }\ndata: { a: b }\n`);
    expect(lag(simulation)["node-1"]).toBe(0);
    edit(simulation, web({ extra: "internalTrafficPolicy: Local" }));
    expect(lag(simulation)["node-1"]).toBe(1);
  });
});
