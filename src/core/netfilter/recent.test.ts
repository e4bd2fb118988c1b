import { describe, expect, test } from "vitest";
import { addressId } from "../base/address.ts";
import { SECOND } from "../base/time.ts";
import { RECENT_ADDRESSES, askRecent, dropUnnamed, recentState, restoreRecent } from "./recent.ts";
import type { RecentLists, RecentMatch } from "./recent.ts";

const base = { kind: "recent", name: "L", reap: false, invert: false } as const;
const SET: RecentMatch = { ...base, action: "set" };
const rcheck = (seconds?: number, more: Partial<RecentMatch> = {}): RecentMatch => ({
  ...base,
  action: "rcheck",
  ...(seconds === undefined ? {} : { seconds }),
  ...more,
});

/** A list driven by seconds and the last byte of an address. */
function list(): { readonly lists: RecentLists; ask(match: RecentMatch, last: number, seconds: number): boolean } {
  const lists: RecentLists = new Map();
  return { lists, ask: (match, last, seconds) => askRecent(lists, match, addressId(`10.0.${last >> 8}.${last & 255}`), seconds * SECOND) };
}

describe("who was seen when", () => {
  test("set always matches and remembers; rcheck only looks", () => {
    const { ask } = list();
    expect(ask(rcheck(10), 1, 0)).toBe(false);
    expect(ask(SET, 1, 0)).toBe(true);
    expect([ask(rcheck(10), 1, 9.9), ask(rcheck(10), 1, 10), ask(rcheck(10), 1, 10.1)]).toEqual([true, true, false]);
    expect(ask(rcheck(10), 2, 1)).toBe(false);
    expect(ask(rcheck(), 1, 1e6)).toBe(true); // without --seconds for ever
  });

  test("set renews, update renews when it matches", () => {
    const { ask } = list();
    const update: RecentMatch = { ...base, action: "update", seconds: 10 };
    ask(SET, 1, 0);
    ask(SET, 1, 8);
    expect(ask(rcheck(10), 1, 17)).toBe(true);
    expect([ask(update, 1, 17), ask(update, 1, 26), ask(update, 1, 40)]).toEqual([true, true, false]);
  });

  test("remove forgets; inverted matches turn around", () => {
    const { ask } = list();
    ask(SET, 1, 0);
    expect(ask(rcheck(10, { invert: true }), 1, 1)).toBe(false);
    expect(ask({ ...base, action: "remove" }, 1, 1)).toBe(true);
    expect(ask({ ...base, action: "remove" }, 1, 1)).toBe(false);
    expect(ask(rcheck(10, { invert: true }), 1, 1)).toBe(true);
  });

  test("hitcount asks for so many times within the seconds", () => {
    const { ask } = list();
    for (const at of [0, 1, 2]) ask(SET, 1, at);
    expect(ask(rcheck(5, { hitcount: 3 }), 1, 2)).toBe(true);
    expect(ask(rcheck(5, { hitcount: 3 }), 1, 5.5)).toBe(false);
    expect(ask(rcheck(5, { hitcount: 2 }), 1, 5.5)).toBe(true);
  });
});

test("a list holds a hundred addresses; the one not seen for longest goes", () => {
  const { lists, ask } = list();
  for (let i = 0; i < RECENT_ADDRESSES; i++) ask(SET, i, i);
  ask(SET, 0, 200); // seen again: now 1 is the oldest
  ask(SET, 100, 201);
  expect([ask(rcheck(), 0, 202), ask(rcheck(), 1, 202), ask(rcheck(), 2, 202), ask(rcheck(), 100, 202)]).toEqual([true, false, true, true]);
  expect(lists.get("L")?.size).toBe(RECENT_ADDRESSES);
});

test("reap forgets the oldest address of the list when its time is over, one at a time", () => {
  const { lists, ask } = list();
  for (const last of [1, 2, 3]) ask(SET, last, 0);
  ask(SET, 4, 95);
  ask(rcheck(10, { reap: true }), 4, 100);
  expect(lists.get("L")?.size).toBe(3);
  ask(rcheck(10, { reap: true }), 4, 100);
  ask(rcheck(10, { reap: true }), 4, 100);
  ask(rcheck(10, { reap: true }), 4, 100);
  expect(lists.get("L")?.size).toBe(1);
});

test("lists go with the last rule that names them, and are plain data in between", () => {
  const { lists, ask } = list();
  ask(SET, 1, 5);
  expect(recentState(lists)).toEqual([{ name: "L", entries: [{ address: "10.0.0.1", times: [5 * SECOND] }] }]);
  expect(recentState(restoreRecent(recentState(lists)))).toEqual(recentState(lists));
  dropUnnamed(lists, new Set(["L"]));
  expect(lists.size).toBe(1);
  dropUnnamed(lists, new Set());
  expect(lists.size).toBe(0);
});
