import { expect, test } from "vitest";
import type { Attention, ThingId } from "../contract.ts";
import { boxOf } from "../hit.ts";
import { buildScene } from "../layout.ts";
import { PICTURE_A, clusterOf } from "../test-views.ts";
import { pointedShapes } from "./pointed.ts";

const view = clusterOf(PICTURE_A);
const scene = buildScene(view, { width: 720, focus: null, previous: null, arrangement: "workbench", podDetail: "address" });
const measure = (text: string): number => 7 * text.length;
const options = { level: 4, scale: 1, measure } as const;
const attention = (pointed: readonly ThingId[], pointedStops: readonly number[] = []): Attention => ({
  selected: null,
  hovered: null,
  focused: null,
  pointed,
  pointedStops,
});
const pod = scene.pods[0];
const service = scene.services[0];
if (pod === undefined || service === undefined) throw new Error("no Pod, no Service");

test("a Pod has a ring around its box, a Service one of its own form, and what is not shown none", () => {
  const things: readonly ThingId[] = [
    { kind: "pod", key: pod.key },
    { kind: "service", key: service.key },
    { kind: "pod", key: "nowhere/nobody" },
  ];
  const shapes = pointedShapes(scene, [], attention(things), options);
  const box = boxOf(scene, { kind: "pod", key: pod.key }, 4);
  expect(shapes).toHaveLength(2);
  expect(shapes[0]).toMatchObject({ kind: "rect", x: (box?.x ?? 0) - 3, width: (box?.width ?? 0) + 6, stroke: "--ink-3" });
  expect(shapes[1]).toMatchObject({ kind: "path", stroke: "--ink-3" });
});

test("the stop of a hop that is pointed at has a ring; from afar, where there are no stops, none", () => {
  const stops = [1, 2].map((number) => ({ point: { x: 10 * number, y: 5 }, number, state: "past", dns: false }) as const);
  expect(pointedShapes(scene, stops, attention([], [2]), options)).toMatchObject([{ kind: "circle", x: 20, y: 5 }]);
  expect(pointedShapes(scene, stops, attention([], [2]), { ...options, level: 2 })).toEqual([]);
});

test("nothing is pointed at", () => {
  expect(pointedShapes(scene, [], { selected: null, hovered: null, focused: null }, options)).toEqual([]);
});
