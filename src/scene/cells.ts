/**
 * Level 1: a node is a block and each Pod a square in it, packed row by row in the order of the slots. All squares of
 * a picture are equally large, and as large as the fullest node allows.
 */
import type { NamespacedName } from "../core/base/names.ts";
import type { PodState } from "../core/simulation/view.ts";
import type { Box } from "./contract.ts";
import type { Crowd, Look } from "./crowd.ts";
import { indexOf } from "./lookup.ts";
import type { Lookup } from "./seldom.ts";
import type { Scene, ScenePod } from "./scene.ts";

export interface Cells {
  readonly size: number;
  readonly boxes: Lookup<NamespacedName, Box>;
}

/** A Pod as a square of the map. */
export interface Square {
  readonly key: NamespacedName;
  readonly state: PodState;
  readonly namespace: string;
  readonly x: number;
  readonly y: number;
}

const PAD = 14;
/** Between two squares, as a share of their side. */
const GAP = 0.28;
/** Side of a square, at most, in Pod heights. */
const MOST = 1.6;

// A scene is never changed, so its cells are worked out once for it and not once a frame.
const known = new WeakMap<Scene, Cells>();

/** Where each Pod's square stands. */
export function cellsOf(scene: Scene): Cells {
  const before = known.get(scene);
  if (before !== undefined) return before;
  const cells = scene.crowd === null ? packed(scene) : lookedUp(scene, scene.crowd);
  known.set(scene, cells);
  return cells;
}

type Block = { readonly name: string; readonly box: Box };

function blocksOf(scene: Scene): readonly Block[] {
  return scene.tray === null ? scene.nodes : [...scene.nodes, { name: "", box: scene.tray.box }];
}

function packed(scene: Scene): Cells {
  const blocks = blocksOf(scene);
  const byNode = new Map<string, ScenePod[]>(blocks.map((block) => [block.name, []]));
  for (const pod of scene.pods) byNode.get(pod.node)?.push(pod);
  const most = scene.metrics.podHeight * MOST;
  const size = Math.min(most, ...blocks.map((block) => sideFor(block.box, byNode.get(block.name)?.length ?? 0, most)));
  const boxes = new Map<NamespacedName, Box>();
  for (const node of blocks) pack(node, byNode.get(node.name) ?? [], size, boxes);
  return { size, boxes };
}

/** Of a crowd a square's place is worked out when it is asked for. */
function lookedUp(scene: Scene, crowd: Crowd): Cells {
  const most = scene.metrics.podHeight * MOST;
  const waiting = scene.pods.length;
  const counts = crowd.packs.map(({ keys }) => keys.reduce((sum, key) => sum + (key === null ? 0 : 1), 0));
  // nodes are equally large, so the fullest decides
  const fullest = counts.reduce((best, count, i) => (count > (counts[best] ?? 0) ? i : best), 0);
  const box = scene.nodes[fullest]?.box;
  let size = box === undefined ? most : Math.min(most, sideFor(box, counts[fullest] ?? 0, most));
  if (scene.tray !== null) size = Math.min(size, sideFor(scene.tray.box, waiting, most));
  const find = (key: NamespacedName): Box | undefined => {
    const name = indexOf(scene).nodeOf.get(key);
    if (name === undefined) return undefined;
    if (name === "") return inTray(scene, size).get(key);
    const i = indexOf(scene).placeOf.get(name) ?? -1;
    const [node, keys] = [scene.nodes[i], crowd.packs[i]?.keys];
    if (node === undefined || keys === undefined) return undefined;
    let rank = 0;
    for (const one of keys) {
      if (one === key) break;
      if (one !== null) rank++;
    }
    return { ...cornerOf(node.box, rank, size), width: size, height: size };
  };
  return { size, boxes: { get: find } };
}

function inTray(scene: Scene, size: number): ReadonlyMap<NamespacedName, Box> {
  const boxes = new Map<NamespacedName, Box>();
  if (scene.tray !== null) pack({ name: "", box: scene.tray.box }, scene.pods, size, boxes);
  return boxes;
}

/** The squares on a node, in the order of their slots. */
export function squaresOn(scene: Scene, name: string): readonly Square[] {
  const { size, boxes } = cellsOf(scene);
  const { podsOn, placeOf, nodes } = indexOf(scene);
  const i = placeOf.get(name);
  const box = nodes.get(name)?.box;
  const pack = i === undefined ? undefined : scene.crowd?.packs[i];
  if (pack === undefined || box === undefined)
    return (podsOn.get(name) ?? []).flatMap(({ key, state }) => {
      const cell = boxes.get(key);
      return cell === undefined ? [] : [{ key, state, namespace: key.slice(0, key.indexOf("/")), x: cell.x, y: cell.y }];
    });
  const squares: Square[] = [];
  pack.keys.forEach((key, slot) => {
    const look = looksOf(scene)[pack.looks[slot] ?? 0];
    if (key === null || look === undefined) return;
    squares.push({ key, state: look.state, namespace: look.namespace, ...cornerOf(box, squares.length, size) });
  });
  return squares;
}

/** How the Pods on a node look, in the order of their slots. */
export function looksOn(scene: Scene, name: string): readonly Pick<Look, "state" | "namespace">[] {
  const i = indexOf(scene).placeOf.get(name);
  const pack = i === undefined ? undefined : scene.crowd?.packs[i];
  if (pack === undefined) return squaresOn(scene, name);
  return pack.keys.flatMap((key, slot) => {
    const look = looksOf(scene)[pack.looks[slot] ?? 0];
    return key === null || look === undefined ? [] : [look];
  });
}

function looksOf({ crowd }: Scene): readonly Look[] {
  return crowd?.looks ?? [];
}

/** The largest side, in steps of 1, at which so many squares fit in a box. */
function sideFor(box: Box, count: number, most: number): number {
  for (let side = Math.floor(most); side > 4; side--) if (columns(box, side) * rows(box, side) >= count) return side;
  return 4;
}

function columns({ width }: Box, side: number): number {
  return Math.max(1, Math.floor((width - 2 * PAD + side * GAP) / (side * (1 + GAP))));
}

function rows({ height }: Box, side: number): number {
  return Math.max(0, Math.floor((height - 2 * PAD + side * GAP) / (side * (1 + GAP))));
}

function cornerOf(box: Box, rank: number, size: number): { readonly x: number; readonly y: number } {
  const across = columns(box, size);
  const pitch = size * (1 + GAP);
  return { x: box.x + PAD + (rank % across) * pitch, y: box.y + PAD + Math.floor(rank / across) * pitch };
}

function pack({ box }: Block, pods: readonly ScenePod[], size: number, boxes: Map<NamespacedName, Box>): void {
  [...pods]
    .sort((a, b) => a.slot - b.slot)
    .forEach((pod, i) => {
      boxes.set(pod.key, { ...cornerOf(box, i, size), width: size, height: size });
    });
}
