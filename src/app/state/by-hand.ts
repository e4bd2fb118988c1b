/** How things stand that a person changed by hand and no view tells: read off the record of the run. Later actions win. */
import type { NamespacedName } from "../../core/base/names.ts";
import type { TimedAction } from "../../worker/protocol.ts";

type Actions = readonly TimedAction[];

/** Nanoseconds that the Pod answers later than usual; 0 as usual. */
export function slownessOf(actions: Actions, pod: NamespacedName): number {
  let delay = 0;
  for (const { action } of actions) if (action.kind === "slow-pod" && action.pod === pod) delay = action.delay;
  return delay;
}

export interface NodeByHand {
  readonly stopped: boolean;
  readonly cut: boolean;
  readonly proxyStopped: boolean;
}

export function nodeByHand(actions: Actions, node: string): NodeByHand {
  let { stopped, cut, proxyStopped } = { stopped: false, cut: false, proxyStopped: false };
  for (const { action } of actions) {
    if (!("node" in action) || action.node !== node) continue;
    if (action.kind === "stop-node" || action.kind === "start-node") stopped = action.kind === "stop-node";
    if (action.kind === "cut-node" || action.kind === "join-node") cut = action.kind === "cut-node";
    if (action.kind === "stop-proxy" || action.kind === "start-proxy") proxyStopped = action.kind === "stop-proxy";
  }
  return { stopped, cut, proxyStopped };
}
