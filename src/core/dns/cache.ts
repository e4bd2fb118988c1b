/**
 * The cache plugin. Every reply that passes gets one TTL on all its records, stored or not; `disable` only keeps a zone out
 * of the store. Source: coredns plugin/cache/{cache,handler,item}.go, plugin/pkg/response/typify.go, plugin/pkg/dnsutil/ttl.go.
 */
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import type { CacheConfig } from "./corefile.ts";
import { longestZone, lowerName, sameName } from "./names.ts";
import type { Message, ResourceRecord } from "./records.ts";

export interface CacheEntry {
  readonly reply: Message;
  readonly ttl: number;
  readonly storedAt: Nanos;
}

/** Replies of one CoreDNS Pod, by `name type class do cd`. Changed in place. */
export interface CacheStore {
  readonly success: Map<string, CacheEntry>;
  readonly denial: Map<string, CacheEntry>;
}

export function emptyCache(): CacheStore {
  return { success: new Map(), denial: new Map() };
}

type ReplyKind = "positive" | "no-data" | "no-name" | "server-error" | "unfinished-alias" | "other";

/** TTL of a reply in which there is no record to look at, in seconds. */
const DEFAULT_TTL = 5;
/** Entries of one store. */
const CAPACITY = 9984;

export function cacheCovers(config: CacheConfig, query: Message): boolean {
  return query.question !== null && longestZone(query.question.name, config.zones) !== null;
}

/** A stored reply for the query, with what is left of its TTL, or null. */
export function readCache(store: CacheStore, query: Message, now: Nanos): Message | null {
  const key = keyOf(query);
  for (const entry of [store.denial.get(key), store.success.get(key)]) {
    if (entry === undefined) continue;
    const left = entry.ttl - Math.floor((now - entry.storedAt) / SECOND);
    if (left > 0) return fromEntry(entry.reply, query, left);
  }
  return null;
}

function fromEntry(stored: Message, query: Message, ttl: number): Message {
  const { id, opcode, rd, cd, question } = query;
  return withTtl({ ...stored, id, opcode, rd, cd, question, aa: true, tc: false, ad: stored.ad && wantsAd(query), edns: null }, ttl);
}

/** The reply as it goes on to the client, after storing it where it may be stored. */
export function passCache(config: CacheConfig, store: CacheStore, query: Message, reply: Message, now: Nanos): Message {
  const kind = kindOf(reply);
  const ttl = ttlOf(config, kind, reply);
  const rewritten = withTtl({ ...reply, ad: reply.ad && wantsAd(query) }, ttl);
  const into = storeFor(config, kind, reply);
  if (into !== null && ttl > 0) {
    if (store[into].size >= CAPACITY) makeRoom(store, into, now);
    store[into].set(keyOf(query), { reply: withTtl(reply, ttl), ttl, storedAt: now });
  }
  return rewritten;
}

/** Caches of up to so many entries are looked through: a query that was rewritten is kept by its other name. */
const LOOKED_THROUGH = 64;

/** What was stored at this very time because of the query. */
export function storedFor(
  store: CacheStore,
  query: Message,
  now: Nanos,
): readonly { readonly denial: boolean; readonly entry: CacheEntry }[] {
  return (["success", "denial"] as const).flatMap((kind) => {
    const own = store[kind].get(keyOf(query));
    const entries = store[kind].size <= LOOKED_THROUGH ? [...store[kind].values()] : own === undefined ? [] : [own];
    return entries.flatMap((entry) => (entry.storedAt === now ? [{ denial: kind === "denial", entry }] : []));
  });
}

/** Drops what has run out, so that a long run does not keep it. */
export function sweepCache(store: CacheStore, now: Nanos): void {
  for (const entries of [store.success, store.denial]) {
    for (const [key, entry] of entries) if (entry.storedAt + entry.ttl * SECOND <= now) entries.delete(key);
  }
}

/** CoreDNS throws out an entry at random; here the oldest goes. */
function makeRoom(store: CacheStore, which: "success" | "denial", now: Nanos): void {
  sweepCache(store, now);
  const [oldest] = store[which].keys();
  if (store[which].size >= CAPACITY && oldest !== undefined) store[which].delete(oldest);
}

function keyOf(query: Message): string {
  const { question } = query;
  if (question === null) return "";
  return `${lowerName(question.name)} ${question.type} ${question.class ?? 1} ${query.edns?.dnssecOk === true ? 1 : 0} ${query.cd ? 1 : 0}`;
}

function wantsAd(query: Message): boolean {
  return query.ad || query.edns?.dnssecOk === true;
}

function kindOf(reply: Message): ReplyKind {
  const { question, rcode, answer, authority } = reply;
  if (question === null || question.type === "AXFR" || question.type === "IXFR") return "other";
  const soa = authority.some((record) => record.type === "SOA");
  if (rcode === "NXDOMAIN") return soa ? "no-name" : "other";
  if (rcode === "SERVFAIL" || rcode === "NOTIMP") return "server-error";
  if (rcode !== "NOERROR") return "other";
  if (answer.length === 0) return soa ? "no-data" : "positive";
  const onlyAliases = question.type !== "CNAME" && question.type !== "ANY" && answer.every((record) => record.type === "CNAME");
  if (!onlyAliases) return "positive";
  return soa ? "no-data" : "unfinished-alias";
}

function ttlOf(config: CacheConfig, kind: ReplyKind, reply: Message): number {
  const lowest = Math.min(...recordsOf(reply).map((record) => record.ttl));
  const clamp = (bounds: { readonly min: number; readonly max: number }, ttl: number): number =>
    Math.min(bounds.max, Math.max(bounds.min, ttl));
  switch (kind) {
    case "positive":
    case "unfinished-alias":
      return clamp(config.success, Number.isFinite(lowest) ? lowest : DEFAULT_TTL);
    case "no-data":
    case "no-name":
      return clamp(config.denial, lowest);
    case "server-error":
      return config.servfail;
    case "other":
      return clamp(config.success, DEFAULT_TTL);
  }
}

function storeFor(config: CacheConfig, kind: ReplyKind, reply: Message): "success" | "denial" | null {
  if (reply.tc || reply.question === null || kind === "other" || kind === "unfinished-alias") return null;
  const which = kind === "positive" ? "success" : "denial";
  return longestZone(reply.question.name, config[which].except) === null ? which : null;
}

function recordsOf(reply: Message): readonly ResourceRecord[] {
  return [...reply.answer, ...reply.authority, ...reply.additional];
}

function withTtl(reply: Message, ttl: number): Message {
  const set = (records: readonly ResourceRecord[]): ResourceRecord[] => records.map((record) => ({ ...record, ttl }));
  return { ...reply, answer: set(reply.answer), authority: set(reply.authority), additional: set(reply.additional) };
}

/** True where the reply answers the question that was asked: others are neither stored nor sent on as they are. */
export function answersQuestion(query: Message, reply: Message): boolean {
  const [asked, answered] = [query.question, reply.question];
  return (
    asked !== null &&
    answered !== null &&
    sameName(asked.name, answered.name) &&
    asked.type === answered.type &&
    (asked.class ?? 1) === (answered.class ?? 1)
  );
}
