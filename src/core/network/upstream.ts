/**
 * A question that CoreDNS passes on to a name server outside: its way out of the Pod, through the rules and policies of the
 * nodes on it. The exchange itself is not drawn as packets, and what comes home is the network plugin's business (it
 * masquerades what Pods send out), so a question that gets out is answered.
 */
import { parseAddress, parseEndpoint } from "../base/address.ts";
import { DELAYS } from "./delays.ts";
import { flow } from "./flow.ts";
import type { ForwardedQuery } from "./name-service.ts";
import { firstPacket } from "./new-flow.ts";
import { familyOf } from "./topology.ts";
import type { Place } from "./trace.ts";
import type { World } from "./world.ts";

const DNS_PORT = 53;

/** What CoreDNS hears of one try, and how long after it sent the question. */
export interface UpstreamTry {
  readonly heard: "answer" | "timeout" | "unreachable";
  readonly after: number;
}

export function tryUpstream(world: World, place: Place, { to, transport, timeout }: ForwardedQuery): UpstreamTry {
  const silence: UpstreamTry = { heard: "timeout", after: timeout };
  if (place.kind !== "pod") return { heard: "answer", after: DELAYS.upstreamDns };
  const node = world.topology.nodes.get(place.node);
  if (node === undefined || node.cut || node.stopped) return silence;
  const bare = to.replace(/^\w+:\/\//, "");
  const server = parseEndpoint(bare) ?? { address: bare, port: DNS_PORT };
  const target = parseAddress(server.address);
  const src = world.topology.pods.get(place.pod)?.addresses.find((address) => familyOf(address) === target?.family);
  if (target === null || src === undefined) return { heard: "unreachable", after: 0 };
  const protocol = transport === "tcp" ? "TCP" : "UDP";
  const srcPort = world.clientPort(place, protocol);
  const { end } = flow(world, place, firstPacket({ src, srcPort, dst: target.text, dstPort: server.port, protocol }));
  if (end.kind === "dropped") return silence;
  if (end.kind === "rejected") return { heard: "unreachable", after: DELAYS.gate };
  return { heard: "answer", after: DELAYS.upstreamDns };
}
