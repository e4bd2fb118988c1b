/** The exact shares of a new flow's endpoints, from the rules of every node that it can cross; affinity set aside. */
import { readDestination } from "../network/destination.ts";
import type { NewFlowWorld } from "../network/flow-ends.ts";
import type { Refusal, SendRequest } from "./contract.ts";
import type { EndView } from "./ends.ts";
import type { DnsBook } from "./names.ts";
import { lookUp, newFlowsTo } from "./new-flows.ts";
import { originOf } from "./senders.ts";
import type { SimulationState } from "./state.ts";
import type { Candidate, Distribution } from "./view.ts";

export interface DistributionWorld extends NewFlowWorld {
  readonly state: SimulationState;
  readonly dns: DnsBook;
}

export function distributionOf(world: DistributionWorld, request: SendRequest): Distribution | Refusal {
  const destination = readDestination(request.to);
  if ("error" in destination) return destination;
  const origin = originOf(world.state, world.topology, request.from);
  if ("error" in origin) return origin;
  const addresses = destination.isAddress ? [destination.host] : lookUp(world, request.from, destination.host);
  if (addresses.length === 0) return { error: `${destination.host} has no address here.` };
  const ends =
    newFlowsTo(world, origin, { addresses, port: destination.port, protocol: request.protocol ?? destination.protocol ?? "TCP" }) ?? [];
  return sumUp(ends, !destination.isAddress && addresses.length > 1);
}

/** Adds up equal ends. `several`: the name stands for several addresses, each of which is an endpoint. */
function sumUp(ends: readonly EndView[], several: boolean): Distribution {
  const candidates = new Map<string, Candidate>();
  const shares = { rejected: 0, dropped: 0, untouched: 0 };
  for (const end of ends) {
    const kind = shareOf(end, several);
    if (kind !== "candidate") {
      shares[kind] += end.probability;
      continue;
    }
    const { endpoint, pod, node, masqueraded } = end;
    const known = candidates.get(endpoint);
    candidates.set(endpoint, {
      endpoint,
      pod,
      node,
      probability: (known?.probability ?? 0) + end.probability,
      masqueraded: masqueraded || known?.masqueraded === true,
    });
  }
  return { candidates: [...candidates.values()], ...shares, ends };
}

/** An endpoint that the rules chose is a candidate, also where nobody is there any more or the way to it is cut. */
function shareOf({ kind, by, translated }: EndView, several: boolean): "candidate" | "rejected" | "dropped" | "untouched" {
  if (kind === "rejected") return "rejected";
  if (kind === "dropped" || kind === "unmodelled") return "dropped";
  if (translated || several) return "candidate";
  return by?.kind === "link" && by.why !== "no-route" ? "dropped" : "untouched";
}
