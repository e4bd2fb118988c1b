import { describe, expect, test } from "vitest";
import { choreograph } from "./choreography.ts";
import { frameAt } from "./frame.ts";
import { buildScene } from "./layout.ts";
import { frameBetween, sameThings, sceneBetween } from "./relayout.ts";
import { PICTURE_A, clusterOf, journeyOf } from "./test-views.ts";
import type { SceneOptions, Slots } from "./contract.ts";
import type { Scene } from "./scene.ts";

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

describe("a rolling update, scene by scene", () => {
  const NODES = "node node-1 - 192.168.10.11\nnode node-2 - 192.168.10.12\nservice web ClusterIP 10.96.142.31:80 -> 8080 app=web\n";
  const rolling = (pods: string, previous: Slots | null = null) => buildScene(clusterOf(NODES + pods), { ...OPTIONS, previous });
  const old = rolling("pod node-1 web-old 10.244.1.5 app=web");
  const starting = rolling("pod node-1 web-old 10.244.1.5 app=web\npod node-2 web-new - app=web starting", old.slots);
  const ready = rolling("pod node-1 web-old 10.244.1.5 app=web terminating\npod node-2 web-new 10.244.2.9 app=web", starting.slots);
  const gone = rolling("pod node-2 web-new 10.244.2.9 app=web", ready.slots);
  const pod = (scene: Scene, name: string) => scene.pods.find((one) => one.name === name);

  test("a new Pod grows and fades in at its place, its wire with it", () => {
    const at = (part: number) => sceneBetween(old, starting, part);
    expect([0, 0.25, 0.9].map((part) => pod(at(part), "web-new")?.presence)).toEqual([0, 0.25, 0.9]);
    expect(pod(at(0.5), "web-new")).toMatchObject({ grows: true, box: pod(starting, "web-new")!.box });
    expect(at(0.5).wires).not.toContainEqual(pod(starting, "web-new")!.stub);
    expect(at(1)).toBe(starting);
    expect(sceneBetween(old, starting, 0.5, 0.8).pods.find((one) => one.name === "web-new")?.presence).toBe(0.8);
  });

  test("one that is gone shrinks away where it stood", () => {
    const half = sceneBetween(ready, gone, 0.5);
    expect(pod(half, "web-old")).toBeUndefined();
    expect(half.leaving?.pods).toEqual([{ ...pod(ready, "web-old")!, presence: 0.5, grows: true }]);
  });

  test("one that changes its state keeps its place: the old look fades above the new one", () => {
    const half = sceneBetween(starting, ready, 0.5);
    expect(pod(half, "web-new")).toMatchObject({ state: "ready" });
    expect(pod(half, "web-new")?.presence).toBeUndefined();
    expect(half.leaving?.pods.map(({ name, state, presence, grows }) => [name, state, presence, grows])).toEqual([
      ["web-old", "ready", 0.5, false],
      ["web-new", "starting", 0.5, false],
    ]);
  });

  test("the new thread is there before the old one lets go", () => {
    const [early, half, late] = [0.25, 0.5, 0.75].map((part) => sceneBetween(starting, ready, part));
    const presence = (scene: Scene | undefined) => [scene?.threads[0]?.presence, scene?.leaving?.threads[0]?.presence];
    expect(presence(early)).toEqual([0.5, 1]);
    expect(presence(half)).toEqual([1, 1]);
    expect(presence(late)).toEqual([1, 0.5]);
    // dashed while it is not ready, dotted then
    expect([starting.threads[0]?.loose.length, ready.threads[0]?.loose.length]).toEqual([1, 1]);
    expect(ready.threads[0]?.lines.flat().at(-1)?.x).toBeGreaterThan(starting.threads[0]!.lines.flat().at(-1)!.x);
  });

  test("a change in the middle of another one goes on from there, and nothing jumps", () => {
    const middle = sceneBetween(old, starting, 0.4);
    const on = sceneBetween(middle, ready, 0);
    expect(pod(on, "web-new")?.presence).toBeCloseTo(0.4);
    expect(pod(sceneBetween(middle, ready, 0.5), "web-new")?.presence).toBeCloseTo(0.7);
    expect(sceneBetween(middle, ready, 1)).toBe(ready);
    expect(sceneBetween(middle, ready, 0.5)).toEqual(sceneBetween(sceneBetween(old, starting, 0.4), ready, 0.5));
  });

  test("a Service and a node that come do so in the same way", () => {
    const more = buildScene(clusterOf(`${NODES}node node-3 - 192.168.10.13\nservice cart ClusterIP 10.96.1.1:80 -> 80 app=cart`), OPTIONS);
    const half = sceneBetween(old, more, 0.5);
    expect(half.services.map((one) => one.presence)).toEqual([undefined, 0.5]);
    expect(half.nodes.map((one) => one.presence)).toEqual([undefined, undefined, 0.5]);
  });

  test.each([
    ["the same view again", old, true],
    [
      "the same things in another width",
      buildScene(clusterOf(`${NODES}pod node-1 web-old 10.244.1.5 app=web`), { ...OPTIONS, width: 640 }),
      true,
    ],
    ["one Pod more", starting, false],
    ["one Pod that is not ready any more", rolling("pod node-1 web-old 10.244.1.5 app=web not-ready"), false],
  ])("%s", (_what, scene, same) => {
    expect(sameThings(old, scene)).toBe(same);
  });
});
