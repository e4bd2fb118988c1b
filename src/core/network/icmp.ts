/**
 * ICMP errors and resets that a node's kernel sends for a packet it refused. The error quotes the packet as the rule
 * saw it before any translation, which is what its sender recognises (net/ipv4/netfilter/nf_reject_ipv4.c,
 * net/ipv4/icmp.c). Errors are never sent about errors (RFC 1122, 3.2.2).
 */
import { TCP_ACK, TCP_RST, TCP_SYN, type Packet } from "../netfilter/packet.ts";
import type { Emission, PacketDraft } from "./flight.ts";
import { headerOf } from "./gate.ts";
import type { NodeNet } from "./topology.ts";

/** Type and code by the names that `-j REJECT --reject-with` takes, and two that only a router says; IPv4, IPv6. */
const CODES: { readonly [name: string]: { readonly IPv4: readonly [number, number]; readonly IPv6: readonly [number, number] } } = {
  "icmp-net-unreachable": { IPv4: [3, 0], IPv6: [1, 0] },
  "icmp-host-unreachable": { IPv4: [3, 1], IPv6: [1, 3] },
  "host-unreachable": { IPv4: [3, 1], IPv6: [1, 3] },
  "icmp-proto-unreachable": { IPv4: [3, 2], IPv6: [1, 4] },
  "icmp-port-unreachable": { IPv4: [3, 3], IPv6: [1, 4] },
  "icmp-net-prohibited": { IPv4: [3, 9], IPv6: [1, 1] },
  "icmp-host-prohibited": { IPv4: [3, 10], IPv6: [1, 1] },
  "icmp-admin-prohibited": { IPv4: [3, 13], IPv6: [1, 1] },
  "time-exceeded": { IPv4: [11, 0], IPv6: [3, 0] },
  "icmp6-no-route": { IPv4: [3, 0], IPv6: [1, 0] },
  "icmp6-adm-prohibited": { IPv4: [3, 13], IPv6: [1, 1] },
  "icmp6-addr-unreachable": { IPv4: [3, 1], IPv6: [1, 3] },
  "icmp6-port-unreachable": { IPv4: [3, 3], IPv6: [1, 4] },
};

/** False for ICMP errors and TCP resets: nobody answers those. */
export function mayAnswerWithError(packet: Packet): boolean {
  return packet.icmp?.kind !== "error" && ((packet.tcpFlags ?? 0) & TCP_RST) === 0;
}

export function icmpError(about: {
  readonly draft: PacketDraft;
  readonly node: NodeNet;
  /** As it came to the node. */
  readonly refused: Packet;
  readonly source: string;
  /** As `--reject-with` names it. */
  readonly code: string;
}): Emission {
  const { draft, node, refused } = about;
  const common = {
    from: { kind: "gate", node: node.name } as const,
    direction: draft.direction === "out" ? ("back" as const) : ("out" as const),
    answers: draft.index,
    payload: { kind: "none" } as const,
    conversation: draft.conversation,
  };
  if (about.code === "tcp-reset" && refused.protocol === "TCP")
    return { ...common, ...resetFor(draft, refused), purpose: "reset", payloadBytes: 0 };
  const [type, code] = (CODES[about.code] ?? CODES["icmp-port-unreachable"])?.[refused.family] ?? [3, 3];
  return {
    ...common,
    packet: {
      family: refused.family,
      src: about.source,
      srcPort: 0,
      dst: refused.src,
      dstPort: 0,
      protocol: "ICMP",
      icmp: { kind: "error", type, code, quoted: headerOf(refused) },
    },
    purpose: "icmp-error",
    tcp: null,
    // The IP header and eight octets of the refused packet (RFC 792); Linux quotes more, up to 548.
    payloadBytes: 28,
  };
}

/** A reset in the name of the receiver (RFC 9293, 3.10.7.1). */
export function resetFor(draft: PacketDraft, refused: Packet): Pick<Emission, "packet" | "tcp"> {
  const seen = draft.tcp;
  const syn = ((refused.tcpFlags ?? 0) & TCP_SYN) !== 0 ? 1 : 0;
  const acked = ((refused.tcpFlags ?? 0) & TCP_ACK) !== 0;
  return {
    packet: {
      family: refused.family,
      src: refused.dst,
      srcPort: refused.dstPort,
      dst: refused.src,
      dstPort: refused.srcPort,
      protocol: "TCP",
      tcpFlags: acked ? TCP_RST : TCP_RST | TCP_ACK,
    },
    tcp: acked
      ? { flags: ["RST"], seq: seen?.ack ?? 0, ack: 0 }
      : { flags: ["RST", "ACK"], seq: 0, ack: ((seen?.seq ?? 0) + syn + draft.payloadBytes) >>> 0 },
  };
}
