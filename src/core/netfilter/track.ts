/**
 * What connection tracking does with a packet before the rules see it (nf_conntrack_in): finds its flow or makes a new
 * one, moves the flow's state and time-out, and says what the packet is to the flow. A new flow joins the table only when
 * its packet leaves the hooks (stack.ts).
 */
import type { Nanos } from "../base/time.ts";
import { ASSURED, CLOSE_BEGUN, CONFIRMED, Connection, SEEN_REPLY, invert, seconds } from "./conntrack.ts";
import type { Tuple } from "./conntrack.ts";
import { NOT_FOUND } from "./conntrack-table.ts";
import type { ConntrackTable } from "./conntrack-table.ts";
import { SCTP, TCP, UDP } from "./protocols.ts";
import {
  ESTABLISHED,
  FIN_WAIT,
  IGNORE,
  INDEX_RST,
  INVALID,
  NONE,
  SYN_RECV,
  SYN_SENT,
  TCP_UNACKNOWLEDGED_SECONDS,
  TIME_WAIT,
  flagsIndex,
  nextState,
} from "./tcp-states.ts";
import {
  CLOSED as SCTP_CLOSED,
  COOKIE_ECHOED,
  ESTABLISHED as SCTP_ESTABLISHED,
  INVALID as SCTP_INVALID,
  SCTP_TIMEOUTS,
  nextSctpState,
  type SctpChunk,
} from "./sctp-states.ts";
import type { CtState } from "./walk.ts";

/** What a packet is to its flow. `connection` is null exactly for INVALID. */
export interface Tracked {
  readonly state: CtState;
  readonly connection: Connection | null;
  /** The packet goes the way of the flow's answers. */
  readonly reply: boolean;
}

const NOT_TRACKED: Tracked = { state: "INVALID", connection: null, reply: false };

export interface TrackedPacket {
  readonly protocol: number;
  readonly tuple: Readonly<Tuple>;
  readonly tcpFlags: number;
  readonly sctpChunk: SctpChunk | undefined;
  /** An echo reply cannot begin a flow. */
  readonly canBegin: boolean;
}

/** `full`: the table has no room for this new flow, whose packet is dropped. */
export function track(table: ConntrackTable, packet: TrackedPacket, now: Nanos, journey: number | null): Tracked | "full" {
  const place = find(table, packet.protocol, packet.tuple, now);
  if (place === NOT_FOUND) return begin(table, packet, now, journey);
  const known = table.at(place);
  const reply = (place & 1) === 1;
  const verdict = advance(table, known, packet, reply, now);
  if (verdict === "again") return begin(table, packet, now, journey);
  const answered = (known.status & SEEN_REPLY) !== 0;
  if (reply && verdict === "ok") known.status |= SEEN_REPLY;
  table.save(known);
  return verdict === "invalid" ? NOT_TRACKED : { state: reply || answered ? "ESTABLISHED" : "NEW", connection: known, reply };
}

function find(table: ConntrackTable, protocol: number, tuple: Readonly<Tuple>, now: Nanos): number {
  return table.find(protocol, tuple.source, tuple.sourcePort, tuple.destination, tuple.destinationPort, now);
}

/** The flow that an ICMP error is about, by the packet it quotes (nf_conntrack_inet_error). The quoted packet's answer is looked up. */
export function trackError(table: ConntrackTable, protocol: number, quoted: Readonly<Tuple>, now: Nanos): Tracked {
  const place = find(table, protocol, invert(protocol, quoted), now);
  return place === NOT_FOUND ? NOT_TRACKED : { state: "RELATED", connection: table.at(place), reply: (place & 1) === 1 };
}

function begin(table: ConntrackTable, packet: TrackedPacket, now: Nanos, journey: number | null): Tracked | "full" {
  if (!packet.canBegin) return NOT_TRACKED;
  if (table.size >= table.max) {
    table.sweep(now);
    if (table.size >= table.max) return "full";
  }
  const connection = new Connection(packet.protocol, packet.tuple, now, journey);
  if (advance(table, connection, packet, false, now) !== "ok") return NOT_TRACKED;
  return { state: "NEW", connection, reply: false };
}

/** again: the old flow is over and gone, the packet begins a new one. */
type Advance = "ok" | "invalid" | "again";

