/** Nodes in rows, each row on its bus: how wide they are, where they stand, and the tint of their zones. */
import type { ClusterView, NodeView } from "../core/simulation/view.ts";
import { BLOCK_PAD, ROW, planOf, rowOf, type Plan } from "./blocks.ts";
import type { Box, SceneOptions, Slots } from "./contract.ts";
import { gateRest, nodeNotes } from "./notes.ts";
import type { Metrics, SceneBus, SceneMap, SceneNode, SceneZone } from "./scene.ts";
import { frontsPerRow } from "./shelf.ts";
import { columnsOf, slotRows } from "./slots.ts";

const NODE_MIN = 180;
const NODE_MAX = 300;
/** With two columns of Pods a node needs more room for names; with more, so much more each. */
const NODE_MIN_TWO = 264;
const COLUMN_MORE = 132;
/** A node with more Pods than this may have more than two columns. */
const FEW = 24;
export const ZONE_PAD = 8;
const ZONE_GAP = 14;
/** In small frames, from the bottom of a row to the next one's lane, and from that to its bus. */
const NEXT_LANE = 6;
const NEXT_BUS = 36;
/** A picture in fewer rows than the width has room for must show so much larger. */
const BETTER = 1.1;
/** Beyond so many nodes the picture grows sideways too, or it would be a ribbon. */
const RIBBON = 12;
/** Width to height. */
const SCREEN = 1.7;

export interface Frame {
  readonly cluster: Box;
  readonly nodeWidth: number;
  readonly perRow: number;
  readonly zoned: boolean;
  /** Columns of Pods that a node has at most. */
  readonly most: number;
  /** Zones as blocks; null: nodes row by row. */
  readonly plan: Plan | null;
}

/** How wide nodes are, how many stand in a row, how wide the cluster is. */
export function frameOf(nodes: readonly NodeView[], slots: Slots, view: ClusterView, options: SceneOptions, metrics: Metrics): Frame {
  const count = Math.max(1, nodes.length);
  const fullest = nodes.reduce((most, node) => Math.max(most, slots[node.name]?.length ?? 0), 1);
  const plan = planOf(nodes, fullest, options, metrics, metrics.margin + metrics.nodeInset);
  if (plan !== null) return inBlocks(plan, view, options, metrics);
  const most = metrics.full ? columnsFor(fullest, count, metrics) : 2;
  const columns = columnsOf(fullest, most);
  const phone = options.arrangement === "phone";
  const min = phone ? 1 : nodeMin(columns);
  const zoned = metrics.full && nodes.some((node) => node.zone !== "");
  const ribbon = count > RIBBON ? ribbonWidth(count, min, slotRows(fullest, most), metrics) : 0;
  const crowd = columns > 2 ? Math.min(count, RIBBON) * min + spareWidth(nodes, count, zoned, metrics) + 2 * metrics.margin : 0;
  const width = Math.max(options.width, ribbon, crowd) - 2 * metrics.margin;
  const shelf = shelfNeed(view.services.length, width, metrics);
  const planned = (perRow: number, nodeWidth: number): Frame => {
    const needed = nodeWidth * perRow + spareWidth(nodes, perRow, zoned, metrics);
    const whole = { x: metrics.margin, y: 0, width: Math.max(Math.min(width, shelf), needed), height: 0 };
    return { cluster: whole, nodeWidth: Math.max(nodeWidth, phone ? 120 : NODE_MIN), perRow, zoned, most, plan: null };
  };
  const shown = (frame: Frame): number => zoomOf(frame, count, slotRows(fullest, most), options, metrics);
  /** Fewer rows than the width has room for, with the narrowest nodes. */
  let tighter: Frame | null = null;
  for (let rows = 1; ; rows++) {
    const perRow = Math.ceil(count / rows);
    if (phone && perRow > 2) continue;
    const room = width - spareWidth(nodes, perRow, zoned, metrics);
    const nodeWidth = Math.floor(Math.min(Math.max(NODE_MAX, min), room / perRow));
    if (nodeWidth >= min || perRow === 1) {
      const frame = planned(perRow, nodeWidth);
      return tighter !== null && shown(tighter) > BETTER * shown(frame) ? tighter : frame;
    }
    if (options.height !== undefined && metrics.full) {
      const frame = planned(perRow, min);
      if (tighter === null || shown(frame) > shown(tighter)) tighter = frame;
    }
  }
}

function inBlocks(plan: Plan, view: ClusterView, options: SceneOptions, metrics: Metrics): Frame {
  const width = Math.max(plan.width + 2 * metrics.nodeInset, shelfNeed(view.services.length, options.width - 2 * metrics.margin, metrics));
  const cluster = { x: metrics.margin, y: 0, width, height: 0 };
  const zoned = plan.blocks.some(({ zone }) => zone !== "");
  return { cluster, nodeWidth: plan.nodeWidth, perRow: 0, zoned, most: plan.columns, plan };
}

