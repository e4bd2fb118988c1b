/**
 * The bar of network policies across a Pod's stub. Its feet point to the side that it holds back: to the network for what
 * comes in, to the Pod for what goes out. Dashed where nothing enforces the policies; red once it has stopped a packet.
 */
import { barPoint } from "../bars.ts";
import type { ScenePod } from "../scene.ts";
import type { StructureOptions } from "./options.ts";
import { path } from "./shapes.ts";
import type { Pen, Shape } from "./shapes.ts";

/** Half its height and the length of a foot, in scene px; from afar it keeps a size that can be seen. */
const HALF = 8;
const FOOT = 3.5;
const LEAST_PX = 4.5;

/** `stopped`: taller, so that it shows above and below the octagon. */
export function barShapes(pod: ScenePod, state: "rest" | "stopped", { level, scale }: StructureOptions): readonly Shape[] {
  const at = barPoint(pod);
  if (pod.bar === null || at === null || level <= 1) return [];
  const stopped = state === "stopped";
  const half = Math.max(stopped ? HALF + 9 : HALF, LEAST_PX / scale);
  const width = Math.max(stopped ? 3 : 2.5, 1.5 / scale);
  const { ingress, egress, enforced } = pod.bar;
  const foot = (y: number): string => `M${at.x - (ingress ? FOOT : 0)} ${y}H${at.x + (egress ? FOOT : 0)}`;
  const outline = `M${at.x} ${at.y - half}V${at.y + half}${foot(at.y - half)}${foot(at.y + half)}`;
  const pen: Pen = stopped
    ? { stroke: "--drop-fill", lineWidth: width }
    : enforced
      ? { stroke: "--ink-2", lineWidth: width }
      : { stroke: "--ctl", lineWidth: Math.max(1.5, 1 / scale), dash: [3, 2.5] };
  // the wire passes behind it
  const halo: Shape = path(`M${at.x} ${at.y - half}V${at.y + half}`, { stroke: "--surface", lineWidth: width + 3 });
  return [halo, path(outline, pen)];
}
