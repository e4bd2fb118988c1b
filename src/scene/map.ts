/**
 * A large cluster from afar: what stands on the map at the levels 1 and 0, and what its squares are shaded by. Words and the
 * Service in focus keep their size on screen, so they are given in scene px for a scale.
 */
import type { NamespacedName } from "../core/base/names.ts";
import { cellsOf } from "./cells.ts";
import type { Box, Shade } from "./contract.ts";
import { crowdNamespaces } from "./crowd.ts";
import { levelOf, type Level } from "./level.ts";
import type { Scene } from "./scene.ts";

/** Lengths on screen, px: a block's heading, the front of the Service in focus, the room for the bands below it. */
export const MAP = { heading: 26, frontWidth: 236, frontHeight: 58, bands: 96, margin: 14 } as const;

/** Above the map, px on screen. */
export const MAP_HEAD = MAP.margin + MAP.frontHeight + MAP.bands + MAP.heading;

/** Whether a picture at this level is the map. */
export function isMap(scene: Scene, level: Level): boolean {
  return scene.map !== null && level <= 1;
}

/** The level at a scale: at level 1 a Pod is as high as its square. */
export function levelAt(scene: Scene, scale: number, before: Level | null = null): Level {
  const { podHeight, podRoom = 0 } = scene.metrics;
  const level = levelOf((podHeight - podRoom) * scale, before);
  if (level > 1 || scene.map === null) return level;
  return levelOf(cellsOf(scene).size * scale, before === null ? null : before > 1 ? 1 : before) === 0 ? 0 : 1;
}

/** Where the front of the Service in focus stands. */
export function frontOnMap(map: NonNullable<Scene["map"]>, scale: number): Box {
  const { box } = map;
  const width = MAP.frontWidth / scale;
  const y = box.y - (MAP.heading + MAP.bands + MAP.frontHeight) / scale;
  return { x: box.x + box.width / 2 - width / 2, y, width, height: MAP.frontHeight / scale };
}

// ---- shades -------------------------------------------------------------------------------------------------------

export const INKS = ["--heat-0", "--heat-1", "--heat-2", "--heat-3", "--heat-4", "--heat-5"] as const;
export type Step = 0 | 1 | 2 | 3 | 4 | 5;

/** How counts become ink: the 99th percentile and all above it at full ink. */
export interface Ramp {
  readonly full: number;
  /** The largest there is. */
  readonly most: number;
}

/** Of the counts above 0; all 0: a ramp that nothing climbs. */
export function rampOf(counts: Iterable<number>): Ramp {
  const sorted = [...counts].filter((count) => count > 0).sort((a, b) => a - b);
  const full = sorted[Math.max(0, Math.ceil(sorted.length * 0.99) - 1)] ?? 1;
  return { full, most: sorted.at(-1) ?? 0 };
}

export function stepOf(count: number, { full }: Ramp): Step {
  return (count <= 0 ? 0 : Math.max(1, Math.ceil((5 * Math.min(count, full)) / full))) as Step; // 1 to 5
}

/** A namespace and its ink: that of the Service in focus the darkest, then by number of Pods; those beyond the fifth share one. */
export interface NamespaceShade {
  readonly name: string;
  readonly step: Step;
}

const namespaces = new WeakMap<Scene, readonly NamespaceShade[]>();

export function namespaceShades(scene: Scene): readonly NamespaceShade[] {
  const known = namespaces.get(scene);
  if (known !== undefined) return known;
  const pods = new Map<string, number>();
  for (const { key } of scene.pods) pods.set(namespaceOf(key), (pods.get(namespaceOf(key)) ?? 0) + 1);
  for (const [namespace, count] of scene.crowd === null ? [] : crowdNamespaces(scene.crowd))
    pods.set(namespace, (pods.get(namespace) ?? 0) + count);
  const first = scene.focus === null ? "" : namespaceOf(scene.focus);
  const order = [...pods].sort(
    ([a, m], [b, n]) => Number(b === first) - Number(a === first) || n - m || (a < b ? -1 : 1), // names differ
  );
  const shades = order.map(([name], i): NamespaceShade => ({ name, step: Math.max(0, 5 - i) as Step }));
  namespaces.set(scene, shades);
  return shades;
}

export function namespaceOf(key: NamespacedName): string {
  return key.slice(0, key.indexOf("/"));
}

export const SHADES: readonly Shade[] = ["requests", "readiness", "namespace"];

// ---- words --------------------------------------------------------------------------------------------------------

/** `1,668 Pods` */
export function counted(count: number, one: string): string {
  return `${thousands(count)} ${one}${count === 1 ? "" : "s"}`;
}

export function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
