/**
 * The lists of `-m recent`, one set per node (net/netfilter/xt_recent.c, module parameters at their defaults): who was
 * seen when, by source address. A list holds 100 addresses, the one not seen for longest is thrown out; --reap forgets
 * at most the oldest one each time it is asked.
 */
import { addressId, addressText } from "../base/address.ts";
import type { Nanos } from "../base/time.ts";
import { SECOND } from "../base/time.ts";
import type { Match } from "./rules.ts";

/** ip_list_tot. */
export const RECENT_ADDRESSES = 100;
/** Times kept for one address, unless a rule asks for more (nstamp_mask + 1). */
const RECENT_TIMES = 32;

/** Address id → times, the latest last. Map order is the order of last sight, oldest first. */
type RecentList = Map<number, Nanos[]>;
export type RecentLists = Map<string, RecentList>;
export type RecentMatch = Extract<Match, { kind: "recent" }>;

/** The lists as plain data: names sorted by the caller's Map order, addresses oldest first. */
export type RecentState = readonly {
  readonly name: string;
  readonly entries: readonly { readonly address: string; readonly times: readonly Nanos[] }[];
}[];

/** Asks one recent match about a source address, with its effects on the list. */
export function askRecent(lists: RecentLists, match: RecentMatch, source: number, now: Nanos): boolean {
  const list = lists.get(match.name);
  const times = list?.get(source);
  if (list === undefined || times === undefined) {
    if (match.action !== "set") return match.invert;
    remember(lists, match.name, source, now);
    return !match.invert;
  }
  let result = match.invert;
  if (match.action === "set") {
    result = !result;
  } else if (match.action === "remove") {
    list.delete(source);
    result = !result;
  } else {
    if (seenOften(match, times, now)) result = !result;
    if (match.reap && match.seconds !== undefined) reapOldest(list, now - match.seconds * SECOND);
  }
  if (match.action === "set" || (match.action === "update" && result)) touch(list, source, times, now);
  return result;
}

function seenOften(match: RecentMatch, times: readonly Nanos[], now: Nanos): boolean {
  const since = match.seconds === undefined || match.seconds === 0 ? -1 : now - match.seconds * SECOND;
  let hits = 0;
  for (const time of times) {
    if (since >= 0 && time < since) continue;
    hits += 1;
    if (match.hitcount === undefined || match.hitcount === 0 || hits >= match.hitcount) return true;
  }
  return false;
}

function remember(lists: RecentLists, name: string, source: number, now: Nanos): void {
  let list = lists.get(name);
  if (list === undefined) {
    list = new Map();
    lists.set(name, list);
  }
  if (list.size >= RECENT_ADDRESSES) {
    const oldest = list.keys().next();
    if (oldest.done !== true) list.delete(oldest.value);
  }
  list.set(source, [now]);
}

/** Moves the address to the end of the list and notes the time. */
function touch(list: RecentList, source: number, times: Nanos[], now: Nanos): void {
  times.push(now);
  if (times.length > RECENT_TIMES) times.shift();
  list.delete(source);
  list.set(source, times);
}

function reapOldest(list: RecentList, before: Nanos): void {
  const oldest = list.entries().next();
  if (oldest.done === true) return;
  const [address, times] = oldest.value;
  if ((times[times.length - 1] ?? 0) < before) list.delete(address);
}

/** Lists vanish with the last rule that names them. */
export function dropUnnamed(lists: RecentLists, named: ReadonlySet<string>): void {
  for (const name of lists.keys()) if (!named.has(name)) lists.delete(name);
}

export function recentState(lists: RecentLists): RecentState {
  return [...lists].map(([name, list]) => ({
    name,
    entries: [...list].map(([address, times]) => ({ address: addressText(address), times: [...times] })),
  }));
}

export function restoreRecent(state: RecentState): RecentLists {
  return new Map(state.map(({ name, entries }) => [name, new Map(entries.map((entry) => [addressId(entry.address), [...entry.times]]))]));
}
