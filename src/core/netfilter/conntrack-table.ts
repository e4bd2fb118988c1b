/**
 * The table of flows of one node. A flow is a row of 64 bytes, one line of a processor's cache; each of its two tuples
 * stands in a hash table with open addressing (linear probing, at most half full) that leads to the row. Nothing of a flow
 * that only lies there is an object, so that a hundred thousand of them cost the garbage collector nothing.
 */
import { addressId, addressText } from "../base/address.ts";
import type { Nanos } from "../base/time.ts";
import { CONFIRMED, Connection, NO_ROW, originalOf, replyOf, setReply } from "./conntrack.ts";
import type { ConnectionState, ConntrackState, NodeSettings, PlainTuple, Timeouts, Tuple } from "./conntrack.ts";
import { CLOSE_WAIT, ESTABLISHED, TCP_TIMEOUTS } from "./tcp-states.ts";

/** A row as 32-bit integers, its last three pairs as doubles; ports of a tuple lie in one integer, the source's above. */
const INTS = 16;
const DOUBLES = INTS / 2;
const ORIGINAL_SOURCE = 0;
const ORIGINAL_DESTINATION = 1;
const ORIGINAL_PORTS = 2;
/** Protocol, and from bit 8 on: last direction + 1 (two bits), last index + 1 (four), state (four). */
const PROTOCOL = 3;
const REPLY_SOURCE = 4;
const REPLY_DESTINATION = 5;
const REPLY_PORTS = 6;
const STATUS = 7;
/** 0: nobody lives in the row. */
const ID = 8;
const CREATED_AT = 5;
const EXPIRES_AT = 6;
/** NaN: nobody said. */
const JOURNEY = 7;

const FIRST_ROWS = 16;
/** Slots for each row: two tuples in twice the room. */
const SLOTS = 4;
/** What `find` gives where there is no such flow. */
export const NOT_FOUND = -1;

export class ConntrackTable {
  readonly max: number;
  readonly timeouts: Timeouts;
  readonly tcpLoose: boolean;
  nextId = 1;
  #count = 0;
  #insertedSinceSweep = 0;
  /** Rows that were ever lived in; those beyond are new. */
  #rows = 0;
  readonly #freeRows: number[] = [];
  #ints = new Int32Array(FIRST_ROWS * INTS);
  #doubles = new Float64Array(this.#ints.buffer);
  /** Pairs of a tuple's hash and row * 2 + 1, or + 2 for the tuple of the answers; 0: empty. */
  #slots = new Int32Array(FIRST_ROWS * SLOTS * 2);
  #mask = FIRST_ROWS * SLOTS - 1;

  constructor(settings: NodeSettings) {
    const tcp = [...TCP_TIMEOUTS];
    if (settings.tcpEstablishedSeconds !== undefined) tcp[ESTABLISHED] = settings.tcpEstablishedSeconds;
    if (settings.tcpCloseWaitSeconds !== undefined) tcp[CLOSE_WAIT] = settings.tcpCloseWaitSeconds;
    this.timeouts = { tcp, udp: settings.udpSeconds ?? 30, udpStream: settings.udpStreamSeconds ?? 120 };
    this.max = settings.conntrackMax ?? 262_144;
    this.tcpLoose = settings.tcpLoose ?? true;
  }

  get size(): number {
    return this.#count;
  }

