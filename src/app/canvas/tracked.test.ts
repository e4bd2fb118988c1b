import { expect, test } from "vitest";
import { choreograph } from "../../scene/choreography.ts";
import { buildScene } from "../../scene/layout.ts";
import { cluster, send, web } from "../../core/simulation/testing.ts";
import { trackedOf } from "./tracked.ts";

const simulation = cluster(web());
const [first] = send(simulation, "default/client", "http://web");
const [second] = send(simulation, "default/client", "http://web");
if (first === undefined || second === undefined) throw new Error("two requests were sent");
const view = simulation.view();
const scene = buildScene(view, { width: 900, focus: "default/web", previous: null, arrangement: "workbench", podDetail: "address" });
const node = view.pods.find(({ key }) => key === "default/client")?.node ?? "";
const table = simulation.conntrack(node);
const told = (journey: typeof first) => ({ journey, choreography: choreograph({ journey, view, scene }) });

test("before the first request nothing is tracked; each new flow adds one", () => {
  const { counts } = trackedOf({ node, table, told: told(first), now: second.endedAt });
  expect(counts[0]).toEqual({ fromMs: 0, count: 0 });
  // its look-up and its connection, in the order of show time
  expect(counts.map(({ count }) => count)).toEqual(counts.map((_, i) => i));
  expect(counts.length).toBeGreaterThanOrEqual(3);
  expect(counts.map(({ fromMs }) => fromMs)).toEqual(counts.map(({ fromMs }) => fromMs).toSorted((a, b) => a - b));
});

test("the second request begins with what the first left", () => {
  const last = trackedOf({ node, table, told: told(first), now: 0 }).counts.at(-1)?.count;
  expect(trackedOf({ node, table, told: told(second), now: 0 }).counts[0]?.count).toBe(last);
});

test("without a request on show: what has not expired by now", () => {
  expect(trackedOf({ node, table, told: null, now: second.endedAt }).counts).toEqual([{ fromMs: 0, count: table.length }]);
  expect(trackedOf({ node, table, told: null, now: second.endedAt + 1e15 }).counts).toEqual([{ fromMs: 0, count: 0 }]);
});
