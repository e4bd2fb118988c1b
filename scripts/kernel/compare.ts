/**
 * What the simulator says of a probe, what the kernel did, and where the two differ. Compared: the set of endpoints,
 * how often each was reached, which source address each saw, whether the source port survived, how it failed.
 */
import type { Attempt } from "./helpers.ts";
import { chiSquareP } from "./statistics.ts";

/** How a connection that found no endpoint looks to its client. */
export type Failure = "ECONNREFUSED" | "TIMEOUT" | "EPERM" | "EHOSTUNREACH" | "ENETUNREACH";

export interface ExpectedEndpoint {
  readonly probability: number;
  /** The source addresses that it can see. */
  readonly sources: ReadonlySet<string>;
  readonly portKept: boolean;
}

/** Probabilities sum to 1 over endpoints and failures. */
export interface Expected {
  /** By endpoint string. */
  readonly endpoints: ReadonlyMap<string, ExpectedEndpoint>;
  readonly failures: ReadonlyMap<Failure, number>;
  /** All connections meet one endpoint (session affinity); which one is not said. */
  readonly sticky: boolean;
}

/** Below this the counts do not come from these probabilities. */
export const LEAST_P = 1e-6;

export interface Comparison {
  /** Empty: they agree. */
  readonly differences: readonly string[];
  /** Of the counts; null where there was nothing to balance. */
  readonly p: number | null;
}

export function compare(expected: Expected, attempts: readonly Attempt[]): Comparison {
  const counts = new Map<string, number>();
  for (const attempt of attempts) {
    const key = attempt.error ?? attempt.name;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const differences = [...compareEndpoints(expected, attempts, counts)];
  const p = expected.sticky ? null : balance(expected, counts);
  if (p !== null && p < LEAST_P) differences.push(`shares: ${shares(expected, counts, attempts.length)} (p = ${p.toExponential(1)})`);
  return { differences, p };
}

function* compareEndpoints(expected: Expected, attempts: readonly Attempt[], counts: ReadonlyMap<string, number>): Iterable<string> {
  const possible = (key: string): boolean =>
    expected.endpoints.has(key) || [...expected.failures.keys()].some((failure) => failure === key);
  for (const [key, count] of counts) if (!possible(key)) yield `${count} of ${attempts.length} met ${key}, which the simulator rules out`;
  const chances: [string, number][] = [
    ...[...expected.endpoints].map(([key, { probability }]): [string, number] => [key, probability]),
    ...expected.failures,
  ];
  // What is rare can stay away by chance.
  const missing = chances.filter(([key, probability]) => !counts.has(key) && (1 - probability) ** attempts.length < LEAST_P);
  if (expected.sticky) {
    if (counts.size > 1) yield `not sticky: ${[...counts.keys()].sort().join(", ")}`;
  } else {
    for (const [key] of missing) yield `nothing met ${key}, which the simulator expects`;
  }
  for (const [endpoint, { sources, portKept }] of expected.endpoints) {
    const met = attempts.filter((attempt) => attempt.error === undefined && attempt.name === endpoint) as Exclude<
      Attempt,
      { error: string }
    >[];
    if (met.length === 0) continue;
    const seen = new Set(met.map((attempt) => attempt.address));
    if (!sameSet(seen, sources)) yield `${endpoint} saw the source ${list(seen)}, the simulator says ${list(sources)}`;
    const kept = met.filter((attempt) => attempt.port === attempt.sent).length;
    // A port drawn at random can be the old one by chance, but not most of the time.
    if (portKept ? kept < met.length : kept > met.length / 2)
      yield `${endpoint} saw the client's own port ${kept} times of ${met.length}, the simulator says it is ${portKept ? "kept" : "changed"}`;
  }
}

/** null: nothing to balance. */
function balance(expected: Expected, counts: ReadonlyMap<string, number>): number | null {
  const rows: [string, number][] = [
    ...[...expected.endpoints].map(([key, { probability }]): [string, number] => [key, probability]),
    ...expected.failures,
  ];
  if (rows.length < 2) return null;
  return chiSquareP(
    rows.map(([key]) => counts.get(key) ?? 0),
    rows.map(([, probability]) => probability),
  );
}

function shares(expected: Expected, counts: ReadonlyMap<string, number>, total: number): string {
  const one = (key: string, probability: number): string => `${key} ${counts.get(key) ?? 0} of ${total} for ${probability.toFixed(4)}`;
  return [
    ...[...expected.endpoints].map(([key, { probability }]) => one(key, probability)),
    ...[...expected.failures].map(([key, p]) => one(key, p)),
  ].join(", ");
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((value) => b.has(value));
}

function list(values: ReadonlySet<string>): string {
  return [...values].sort().join(", ");
}