  /**
   * Where the flow with this tuple lies: twice its row, and one more where the tuple is that of its answers (a flow to
   * itself counts as original); NOT_FOUND, also where it has expired.
   */
  find(protocol: number, source: number, sourcePort: number, destination: number, destinationPort: number, now: Nanos): number {
    const ports = (sourcePort << 16) | destinationPort;
    const hash = hashOf(protocol, source, destination, ports);
    const slots = this.#slots;
    const mask = this.#mask;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const value = slots[2 * at + 1] as number;
      if (value === 0) return NOT_FOUND;
      if (slots[2 * at] !== hash) continue;
      const place = value - 1;
      if (!this.#hasTuple(place, protocol, source, destination, ports)) continue;
      if ((this.#doubles[(place >> 1) * DOUBLES + EXPIRES_AT] as number) > now) return place;
      this.#removeRow(place >> 1);
      return NOT_FOUND;
    }
  }

  /** The flow at a place that `find` gave. */
  at(place: number): Connection {
    return this.#load(place >> 1);
  }

  /** True if another flow than this one has answers, or begins, with the tuple. */
  isTaken(connection: Connection, tuple: Readonly<Tuple>, now: Nanos): boolean {
    const place = this.find(connection.protocol, tuple.source, tuple.sourcePort, tuple.destination, tuple.destinationPort, now);
    return place !== NOT_FOUND && place >> 1 !== connection.row;
  }

  /** True if nobody else has the tuple of the connection's answers. Asked once, until it changes. */
  isFree(connection: Connection, now: Nanos): boolean {
    if (connection.isFree) return true;
    const { protocol, replySource, replySourcePort, replyDestination, replyDestinationPort } = connection;
    const place = this.find(protocol, replySource, replySourcePort, replyDestination, replyDestinationPort, now);
    connection.isFree = place === NOT_FOUND || place >> 1 === connection.row;
    return connection.isFree;
  }

  /**
   * Adds a new connection under both tuples; false, and nothing added, if its answers' tuple is taken. That nobody has
   * the original one was seen when tracking found no flow for its packet.
   */
  confirm(connection: Connection, now: Nanos): boolean {
    if (!this.isFree(connection, now)) return false;
    connection.id = this.nextId;
    this.nextId += 1;
    connection.status |= CONFIRMED;
    this.insert(connection);
    this.#insertedSinceSweep += 1;
    if (this.#insertedSinceSweep > this.#count) this.sweep(now);
    return true;
  }

  /** Adds a connection that has an id and is known to be unique. */
  insert(connection: Connection): void {
    const row = this.#newRow();
    const ints = this.#ints;
    const at = row * INTS;
    const { journey } = connection;
    ints[at + ORIGINAL_SOURCE] = connection.originalSource;
    ints[at + ORIGINAL_DESTINATION] = connection.originalDestination;
    ints[at + ORIGINAL_PORTS] = (connection.originalSourcePort << 16) | connection.originalDestinationPort;
    ints[at + REPLY_SOURCE] = connection.replySource;
    ints[at + REPLY_DESTINATION] = connection.replyDestination;
    ints[at + REPLY_PORTS] = (connection.replySourcePort << 16) | connection.replyDestinationPort;
    ints[at + ID] = connection.id;
    this.#doubles[row * DOUBLES + CREATED_AT] = connection.createdAt;
    this.#doubles[row * DOUBLES + JOURNEY] = journey ?? Number.NaN;
    connection.row = row;
    this.save(connection);
    this.#enter(row);
  }

  /** Writes back what packets change: states, status and the time-out. A connection that is not in the table stays out. */
  save(connection: Connection): void {
    const { row } = connection;
    if (row === NO_ROW) return;
    const at = row * INTS;
    this.#ints[at + PROTOCOL] =
      connection.protocol | ((connection.lastDirection + 1) << 8) | ((connection.lastIndex + 1) << 10) | (connection.state << 14);
    this.#ints[at + STATUS] = connection.status;
    this.#doubles[row * DOUBLES + EXPIRES_AT] = connection.expiresAt;
  }

  remove(connection: Connection): void {
    this.#removeRow(connection.row);
    connection.row = NO_ROW;
    connection.status &= ~CONFIRMED;
  }

  /** Forgets what has expired: time alone decides who, so it does not matter when it is done. */
  sweep(now: Nanos): void {
    this.#insertedSinceSweep = 0;
    const doubles = this.#doubles;
    for (let row = 0; row < this.#rows; row++) {
      if ((doubles[row * DOUBLES + EXPIRES_AT] as number) <= now && this.#ints[row * INTS + ID] !== 0) this.#removeRow(row);
    }
  }

  /** All connections by id, expired ones too. */
  all(): Connection[] {
    const found: Connection[] = [];
    for (let row = 0; row < this.#rows; row++) if (this.#ints[row * INTS + ID] !== 0) found.push(this.#load(row));
    return found.sort((a, b) => a.id - b.id);
  }

  /** Copies of the rows of all that has not expired, by id. */
  rows(now: Nanos): Int32Array<ArrayBuffer> {
    const ints = this.#ints;
    const found: number[] = [];
    for (let row = 0; row < this.#rows; row++)
      if (ints[row * INTS + ID] !== 0 && (this.#doubles[row * DOUBLES + EXPIRES_AT] as number) > now) found.push(row);
    found.sort((a, b) => (ints[a * INTS + ID] as number) - (ints[b * INTS + ID] as number));
    const copy = new Int32Array(found.length * INTS);
    found.forEach((row, i) => copy.set(ints.subarray(row * INTS, (row + 1) * INTS), i * INTS));
    return copy;
  }

  /** Adds rows that another table gave, in their order. */
  insertRows(rows: Int32Array): void {
    for (let from = 0; from < rows.length; from += INTS) {
      const row = this.#newRow();
      const at = row * INTS;
      this.#ints.set(rows.subarray(from, from + INTS), at);
      this.#enter(row);
    }
  }

  // ---- rows -----------------------------------------------------------------------------------------------------------

  /** A row that was written gets its slots. */
  #enter(row: number): void {
    const at = row * INTS;
    const protocol = (this.#ints[at + PROTOCOL] as number) & 255;
    const hash = this.#hashAt(at + ORIGINAL_SOURCE, protocol);
    const hashOfReply = this.#hashAt(at + REPLY_SOURCE, protocol);
    this.#count += 1;
    this.#add(hash, row * 2 + 1);
    if (!this.#isOwnAnswer(at)) this.#add(hashOfReply, row * 2 + 2);
  }

  #load(row: number): Connection {
    const ints = this.#ints;
    const at = row * INTS;
    const packed = ints[at + PROTOCOL] as number;
    const original = tupleAt(ints, at + ORIGINAL_SOURCE);
    const journey = this.#doubles[row * DOUBLES + JOURNEY] as number;
    const createdAt = this.#doubles[row * DOUBLES + CREATED_AT] as number;
    const connection = new Connection(packed & 255, original, createdAt, Number.isNaN(journey) ? null : journey);
    connection.replySource = ints[at + REPLY_SOURCE] as number;
    connection.replyDestination = ints[at + REPLY_DESTINATION] as number;
    connection.replySourcePort = (ints[at + REPLY_PORTS] as number) >>> 16;
    connection.replyDestinationPort = (ints[at + REPLY_PORTS] as number) & 0xffff;
    connection.row = row;
    connection.id = ints[at + ID] as number;
    connection.status = ints[at + STATUS] as number;
    connection.lastDirection = ((packed >> 8) & 3) - 1;
    connection.lastIndex = ((packed >> 10) & 15) - 1;
    connection.state = packed >> 14;
    connection.expiresAt = this.#doubles[row * DOUBLES + EXPIRES_AT] as number;
    return connection;
  }

  #hasTuple(place: number, protocol: number, source: number, destination: number, ports: number): boolean {
    const ints = this.#ints;
    const row = (place >> 1) * INTS;
    const at = row + ((place & 1) === 0 ? ORIGINAL_SOURCE : REPLY_SOURCE);
    return (
      ints[at] === source && ints[at + 1] === destination && ints[at + 2] === ports && ((ints[row + PROTOCOL] as number) & 255) === protocol
    );
  }

  #hashAt(at: number, protocol: number): number {
    const ints = this.#ints;
    return hashOf(protocol, ints[at] as number, ints[at + 1] as number, ints[at + 2] as number);
  }

  /** A packet from and to one socket is its own answer: both tuples are one. */
  #isOwnAnswer(at: number): boolean {
    const ints = this.#ints;
    return (
      ints[at + ORIGINAL_SOURCE] === ints[at + REPLY_SOURCE] &&
      ints[at + ORIGINAL_DESTINATION] === ints[at + REPLY_DESTINATION] &&
      ints[at + ORIGINAL_PORTS] === ints[at + REPLY_PORTS]
    );
  }

  #newRow(): number {
    const free = this.#freeRows.pop();
    if (free !== undefined) return free;
    if ((this.#rows + 1) * INTS > this.#ints.length) this.#grow();
    this.#rows += 1;
    return this.#rows - 1;
  }

  #grow(): void {
    const ints = new Int32Array(this.#ints.length * 2);
    ints.set(this.#ints);
    this.#ints = ints;
    this.#doubles = new Float64Array(ints.buffer);
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let i = 0; i < old.length; i += 2) if (old[i + 1] !== 0) this.#add(old[i] as number, old[i + 1] as number);
  }

  #removeRow(row: number): void {
    const at = row * INTS;
    const protocol = (this.#ints[at + PROTOCOL] as number) & 255;
    this.#delete(this.#hashAt(at + ORIGINAL_SOURCE, protocol), row * 2 + 1);
    if (!this.#isOwnAnswer(at)) this.#delete(this.#hashAt(at + REPLY_SOURCE, protocol), row * 2 + 2);
    this.#ints[at + ID] = 0;
    this.#freeRows.push(row);
    this.#count -= 1;
  }

  // ---- slots ----------------------------------------------------------------------------------------------------------

  #add(hash: number, value: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let at = hash & mask;
    while (slots[2 * at + 1] !== 0) at = (at + 1) & mask;
    slots[2 * at] = hash;
    slots[2 * at + 1] = value;
  }

  /** What stands behind in the same run of slots moves up, so that no look-up ends too early. */
  #delete(hash: number, value: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let hole = hash & mask;
    while (slots[2 * hole + 1] !== value) {
      if (slots[2 * hole + 1] === 0) throw new Error(`a flow without a slot: hash ${hash}, value ${value}`);
      hole = (hole + 1) & mask;
    }
    for (let at = (hole + 1) & mask; slots[2 * at + 1] !== 0; at = (at + 1) & mask) {
      const home = (slots[2 * at] as number) & mask;
      // It may move to the hole unless its own home lies behind that.
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[2 * hole] = slots[2 * at] as number;
      slots[2 * hole + 1] = slots[2 * at + 1] as number;
      hole = at;
    }
    slots[2 * hole + 1] = 0;
  }
}

function tupleAt(ints: Int32Array, at: number): Tuple {
  const ports = ints[at + 2] as number;
  return {
    source: ints[at] as number,
    sourcePort: ports >>> 16,
    destination: ints[at + 1] as number,
    destinationPort: ports & 0xffff,
  };
}

/** Never stored beyond the table, printed or ordered: address ids differ between runs. */
function hashOf(protocol: number, source: number, destination: number, ports: number): number {
  let h = Math.imul(source, 0x9e3779b1) ^ Math.imul(destination, 0x85ebca6b) ^ Math.imul(ports, 0xc2b2ae35) ^ protocol;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return h ^ (h >>> 15);
}

// ---- plain state ----------------------------------------------------------------------------------------------------

// The rows that a state was made of: a memo, never printed or compared, since ids of addresses differ between runs.
const rowsOf = new WeakMap<ConntrackState, Int32Array>();

/**
 * The table as plain data at `now`: expired connections are left out, so that sweeping shows nowhere. A run keeps dozens of
 * its states, and reads few: what is kept are the rows, 64 bytes each, and the connections are made where somebody reads them.
 */
export function conntrackState(table: ConntrackTable, now: Nanos): ConntrackState {
  const rows = table.rows(now);
  const state: ConntrackState = {
    nextId: table.nextId,
    get connections() {
      return tableOf(rows).all().map(plain);
    },
  };
  rowsOf.set(state, rows);
  return state;
}

/** How many connections a state holds, without making them. */
export function connectionsIn(state: ConntrackState): number {
  const rows = rowsOf.get(state);
  return rows === undefined ? state.connections.length : rows.length / INTS;
}

function tableOf(rows: Int32Array): ConntrackTable {
  const table = new ConntrackTable({});
  table.insertRows(rows);
  return table;
}

function plain(connection: Connection): ConnectionState {
  const { id, protocol, status, state, lastDirection, lastIndex, createdAt, expiresAt, journey } = connection;
  const original = plainTuple(originalOf(connection));
  const reply = plainTuple(replyOf(connection));
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
  const rows = rowsOf.get(state);
  if (rows !== undefined) {
    table.insertRows(rows);
    table.nextId = state.nextId;
    return table;
  }
  for (const saved of state.connections) {
    const connection = new Connection(saved.protocol, internedTuple(saved.original), saved.createdAt, saved.journey);
    connection.id = saved.id;
    setReply(connection, internedTuple(saved.reply));
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
