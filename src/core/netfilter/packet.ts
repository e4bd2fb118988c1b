/**
 * A packet as netfilter sees it: addresses as canonical text (base/address.ts), ports as numbers; or in numbers alone.
 */
import { addressId } from "../base/address.ts";
import type { Family, Protocol } from "../base/names.ts";
import type { SctpChunk } from "./sctp-states.ts";
import type { Header } from "./walk.ts";

/** TCP flag bits as they stand in the header (RFC 9293, 3.1). */
export const TCP_FIN = 0x01;
export const TCP_SYN = 0x02;
export const TCP_RST = 0x04;
export const TCP_PSH = 0x08;
export const TCP_ACK = 0x10;

/** An ICMP or ICMPv6 message. */
export type Icmp =
  /** Echo: `id` takes the place of a port; `reply` false is the request. */
  | { readonly kind: "echo"; readonly id: number; readonly reply: boolean }
  /** An error about an earlier packet, which it quotes as its maker saw it (after translation). */
  | { readonly kind: "error"; readonly type: number; readonly code: number; readonly quoted: Header }
  /** Any other message; conntrack does not track it (INVALID). */
  | { readonly kind: "other"; readonly type: number; readonly code: number };

/** What a packet says beside its addresses and ports. */
interface Content {
  readonly family: Family;
  /** `ICMP` with family IPv6 is ICMPv6. */
  readonly protocol: Protocol | "ICMP";
  /** TCP only: an or of TCP_… bits. Absent: 0, which conntrack takes as invalid. */
  readonly tcpFlags?: number;
  /** SCTP only: its first chunk. Absent: what opens an association, and what answers that. */
  readonly sctpChunk?: SctpChunk;
  /** Present exactly when the protocol is ICMP. */
  readonly icmp?: Icmp;
}

/** Ports are 0 for ICMP. */
export interface Packet extends Header, Content {
  readonly protocol: Protocol | "ICMP";
}

/**
 * The same with addresses as the numbers of base/address.ts, for whoever sends thousands of packets from node to node and
 * shows few of them. Never to be kept: such a number means something in this process alone.
 */
export interface NumberedPacket extends Content {
  readonly source: number;
  readonly sourcePort: number;
  readonly destination: number;
  readonly destinationPort: number;
}

/** Reads a packet's addresses. */
export function numbered(packet: Packet): NumberedPacket {
  const { src, srcPort, dst, dstPort, ...content } = packet;
  return { ...content, source: addressId(src), sourcePort: srcPort, destination: addressId(dst), destinationPort: dstPort };
}
