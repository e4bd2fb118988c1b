import { expect, test } from "vitest";
import { createSimulation } from "../../core/simulation/simulation.ts";
import { buildScene } from "../layout.ts";
import { PICTURE_A, clusterOf, journeyOf } from "../test-views.ts";
import { choreograph } from "../choreography.ts";
import { frameAt } from "../frame.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { gateShapes } from "./gate.ts";
import { podShapes } from "./pod.ts";
import { structureShapes } from "./structure.ts";
import type { Shape } from "./shapes.ts";
import { measureRoughly } from "./test-palette.ts";

const OPTIONS = { width: 718, focus: null, previous: null, arrangement: "workbench", podDetail: "address" } as const;
const AT_1 = { level: 4, scale: 1, measure: measureRoughly } as const;
const texts = (shapes: readonly Shape[]): readonly string[] => shapes.flatMap((shape) => (shape.kind === "text" ? [shape.text] : []));
const sceneOf = (view: ClusterView) => buildScene(view, OPTIONS);

test.each([
  { changes: 0, says: ["kube-proxy", "iptables"] },
  { changes: 1, says: ["1 change behind"] },
  { changes: 2, says: ["2 changes behind"] },
])("a gate whose rules lack $changes changes says $says", ({ changes, says }) => {
  const view = clusterOf("node node-1 - 192.168.10.11");
  const scene = sceneOf({ ...view, nodes: view.nodes.map((node) => ({ ...node, changesBehind: changes })) });
  const node = scene.nodes[0]!;
  expect(texts(gateShapes(node, scene, node.rest, AT_1))).toEqual(says);
});

test("after a change every gate is behind until its kube-proxy has synced", () => {
  const pods = (replicas: number): string => `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: c, image: nginx }] }
`;
  const simulation = createSimulation({ files: [{ name: "web.yaml", text: pods(2) }], seed: 1 });
  simulation.settle();
  simulation.apply([{ name: "web.yaml", text: pods(3) }], simulation.now);
  const said = new Set<string>();
  const changedAt = simulation.now;
  for (let ms = 0; ms < 10_000; ms += 20) {
    simulation.settle(changedAt + ms * 1_000_000);
    const scene = sceneOf(simulation.view());
    for (const node of scene.nodes) for (const words of texts(gateShapes(node, scene, node.rest, AT_1))) said.add(words);
  }
  expect([...said].filter((words) => words.endsWith("behind"))).not.toEqual([]);
  expect(simulation.view().nodes.every((node) => node.changesBehind === 0)).toBe(true);
});

test("a tally stands beside the address, and moves beside the name where the address needs the room", () => {
  const scene = sceneOf(clusterOf("node node-1 - 192.168.10.11\npod node-1 web-4k2p 10.244.1.5 app=web"));
  const pod = scene.pods[0]!;
  const tallyY = (width: number): number | undefined => {
    const shapes = podShapes({ ...pod, box: { ...pod.box, width } }, { tally: 37 }, AT_1);
    const number = shapes.find((shape) => shape.kind === "text" && shape.text === "37");
    return number?.kind === "text" ? number.y - (pod.box.y + pod.box.height / 2) : undefined;
  };
  expect(tallyY(200)).toBe(12);
  expect(tallyY(120)).toBe(-3);
  expect(texts(podShapes({ ...pod, box: { ...pod.box, width: 120 } }, { tally: 37, tag: "33%" }, AT_1))).not.toContain("37");
});

test("once the story is over, a gate whose kube-proxy is stopped says that again", () => {
  const view = clusterOf(PICTURE_A);
  const stopped = { ...view, nodes: view.nodes.map((node) => ({ ...node, proxy: { ...node.proxy, stopped: true } })) };
  const journey = journeyOf({ view, from: "default/debug", service: "default/web", to: "default/web-9xq7" });
  const saying = (of: ClusterView, after: number): readonly string[] => {
    const scene = sceneOf(of);
    const choreography = choreograph({ journey, view, scene });
    return frameAt(scene, choreography, choreography.totalMs + after, { playing: false, rate: 1 }).gates.map((gate) => gate.node);
  };
  expect(saying(view, 0)).toContain("node-1");
  expect(saying(stopped, -50)).toContain("node-1");
  expect(saying(stopped, 0)).toEqual([]);
});

test.each([0, 1] as const)("at level %i a node that is not there carries the outlined octagon, above its squares", (level) => {
  const scene = sceneOf(clusterOf(PICTURE_A.replace(".12", ".12 not-ready")));
  const shapes = structureShapes(scene, { level, scale: 0.1, measure: measureRoughly });
  const octagons = shapes.flatMap((shape, i) =>
    shape.kind === "path" && shape.stroke === "--drop-fill" && shape.fill === "--surface" ? [i] : [],
  );
  expect(octagons).toHaveLength(1);
  expect(octagons[0]).toBeGreaterThan(shapes.findLastIndex((shape) => shape.kind === "cells"));
  expect(
    structureShapes(sceneOf(clusterOf(PICTURE_A)), { level, scale: 0.1, measure: measureRoughly }).filter(
      (shape) => "stroke" in shape && shape.stroke === "--drop-fill",
    ),
  ).toEqual([]);
});
