/**
 * Places for a graph of chains, left to right: each chain stands right of all that jump to it, long edges go through places
 * of their own, and within a column neighbours stand near what they are joined to. Deterministic, in px. Pure.
 *
 *   column 0       1                2             3
 *   PREROUTING ─┬─ KUBE-SERVICES ── KUBE-SVC-… ─┬─ KUBE-SEP-…
 *   OUTPUT ─────┘                               └─ KUBE-SEP-…
 */

export interface SizedNode {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}
export interface LaidEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Room that its words need, px. */
  readonly labelWidth: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, { readonly x: number; readonly y: number; readonly width: number; readonly height: number }>;
  /** Points from the right edge of one box to the left edge of the other, through places in the columns between. */
  readonly paths: ReadonlyMap<string, readonly (readonly [number, number])[]>;
  /** Column of each box, from 0. */
  readonly columns: ReadonlyMap<string, number>;
}

const GAP_Y = 12;
/** Height of the place that a long edge takes in a column that it passes. */
const PASSAGE = 10;
const SWEEPS = 6;

interface Slot {
  readonly id: string;
  readonly column: number;
  readonly width: number;
  readonly height: number;
  readonly before: Slot[];
  readonly after: Slot[];
  y: number;
}

/** `gapX`: px between columns, besides what edges' words need. */
export function layOut(nodes: readonly SizedNode[], edges: readonly LaidEdge[], gapX: number): Layout {
  const columns = columnsOf(nodes, edges);
  const { slots, chains } = slotsOf(nodes, edges, columns);
  const byColumn: Slot[][] = [];
  for (const slot of slots) (byColumn[slot.column] ??= []).push(slot);
  for (const column of byColumn) stack(column);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    const order = down ? byColumn : [...byColumn].reverse();
    for (const column of order) {
      if (sweep < SWEEPS - 2) column.sort((a, b) => middle(a, down) - middle(b, down));
      settle(column, down);
    }
  }
  const top = Math.min(...slots.map(({ y }) => y));
  for (const slot of slots) slot.y = Math.round(slot.y - top);
  return placed(nodes, edges, columns, byColumn, chains, gapX);
}

/** The longest way to each node; an edge that would go round in a circle does not count. */
function columnsOf(nodes: readonly SizedNode[], edges: readonly LaidEdge[]): ReadonlyMap<string, number> {
  const into = new Map<string, LaidEdge[]>();
  for (const edge of edges) into.set(edge.to, [...(into.get(edge.to) ?? []), edge]);
  const known = new Map<string, number>();
  const onTheWay = new Set<string>();
  const columnOf = (id: string): number => {
    const before = known.get(id);
    if (before !== undefined || onTheWay.has(id)) return before ?? -1;
    onTheWay.add(id);
    const column = 1 + Math.max(-1, ...(into.get(id) ?? []).map(({ from }) => columnOf(from)));
    onTheWay.delete(id);
    known.set(id, column);
    return column;
  };
  for (const { id } of nodes) columnOf(id);
  return known;
}

/** A slot for each node, and for each column that an edge passes on its way. `chains`: the slots that each edge goes through. */
function slotsOf(
  nodes: readonly SizedNode[],
  edges: readonly LaidEdge[],
  columns: ReadonlyMap<string, number>,
): { readonly slots: readonly Slot[]; readonly chains: ReadonlyMap<string, readonly Slot[]> } {
  const slots: Slot[] = [];
  const byId = new Map<string, Slot>();
  const add = (id: string, column: number, width: number, height: number): Slot => {
    const slot: Slot = { id, column, width, height, before: [], after: [], y: 0 };
    slots.push(slot);
    return slot;
  };
  for (const { id, width, height } of nodes) byId.set(id, add(id, columns.get(id) ?? 0, width, height));
  const chains = new Map<string, readonly Slot[]>();
  for (const edge of edges) {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)];
    if (from === undefined || to === undefined || to.column <= from.column) continue;
    const way = [from];
    for (let column = from.column + 1; column < to.column; column++) way.push(add(`${edge.id} ${column}`, column, 0, PASSAGE));
    way.push(to);
    way.forEach((slot, i) => {
      const next = way[i + 1];
      if (next === undefined) return;
      slot.after.push(next);
      next.before.push(slot);
    });
    chains.set(edge.id, way);
  }
  return { slots, chains };
}

