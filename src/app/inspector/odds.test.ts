import { expect, test } from "vitest";
import type { EndView } from "../../core/simulation/ends.ts";
import { oddsOf, type Seen } from "./odds.ts";

const end = (endpoint: string, probability: number, more: Partial<EndView> = {}): EndView => ({
  probability,
  kind: "delivered",
  endpoint,
  pod: null,
  node: null,
  translated: true,
  masqueraded: false,
  source: { address: "10.244.1.9", whose: "client", node: null },
  by: null,
  toldWith: null,
  nodes: [],
  ...more,
});
const dropped = (probability: number): EndView =>
  end("10.244.1.5:80", probability, { kind: "dropped", by: { kind: "node", node: "node-1" } });
const times = (count: number, kind: "delivered" | "refused" | "dropped", endpoint: string | null): readonly Seen[] =>
  Array.from({ length: count }, () => ({ outcome: { kind }, endpoint }));
const FREE = { affinity: false, connection: false };

/** `10.244.1.5:80 33.3% 20±3.7 saw 18`. */
const shown = (rows: ReturnType<typeof oddsOf>["rows"]): readonly string[] =>
  rows.map(
    ({ endpoint, felt, share, expected, spread, count }) =>
      `${endpoint ?? felt} ${(100 * share).toFixed(1)}% ${expected.toFixed(0)}±${spread.toFixed(1)} saw ${count}`,
  );

const THREE = [end("a:80", 1 / 3), end("b:80", 1 / 3), end("c:80", 1 / 3)];

test("each endpoint with its share, what one expects of n, and what came", () => {
  const seen = [...times(18, "delivered", "a:80"), ...times(22, "delivered", "b:80"), ...times(20, "delivered", "c:80")];
  const odds = oddsOf({ ends: THREE }, seen, FREE);
  expect(shown(odds.rows)).toEqual(["a:80 33.3% 20±3.7 saw 18", "b:80 33.3% 20±3.7 saw 22", "c:80 33.3% 20±3.7 saw 20"]);
  expect(odds.sentence).toBe(
    "In 82 of 100 runs chance alone brings the bars at least this far from the marks: nothing else need be at work.",
  );
});

test("an endpoint that several nodes' addresses are seen at is one row", () => {
  const by = (address: string): Partial<EndView> => ({ source: { address, whose: "node", node: "node-1" } });
  const odds = oddsOf(
    { ends: [end("a:80", 0.25, by("192.168.10.11")), end("a:80", 0.75, by("192.168.10.12"))] },
    times(2, "delivered", "a:80"),
    FREE,
  );
  expect(shown(odds.rows)).toEqual(["a:80 100.0% 2±0.0 saw 2"]);
  expect(odds.rows[0]?.sources.map(({ address }) => address)).toEqual(["192.168.10.11", "192.168.10.12"]);
});

test("what stops a flow is a row too, one for all that a client cannot tell apart", () => {
  const odds = oddsOf(
    { ends: [end("a:80", 0.5), dropped(0.25), dropped(0.25)] },
    [...times(5, "delivered", "a:80"), ...times(5, "dropped", null)],
    FREE,
  );
  expect(shown(odds.rows)).toEqual(["a:80 50.0% 5±1.6 saw 5", "dropped 50.0% 5±1.6 saw 5"]);
  expect(odds.rows[1]?.stops).toHaveLength(2);
});

test.each([
  ["nothing sent", THREE, [], FREE, "Nothing was sent yet; the marks show what the rules give a new connection."],
  [
    "no choice",
    [end("a:80", 1)],
    times(3, "delivered", "a:80"),
    FREE,
    "The rules leave no choice: every new connection ends the same way.",
  ],
  [
    "too few",
    THREE,
    times(4, "delivered", "a:80"),
    FREE,
    "After 4 requests chance alone gives almost any picture; from 15 on the bars mean something.",
  ],
  [
    "far off",
    THREE,
    times(60, "delivered", "a:80"),
    FREE,
    "Only in fewer than one of 100 runs does chance alone bring the bars this far from the marks: something else may have a say.",
  ],
  [
    "affinity",
    THREE,
    times(60, "delivered", "a:80"),
    { affinity: true, connection: false },
    "ClientIP affinity brings a known client back to its endpoint; the marks are for a client that nobody knows.",
  ],
  [
    "kept",
    THREE,
    times(60, "delivered", "a:80"),
    { affinity: false, connection: true },
    "One connection was kept for all of them, so the choice was made once.",
  ],
  [
    "elsewhere",
    THREE,
    times(2, "delivered", "d:80"),
    FREE,
    "2 requests of 2 went where the rules of now lead nobody: they were others when it was sent.",
  ],
  ["nowhere", [], [], FREE, "Nothing can be sent from here."],
] as const)("%s", (_, ends, seen, kept, want) => {
  expect(oddsOf({ ends }, seen, kept).sentence).toBe(want);
});
