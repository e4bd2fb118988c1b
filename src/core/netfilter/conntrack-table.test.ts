/** The table of flows against the plainest one there is: a list of flows, looked through from its beginning. */
import { describe, expect, test } from "vitest";
import { addressId } from "../base/address.ts";
import { nextBelow, randomState } from "../base/random.ts";
import { SECOND } from "../base/time.ts";
import { CONFIRMED, Connection, NO_ROW, SEEN_REPLY, originalOf, replyOf, setReply } from "./conntrack.ts";
import type { Tuple } from "./conntrack.ts";
import { ConntrackTable, NOT_FOUND, conntrackState, restoreConntrack } from "./conntrack-table.ts";
import { TCP, UDP } from "./protocols.ts";

const ADDRESSES = ["10.0.0.1", "10.0.0.2", "10.96.0.1", "fd00::1"].map(addressId);

/** A flow as the model keeps it. */
interface Flow {
  readonly protocol: number;
  readonly original: Tuple;
  readonly reply: Tuple;
  expiresAt: number;
  status: number;
  readonly id: number;
}

const same = (a: Tuple, b: Tuple): boolean => JSON.stringify(a) === JSON.stringify(b);
const holds = (flow: Flow, protocol: number, tuple: Tuple): boolean =>
  flow.protocol === protocol && (same(flow.original, tuple) || same(flow.reply, tuple));

function find(table: ConntrackTable, protocol: number, tuple: Tuple, now: number): number {
  return table.find(protocol, tuple.source, tuple.sourcePort, tuple.destination, tuple.destinationPort, now);
}

describe("a table that flows come to and leave in any order", () => {
  test.each([1, 2, 3, 4])("finds what a list of them finds (seed %i)", (seed) => {
    const random = randomState(seed, "conntrack table");
    const pick = <T>(from: readonly T[]): T => from[nextBelow(random, from.length)] as T;
    // Ports from so few that tuples meet, and hashes share their slots.
    const tuple = (): Tuple => ({
      source: pick(ADDRESSES),
      sourcePort: nextBelow(random, 40),
      destination: pick(ADDRESSES),
      destinationPort: pick([0, 80, 65_535]),
    });
    const table = new ConntrackTable({});
    let flows: Flow[] = [];
    let [now, refused, expired] = [0, 0, 0];
    for (let round = 0; round < 3000; round++) {
      now += nextBelow(random, SECOND);
      const protocol = pick([TCP, UDP]);
      const asked = tuple();
      const live = flows.filter((flow) => flow.expiresAt > now);
      expired += flows.length - live.length;
      flows = live;
      const known = flows.find((flow) => holds(flow, protocol, asked));
      const place = find(table, protocol, asked, now);
      expect(place === NOT_FOUND ? undefined : table.at(place).id).toBe(known?.id);
      if (known !== undefined) {
        expect(place & 1).toBe(same(known.original, asked) ? 0 : 1);
        const connection = table.at(place);
        expect([originalOf(connection), replyOf(connection), connection.status]).toEqual([known.original, known.reply, known.status]);
        if (nextBelow(random, 3) === 0) {
          table.remove(connection);
          expect(connection.row).toBe(NO_ROW);
          flows = flows.filter((flow) => flow !== known);
        } else {
          connection.status |= SEEN_REPLY;
          connection.expiresAt = now + 20 * SECOND;
          table.save(connection);
          known.status |= SEEN_REPLY;
          known.expiresAt = now + 20 * SECOND;
        }
        continue;
      }
      const connection = new Connection(protocol, asked, now, round);
      if (nextBelow(random, 2) === 0) setReply(connection, tuple());
      connection.expiresAt = now + nextBelow(random, 300) * SECOND + 1;
      const reply = replyOf(connection);
      const taken = flows.some((flow) => holds(flow, protocol, reply));
      expect(table.isTaken(connection, reply, now)).toBe(taken);
      const { nextId } = table;
      expect(table.confirm(connection, now)).toBe(!taken);
      if (taken) refused += 1;
      else flows.push({ protocol, original: asked, reply, expiresAt: connection.expiresAt, status: CONFIRMED, id: nextId });
    }
    table.sweep(now);
    flows = flows.filter((flow) => flow.expiresAt > now);
    expect(table.size).toBe(flows.length);
    expect(table.all().map((connection) => connection.id)).toEqual(flows.map((flow) => flow.id));
    const state = conntrackState(table, now);
    const plain = structuredClone(state);
    expect(conntrackState(restoreConntrack(plain, {}), now)).toEqual(plain);
    // The rows themselves go over too, every flow is found by both tuples, and what happens later changes no kept state.
    const restored = restoreConntrack(state, {});
    for (const flow of flows) expect(restored.at(find(restored, flow.protocol, flow.original, now)).id).toBe(flow.id);
    for (const connection of restored.all()) restored.remove(connection);
    table.sweep(Infinity);
    expect(state).toEqual(plain);
    // The walk met what it is there for.
    expect(refused).toBeGreaterThan(10);
    expect(expired).toBeGreaterThan(100);
  });
});

test("a flow from and to one socket has one tuple, and is its own original", () => {
  const table = new ConntrackTable({});
  const own = { source: addressId("10.0.0.1"), sourcePort: 5000, destination: addressId("10.0.0.1"), destinationPort: 5000 };
  const connection = new Connection(UDP, own, 0, null);
  connection.expiresAt = SECOND;
  expect(table.confirm(connection, 0)).toBe(true);
  expect(find(table, UDP, own, 0)).toBe(connection.row * 2);
  table.remove(connection);
  expect([find(table, UDP, own, 0), table.size]).toEqual([NOT_FOUND, 0]);
});

test("a free tuple is asked for once, and again when it changed", () => {
  const table = new ConntrackTable({});
  const to = (source: string): Connection => {
    const tuple = { source: addressId(source), sourcePort: 1, destination: addressId("10.96.0.1"), destinationPort: 80 };
    const connection = new Connection(TCP, tuple, 0, null);
    connection.expiresAt = SECOND;
    return connection;
  };
  const [first, second] = [to("10.0.0.1"), to("10.0.0.2")];
  expect(table.isFree(second, 0)).toBe(true);
  expect(table.confirm(first, 0)).toBe(true);
  // Masqueraded to the first one's socket: answers to both would look alike.
  setReply(second, replyOf(first));
  expect(table.isFree(second, 0)).toBe(false);
  expect(table.confirm(second, 0)).toBe(false);
});
