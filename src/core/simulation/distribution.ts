/** The exact shares of a new flow's endpoints, from the rules of every node that it can cross; affinity set aside. */
import { parseEndpoint } from "../base/address.ts";
import { randomState } from "../base/random.ts";
import { serveAtOnce, coreDnsState } from "../dns/pipeline.ts";
import { askInternet } from "../dns/internet.ts";
import { resolveSync } from "../dns/resolve.ts";
import { readDestination } from "../network/destination.ts";
import type { Door } from "../network/doors.ts";
import type { Header } from "../network/trace.ts";
import { firstPacket, newFlowEnds, type FlowEnd } from "../network/new-flow.ts";
import { familyOf, routeFrom, type Topology } from "../network/topology.ts";
import type { NodeStack } from "../netfilter/stack.ts";
import { podOfEndpoint } from "./cluster-view.ts";
import type { Refusal, SendRequest } from "./contract.ts";
import { dnsServerAddresses, dnsSettings, resolverSetup, type DnsBook } from "./names.ts";
import { originOf, type Origin } from "./senders.ts";
import type { SimulationState } from "./state.ts";
import type { Candidate, Distribution } from "./view.ts";

export interface DistributionWorld {
  readonly state: SimulationState;
  readonly topology: Topology;
  readonly stack: (node: string) => NodeStack;
  readonly dns: DnsBook;
  readonly doors: (packet: Header) => readonly Door[];
}

export function distributionOf(world: DistributionWorld, request: SendRequest): Distribution | Refusal {
  const destination = readDestination(request.to);
  if ("error" in destination) return destination;
  const origin = originOf(world.state, world.topology, request.from);
  if ("error" in origin) return origin;
  const addresses = destination.isAddress ? [destination.host] : addressesOf(world, request, destination.host);
  if (addresses.length === 0) return { error: `${destination.host} has no address here.` };
  const ends = addresses.flatMap((address) => {
    const src = sourceTowards(world.topology, origin, address);
    if (src === null) return [];
    const packet = firstPacket({ src, srcPort: 40_000, dst: address, dstPort: destination.port, protocol: request.protocol ?? "TCP" });
    // The client takes the first address of the answer, and CoreDNS shuffles them: each is first equally often.
    const share = 1 / addresses.length;
    return newFlowEnds(
      { now: world.state.now, topology: world.topology, stack: world.stack, doors: world.doors },
      origin.place,
      packet,
    ).map((end) => ({
      ...end,
      probability: end.probability * share,
    }));
  });
  return sumUp(world, ends, !destination.isAddress && addresses.length > 1);
}

/** Adds up equal ends. `several`: the name stands for several addresses, each of which is an endpoint. */
function sumUp({ topology }: DistributionWorld, ends: readonly FlowEnd[], several: boolean): Distribution {
  const candidates = new Map<string, Candidate>();
  const shares = { rejected: 0, dropped: 0, untouched: 0 };
  for (const { probability, kind, destination, translated, masqueraded } of ends) {
    if (kind === "rejected") shares.rejected += probability;
    else if (kind === "dropped") shares.dropped += probability;
    else if (!translated && !several) shares.untouched += probability;
    if (kind !== "arrives" || (!translated && !several)) continue;
    const known = candidates.get(destination);
    const address = parseEndpoint(destination)?.address ?? "";
    candidates.set(destination, {
      endpoint: destination,
      ...podOfEndpoint(topology, address),
      probability: (known?.probability ?? 0) + probability,
      masqueraded: masqueraded || known?.masqueraded === true,
    });
  }
  return { candidates: [...candidates.values()], ...shares };
}

function sourceTowards(topology: Topology, { place, sources }: Origin, address: string): string | null {
  if (place.kind === "node") {
    const node = topology.nodes.get(place.node);
    return node === undefined ? null : routeFrom(topology, node, address).source;
  }
  return sources.find((source) => familyOf(source) === familyOf(address)) ?? null;
}

/** What the sender's resolver would find, asked without packets and without touching any cache. */
function addressesOf({ state, dns }: DistributionWorld, request: SendRequest, name: string): readonly string[] {
  const { conf, hosts, libc } = resolverSetup(state, request.from);
  const inCluster = new Set([...dnsSettings(state).clusterDns, ...dnsServerAddresses(state)]);
  const server = dns.server(state, dnsServerAddresses(state));
  const memory = coreDnsState(state.seed, "distribution");
  const random = randomState(state.seed, "distribution");
  const found = resolveSync({ name, family: "both", libc, resolvConf: conf, hosts, random }, (query, now) => {
    if (!inCluster.has(query.server)) return askInternet(dns.internetOf(state.store), query.message);
    return serveAtOnce(server, memory, query.message, now, query.transport, dns.internetOf(state.store))?.message ?? "timeout";
  });
  return found.addresses;
}
