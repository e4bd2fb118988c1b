/**
 * Many nodes: zones stand side by side as blocks, each a grid of its nodes, so that from afar the picture is a map of the
 * cluster (DESIGN 3 E). Rows run through all blocks and each still has its bus, so nearer to it wires lie as ever.
 *
 *   zone-a      zone-b      zone-c
 *   ▫ ▫ ▫ ▫     ▫ ▫ ▫ ▫     ▫ ▫ ▫
 *   ▫ ▫ ▫ ▫     ▫ ▫ ▫ ▫     ▫ ▫ ▫
 */
import type { NodeView } from "../core/simulation/view.ts";
import type { SceneOptions } from "./contract.ts";
import type { Metrics } from "./scene.ts";
import { slotRows } from "./slots.ts";

/** From so many nodes on they stand in blocks. */
const MANY = 25;
/** Between nodes of a block, and between blocks. */
const NODE_GAP = 46;
const BLOCK_GAP = 90;
/** Inside a block's tint, around its nodes. */
export const BLOCK_PAD = 34;
/** From the bottom of a row to the next one's selector lane, bus and nodes. */
export const ROW = { lane: 12, bus: 26, nodes: 48 } as const;
/** Width to height of the map, where the frame is not known. */
const SCREEN = 1.5;
/** On screen, above the map and below it: for the Service in focus, the bands to the zones, a margin. */
const HEAD_PX = 210;
/** A node is so much higher than wide, at most. */
const SLIM = 1.25;
const COLUMN = { first: 264, more: 132 } as const;
const COLUMNS_MOST = 16;

export interface Block {
  readonly zone: string;
  readonly nodes: readonly NodeView[];
  /** Nodes beside each other. */
  readonly across: number;
  readonly x: number;
  readonly width: number;
}

/** The plan of a map: equal nodes, blocks from left to right. */
export interface Plan {
  readonly blocks: readonly Block[];
  readonly rows: number;
  readonly nodeWidth: number;
  readonly nodeHeight: number;
  /** Columns of Pods in a node. */
  readonly columns: number;
  readonly width: number;
}

/** How the nodes stand in blocks; null for a cluster that is shown row by row. */
export function planOf(nodes: readonly NodeView[], fullest: number, options: SceneOptions, metrics: Metrics, left: number): Plan | null {
  if (nodes.length < MANY || options.arrangement === "embed") return null;
  const { columns, nodeWidth, nodeHeight } = nodeSize(fullest, metrics);
  const zones = byZone(nodes);
  const high = options.height === undefined ? options.width / SCREEN : Math.max(options.height / 2, options.height - HEAD_PX);
  let best: Plan | null = null;
  let shown = 0;
  for (let rows = 1; rows <= nodes.length; rows++) {
    const plan = withRows(zones, rows, { columns, nodeWidth, nodeHeight }, left);
    const across = options.width / plan.width;
    const scale = Math.min(across, high / (rows * (nodeHeight + ROW.nodes)));
    if (best === null || scale > shown) [best, shown] = [plan, scale];
    // with more rows it only gets narrower than the frame
    else if (across > shown * 2) break;
  }
  return best;
}

type NodeSize = Pick<Plan, "columns" | "nodeWidth" | "nodeHeight">;

/** The fewest columns in which the fullest node is not much higher than wide. */
function nodeSize(fullest: number, metrics: Metrics): NodeSize {
  for (let columns = 2; ; columns++) {
    const nodeWidth = COLUMN.first + (columns - 2) * COLUMN.more;
    const rows = Math.max(1, slotRows(fullest, columns));
    const nodeHeight = metrics.podsDy + rows * metrics.podPitch - (metrics.podPitch - metrics.podHeight) + metrics.nodePad;
    if (nodeHeight <= SLIM * nodeWidth || columns === COLUMNS_MOST) return { columns, nodeWidth, nodeHeight };
  }
}

function byZone(nodes: readonly NodeView[]): ReadonlyMap<string, readonly NodeView[]> {
  const zones = new Map<string, NodeView[]>();
  for (const node of nodes) {
    const members = zones.get(node.zone);
    if (members === undefined) zones.set(node.zone, [node]);
    else members.push(node);
  }
  return zones;
}

function withRows(zones: ReadonlyMap<string, readonly NodeView[]>, rows: number, size: NodeSize, left: number): Plan {
  let x = left + BLOCK_PAD;
  const blocks = [...zones].map(([zone, nodes]): Block => {
    const across = Math.ceil(nodes.length / rows);
    const width = across * size.nodeWidth + (across - 1) * NODE_GAP;
    const block = { zone, nodes, across, x, width };
    x += width + 2 * BLOCK_PAD + BLOCK_GAP;
    return block;
  });
  return { ...size, blocks, rows, width: x - BLOCK_GAP - BLOCK_PAD - left };
}

/** The nodes of a row, each with where it begins. */
export function rowOf(plan: Plan, row: number): readonly { readonly node: NodeView; readonly x: number }[] {
  return plan.blocks.flatMap(({ nodes, across, x }) =>
    nodes.slice(row * across, (row + 1) * across).map((node, i) => ({ node, x: x + i * (plan.nodeWidth + NODE_GAP) })),
  );
}
