/** The way from anywhere on the page to a thing on the canvas: the camera goes there because somebody asked. */
import { boxOf } from "../../scene/hit.ts";
import type { Box, ThingId } from "../../scene/contract.ts";
import { select } from "../state/commands.ts";
import { usePicture } from "../state/picture.ts";
import type { Camera } from "./camera.ts";

/** So much of the surroundings is seen with it, in px at zoom 1. */
const AROUND = 80;

let camera: Camera | null = null;

export function setCamera(now: Camera | null): void {
  camera = now;
}

/** Selects the first of them and shows all of them; nothing where the picture has none. */
export function showOnCanvas(things: readonly ThingId[]): void {
  const [first] = things;
  if (first === undefined) return;
  select(first);
  // What was selected is never folded away: the scene may be another one now.
  const { scene } = usePicture.getState();
  if (scene === null) return;
  const boxes = things.map((thing) => boxOf(scene, thing)).filter((box) => box !== null);
  if (boxes.length > 0) camera?.goTo(around(boxes));
  // Where the panels stack, the canvas may be out of sight.
  document.getElementById("topology")?.scrollIntoView({ block: "nearest" });
}

function around(boxes: readonly Box[]): Box {
  const left = Math.min(...boxes.map(({ x }) => x)) - AROUND;
  const top = Math.min(...boxes.map(({ y }) => y)) - AROUND;
  const right = Math.max(...boxes.map(({ x, width }) => x + width)) + AROUND;
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height)) + AROUND;
  return { x: left, y: top, width: right - left, height: bottom - top };
}
