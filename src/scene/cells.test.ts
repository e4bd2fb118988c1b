import { expect, test } from "vitest";
import { cellsOf } from "./cells.ts";
import { boxOf, hit } from "./hit.ts";
import { buildScene } from "./layout.ts";
import { clusterOf } from "./test-views.ts";
import type { Box } from "./contract.ts";

const CLUSTER = Array.from({ length: 12 }, (_, n) =>
  [
    `node node-${n} - 192.168.10.${n}`,
    ...Array.from({ length: n === 5 ? 31 : 9 }, (_, i) => `pod node-${n} web-${n}-${i} 10.244.${n}.${i} app=web`),
  ].join("\n"),
).join("\n");
const scene = buildScene(clusterOf(CLUSTER), { width: 718, focus: null, previous: null, arrangement: "workbench", podDetail: "address" });

const within = (inner: Box, outer: Box): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;
const apart = (a: Box, b: Box): boolean => a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

test("every Pod has a square of its own inside its node, all of one size", () => {
  const { boxes, size } = cellsOf(scene);
  expect(scene.pods.filter((pod) => boxes.get(pod.key) === undefined)).toEqual([]);
  for (const node of scene.nodes) {
    const cells = scene.pods.filter((pod) => pod.node === node.name).map((pod) => boxes.get(pod.key)!);
    for (const [i, cell] of cells.entries()) {
      expect(within(cell, node.box), `${node.name} ${i}`).toBe(true);
      expect([cell.width, cell.height]).toEqual([size, size]);
      for (const other of cells.slice(i + 1)) expect(apart(cell, other)).toBe(true);
    }
  }
  expect(size).toBeGreaterThan(scene.metrics.podHeight * 0.8);
});

test("at level 1 a point is in the square that is drawn there, below it in the node", () => {
  for (const pod of scene.pods.slice(0, 20)) {
    const cell = cellsOf(scene).boxes.get(pod.key)!;
    const middle = { x: cell.x + cell.width / 2, y: cell.y + cell.height / 2 };
    expect(hit(scene, middle, 1)).toEqual({ kind: "pod", key: pod.key });
    expect(boxOf(scene, { kind: "pod", key: pod.key }, 1)).toMatchObject(cell);
    expect(hit(scene, middle, 0)).toEqual({ kind: "node", name: pod.node });
  }
});
