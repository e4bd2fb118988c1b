/** Of a conntrack entry: who the two ends of its connection are, as things of the picture. Pure. */
import type { ConntrackView } from "../../core/network/trace.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import type { ThingId } from "../../scene/contract.ts";
import { thingAtAddress } from "../linked/holders.ts";

/**
 * Who answers, then who asked, then whom it was meant for where that is another: each once, without addresses that nobody of
 * the cluster holds. An entry whose packets were not translated has two ends only.
 */
export function endsOf(cluster: ClusterView, { original, reply }: Pick<ConntrackView, "original" | "reply">): readonly ThingId[] {
  const ends = new Map<string, ThingId>();
  for (const address of [reply.src, original.src, original.dst]) {
    const thing = thingAtAddress(cluster, address);
    if (thing !== null) ends.set(JSON.stringify(thing), thing);
  }
  return [...ends.values()];
}
