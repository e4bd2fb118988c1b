/**
 * One scene on its way into the next. What is in both moves along a straight line from where it stood to where it will
 * stand, and its old look fades above the new one; what is new fades and grows in at its place; what is gone shrinks and
 * fades; a new thread attaches before the old one lets go. All of it is a function of `part`, so any moment can be drawn,
 * and a scene on its way can itself go over into a third.
 */
import type { Box, Point } from "./contract.ts";
import type { Frame, FramePacket, FrameStop, FrameTrail } from "./frame.ts";
import type { Present, Scene, SceneNode, ScenePill, ScenePod, SceneService, SceneThread } from "./scene.ts";
import { threadsOf } from "./threads.ts";
import { wiresOf } from "./wires.ts";

/**
 * The scene when `part` (0 to 1) of the way is done; wires and threads follow the things that they join. `appear`: how far
 * what comes and goes has done so, where that runs at another pace.
 */
export function sceneBetween(from: Scene, to: Scene, part: number, appear = part): Scene {
  if (part >= 1) return to;
  const nodes = between(from.nodes, to.nodes, from.leaving?.nodes, nodeOf, nodeBetween, { part, appear });
  const pods = between(from.pods, to.pods, from.leaving?.pods, podOf, podBetween, { part, appear });
  const services = between(from.services, to.services, from.leaving?.services, serviceOf, boxed, { part, appear });
  const pills = between(from.pills, to.pills, from.leaving?.pills, pillOf, boxed, { part, appear });
  const zonesBefore = new Map(from.zones.map((zone) => [zone.name, zone]));
  const zones = to.zones.map((zone) => boxed(zonesBefore.get(zone.name) ?? zone, zone, part));
  const buses = to.buses.map((bus, i) => {
    const before = from.buses[i] ?? bus;
    return {
      y: mix(before.y, bus.y, part),
      lane: mix(before.lane, bus.lane, part),
      left: mix(before.left, bus.left, part),
      right: mix(before.right, bus.right, part),
    };
  });
  const cluster = boxBetween(from.cluster, to.cluster, part);
  const tray = to.tray === null || from.tray === null ? to.tray : { ...to.tray, box: boxBetween(from.tray.box, to.tray.box, part) };
  const joinX = mix(from.joinX, to.joinX, part);
  const entry =
    from.entry === null || to.entry === null
      ? to.entry
      : { ...to.entry, port: pointBetween(from.entry.port, to.entry.port, part), x: mix(from.entry.x, to.entry.x, part) };
  // the stub of a Pod that comes is drawn with it
  const there = pods.now.filter((pod) => pod.presence === undefined);
  const wires = wiresOf(nodes.now, there, buses, joinX, entry, pills.now);
  const network =
    from.network === null || to.network === null
      ? to.network
      : { ...to.network, point: pointBetween(from.network.point, to.network.point, part) };
  const scene: Scene = {
    ...to,
    nodes: nodes.now,
    pods: pods.now,
    tray,
    services: services.now,
    pills: pills.now,
    zones,
    buses,
    cluster,
    joinX,
    entry,
    wires,
    network,
  };
  const threads = threadsBetween(from, to, scene, appear);
  return {
    ...scene,
    threads: threads.now,
    leaving: { nodes: nodes.gone, pods: pods.gone, services: services.gone, pills: pills.gone, threads: threads.gone },
  };
}

/** Whether the one shows the same things as the other, each looking the same, wherever they stand. */
export function sameThings(from: Scene, to: Scene): boolean {
  return (
    same(from.nodes, to.nodes, nodeOf) &&
    same(from.pods, to.pods, podOf) &&
    same(from.services, to.services, serviceOf) &&
    same(from.pills, to.pills, pillOf) &&
    JSON.stringify(membersOf(from)) === JSON.stringify(membersOf(to))
  );
}

