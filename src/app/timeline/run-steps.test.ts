/** Which moment or packet comes next. */
import { describe, expect, test } from "vitest";
import type { TimelineEvent } from "../../core/simulation/view.ts";
import { momentBeside, packetBeside } from "./run-steps.ts";

const TIMELINE: readonly TimelineEvent[] = [
  { kind: "edit", at: 10, endsAt: 40, what: "web.yaml" },
  { kind: "slice", at: 20, service: "default/web", ready: 1, total: 3 },
  { kind: "sync", at: 30, node: "node-1" },
  { kind: "sync", at: 30, node: "node-2" },
  { kind: "journey", at: 50, endsAt: 70, journey: 1, ok: true, outcome: "delivered", to: "http://web" },
  { kind: "name", at: 60, pod: "kube-system/coredns", name: "web.", type: "A", denial: false, goneAt: 90 },
];

describe("moments of the run", () => {
  test.each([
    ["event", [10, 20, 30, 50, 60, 70]],
    ["change", [10, 20, 30]],
  ] as const)("by %s, one after the other, and back", (step, want) => {
    const walk = (from: number, by: -1 | 1): readonly number[] => {
      const next = momentBeside(TIMELINE, step, from, by);
      return next === null ? [] : [next, ...walk(next, by)];
    };
    expect(walk(0, 1)).toEqual(want);
    expect(walk(100, -1)).toEqual(want.toReversed());
  });

  test("between two of them", () => {
    expect([momentBeside(TIMELINE, "event", 35, -1), momentBeside(TIMELINE, "event", 35, 1)]).toEqual([30, 50]);
  });
});

describe("packets of a story", () => {
  // A look-up of two packets in one beat, then three packets of a connection.
  const beats = [[0, 1], [2], [2], [2], [3], [4], [4]].map((packets) => ({ hops: packets.map((packet) => [packet, 0] as const) }));
  test.each([
    [-1, 1, 0],
    [0, 1, 1],
    [2, 1, 4],
    [4, 1, 5],
    [6, 1, null],
    [6, -1, 4],
    [4, -1, 1],
    [1, -1, 0],
    [0, -1, null],
  ] as const)("from beat %i by %i to %s", (from, by, want) => expect(packetBeside(beats, from, by)).toBe(want));
});
