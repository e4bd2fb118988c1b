/** What a person changed by hand and no view tells: read off the record of the run. Later actions win. */
import type { NamespacedName } from "../../core/base/names.ts";
import type { TimedAction } from "../../worker/protocol.ts";

type Actions = readonly TimedAction[];

/** Nanoseconds that the Pod answers later than usual; 0 as usual. */
export function slownessOf(actions: Actions, pod: NamespacedName): number {
  let delay = 0;
  for (const { action } of actions) if (action.kind === "slow-pod" && action.pod === pod) delay = action.delay;
  return delay;
}
