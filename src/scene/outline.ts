/** The cluster as rows of a tree. Of 150,000 Pods a screen shows thirty: a row is made when it is asked for. */
import { compareText } from "../core/base/names.ts";
import type { ClusterView, NodeView } from "../core/simulation/view.ts";
import type { ThingId } from "./contract.ts";
import { externalAddresses, externalId } from "./externals.ts";
import { shelfOrder } from "./shelf.ts";
import { viewIndex } from "./view-index.ts";
import { balancerId } from "./wires.ts";

/** One row of the outline, as a tree row wants it; `nameOf` says what it is called. */
export interface OutlineItem {
  readonly thing: ThingId;
  /** From 1. */
  readonly level: number;
  /** Rows beside it under the same parent, and its place among them, from 1. */
  readonly size: number;
  readonly position: number;
}

/** In reading order: Services; zone, node, gate and Pods; Pods without a node; workloads without Pods; outside. */
export interface OutlineRows {
  readonly length: number;
  at(row: number): OutlineItem | undefined;
  /** The row of a thing; -1: there is none. */
  rowOf(thing: ThingId): number;
}

/** A heading and what stands under it. */
interface Group {
  readonly name: string;
  /** Rows with its own. */
  readonly rows: number;
  /** The row so many below its heading. */
  at(row: number): OutlineItem | undefined;
  rowOf(thing: ThingId): number;
}

export const NO_ROWS: OutlineRows = { length: 0, at: () => undefined, rowOf: () => -1 };

export function outlineRows(view: ClusterView): OutlineRows {
  const groups = groupsOf(view).filter(({ rows }) => rows > 1);
  const starts: number[] = [];
  let length = 0;
  for (const { rows } of groups) {
    starts.push(length);
    length += rows;
  }
  return {
    length,
    at(row) {
      const i = lastAtMost(starts, row);
      const group = groups[i];
      const below = row - (starts[i] ?? 0);
      if (group === undefined || row < 0 || row >= length) return undefined;
      if (below > 0) return group.at(below);
      return { thing: { kind: "group", name: group.name }, level: 1, size: groups.length, position: i + 1 };
    },
    rowOf(thing) {
      for (const [i, group] of groups.entries()) {
        const below = thing.kind === "group" ? (thing.name === group.name ? 0 : -1) : group.rowOf(thing);
        if (below !== -1) return (starts[i] ?? 0) + below;
      }
      return -1;
    },
  };
}

/** All rows at once, for clusters that are small. */
export function outline(view: ClusterView): readonly OutlineItem[] {
  const rows = outlineRows(view);
  return Array.from({ length: rows.length }, (_, row) => rows.at(row)).filter((item) => item !== undefined);
}

function groupsOf(view: ClusterView): readonly Group[] {
  const zones = [...new Set(view.nodes.map((node) => node.zone))].sort(compareText);
  const services = shelfOrder(view.services, new Set(view.services.map((service) => service.key)));
  const outside = [
    ...view.outsiders.map((host) => host.id),
    ...view.services.filter(({ loadBalancer }) => loadBalancer.state !== "none").map(({ key }) => balancerId(key)),
    ...new Set(view.services.flatMap((service) => externalAddresses(view, service).map(externalId))),
  ];
  const nodesIn = new Map<string, NodeView[]>(zones.map((zone) => [zone, []]));
  for (const node of view.nodes) nodesIn.get(node.zone)?.push(node);
  return [
    flat(
      "Services",
      services.map(({ key }) => ({ kind: "service", key })),
    ),
    ...zones.map((zone) => zoneOf(zone === "" ? "Nodes" : `Zone ${zone}`, nodesIn.get(zone) ?? [], view)),
    flat(
      "Pods without a node",
      view.pods.filter((pod) => pod.node === null).map(({ key }) => ({ kind: "pod", key })),
    ),
    flat(
      "Workloads without Pods",
      (view.idle ?? []).map(({ key }) => ({ kind: "workload", key })),
    ),
    flat(
      "Outside the cluster",
      outside.map((id) => ({ kind: "outside", id })),
    ),
  ];
}

function flat(name: string, things: readonly ThingId[]): Group {
  let places: ReadonlyMap<string, number> | null = null;
  return {
    name,
    rows: 1 + things.length,
    at(row) {
      const thing = things[row - 1];
      return thing === undefined ? undefined : { thing, level: 2, size: things.length, position: row };
    },
    rowOf(thing) {
      if (things[0]?.kind !== thing.kind) return -1;
      places ??= new Map(things.map((one, i) => [JSON.stringify(one), i + 1]));
      return places.get(JSON.stringify(thing)) ?? -1;
    },
  };
}

function zoneOf(name: string, nodes: readonly NodeView[], view: ClusterView): Group {
  const { podsOn } = viewIndex(view);
  const on = (node: string): readonly { readonly key: string }[] => podsOn.get(node) ?? [];
  const starts: number[] = [];
  const rowOfNode = new Map<string, number>();
  let rows = 1;
  for (const node of nodes) {
    starts.push(rows);
    rowOfNode.set(node.name, rows);
    rows += 2 + on(node.name).length;
  }
  return {
    name,
    rows,
    at(row) {
      const i = lastAtMost(starts, row);
      const node = nodes[i];
      if (node === undefined || row >= rows) return undefined;
      const below = row - (starts[i] ?? 0);
      if (below === 0) return { thing: { kind: "node", name: node.name }, level: 2, size: nodes.length, position: i + 1 };
      const members = on(node.name);
      const pod = members[below - 2];
      const thing: ThingId = pod === undefined ? { kind: "gate", node: node.name } : { kind: "pod", key: pod.key };
      return { thing, level: 3, size: 1 + members.length, position: below };
    },
    rowOf(thing) {
      switch (thing.kind) {
        case "node":
          return rowOfNode.get(thing.name) ?? -1;
        case "gate": {
          const row = rowOfNode.get(thing.node);
          return row === undefined ? -1 : row + 1;
        }
        case "pod": {
          const node = viewIndex(view).pods.get(thing.key)?.node ?? "";
          const row = rowOfNode.get(node);
          return row === undefined ? -1 : row + 2 + on(node).findIndex(({ key }) => key === thing.key);
        }
        default:
          return -1;
      }
    },
  };
}

/** The last place of a rising list whose number is at most this; -1: none is. */
function lastAtMost(list: readonly number[], most: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? Infinity) <= most) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
