/**
 * Connection tracking: the table of flows of one node (nf_conntrack_core.c and the protocol trackers). Each flow has two
 * tuples, what its first packet said and what an answer must say; translations live in the difference. The table finds
 * either by a 30-bit hash of the tuple's numbers, and compares the tuple itself on a hit.
 */
import { addressId, addressText } from "../base/address.ts";
import type { Nanos } from "../base/time.ts";
import { SECOND } from "../base/time.ts";
import { ICMP, ICMPV6, SCTP, TCP, UDP, protocolName } from "./protocols.ts";
import { ESTABLISHED, TCP_STATES, TCP_TIMEOUTS } from "./tcp-states.ts";
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

export class Connection {
  /** From 1 in the order of confirmation; 0 before. */
  id = 0;
  readonly protocol: number;
  readonly original: Readonly<Tuple>;
  reply: Tuple;
  status = 0;
  /** A state of tcp-states.ts; for SCTP 0 before and 1 after an answer. */
  state = 0;
  /** Direction and flags of the last TCP packet that counted; -1 before. */
  lastDirection = -1;
  lastIndex = -1;
  readonly createdAt: Nanos;
  expiresAt: Nanos;
  /** What began it, for the trace; null where nobody said. */
  readonly journey: number | null;

  constructor(protocol: number, original: Readonly<Tuple>, now: Nanos, journey: number | null) {
    this.protocol = protocol;
    this.original = original;
    this.reply = invert(protocol, original);
    this.createdAt = now;
    this.expiresAt = now;
    this.journey = journey;
  }
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

function sameTuple(a: Readonly<Tuple>, b: Readonly<Tuple>): boolean {
  return (
    a.source === b.source && a.sourcePort === b.sourcePort && a.destination === b.destination && a.destinationPort === b.destinationPort
  );
}

/** 30 bits, so that V8 keeps it as a small integer. Never stored, printed or ordered: ids differ between runs. */
function hashOf(protocol: number, tuple: Readonly<Tuple>): number {
  let h = Math.imul(tuple.source, 0x9e3779b1) ^ Math.imul(tuple.destination, 0x85ebca6b);
  h ^= Math.imul((tuple.sourcePort << 16) | tuple.destinationPort, 0xc2b2ae35) ^ protocol;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 2;
}

export class ConntrackTable {
  readonly max: number;
  readonly timeouts: Timeouts;
  readonly tcpLoose: boolean;
  /** Both tuples of every connection; clashes of the hash make a list. */
  readonly #byTuple = new Map<number, Connection | Connection[]>();
  #count = 0;
  nextId = 1;
  #insertedSinceSweep = 0;

  constructor(settings: NodeSettings) {
    const tcp = [...TCP_TIMEOUTS];
    if (settings.tcpEstablishedSeconds !== undefined) tcp[ESTABLISHED] = settings.tcpEstablishedSeconds;
    if (settings.tcpCloseWaitSeconds !== undefined) tcp[5] = settings.tcpCloseWaitSeconds;
    this.timeouts = { tcp, udp: settings.udpSeconds ?? 30, udpStream: settings.udpStreamSeconds ?? 120 };
    this.max = settings.conntrackMax ?? 262_144;
    this.tcpLoose = settings.tcpLoose ?? true;
  }

  get size(): number {
    return this.#count;
  }

  /** The connection with this tuple in either direction, expired ones aside. */
  find(protocol: number, tuple: Readonly<Tuple>, now: Nanos): Connection | null {
    const found = this.#byTuple.get(hashOf(protocol, tuple));
    if (found === undefined) return null;
    const connection =
      found instanceof Connection
        ? hasTuple(found, protocol, tuple)
          ? found
          : undefined
        : found.find((c) => hasTuple(c, protocol, tuple));
    if (connection === undefined) return null;
    if (connection.expiresAt > now) return connection;
    this.remove(connection);
    return null;
  }

  /**
   * Adds a new connection under both tuples; false, and nothing added, if its answers' tuple is taken. That nobody has
   * the original one was seen when tracking found no flow for its packet.
   */
  confirm(connection: Connection, now: Nanos): boolean {
    if (this.find(connection.protocol, connection.reply, now) !== null) return false;
    connection.id = this.nextId;
    this.nextId += 1;
    connection.status |= CONFIRMED;
    this.insert(connection);
    this.#insertedSinceSweep += 1;
    if (this.#insertedSinceSweep > this.#count) this.sweep(now);
    return true;
  }

  /** Adds a connection that is known to be unique. */
  insert(connection: Connection): void {
    const { protocol, original, reply } = connection;
    this.#add(hashOf(protocol, original), connection);
    if (!sameTuple(original, reply)) this.#add(hashOf(protocol, reply), connection);
    this.#count += 1;
  }

  remove(connection: Connection): void {
    const { protocol, original, reply } = connection;
    this.#delete(hashOf(protocol, original), connection);
    if (!sameTuple(original, reply)) this.#delete(hashOf(protocol, reply), connection);
    connection.status &= ~CONFIRMED;
    this.#count -= 1;
  }

  /** Forgets what has expired: time alone decides who, so it does not matter when it is done. */
  sweep(now: Nanos): void {
    this.#insertedSinceSweep = 0;
    // Removing keys of a Map while walking it is defined; both keys of a connection go at its first.
    for (const value of this.#byTuple.values()) {
      if (value instanceof Connection) this.#removeExpired(value, now);
      else for (const connection of value) this.#removeExpired(connection, now);
    }
  }

  #removeExpired(connection: Connection, now: Nanos): void {
    if (connection.expiresAt <= now) this.remove(connection);
  }

