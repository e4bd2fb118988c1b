/** What a drawing says of an outcome is what the scenario leads to, at its opening or at one of its steps. */
import { describe, expect, test } from "vitest";
import type { Journey } from "../../core/network/trace.ts";
import { SCENARIOS, scenarioById } from "../scenarios/index.ts";
import { Play } from "../scenarios/testing.ts";
import { DRAWINGS, drawingOf } from "./drawings.ts";
import { sketchSvg } from "./drawing.tsx";
import { SKETCH, mark, type Sketch } from "./sketch.ts";

type Ending = Journey["outcome"]["kind"];

/** The parts of a glyph that no other glyph has: its inner stroke. */
const strokeOf = (name: Parameters<typeof mark>[0]): string =>
  /d="([^"]+)"/.exec(
    sketchSvg(mark(name, 0, 0))
      .split("\n")
      .at(-1) ?? "",
  )?.[1] ?? name;
const shows = (sketch: Sketch, name: Parameters<typeof mark>[0]): boolean => sketchSvg(sketch).includes(`d="${strokeOf(name)}"`);

/** Which ends of a request a glyph stands for. */
const MEANS: readonly (readonly [Parameters<typeof mark>[0], readonly Ending[]])[] = [
  // Where nobody has the address, the packet is as lost as one that is dropped.
  ["drop", ["dropped", "unreachable", "dns-failed"]],
  ["reject", ["refused"]],
];

function endings(id: string): ReadonlySet<Ending> {
  const scenario = scenarioById(id);
  if (scenario === null) throw new Error(`no scenario ${id}`);
  const play = new Play(scenario);
  const kinds = new Set<Ending>(play.send().map(({ outcome }) => outcome.kind));
  for (const { label } of scenario.steps ?? []) for (const { outcome } of play.take(label)) kinds.add(outcome.kind);
  return kinds;
}

test("no drawing is of a scenario that there is not", () => {
  expect(Object.keys(DRAWINGS).filter((id) => scenarioById(id) === null)).toEqual([]);
});

test("no two scenarios have the same drawing", () => {
  const drawn = Object.values(DRAWINGS).map(sketchSvg);
  expect(new Set(drawn).size).toBe(drawn.length);
});

describe.each(SCENARIOS.filter(({ id }) => DRAWINGS[id] !== undefined))("$id", ({ id }) => {
  const sketch = DRAWINGS[id] ?? [];

  test("stays inside its card, in inks of the palette", () => {
    const svg = sketchSvg(sketch);
    expect(svg).not.toMatch(/"#|NaN|undefined/);
    for (const shape of sketch) {
      if (shape.kind === "rect") {
        expect(shape.x).toBeGreaterThanOrEqual(2);
        expect(shape.y).toBeGreaterThanOrEqual(2);
        expect(shape.x + shape.width).toBeLessThanOrEqual(SKETCH.width - 2);
        expect(shape.y + shape.height).toBeLessThanOrEqual(SKETCH.height - 2);
      }
    }
  });

  test.each(MEANS)("an octagon with %s is an end that a request has there", (glyph, ends) => {
    if (!shows(sketch, glyph)) return;
    const led = [...endings(id)];
    expect(
      led.some((kind) => ends.includes(kind)),
      `${glyph}, but requests end ${led.join(", ")}`,
    ).toBe(true);
  });
});

test("a glyph is told from the others that share its octagon", () => {
  expect(shows(mark("drop", 50, 50), "drop")).toBe(true);
  expect(shows(mark("reject", 50, 50), "drop")).toBe(false);
});

test.each([
  { services: 0, ready: 0, waiting: 0, nodes: 0, pods: 0 },
  { services: 1, ready: 3, waiting: 1, nodes: 2, pods: 4 },
  { services: 40, ready: 4_000, waiting: 1_000, nodes: 300, pods: 8 },
])("a cluster of $services Services and $ready Pods is drawn with $pods of them", ({ pods, ...cluster }) => {
  const sketch = drawingOf(cluster);
  const drawn = sketch.filter((shape) => shape.kind === "rect" && shape.width === 22);
  expect(drawn).toHaveLength(pods);
  expect(shows(sketch, "notready")).toBe(cluster.waiting > 0);
});
