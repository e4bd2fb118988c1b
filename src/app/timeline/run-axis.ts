/** Between the marks of the Run line and virtual time: every mark has its moment, and between two time passes evenly. */
import type { RunMark } from "./run.ts";

export interface RunAxis {
  /** px of a moment. */
  xOf(at: number): number;
  /** The moment at px. */
  atOf(x: number): number;
  /** The end of the line: the newest moment. */
  readonly endX: number;
  /** Moments that one steps through: before each mark's own, and the newest. Ascending. */
  readonly stops: readonly RunStop[];
}

export interface RunStop {
  readonly at: number;
  /** What comes next from there. */
  readonly label: string;
  /** A change is yet to be made. */
  readonly before: boolean;
}

/** How far the line goes on behind its last mark. */
const BEHIND_LAST_PX = 18;

export function runAxis(marks: readonly RunMark[], now: number, width: number): RunAxis {
  const points = [{ x: 0, at: 0 }];
  for (const { x, at } of marks) {
    const last = points.at(-1);
    // Requests are told when they end, so that marks may go back in time a little.
    points.push({ x, at: Math.max(at, last?.at ?? 0) });
  }
  const last = points.at(-1) ?? { x: 0, at: 0 };
  const endX = Math.min(width, last.x + BEHIND_LAST_PX);
  points.push({ x: endX, at: Math.max(now, last.at) });
  return {
    endX,
    xOf: (at) =>
      between(
        points,
        (point) => point.at,
        (point) => point.x,
        at,
      ),
    atOf: (x) =>
      Math.round(
        between(
          points,
          (point) => point.x,
          (point) => point.at,
          x,
        ),
      ),
    stops: stopsOf(marks, now),
  };
}

interface Point {
  readonly x: number;
  readonly at: number;
}

function between(points: readonly Point[], from: (point: Point) => number, to: (point: Point) => number, value: number): number {
  const after = points.findIndex((point) => from(point) >= value);
  const a = points[after <= 0 ? 0 : after - 1];
  const b = points[after === -1 ? points.length - 1 : Math.max(0, after)];
  if (a === undefined || b === undefined) return 0;
  const span = from(b) - from(a);
  const share = span <= 0 ? 1 : Math.max(0, Math.min(1, (value - from(a)) / span));
  return to(a) + share * (to(b) - to(a));
}

function stopsOf(marks: readonly RunMark[], now: number): readonly RunStop[] {
  const stops = new Map<number, RunStop>();
  for (const { at, label, glyph } of marks) {
    if (at >= now && glyph !== "code") continue;
    if (!stops.has(at)) stops.set(at, { at, label: `before: ${glyph === "code" ? `the edit of ${label}` : label}`, before: true });
  }
  stops.set(now, { at: now, label: "now", before: false });
  return [...stops.values()].sort((a, b) => a.at - b.at);
}

/** The stop after or before a moment; the moment before a change is another than the one at which it was made. */
export function stopBeside({ stops }: RunAxis, at: number, by: -1 | 1): RunStop | null {
  const found = by === 1 ? stops.find((stop) => stop.at > at) : stops.findLast((stop) => stop.at < at);
  return found ?? null;
}
