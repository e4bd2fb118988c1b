/**
 * One packet at one interface as the octets of an Ethernet frame. What no trace holds is made so that it is plausible and
 * always the same: Ethernet addresses from IP addresses as the bridge plugin does (0a:58 and the IPv4 address), a TCP
 * window of 64,240 octets and, on SYN, a maximum segment size of 1,460 (IPv6: 1,440).
 */
import { parseAddress } from "../../core/base/address.ts";
import { encodeMessage } from "../../core/dns/message.ts";
import { SCTP_CHUNKS, type SctpChunk } from "../../core/netfilter/sctp-states.ts";
import type { Content, Header, PacketTrace } from "../../core/network/trace.ts";
import { crc32c, internetChecksum } from "./checksums.ts";
import type { Sighting } from "./sightings.ts";

const PROTOCOL = { TCP: 6, UDP: 17, SCTP: 132, ICMP: 1 } as const;
const ICMPV6 = 58;
const FLAG_BITS = { FIN: 0x01, SYN: 0x02, RST: 0x04, PSH: 0x08, ACK: 0x10 } as const;
const WINDOW = 64_240;
const ETHERTYPE = { IPv4: 0x0800, IPv6: 0x86dd } as const;

/** The whole frame, without the check sequence at its end. Throws for an address that is none. */
export function frameOf({ packet, header, ttl }: Sighting): Uint8Array {
  const ip = ipPacket(packet, header, ttl);
  const v6 = header.src.includes(":");
  return concat(etherAddress(header.dst), etherAddress(header.src), u16(v6 ? ETHERTYPE.IPv6 : ETHERTYPE.IPv4), ip);
}

function etherAddress(address: string): Uint8Array {
  return concat(new Uint8Array([0x0a, 0x58]), octets(address).slice(-4));
}

function ipPacket(packet: PacketTrace, header: Header, ttl: number): Uint8Array {
  return wrap(header, ttl, packet.ipId, transportOf(packet, header));
}

function wrap(header: Header, ttl: number, ipId: number, payload: Uint8Array, claims = payload.length): Uint8Array {
  const v6 = header.src.includes(":");
  const src = octets(header.src);
  const dst = octets(header.dst);
  const protocol = v6 && header.protocol === "ICMP" ? ICMPV6 : PROTOCOL[header.protocol];
  if (v6) return concat(u32(0x6000_0000), u16(claims), new Uint8Array([protocol, ttl]), src, dst, payload);
  // Version 4, five words, no service class; "don't fragment", as Linux sends TCP and most UDP.
  const start = concat(new Uint8Array([0x45, 0]), u16(20 + claims), u16(ipId), u16(0x4000), new Uint8Array([ttl, protocol]));
  const sum = internetChecksum(start, u16(0), src, dst);
  return concat(start, u16(sum), src, dst, payload);
}

function transportOf(packet: PacketTrace, header: Header): Uint8Array {
  const data = packet.payload === null ? new Uint8Array() : contentOctets(packet.payload, packet.payloadBytes);
  switch (header.protocol) {
    case "TCP":
      return tcpSegment(packet, header, data);
    case "UDP":
      return udpDatagram(header, data);
    case "SCTP":
      return sctpPacket(packet, header, data);
    case "ICMP":
      return icmpMessage(packet, header);
  }
}

/** What a packet carries as octets. `length`: as the trace counted them, which says whether a message's names were compressed. */
export function contentOctets(content: Content, length: number): Uint8Array {
  if (content.kind === "text") return new TextEncoder().encode(content.text);
  const over = content.transport === "tcp" ? 2 : 0;
  const plain = encodeMessage(content.message);
  const message = plain.length + over === length ? plain : encodeMessage(content.message, true);
  return over === 0 ? message : concat(u16(message.length), message);
}

function tcpSegment(packet: PacketTrace, header: Header, data: Uint8Array): Uint8Array {
  if (packet.tcp === null) throw new Error(`packet ${packet.index} is TCP without sequence numbers`);
  const { flags, seq, ack } = packet.tcp;
  const bits = flags.reduce((sum, flag) => sum | FLAG_BITS[flag], 0);
  const syn = flags.includes("SYN");
  const segmentSize = header.src.includes(":") ? 1_440 : 1_460;
  const options = syn ? concat(new Uint8Array([2, 4]), u16(segmentSize)) : new Uint8Array();
  const words = 5 + options.length / 4;
  const window = flags.includes("RST") ? 0 : WINDOW;
  const start = concat(u16(header.srcPort), u16(header.dstPort), u32(seq), u32(ack), new Uint8Array([words << 4, bits]), u16(window));
  return withChecksum(header, start, concat(u16(0), options, data));
}

