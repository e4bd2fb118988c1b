import { expect, test } from "vitest";
import type { Box } from "./contract.ts";
import { indexOf, podsInSight, sees, wiresInSight } from "./lookup.ts";
import { buildScene } from "./layout.ts";
import { clusterOf } from "./test-views.ts";

const nodes = Array.from({ length: 12 }, (_, n) => `node node-${n} zone-${n % 3} 192.168.10.${n + 11}`);
const pods = nodes.flatMap((_, n) =>
  Array.from({ length: 9 }, (_, i) => `pod node-${n} web-${n}-${i} 10.244.${n}.${i + 2} app=web${i === 3 ? " not-ready" : ""}`),
);
const services = ["service web ClusterIP 10.96.142.31:80 -> 8080 app=web"];
const scene = buildScene(clusterOf([...nodes, ...pods, ...services].join("\n")), {
  width: 900,
  focus: "default/web",
  previous: null,
  arrangement: "workbench",
  podDetail: "address",
});

const SIGHTS: Readonly<Record<string, Box>> = {
  "all of it": { x: 0, y: 0, width: scene.width, height: scene.height },
  "the upper left": { x: 0, y: 0, width: scene.width / 3, height: scene.height / 2 },
  "a sliver in the middle": { x: scene.width / 2, y: scene.height / 2, width: 3, height: 3 },
  "beside the picture": { x: scene.width + 500, y: 0, width: 400, height: 400 },
};

test.each(Object.entries(SIGHTS))("%s: the Pods and wires in sight are those whose boxes are, in their order", (_, visible) => {
  expect(podsInSight(scene, visible)).toEqual(scene.pods.filter(({ box }) => sees(visible, box)));
  const close = (points: readonly { readonly x: number; readonly y: number }[]): boolean => {
    const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    return sees(visible, { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y });
  };
  expect(wiresInSight(scene, visible)).toEqual(scene.wires.filter(close));
});

test("the sights differ in how many they hold, so that passing over nodes is put to the test", () => {
  const counts = Object.values(SIGHTS).map((visible) => podsInSight(scene, visible).length);
  expect(counts[0]).toBe(scene.pods.length);
  expect(counts[1]).toBeGreaterThan(0);
  expect(counts[1]).toBeLessThan(scene.pods.length);
  expect(counts[3]).toBe(0);
});

test("without a sight everything is in it", () => {
  expect(podsInSight(scene, undefined)).toBe(scene.pods);
  expect(wiresInSight(scene, undefined)).toBe(scene.wires);
});

test.each([
  ["10.96.142.31:80", "10.96.142.31"],
  ["10.96.142.31:80, 443", "10.96.142.31"],
  ["[fd00::1f]:80", "fd00::1f"],
  ["fd00::1f", "fd00::1f"],
  ["10.96.142.31", "10.96.142.31"],
])("of a Service at %s the address is %s", (address, host) => {
  const named = { ...scene, services: scene.services.map((service) => ({ ...service, address })) };
  expect([...indexOf(named).serviceAddresses]).toEqual([host]);
});
