/**
 * The picture at rest as shapes, back to front. Ported from the design's drawing kit, measure for measure. Each kind of
 * thing has its file: ground.ts (nodes, wires, threads), gate.ts, pod.ts, front.ts, pill.ts. What moves is in moving.ts.
 */
import { cellsOf } from "../cells.ts";
import { podsInSight } from "../lookup.ts";
import type { Scene, ScenePod } from "../scene.ts";
import { barShapes } from "./bar.ts";
import { frontShapes } from "./front.ts";
import { gateShapes } from "./gate.ts";
import { glyph } from "./glyphs.ts";
import { WIRE, groundShapes } from "./ground.ts";
import { mapShapes } from "./map.ts";
import { DIM, inSight, inked, present } from "./options.ts";
import type { StructureOptions } from "./options.ts";
import { pillShapes } from "./pill.ts";
import { isHollow, podShapes } from "./pod.ts";
import { faded, line, rect } from "./shapes.ts";
import type { Shape } from "./shapes.ts";

/** Everything at rest, back to front. */
export function structureShapes(scene: Scene, options: StructureOptions): readonly Shape[] {
  return [...structureParts(scene, options)].flat();
}

/** So many Pods or gates, squares, or other shapes make a part. */
const PART_THINGS = 50;
const PART_SQUARES = 1_500;
const PART_SHAPES = 200;

/** The same in parts, so that what draws thousands of Pods may stop in between; each is worked out when it is asked for. */
export function* structureParts(scene: Scene, options: StructureOptions): Generator<readonly Shape[], void, void> {
  if (scene.map !== null && options.level <= 1) return yield* split(mapShapes(scene, scene.map, options));
  yield* split(groundShapes(scene, options));
  yield* thingParts(scene, options);
}

/** What lies above the trails: gates, Pods, fronts, pills. */
function* thingParts(scene: Scene, options: StructureOptions): Generator<readonly Shape[], void, void> {
  if (options.level <= 1) {
    yield* split(cellShapes(scene, options));
    yield [...lostBlocks(scene), ...frontsAt(scene, options)];
    return;
  }
  const { leaving } = scene;
  const gates = [...scene.nodes, ...(leaving?.nodes ?? [])].filter((node) => inSight(node.gate, options));
  for (const part of inParts(gates))
    yield part.flatMap((node) => inked(present(gateShapes(node, scene, node.rest, options), node, node.box), "nodes", node.name, options));
  for (const part of inParts(podsInSight(scene, options.visible))) yield part.flatMap((pod) => podAt(pod, options));
  yield (leaving?.pods ?? []).filter((pod) => inSight(pod.box, options)).flatMap((pod) => podAt(pod, options));
  yield frontsAt(scene, options);
  yield [...scene.pills, ...(leaving?.pills ?? [])].flatMap((pill) =>
    inked(present(pillShapes(pill, options), pill, pill.box), "outside", pill.id, options),
  );
}

function* inParts<T>(list: readonly T[]): Generator<readonly T[], void, void> {
  for (let i = 0; i < list.length; i += PART_THINGS) yield list.slice(i, i + PART_THINGS);
}

/** Shapes that were worked out at once, a few at a time; and thousands of squares as more shapes of fewer. */
function* split(shapes: readonly Shape[]): Generator<readonly Shape[], void, void> {
  let part: Shape[] = [];
  for (const shape of shapes) {
    if (shape.kind === "cells" && shape.corners.length > 2 * PART_SQUARES) {
      yield part;
      part = [];
      for (let i = 0; i < shape.corners.length; i += 2 * PART_SQUARES)
        yield [{ ...shape, corners: shape.corners.slice(i, i + 2 * PART_SQUARES) }];
    } else if (part.push(shape) === PART_SHAPES) {
      yield part;
      part = [];
    }
  }
  yield part;
}

/** A Pod, with its stub while that is no wire of the picture yet, or no more. */
function podAt(pod: ScenePod, options: StructureOptions): readonly Shape[] {
  const shapes = inked(
    present([...barShapes(pod, "rest", options), ...podShapes(pod, {}, options)], pod, pod.box),
    "pods",
    pod.key,
    options,
  );
  if (pod.presence === undefined || pod.grows !== true || pod.stub.length === 0) return shapes;
  return [...faded([line(pod.stub, WIRE)], pod.presence), ...shapes];
}

function frontsAt(scene: Scene, options: StructureOptions): readonly Shape[] {
  return [...scene.services, ...(scene.leaving?.services ?? [])]
    .filter((service) => options.level >= 2 || service.focus)
    .flatMap((service) => inked(present(frontShapes(service, "none", options), service, service.box), "services", service.key, options));
}

/** From afar a node that is not there carries its octagon in the middle, above its squares. */
function lostBlocks(scene: Scene): readonly Shape[] {
  return scene.nodes.flatMap(({ box, lost }) => {
    const size = Math.min(0.5 * box.width, 0.5 * box.height, 3 * scene.metrics.podHeight);
    return lost ? glyph("outline-blocked", box.x + (box.width - size) / 2, box.y + (box.height - size) / 2, size) : [];
  });
}

/** Level 1: a square a Pod, hollow when not ready. Level 0: a square a node. */
function cellShapes(scene: Scene, { level, kept = null }: StructureOptions): readonly Shape[] {
  if (level === 0) {
    return scene.nodes.map((node) =>
      rect(node.box.x + 8, node.box.y + 8, node.box.width - 16, node.box.height - 16, 8, {
        ...(node.ready ? { fill: "--heat-2" } : { stroke: "--drop-fill", lineWidth: 6 }),
        ...(kept === null || kept.nodes.has(node.name) ? {} : { alpha: DIM }),
      }),
    );
  }
  const { size, boxes } = cellsOf(scene);
  const corners: Record<"ready" | "hollow" | "dimReady" | "dimHollow", number[]> = { ready: [], hollow: [], dimReady: [], dimHollow: [] };
  for (const pod of scene.pods) {
    const cell = boxes.get(pod.key);
    if (cell === undefined) continue;
    const stays = kept === null || kept.pods.has(pod.key);
    corners[isHollow(pod) ? (stays ? "hollow" : "dimHollow") : stays ? "ready" : "dimReady"].push(cell.x, cell.y);
  }
  const ready = { kind: "cells", size, radius: 6, fill: kept === null ? "--heat-1" : "--heat-4" } as const;
  const hollow = { kind: "cells", size, radius: 6, fill: "--surface", stroke: "--ctl", lineWidth: 4 } as const;
  const shapes: readonly Shape[] = [
    { ...ready, corners: corners.ready },
    { ...hollow, corners: corners.hollow },
  ];
  if (kept === null) return shapes;
  return [
    { ...ready, fill: "--heat-1", corners: corners.dimReady, alpha: DIM },
    { ...hollow, corners: corners.dimHollow, alpha: DIM },
    ...shapes,
  ];
}
