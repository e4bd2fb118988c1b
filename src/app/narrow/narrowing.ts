/**
 * The hand that narrows the picture (`state/picture.ts` asks it for every picture): what is laid out, and what of it stays at full
 * ink. In a small cluster all stays where it stands and what is left out fades; in a large one only what the Service touches is laid
 * out, so that it can be read.
 */
import type { TypedSelector } from "../../core/api/selector-text.ts";
import type { NamespacedName } from "../../core/base/names.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import type { Kept, ThingId } from "../../scene/contract.ts";
import { usedBy } from "../../scene/layout.ts";
import { plural } from "../state/format.ts";
import { narrowBy, type Narrowed } from "../state/picture.ts";
import type { WorkbenchState } from "../state/store.ts";
import { filtered, type Filtered } from "./filter.ts";
import { touchedBy, withThings, type Touched } from "./touched.ts";

/** From so many on what a Service touches is laid out by itself: the rest would leave it no room to be read. */
const MANY = { pods: 60, nodes: 8 };

/** The same value as long as what it is made of is the same. */
function remembered<A extends readonly unknown[], T>(make: (...from: A) => T): (...from: A) => T {
  let last: { readonly from: A; readonly made: T } | null = null;
  return (...from) => {
    if (last === null || from.some((one, i) => one !== last?.from[i])) last = { from, made: make(...from) };
    return last.made;
  };
}

let readable: TypedSelector | undefined;
const byFilter = remembered((cluster: ClusterView, filter: WorkbenchState["filter"]): Filtered | null => {
  if (filter === null) return null;
  const result = filtered(cluster, filter, readable);
  readable = result.selector;
  return result;
});

/** What the filter comes to now; null where there is none. */
export function filterNow({ cluster, filter }: Pick<WorkbenchState, "cluster" | "filter">): Filtered | null {
  return cluster === null ? null : byFilter(cluster, filter);
}

const byService = remembered((cluster: ClusterView, only: NamespacedName | null, journeys: WorkbenchState["journeys"]): Touched | null => {
  const service = cluster.services.find(({ key }) => key === only);
  return service === undefined ? null : touchedBy(service, cluster, journeys);
});

/** What the Service touches of which only that is shown; null where all is shown, or the Service is gone. */
export function touchedNow({ cluster, only, journeys }: Pick<WorkbenchState, "cluster" | "only" | "journeys">): Touched | null {
  return cluster === null || only === null ? null : byService(cluster, only, journeys);
}

/** Decided when a person asks for it, and kept until they let go. */
let decided: { readonly only: NamespacedName; readonly apart: boolean } | null = null;

function isApart(only: NamespacedName, { pods, nodes }: ClusterView): boolean {
  if (decided?.only !== only) decided = { only, apart: pods.length > MANY.pods || nodes.length > MANY.nodes };
  return decided.apart;
}

const onShow = remembered(
  (
    touched: Touched,
    cluster: ClusterView,
    followed: WorkbenchState["journeys"][number] | null,
    used: readonly ThingId[],
    selected: ThingId | null,
  ) =>
    withThings(touched.kept, [...(followed === null ? [] : usedBy(followed)), ...used, ...(selected === null ? [] : [selected])], cluster),
);

const laidApart = remembered((cluster: ClusterView, kept: Kept): ClusterView => ({
  ...cluster,
  nodes: cluster.nodes.filter(({ name }) => kept.nodes.has(name)),
  pods: cluster.pods.filter(({ key }) => kept.pods.has(key)),
  services: cluster.services.filter(({ key }) => kept.services.has(key)),
}));

const both = remembered((a: Kept | null, b: Kept | null): Kept | null => {
  if (a === null || b === null) return a ?? b;
  const common = (kind: keyof Kept): ReadonlySet<string> => new Set([...a[kind]].filter((one) => b[kind].has(one)));
  return { pods: common("pods"), nodes: common("nodes"), services: common("services"), outside: common("outside") };
});

function narrowed(state: WorkbenchState, used: readonly ThingId[]): Narrowed | null {
  const { cluster, only, journeys, followed, selected } = state;
  if (only === null) decided = null;
  if (cluster === null) return null;
  const found = filterNow(state)?.kept ?? null;
  const touched = touchedNow(state);
  if (touched === null || only === null) return { laid: cluster, apart: null, caption: null, kept: found };
  const journey = journeys.find(({ id }) => id === followed) ?? null;
  const shown = onShow(touched, cluster, journey, used, selected);
  if (!isApart(only, cluster)) return { laid: cluster, apart: null, caption: null, kept: both(shown, found) };
  const laid = laidApart(cluster, shown);
  const caption = `${laid.nodes.length} of ${plural(cluster.nodes.length, "node")}`;
  return { laid, apart: only, caption, kept: found };
}

narrowBy(narrowed);
