/** Level 5: Pods seen closely say their ports, nodes what their conntrack holds; and the way to it and back. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { choreograph } from "../choreography.ts";
import type { SceneOptions } from "../contract.ts";
import { buildScene } from "../layout.ts";
import { levelAt } from "../map.ts";
import { clusterOf, journeyOf } from "../test-views.ts";
import { sceneToSvg } from "./svg.ts";
import { measureRoughly, paletteFrom } from "./test-palette.ts";

const tokens = readFileSync(new URL("../../app/tokens.css", import.meta.url), "utf8");

const CLUSTER = `
  node node-1 zone-a 192.168.10.11
  node node-2 zone-a 192.168.10.12 cordoned
  pod node-1 debug 10.244.1.7 run=debug client
  pod node-1 coredns-2x7f 10.244.1.2 k8s-app=kube-dns dns
  pod node-2 web-9xq7 10.244.2.6 app=web
  pod node-2 web-m3tz 10.244.2.8 app=web not-ready
  service web ClusterIP 10.96.142.31:80 -> 8080 app=web
`;
const view = clusterOf(CLUSTER);
const listening = {
  ...view,
  pods: view.pods.map((pod) => ({
    ...pod,
    listens:
      pod.role === "client"
        ? []
        : pod.role === "dns"
          ? [
              { port: 53, protocol: "UDP" as const, because: "" },
              { port: 53, protocol: "TCP" as const, because: "" },
              { port: 9153, protocol: "TCP" as const, because: "" },
            ]
          : [{ port: 8080, protocol: "TCP" as const, because: "" }],
  })),
};
const OPTIONS: SceneOptions = { width: 700, focus: "default/web", previous: null, arrangement: "workbench", podDetail: "address" };

function closeUp(podDetail: SceneOptions["podDetail"], theme: "light" | "dark", scale = 1.6): string {
  const scene = buildScene(listening, { ...OPTIONS, podDetail });
  const journey = journeyOf({ view: listening, from: "default/debug", service: "default/web", to: "default/web-9xq7", lookup: false });
  const choreography = choreograph({ journey, view: listening, scene });
  const showMs = choreography.beats.find(({ title }) => title === "Cross to node-2")?.stillMs ?? 0;
  const tracked = [
    { node: "node-1", counts: [{ fromMs: 0, count: 2 }] },
    {
      node: "node-2",
      counts: [
        { fromMs: 0, count: 0 },
        { fromMs: showMs, count: 1 },
      ],
    },
  ];
  return sceneToSvg({ scene, choreography, showMs, scale, tracked, palette: paletteFrom(tokens, theme), measure: measureRoughly });
}

const wordsOf = (svg: string): readonly string[] => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map((match) => match[1] ?? "");

test("close up: name, address, ports of each Pod; name, address and conntrack of each node", () => {
  const file = new URL("../golden/close-up.svg", import.meta.url);
  const svg = closeUp("address", "light");
  if (process.env["KUBEHOP_WRITE_GOLDENS"] === "1" || !existsSync(file)) writeFileSync(file, svg);
  expect(svg).toBe(readFileSync(file, "utf8"));
  expect(wordsOf(svg)).toEqual(
    expect.arrayContaining([
      "web-9xq7",
      "10.244.2.6",
      "listens on 8080",
      "listens on no port",
      "listens on 53/UDP, 53, 9153",
      "conntrack: 2 entries",
      "192.168.10.12",
    ]),
  );
  // beside a note there is no room for the long words
  expect(wordsOf(svg)).toContain("no new Pods");
  expect(wordsOf(svg)).toEqual(expect.arrayContaining([expect.stringMatching(/1 entry$/)]));
  expect(wordsOf(closeUp("address", "dark"))).toEqual(wordsOf(svg));
});

test.each(["labels", "ports"] as const)("%s stand in the second line, and the address in the third", (podDetail) => {
  const words = wordsOf(closeUp(podDetail, "light"));
  const second = podDetail === "labels" ? "app: web" : "port 8080";
  expect(words.slice(words.indexOf("web-9xq7"), words.indexOf("web-9xq7") + 3)).toEqual(["web-9xq7", second, "10.244.2.6"]);
});

test("further away there are two lines, and no word of conntrack", () => {
  const words = wordsOf(closeUp("address", "light", 1));
  expect(words.filter((word) => /listens|conntrack/.test(word))).toEqual([]);
});

describe("the border of level 5, at a Pod height of 64 px", () => {
  const scene = buildScene(listening, OPTIONS);
  const at = (px: number, before: 4 | 5 | null): number => levelAt(scene, px / scene.metrics.podHeight, before);
  test.each([
    ["from afar it begins a tenth later", 66, 4, 4],
    ["and ends a tenth earlier", 60, 5, 5],
    ["beyond that it changes", 71, 4, 5],
    ["in both directions", 57, 5, 4],
    ["where nothing was before the border itself decides", 64, null, 5],
  ] as const)("%s", (_, px, before, wanted) => expect(at(px, before)).toBe(wanted));
});
