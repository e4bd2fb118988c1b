import { expect, test } from "vitest";
import { choreograph } from "./choreography.ts";
import { frameAt } from "./frame.ts";
import { buildScene } from "./layout.ts";
import { frameBetween, sceneBetween } from "./relayout.ts";
import { PICTURE_A, clusterOf, journeyOf } from "./test-views.ts";
import type { SceneOptions } from "./contract.ts";

const OPTIONS: SceneOptions = { width: 718, focus: "default/web", previous: null, arrangement: "workbench", podDetail: "address" };
const view = clusterOf(PICTURE_A.replace(/.*web-9xq7.*/, ""));
// web-9xq7 is gone: its slot stays empty until the picture is laid out anew
const before = buildScene(view, { ...OPTIONS, previous: buildScene(clusterOf(PICTURE_A), OPTIONS).slots });
const after = buildScene(view, OPTIONS);
const place = (scene: typeof before, name: string) => scene.pods.find((pod) => pod.key === `default/${name}`)!.box;

test("a relayout closes an empty slot, along a straight line", () => {
  const [from, to] = [place(before, "web-m3tz"), place(after, "web-m3tz")];
  expect(to.y).toBeLessThan(from.y);
  expect(place(sceneBetween(before, after, 0), "web-m3tz")).toEqual(from);
  expect(place(sceneBetween(before, after, 0.5), "web-m3tz")).toEqual({ ...to, y: (from.y + to.y) / 2 });
  expect(sceneBetween(before, after, 1)).toBe(after);
});

test("what need not move stays where it is", () => {
  const half = sceneBetween(before, after, 0.5);
  for (const name of ["web-4k2p", "debug", "web-h8wd"]) expect(place(half, name)).toEqual(place(before, name));
  expect(half.services.map((service) => service.box)).toEqual(before.services.map((service) => service.box));
});

test("wires and threads end where their Pods are on the way", () => {
  const half = sceneBetween(before, after, 0.5);
  const { x, y, height } = place(half, "web-m3tz");
  const ends = half.wires.flatMap((wire) => [wire[0]!, wire.at(-1)!]);
  expect(ends).toContainEqual({ x, y: y + height / 2 });
  expect(half.threads.flatMap((thread) => [...thread.lines, ...thread.loose].flat()).some((point) => point.y === y + height / 2)).toBe(
    true,
  );
});

test("a packet goes with the place where it waits", () => {
  const journey = journeyOf({ view, from: "default/debug", service: "default/web", to: "default/web-4k2p" });
  const still = { playing: false, rate: 1 };
  const at = (scene: typeof before, part: number) => frameAt(scene, choreograph({ journey, view, scene }), part, still);
  for (let showMs = 0; showMs < 6000; showMs += 250) {
    const [from, to] = [at(before, showMs), at(after, showMs)];
    const half = frameBetween(from, to, 0.5);
    half.packets.forEach((packet, i) => {
      expect(packet.point.x).toBeCloseTo((from.packets[i]!.point.x + to.packets[i]!.point.x) / 2);
      expect(packet.point.y).toBeCloseTo((from.packets[i]!.point.y + to.packets[i]!.point.y) / 2);
    });
    expect(frameBetween(from, to, 1)).toBe(to);
  }
});
