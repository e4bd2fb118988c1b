/**
 * A relayout on its way: everything moves along a straight line from where it stood to where it will stand. Things
 * that are only in the later scene stand in their place from the start.
 */
import type { Box, Point } from "./contract.ts";
import type { Frame, FramePacket, FrameStop, FrameTrail } from "./frame.ts";
import type { Scene, SceneNode, ScenePod } from "./scene.ts";
import { threadsOf } from "./threads.ts";
import { wiresOf } from "./wires.ts";

/** The scene when `part` (0 to 1) of the way is done; wires and threads follow the things that they join. */
export function sceneBetween(from: Scene, to: Scene, part: number): Scene {
  if (part >= 1) return to;
  const nodes = moved(
    from.nodes,
    to.nodes,
    (node) => node.name,
    (a, b) => nodeBetween(a, b, part),
  );
  const pods = moved(
    from.pods,
    to.pods,
    (pod) => pod.key,
    (a, b) => podBetween(a, b, part),
  );
  const services = moved(
    from.services,
    to.services,
    (service) => service.key,
    (a, b) => ({ ...b, box: boxBetween(a.box, b.box, part) }),
  );
  const pills = moved(
    from.pills,
    to.pills,
    (pill) => pill.id,
    (a, b) => ({ ...b, box: boxBetween(a.box, b.box, part) }),
  );
  const zones = moved(
    from.zones,
    to.zones,
    (zone) => zone.name,
    (a, b) => ({ ...b, box: boxBetween(a.box, b.box, part) }),
  );
  const buses = to.buses.map((bus, i) => {
    const before = from.buses[i] ?? bus;
    return { y: mix(before.y, bus.y, part), left: mix(before.left, bus.left, part), right: mix(before.right, bus.right, part) };
  });
  const cluster = boxBetween(from.cluster, to.cluster, part);
  const joinX = mix(from.joinX, to.joinX, part);
  const entry =
    from.entry === null || to.entry === null
      ? to.entry
      : { ...to.entry, port: pointBetween(from.entry.port, to.entry.port, part), x: mix(from.entry.x, to.entry.x, part) };
  const wires = wiresOf(nodes, pods, buses, joinX, entry, pills);
  const scene: Scene = { ...to, nodes, pods, services, pills, zones, buses, cluster, joinX, entry, wires };
  const joined = to.focus !== null && to.threads.every((thread) => thread.end === null);
  if (!joined || to.focus === null || to.threads.length === 0) return scene;
  return { ...scene, threads: [{ service: to.focus, ...threadsOf(scene, to.focus), end: null }] };
}

/** What moves in it: packets and numbers go with the things; a trail whose way is another one stands at its end. */
export function frameBetween(from: Frame, to: Frame, part: number): Frame {
  if (part >= 1) return to;
  return {
    ...to,
    packets: to.packets.map((packet, i): FramePacket => along(packet, from.packets[i], part)),
    stops: to.stops.map((stop, i): FrameStop => along(stop, from.stops[i], part)),
    octagons: to.octagons.map((octagon, i) => along(octagon, from.octagons[i], part)),
    trails: to.trails.map((trail, i): FrameTrail => trailBetween(from.trails[i], trail, part)),
  };
}

function along<T extends { readonly point: Point }>(to: T, from: T | undefined, part: number): T {
  return from === undefined ? to : { ...to, point: pointBetween(from.point, to.point, part) };
}

function trailBetween(from: FrameTrail | undefined, to: FrameTrail, part: number): FrameTrail {
  if (from === undefined || from.points.length !== to.points.length) return to;
  return { ...to, points: to.points.map((point, i) => pointBetween(from.points[i] ?? point, point, part)) };
}

function moved<T>(from: readonly T[], to: readonly T[], key: (one: T) => string, between: (a: T, b: T) => T): readonly T[] {
  const before = new Map(from.map((one) => [key(one), one]));
  return to.map((one) => {
    const was = before.get(key(one));
    return was === undefined ? one : between(was, one);
  });
}

function nodeBetween(a: SceneNode, b: SceneNode, part: number): SceneNode {
  return {
    ...b,
    box: boxBetween(a.box, b.box, part),
    gate: boxBetween(a.gate, b.gate, part),
    railX: mix(a.railX, b.railX, part),
    railBottom: mix(a.railBottom, b.railBottom, part),
    busY: mix(a.busY, b.busY, part),
  };
}

function podBetween(a: ScenePod, b: ScenePod, part: number): ScenePod {
  const same = a.stub.length === b.stub.length;
  const stub = same ? b.stub.map((point, i) => pointBetween(a.stub[i] ?? point, point, part)) : b.stub;
  return { ...b, box: boxBetween(a.box, b.box, part), stub };
}

function mix(a: number, b: number, part: number): number {
  return a + (b - a) * part;
}

function pointBetween(a: Point, b: Point, part: number): Point {
  return { x: mix(a.x, b.x, part), y: mix(a.y, b.y, part) };
}

function boxBetween(a: Box, b: Box, part: number): Box {
  return { x: mix(a.x, b.x, part), y: mix(a.y, b.y, part), width: mix(a.width, b.width, part), height: mix(a.height, b.height, part) };
}
