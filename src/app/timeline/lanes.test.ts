import { describe, expect, test } from "vitest";
import { axisOf, niceStep, type Lanes } from "./lanes.ts";
import { runMarks } from "./run.ts";

const MS = 1_000_000;
const lanes = (dns: readonly [number, number][], packet: readonly [number, number][], from: number, to: number): Lanes => ({
  from,
  to,
  dns: dns.map(([a, b]) => ({ from: a, to: b, label: "", tone: "dns" })),
  packet: packet.map(([a, b]) => ({ from: a, to: b, label: "", tone: "plain" })),
  conntrack: [],
});

describe("axisOf", () => {
  test("without idle stretches it is linear from 0 to 1", () => {
    const axis = axisOf(lanes([[0, MS]], [[MS, 4 * MS]], 0, 4 * MS));
    expect([0, MS, 2 * MS, 4 * MS].map((nanos) => axis.at(nanos))).toEqual([0, 0.25, 0.5, 1]);
    expect(axis.breaks).toEqual([]);
    expect(axis.ticks.map((tick) => tick.label)).toEqual(["0.000 s", "+1 ms", "+2 ms", "+3 ms", "+4 ms"]);
  });

  test("a client that waits two minutes leaves a break, not an empty line", () => {
    const axis = axisOf(
      lanes(
        [],
        [
          [0, 2 * MS],
          [120_000 * MS, 120_001 * MS],
        ],
        0,
        120_001 * MS,
      ),
    );
    expect(axis.breaks).toEqual([{ from: 2 * MS, to: 120_000 * MS }]);
    expect(axis.at(2 * MS)).toBeGreaterThan(0.6);
    expect(axis.at(120_001 * MS)).toBe(1);
  });

  test("a block of a thousandth still takes a twentieth", () => {
    const axis = axisOf(
      lanes(
        [[0, 1000]],
        [
          [1000, 1001],
          [1001, 1002],
        ],
        0,
        1002,
      ),
    );
    expect(axis.at(1001) - axis.at(1000)).toBeGreaterThan(0.04);
  });

  test("it never runs backwards", () => {
    const axis = axisOf(
      lanes(
        [
          [5, 9],
          [7, 20],
        ],
        [
          [30, 31],
          [400, 420],
        ],
        0,
        500,
      ),
    );
    let before = -1;
    for (let nanos = -10; nanos < 520; nanos++) {
      const x = axis.at(nanos);
      expect(x).toBeGreaterThanOrEqual(before);
      before = x;
    }
  });
});

test.each([
  [0.5, 1],
  [1, 1],
  [3, 5],
  [120, 200],
  [999_999, 1_000_000],
])("niceStep(%d) is %d", (value, want) => expect(niceStep(value)).toBe(want));

describe("runMarks", () => {
  const journey = (at: number, id: number, ok = true): Parameters<typeof runMarks>[0][number] => ({
    kind: "journey",
    at,
    endsAt: at + MS,
    journey: id,
    ok,
    outcome: ok ? "delivered" : "dropped",
    to: "web",
  });
  test("requests sent together stand close, others apart", () => {
    const marks = runMarks([journey(0, 1), journey(MS, 2), journey(5_000 * MS, 3, false)], 1000);
    expect(marks.map((mark) => mark.x)).toEqual([13, 20, 46]);
    expect(marks.map((mark) => mark.glyph)).toEqual(["tick", "tick", "drop"]);
  });
  test("however many there are, they stay on the line", () => {
    const marks = runMarks(
      Array.from({ length: 500 }, (_, i) => journey(i, i + 1)),
      300,
    );
    expect(marks.at(-1)?.x).toBeLessThan(300);
  });
});
