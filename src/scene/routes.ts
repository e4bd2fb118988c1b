/**
 * Where each Place is, and the wires between two places. A packet only ever travels on wires: Pod, rail, gate, bus,
 * rail, gate, Pod; from outside through the boundary's port to the bus.
 */
import type { Place } from "../core/network/trace.ts";
import type { Box, Point } from "./contract.ts";
import { barPoint } from "./bars.ts";
import { isExternal } from "./externals.ts";
import { indexOf } from "./lookup.ts";
import type { Scene, SceneNode, ScenePod } from "./scene.ts";

/** A packet waits this far above or below a gate. */
const DOOR = 10;

/** Sides of a gate: where Pods are, where the network is, and the gate itself. */
export type Door = "below" | "above" | "inside";

export function gateDoor(node: SceneNode, door: Door): Point {
  const { gate, railX } = node;
  switch (door) {
    case "below":
      return { x: railX, y: gate.y + gate.height + DOOR };
    case "above":
      return { x: railX, y: gate.y - DOOR };
    case "inside":
      return { x: railX, y: gate.y + gate.height / 2 };
  }
}

function nodeOf(scene: Scene, name: string): SceneNode | null {
  return indexOf(scene).nodes.get(name) ?? null;
}

function podOf(scene: Scene, place: Place): ScenePod | null {
  return place.kind === "pod" ? (indexOf(scene).pods.get(place.pod) ?? null) : null;
}

/** Where a place stands. What is not in the picture (a Pod gone since) gives the nearest thing that is. */
export function placePoint(scene: Scene, place: Place): Point {
  switch (place.kind) {
    case "pod": {
      const pod = podOf(scene, place);
      if (pod !== null) return { x: pod.box.x, y: pod.box.y + pod.box.height / 2 };
      const node = nodeOf(scene, place.node);
      return node === null ? hidden(scene) : { x: node.railX, y: node.railBottom };
    }
    case "node": {
      const node = nodeOf(scene, place.node);
      return node === null ? hidden(scene) : { x: node.railX, y: node.box.y + 14 };
    }
    case "gate": {
      const node = nodeOf(scene, place.node);
      return node === null ? hidden(scene) : gateDoor(node, "inside");
    }
    case "outside": {
      const pill = scene.pills.find((one) => one.id === place.id);
      return pill === undefined ? scene.beyond : pillPoint(scene, pill.box);
    }
    case "beyond":
      return scene.beyond;
  }
}

/** Where a pill meets the road into the cluster: the side that faces it, its lower edge where the road begins below it. */
function pillPoint(scene: Scene, box: Box): Point {
  const roadX = scene.entry?.x ?? 0;
  const middle = box.y + box.height / 2;
  if (roadX >= box.x + box.width) return { x: box.x + box.width, y: middle };
  return roadX <= box.x ? { x: box.x, y: middle } : { x: roadX, y: box.y + box.height };
}

/** A point a little off a place, on its wire: where a number or an octagon hides neither the place nor its words. */
export function besidePoint(scene: Scene, place: Place, by: number): Point {
  const point = placePoint(scene, place);
  if (place.kind === "pod") return { x: point.x - by, y: point.y };
  const pill = place.kind === "outside" ? scene.pills.find((one) => one.id === place.id) : undefined;
  if (pill === undefined) return point;
  if (point.y === pill.box.y + pill.box.height) return { x: point.x, y: point.y + by };
  return { x: point.x + (point.x > pill.box.x ? by : -by), y: point.y };
}

/** A folded node stands for the far left end of the network. */
function hidden(scene: Scene): Point {
  return { x: scene.joinX, y: scene.buses[0]?.y ?? scene.beyond.y };
}