  /** All connections by id, expired ones too. */
  all(): Connection[] {
    const found = new Set<Connection>();
    for (const value of this.#byTuple.values()) {
      if (value instanceof Connection) found.add(value);
      else for (const connection of value) found.add(connection);
    }
    return [...found].sort((a, b) => a.id - b.id);
  }

  #add(hash: number, connection: Connection): void {
    const there = this.#byTuple.get(hash);
    if (there === undefined) this.#byTuple.set(hash, connection);
    else if (there instanceof Connection) this.#byTuple.set(hash, [there, connection]);
    else there.push(connection);
  }

  #delete(hash: number, connection: Connection): void {
    const there = this.#byTuple.get(hash);
    if (there === undefined || there === connection) {
      this.#byTuple.delete(hash);
    } else if (Array.isArray(there)) {
      const rest = there.filter((other) => other !== connection);
      const [only] = rest;
      if (rest.length === 1 && only !== undefined) this.#byTuple.set(hash, only);
      else this.#byTuple.set(hash, rest);
    }
  }
}

function hasTuple(connection: Connection, protocol: number, tuple: Readonly<Tuple>): boolean {
  return connection.protocol === protocol && (sameTuple(connection.original, tuple) || sameTuple(connection.reply, tuple));
}

/** True if the tuple is that of the connection's answers. A flow to itself counts as original. */
export function isReply(connection: Connection, tuple: Readonly<Tuple>): boolean {
  return !sameTuple(connection.original, tuple);
}

// ---- views and plain state ------------------------------------------------------------------------------------------

/** The state as `conntrack -L` names it; protocols without states show whether they were answered. */
export function stateName(connection: Connection): string {
  if (connection.protocol === TCP) return TCP_STATES[connection.state] ?? "NONE";
  if (connection.protocol === SCTP) return connection.state === 0 ? "COOKIE_WAIT" : "ESTABLISHED";
  return (connection.status & SEEN_REPLY) !== 0 ? "REPLIED" : "UNREPLIED";
}

export function viewOf(connection: Connection, node: string): ConntrackView {
  const { protocol, status } = connection;
  return {
    id: connection.id,
    node,
    protocol: protocolName(protocol),
    state: stateName(connection),
    original: tupleHeader(protocol, connection.original),
    reply: tupleHeader(protocol, connection.reply),
    assured: (status & ASSURED) !== 0,
    seenReply: (status & SEEN_REPLY) !== 0,
    createdAt: connection.createdAt,
    expiresAt: connection.expiresAt,
    journey: connection.journey,
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

interface PlainTuple {
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

export interface ConntrackState {
  readonly nextId: number;
  readonly connections: readonly ConnectionState[];
}

/** The table as plain data at `now`: expired connections are left out, so that sweeping shows nowhere. */
export function conntrackState(table: ConntrackTable, now: Nanos): ConntrackState {
  const connections = table.all().filter((connection) => connection.expiresAt > now);
  return { nextId: table.nextId, connections: connections.map(plain) };
}

function plain(connection: Connection): ConnectionState {
  const { id, protocol, status, state, lastDirection, lastIndex, createdAt, expiresAt, journey } = connection;
  const original = plainTuple(connection.original);
  const reply = plainTuple(connection.reply);
  return { id, protocol, original, reply, status, state, lastDirection, lastIndex, createdAt, expiresAt, journey };
}

function plainTuple(tuple: Readonly<Tuple>): PlainTuple {
  return { ...tuple, source: addressText(tuple.source), destination: addressText(tuple.destination) };
}

function internedTuple(tuple: PlainTuple): Tuple {
  return {
    source: addressId(tuple.source),
    sourcePort: tuple.sourcePort,
    destination: addressId(tuple.destination),
    destinationPort: tuple.destinationPort,
  };
}

export function restoreConntrack(state: ConntrackState, settings: NodeSettings): ConntrackTable {
  const table = new ConntrackTable(settings);
  for (const saved of state.connections) {
    const connection = new Connection(saved.protocol, internedTuple(saved.original), saved.createdAt, saved.journey);
    connection.id = saved.id;
    connection.reply = internedTuple(saved.reply);
    connection.status = saved.status;
    connection.state = saved.state;
    connection.lastDirection = saved.lastDirection;
    connection.lastIndex = saved.lastIndex;
    connection.expiresAt = saved.expiresAt;
    table.insert(connection);
  }
  table.nextId = state.nextId;
  return table;
}

/** Nanoseconds of a number of seconds. */
export function seconds(count: number): Nanos {
  return count * SECOND;
}

/** True for the protocols whose flows have ports. */
export function isPortProtocol(protocol: number): boolean {
  return protocol === TCP || protocol === UDP || protocol === SCTP;
}