/** Name and look of a thing: two looks of one name fade into each other. */
type Told = readonly [name: string, look: string];
const nodeOf = (node: SceneNode): Told => [
  node.name,
  JSON.stringify([node.address, node.ready, node.notes, node.cut, node.mode, node.rest, node.lists]),
];
const podOf = (pod: ScenePod): Told => [
  pod.key,
  JSON.stringify([pod.name, pod.detail, pod.more, pod.state, pod.notes, pod.badges, pod.moreBadges, pod.bar]),
];
const serviceOf = (one: SceneService): Told => [
  one.key,
  JSON.stringify([one.type, one.address, one.dns, one.state, one.focus, one.trouble, one.pending]),
];
const pillOf = (pill: ScenePill): Told => [pill.id, JSON.stringify([pill.name, pill.address, pill.state, pill.notes])];

function same<T>(from: readonly T[], to: readonly T[], tell: (one: T) => Told): boolean {
  return (
    from.length === to.length &&
    from.every((one, i) => {
      const other = to[i];
      return other !== undefined && tell(one).join() === tell(other).join();
    })
  );
}

/** What is there on the way, and what is leaving above it. */
interface Between<T> {
  readonly now: readonly T[];
  readonly gone: readonly T[];
}

function between<T extends Present & { readonly box: Box }>(
  from: readonly T[],
  to: readonly T[],
  leaving: readonly T[] | undefined,
  tell: (one: T) => Told,
  move: (a: T, b: T, part: number) => T,
  { part, appear }: { readonly part: number; readonly appear: number },
): Between<T> {
  const before = new Map(from.map((one) => [tell(one)[0], one]));
  const fades = (one: T, more: Partial<Present> = {}): T => ({ ...one, ...more, presence: (one.presence ?? 1) * (1 - appear) });
  const gone: T[] = (leaving ?? []).map((one) => fades(one));
  const now = to.map((one): T => {
    const [name, look] = tell(one);
    const was = before.get(name);
    if (was === undefined) return { ...one, presence: appear, grows: true };
    before.delete(name);
    const moved = move(was, one, part);
    if (tell(was)[1] !== look) gone.push(fades(move(one, was, 1 - part), { grows: false }));
    return was.presence === undefined ? moved : { ...moved, presence: mix(was.presence, 1, appear), grows: was.grows ?? false };
  });
  for (const one of before.values()) gone.push(fades(one, { grows: true }));
  return { now, gone };
}

/** A new thread is all there at half the way; the old one lets go in the second half. */
function threadsBetween(from: Scene, to: Scene, scene: Scene, appear: number): Between<SceneThread> {
  const fading = (from.leaving?.threads ?? []).map((one) => ({ ...one, presence: (one.presence ?? 1) * (1 - appear) }));
  if (JSON.stringify(membersOf(from)) === JSON.stringify(membersOf(to))) return { now: threadsAt(scene, to.threads), gone: fading };
  const boxes = new Map(scene.pods.map((pod) => [pod.key, pod.box]));
  const old: Scene = { ...scene, pods: from.pods.map((pod) => ({ ...pod, box: boxes.get(pod.key) ?? pod.box })) };
  return {
    now: threadsAt(scene, to.threads).map((one) => ({ ...one, presence: Math.min(1, 2 * appear) })),
    gone: [...fading, ...threadsAt(old, from.threads).map((one) => ({ ...one, presence: Math.min(1, 2 - 2 * appear) }))],
  };
}

/** What the threads join; where they end in the air, their words. */
function membersOf(scene: Scene): unknown {
  const joined = (key: string): unknown =>
    scene.pods.flatMap((pod) => pod.badges.flatMap((badge) => (badge.service === key ? [[pod.key, badge.solid]] : [])));
  return scene.threads.map((thread) => [thread.service, thread.end?.mono, thread.end?.text, joined(thread.service)]);
}

/** Threads drawn anew between where their Pods are; those that end in the air stay. */
function threadsAt(scene: Scene, threads: readonly SceneThread[]): readonly SceneThread[] {
  return threads.map((thread) => (thread.end === null ? { ...thread, ...threadsOf(scene, thread.service) } : thread));
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

function boxed<T extends { readonly box: Box }>(a: T, b: T, part: number): T {
  return { ...b, box: boxBetween(a.box, b.box, part) };
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
