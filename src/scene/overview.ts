/**
 * The picture in small: nodes as blocks, fronts as strokes, and the part that is in view. Pure; drawn as a few SVG paths, so that
 * thousands of nodes cost no more than one.
 */
import type { Box, Kept, Point, ThingId } from "./contract.ts";
import { boxOf } from "./hit.ts";
import type { Scene } from "./scene.ts";

export interface Overview {
  /** Overview px per scene px. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
  /** SVG path data. */
  readonly cluster: string;
  readonly nodes: string;
  /** Nodes with something that a filter keeps; "" without one. */
  readonly kept: string;
  readonly lost: string;
  readonly fronts: string;
}

/** The picture, as large as fits into `most`. */
export function overviewOf(scene: Scene, kept: Kept | null, most: { readonly width: number; readonly height: number }): Overview {
  const scale = Math.min(most.width / scene.width, most.height / scene.height);
  const path = (boxes: readonly Box[], least: number): string => boxes.map((box) => rectPath(box, scale, least)).join("");
  const lost = scene.nodes.filter((node) => node.lost);
  const there = scene.nodes.filter((node) => !node.lost);
  return {
    scale,
    width: round(scene.width * scale),
    height: round(scene.height * scale),
    cluster: path([scene.cluster], 1),
    nodes: path(kept === null ? boxesOf(there) : boxesOf(there.filter(({ name }) => !kept.nodes.has(name))), 2),
    kept: kept === null ? "" : path(boxesOf(there.filter(({ name }) => kept.nodes.has(name))), 2),
    lost: path(boxesOf(lost), 2),
    fronts: path(boxesOf(scene.services), 2),
  };
}

/** Where a thing is in the overview, at least `least` px large; null where the picture does not show it. */
export function placeInOverview(scene: Scene, { scale }: Overview, thing: ThingId, least: number): string | null {
  const box = boxOf(scene, thing);
  return box === null ? null : rectPath(box, scale, least);
}

/** The part of the scene that a canvas of this size shows. */
export function sightOf(
  view: { readonly scale: number; readonly offsetX: number; readonly offsetY: number },
  width: number,
  height: number,
): Box {
  return { x: -view.offsetX / view.scale, y: -view.offsetY / view.scale, width: width / view.scale, height: height / view.scale };
}

/** px of the scene's margin that may be out of view while all of it counts as seen. */
const SLACK = 16;

/** Whether all of the scene is in sight. */
export function seesAll(scene: Scene, sight: Box): boolean {
  return (
    sight.x <= SLACK && sight.y <= SLACK && sight.x + sight.width >= scene.width - SLACK && sight.y + sight.height >= scene.height - SLACK
  );
}

/** Sight in the overview, never past its edges and never too small to be taken hold of. */
export function frameIn({ scale, width, height }: Overview, sight: Box): Box {
  const [x, right] = within(sight.x * scale, (sight.x + sight.width) * scale, width);
  const [y, bottom] = within(sight.y * scale, (sight.y + sight.height) * scale, height);
  return { x, y, width: right - x, height: bottom - y };
}

const LEAST = 6;

function within(from: number, to: number, room: number): readonly [number, number] {
  const low = Math.max(0, Math.min(from, room - LEAST));
  return [round(low), round(Math.max(low + LEAST, Math.min(to, room)))];
}

/** The scene's point at a point of the overview. */
export function sceneAt({ scale }: Overview, point: Point): Point {
  return { x: point.x / scale, y: point.y / scale };
}

/** Names of the nodes of which anything is in sight, in the picture's order. */
export function nodesInSight({ nodes }: Scene, sight: Box): readonly string[] {
  return nodes
    .filter(
      ({ box }) =>
        box.x < sight.x + sight.width && sight.x < box.x + box.width && box.y < sight.y + sight.height && sight.y < box.y + box.height,
    )
    .map(({ name }) => name);
}

function boxesOf(things: readonly { readonly box: Box }[]): readonly Box[] {
  return things.map(({ box }) => box);
}

function rectPath({ x, y, width, height }: Box, scale: number, least: number): string {
  const [w, h] = [Math.max(least, width * scale), Math.max(least, height * scale)];
  const left = (x + width / 2) * scale - w / 2;
  const top = (y + height / 2) * scale - h / 2;
  return `M${round(left)} ${round(top)}h${round(w)}v${round(h)}h${round(-w)}z`;
}

/** Hundredths of a px: the same text in every engine. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}
