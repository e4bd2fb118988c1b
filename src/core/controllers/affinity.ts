/**
 * What a Pod's spec says of nodes and of other Pods: node selector and node affinity, pod affinity and anti-affinity.
 * (staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity, pkg/scheduler/framework/plugins/interpodaffinity)
 */
import { at, isObject, listAt, numberAt, stringsAt, textAt } from "../api/json.ts";
import { matchesSelector } from "../api/selectors.ts";
import { podsThatKeepAway, podsWith } from "../api/store-index.ts";
import { get } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import type { LabelSelector, Node, Pod, StringMap } from "../api/types.ts";
import { created, isFinished } from "./lookup.ts";

// ---- nodes --------------------------------------------------------------------------------------------------------

/** The node selector and the required node affinity. */
export function matchesNode(pod: Pick<Pod, "spec">, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (!Object.entries(pod.spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const required = at(pod.spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
  return required === undefined || listAt(required, "nodeSelectorTerms").some((term) => meetsTerm(term, node));
}

export function prefersNodes(pod: Pick<Pod, "spec">): boolean {
  return listAt(pod.spec, "affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution").length > 0;
}

/** The weights of the preferred terms that the node meets. */
export function nodePreference(pod: Pick<Pod, "spec">, node: Node): number {
  return listAt(pod.spec, "affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution")
    .filter((each) => meetsTerm(at(each, "preference"), node))
    .reduce<number>((sum, each) => sum + (numberAt(each, "weight") ?? 0), 0);
}

/** A term without expressions and fields matches no node. */
function meetsTerm(term: unknown, node: Node): boolean {
  const expressions = listAt(term, "matchExpressions");
  const fields = listAt(term, "matchFields");
  if (expressions.length + fields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  // `matchFields` knows one field, the node's name.
  const name = { "metadata.name": node.metadata.name };
  return expressions.every((expression) => meets(expression, labels)) && fields.every((field) => meets(field, name));
}

function meets(expression: unknown, labels: StringMap): boolean {
  const values = listAt(expression, "values");
  const value = labels[textAt(expression, "key") ?? ""];
  switch (textAt(expression, "operator")) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(values[0]);
    case "Lt":
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

// ---- other Pods ---------------------------------------------------------------------------------------------------

/** One term: near (or far from) Pods of these labels and namespaces, where "near" is a common value of a node label. */
interface Term {
  readonly topologyKey: string;
  readonly selector: LabelSelector;
  /** null: every namespace. */
  readonly namespaces: ReadonlySet<string> | null;
  readonly weight: number;
}

type Kind = "podAffinity" | "podAntiAffinity";

function requiredTerms(store: ObjectStore, pod: Pod, kind: Kind): readonly Term[] {
  const terms = listAt(pod.spec, "affinity", kind, "requiredDuringSchedulingIgnoredDuringExecution");
  return terms.flatMap((term) => termOf(store, pod, term, 0));
}

function preferredTerms(store: ObjectStore, pod: Pod, kind: Kind): readonly Term[] {
  const terms = listAt(pod.spec, "affinity", kind, "preferredDuringSchedulingIgnoredDuringExecution");
  return terms.flatMap((each) => termOf(store, pod, at(each, "podAffinityTerm"), numberAt(each, "weight") ?? 0));
}

/** A term without a selector matches no Pod. */
function termOf(store: ObjectStore, pod: Pod, term: unknown, weight: number): readonly Term[] {
  const selector = selectorFor(pod, at(term, "labelSelector"), listAt(term, "matchLabelKeys"));
  if (selector === null) return [];
  return [{ topologyKey: textAt(term, "topologyKey") ?? "", selector, namespaces: namespacesOf(store, pod, term), weight }];
}

/** The selector with the Pod's own values of `matchLabelKeys`; null where there is none. */
export function selectorFor(pod: Pod, written: unknown, keys: readonly unknown[]): LabelSelector | null {
  if (!isObject(written)) return null;
  const selector = written as LabelSelector; // validated as such
  const own = Object.fromEntries(
    keys.flatMap((key) => {
      const value = pod.metadata.labels?.[String(key)];
      return value === undefined ? [] : [[String(key), value]];
    }),
  );
  return Object.keys(own).length === 0 ? selector : { ...selector, matchLabels: { ...selector.matchLabels, ...own } };
}

/** The Pod's own namespace where the term names none. */
function namespacesOf(store: ObjectStore, pod: Pod, term: unknown): ReadonlySet<string> | null {
  const named = listAt(term, "namespaces").filter((name) => typeof name === "string");
  const selector = at(term, "namespaceSelector");
  if (!isObject(selector)) return new Set(named.length > 0 ? named : [pod.metadata.namespace ?? ""]);
  if (Object.keys(selector).length === 0) return null;
  const chosen = [...created(store, "Namespace")].filter(({ metadata }) => matchesSelector(selector as LabelSelector, metadata.labels));
  return new Set([...named, ...chosen.map(({ metadata }) => metadata.name)]);
}

function chooses({ selector, namespaces }: Term, pod: Pod): boolean {
  return (namespaces === null || namespaces.has(pod.metadata.namespace ?? "")) && matchesSelector(selector, pod.metadata.labels);
}

/** Pods on nodes that a term chooses. */
function chosenBy(store: ObjectStore, term: Term): readonly Pod[] {
  return candidates(store, term.selector, term.namespaces).filter(
    (pod) => pod.spec.nodeName !== undefined && !isFinished(pod) && chooses(term, pod),
  );
}

/** Pods that a selector may match: by its pairs where it has any. */
export function candidates(store: ObjectStore, selector: LabelSelector, namespaces: ReadonlySet<string> | null): readonly Pod[] {
  const pairs = stringsAt(selector, "matchLabels");
  if (namespaces !== null && Object.keys(pairs).length > 0) return [...namespaces].flatMap((name) => podsWith(store, name, pairs));
  return [...created(store, "Pod")] as Pod[]; // the kind says so
}

/** Value of the topology label → how many Pods there. */
type Domains = Map<string, number>;

function domainsOf(store: ObjectStore, pods: readonly Pod[], topologyKey: string): Domains {
  const domains: Domains = new Map();
  for (const pod of pods) {
    const value = get(store, "Node", pod.spec.nodeName ?? "")?.metadata.labels?.[topologyKey];
    if (value !== undefined) domains.set(value, (domains.get(value) ?? 0) + 1);
  }
  return domains;
}

/** What is worked out once for a Pod, to be asked of every node. */
export interface PodRules {
  /** The filter's words, or null. `hopeless`: no Pod that could be made to go would change it. */
  readonly misfit: (node: Node) => { readonly reason: string; readonly hopeless: boolean } | null;
  /** The sum of the preferred terms' weights; null where nobody has a preference. */
  readonly preference: ((node: Node) => number) | null;
}

const NO_RULES: PodRules = { misfit: () => null, preference: null };

export function podRules(store: ObjectStore, pod: Pod): PodRules {
  const keepers = podsThatKeepAway(store);
  if (at(pod.spec, "affinity") === undefined && keepers.length === 0) return NO_RULES;
  const near = nearRule(store, pod);
  const far = requiredTerms(store, pod, "podAntiAffinity").map((term) => counted(store, term));
  const kept = keptAway(store, pod, keepers);
  const wishes = [
    ...preferredTerms(store, pod, "podAffinity").map((term) => ({ ...counted(store, term), sign: 1 })),
    ...preferredTerms(store, pod, "podAntiAffinity").map((term) => ({ ...counted(store, term), sign: -1 })),
  ];
  return {
    misfit: (node) => {
      const labels = node.metadata.labels ?? {};
      if (!near(labels)) return { reason: "node(s) didn't match pod affinity rules", hopeless: true };
      if (far.some(({ term, domains }) => domains.has(labels[term.topologyKey] ?? NOWHERE)))
        return { reason: "node(s) didn't match pod anti-affinity rules", hopeless: false };
      if (kept.some(({ key, value }) => labels[key] === value))
        return { reason: "node(s) didn't satisfy existing pods anti-affinity rules", hopeless: false };
      return null;
    },
    preference:
      wishes.length === 0
        ? null
        : ({ metadata }) =>
            wishes.reduce((sum, { term, domains, sign }) => {
              return sum + sign * term.weight * (domains.get(metadata.labels?.[term.topologyKey] ?? NOWHERE) ?? 0);
            }, 0),
  };
}

/** No value of a label: it has a character that none may have. */
const NOWHERE = " ";

function counted(store: ObjectStore, term: Term): { readonly term: Term; readonly domains: Domains } {
  return { term, domains: domainsOf(store, chosenBy(store, term), term.topologyKey) };
}

/**
 * Required affinity: in every term's topology stands a Pod that all terms choose. The first of a group that wants to be
 * together may stand anywhere.
 */
function nearRule(store: ObjectStore, pod: Pod): (labels: StringMap) => boolean {
  const terms = requiredTerms(store, pod, "podAffinity");
  const [first] = terms;
  if (first === undefined) return () => true;
  const together = chosenBy(store, first).filter((other) => terms.every((term) => chooses(term, other)));
  const domains = terms.map((term) => ({ key: term.topologyKey, values: domainsOf(store, together, term.topologyKey) }));
  const isFirst = domains.every(({ values }) => values.size === 0) && terms.every((term) => chooses(term, pod));
  return (labels) =>
    domains.every(({ key, values }) => {
      const value = labels[key];
      return value !== undefined && (isFirst || values.has(value));
    });
}

/** Topologies in which a Pod stands that keeps this one away. */
function keptAway(store: ObjectStore, pod: Pod, keepers: readonly Pod[]): readonly { readonly key: string; readonly value: string }[] {
  return keepers
    .filter(({ spec }) => spec.nodeName !== undefined)
    .filter((keeper) => !isFinished(keeper))
    .flatMap((keeper) => {
      const labels = get(store, "Node", keeper.spec.nodeName ?? "")?.metadata.labels ?? {};
      return requiredTerms(store, keeper, "podAntiAffinity")
        .filter((term) => chooses(term, pod))
        .flatMap(({ topologyKey: key }) => {
          const value = labels[key];
          return value === undefined ? [] : [{ key, value }];
        });
    });
}
