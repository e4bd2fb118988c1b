/**
 * What a look-up cost, and what would have made it cheaper: facts about a finished search, of whoever kept its queries
 * (the trace of a journey, the answer of `kubehop resolve`).
 */
import type { Nanos } from "../base/time.ts";
import { absolute, sameName } from "./names.ts";

/** A finished look-up; a journey's `Lookup` is one. */
export interface FinishedLookup {
  /** As typed. */
  readonly name: string;
  readonly ndots: number;
  readonly candidates: readonly { readonly name: string; readonly result: string }[];
  readonly queries: readonly AskedQuery[];
  readonly addresses: readonly string[];
}

export interface AskedQuery {
  readonly name: string;
  /** `NOERROR`, …; `TIMEOUT` and `ICMP` where no answer came. */
  readonly rcode: string;
  readonly at: Nanos;
  readonly endsAt: Nanos;
}

export interface CandidateCost {
  /** Absolute. */
  readonly name: string;
  /** Queries sent for it, both types and repeats. */
  readonly queries: number;
  /** From the first of them to the last answer, in nanoseconds. */
  readonly took: Nanos;
}

export interface LookupCost {
  /** Questions sent, repeats included. */
  readonly queries: number;
  /** Packets of both directions: a question that nobody answered is one. */
  readonly packets: number;
  /** From the first question to the last answer (or to giving up), in nanoseconds. */
  readonly took: Nanos;
  /** Names that were asked for, in order. */
  readonly candidates: readonly CandidateCost[];
  /** Questions for names that the search tried before the one it found; 0 where nothing was found. */
  readonly wasted: number;
  readonly hint: LookupHint | null;
}

/** What to type instead. */
export interface LookupHint {
  /** The name that was found, with its final dot: it is asked for as it is. */
  readonly type: string;
  /** dot: only the dot is missing. full: the name as typed is shorter than the one that was found. */
  readonly kind: "dot" | "full";
  readonly savesQueries: number;
  readonly savesTime: Nanos;
}

export function costOf(lookup: FinishedLookup): LookupCost {
  const { queries, candidates, name, addresses } = lookup;
  const costs = candidates.map((candidate) => candidateCost(candidate.name, queries)).filter((cost) => cost.queries > 0);
  const found = addresses.length === 0 ? undefined : candidates.find(({ result }) => result === "found")?.name;
  const answered = queries.filter(({ rcode }) => rcode !== "TIMEOUT").length;
  const before = found === undefined ? [] : costs.filter((cost) => !sameName(absolute(cost.name), absolute(found)));
  const wasted = before.reduce((sum, cost) => sum + cost.queries, 0);
  return {
    queries: queries.length,
    packets: queries.length + answered,
    took: span(queries),
    candidates: costs,
    wasted,
    hint: found === undefined || wasted === 0 ? null : hintOf(name, absolute(found), before),
  };
}

function hintOf(typed: string, found: string, before: readonly CandidateCost[]): LookupHint {
  return {
    type: found,
    kind: sameName(absolute(typed), found) ? "dot" : "full",
    savesQueries: before.reduce((sum, { queries }) => sum + queries, 0),
    savesTime: before.reduce((sum, { took }) => sum + took, 0),
  };
}

function candidateCost(name: string, queries: readonly AskedQuery[]): CandidateCost {
  const own = queries.filter((query) => sameName(absolute(query.name), absolute(name)));
  return { name: absolute(name), queries: own.length, took: span(own) };
}

function span(queries: readonly AskedQuery[]): Nanos {
  if (queries.length === 0) return 0;
  return Math.max(...queries.map(({ endsAt }) => endsAt)) - Math.min(...queries.map(({ at }) => at));
}

/** The hint as a sentence: `A final dot would save 6 queries: web.default.svc.cluster.local.` null without a hint. */
export function hintText({ hint }: LookupCost): string | null {
  if (hint === null) return null;
  const { kind, type, savesQueries } = hint;
  const saved = `${savesQueries} ${savesQueries === 1 ? "query" : "queries"}`;
  return kind === "dot" ? `A final dot would save ${saved}: ${type}` : `The whole name with a final dot would save ${saved}: ${type}`;
}
