/**
 * Connection tracking: the table of flows of one node (nf_conntrack_core.c and the protocol trackers). Each flow has two
 * tuples, what its first packet said and what an answer must say; translations live in the difference. The table itself
 * is in conntrack-table.ts.
 */
import { addressText } from "../base/address.ts";
import type { Nanos } from "../base/time.ts";
import { SECOND } from "../base/time.ts";
import { ICMP, ICMPV6, SCTP, TCP, UDP, protocolName } from "./protocols.ts";
import { SCTP_STATES } from "./sctp-states.ts";
import { TCP_STATES } from "./tcp-states.ts";
import type { ConntrackView, Header } from "./walk.ts";

/** What sysctl holds on a node; an absent value is the kernel's. kube-proxy sets 86400 and 3600 (its conntrack settings). */
export interface NodeSettings {
  readonly tcpEstablishedSeconds?: number;
  readonly tcpCloseWaitSeconds?: number;
  /** nf_conntrack_udp_timeout, 30, and …_stream, 120. */
  readonly udpSeconds?: number;
  readonly udpStreamSeconds?: number;
  /** nf_conntrack_max, 262144: a new flow is dropped when the table is full. */
  readonly conntrackMax?: number;
  /** nf_conntrack_tcp_loose, on: a connection may be picked up in its middle. */
  readonly tcpLoose?: boolean;
}

/** Timeouts of a node, complete. */
export interface Timeouts {
  readonly tcp: readonly number[];
  readonly udp: number;
  readonly udpStream: number;
}

// Status bits of a connection.
export const SEEN_REPLY = 1;
export const ASSURED = 2;
export const SOURCE_NAT = 4;
export const DESTINATION_NAT = 8;
/** A translation, or that there is none, was decided for this half. */
export const SOURCE_DONE = 16;
export const DESTINATION_DONE = 32;
export const CONFIRMED = 64;
/** A FIN was seen. */
export const CLOSE_BEGUN = 128;

/** One end-to-end direction of a flow, as numbers. For ICMP echo `sourcePort` is the id and `destinationPort` the type. */
export interface Tuple {
  source: number;
  sourcePort: number;
  destination: number;
  destinationPort: number;
}

/**
 * A flow while a packet of it passes, or while somebody looks: the table holds flows in rows (conntrack-table.ts) and
 * makes one of these for each packet. What changes in it is written back with `save`; its two tuples lie in fields of
 * its own, since a flow in the table costs as much as what it allocates.
 */
export class Connection {
  readonly protocol: number;
  readonly originalSource: number;
  readonly originalSourcePort: number;
  readonly originalDestination: number;
  readonly originalDestinationPort: number;
  replySource: number;
  replySourcePort: number;
  replyDestination: number;
  replyDestinationPort: number;
  /** Where the table keeps it; NO_ROW before confirmation and after removal. */
  row: number;
  /** From 1 in the order of confirmation; 0 before. */
  id: number;
  status: number;
  /** A state of tcp-states.ts or sctp-states.ts. */
  state: number;
  /** Direction and flags of the last TCP packet that counted; -1 before. */
  lastDirection: number;
  lastIndex: number;
  /** The table was asked for the tuple of the answers as it is now, and nobody has it. */
  isFree: boolean;
  readonly createdAt: Nanos;
  expiresAt: Nanos;
  /** What began it, for the trace; null where nobody said. */
  readonly journey: number | null;

  /** A new flow, which expects its answers from where it goes. */
  constructor(protocol: number, original: Readonly<Tuple>, now: Nanos, journey: number | null) {
    const isEcho = protocol === ICMP || protocol === ICMPV6;
    this.protocol = protocol;
    this.originalSource = original.source;
    this.originalSourcePort = original.sourcePort;
    this.originalDestination = original.destination;
    this.originalDestinationPort = original.destinationPort;
    this.replySource = original.destination;
    this.replySourcePort = isEcho ? original.sourcePort : original.destinationPort;
    this.replyDestination = original.source;
    this.replyDestinationPort = isEcho ? invertedType(original.destinationPort) : original.sourcePort;
    this.row = NO_ROW;
    this.id = 0;
    this.status = 0;
    this.state = 0;
    this.lastDirection = -1;
    this.lastIndex = -1;
    this.isFree = false;
    this.createdAt = now;
    this.expiresAt = now;
    this.journey = journey;
  }
}

/** Not in the table. */
export const NO_ROW = -1;

