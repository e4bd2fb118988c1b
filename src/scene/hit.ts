/** From a point to the thing there, and from a thing to its neighbours. */
import type { Box, Point, ThingId, Viewport } from "./contract.ts";
import { cellsOf } from "./cells.ts";
import type { Level } from "./level.ts";
import { indexOf, podsInSight } from "./lookup.ts";
import { MAP, MAP_HEAD, frontOnMap, isMap, levelAt } from "./map.ts";
import type { Scene, ScenePod } from "./scene.ts";

/**
 * A thing's outline; null when the scene does not show it. At level 1 a Pod's is its square; on a map (where the front keeps its
 * size on screen, hence `scale`) only nodes, Pods and the Service in focus show.
 */
export function boxOf(scene: Scene, thing: ThingId, level: Level = 4, scale = 1): (Box & { readonly radius: number }) | null {
  if (scene.map !== null && level <= 1) {
    if (thing.kind === "outside") return null;
    if (thing.kind === "service") return thing.key === scene.focus ? withRadius(frontOnMap(scene.map, scale), 6) : null;
    if (thing.kind === "gate") return boxOf(scene, { kind: "node", name: thing.node }, level, scale);
    const node = thing.kind === "pod" && level === 0 ? indexOf(scene).nodeOf.get(thing.key) : undefined;
    if (node !== undefined) return boxOf(scene, { kind: "node", name: node }, level, scale);
  }
  switch (thing.kind) {
    case "pod":
      if (level === 1) return withRadius(cellsOf(scene).boxes.get(thing.key), 6);
      return withRadius(indexOf(scene).pods.get(thing.key)?.box, 8);
    case "node":
      return withRadius(indexOf(scene).nodes.get(thing.name)?.box, 12);
    case "gate":
      return withRadius(indexOf(scene).nodes.get(thing.node)?.gate, 7);
    case "service":
      return withRadius(scene.services.find((service) => service.key === thing.key)?.box, 6);
    case "outside":
      return withRadius(scene.pills.find((pill) => pill.id === thing.id)?.box, 21);
    case "workload":
    case "group":
      return null;
  }
}

function withRadius(box: Box | undefined, radius: number): (Box & { readonly radius: number }) | null {
  return box === undefined ? null : { ...box, radius };
}

function inside(box: Box, point: Point): boolean {
  return point.x >= box.x && point.x <= box.x + box.width && point.y >= box.y && point.y <= box.y + box.height;
}

/** On a map the gaps around a node count as the node: a pointer that runs over it never loses it. */
const GAP = 16;

/** The innermost thing at a scene point; at level 1 Pods are squares, and below it none shows. */
export function hit(scene: Scene, point: Point, level: Level = 4, scale = 1): ThingId | null {
  if (scene.map !== null && level <= 1) {
    if (scene.focus !== null && inside(frontOnMap(scene.map, scale), point)) return { kind: "service", key: scene.focus };
  } else {
    const service = scene.services.find((one) => inside(one.box, point));
    if (service !== undefined) return { kind: "service", key: service.key };
    const pill = scene.pills.find((one) => inside(one.box, point));
    if (pill !== undefined) return { kind: "outside", id: pill.id };
  }
  const around = scene.map !== null && level <= 1 ? GAP : 0;
  const node = scene.nodes.find(({ box: { x, y, width, height } }) =>
    inside({ x: x - around, y: y - around, width: width + 2 * around, height: height + 2 * around }, point),
  );
  const waiting =
    level === 0
      ? undefined
      : indexOf(scene)
          .podsOn.get("")
          ?.find((one) => inside(boxOf(scene, { kind: "pod", key: one.key }, level) ?? one.box, point));
  if (waiting !== undefined) return { kind: "pod", key: waiting.key };
  if (node === undefined) return null;
  const boxes = level === 1 ? cellsOf(scene).boxes : null;
  const pod =
    level === 0
      ? undefined
      : indexOf(scene)
          .podsOn.get(node.name)
          ?.find((one) => inside(boxes?.get(one.key) ?? one.box, point));
  if (pod !== undefined) return { kind: "pod", key: pod.key };
  if (level <= 1) return { kind: "node", name: node.name };
  return inside(node.gate, point) ? { kind: "gate", node: node.name } : { kind: "node", name: node.name };
}

/** Screen (CSS px) to scene. */
export function toScene(viewport: Viewport, screen: Point): Point {
  return { x: (screen.x - viewport.offsetX) / viewport.scale, y: (screen.y - viewport.offsetY) / viewport.scale };
}

/** The readiness glyph of a Pod: a click there makes it ready or not. */
export function onReadinessGlyph(scene: Scene, point: Point): string | null {
  const near = podsInSight(scene, { ...point, width: 0, height: 0 });
  const pod = near.find((one) => inside({ x: one.box.x + 4, y: one.box.y, width: 26, height: one.box.height }, point));
  return pod?.key ?? null;
}

export type Direction = "left" | "right" | "up" | "down";

/** What can be moved between on a map: the Service in focus, and the nodes as their blocks. */
function thingsOnMap(scene: Scene, map: NonNullable<Scene["map"]>, scale: number): ReturnType<typeof things> {
  const front = scene.focus === null ? [] : [{ thing: { kind: "service", key: scene.focus } as const, box: frontOnMap(map, scale) }];
  return [...front, ...scene.nodes.map((node) => ({ thing: { kind: "node", name: node.name } as const, box: node.box }))];
}

/** So many nodes around a place are looked at first, of a crowd. */
const AROUND = 3;

/** All Pods; of a crowd those in this part of it. */
function podsWithin(scene: Scene, part: Box | null): readonly ScenePod[] {
  return scene.crowd === null ? scene.pods : podsInSight(scene, part ?? undefined);
}

