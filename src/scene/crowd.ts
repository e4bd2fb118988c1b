/**
 * The Pods of a large cluster. Hardly any of 150,000 is ever looked at closely, so they are not laid out one by one: each node
 * has a pack, which says what stands in its slots (`packs.ts` makes them), and a Pod's box, stub and words are made from it where
 * it is in sight. A pack says nothing of places, so that it stays the same value as long as the node's Pods stay as they are.
 */
import type { NamespacedName } from "../core/base/names.ts";
import { placePod, stubHeight } from "./pod-place.ts";
import type { Metrics, Scene, SceneNode, ScenePod } from "./scene.ts";
import { seldom } from "./seldom.ts";
import { columnsOf, slotCell } from "./slots.ts";

/** All of a Pod's looks that many have in common. */
export type Look = Pick<ScenePod, "state" | "notes" | "role" | "hostNetwork" | "badges" | "moreBadges" | "bar"> & {
  readonly namespace: string;
};

/** What stands in the slots of one node; lists of one length, slot by slot. */
export interface Pack {
  /** null: nothing stands there. */
  readonly keys: readonly (NamespacedName | null)[];
  readonly names: readonly string[];
  readonly details: readonly string[];
  /** In the crowd's list of looks. */
  readonly looks: readonly number[];
}

export interface Crowd {
  /** Pods in all. */
  readonly count: number;
  /** As `Scene.nodes`. */
  readonly packs: readonly Pack[];
  readonly looks: readonly Look[];
  /** Columns of Pods that a node has at most. */
  readonly columns: number;
}

/** A scene's ground as far as the boxes of Pods need it. */
type Ground = Pick<Scene, "nodes" | "metrics" | "crowd">;

/** The Pod in a slot of a node, as a picture of few Pods has it. */
function podIn(ground: Ground, crowd: Crowd, at: number, slot: number): ScenePod | undefined {
  const [node, pack] = [ground.nodes[at], crowd.packs[at]];
  const key = pack?.keys[slot] ?? null;
  if (node === undefined || pack === undefined || key === null) return undefined;
  const look = crowd.looks[pack.looks[slot] ?? 0];
  if (look === undefined) throw new Error(`${key} has look ${pack.looks[slot]} of ${crowd.looks.length}`);
  const { state, notes, role, hostNetwork, badges, moreBadges, bar } = look;
  const { box, stub } = placePod(node, slot, columnsOf(pack.keys.length, crowd.columns), crowd.columns, ground.metrics);
  return {
    key,
    node: node.name,
    slot,
    box,
    name: pack.names[slot] ?? "",
    fullName: key.slice(key.indexOf("/") + 1),
    detail: pack.details[slot] ?? "",
    state,
    notes,
    role,
    hostNetwork,
    badges,
    moreBadges,
    stub: hostNetwork ? [] : stub,
    bar,
  };
}

/** All Pods of the node at this place of `nodes`. */
export function podsAt(ground: Ground, crowd: Crowd, at: number): readonly ScenePod[] {
  const pods: ScenePod[] = [];
  const slots = crowd.packs[at]?.keys.length ?? 0;
  for (let slot = 0; slot < slots; slot++) {
    const pod = podIn(ground, crowd, at, slot);
    if (pod !== undefined) pods.push(pod);
  }
  return pods;
}

/** The Pods that carry a Service's badge. */
export function crowdMembers(ground: Ground, crowd: Crowd, service: NamespacedName): readonly ScenePod[] {
  const has = crowd.looks.map(({ badges }) => badges.some((badge) => badge.service === service));
  if (!has.includes(true)) return [];
  const pods: ScenePod[] = [];
  crowd.packs.forEach(({ keys, looks }, at) => {
    looks.forEach((look, slot) => {
      if (has[look] !== true || keys[slot] === null) return;
      const pod = podIn(ground, crowd, at, slot);
      if (pod !== undefined) pods.push(pod);
    });
  });
  return pods;
}

/** Pods by namespace. */
export function crowdNamespaces({ packs, looks }: Crowd): ReadonlyMap<string, number> {
  const byLook = looks.map(() => 0);
  for (const pack of packs)
    pack.keys.forEach((key, slot) => {
      const look = pack.looks[slot] ?? 0;
      if (key !== null) byLook[look] = (byLook[look] ?? 0) + 1;
    });
  const counts = new Map<string, number>();
  looks.forEach(({ namespace }, look) => {
    if ((byLook[look] ?? 0) > 0) counts.set(namespace, (counts.get(namespace) ?? 0) + (byLook[look] ?? 0));
  });
  return counts;
}

/** Where each Pod is: the place of its node in `nodes`, and its slot. */
export interface CrowdPlaces {
  nodeOf(key: NamespacedName): number | undefined;
  lookOf(key: NamespacedName): Look | undefined;
}

const SLOTS = 65_536;

export function placesIn(crowd: Crowd): CrowdPlaces {
  const places = seldom(
    crowd.count,
    (key: NamespacedName) => {
      for (const [at, { keys }] of crowd.packs.entries()) {
        const slot = keys.indexOf(key);
        if (slot !== -1) return at * SLOTS + slot;
      }
      return undefined;
    },
    () => allPlaces(crowd),
  );
  return {
    nodeOf(key) {
      const place = places.get(key);
      return place === undefined ? undefined : Math.floor(place / SLOTS);
    },
    lookOf(key) {
      const place = places.get(key);
      if (place === undefined) return undefined;
      const pack = crowd.packs[Math.floor(place / SLOTS)];
      return crowd.looks[pack?.looks[place % SLOTS] ?? 0];
    },
  };
}

function allPlaces({ packs }: Crowd): ReadonlyMap<NamespacedName, number> {
  const places = new Map<NamespacedName, number>();
  packs.forEach(({ keys }, at) => {
    keys.forEach((key, slot) => {
      if (key !== null) places.set(key, at * SLOTS + slot);
    });
  });
  return places;
}

/** The slot of each pack whose stub leaves the rail farthest down, with so many columns. */
const rails = new WeakMap<Pack, { readonly columns: number; readonly slot: number }>();

/** How far down each node's rail goes, node by node: to its lowest stub. */
export function crowdRails(nodes: readonly SceneNode[], crowd: Crowd, metrics: Metrics): readonly number[] {
  return nodes.map(({ box }, i) => {
    const pack = crowd.packs[i];
    if (pack === undefined) return 0;
    let known = rails.get(pack);
    if (known?.columns !== crowd.columns) rails.set(pack, (known = { columns: crowd.columns, slot: lowestSlot(pack, crowd) }));
    const { slot } = known;
    if (slot === -1) return 0;
    const { column, row } = slotCell(slot, crowd.columns);
    return stubHeight(box.y + metrics.podsDy + row * metrics.podPitch, column, metrics);
  });
}

/** The slot with the stub that leaves the rail farthest down; -1: none has a stub. */
function lowestSlot({ keys, looks: ids }: Pack, { looks, columns }: Crowd): number {
  let lowest = -1;
  let down = -1;
  keys.forEach((key, slot) => {
    if (key === null || looks[ids[slot] ?? 0]?.hostNetwork === true) return;
    const { column, row } = slotCell(slot, columns);
    const place = 2 * row + (column === 0 ? 0 : 1);
    if (place > down) [lowest, down] = [slot, place];
  });
  return lowest;
}