export function originalOf(connection: Connection): Tuple {
  return {
    source: connection.originalSource,
    sourcePort: connection.originalSourcePort,
    destination: connection.originalDestination,
    destinationPort: connection.originalDestinationPort,
  };
}

/** What an answer must say. */
export function replyOf(connection: Connection): Tuple {
  return {
    source: connection.replySource,
    sourcePort: connection.replySourcePort,
    destination: connection.replyDestination,
    destinationPort: connection.replyDestinationPort,
  };
}

/** Sets what an answer must say. */
export function setReply(connection: Connection, reply: Readonly<Tuple>): void {
  connection.replySource = reply.source;
  connection.replySourcePort = reply.sourcePort;
  connection.replyDestination = reply.destination;
  connection.replyDestinationPort = reply.destinationPort;
  connection.isFree = false;
}

const ECHO_REQUEST = 8;
const ECHO_REPLY = 0;
const ECHO6_REQUEST = 128;
const ECHO6_REPLY = 129;

/** The type of an echo message. */
export function echoType(protocol: number, reply: boolean): number {
  if (protocol === ICMP) return reply ? ECHO_REPLY : ECHO_REQUEST;
  return reply ? ECHO6_REPLY : ECHO6_REQUEST;
}

/** The tuple of an answer (nf_ct_invert_tuple). An echo's id stays where it is, its type turns around. */
export function invert(protocol: number, tuple: Readonly<Tuple>): Tuple {
  const isIcmp = protocol === ICMP || protocol === ICMPV6;
  return {
    source: tuple.destination,
    sourcePort: isIcmp ? tuple.sourcePort : tuple.destinationPort,
    destination: tuple.source,
    destinationPort: isIcmp ? invertedType(tuple.destinationPort) : tuple.sourcePort,
  };
}

function invertedType(type: number): number {
  if (type === ECHO_REQUEST || type === ECHO_REPLY) return ECHO_REQUEST - type;
  return type === ECHO6_REQUEST ? ECHO6_REPLY : ECHO6_REQUEST;
}

// ---- views ----------------------------------------------------------------------------------------------------------

/** The state as `conntrack -L` names it; protocols without states show whether they were answered. */
export function stateName(connection: Connection): string {
  if (connection.protocol === TCP) return TCP_STATES[connection.state] ?? "NONE";
  if (connection.protocol === SCTP) return SCTP_STATES[connection.state] ?? "NONE";
  return (connection.status & SEEN_REPLY) !== 0 ? "REPLIED" : "UNREPLIED";
}

export function viewOf(connection: Connection, node: string): ConntrackView {
  const { protocol, status } = connection;
  return {
    id: connection.id,
    node,
    protocol: protocolName(protocol),
    state: stateName(connection),
    original: tupleHeader(protocol, originalOf(connection)),
    reply: tupleHeader(protocol, replyOf(connection)),
    assured: (status & ASSURED) !== 0,
    seenReply: (status & SEEN_REPLY) !== 0,
    createdAt: connection.createdAt,
    expiresAt: connection.expiresAt,
    journey: connection.journey,
    ...(protocol === ICMP || protocol === ICMPV6 ? { echo: connection.originalSourcePort } : {}),
  };
}

function tupleHeader(protocol: number, tuple: Readonly<Tuple>): Header {
  const name = protocolName(protocol);
  const ports = name !== "ICMP";
  return {
    src: addressText(tuple.source),
    srcPort: ports ? tuple.sourcePort : 0,
    dst: addressText(tuple.destination),
    dstPort: ports ? tuple.destinationPort : 0,
    protocol: name,
  };
}

/** A tuple with addresses as text. */
export interface PlainTuple {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
}

/** A connection as plain data, addresses as text. */
export interface ConnectionState {
  readonly id: number;
  readonly protocol: number;
  readonly original: PlainTuple;
  readonly reply: PlainTuple;
  readonly status: number;
  readonly state: number;
  readonly lastDirection: number;
  readonly lastIndex: number;
  readonly createdAt: Nanos;
  readonly expiresAt: Nanos;
  readonly journey: number | null;
}

/** A node's table as plain data. */
export interface ConntrackState {
  readonly nextId: number;
  readonly connections: readonly ConnectionState[];
}

/** Nanoseconds of a number of seconds. */
export function seconds(count: number): Nanos {
  return count * SECOND;
}

/** True for the protocols whose flows have ports. */
export function isPortProtocol(protocol: number): boolean {
  return protocol === TCP || protocol === UDP || protocol === SCTP;
}
