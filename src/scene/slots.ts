/**
 * Sticky slots (DESIGN 6): a Pod keeps its slot for life, a replacement takes the first free one, and empty slots
 * close only when `previous` is dropped (relayout).
 */
import { compareText } from "../core/base/names.ts";
import type { NamespacedName } from "../core/base/names.ts";
import type { PodView, SourceRef } from "../core/simulation/view.ts";
import type { Slots } from "./contract.ts";

/** Servers first, then what belongs to the system, then those that send: requests travel up, answers down. */
function rank(pod: PodView): number {
  return pod.role === "server" ? 0 : pod.role === "client" ? 2 : 1;
}

/** Order by place in the manifests; what has none comes last. */
export function compareSources(a: SourceRef | null, b: SourceRef | null): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  return compareText(a.file, b.file) || a.document - b.document || a.line - b.line;
}

function owner(pod: PodView): string {
  const of = pod.workload;
  return of === null ? pod.key : `${of.namespace}/${of.name} ${of.kind}`;
}

/** The owners' words are put together once for each Pod, not for each comparison. */
function inOrder(pods: readonly PodView[]): readonly PodView[] {
  if (pods.length < 2) return pods;
  return pods
    .map((pod) => ({ pod, rank: rank(pod), owner: owner(pod) }))
    .sort(
      (a, b) =>
        a.rank - b.rank || compareSources(a.pod.source, b.pod.source) || compareText(a.owner, b.owner) || compareText(a.pod.key, b.pod.key),
    )
    .map(({ pod }) => pod);
}

/** Which slot each of these Pods holds on its node. Pods without a node, or on a node not named, hold none. */
export function assignSlots(nodes: readonly string[], pods: readonly PodView[], previous: Slots | null): Slots {
  const byNode = new Map<string, PodView[]>(nodes.map((name) => [name, []]));
  for (const pod of pods) if (pod.node !== null) byNode.get(pod.node)?.push(pod);
  return slotsOn(nodes, byNode, previous);
}

/** The same for Pods by their nodes. */
export function slotsOn(nodes: readonly string[], podsOn: ReadonlyMap<string, readonly PodView[]>, previous: Slots | null): Slots {
  const slots: Record<string, readonly (NamespacedName | null)[]> = {};
  for (const node of nodes) {
    const members = podsOn.get(node) ?? [];
    const before = previous?.[node] ?? [];
    const made = given.get(members) === before ? before : slotsOfNode(members, before);
    given.set(members, made);
    slots[node] = made;
  }
  return slots;
}

/** What a list of Pods was given last: laid out again with it, they stay where they are. */
const given = new WeakMap<readonly PodView[], readonly (NamespacedName | null)[]>();

function slotsOfNode(members: readonly PodView[], before: readonly (NamespacedName | null)[]): readonly (NamespacedName | null)[] {
  const present = new Set(members.map((pod) => pod.key));
  const slots = before.map((key) => (key !== null && present.has(key) ? key : null));
  const placed = new Set(slots.filter((key) => key !== null));
  // the very list where nothing has come or gone
  if (placed.size === members.length && slots.every((key, i) => key === before[i])) return before;
  for (const pod of inOrder(members.filter((pod) => !placed.has(pod.key)))) {
    const free = slots.indexOf(null);
    if (free >= 0) slots[free] = pod.key;
    else slots.push(pod.key);
  }
  return slots;
}

const COLUMN = 6;

/**
 * Column and row of a slot. Six stand in each column; what is beyond stands in a block of the same shape below, and so
 * on: a slot's place depends on the number of columns, not on how many others there are.
 */
export function slotCell(slot: number, columns = 2): { readonly column: number; readonly row: number } {
  const block = Math.floor(slot / (columns * COLUMN));
  const within = slot % (columns * COLUMN);
  return { column: Math.floor(within / COLUMN), row: block * COLUMN + (within % COLUMN) };
}

/** Rows that this many slots need. */
export function slotRows(count: number, columns = 2): number {
  const block = Math.floor(count / (columns * COLUMN));
  return block * COLUMN + Math.min(COLUMN, count % (columns * COLUMN));
}

/** Columns of a node with this many slots, where the picture has so many at most. */
export function columnsOf(count: number, most: number): number {
  return count <= 2 * COLUMN ? Math.max(1, Math.ceil(count / COLUMN)) : most;
}
