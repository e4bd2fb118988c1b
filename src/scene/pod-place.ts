/** Where a Pod stands on its node, and the wire to it. */
import type { Box, Point } from "./contract.ts";
import type { Metrics, SceneNode } from "./scene.ts";
import { slotCell } from "./slots.ts";

const COLUMN_GAP = 24;

/** A Pod's place on its node, which has so many columns, and the wire to it; `most`: columns that a node of the picture has at most. */
export function placePod(
  node: SceneNode,
  slot: number,
  columns: number,
  most: number,
  metrics: Metrics,
): { readonly box: Box; readonly stub: readonly Point[] } {
  const all = node.box.width - metrics.podLeft - metrics.podRight;
  const width = (all - (columns - 1) * COLUMN_GAP) / columns;
  const { column, row } = slotCell(slot, most);
  const box: Box = {
    x: node.box.x + metrics.podLeft + column * (width + COLUMN_GAP),
    y: node.box.y + metrics.podsDy + row * metrics.podPitch,
    width,
    height: metrics.podHeight,
  };
  return { box, stub: stubOf(node, box, column, metrics) };
}

/** Where the stub of a Pod in this column, whose box begins at this height, leaves the rail. */
export function stubHeight(y: number, column: number, { podHeight, podPitch }: Metrics): number {
  return column === 0 ? y + podHeight / 2 : y + podHeight + (podPitch - podHeight) / 2;
}

/** From the rail to the Pod; a Pod of a further column is reached through the gap below its neighbours. */
function stubOf(node: SceneNode, box: Box, column: number, metrics: Metrics): readonly Point[] {
  const mid = box.y + box.height / 2;
  if (column === 0)
    return [
      { x: node.railX, y: mid },
      { x: box.x, y: mid },
    ];
  const under = stubHeight(box.y, column, metrics);
  const turn = box.x - 7;
  return [
    { x: node.railX, y: under },
    { x: turn, y: under },
    { x: turn, y: mid },
    { x: box.x, y: mid },
  ];
}