function stack(column: readonly Slot[]): void {
  let y = 0;
  for (const slot of column) {
    slot.y = y;
    y += slot.height + GAP_Y;
  }
}

/** Where a slot would like its middle to be: at the mean of what it is joined to on one side. */
function middle(slot: Slot, down: boolean): number {
  const joined = down ? slot.before : slot.after;
  if (joined.length === 0) return slot.y + slot.height / 2;
  return joined.reduce((sum, one) => sum + one.y + one.height / 2, 0) / joined.length;
}

/** Each as near to where it would like to be as the others let it, in their order. */
function settle(column: readonly Slot[], down: boolean): void {
  // Groups of slots that push one another stand together, at the mean of their wishes.
  const groups: { slots: Slot[]; wish: number; height: number }[] = [];
  for (const slot of column) {
    let group = { slots: [slot], wish: middle(slot, down) - slot.height / 2, height: slot.height };
    let last = groups.at(-1);
    while (last !== undefined && last.wish + last.height + GAP_Y > group.wish) {
      const count = last.slots.length + group.slots.length;
      const wish = (last.wish * last.slots.length + (group.wish - last.height - GAP_Y) * group.slots.length) / count;
      group = { slots: [...last.slots, ...group.slots], wish, height: last.height + GAP_Y + group.height };
      groups.pop();
      last = groups.at(-1);
    }
    groups.push(group);
  }
  for (const group of groups) {
    let y = group.wish;
    for (const slot of group.slots) {
      slot.y = y;
      y += slot.height + GAP_Y;
    }
  }
}

function placed(
  nodes: readonly SizedNode[],
  edges: readonly LaidEdge[],
  columns: ReadonlyMap<string, number>,
  byColumn: readonly (readonly Slot[])[],
  chains: ReadonlyMap<string, readonly Slot[]>,
  gapX: number,
): Layout {
  const lefts: number[] = [];
  const widths = byColumn.map((column) => Math.max(0, ...column.map(({ width }) => width)));
  let x = 0;
  byColumn.forEach((_, i) => {
    lefts.push(x);
    const words = edges.filter(({ to }) => columns.get(to) === i + 1).map(({ labelWidth }) => labelWidth);
    x += (widths[i] ?? 0) + gapX + Math.max(0, ...words);
  });
  const boxes = new Map<string, { x: number; y: number; width: number; height: number }>();
  const ids = new Set(nodes.map(({ id }) => id));
  for (const slot of byColumn.flat())
    if (ids.has(slot.id)) boxes.set(slot.id, { x: lefts[slot.column] ?? 0, y: slot.y, width: slot.width, height: slot.height });
  const paths = new Map<string, readonly (readonly [number, number])[]>();
  for (const [id, way] of chains) {
    paths.set(
      id,
      way.flatMap((slot, i): readonly (readonly [number, number])[] => {
        const [left, y] = [lefts[slot.column] ?? 0, slot.y + slot.height / 2];
        if (i === 0) return [[left + slot.width, y]];
        if (i === way.length - 1) return [[left, y]];
        return [
          [left, y],
          [left + (widths[slot.column] ?? 0), y],
        ];
      }),
    );
  }
  const all = [...boxes.values()];
  return {
    width: Math.max(0, ...all.map((box) => box.x + box.width)),
    height: Math.max(0, ...all.map((box) => box.y + box.height)),
    boxes,
    paths,
    columns,
  };
}
