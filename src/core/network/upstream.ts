/**
 * A question that CoreDNS passes on to a name server outside. To the one that the nodes have, over UDP, it goes as a packet of
 * the flight: out of the Pod, through rules and policies, under the node's address, and its answer back alike. Of any other
 * server nothing is known but its address, and of TCP and TLS no more than that: there the way out is judged by the same
 * rules without packets, and a question that gets out is answered.
 */
import { parseAddress, parseEndpoint } from "../base/address.ts";
import { DELAYS } from "./delays.ts";
import { flow } from "./flow.ts";
import type { ForwardedQuery } from "./name-service.ts";
import { firstPacket } from "./new-flow.ts";
import { familyOf } from "./topology.ts";
import type { Header, Place } from "./trace.ts";
import type { World } from "./world.ts";

const DNS_PORT = 53;

export type UpstreamTry =
  /** A packet goes out, with this header. */
  | { readonly kind: "asks"; readonly header: Header }
  /** What CoreDNS hears of this try, and how long after it sent the question. */
  | { readonly kind: "hears"; readonly heard: "answer" | "timeout" | "unreachable"; readonly after: number };

export function tryUpstream(world: World, place: Place, { to, transport, timeout }: ForwardedQuery): UpstreamTry {
  const silence: UpstreamTry = { kind: "hears", heard: "timeout", after: timeout };
  if (place.kind !== "pod") return { kind: "hears", heard: "answer", after: DELAYS.upstreamDns };
  const node = world.topology.nodes.get(place.node);
  if (node === undefined || node.cut || node.stopped) return silence;
  const bare = to.replace(/^\w+:\/\//, "");
  const server = parseEndpoint(bare) ?? { address: bare, port: DNS_PORT };
  const target = parseAddress(server.address);
  const src = world.topology.pods.get(place.pod)?.addresses.find((address) => familyOf(address) === target?.family);
  if (target === null || src === undefined) return { kind: "hears", heard: "unreachable", after: 0 };
  const protocol = transport === "tcp" ? "TCP" : "UDP";
  const srcPort = world.clientPort(place, protocol);
  const header = { src, srcPort, dst: target.text, dstPort: server.port, protocol } as const;
  const isKnown = world.topology.outsideAt.get(target.text)?.kind === "dns" && server.port === DNS_PORT;
  if (isKnown && protocol === "UDP") return { kind: "asks", header };
  const { end } = flow(world, place, firstPacket(header));
  if (end.kind === "dropped") return silence;
  if (end.kind === "rejected") return { kind: "hears", heard: "unreachable", after: DELAYS.gate };
  return { kind: "hears", heard: "answer", after: DELAYS.upstreamDns };
}
