/** Taints of nodes and what Pods tolerate. (staging/src/k8s.io/component-helpers/scheduling/corev1) */
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import type { Node, Pod } from "../api/types.ts";

export interface Taint {
  readonly key: string;
  readonly value?: string;
  /** `NoSchedule`, `PreferNoSchedule` or `NoExecute`. */
  readonly effect: string;
}

type Toleration = NonNullable<Pod["spec"]["tolerations"]>[number];

/** (ToleratesTaint) */
export function toleratesTaint({ key = "", effect = "", operator, value = "" }: Toleration, taint: Taint): boolean {
  if (effect !== "" && effect !== taint.effect) return false;
  if (key === "") return operator === "Exists";
  if (key !== taint.key) return false;
  switch (operator) {
    case "Exists":
      return true;
    case "Gt":
      return isWhole(value) && isWhole(taint.value) && Number(taint.value) > Number(value);
    case "Lt":
      return isWhole(value) && isWhole(taint.value) && Number(taint.value) < Number(value);
    default:
      return value === (taint.value ?? "");
  }
}

function isWhole(text: string | undefined): boolean {
  return /^-?\d+$/.test(text ?? "");
}

export function tolerates(pod: Pod, taint: Taint): boolean {
  return (pod.spec.tolerations ?? []).some((toleration) => toleratesTaint(toleration, taint));
}

/** Taints that keep Pods from being placed on the node. */
export function blockingTaints(node: Node): readonly Taint[] {
  return (node.spec.taints ?? []).filter(({ effect }) => effect === "NoSchedule" || effect === "NoExecute");
}

/** Taints that drive Pods out of the node. */
export function evictingTaints(node: Node): readonly Taint[] {
  return (node.spec.taints ?? []).filter(({ effect }) => effect === "NoExecute");
}

/**
 * How long the Pod may stay under these taints: null for ever, 0 not at all. Every taint has to be tolerated; the shortest
 * `tolerationSeconds` of the tolerations that do so counts. (pkg/controller/tainteviction, GetMinTolerationTime)
 */
export function staysFor(pod: Pod, taints: readonly Taint[]): Nanos | null {
  const used: Toleration[] = [];
  for (const taint of taints) {
    const toleration = (pod.spec.tolerations ?? []).find((each) => toleratesTaint(each, taint));
    if (toleration === undefined) return 0;
    used.push(toleration);
  }
  const times = used.flatMap(({ tolerationSeconds }) => (tolerationSeconds === undefined ? [] : [tolerationSeconds]));
  return times.length === 0 ? null : Math.max(0, Math.min(...times)) * SECOND;
}