/** Every thing of the scene with its box, in reading order. A node counts as its header: its Pods lie within it. */
function things(scene: Scene, part: Box | null): readonly { readonly thing: ThingId; readonly box: Box }[] {
  const header = (box: Box): Box => ({ ...box, height: scene.metrics.gateDy });
  return [
    ...scene.pills.map((pill) => ({ thing: { kind: "outside", id: pill.id } as const, box: pill.box })),
    ...scene.services.map((service) => ({ thing: { kind: "service", key: service.key } as const, box: service.box })),
    ...scene.nodes.map((node) => ({ thing: { kind: "node", name: node.name } as const, box: header(node.box) })),
    ...scene.nodes.map((node) => ({ thing: { kind: "gate", node: node.name } as const, box: node.gate })),
    ...podsWithin(scene, part).map((pod) => ({ thing: { kind: "pod", key: pod.key } as const, box: pod.box })),
  ];
}

/**
 * The nearest thing that lies wholly in a direction: the gap along counts once, what it lies aside four times. null
 * at the edge. On a map (`scale`: the picture's) from block to block; a Pod and a gate stand where their node does.
 */
export function neighbour(scene: Scene, from: ThingId | null, direction: Direction, scale: number | null = null): ThingId | null {
  const isFar = scale !== null && isMap(scene, levelAt(scene, scale));
  if (isFar && scene.map !== null) return nearest(thingsOnMap(scene, scene.map, scale), onItsNode(scene, from), direction)?.thing ?? null;
  const at = from === null || scene.crowd === null ? null : boxOf(scene, from);
  const { width = 0, height = 0 } = scene.nodes[0]?.box ?? {};
  const part: Box | null =
    at === null
      ? null
      : {
          x: at.x - AROUND * width,
          y: at.y - AROUND * height,
          width: at.width + 2 * AROUND * width,
          height: at.height + 2 * AROUND * height,
        };
  const near = nearest(things(scene, part), from, direction);
  // What is farther away costs more than this: only where nothing close by costs less is all of a crowd looked at.
  if (part === null || (near !== null && near.cost < AROUND * Math.min(width, height))) return near?.thing ?? null;
  return nearest(things(scene, null), from, direction)?.thing ?? null;
}

/** null at the edge; the first of all where nothing is to start from. */
function nearest(
  all: ReturnType<typeof things>,
  from: ThingId | null,
  direction: Direction,
): { readonly thing: ThingId; readonly cost: number } | null {
  const key = JSON.stringify(from);
  const start = from === null ? undefined : all.find((one) => JSON.stringify(one.thing) === key)?.box;
  if (start === undefined) return all[0] === undefined ? null : { thing: all[0].thing, cost: 0 };
  let best: { readonly thing: ThingId; readonly cost: number } | null = null;
  for (const { thing, box } of all) {
    const gap = gapTo(start, box, direction);
    if (gap < -1) continue;
    const aside = asideOf(start, box, direction);
    const cost = gap + 4 * aside.gap + aside.middles / 10;
    if (aside.gap <= gap * 3 + 40 && (best === null || cost < best.cost)) best = { thing, cost };
  }
  return best;
}

function onItsNode(scene: Scene, thing: ThingId | null): ThingId | null {
  const node = thing?.kind === "gate" ? thing.node : thing?.kind === "pod" ? indexOf(scene).nodeOf.get(thing.key) : undefined;
  return node === undefined ? thing : { kind: "node", name: node };
}

function gapTo(from: Box, to: Box, direction: Direction): number {
  switch (direction) {
    case "left":
      return from.x - (to.x + to.width);
    case "right":
      return to.x - (from.x + from.width);
    case "up":
      return from.y - (to.y + to.height);
    case "down":
      return to.y - (from.y + from.height);
  }
}

/** How far two boxes lie apart across the direction, and how far their middles do. */
function asideOf(from: Box, to: Box, direction: Direction): { readonly gap: number; readonly middles: number } {
  const level = direction === "left" || direction === "right";
  const [a, b, c, d] = level
    ? [from.y, from.y + from.height, to.y, to.y + to.height]
    : [from.x, from.x + from.width, to.x, to.x + to.width];
  return { gap: Math.max(0, c - b, a - d), middles: Math.abs((a + b) / 2 - (c + d) / 2) };
}

/** Scale and offsets that show the whole scene, at most at 1.25, centred across and from the top. */
export function fit(
  scene: Scene,
  width: number,
  height: number,
): { readonly scale: number; readonly offsetX: number; readonly offsetY: number } {
  const map = scene.map === null ? null : fitMap(scene, scene.map.box, width, height);
  if (map !== null) return map;
  const scale = Math.min(1.25, width / scene.width, height / scene.height);
  return {
    scale,
    offsetX: Math.max(0, (width - scene.width * scale) / 2),
    offsetY: Math.max(0, Math.min(24, (height - scene.height * scale) / 2)),
  };
}

/** The map with room for the Service in focus above it; null where the scene is so small that it shows as no map. */
function fitMap(scene: Scene, box: Box, width: number, height: number): ReturnType<typeof fit> | null {
  const head = Math.min(MAP_HEAD, height / 2);
  const scale = Math.min((width - 2 * MAP.margin) / box.width, (height - head - MAP.margin) / box.height);
  if (scale <= 0 || levelAt(scene, scale) > 1) return null;
  return {
    scale,
    offsetX: (width - box.width * scale) / 2 - box.x * scale,
    offsetY: head + Math.max(0, Math.min(40, (height - head - MAP.margin - box.height * scale) / 2)) - box.y * scale,
  };
}
