/**
 * Exact odds beside what was observed, for one sender and one destination: a row for each end that a new flow can come to.
 * Everything that stops a flow the same way for its client is one row; a client cannot tell which of them it was.
 */
import type { NamespacedName } from "../../core/base/names.ts";
import type { Journey } from "../../core/network/trace.ts";
import type { EndView, SourceSeen } from "../../core/simulation/ends.ts";
import { feltAs } from "../../core/simulation/felt.ts";
import type { Distribution } from "../../core/simulation/view.ts";
import { fitOf } from "./chance.ts";

export interface OddsRow {
  readonly key: string;
  readonly felt: ReturnType<typeof feltAs>;
  readonly endpoint: string | null;
  readonly pod: NamespacedName | null;
  /** Whose addresses the endpoint may see; empty where nobody does. */
  readonly sources: readonly SourceSeen[];
  /** What stops it, each once. */
  readonly stops: readonly EndView[];
  readonly share: number;
  readonly count: number;
  /** How many of n one expects, and the standard deviation of that. */
  readonly expected: number;
  readonly spread: number;
}

export interface Odds {
  readonly n: number;
  readonly rows: readonly OddsRow[];
  /** Requests that came to what the rules of now give no way to. */
  readonly elsewhere: number;
  readonly sentence: string;
}

/** What is counted of a request. */
export type Seen = Pick<Journey, "outcome" | "endpoint">;

export function oddsOf(
  { ends }: Pick<Distribution, "ends">,
  seen: readonly Seen[],
  kept: { readonly affinity: boolean; readonly connection: boolean },
): Odds {
  const counted = seen.filter(({ outcome }) => outcome.kind !== "dns-failed" && outcome.kind !== "unmodelled");
  const n = counted.length;
  const rows = grouped(ends).map((group): OddsRow => rowOf(group, counted, n));
  const elsewhere = n - rows.reduce((sum, { count }) => sum + count, 0);
  return { n, rows, elsewhere, sentence: sentenceOf(rows, n, elsewhere, kept) };
}

function keyOf(end: EndView): string {
  return end.by === null ? `to ${end.endpoint}` : feltAs(end);
}

function grouped(ends: readonly EndView[]): readonly (readonly EndView[])[] {
  const groups = new Map<string, EndView[]>();
  for (const end of ends) {
    const group = groups.get(keyOf(end));
    if (group === undefined) groups.set(keyOf(end), [end]);
    else group.push(end);
  }
  return [...groups.values()];
}

function rowOf(group: readonly EndView[], seen: readonly Seen[], n: number): OddsRow {
  const [first] = group;
  if (first === undefined) throw new Error("an end without an end");
  const share = group.reduce((sum, { probability }) => sum + probability, 0);
  const arrives = first.by === null;
  const felt = feltAs(first);
  const count = seen.filter(({ outcome, endpoint }) =>
    arrives ? outcome.kind === "delivered" && endpoint === first.endpoint : outcome.kind === felt,
  ).length;
  return {
    key: keyOf(first),
    felt,
    endpoint: arrives ? first.endpoint : null,
    pod: arrives ? first.pod : null,
    sources: arrives ? [...new Map(group.map(({ source }) => [source.address, source])).values()] : [],
    stops: arrives ? [] : group,
    share,
    count,
    expected: n * share,
    spread: Math.sqrt(n * share * Math.max(0, 1 - share)),
  };
}

/** Below so many expected in the smallest row the test says nothing (Cochran's rule). */
const FEWEST_EXPECTED = 5;

function sentenceOf(
  rows: readonly OddsRow[],
  n: number,
  elsewhere: number,
  kept: { readonly affinity: boolean; readonly connection: boolean },
): string {
  if (rows.length === 0) return "Nothing can be sent from here.";
  if (n === 0) return "Nothing was sent yet; the marks show what the rules give a new connection.";
  if (elsewhere > 0)
    return `${elsewhere === 1 ? "One request" : `${elsewhere} requests`} of ${n} went where the rules of now lead nobody: they were others when it was sent.`;
  if (rows.length === 1) return "The rules leave no choice: every new connection ends the same way.";
  if (kept.connection) return "One connection was kept for all of them, so the choice was made once.";
  if (kept.affinity) return "ClientIP affinity brings a known client back to its endpoint; the marks are for a client that nobody knows.";
  // The kernel keeps 31 bits of a third.
  const enough = Math.ceil(FEWEST_EXPECTED / Math.min(...rows.map(({ share }) => share)) - 1e-3);
  if (n < enough)
    return `After ${n === 1 ? "one request" : `${n} requests`} chance alone gives almost any picture; from ${enough} on the bars mean something.`;
  const fit = fitOf(
    rows.map(({ count }) => count),
    rows.map(({ share }) => share),
  );
  if (fit === null) return "";
  const of = Math.round(100 * fit.probability);
  const often = of >= 1 ? `${of} of 100 runs` : "fewer than one of 100 runs";
  if (fit.probability >= 0.05)
    return `In ${often} chance alone brings the bars at least this far from the marks: nothing else need be at work.`;
  return `Only in ${often} does chance alone bring the bars this far from the marks: something else may have a say.`;
}