/** Whether a point belongs to a place: equal to its point, or on the rail between a gate's doors. */
export function isAt(scene: Scene, place: Place, point: Point): boolean {
  const close = (a: number, b: number): boolean => Math.abs(a - b) < 0.01;
  const is = (at: Point | null): boolean => at !== null && close(at.x, point.x) && close(at.y, point.y);
  if (place.kind === "gate") {
    const node = nodeOf(scene, place.node);
    // network policies are rules of the node, shown at the Pods they guard
    const isBar =
      indexOf(scene)
        .podsOn.get(place.node)
        ?.some((pod) => is(barPoint(pod))) ?? false;
    if (node !== null && isBar) return true;
    if (node !== null)
      return close(point.x, node.railX) && point.y >= gateDoor(node, "above").y - 0.01 && point.y <= gateDoor(node, "below").y + 0.01;
  }
  const pill = place.kind === "outside" ? scene.pills.find((one) => one.id === place.id) : undefined;
  if (pill !== undefined) return onEdge(pill.box, point);
  return is(placePoint(scene, place)) || (place.kind === "beyond" && is(astray(scene)));
}

/** Where a packet from outside is lost that no road brings to the cluster: past the last of those who stand there. */
function astray({ pills }: Scene): Point | null {
  const last = pills.findLast((pill) => !isExternal(pill))?.box;
  return last === undefined ? null : { x: last.x + last.width + 28, y: last.y + last.height / 2 };
}

function onEdge(box: Box, point: Point): boolean {
  const within =
    point.x >= box.x - 0.01 && point.x <= box.x + box.width + 0.01 && point.y >= box.y - 0.01 && point.y <= box.y + box.height + 0.01;
  const inner =
    point.x > box.x + 0.01 && point.x < box.x + box.width - 0.01 && point.y > box.y + 0.01 && point.y < box.y + box.height - 0.01;
  return within && !inner;
}

/** Height of the bus a place hangs from. */
function busOf(scene: Scene, place: Place): number {
  const name = place.kind === "pod" || place.kind === "node" || place.kind === "gate" ? place.node : null;
  const node = name === null ? null : nodeOf(scene, name);
  return node?.busY ?? scene.buses[0]?.y ?? scene.beyond.y;
}

/** From a place to the bus above it, the bus's point last. */
function climb(scene: Scene, place: Place, from: Point): readonly Point[] {
  const busY = busOf(scene, place);
  switch (place.kind) {
    case "pod": {
      const pod = podOf(scene, place);
      const stub = pod === null ? [] : [...pod.stub].reverse();
      const rail = stub.at(-1)?.x ?? from.x;
      return [from, ...stub.slice(1), { x: rail, y: busY }];
    }
    case "node":
    case "gate":
      return [from, { x: from.x, y: busY }];
    case "outside": {
      const entry = scene.entry;
      if (entry === null || from === scene.beyond) return [from];
      return [from, { x: entry.x, y: from.y }, { x: entry.x, y: busY }];
    }
    case "beyond":
      return [from, { x: from.x, y: busY }];
  }
}

/** From a place's own point (or `start`, a gate's door) along the wires to another's (or `end`). */
export function route(scene: Scene, from: Place, to: Place, start: Point | null, end: Point | null): readonly Point[] {
  const a = start ?? placePoint(scene, from);
  const b = end ?? placePoint(scene, to);
  if (a.x === b.x && a.y === b.y) return [a];
  const lost = from.kind === "outside" && to.kind === "beyond" ? astray(scene) : null;
  if (lost !== null) return tidy([a, { x: a.x, y: lost.y }, lost]);
  const between = betweenPills(scene, from, to, a);
  if (between !== null) return tidy(between);
  const inside = withinNode(scene, from, to, a, b);
  if (inside !== null) return tidy(inside);
  const up = climb(scene, from, a);
  const down = [...climb(scene, to, b)].reverse();
  const left = up.at(-1);
  const right = down[0];
  if (left === undefined || right === undefined || left.y === right.y) return tidy([...up, ...down]);
  return tidy([...up, { x: scene.joinX, y: left.y }, { x: scene.joinX, y: right.y }, ...down]);
}

