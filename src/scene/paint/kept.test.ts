/** What a filter leaves aside is drawn faintly, at its place; what it keeps is drawn as ever. */
import { expect, test } from "vitest";
import type { Kept } from "../contract.ts";
import type { Level } from "../level.ts";
import { buildScene } from "../layout.ts";
import { PICTURE_A, clusterOf } from "../test-views.ts";
import { DIM } from "./options.ts";
import { structureShapes } from "./structure.ts";
import type { Shape } from "./shapes.ts";
import { sceneToSvg } from "./svg.ts";
import { measureRoughly } from "./test-palette.ts";

const view = clusterOf(PICTURE_A);
const scene = buildScene(view, { width: 718, focus: null, previous: null, arrangement: "workbench", podDetail: "address" });
const kept: Kept = {
  pods: new Set(["default/web-9xq7"]),
  nodes: new Set(["node-2"]),
  services: new Set(["default/web"]),
  outside: new Set(),
};
const drawn = (level: Level, only: Kept | null): readonly Shape[] =>
  structureShapes(scene, { level, scale: 1, measure: measureRoughly, kept: only });

test.each([
  { text: "web-9xq7", dim: false },
  { text: "web-4k2p", dim: true },
  { text: "node-2", dim: false },
  { text: "node-1", dim: true },
  { text: "web", dim: false },
  { text: "cart", dim: true },
  { text: "client", dim: true },
])("$text is dimmed: $dim", ({ text, dim }) => {
  const found = drawn(4, kept).filter((shape) => shape.kind === "text" && shape.text === text);
  expect(found).not.toEqual([]);
  expect(found.every((shape) => ((shape.alpha ?? 1) === DIM) === dim)).toBe(true);
});

test.each<Level>([4, 3, 2])("at level %i nothing moves: the same shapes with less ink", (level) => {
  const inkless = (shapes: readonly Shape[]): unknown => shapes.map(({ alpha: _alpha, ...shape }) => shape);
  expect(inkless(drawn(level, kept))).toEqual(inkless(drawn(level, null)));
});

test("from afar the kept squares stand out, and all squares stay where they were", () => {
  const corners = (shapes: readonly Shape[], wanted: (shape: Shape) => boolean): readonly string[] =>
    shapes.flatMap((shape) => {
      if (shape.kind !== "cells" || !wanted(shape)) return [];
      return shape.corners.flatMap((x, i) => (i % 2 === 0 ? [`${x},${shape.corners[i + 1]}`] : []));
    });
  const all = corners(drawn(1, null), () => true);
  expect([...corners(drawn(1, kept), () => true)].sort()).toEqual([...all].sort());
  expect(corners(drawn(1, kept), (shape) => shape.alpha === undefined)).toHaveLength(1);
});

test("of blocks alone those of kept nodes stay", () => {
  const faint = drawn(0, kept).filter(
    (shape) => shape.kind === "rect" && "fill" in shape && shape.fill === "--heat-2" && shape.alpha === DIM,
  );
  expect(faint).toHaveLength(scene.nodes.length - 1);
});

test("a picture that is saved is dimmed as the one on the screen", () => {
  const svg = (only: Kept | null): string => sceneToSvg({ scene, palette: {}, measure: measureRoughly, kept: only });
  expect(svg(null)).not.toContain(`opacity="${DIM}"`);
  expect(svg(kept)).toContain(`opacity="${DIM}"`);
});
