/** The moving layer as shapes: trails, speaking gates, packets with labels, stops, octagons, attention. */
import type { Attention, Box, Point } from "../contract.ts";
import type { Frame } from "../frame.ts";
import { boxOf } from "../hit.ts";
import type { Scene } from "../scene.ts";
import { rect } from "./shapes.ts";
import type { Shape } from "./shapes.ts";
import type { StructureOptions } from "./structure.ts";

export function movingShapes(scene: Scene, _frame: Frame, attention: Attention, _options: StructureOptions): readonly Shape[] {
  return attentionShapes(scene, attention);
}

/** Hover tints, selection is an ink outline of 1.75, focus a 2 px ring at a 2 px gap. */
function attentionShapes(scene: Scene, attention: Attention): readonly Shape[] {
  const shapes: Shape[] = [];
  const hovered = attention.hovered === null ? null : boxOf(scene, attention.hovered);
  const selected = attention.selected === null ? null : boxOf(scene, attention.selected);
  const focused = attention.focused === null ? null : boxOf(scene, attention.focused);
  if (hovered !== null) shapes.push(ring(hovered, 0, { fill: "--hover" }));
  if (selected !== null) shapes.push(ring(selected, 0, { stroke: "--ink", lineWidth: 1.75 }));
  if (focused !== null) shapes.push(ring(focused, 3, { stroke: "--focus", lineWidth: 2 }));
  return shapes;
}

function ring(box: Box & { readonly radius: number }, gap: number, pen: Parameters<typeof rect>[5]): Shape {
  return rect(box.x - gap, box.y - gap, box.width + 2 * gap, box.height + 2 * gap, box.radius + gap, pen);
}

export type { Point };
