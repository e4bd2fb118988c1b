/** A filter over the picture: by name, by labels, by namespace. What it leaves aside is dimmed, and stays where it stands. */
import type { NamespacedName } from "../../core/base/names.ts";
import { matchesTyped, readSelector, type TypedSelector } from "../../core/api/selector-text.ts";
import type { ClusterView, PodView } from "../../core/simulation/view.ts";
import type { Kept } from "../../scene/contract.ts";
import { count } from "../state/format.ts";
import type { Filter } from "../state/narrow.ts";

export interface Filtered {
  /** null: nothing is asked for, so nothing is dimmed. */
  readonly kept: Kept | null;
  readonly pods: number;
  readonly of: number;
  /** The label selector makes no sense from this character (from 0) on; what it was before still holds. */
  readonly wrong: { readonly at: number; readonly message: string } | null;
}

const EVERY: TypedSelector = { expressions: [], comparisons: [] };

/**
 * What the filter keeps: Pods that match all of it, nodes with such a Pod, Services that select one; and without labels, which
 * only Pods have here, nodes, Services and hosts outside that are called so. `before`: the last selector that could be read.
 */
export function filtered(
  view: ClusterView,
  filter: Filter,
  before: TypedSelector = EVERY,
): Filtered & { readonly selector: TypedSelector } {
  const typed = readSelector(filter.labels);
  const selector = typed.kind === "ok" ? typed.selector : before;
  const wrong = typed.kind === "ok" ? null : { at: typed.at, message: typed.message };
  const part = filter.name.trim().toLowerCase();
  const labelled = selector.expressions.length > 0 || selector.comparisons.length > 0;
  const named = (name: string): boolean => name.toLowerCase().includes(part);
  const inNamespace = (namespace: string): boolean => filter.namespace === null || filter.namespace === namespace;
  const of = view.pods.length;
  if (part === "" && !labelled && filter.namespace === null) return { kept: null, pods: of, of, wrong, selector };

  // Pods of one workload share their labels: they are read once. Names of Pods are in small letters (RFC 1123).
  const read = new Map<PodView["labels"], boolean>();
  const labels = (of: PodView["labels"]): boolean => {
    let matches = read.get(of);
    if (matches === undefined) read.set(of, (matches = matchesTyped(selector, of)));
    return matches;
  };
  const pods = new Set<NamespacedName>();
  const holding = new Set<string | null>();
  for (const pod of view.pods) {
    if (!inNamespace(pod.namespace) || !pod.name.includes(part) || !labels(pod.labels)) continue;
    pods.add(pod.key);
    holding.add(pod.node);
  }
  // a name alone may mean a node or a Service as well
  const byName = part !== "" && !labelled;
  return {
    kept: {
      pods,
      nodes: new Set(view.nodes.filter(({ name }) => holding.has(name) || (byName && named(name))).map(({ name }) => name)),
      services: new Set(
        view.services
          .filter((one) => inNamespace(one.namespace) && (one.selects.some((key) => pods.has(key)) || (!labelled && named(one.name))))
          .map(({ key }) => key),
      ),
      outside: new Set(byName && filter.namespace === null ? view.outsiders.filter(({ name }) => named(name)).map(({ id }) => id) : []),
    },
    pods: pods.size,
    of,
    wrong,
    selector,
  };
}

/** "12 of 300 Pods" */
export function countWords({ pods, of }: Pick<Filtered, "pods" | "of">): string {
  return `${count(pods)} of ${count(of)} ${of === 1 ? "Pod" : "Pods"}`;
}

// A view never changes, and all of its Pods are looked at for a handful of names.
const namespaces = new WeakMap<ClusterView, readonly string[]>();

/** Namespaces to choose from, in order. */
export function namespacesOf(view: ClusterView): readonly string[] {
  let known = namespaces.get(view);
  if (known === undefined) {
    const names = new Set(view.services.map(({ namespace }) => namespace));
    for (const { namespace } of view.pods) names.add(namespace);
    namespaces.set(view, (known = [...names].sort()));
  }
  return known;
}
