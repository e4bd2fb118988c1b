/**
 * What one CoreDNS Pod keeps in its cache now. A Pod's cache is its own: two replicas know different things, and a denial
 * that one of them keeps makes every second question fail.
 */
import { compareText } from "../base/names.ts";
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import type { CacheEntry, CacheStore } from "./cache.ts";
import type { Corefile } from "./corefile.ts";
import { lowerName } from "./names.ts";
import { recordText, type Rcode } from "./records.ts";

export interface CacheRow {
  readonly name: string;
  readonly type: string;
  /** denial: NXDOMAIN, an empty answer, or a failure of an upstream. */
  readonly kind: "success" | "denial";
  readonly rcode: Rcode;
  /** `web.default.svc.cluster.local. 17 IN A 10.96.45.12`, with what is left of the TTL. Empty for a denial. */
  readonly records: readonly string[];
  readonly storedAt: Nanos;
  /** Whole seconds since it was stored, and until it is gone: as a question that comes now would be told. */
  readonly age: number;
  readonly left: number;
  /** When it is gone (virtual time). */
  readonly goneAt: Nanos;
}

/** What is kept and has not run out, denials first, each by name and type. */
export function cacheRows(cache: CacheStore, now: Nanos): readonly CacheRow[] {
  return (["denial", "success"] as const).flatMap((kind) =>
    [...cache[kind].values()]
      .flatMap((entry) => rowOf(kind, entry, now))
      .sort((a, b) => compareText(lowerName(a.name), lowerName(b.name)) || compareText(a.type, b.type)),
  );
}

function rowOf(kind: CacheRow["kind"], { reply, ttl, storedAt }: CacheEntry, now: Nanos): CacheRow[] {
  const age = Math.floor((now - storedAt) / SECOND);
  const { question, rcode, answer } = reply;
  if (age >= ttl || question === null) return [];
  const left = ttl - age;
  return [
    {
      name: question.name,
      type: question.type,
      kind,
      rcode,
      records: answer.map((record) => recordText({ ...record, ttl: left })),
      storedAt,
      age,
      left,
      goneAt: storedAt + ttl * SECOND,
    },
  ];
}

/** What the Corefile says of caching names of the cluster: the two are kept for so many seconds, or not at all (null). */
export interface CachePolicy {
  readonly success: number | null;
  readonly denial: number | null;
}

/** For names below `domain` (without a final dot) in the server block that serves them; null where there is no cache. */
export function cachePolicyOf({ blocks }: Corefile, domain: string): CachePolicy | null {
  const zone = lowerName(`${domain}.`);
  const block = blocks.find(({ kubernetes }) => kubernetes?.zones.includes(zone) === true);
  const cache = block?.cache ?? null;
  if (cache === null || !covers(cache.zones, zone)) return null;
  const kept = ({ max, except }: { readonly max: number; readonly except: readonly string[] }): number | null =>
    covers(except, zone) ? null : max;
  return { success: kept(cache.success), denial: kept(cache.denial) };
}

function covers(zones: readonly string[], zone: string): boolean {
  return zones.some((each) => each === "." || zone === each || zone.endsWith(`.${each}`));
}
