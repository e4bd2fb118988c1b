/**
 * Level 1: a node is a block and each Pod a square in it, packed row by row in the order of the slots. All squares of
 * a picture are equally large, and as large as the fullest node allows.
 */
import type { NamespacedName } from "../core/base/names.ts";
import type { Box } from "./contract.ts";
import type { Scene, SceneNode, ScenePod } from "./scene.ts";

export interface Cells {
  readonly size: number;
  readonly boxes: ReadonlyMap<NamespacedName, Box>;
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
  const blocks = scene.tray === null ? scene.nodes : [...scene.nodes, { name: "", box: scene.tray.box }];
  const byNode = new Map<string, ScenePod[]>(blocks.map((block) => [block.name, []]));
  for (const pod of scene.pods) byNode.get(pod.node)?.push(pod);
  const most = scene.metrics.podHeight * MOST;
  const size = Math.min(most, ...blocks.map((block) => sideFor(block.box, byNode.get(block.name)?.length ?? 0, most)));
  const boxes = new Map<NamespacedName, Box>();
  for (const node of blocks) pack(node, byNode.get(node.name) ?? [], size, boxes);
  const cells = { size, boxes };
  known.set(scene, cells);
  return cells;
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

function pack({ box }: Pick<SceneNode, "box">, pods: readonly ScenePod[], size: number, boxes: Map<NamespacedName, Box>): void {
  const across = columns(box, size);
  const pitch = size * (1 + GAP);
  [...pods]
    .sort((a, b) => a.slot - b.slot)
    .forEach((pod, i) => {
      const x = box.x + PAD + (i % across) * pitch;
      boxes.set(pod.key, { x, y: box.y + PAD + Math.floor(i / across) * pitch, width: size, height: size });
    });
}