function advance(table: ConntrackTable, connection: Connection, packet: TrackedPacket, reply: boolean, now: Nanos): Advance {
  switch (connection.protocol) {
    case TCP:
      return advanceTcp(table, connection, flagsIndex(packet.tcpFlags), reply ? 1 : 0, now);
    case UDP:
      advanceUdp(table, connection, now);
      return "ok";
    case SCTP:
      return advanceSctp(connection, packet.sctpChunk ?? (reply ? "INIT-ACK" : "INIT"), reply ? 1 : 0, now);
    default:
      connection.expiresAt = now + seconds(30);
      return "ok";
  }
}

// ---- TCP (nf_conntrack_tcp_packet) ------------------------------------------------------------------------------------

function advanceTcp(table: ConntrackTable, connection: Connection, index: number, direction: 0 | 1, now: Nanos): Advance {
  const old = connection.state;
  const next = nextState(direction, index, old);
  if (next === INVALID) return "invalid";
  if (old === NONE && next === ESTABLISHED && !table.tcpLoose) return "invalid";
  if (next === SYN_SENT && old >= TIME_WAIT) {
    if (!reopens(connection, direction)) return note(connection, direction, index);
    table.remove(connection);
    return "again";
  }
  if (next === IGNORE) return note(connection, direction, index);
  note(connection, direction, index);
  connection.state = next;
  if (old !== next && next === FIN_WAIT) connection.status |= CLOSE_BEGUN;
  const answered = (connection.status & SEEN_REPLY) !== 0;
  let timeout = table.timeouts.tcp[next] ?? 0;
  if (!answered) {
    // A reset as the only answer: there never was a connection. The packet itself is still translated.
    if (index === INDEX_RST) {
      if ((connection.status & CONFIRMED) !== 0) table.remove(connection);
      return "ok";
    }
    if (next === ESTABLISHED) timeout = Math.min(timeout, TCP_UNACKNOWLEDGED_SECONDS);
  } else if (next === ESTABLISHED && (old === SYN_RECV || old === ESTABLISHED)) {
    connection.status |= ASSURED;
  }
  connection.expiresAt = now + seconds(timeout);
  return "ok";
}

/** RFC 1122, 4.2.2.13: a SYN after the close opens anew, also after a reset that came from the same side. */
function reopens(connection: Connection, direction: 0 | 1): boolean {
  const resetHere = connection.lastDirection === direction && connection.lastIndex === INDEX_RST;
  return (connection.status & CLOSE_BEGUN) !== 0 || resetHere;
}

function note(connection: Connection, direction: 0 | 1, index: number): Advance {
  connection.lastDirection = direction;
  connection.lastIndex = index;
  return "ok";
}

// ---- the others -------------------------------------------------------------------------------------------------------

/** The short time-out until the flow was answered and is older than this; then it counts as a stream. */
const UDP_STREAM_AFTER_SECONDS = 2;

function advanceUdp(table: ConntrackTable, connection: Connection, now: Nanos): void {
  const answered = (connection.status & SEEN_REPLY) !== 0;
  const stream = answered && now > connection.createdAt + seconds(UDP_STREAM_AFTER_SECONDS);
  if (stream) connection.status |= ASSURED;
  connection.expiresAt = now + seconds(stream ? table.timeouts.udpStream : table.timeouts.udp);
}

/** nf_conntrack_sctp_packet: by the chunk that passes. */
function advanceSctp(connection: Connection, chunk: SctpChunk, direction: 0 | 1, now: Nanos): Advance {
  const old = connection.state;
  const next = nextSctpState(direction, chunk, old);
  if (next === SCTP_INVALID) return "invalid";
  connection.state = next;
  if (direction === 1 && old === COOKIE_ECHOED && next === SCTP_ESTABLISHED) connection.status |= ASSURED;
  // An INIT that is sent again does not keep the entry alive (Linux: for the reuse of ports).
  if (old === SCTP_CLOSED && next === SCTP_CLOSED && chunk === "INIT" && (connection.status & CONFIRMED) !== 0) return "ok";
  connection.expiresAt = now + seconds(SCTP_TIMEOUTS[next] ?? 0);
  return "ok";
}
