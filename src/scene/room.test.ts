/** More room than usual: what hangs below the shelf, a row in each Pod, and nobody outside. */
import { expect, test } from "vitest";
import type { SceneOptions } from "./contract.ts";
import { buildScene } from "./layout.ts";
import { levelAt } from "./map.ts";
import { clusterOf, PICTURE_A } from "./test-views.ts";

const OPTIONS: SceneOptions = { width: 900, focus: "default/web", previous: null, arrangement: "workbench", podDetail: "address" };
const view = { ...clusterOf(PICTURE_A), services: clusterOf(PICTURE_A).services.filter(({ type }) => type !== "LoadBalancer") };
const plain = buildScene(view, OPTIONS);
const roomy = buildScene(view, { ...OPTIONS, room: { shelf: 66, pod: 20 } });

test("all below the shelf stands lower, the shelf where it was", () => {
  expect(roomy.services[0]?.box.y).toBe(plain.services[0]?.box.y);
  expect((roomy.buses[0]?.y ?? 0) - (plain.buses[0]?.y ?? 0)).toBe(66);
  expect((roomy.nodes[0]?.box.y ?? 0) - (plain.nodes[0]?.box.y ?? 0)).toBe(66);
});

test("Pods are higher, and say no more for it", () => {
  expect((roomy.pods[0]?.box.height ?? 0) - (plain.pods[0]?.box.height ?? 0)).toBe(20);
  for (const scale of [0.5, 1, 1.25, 1.5]) expect(levelAt(roomy, scale)).toBe(levelAt(plain, scale));
});

test("inside: the client shows only while it is used, and its band is kept for it then", () => {
  const inside = buildScene(view, { ...OPTIONS, room: { shelf: 0, pod: 0, inside: true } });
  expect(plain.pills.map(({ id }) => id)).toContain("external");
  expect(inside.pills).toEqual([]);
  expect(inside.cluster.y).toBeLessThan(plain.cluster.y);
  const used = buildScene(view, { ...OPTIONS, room: { shelf: 0, pod: 0, inside: true }, used: [{ kind: "outside", id: "external" }] });
  expect(used.pills.map(({ id }) => id)).toEqual(["external"]);
  expect(used.cluster.y).toBe(plain.cluster.y);
});
