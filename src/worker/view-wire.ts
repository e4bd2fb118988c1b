/**
 * The cluster's view on its way from the worker to the page. A view shares with the one before what did not change, but a
 * message between threads copies everything: of 3,000 Pods of which one changed, 3,000 would be written and read. So only
 * what is new goes over, with places that say where in the view before the rest stands. What did not change then is the
 * same object in the page too.
 */
import type { ClusterView } from "../core/simulation/view.ts";
import type { FromWorker, Update } from "./protocol.ts";

/** `from[i]`: where the i-th stood in the list before; -1: it is the next of `fresh`. */
interface WiredList<T> {
  readonly from: Int32Array;
  readonly fresh: readonly T[];
}

const LISTS = ["pods", "services", "slices", "nodes"] as const;
type Listed = (typeof LISTS)[number];

type WiredView = Omit<ClusterView, Listed> & {
  /** null: the very same list as before. */
  readonly [K in Listed]: WiredList<ClusterView[K][number]> | null;
};

export type WiredUpdate = Omit<Update, "cluster"> & { readonly cluster: WiredView | null };

/** A message as it goes from the worker to the page. */
export type OverWire = Exclude<FromWorker, Update> | WiredUpdate;

/** The worker's end: remembers the view that was sent last. One for each page, in step with its `fromWire`. */
export function toWire(): (message: FromWorker) => OverWire {
  let before: ClusterView | null = null;
  return (message) => {
    if (message.kind !== "update") return message;
    const { cluster } = message;
    if (cluster === null) return { ...message, cluster: null };
    const view = before === null ? cluster : { ...cluster, nodes: alike(before.nodes, cluster.nodes) };
    const wired = wiredView(before, view);
    before = view;
    return { ...message, cluster: wired };
  };
}

/** The page's end: remembers the view that came last. */
export function fromWire(): (message: OverWire) => FromWorker {
  let before: ClusterView | null = null;
  return (message) => {
    if (message.kind !== "update") return message;
    const { cluster } = message;
    if (cluster === null) return { ...message, cluster: null };
    before = readView(before, cluster);
    return { ...message, cluster: before };
  };
}

function wiredView(before: ClusterView | null, view: ClusterView): WiredView {
  return {
    ...view,
    pods: wiredList(before?.pods, view.pods),
    services: wiredList(before?.services, view.services),
    slices: wiredList(before?.slices, view.slices),
    nodes: wiredList(before?.nodes, view.nodes),
  };
}

function readView(before: ClusterView | null, wired: WiredView): ClusterView {
  return {
    ...wired,
    pods: readList(before?.pods, wired.pods),
    services: readList(before?.services, wired.services),
    slices: readList(before?.slices, wired.slices),
    nodes: readList(before?.nodes, wired.nodes),
  };
}

function wiredList<T extends object>(before: readonly T[] | undefined, list: readonly T[]): WiredList<T> | null {
  if (before === list) return null;
  const from = new Int32Array(list.length);
  const fresh: T[] = [];
  // Most changes change one thing in its place; only where a thing stands elsewhere all places are looked up.
  let places: Map<T, number> | null = null;
  list.forEach((one, i) => {
    if (before?.[i] === one) {
      from[i] = i;
      return;
    }
    places ??= new Map((before ?? []).map((other, at) => [other, at]));
    from[i] = places.get(one) ?? -1;
    if (from[i] === -1) fresh.push(one);
  });
  return { from, fresh };
}

function readList<T>(before: readonly T[] | undefined, wired: WiredList<T> | null): readonly T[] {
  if (wired === null) {
    if (before === undefined) throw new Error("a list that is as before, and none was before");
    return before;
  }
  const { from, fresh } = wired;
  let next = 0;
  return Array.from(from, (at) => {
    const one = at === -1 ? fresh[next++] : before?.[at];
    if (one === undefined) throw new Error(`nothing stood at ${at} of ${before?.length ?? 0}, or no ${next} of ${fresh.length} are new`);
    return one;
  });
}

/** Views of nodes are made anew for every view: those that read the same are the same. */
function alike<T extends { readonly name: string }>(before: readonly T[], list: readonly T[]): readonly T[] {
  const known = new Map(before.map((one) => [one.name, one]));
  const now = list.map((one) => {
    const other = known.get(one.name);
    return other !== undefined && JSON.stringify(other) === JSON.stringify(one) ? other : one;
  });
  return now.length === before.length && now.every((one, i) => one === before[i]) ? before : now;
}
