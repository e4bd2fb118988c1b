/** The exact shares of a new flow's endpoints, from the rules of every node that it can cross; affinity set aside. */
import { parseEndpoint } from "../base/address.ts";
import type { NamespacedName, Protocol } from "../base/names.ts";
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
import type { Refusal, SendRequest } from "./contract.ts";
import { dnsServers, dnsSettings, resolverSetup, type DnsBook } from "./names.ts";
import { originOf, type Origin } from "./senders.ts";
import { serverAt } from "./servers.ts";
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
  const firsts = firstAddresses(world.topology, origin, addresses);
  const ends = firsts.flatMap(({ address, src }) => {
    const packet = firstPacket({ src, srcPort: 40_000, dst: address, dstPort: destination.port, protocol: request.protocol ?? "TCP" });
    const share = 1 / firsts.length;
    return newFlowEnds(
      { now: world.state.now, topology: world.topology, stack: world.stack, doors: world.doors },
      origin.place,
      packet,
    ).map((end) => ({
      ...end,
      probability: end.probability * share,
    }));
  });
  return sumUp(world, ends, request.protocol ?? "TCP", !destination.isAddress && addresses.length > 1);
}

/** Adds up equal ends. `several`: the name stands for several addresses, each of which is an endpoint. */
function sumUp(world: DistributionWorld, ends: readonly FlowEnd[], protocol: Protocol, several: boolean): Distribution {
  const candidates = new Map<string, Candidate>();
  const shares = { rejected: 0, dropped: 0, untouched: 0 };
  for (const { probability, kind, destination, translated, masqueraded } of ends) {
    if (kind === "rejected") shares.rejected += probability;
    else if (kind === "dropped") shares.dropped += probability;
    else if (!translated && !several) shares.untouched += probability;
    if (kind !== "arrives" || (!translated && !several)) continue;
    const known = candidates.get(destination);
    candidates.set(destination, {
      endpoint: destination,
      ...ownerOf(world, destination, protocol),
      probability: (known?.probability ?? 0) + probability,
      masqueraded: masqueraded || known?.masqueraded === true,
    });
  }
  return { candidates: [...candidates.values()], ...shares };
}

/** Whose the endpoint is: the Pod that has the address, or that listens there at its node's own. */
function ownerOf(
  { topology, state }: DistributionWorld,
  endpoint: string,
  protocol: Protocol,
): { readonly pod: NamespacedName | null; readonly node: string | null } {
  const { address = "", port = 0 } = parseEndpoint(endpoint) ?? {};
  const pod = topology.podAt.get(address);
  if (pod !== undefined) return { pod: pod.key, node: pod.node };
  const node = topology.nodeAt.get(address);
  if (node === undefined) return { pod: null, node: null };
  const world = { topology, paces: state.memory.paces, store: state.store };
  return { pod: serverAt(world, { kind: "node", node }, address, protocol, port)?.pod ?? null, node };
}

/**
 * The addresses that a client may take first, and with which of its own it does. It takes the first that it has a source for;
 * resolvers put one family before the other, and CoreDNS shuffles within each: there each is first equally often.
 */
function firstAddresses(
  topology: Topology,
  origin: Origin,
  addresses: readonly string[],
): readonly { readonly address: string; readonly src: string }[] {
  const usable = addresses.flatMap((address) => {
    const src = sourceTowards(topology, origin, address);
    return src === null ? [] : [{ address, src }];
  });
  const [first] = usable;
  return first === undefined ? [] : usable.filter(({ address }) => familyOf(address) === familyOf(first.address));
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
  const servers = dnsServers(state);
  const addresses = servers.map(({ address }) => address);
  const inCluster = new Set([...dnsSettings(state).clusterDns, ...addresses]);
  const server = dns.server(state, servers[0]?.pod ?? "", addresses);
  const memory = coreDnsState(state.seed, "distribution");
  const random = randomState(state.seed, "distribution");
  const found = resolveSync({ name, family: "both", libc, resolvConf: conf, hosts, random }, (query, now) => {
    if (!inCluster.has(query.server)) return askInternet(dns.internetOf(state.store), query.message);
    return serveAtOnce(server, memory, query.message, now, query.transport, dns.internetOf(state.store))?.message ?? "timeout";
  });
  return found.addresses;
}
