/**
 * What the simulator says of a probe, what the kernel did, and where the two differ. Compared: the set of endpoints,
 * how often each was reached, which source address each saw, whether the source port survived, how it failed.
 */
import type { Attempt } from "./helpers.ts";
import { chiSquareP } from "./statistics.ts";

/** How a connection that found no endpoint looks to its client. */
export type Failure = "ECONNREFUSED" | "TIMEOUT" | "EPERM" | "EHOSTUNREACH" | "ENETUNREACH";

/** By the source address that the endpoint sees. */
export type ExpectedEndpoint = ReadonlyMap<string, { readonly probability: number; readonly portKept: boolean }>;

/** Probabilities sum to 1 over endpoints and failures. */
export interface Expected {
  /** By endpoint string. */
  readonly endpoints: ReadonlyMap<string, ExpectedEndpoint>;
  readonly failures: ReadonlyMap<Failure, number>;
  /**
   * Session affinity: all connections meet one endpoint, or one for each node that they come in by. Which one is not said.
   */
  readonly affinity: "one" | "by-node" | null;
}

/** Below this the counts do not come from these probabilities. */
export const LEAST_P = 1e-6;
/** Nor when they are below this twice running. */
export const DOUBTFUL_P = 1e-3;

export interface Comparison {
  /** Empty: they agree. */
  readonly differences: readonly string[];
  /** Of the counts; null where there was nothing to balance. */
  readonly p: number | null;
}

/** Rows of a table: what an attempt came to, in how many of them, and the chance of it. */
type Chances = ReadonlyMap<string, number>;

export function compare(expected: Expected, attempts: readonly Attempt[]): Comparison {
  const counts = countBy(attempts, (attempt) => attempt.error ?? attempt.name);
  const chances = chancesOf(expected);
  const differences = [...compareEndpoints(expected, attempts, counts, chances)];
  const p = expected.affinity !== null ? null : balance(chances, counts);
  if (p !== null && p < LEAST_P) differences.push(`shares: ${shares(chances, counts, attempts.length)} (p = ${p.toExponential(1)})`);
  return { differences, p };
}

function countBy<T>(of: readonly T[], keyOf: (one: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of of) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  return counts;
}

function chancesOf({ endpoints, failures }: Expected): Chances {
  const rows = [...endpoints].map(([key, sources]): [string, number] => [key, sum([...sources.values()].map((of) => of.probability))]);
  return new Map([...rows, ...failures]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function* compareEndpoints(expected: Expected, attempts: readonly Attempt[], counts: Chances, chances: Chances): Iterable<string> {
  for (const [key, count] of counts)
    if (!chances.has(key)) yield `${count} of ${attempts.length} met ${key}, which the simulator rules out`;
  if (expected.affinity === "one") {
    if (counts.size > 1) yield `not sticky: ${[...counts.keys()].sort().join(", ")}`;
  } else if (expected.affinity === null) {
    // What is rare can stay away by chance.
    for (const [key, probability] of chances)
      if (!counts.has(key) && (1 - probability) ** attempts.length < LEAST_P) yield `nothing met ${key}, which the simulator expects`;
  }
  for (const [endpoint, sources] of expected.endpoints) {
    const met = attempts.flatMap((attempt) => (attempt.error === undefined && attempt.name === endpoint ? [attempt] : []));
    if (met.length > 0) yield* compareSources(endpoint, sources, met);
  }
}

type Met = Exclude<Attempt, { error: string }>;

function* compareSources(endpoint: string, sources: ExpectedEndpoint, met: readonly Met[]): Iterable<string> {
  const seen = new Set(met.map(({ address }) => address));
  const all = sum([...sources.values()].map(({ probability }) => probability));
  const missing = [...sources].some(([source, { probability }]) => !seen.has(source) && (1 - probability / all) ** met.length < LEAST_P);
  if (missing || ![...seen].every((source) => sources.has(source))) {
    yield `${endpoint} saw the source ${list(seen)}, the simulator says ${list(new Set(sources.keys()))}`;
    return;
  }
  for (const [source, { portKept }] of sources) {
    const from = met.filter(({ address }) => address === source);
    const kept = from.filter(({ port, sent }) => port === sent).length;
    // An older masqueraded flow can have the port by chance; one drawn at random can be the old one, but not most of the time.
    if (from.length > 0 && (portKept ? from.length - kept > 1 + from.length / 20 : kept > from.length / 2))
      yield `${endpoint} saw the client's own port ${kept} times of ${from.length} from ${source}, the simulator says it is ${portKept ? "kept" : "changed"}`;
  }
}

/** null: nothing to balance. */
function balance(chances: Chances, counts: Chances): number | null {
  if (chances.size < 2) return null;
  return chiSquareP(
    [...chances.keys()].map((key) => counts.get(key) ?? 0),
    [...chances.values()],
  );
}

function shares(chances: Chances, counts: Chances, total: number): string {
  return [...chances].map(([key, probability]) => `${key} ${counts.get(key) ?? 0} of ${total} for ${probability.toFixed(4)}`).join(", ");
}

function list(values: ReadonlySet<string>): string {
  return [...values].sort().join(", ");
}
