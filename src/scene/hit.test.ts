import { expect, test } from "vitest";
import type { ThingId } from "./contract.ts";
import { boxOf, fit, hit, neighbour, onReadinessGlyph, toScene } from "./hit.ts";
import type { Direction } from "./hit.ts";
import { buildScene } from "./layout.ts";
import { PICTURE_A, clusterOf } from "./test-views.ts";

const scene = buildScene(clusterOf(PICTURE_A), {
  width: 718,
  focus: "default/web",
  previous: null,
  arrangement: "workbench",
  podDetail: "address",
});

const say = (thing: ThingId | null): string =>
  thing === null
    ? "nothing"
    : thing.kind === "pod" || thing.kind === "service" || thing.kind === "workload"
      ? `${thing.kind} ${thing.key}`
      : thing.kind === "gate"
        ? `gate ${thing.node}`
        : thing.kind === "outside"
          ? `outside ${thing.id}`
          : `${thing.kind} ${thing.name}`;

test.each([
  [140, 330, "pod default/web-4k2p"],
  [100, 285, "gate node-1"],
  [130, 255, "node node-1"],
  [100, 100, "service default/web"],
  [60, 30, "outside external"],
  [264, 180, "nothing"],
])("at %i, %i stands %s", (x, y, want) => {
  expect(say(hit(scene, { x, y }))).toBe(want);
});

test.each<[string, Direction, string]>([
  ["pod default/web-4k2p", "down", "pod kube-system/coredns-2x7f"],
  ["pod default/web-4k2p", "up", "gate node-1"],
  ["pod default/web-4k2p", "right", "pod default/web-9xq7"],
  ["pod default/web-h8wd", "left", "pod default/web-9xq7"],
  ["pod default/web-h8wd", "right", "nothing"],
  ["service default/web", "right", "service default/cart"],
  ["service default/web", "up", "outside external"],
])("from %s %s is %s", (from, direction, want) => {
  const [kind, key = ""] = from.split(" ");
  const thing: ThingId = kind === "pod" ? { kind: "pod", key } : { kind: "service", key };
  expect(say(neighbour(scene, thing, direction))).toBe(want);
});

test("every Pod can be reached by arrow keys from every other", () => {
  const seen = new Set<string>();
  const queue: ThingId[] = [{ kind: "pod", key: "default/debug" }];
  for (let thing = queue.shift(); thing !== undefined; thing = queue.shift()) {
    const key = JSON.stringify(thing);
    if (seen.has(key)) continue;
    seen.add(key);
    for (const direction of ["left", "right", "up", "down"] as const) {
      const next = neighbour(scene, thing, direction);
      if (next !== null) queue.push(next);
    }
  }
  const missing = scene.pods.filter((pod) => !seen.has(JSON.stringify({ kind: "pod", key: pod.key })));
  expect(missing.map((pod) => pod.key)).toEqual([]);
});

test("the readiness glyph is the left end of a Pod", () => {
  const box = boxOf(scene, { kind: "pod", key: "default/web-9xq7" })!;
  expect(onReadinessGlyph(scene, { x: box.x + 15, y: box.y + 20 })).toBe("default/web-9xq7");
  expect(onReadinessGlyph(scene, { x: box.x + 60, y: box.y + 20 })).toBe(null);
});

test("a screen point and the scene point under it are the same place", () => {
  const view = { width: 400, height: 300, devicePixelRatio: 2, ...fit(scene, 400, 300) };
  const corner = toScene(view, { x: view.offsetX, y: view.offsetY });
  expect(corner).toEqual({ x: 0, y: 0 });
  expect(view.scale).toBeCloseTo(400 / 718);
  expect(fit(scene, 4000, 4000).scale).toBe(1.25);
});

test.each([4, 1] as const)("a Pod that no node takes is found in the tray, at level %i", (level) => {
  const waiting = buildScene(clusterOf(`${PICTURE_A}\npod - big-1 - app=web pending`), {
    width: 718,
    focus: null,
    previous: null,
    arrangement: "workbench",
    podDetail: "address",
  });
  const box = boxOf(waiting, { kind: "pod", key: "default/big-1" }, level)!;
  expect(hit(waiting, { x: box.x + box.width / 2, y: box.y + box.height / 2 }, level)).toEqual({ kind: "pod", key: "default/big-1" });
});
