/** Whether things that stay in the picture go to other places. */
import type { Scene } from "../../scene/scene.ts";

/** Things that stay stand elsewhere: shown as movement, everything else fades. */
export function moved(from: Scene, to: Scene): boolean {
  const boxes = new Map(from.pods.map(({ key, box }) => [key, box]));
  if (to.pods.some(({ key, box }) => differs(boxes.get(key), box))) return true;
  const nodes = new Map(from.nodes.map(({ name, box }) => [name, box]));
  return to.nodes.some(({ name, box }) => differs(nodes.get(name), box));
}

function differs(a: { readonly x: number; readonly y: number } | undefined, b: { readonly x: number; readonly y: number }): boolean {
  return a !== undefined && (a.x !== b.x || a.y !== b.y);
}