/** Two hosts outside meet outside: along the line that their pills stand on. */
function betweenPills(scene: Scene, from: Place, to: Place, a: Point): readonly Point[] | null {
  if (from.kind !== "outside" || to.kind !== "outside") return null;
  const left = scene.pills.find((one) => one.id === from.id)?.box;
  const right = scene.pills.find((one) => one.id === to.id)?.box;
  if (left === undefined || right === undefined) return null;
  const middle = right.y + right.height / 2;
  return [a, { x: a.x, y: middle }, { x: left.x < right.x ? right.x : right.x + right.width, y: middle }];
}

/** Between two places of one node nothing climbs to the bus. */
function withinNode(scene: Scene, from: Place, to: Place, a: Point, b: Point): readonly Point[] | null {
  if (from.kind === "outside" || from.kind === "beyond" || to.kind === "outside" || to.kind === "beyond") return null;
  if (from.node !== to.node) return null;
  const out = podOf(scene, from)?.stub ?? [];
  const back = podOf(scene, to)?.stub ?? [];
  return [a, ...[...out].reverse().slice(1), ...back.slice(0, -1), b];
}

/** Without repeated points and without points in the middle of a straight stretch. */
function tidy(points: readonly Point[]): readonly Point[] {
  const kept: Point[] = [];
  for (const point of points) {
    const last = kept.at(-1);
    if (last !== undefined && last.x === point.x && last.y === point.y) continue;
    const before = kept.at(-2);
    if (last !== undefined && before !== undefined && straight(before, last, point)) kept.pop();
    kept.push(point);
  }
  return kept;
}

function straight(a: Point, b: Point, c: Point): boolean {
  const sameX = a.x === b.x && b.x === c.x && (b.y - a.y) * (c.y - b.y) >= 0;
  const sameY = a.y === b.y && b.y === c.y && (b.x - a.x) * (c.x - b.x) >= 0;
  return sameX || sameY;
}

/** Length of a path. Wires run level or upright, so no root is needed. */
export function lengthOf(path: readonly Point[]): number {
  let length = 0;
  for (let i = 1; i < path.length; i++) length += span(path[i - 1], path[i]);
  return length;
}

function span(a: Point | undefined, b: Point | undefined): number {
  return a === undefined || b === undefined ? 0 : Math.abs(b.x - a.x) + Math.abs(b.y - a.y);
}

const ORIGIN: Point = { x: 0, y: 0 };

/** Index of the stretch that holds the point at a fraction of the path's length, and the point. */
function locate(path: readonly Point[], fraction: number): { readonly index: number; readonly point: Point } {
  const first = path[0] ?? ORIGIN;
  const last = path.at(-1) ?? first;
  if (fraction <= 0 || path.length < 2) return { index: 1, point: first };
  if (fraction >= 1) return { index: path.length - 1, point: last };
  let left = lengthOf(path) * fraction;
  for (let i = 1; i < path.length; i++) {
    const a = path[i - 1] ?? first;
    const b = path[i] ?? last;
    const length = span(a, b);
    if (left <= length && length > 0)
      return { index: i, point: { x: a.x + ((b.x - a.x) * left) / length, y: a.y + ((b.y - a.y) * left) / length } };
    left -= length;
  }
  return { index: path.length - 1, point: last };
}

/** The point at a fraction of a path's length. */
export function pointOn(path: readonly Point[], fraction: number): Point {
  return locate(path, fraction).point;
}

/** The path up to the point at a fraction of its length, and from it on. */
export function cut(path: readonly Point[], fraction: number): { readonly before: readonly Point[]; readonly after: readonly Point[] } {
  const { index, point } = locate(path, fraction);
  return {
    before: fraction <= 0 ? [point] : [...path.slice(0, index), point],
    after: fraction >= 1 ? [point] : [point, ...path.slice(index)],
  };
}

/** Joins paths end to end. */
export function join(paths: readonly (readonly Point[])[]): readonly Point[] {
  return tidy(paths.flat());
}
