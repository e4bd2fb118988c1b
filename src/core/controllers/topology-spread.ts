/** `topologySpreadConstraints`: as many Pods here as there, give or take. (pkg/scheduler/framework/plugins/podtopologyspread) */
import { at, listAt, numberAt, textAt } from "../api/json.ts";
import { matchesSelector } from "../api/selectors.ts";
import type { ObjectStore } from "../api/store.ts";
import type { LabelSelector, Node, Pod } from "../api/types.ts";
import { candidates, matchesNode, selectorFor } from "./affinity.ts";
import { isFinished, isTerminating } from "./lookup.ts";
import { blockingTaints, tolerates } from "./taints.ts";

interface Constraint {
  readonly key: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  /** DoNotSchedule, not ScheduleAnyway. */
  readonly hard: boolean;
  readonly selector: LabelSelector | null;
  /** Whether nodes that the Pod's affinity, or its tolerations, rule out are counted too. */
  readonly affinity: boolean;
  readonly taints: boolean;
}

function constraintsOf(pod: Pod): readonly Constraint[] {
  return listAt(pod.spec, "topologySpreadConstraints").map((each) => ({
    key: textAt(each, "topologyKey") ?? "",
    maxSkew: numberAt(each, "maxSkew") ?? 1,
    minDomains: numberAt(each, "minDomains") ?? 1,
    hard: textAt(each, "whenUnsatisfiable") !== "ScheduleAnyway",
    selector: selectorFor(pod, at(each, "labelSelector"), listAt(each, "matchLabelKeys")),
    affinity: textAt(each, "nodeAffinityPolicy") !== "Ignore",
    taints: textAt(each, "nodeTaintsPolicy") === "Honor",
  }));
}

export interface SpreadRules {
  readonly misfit: (node: Node) => { readonly reason: string; readonly hopeless: boolean } | null;
  /** Matching Pods in the node's topologies, of the constraints that only wish; the fewer the better. */
  readonly crowd: ((node: Node) => number) | null;
}

const NO_RULES: SpreadRules = { misfit: () => null, crowd: null };

export function spreadRules(store: ObjectStore, pod: Pod, nodes: readonly Node[]): SpreadRules {
  const constraints = constraintsOf(pod);
  if (constraints.length === 0) return NO_RULES;
  const counted = (hard: boolean): readonly Counted[] => {
    const of = constraints.filter((constraint) => constraint.hard === hard);
    return of.map((constraint) => count(store, pod, constraint, of, nodes));
  };
  const hard = counted(true);
  const soft = counted(false);
  return {
    misfit: ({ metadata: { labels = {} } }) => {
      for (const { constraint, domains, least, self } of hard) {
        const value = labels[constraint.key];
        if (value === undefined) return { reason: `${REASON} (missing required label)`, hopeless: true };
        if ((domains.get(value) ?? 0) + self - least > constraint.maxSkew) return { reason: REASON, hopeless: false };
      }
      return null;
    },
    crowd:
      soft.length === 0
        ? null
        : ({ metadata: { labels = {} } }) =>
            soft.reduce((sum, { constraint, domains }) => sum + (domains.get(labels[constraint.key] ?? " ") ?? 0), 0),
  };
}

const REASON = "node(s) didn't match pod topology spread constraints";

interface Counted {
  readonly constraint: Constraint;
  /** Value of the topology label → matching Pods there; every domain that could take the Pod is in it. */
  readonly domains: ReadonlyMap<string, number>;
  /** Matching Pods where there are fewest; 0 while there are fewer domains than `minDomains`. */
  readonly least: number;
  /** Whether the Pod counts itself. */
  readonly self: 0 | 1;
}

function count(store: ObjectStore, pod: Pod, constraint: Constraint, all: readonly Constraint[], nodes: readonly Node[]): Counted {
  const { key, selector, minDomains } = constraint;
  const domains = new Map<string, number>();
  const domainOf = new Map<string, string>();
  for (const node of nodes) {
    const labels = node.metadata.labels ?? {};
    const value = labels[key];
    if (value === undefined || !isCounted(pod, node, constraint, all)) continue;
    domains.set(value, 0);
    domainOf.set(node.metadata.name, value);
  }
  const namespace = pod.metadata.namespace ?? "";
  const others = selector === null ? [] : candidates(store, selector, new Set([namespace]));
  for (const other of others) {
    const value = domainOf.get(other.spec.nodeName ?? "");
    if (value === undefined || other.metadata.namespace !== namespace || isTerminating(other) || isFinished(other)) continue;
    if (selector !== null && matchesSelector(selector, other.metadata.labels)) domains.set(value, (domains.get(value) ?? 0) + 1);
  }
  const least = domains.size < minDomains ? 0 : Math.min(...domains.values());
  return { constraint, domains, least, self: selector !== null && matchesSelector(selector, pod.metadata.labels) ? 1 : 0 };
}

/** A node counts where it has the labels of all constraints of its kind and the Pod could be on it. */
function isCounted(pod: Pod, node: Node, { affinity, taints }: Constraint, all: readonly Constraint[]): boolean {
  if (!all.every(({ key }) => node.metadata.labels?.[key] !== undefined)) return false;
  if (affinity && !matchesNode(pod, node)) return false;
  return !taints || blockingTaints(node).every((taint) => tolerates(pod, taint));
}