/** Roughly the zoom at which all of a frame can be seen, 1 at most; 1 where the height is not known. */
function zoomOf({ cluster, perRow }: Frame, count: number, podRows: number, options: SceneOptions, metrics: Metrics): number {
  const { width, height } = options;
  if (height === undefined) return 1;
  const row = metrics.nodeDy - metrics.laneDy + metrics.podsDy + podRows * metrics.podPitch + metrics.nodePad;
  const high = metrics.shelfY + metrics.frontHeight + metrics.laneDy + Math.ceil(count / perRow) * row + metrics.clusterPad;
  return Math.min(1, width / (cluster.width + 2 * metrics.margin), height / high);
}

/** The narrowest node with so many columns in which names can be read. */
function nodeMin(columns: number): number {
  return columns === 1 ? NODE_MIN : NODE_MIN_TWO + (columns - 2) * COLUMN_MORE;
}

/** Columns that give nodes of so many Pods a picture about as wide as a screen; two for the usual few. Changes seldom. */
function columnsFor(pods: number, count: number, metrics: Metrics): number {
  const fullest = Math.ceil(pods / FEW) * FEW;
  for (let columns = 2; ; columns++) {
    const high = metrics.nodeDy + metrics.shelfY + metrics.podsDy + slotRows(fullest, columns) * metrics.podPitch;
    if (fullest <= FEW || columns * 6 >= fullest || Math.min(count, RIBBON) * nodeMin(columns + 1) > SCREEN * high) return columns;
  }
}

/** Width that gives many nodes a picture about as wide as a screen. */
function ribbonWidth(count: number, nodeWidth: number, rows: number, metrics: Metrics): number {
  const wide = nodeWidth + metrics.nodeGap;
  const high = metrics.podsDy + rows * metrics.podPitch + metrics.nodeDy;
  return Math.ceil(Math.sqrt((count * SCREEN * high) / wide)) * wide + 2 * metrics.margin + 2 * metrics.nodeInset;
}

function shelfNeed(services: number, width: number, metrics: Metrics): number {
  const shown = Math.max(2, Math.min(services, frontsPerRow(width - 24, metrics)));
  return shown * metrics.frontMax + (shown - 1) * metrics.frontGap + 24;
}

/** Width of a row that no node gets: insets, gaps, zone paddings. The worst row decides, so that all are equal. */
function spareWidth(nodes: readonly NodeView[], perRow: number, zoned: boolean, metrics: Metrics): number {
  let worst = 0;
  for (let start = 0; start < Math.max(1, nodes.length); start += perRow) {
    const row = nodes.slice(start, start + perRow);
    let breaks = 0;
    row.forEach((node, i) => (breaks += i > 0 && zoned && node.zone !== row[i - 1]?.zone ? 1 : 0));
    const spare = 2 * metrics.nodeInset + (row.length - 1) * metrics.nodeGap + breaks * (ZONE_GAP + 2 * ZONE_PAD - metrics.nodeGap);
    worst = Math.max(worst, spare);
  }
  return worst;
}

interface Row {
  readonly nodes: readonly SceneNode[];
  readonly bus: SceneBus;
  readonly bottom: number;
}

export function placeRows(nodes: readonly NodeView[], slots: Slots, frame: Frame, metrics: Metrics, shelfBottom: number): readonly Row[] {
  const rows: Row[] = [];
  const { laneDy, busDy, nodeDy } = metrics;
  if (frame.plan !== null) return placeBlocks(frame.plan, metrics, shelfBottom);
  const unzoned = frame.zoned || !metrics.full ? 0 : 12;
  let bands: Bands = { lane: shelfBottom + laneDy, bus: shelfBottom + busDy, nodes: shelfBottom + nodeDy - unzoned };
  for (let start = 0; start < nodes.length; start += frame.perRow) {
    const row = placeRow(nodes.slice(start, start + frame.perRow), slots, frame, metrics, bands);
    rows.push(row);
    // a further row has no shelf above it, and in small frames no more room than a label needs
    const lane = row.bottom + (frame.zoned ? ZONE_PAD : 0) + (metrics.full ? 0 : NEXT_LANE);
    const bus = lane + (metrics.full ? busDy - laneDy : NEXT_BUS);
    bands = { lane, bus, nodes: bus + nodeDy - busDy - unzoned };
  }
  return rows;
}

/** Heights of a row: its selector lane, its bus, the top of its nodes. */
interface Bands {
  readonly lane: number;
  readonly bus: number;
  readonly nodes: number;
}

