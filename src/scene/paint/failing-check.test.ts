/** While a check fails, Pods show what it is about: the labels that a selector looked for, the ports on which they listen. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { SceneOptions } from "../contract.ts";
import { buildScene } from "../layout.ts";
import { clusterOf } from "../test-views.ts";
import { drawShapes, type Context } from "./canvas.ts";
import { structureShapes } from "./structure.ts";
import { sceneToSvg } from "./svg.ts";
import { measureRoughly, paletteFrom } from "./test-palette.ts";

const palette = paletteFrom(readFileSync(new URL("../../app/tokens.css", import.meta.url), "utf8"), "light");

const BROKEN = `
  node node-1 zone-a 192.168.10.11
  node node-2 zone-b 192.168.10.12
  pod node-1 web-4k2p 10.244.1.5 app=web
  pod node-1 debug 10.244.1.7 run=debug client
  pod node-2 web-9xq7 10.244.2.6 app=web
  pod node-2 kube-system/coredns-2x7f 10.244.2.2 k8s-app=kube-dns dns
  service web ClusterIP 10.96.142.31:80 -> 8080 app=webb
  service kube-system/kube-dns ClusterIP 10.96.0.10:53 -> 53 k8s-app=kube-dns
`;

function sceneOf(podDetail: SceneOptions["podDetail"], text = BROKEN) {
  return buildScene(clusterOf(text), { width: 718, focus: "default/web", previous: null, arrangement: "workbench", podDetail });
}

test.each([
  {
    podDetail: "address",
    want: ["debug 10.244.1.7", "web-4k2p 10.244.1.5", "web-9xq7 10.244.2.6", "coredns-2x7f 10.244.2.2"],
  },
  // Pods of another namespace than the Service's show that it cannot mean them.
  { podDetail: "labels", want: ["debug run: debug", "web-4k2p app: web", "web-9xq7 app: web", "coredns-2x7f kube-system"] },
  { podDetail: "ports", want: ["debug no port", "web-4k2p port 8080", "web-9xq7 port 8080", "coredns-2x7f port 8080"] },
] as const)("a Pod's second line: $podDetail", ({ podDetail, want }) => {
  const lines = sceneOf(podDetail).pods.map(({ name, detail }) => `${name} ${detail}`);
  expect(lines.toSorted()).toEqual([...want].sort());
});

test("the thread of a selector that finds nothing ends in the air, and names what it looked for", () => {
  const [thread] = sceneOf("labels").threads;
  expect([thread?.end?.mono, thread?.end?.text]).toEqual(["app: webb", "is on none of the 3 Pods in default"]);
  const last = thread?.lines[0]?.at(-1);
  const pods = sceneOf("labels").pods.map(({ box }) => box.y);
  expect(last?.y).toBeLessThan(Math.min(...pods));
  // Mended, it reaches its Pods, and says nothing.
  const [mended] = sceneOf("address", BROKEN.replace("app=webb", "app=web")).threads;
  expect(mended?.end).toBeNull();
  expect(Math.max(...(mended?.lines ?? []).flat().map(({ y }) => y))).toBeGreaterThan(Math.min(...pods));
});

test.each(["labels", "ports"] as const)("both painters write the same, twice the same: %s", (podDetail) => {
  const scene = sceneOf(podDetail);
  const svg = sceneToSvg({ scene, palette, measure: measureRoughly });
  expect(svg).toBe(sceneToSvg({ scene: sceneOf(podDetail), palette, measure: measureRoughly }));
  const texts = structureShapes(scene, { level: 4, scale: 1, measure: measureRoughly }).filter(({ kind }) => kind === "text");
  const written: string[] = [];
  const context = new Proxy<Record<string, unknown>>(
    {},
    {
      get: (held, name: string) => (name === "fillText" ? (text: string) => written.push(text) : (held[name] ?? (() => undefined))),
      set: (held, name: string, value) => ((held[name] = value), true),
    },
  );
  // the cast: the painter calls methods and sets fields, which is all this stands in for
  drawShapes(context as unknown as Context, texts, palette);
  expect(written).toContain("app: webb");
  expect(written).toContain(podDetail === "labels" ? "app: web" : "port 8080");
  for (const text of written) expect(svg).toContain(`>${text}<`);
});
