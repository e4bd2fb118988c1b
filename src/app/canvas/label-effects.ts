/** What other labels on a Pod would change, before they are there: which Services choose it, and whose it is. */
import { labelValue, qualifiedName } from "../../core/api/formats.ts";
import { matchesPairs } from "../../core/api/selectors.ts";
import type { StringMap } from "../../core/api/types.ts";
import type { ClusterView, PodView } from "../../core/simulation/view.ts";

/** `value: null`: the label goes. */
export interface LabelChange {
  readonly label: string;
  readonly value: string | null;
}

export type ReadChange =
  | { readonly kind: "ok"; readonly change: LabelChange }
  /** Nothing was typed yet. */
  | { readonly kind: "none" }
  | { readonly kind: "wrong"; readonly message: string };

/** As after `kubectl label pod`: `app=web`, or `app-` to take it away. */
export function readChange(text: string, labels: StringMap): ReadChange {
  const typed = text.trim();
  if (typed === "") return { kind: "none" };
  const [, label = "", equals, value = ""] = /^([^=]+?)(?:(=)(.*)|-)$/.exec(typed) ?? [];
  if (label === "") return { kind: "wrong", message: "Write key=value, or key- to take a label away." };
  if (qualifiedName(label).length > 0) return { kind: "wrong", message: `${label} is no label key: letters, digits, - _ and .` };
  if (equals === undefined)
    return Object.hasOwn(labels, label)
      ? { kind: "ok", change: { label, value: null } }
      : { kind: "wrong", message: `The Pod has no label ${label}.` };
  if (labelValue(value).length > 0) return { kind: "wrong", message: `${value} is no label value: up to 63 letters, digits, - _ and .` };
  return { kind: "ok", change: { label, value } };
}

export function labelsAfter(labels: StringMap, { label, value }: LabelChange): StringMap {
  const { [label]: _before, ...others } = labels;
  return value === null ? others : { ...others, [label]: value };
}

/** What happens then, a sentence each; what asks for the label decides, nothing else. */
export function effectsOf(pod: PodView, change: LabelChange, { services }: ClusterView): readonly string[] {
  if (pod.labels[change.label] === (change.value ?? undefined)) return ["It has that label already."];
  const after = labelsAfter(pod.labels, change);
  const near = services.filter(({ namespace, selector }) => namespace === pod.namespace && selector !== null);
  const chose = (labels: StringMap): readonly string[] =>
    near.filter(({ selector }) => matchesPairs(selector ?? {}, labels)).map(({ name }) => name);
  const [now, then] = [chose(pod.labels), chose(after)];
  const leaves = now.filter((name) => !then.includes(name));
  const joins = then.filter((name) => !now.includes(name));
  const had = Object.hasOwn(pod.labels, change.label);
  const sentences = [
    ...leaves.map((name) => `${name} does not choose it any more.`),
    ...joins.map((name) => `${name} chooses it too.`),
    // A workload's own selector is not part of the view: said as a condition.
    ...(pod.workload !== null && had
      ? [`If the selector of ${pod.workload.kind} ${pod.workload.name} asks for ${change.label}, it lets go of this Pod and makes another.`]
      : []),
  ];
  return sentences.length > 0 ? sentences : ["No Service asks for it: nothing else changes."];
}