function placeRow(nodes: readonly NodeView[], slots: Slots, frame: Frame, metrics: Metrics, bands: Bands): Row {
  const most = Math.max(1, ...nodes.map((node) => slotRows(slots[node.name]?.length ?? 0, frame.most)));
  const height = metrics.podsDy + most * metrics.podPitch - (metrics.podPitch - metrics.podHeight) + metrics.nodePad;
  let x = frame.cluster.x + metrics.nodeInset;
  const placed = nodes.map((node, i): SceneNode => {
    if (i > 0) x += metrics.nodeGap + (frame.zoned && nodes[i - 1]?.zone !== node.zone ? ZONE_GAP + 2 * ZONE_PAD - metrics.nodeGap : 0);
    const box: Box = { x, y: bands.nodes, width: frame.nodeWidth, height };
    x += frame.nodeWidth;
    return nodeAt(node, box, bands.bus, metrics);
  });
  return rowAt(placed, bands, frame.cluster.x, height);
}

function rowAt(nodes: readonly SceneNode[], bands: Bands, left: number, height: number): Row {
  const first = nodes[0]?.railX ?? left;
  return { nodes, bus: { y: bands.bus, lane: bands.lane, left: first, right: nodes.at(-1)?.railX ?? first }, bottom: bands.nodes + height };
}

function nodeAt(node: NodeView, box: Box, busY: number, metrics: Metrics): SceneNode {
  const gate: Box = {
    x: box.x + metrics.gateInset,
    y: box.y + metrics.gateDy,
    width: box.width - 2 * metrics.gateInset,
    height: metrics.gateHeight,
  };
  return {
    name: node.name,
    box,
    address: node.internalIp,
    zone: node.zone,
    ready: node.ready,
    notes: nodeNotes(node),
    lost: !node.ready || node.fault !== null,
    cut: node.fault === "cut",
    railX: box.x + metrics.rail,
    railBottom: gate.y + gate.height / 2,
    busY,
    gate,
    mode: node.proxyMode,
    rest: gateRest(node),
  };
}

/** Rows that run through all blocks. */
function placeBlocks(plan: Plan, metrics: Metrics, shelfBottom: number): readonly Row[] {
  const rows: Row[] = [];
  let bands: Bands = { lane: shelfBottom + metrics.laneDy, bus: shelfBottom + metrics.busDy, nodes: shelfBottom + metrics.nodeDy };
  for (let row = 0; row < plan.rows; row++) {
    const nodes = rowOf(plan, row).map(({ node, x }) =>
      nodeAt(node, { x, y: bands.nodes, width: plan.nodeWidth, height: plan.nodeHeight }, bands.bus, metrics),
    );
    if (nodes.length === 0) break;
    const made = rowAt(nodes, bands, metrics.margin, plan.nodeHeight);
    rows.push(made);
    bands = { lane: made.bottom + ROW.lane, bus: made.bottom + ROW.bus, nodes: made.bottom + ROW.nodes };
  }
  return rows;
}

/** The blocks as they stand, with what is in each. */
export function mapOf(plan: Plan, nodes: readonly SceneNode[], slots: Slots): SceneMap {
  const blocks = plan.blocks.map(({ zone, nodes: members, x, width }) => {
    const rows = nodes.filter((node) => node.zone === zone);
    const top = rows[0]?.box.y ?? 0;
    const last = rows.at(-1)?.box ?? { y: top, height: 0 };
    const box = {
      x: x - BLOCK_PAD,
      y: top - BLOCK_PAD,
      width: width + 2 * BLOCK_PAD,
      height: last.y + last.height - top + 2 * BLOCK_PAD,
    };
    const pods = members.reduce((sum, node) => sum + taken(slots[node.name] ?? []), 0);
    return { name: zone, box, nodes: members.length, pods };
  });
  const right = blocks.reduce((most, { box }) => Math.max(most, box.x + box.width), 0);
  const bottom = blocks.reduce((most, { box }) => Math.max(most, box.y + box.height), 0);
  const { x = 0, y = 0 } = blocks[0]?.box ?? {};
  return { box: { x, y, width: right - x, height: bottom - y }, blocks };
}

function taken(slots: Slots[string]): number {
  let count = 0;
  for (const key of slots) if (key !== null) count++;
  return count;
}

export function zonesOf(nodes: readonly SceneNode[], metrics: Metrics): readonly SceneZone[] {
  const zones: { name: string; box: Box }[] = [];
  nodes.forEach((node, i) => {
    if (node.zone === "") return;
    const before = nodes[i - 1];
    const open = zones.at(-1);
    const top = node.box.y - (metrics.nodeDy - metrics.zoneDy);
    const right = node.box.x + node.box.width + ZONE_PAD;
    if (open !== undefined && before?.zone === node.zone && before.busY === node.busY)
      open.box = { ...open.box, width: right - open.box.x };
    else
      zones.push({
        name: node.zone,
        box: {
          x: node.box.x - ZONE_PAD,
          y: top,
          width: node.box.width + 2 * ZONE_PAD,
          height: node.box.y + node.box.height + ZONE_PAD - top,
        },
      });
  });
  return zones;
}
