/** From a point to the thing there, and from a thing to its neighbours. */
import type { Box, Point, ThingId, Viewport } from "./contract.ts";
import type { Scene } from "./scene.ts";

/** A thing's outline; null when the scene does not show it. */
export function boxOf(scene: Scene, thing: ThingId): (Box & { readonly radius: number }) | null {
  switch (thing.kind) {
    case "pod":
      return withRadius(scene.pods.find((pod) => pod.key === thing.key)?.box, 8);
    case "node":
      return withRadius(scene.nodes.find((node) => node.name === thing.name)?.box, 12);
    case "gate":
      return withRadius(scene.nodes.find((node) => node.name === thing.node)?.gate, 7);
    case "service":
      return withRadius(scene.services.find((service) => service.key === thing.key)?.box, 6);
    case "outside":
      return withRadius(scene.pills.find((pill) => pill.id === thing.id)?.box, 21);
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

/** The innermost thing at a scene point. */
export function hit(scene: Scene, point: Point): ThingId | null {
  const service = scene.services.find((one) => inside(one.box, point));
  if (service !== undefined) return { kind: "service", key: service.key };
  const pill = scene.pills.find((one) => inside(one.box, point));
  if (pill !== undefined) return { kind: "outside", id: pill.id };
  const node = scene.nodes.find((one) => inside(one.box, point));
  if (node === undefined) return null;
  const pod = scene.pods.find((one) => one.node === node.name && inside(one.box, point));
  if (pod !== undefined) return { kind: "pod", key: pod.key };
  return inside(node.gate, point) ? { kind: "gate", node: node.name } : { kind: "node", name: node.name };
}

/** Screen (CSS px) to scene. */
export function toScene(viewport: Viewport, screen: Point): Point {
  return { x: (screen.x - viewport.offsetX) / viewport.scale, y: (screen.y - viewport.offsetY) / viewport.scale };
}

/** The readiness glyph of a Pod: a click there makes it ready or not. */
export function onReadinessGlyph(scene: Scene, point: Point): string | null {
  const pod = scene.pods.find((one) => inside({ x: one.box.x + 4, y: one.box.y, width: 26, height: one.box.height }, point));
  return pod?.key ?? null;
}

export type Direction = "left" | "right" | "up" | "down";

/** Every thing of the scene with its middle, in reading order. */
export function things(scene: Scene): readonly { readonly thing: ThingId; readonly at: Point }[] {
  const middle = (box: Box): Point => ({ x: box.x + box.width / 2, y: box.y + box.height / 2 });
  return [
    ...scene.pills.map((pill) => ({ thing: { kind: "outside", id: pill.id } as const, at: middle(pill.box) })),
    ...scene.services.map((service) => ({ thing: { kind: "service", key: service.key } as const, at: middle(service.box) })),
    ...scene.nodes.map((node) => ({
      thing: { kind: "node", name: node.name } as const,
      at: { x: node.box.x + node.box.width / 2, y: node.box.y + 12 },
    })),
    ...scene.nodes.map((node) => ({ thing: { kind: "gate", node: node.name } as const, at: middle(node.gate) })),
    ...scene.pods.map((pod) => ({ thing: { kind: "pod", key: pod.key } as const, at: middle(pod.box) })),
  ];
}

/** The nearest thing in a direction: distance along counts once, distance across twice. null at the edge. */
export function neighbour(scene: Scene, from: ThingId | null, direction: Direction): ThingId | null {
  const all = things(scene);
  if (from === null) return all[0]?.thing ?? null;
  const key = JSON.stringify(from);
  const start = all.find((one) => JSON.stringify(one.thing) === key)?.at;
  if (start === undefined) return all[0]?.thing ?? null;
  const horizontal = direction === "left" || direction === "right";
  const sign = direction === "right" || direction === "down" ? 1 : -1;
  let best: { readonly thing: ThingId; readonly cost: number } | null = null;
  for (const { thing, at } of all) {
    const along = sign * (horizontal ? at.x - start.x : at.y - start.y);
    const across = Math.abs(horizontal ? at.y - start.y : at.x - start.x);
    if (along <= 1 || across > along * 3 + 40) continue;
    const cost = along + 2 * across;
    if (best === null || cost < best.cost) best = { thing, cost };
  }
  return best?.thing ?? null;
}

/** Scale and offsets that show the whole scene, at most at 1.25, centred across and from the top. */
export function fit(
  scene: Scene,
  width: number,
  height: number,
): { readonly scale: number; readonly offsetX: number; readonly offsetY: number } {
  const scale = Math.min(1.25, width / scene.width, height / scene.height);
  return {
    scale,
    offsetX: Math.max(0, (width - scene.width * scale) / 2),
    offsetY: Math.max(0, Math.min(24, (height - scene.height * scale) / 2)),
  };
}
