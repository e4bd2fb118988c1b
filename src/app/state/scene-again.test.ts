import { expect, test } from "vitest";
import type { SceneOptions, Slots, ThingId } from "../../scene/contract.ts";
import { buildScene } from "../../scene/layout.ts";
import { PICTURE_A, clusterOf } from "../../scene/test-views.ts";
import { sceneMaker } from "./scene-again.ts";

const view = clusterOf(PICTURE_A);
const other = clusterOf(PICTURE_A);

const WEB: ThingId = { kind: "service", key: "default/web" };
const DNS: ThingId = { kind: "service", key: "kube-system/kube-dns" };
const CART: ThingId = { kind: "service", key: "default/cart" };
const API: ThingId = { kind: "service", key: "default/kubernetes" };
const POD: ThingId = { kind: "pod", key: "default/web-9xq7" };
const LAPTOP: ThingId = { kind: "outside", id: "laptop" };

interface Row {
  readonly name: string;
  readonly view?: typeof view;
  readonly with: Partial<SceneOptions>;
  /** The very scene of the row before. */
  readonly again: boolean;
}

const ROWS: readonly Row[] = [
  { name: "before the first", with: {}, again: false },
  { name: "the first, to the Service in focus, whose name was looked up", with: { used: [WEB, DNS] }, again: true },
  { name: "nothing changed", with: { used: [WEB] }, again: true },
  { name: "another Pod answers", with: { used: [WEB, POD, WEB] }, again: true },
  { name: "to another Service than that in focus", with: { used: [WEB, CART] }, again: false },
  { name: "to the API server", with: { used: [WEB, API] }, again: false },
  { name: "a host outside sends", with: { used: [WEB, LAPTOP] }, again: false },
  { name: "another width", with: { used: [WEB, LAPTOP], width: 900 }, again: false },
  { name: "another Service in focus", with: { used: [WEB, LAPTOP], width: 900, focus: "default/cart" }, again: false },
  { name: "Pods show labels", with: { used: [WEB, LAPTOP], width: 900, focus: "default/cart", podDetail: "labels" }, again: false },
  { name: "another cluster", view: other, with: { used: [WEB] }, again: false },
  { name: "a phone", view: other, with: { used: [WEB], arrangement: "phone" }, again: false },
  { name: "a phone, and another Pod answers", view: other, with: { used: [WEB, POD], arrangement: "phone" }, again: false },
];

test("what is made again is what would be built, and the same object where nothing changed", () => {
  const sceneOf = sceneMaker();
  let previous: Slots | null = null;
  let before: unknown = null;
  for (const { name, view: shown = view, with: change, again } of ROWS) {
    const options: SceneOptions = { width: 718, focus: "default/web", arrangement: "workbench", podDetail: "address", previous, ...change };
    const scene = sceneOf(shown, options);
    expect(scene, name).toEqual(buildScene(shown, options));
    expect(scene === before, name).toBe(again);
    before = scene;
    previous = scene.slots;
  }
});

test("slots that were forgotten lay out anew", () => {
  const sceneOf = sceneMaker();
  const options: SceneOptions = { width: 718, focus: null, arrangement: "workbench", podDetail: "address", previous: null };
  const first = sceneOf(view, options);
  expect(sceneOf(view, options)).not.toBe(first);
});