function udpDatagram(header: Header, data: Uint8Array): Uint8Array {
  return withChecksum(header, concat(u16(header.srcPort), u16(header.dstPort), u16(8 + data.length)), data);
}

/** `start`, the checksum over pseudo header, start and rest, `rest`. */
function withChecksum(header: Header, start: Uint8Array, rest: Uint8Array): Uint8Array {
  const sum = internetChecksum(pseudoHeader(header, start.length + 2 + rest.length), start, u16(0), rest);
  // UDP writes a sum of zero as all ones, since zero means none (RFC 768).
  return concat(start, u16(sum === 0 && header.protocol === "UDP" ? 0xffff : sum), rest);
}

function pseudoHeader(header: Header, length: number): Uint8Array {
  const v6 = header.src.includes(":");
  const protocol = v6 && header.protocol === "ICMP" ? ICMPV6 : PROTOCOL[header.protocol];
  const addresses = concat(octets(header.src), octets(header.dst));
  return v6 ? concat(addresses, u32(length), u32(protocol)) : concat(addresses, u16(protocol), u16(length));
}

/** One chunk (RFC 9260, 3.3). Both ends have tag 1, streams begin at 1, and a cookie says no more than that it is one. */
function sctpPacket(packet: PacketTrace, header: Header, data: Uint8Array): Uint8Array {
  const kind = packet.sctp ?? "DATA";
  const [flags, value] = chunkValue(kind, data);
  const padding = new Uint8Array((4 - (value.length % 4)) % 4);
  const chunk = concat(new Uint8Array([SCTP_CHUNKS[kind], flags]), u16(4 + value.length), value, padding);
  const start = concat(u16(header.srcPort), u16(header.dstPort), u32(kind === "INIT" ? 0 : 1));
  const sum = crc32c(concat(start, u32(0), chunk));
  // The sum goes into the header with its lowest octet first.
  return concat(start, u32(sum).reverse(), chunk);
}

const COOKIE = new TextEncoder().encode("cookie of kubehop  ");
const RECEIVE_WINDOW = 106_496;

function chunkValue(kind: SctpChunk, data: Uint8Array): readonly [flags: number, value: Uint8Array] {
  const none = new Uint8Array();
  switch (kind) {
    case "DATA":
      // Whole and unordered: TSN, stream, number in it, protocol.
      return [0x07, concat(u32(1), u16(0), u16(0), u32(0), data)];
    case "INIT":
      return [0, initiation()];
    case "INIT-ACK":
      return [0, concat(initiation(), u16(7), u16(4 + COOKIE.length), COOKIE)];
    case "SACK":
      return [0, concat(u32(1), u32(RECEIVE_WINDOW), u16(0), u16(0))];
    case "SHUTDOWN":
      return [0, u32(1)];
    case "COOKIE-ECHO":
      return [0, COOKIE];
    case "COOKIE-ACK":
    case "SHUTDOWN-ACK":
    case "SHUTDOWN-COMPLETE":
    case "ABORT":
      return [0, none];
  }
}

/** Tag, window, streams out and in, first TSN. */
function initiation(): Uint8Array {
  return concat(u32(1), u32(RECEIVE_WINDOW), u16(10), u16(10), u32(1));
}

const QUOTED_OCTETS = 8;

/** Type, code, and the header and first eight octets of the packet that it is about (RFC 792, RFC 4443). */
function icmpMessage(packet: PacketTrace, header: Header): Uint8Array {
  const { error } = header;
  if (error === undefined) throw new Error(`packet ${packet.index} is ICMP and no error`);
  const { quoted } = error;
  const ports = concat(u16(quoted.srcPort), u16(quoted.dstPort), new Uint8Array(QUOTED_OCTETS - 4));
  const about = wrap(quoted, QUOTED_TTL, 0, ports, QUOTED_OCTETS);
  const v6 = header.src.includes(":");
  const start = new Uint8Array([error.type, error.code]);
  const rest = concat(u32(0), about);
  const pseudo = v6 ? pseudoHeader(header, 4 + rest.length) : new Uint8Array();
  return concat(start, u16(internetChecksum(pseudo, start, u16(0), rest)), rest);
}

/** What the quoted header had left to live is no part of the trace. */
const QUOTED_TTL = 63;

function octets(address: string): Uint8Array {
  const parsed = parseAddress(address);
  if (parsed === null) throw new Error(`not an address: ${address}`);
  return concat(...parsed.words.map(u32));
}

function u16(value: number): Uint8Array {
  return new Uint8Array([(value >> 8) & 0xff, value & 0xff]);
}

function u32(value: number): Uint8Array {
  return new Uint8Array([(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]);
}

export function concat(...pieces: readonly Uint8Array[]): Uint8Array {
  return joined(pieces);
}

/** The same for any number of pieces: a call takes some ten thousand arguments at most. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
