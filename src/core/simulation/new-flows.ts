/** What becomes of a new flow from a sender to a name's addresses, told in the words of the cluster; and what its resolver finds. */
import type { Protocol } from "../base/names.ts";
import { randomState } from "../base/random.ts";
import { serveAtOnce, coreDnsState } from "../dns/pipeline.ts";
import { askInternet } from "../dns/internet.ts";
import { resolveSync } from "../dns/resolve.ts";
import { flowEnds, type NewFlowWorld } from "../network/flow-ends.ts";
import { firstPacket } from "../network/new-flow.ts";
import { familyOf, isLoopback, routeFrom, type Topology } from "../network/topology.ts";
import type { Sender } from "../network/trace.ts";
import { endView, sameEnds, type EndView } from "./ends.ts";
import { dnsServers, dnsSettings, resolverSetup, type DnsBook } from "./names.ts";
import type { Origin } from "./senders.ts";
import type { SimulationState } from "./state.ts";

/** A source port that no rule singles out. */
const SOURCE_PORT = 40_000;

/** Ends of a flow to any of the addresses that the client may take first; null: it has no source for any of them. */
export function newFlowsTo(
  world: NewFlowWorld,
  origin: Origin,
  to: { readonly addresses: readonly string[]; readonly port: number; readonly protocol: Protocol },
): readonly EndView[] | null {
  const { port, protocol } = to;
  const firsts = firstAddresses(world.topology, origin, to.addresses);
  if (firsts.length === 0) return null;
  return sameEnds(
    firsts.flatMap(({ address, src }) => {
      const packet = firstPacket({ src, srcPort: SOURCE_PORT, dst: address, dstPort: port, protocol });
      return flowEnds(world, origin.place, packet).map((end) => {
        const view = endView({ world, protocol, sentFrom: src }, end);
        return { ...view, probability: view.probability / firsts.length };
      });
    }),
  );
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

/** The sender's own address for packets to that address; null: it has none, or no route. */
export function sourceTowards(topology: Topology, { place, sources }: Origin, address: string): string | null {
  if (place.kind === "node") {
    const node = topology.nodes.get(place.node);
    const route = node === undefined ? null : routeFrom(topology, node, address);
    return route === null || route.kind === "none" ? null : route.source;
  }
  if (isLoopback(address)) return address;
  return sources.find((source) => familyOf(source) === familyOf(address)) ?? null;
}

/** What the sender's resolver would find, asked without packets and without touching any cache. */
export function lookUp(
  { state, dns }: { readonly state: SimulationState; readonly dns: DnsBook },
  from: Sender,
  name: string,
): readonly string[] {
  const { conf, hosts, libc } = resolverSetup(state, from);
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
