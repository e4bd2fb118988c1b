import { expect, it, test } from "vitest";
import { createSimulation } from "../../core/simulation/simulation.ts";
import type { Shade, Tally } from "../contract.ts";
import { frameAt } from "../frame.ts";
import { buildScene } from "../layout.ts";
import { fit, hit, boxOf, neighbour } from "../hit.ts";
import { frontOnMap, levelAt, namespaceShades, rampOf, stepOf } from "../map.ts";
import type { Scene } from "../scene.ts";
import { movingShapes } from "./moving.ts";
import type { Shape } from "./shapes.ts";
import { structureShapes } from "./structure.ts";

const WORKERS = 30;
const TEXT = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
  - role: control-plane
${Array.from({ length: WORKERS }, (_, i) => `  - {role: worker, labels: {topology.kubernetes.io/zone: zone-${"abc"[i % 3] ?? ""}}}`).join("\n")}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 300, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}}
`;
const simulation = createSimulation({ files: [{ name: "a.yaml", text: TEXT }] });
simulation.perform({ kind: "set-ready", pod: simulation.view().pods.find(({ role }) => role === "server")?.key ?? "", ready: false });
const view = simulation.view();
const scene: Scene = buildScene(view, {
  width: 700,
  height: 480,
  focus: "default/web",
  previous: null,
  arrangement: "workbench",
  podDetail: "address",
});
const { scale } = fit(scene, 700, 480);
const map = scene.map ?? expect.fail("30 nodes are a map");
const options = {
  level: levelAt(scene, scale),
  scale,
  measure: (text: string, _font: string, size: number): number => text.length * size * 0.5,
} as const;
const still = (shade: Shade): readonly Shape[] => structureShapes(scene, { ...options, shade });
const servers = view.pods.filter(({ role, state }) => role === "server" && state === "ready");
const cells = (shapes: readonly Shape[]): Readonly<Record<string, number>> =>
  Object.fromEntries(shapes.flatMap((shape) => (shape.kind === "cells" ? [[shape.fill ?? "", shape.corners.length / 2]] : [])));

test("all of it fits in the frame at level 1, with room for the Service above", () => {
  expect(options.level).toBe(1);
  const { offsetY, offsetX } = fit(scene, 700, 480);
  expect(frontOnMap(map, scale).y * scale + offsetY).toBeGreaterThanOrEqual(0);
  expect((map.box.y + map.box.height) * scale + offsetY).toBeLessThanOrEqual(480);
  expect((map.box.x + map.box.width) * scale + offsetX).toBeLessThanOrEqual(700);
});

test("each zone is headed by its name and by how much is in it", () => {
  const words = still("requests").flatMap((shape) => (shape.kind === "text" ? [shape.text] : []));
  expect(words.filter((word) => word.startsWith("zone-"))).toEqual(["zone-a", "zone-b", "zone-c"]);
  const pods = words.flatMap((word) => /^10 nodes, (\d+) Pods$/.exec(word)?.[1] ?? []).map(Number);
  expect(pods.reduce((sum, one) => sum + one, 0)).toBe(
    view.pods.filter(({ node }) => scene.nodes.some(({ name }) => name === node)).length,
  );
});

it.each([
  ["requests", { "--heat-0": scene.pods.length - 1, "--surface": 1 }],
  ["namespace", { "--heat-5": 299, "--heat-4": scene.pods.length - 300, "--surface": 1 }],
] as const)("shaded by %s, one that is not ready is hollow", (shade, want) => {
  expect(cells(still(shade))).toEqual(want);
});

test("the namespace of the Service in focus is the darkest", () => {
  expect(namespaceShades(scene).map(({ name, step }) => [name, step])).toEqual([
    ["default", 5],
    ["kube-system", 4],
  ]);
});

it.each([
  [[], 0, 0],
  [[1, 1, 2], 0, 0],
  [[1, 1, 2], 2, 5],
  [[10, 10, 10], 1, 1],
  [[10, 10, 10], 4, 2],
])("of %j a count of %i has ink %i", (counts, count, want) => {
  expect(stepOf(count, rampOf(counts))).toBe(want);
});

test("an outlier has full ink and dims nobody: the ramp ends at the 99th percentile, the legend at the most", () => {
  const ramp = rampOf([...Array.from({ length: 200 }, () => 5), 500]);
  expect(ramp).toEqual({ full: 5, most: 500 });
  expect([stepOf(5, ramp), stepOf(500, ramp)]).toEqual([5, 5]);
});

function answered(counts: readonly (readonly [zone: string, count: number])[], perSecond?: number): readonly Shape[] {
  const before = counts.map(([zone, count]) => {
    const nodes = new Set(scene.nodes.filter((node) => node.zone === zone).map(({ name }) => name));
    return { pod: servers.find(({ node }) => nodes.has(node ?? ""))?.key ?? expect.fail(`no Pod in ${zone}`), count };
  });
  const tally: Tally = { before, arrivals: [], ...(perSecond === undefined ? {} : { perSecond }) };
  const frame = frameAt(scene, null, 0, { playing: false, rate: 1, tally });
  return movingShapes(scene, frame, { selected: null, hovered: null, focused: null }, options);
}

it.each([
  ["few are counted", [["zone-a", 1]], undefined, ["1 answer"]],
  [
    "many have a share",
    [
      ["zone-a", 10],
      ["zone-c", 30],
    ],
    undefined,
    ["25%", "75%"],
  ],
  ["with a rate while traffic stands", [["zone-b", 40]], 1200, ["100%", "1,200/s"]],
] as const)("bands to the zones: %s", (_name, counts, perSecond, want) => {
  const words = answered(counts, perSecond).flatMap((shape) => (shape.kind === "text" ? [shape.text] : []));
  expect(words.filter((word) => /answer|%|\/s/.test(word))).toEqual(want);
});

test("what answered is as dark as it answered often", () => {
  expect(
    cells(
      answered([
        ["zone-a", 1],
        ["zone-b", 5],
      ]),
    ),
  ).toEqual({ "--heat-1": 1, "--heat-5": 1 });
});

test("a point on a block is its node, one on a square its Pod, one on the front the Service", () => {
  const [node] = scene.nodes;
  if (node === undefined) throw new Error("there are nodes");
  expect(hit(scene, { x: node.box.x + 3, y: node.box.y + 3 }, 1, scale)).toEqual({ kind: "node", name: node.name });
  const pod = scene.pods.find((one) => one.node === node.name) ?? expect.fail("it has Pods");
  const square = boxOf(scene, { kind: "pod", key: pod.key }, 1, scale) ?? expect.fail("it shows");
  expect(hit(scene, { x: square.x + 2, y: square.y + 2 }, 1, scale)).toEqual({ kind: "pod", key: pod.key });
  const front = frontOnMap(map, scale);
  expect(hit(scene, { x: front.x + 5, y: front.y + 5 }, 1, scale)).toEqual({ kind: "service", key: "default/web" });
});

test("arrow keys go from block to block, and up to the Service; a Pod stands where its node does", () => {
  const [first, second] = scene.nodes;
  const pod = scene.pods.find(({ node }) => node === first?.name);
  if (first === undefined || second === undefined || pod === undefined) throw new Error("there are nodes with Pods");
  const right = { kind: "node", name: second.name };
  expect(neighbour(scene, { kind: "node", name: first.name }, "right", scale)).toEqual(right);
  expect(neighbour(scene, { kind: "pod", key: pod.key }, "right", scale)).toEqual(right);
  expect(neighbour(scene, { kind: "service", key: "default/web" }, "down", scale)?.kind).toBe("node");
  const middle = scene.nodes.filter(({ box }) => box.y === first.box.y)[
    Math.floor(scene.nodes.filter(({ box }) => box.y === first.box.y).length / 2)
  ];
  expect(neighbour(scene, { kind: "node", name: middle?.name ?? "" }, "up", scale)).toEqual({ kind: "service", key: "default/web" });
});
