/** The window in which rules are stale: who is behind and by how much, and what a rolling update loses in it. */
import { describe, expect, test } from "vitest";
import { MILLISECOND, SECOND, type Nanos } from "../base/time.ts";
import { createSimulation, type Simulation } from "./simulation.ts";
import { act, cluster, web } from "./testing.ts";

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

/** Requests that fail while a rolling update goes on under steady traffic, one every 100 ms or so. */
function losses(delays: { readonly slice: Nanos; readonly sync: Nanos }, preStop: number): number {
  const simulation: Simulation = createSimulation({ delays });
  simulation.apply([{ name: "test.yaml", text: withPreStop("nginx:1.27", preStop) }]);
  const address = simulation.view().services.find(({ key }) => key === "default/web")?.clusterIps[0] ?? "";
  const from = simulation.now;
  simulation.apply([{ name: "test.yaml", text: withPreStop("nginx:1.28", preStop) }], from);
  // Single requests, so that one that fails slowly does not hold up the others.
  const span = 2 * (delays.slice + delays.sync) + (preStop + 8) * SECOND;
  for (let at = from; at < from + span; at += 100 * MILLISECOND) {
    simulation.settle(at);
    simulation.send({ from: { kind: "pod", pod: "default/client" }, to: address });
  }
  simulation.settle();
  const images = simulation
    .view()
    .pods.filter(({ name }) => name.startsWith("web-"))
    .map(({ image }) => image);
  expect(images).toEqual(["nginx:1.28", "nginx:1.28"]);
  return simulation.journeys().filter(({ outcome }) => outcome.kind !== "delivered").length;
}

// Each row is a run of its own; a busy machine may need long for one.
describe(
  "a rolling update under steady traffic loses requests exactly while preStop does not outlast slice and slowest sync",
  { timeout: 60_000 },
  () => {
    // kube-proxy itself leaves a second between two syncs, so that the slowest is never less.
    const rows = [0, 2, 5].flatMap((slice) =>
      [0, 4, 10].flatMap((sync) => [0, 3, 8, 15].map((preStop) => [slice, sync, preStop] as const)),
    );
    const slowest = (sync: number): number => Math.max(sync, 1);
    test.each(rows.filter(([slice, sync, preStop]) => preStop > slice + slowest(sync)))(
      "slice %d s, sync %d s, preStop %d s: none",
      (slice, sync, preStop) => {
        expect(losses({ slice: slice * SECOND, sync: sync * SECOND }, preStop)).toBe(0);
      },
    );
    test.each(rows.filter(([slice, sync, preStop]) => preStop < slice + sync || preStop === 0))(
      "slice %d s, sync %d s, preStop %d s: some",
      (slice, sync, preStop) => {
        expect(losses({ slice: slice * SECOND, sync: sync * SECOND }, preStop)).toBeGreaterThan(0);
      },
    );
  },
);
