/**
 * Regression of the picture: real scenarios at named moments, as SVG by the small painter, in the names of the tokens, so
 * that a golden holds in both themes; and the levels of detail of one cluster. The same lists of shapes go to the canvas.
 * Text is measured roughly here: pixels belong to a browser, and `npm run shots` makes those.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Journey } from "../../core/network/trace.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { choreograph } from "../../scene/choreography.ts";
import type { Palette } from "../../scene/contract.ts";
import { buildScene } from "../../scene/layout.ts";
import type { Level } from "../../scene/level.ts";
import { structureShapes } from "../../scene/paint/structure.ts";
import { sceneToSvg, shapesToSvg } from "../../scene/paint/svg.ts";
import { measureRoughly, paletteFrom } from "../../scene/paint/test-palette.ts";
import { scenarioById } from "./index.ts";
import { Play } from "./testing.ts";

const tokens = readFileSync(new URL("../tokens.css", import.meta.url), "utf8");
/** Every token under its own name. */
const NAMES: Palette = new Proxy({}, { get: (_, token) => `var(${String(token)})` });

interface Shown {
  readonly view: ClusterView;
  readonly journey: Journey;
}

function played(id: string, step?: string): Shown {
  const scenario = scenarioById(id);
  if (scenario === null) throw new Error(`no scenario ${id}`);
  const play = new Play(scenario);
  if (step !== undefined) play.does(play.step(step));
  const journey = play.send().at(-1);
  if (journey === undefined) throw new Error(`${id} sent nothing`);
  return { view: play.simulation.view(), journey };
}

const sceneOf = ({ view }: Shown, width = 718) =>
  buildScene(view, { width, focus: null, previous: null, arrangement: "workbench", podDetail: "address" });

/** The still moment of the beat with this title; "end": when all has come to rest. */
function svgAt(shown: Shown, moment: string, palette: Palette): string {
  const scene = sceneOf(shown);
  const choreography = choreograph({ journey: shown.journey, view: shown.view, scene });
  const beat = choreography.beats.find(({ title }) => title.startsWith(moment));
  if (moment !== "end" && beat === undefined)
    throw new Error(`no ${moment} among ${choreography.beats.map(({ title }) => title).join(", ")}`);
  return sceneToSvg({ scene, choreography, showMs: beat?.stillMs ?? choreography.totalMs, palette, measure: measureRoughly });
}

/** KUBEHOP_WRITE_GOLDENS=1 writes the file anew; its diff is to be read, beside `npm run shots`. */
function expectGolden(name: string, svg: string): void {
  const file = new URL(`golden/${name}.svg`, import.meta.url);
  if (process.env["KUBEHOP_WRITE_GOLDENS"] === "1") writeFileSync(file, svg);
  expect(svg).toBe(readFileSync(file, "utf8"));
}

describe.each([
  { id: "clusterip", moments: ["Look up", "Rewrite the destination", "end"] },
  { id: "headless", moments: ["end"] },
  { id: "external-name", moments: ["end"] },
  { id: "nodeport", moments: ["Rewrite"] },
  { id: "selector-typo", moments: ["Refuse"] },
  { id: "target-port", moments: ["end"] },
  { id: "traffic-policy-local", moments: ["end"] },
  { id: "network-policy", moments: ["end"] },
])("$id", ({ id, moments }) => {
  test.each(moments)("%s", (moment) => {
    const shown = played(id);
    expectGolden(`${id}-${moment.split(" ")[0]?.toLowerCase()}`, svgAt(shown, moment, NAMES));
    // Each token is there in each theme, and nothing is drawn in an ink that is none.
    for (const theme of ["light", "dark"] as const) {
      const svg = svgAt(shown, moment, paletteFrom(tokens, theme));
      expect(svg).not.toMatch(/undefined|NaN|stroke="none"|<text[^>]*fill="none"/);
      expect(svg).not.toContain("var(");
    }
  });
});

test("a later moment is another picture: the goldens can fail", () => {
  const shown = played("clusterip");
  expect(svgAt(shown, "Rewrite the destination", NAMES)).not.toBe(svgAt(shown, "Look up", NAMES));
});

describe("levels of detail", () => {
  const shown = played("readiness");

  test.each([0, 1, 2, 3, 4] as const)("level %i", (level: Level) => {
    const scene = sceneOf(shown);
    const shapes = structureShapes(scene, { level, scale: SCALES[level], measure: measureRoughly });
    const size = `width="${scene.width}" height="${scene.height}" viewBox="0 0 ${scene.width} ${scene.height}"`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n${shapesToSvg(shapes, NAMES)}\n</svg>\n`;
    expectGolden(`level-${level}`, svg);
    expect(svg).not.toMatch(/undefined|NaN/);
  });

  test("the nearest level says all that the one below says", () => {
    const texts = (level: Level): readonly string[] =>
      structureShapes(sceneOf(shown), { level, scale: SCALES[level], measure: measureRoughly }).flatMap((shape) =>
        shape.kind === "text" ? [shape.text] : [],
      );
    expect(texts(5)).toEqual(expect.arrayContaining([...texts(4)]));
  });

  test("each says less than the one above, and never one that is not ready as ready", () => {
    const scene = sceneOf(shown);
    const texts = ([0, 1, 2, 3, 4] as const).map(
      (level) =>
        structureShapes(scene, { level, scale: SCALES[level], measure: measureRoughly }).filter(({ kind }) => kind === "text").length,
    );
    expect(texts).toEqual([...texts].sort((a, b) => a - b));
    const cells = structureShapes(scene, { level: 1, scale: SCALES[1], measure: measureRoughly }).filter(({ kind }) => kind === "cells");
    expect(cells.some((cell) => cell.kind === "cells" && cell.stroke === "--ctl")).toBe(true);
  });
});

/** About what makes a Pod of 44 px as high as the level has it. */
const SCALES: Readonly<Record<Level, number>> = { 0: 0.07, 1: 0.15, 2: 0.33, 3: 0.6, 4: 1, 5: 1.6 };
