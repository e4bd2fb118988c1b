import { describe, expect, test } from "vitest";
import { buildScene } from "./layout.ts";
import { frameIn, nodesInSight, overviewOf, placeInOverview, sceneAt, seesAll, sightOf } from "./overview.ts";
import { PICTURE_A, clusterOf } from "./test-views.ts";

const scene = buildScene(clusterOf(PICTURE_A), { width: 718, focus: null, previous: null, arrangement: "workbench", podDetail: "address" });
const MOST = { width: 160, height: 110 };
const rects = (path: string): number => path.split("M").length - 1;

test("each node is a block, each front a stroke, and all of it fits", () => {
  const overview = overviewOf(scene, null, MOST);
  expect([rects(overview.nodes), rects(overview.kept), rects(overview.fronts)]).toEqual([scene.nodes.length, 0, scene.services.length]);
  expect(overview.width).toBeLessThanOrEqual(MOST.width);
  expect(overview.height).toBeLessThanOrEqual(MOST.height);
  expect(Math.max(overview.width / MOST.width, overview.height / MOST.height)).toBeCloseTo(1, 3);
});

test("the same scene gives the same drawing", () => {
  expect(overviewOf(scene, null, MOST)).toEqual(overviewOf({ ...scene }, null, MOST));
});

test("what a filter keeps stands apart", () => {
  const kept = { pods: new Set<string>(), nodes: new Set(["node-2"]), services: new Set<string>(), outside: new Set<string>() };
  const overview = overviewOf(scene, kept, MOST);
  expect([rects(overview.nodes), rects(overview.kept)]).toEqual([scene.nodes.length - 1, 1]);
  expect(overview.kept).toBe(placeInOverview(scene, overview, { kind: "node", name: "node-2" }, 2));
});

test("a node that is not there is among the lost", () => {
  const off = buildScene(clusterOf("node node-1 - 10.0.0.1\nnode node-2 - 10.0.0.2 stopped"), {
    width: 718,
    focus: null,
    previous: null,
    arrangement: "workbench",
    podDetail: "address",
  });
  const overview = overviewOf(off, null, MOST);
  expect([rects(overview.nodes), rects(overview.lost)]).toEqual([1, 1]);
});

describe("what is in view", () => {
  const fit = { scale: 1, offsetX: 0, offsetY: 0 };
  test.each([
    { name: "all of it", view: fit, size: [scene.width, scene.height], all: true },
    { name: "with a little of the margin cut off", view: { ...fit, offsetX: -10 }, size: [scene.width, scene.height], all: true },
    { name: "zoomed in", view: { ...fit, scale: 2 }, size: [scene.width, scene.height], all: false },
    { name: "moved aside", view: { ...fit, offsetX: 200 }, size: [scene.width, scene.height], all: false },
    { name: "a small window", view: fit, size: [300, scene.height], all: false },
  ])("$name: $all", ({ view, size: [width = 0, height = 0], all }) => {
    expect(seesAll(scene, sightOf(view, width, height))).toBe(all);
  });

  test("nodes of which anything is in sight", () => {
    const box = scene.nodes.find(({ name }) => name === "node-2")!.box;
    expect(nodesInSight(scene, { ...box, width: 10, height: 10 })).toEqual(["node-2"]);
    expect(nodesInSight(scene, { x: -100, y: -100, width: 10, height: 10 })).toEqual([]);
  });

  test("its frame stays inside the overview, and can be taken hold of however small it is", () => {
    const overview = overviewOf(scene, null, MOST);
    const whole = frameIn(overview, { x: -500, y: -500, width: 5000, height: 5000 });
    expect(whole).toEqual({ x: 0, y: 0, width: overview.width, height: overview.height });
    expect(frameIn(overview, { x: 9000, y: 0, width: 1, height: 1 })).toMatchObject({ width: 6, height: 6 });
  });

  test("a point of the overview is a point of the scene", () => {
    const overview = overviewOf(scene, null, MOST);
    const { x, y } = sceneAt(overview, { x: overview.width, y: overview.height });
    expect(Math.abs(x - scene.width)).toBeLessThan(1 / overview.scale);
    expect(Math.abs(y - scene.height)).toBeLessThan(1 / overview.scale);
  });
});
