import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { choreograph } from "../choreography.ts";
import { buildScene } from "../layout.ts";
import { measureRoughly, paletteFrom } from "./test-palette.ts";
import { clusterOf, journeyOf } from "../test-views.ts";
import { sceneToSvg } from "./svg.ts";

const tokens = readFileSync(new URL("../../app/tokens.css", import.meta.url), "utf8");
const paletteOf = (theme: "light" | "dark") => paletteFrom(tokens, theme);

const SMALL = `
  node node-1 - 192.168.10.11
  node node-2 - 192.168.10.12
  pod node-1 debug 10.244.1.7 run=debug client
  pod node-2 web-9xq7 10.244.2.6 app=web
  service web ClusterIP 10.96.142.31:80 -> 8080 app=web
`;

function small(ending: "delivered" | "rejected") {
  const view = clusterOf(SMALL);
  const journey = journeyOf({ view, from: "default/debug", service: "default/web", to: "default/web-9xq7", lookup: false, ending });
  const scene = buildScene(view, { width: 460, focus: "default/web", previous: null, arrangement: "embed", podDetail: "address" });
  return { scene, choreography: choreograph({ journey, view, scene }) };
}

/** Holds text against a golden file; a missing one is written and fails once, so that somebody reads it. */
function expectGolden(name: string, text: string): void {
  const file = new URL(`../golden/${name}`, import.meta.url);
  if (!existsSync(file)) {
    writeFileSync(file, text);
    throw new Error(`wrote golden/${name}: read it, then run again`);
  }
  expect(text).toBe(readFileSync(file, "utf8"));
}

test("a small cluster with a packet that crosses to the other node", () => {
  const { scene, choreography } = small("delivered");
  const showMs = choreography.beats.find((beat) => beat.title === "Cross to node-2")?.stillMs ?? 0;
  expectGolden("crossing.svg", sceneToSvg({ scene, choreography, showMs, palette: paletteOf("light"), measure: measureRoughly }));
});

test("the same moment gives the same picture, whatever was drawn before", () => {
  const { scene, choreography } = small("delivered");
  const at = (showMs: number): string => sceneToSvg({ scene, choreography, showMs, palette: paletteOf("dark"), measure: measureRoughly });
  const first = at(1500);
  at(choreography.totalMs);
  expect(at(1500)).toBe(first);
  expect(at(1500)).not.toBe(at(1700));
});

test("every ink of the picture is a token, in both themes", () => {
  for (const theme of ["light", "dark"] as const) {
    for (const ending of ["delivered", "rejected"] as const) {
      const { scene, choreography } = small(ending);
      for (const beat of choreography.beats) {
        const svg = sceneToSvg({ scene, choreography, showMs: beat.stillMs, palette: paletteOf(theme), measure: measureRoughly });
        expect(svg).not.toContain("undefined");
        expect(svg).not.toMatch(/stroke="none"/);
        expect(svg).not.toMatch(/<text[^>]*fill="none"/);
      }
    }
  }
});

test("names are text, not markup", () => {
  const view = clusterOf(SMALL);
  const scene = buildScene(
    { ...view, pods: view.pods.map((pod) => ({ ...pod, shortName: "<b>&" })) },
    { width: 460, focus: null, previous: null, arrangement: "workbench", podDetail: "address" },
  );
  expect(sceneToSvg({ scene, palette: paletteOf("light"), measure: measureRoughly })).toContain("&lt;b&gt;&amp;");
});
