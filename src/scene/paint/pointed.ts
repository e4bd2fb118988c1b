/** What is pointed at somewhere on the page, marked on the picture: a soft line of ink around each, whatever it is. */
import type { Attention, Box, ThingId } from "../contract.ts";
import type { FrameStop } from "../frame.ts";
import { boxOf } from "../hit.ts";
import { isMap } from "../map.ts";
import type { Scene } from "../scene.ts";
import type { StructureOptions } from "./options.ts";
import { circle, path, rect } from "./shapes.ts";
import type { Pen, Shape } from "./shapes.ts";

const GAP = 3;

export function pointedShapes(
  scene: Scene,
  stops: readonly FrameStop[],
  attention: Attention,
  options: StructureOptions,
): readonly Shape[] {
  const { pointed = [], pointedStops = [] } = attention;
  const { level, scale } = options;
  // On a map things are as large as the screen makes them.
  const unit = isMap(scene, level) ? 1 / scale : 1;
  const pen: Pen = { stroke: "--ink-3", lineWidth: 1.25 * unit };
  const rings = pointed.flatMap((thing): readonly Shape[] => {
    const box = boxOf(scene, thing, level, scale);
    return box === null ? [] : [ring(thing, box, GAP * unit, pen)];
  });
  const numbers = stops.filter(({ number }) => pointedStops.includes(number)).map(({ point }) => circle(point.x, point.y, 11.5, pen));
  return level < 3 ? rings : [...rings, ...numbers];
}

function ring(thing: ThingId, box: Box & { readonly radius: number }, gap: number, pen: Pen): Shape {
  const [x, y, width, height] = [box.x - gap, box.y - gap, box.width + 2 * gap, box.height + 2 * gap];
  if (thing.kind !== "service") return rect(x, y, width, height, box.radius + gap, pen);
  const [right, middle, bottom] = [x + width, y + height / 2, y + height];
  return path(`M${x + 11} ${y}H${right - 11}L${right} ${middle}L${right - 11} ${bottom}H${x + 11}L${x} ${middle}Z`, pen);
}
