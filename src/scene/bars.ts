/**
 * Network policies on the picture (DESIGN 5): a bar across the stub of each Pod that some policy isolates. The rules stand
 * in the node's FORWARD chain, beside kube-proxy's; what they stop is shown at the Pod they guard, for that is whose they are.
 */
import type { NamespacedName } from "../core/base/names.ts";
import type { Hop } from "../core/network/trace.ts";
import type { ClusterView, PolicyView } from "../core/simulation/view.ts";
import type { Point } from "./contract.ts";
import { indexOf } from "./lookup.ts";
import type { Notes } from "./notes.ts";
import { policyStopOf, type PolicyStop } from "../core/base/policy-stop.ts";
import type { Scene, ScenePod } from "./scene.ts";

/** Which ways of a Pod are for policies to decide. */
export interface PolicyBar {
  readonly ingress: boolean;
  readonly egress: boolean;
  /** Whether the network plugin writes rules for them. */
  readonly enforced: boolean;
}

// Views never change: the bars are worked out once for each.
const known = new WeakMap<readonly PolicyView[], ReadonlyMap<NamespacedName, PolicyBar>>();

/** The Pods that policies isolate. */
export function barsOf({ policies, enforcesPolicies }: ClusterView): ReadonlyMap<NamespacedName, PolicyBar> {
  const before = known.get(policies);
  if (before !== undefined) return before;
  const bars = new Map<NamespacedName, PolicyBar>();
  for (const policy of policies) {
    const [ingress, egress] = [policy.spec.policyTypes.includes("Ingress"), policy.spec.policyTypes.includes("Egress")];
    for (const pod of policy.selects) {
      const bar = bars.get(pod);
      bars.set(pod, { ingress: ingress || bar?.ingress === true, egress: egress || bar?.egress === true, enforced: enforcesPolicies });
    }
  }
  known.set(policies, bars);
  return bars;
}

/** At the right of the Pod's name, where nothing else stands there. */
export function barNotes({ enforced }: PolicyBar): Notes {
  return enforced ? ["network policy", "policy"] : ["policy not enforced", "not enforced"];
}

/** How far from the Pod its bar stands, where the stub is long enough. */
const BAR_DX = 8;

/** Where the bar crosses the stub; null for a Pod without a wire of its own. */
export function barPoint({ stub }: Pick<ScenePod, "stub">): Point | null {
  const [from, to] = [stub.at(-2), stub.at(-1)];
  if (from === undefined || to === undefined) return null;
  return { x: to.x - Math.min(BAR_DX, (to.x - from.x) / 2), y: to.y };
}

/** The policies that stopped this packet, and where on the picture; null where none did. */
export function barStop(scene: Scene, hop: Hop | null): { readonly stop: PolicyStop; readonly point: Point } | null {
  const stop = hop?.kind === "drop" ? policyStopOf(hop.rule) : null;
  const pod = stop === null ? undefined : indexOf(scene).pods.get(stop.pod);
  const point = pod === undefined ? null : barPoint(pod);
  return stop === null || point === null ? null : { stop, point };
}

/** A drop by policies at the gate that had just rewritten the destination: both are one hop of the trace. */
export function rewroteFirst(hop: Hop): boolean {
  return (
    hop.kind === "drop" && policyStopOf(hop.rule) !== null && (hop.before.dst !== hop.after.dst || hop.before.dstPort !== hop.after.dstPort)
  );
}
