import { describe, expect, test } from "vitest";
import type { Update } from "./protocol.ts";
import { started } from "./testing.ts";

const request = (count: number) => ({ from: { kind: "pod", pod: "default/client" }, to: "http://web", count }) as const;

/** Updates that a request sent so many times brings, until nothing more follows. */
function told(count: number): readonly Update[] {
  const page = started();
  page.pass(1_000);
  const before = page.updates.length;
  const reply = page.ask({ kind: "send", request: request(count) });
  expect(reply).toMatchObject({ kind: "sent" });
  page.pass(60_000);
  return page.updates.slice(before);
}

const journeysOf = (updates: readonly Update[]) => updates.flatMap(({ journeys }) => journeys);

describe("requests that were sent together", () => {
  test.each([
    { count: 1, updates: 1 },
    { count: 8, updates: 1 },
    { count: 30, updates: 4 },
  ])("$count come eight at a time, each with its packets and in order", ({ count, updates }) => {
    const all = told(count);
    const withJourneys = all.filter(({ journeys }) => journeys.length > 0);
    expect(withJourneys).toHaveLength(updates);
    expect(withJourneys.every(({ journeys }) => journeys.length <= 8)).toBe(true);
    const journeys = journeysOf(all);
    expect(journeys.map(({ id }) => id)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    expect(journeys.every(({ packets }) => packets.length > 0)).toBe(true);
  });

  test("more follows until all are told", () => {
    const all = told(30);
    expect(all.map(({ busy }) => busy)).toEqual([...all.slice(1).map(() => true), false]);
  });

  test("of hundreds that wait the first come without packets, the last two hundred with them", () => {
    const all = told(450);
    const journeys = journeysOf(all);
    expect(journeys.map(({ id }) => id)).toEqual(Array.from({ length: 450 }, (_, i) => i + 1));
    expect(journeys.map(({ packets }) => packets.length > 0)).toEqual([
      ...Array.from({ length: 250 }, () => false),
      ...Array.from({ length: 200 }, () => true),
    ]);
    expect(Math.max(...all.map((update) => update.journeys.filter(({ packets }) => packets.length > 0).length))).toBe(8);
  });
});
