/**
 * The display list: the few primitive shapes that both painters know. A scene and a frame become one list of shapes;
 * Canvas 2D and SVG only consume it, so they cannot disagree. Coordinates are scene px; inks are names of tokens.
 */
import type { MeasureText, Point } from "../contract.ts";

/** A custom property of tokens.css: `--ink`. */
export type Ink = `--${string}`;

export interface Pen {
  readonly fill?: Ink;
  readonly stroke?: Ink;
  readonly lineWidth?: number;
  readonly dash?: readonly [number, number];
  readonly cap?: "round" | "butt";
  /** Opacity of the whole shape, and of its stroke alone. */
  readonly alpha?: number;
  readonly strokeAlpha?: number;
}

export interface FontSpec {
  readonly family: "ui" | "mono";
  readonly weight: number;
  readonly size: number;
  /** In em. */
  readonly spacing?: number;
}

export type Shape =
  | ({
      readonly kind: "rect";
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly radius: number;
    } & Pen)
  | ({ readonly kind: "circle"; readonly x: number; readonly y: number; readonly r: number } & Pen)
  /** A polyline whose corners are rounded by `radius`. */
  | ({ readonly kind: "line"; readonly points: readonly Point[]; readonly radius: number } & Pen)
  /** SVG path data in its own coordinates, placed at x, y and scaled. Line widths scale with it. */
  | ({ readonly kind: "path"; readonly d: string; readonly x: number; readonly y: number; readonly scale: number } & Pen)
  | {
      readonly kind: "text";
      readonly x: number;
      /** Baseline. */
      readonly y: number;
      readonly text: string;
      readonly font: FontSpec;
      readonly ink: Ink;
      readonly anchor: "start" | "middle" | "end";
      readonly alpha?: number;
    }
  /** Many equal squares of one colour: x, y, x, y, … */
  | ({ readonly kind: "cells"; readonly corners: readonly number[]; readonly size: number; readonly radius: number } & Pen);

/** Type styles of the canvas. */
export const TYPE = {
  name: { family: "ui", weight: 560, size: 12.5, spacing: -0.003 },
  front: { family: "ui", weight: 640, size: 14, spacing: -0.006 },
  kind: { family: "ui", weight: 420, size: 11.5 },
  trouble: { family: "ui", weight: 560, size: 11.5 },
  gate: { family: "ui", weight: 480, size: 11.5 },
  caption: { family: "ui", weight: 480, size: 11.5 },
  stop: { family: "ui", weight: 640, size: 10.5 },
  mono: { family: "mono", weight: 440, size: 11 },
  monoService: { family: "mono", weight: 560, size: 11.5 },
  monoStrong: { family: "mono", weight: 560, size: 11 },
  tally: { family: "mono", weight: 620, size: 11 },
  label: { family: "mono", weight: 520, size: 11.5 },
  labelMarked: { family: "mono", weight: 620, size: 11.5 },
} as const satisfies Record<string, FontSpec>;

/** Advance of one character of the monospace, in em. */
export const MONO_EM = 0.6;

/** Width of a text in scene px. */
export function textWidth(text: string, font: FontSpec, measure: MeasureText): number {
  if (font.family === "mono") return text.length * MONO_EM * font.size;
  return measure(text, font.weight >= 520 ? "ui-strong" : "ui", font.size);
}

/** The text, or its beginning with an ellipsis, so that it fits. Names that end in a generated part keep their end. */
export function fitText(text: string, room: number, font: FontSpec, measure: MeasureText): string {
  if (textWidth(text, font, measure) <= room) return text;
  const tail = /-[a-z0-9]{4,5}$/.exec(text)?.[0] ?? "";
  for (const keep of tail === "" ? [""] : [tail, ""]) {
    for (let length = text.length - keep.length - 1; length >= 1; length--) {
      const short = `${text.slice(0, length)}…${keep.slice(1)}`;
      if (textWidth(short, font, measure) <= room) return short;
    }
  }
  return textWidth("…", font, measure) <= room ? "…" : "";
}

export function text(
  x: number,
  y: number,
  value: string,
  font: FontSpec,
  ink: Ink,
  anchor: "start" | "middle" | "end" = "start",
  alpha?: number,
): Shape {
  return { kind: "text", x, y, text: value, font, ink, anchor, ...(alpha === undefined ? {} : { alpha }) };
}

export function rect(x: number, y: number, width: number, height: number, radius: number, pen: Pen): Shape {
  return { kind: "rect", x, y, width, height, radius, ...pen };
}

export function circle(x: number, y: number, r: number, pen: Pen): Shape {
  return { kind: "circle", x, y, r, ...pen };
}

export function line(points: readonly Point[], pen: Pen, radius = 9): Shape {
  return { kind: "line", points, radius, cap: "round", ...pen };
}

export function path(d: string, pen: Pen, x = 0, y = 0, scale = 1): Shape {
  return { kind: "path", d, x, y, scale, ...pen };
}

/** The same shapes, fainter. */
export function faded(shapes: readonly Shape[], alpha: number): readonly Shape[] {
  return shapes.map((shape) => ({ ...shape, alpha: (shape.alpha ?? 1) * alpha }));
}

/** The same shapes, smaller or larger around a point. */
export function scaled(shapes: readonly Shape[], around: Point, k: number): readonly Shape[] {
  const x = (value: number): number => around.x + (value - around.x) * k;
  const y = (value: number): number => around.y + (value - around.y) * k;
  return shapes.map((shape): Shape => {
    switch (shape.kind) {
      case "rect":
        return { ...shape, x: x(shape.x), y: y(shape.y), width: shape.width * k, height: shape.height * k, radius: shape.radius * k };
      case "circle":
        return { ...shape, x: x(shape.x), y: y(shape.y), r: shape.r * k };
      case "line":
        return { ...shape, points: shape.points.map((point) => ({ x: x(point.x), y: y(point.y) })) };
      case "path":
        return { ...shape, x: x(shape.x), y: y(shape.y), scale: shape.scale * k };
      case "text":
        return { ...shape, x: x(shape.x), y: y(shape.y), font: { ...shape.font, size: shape.font.size * k } };
      case "cells":
        return { ...shape, corners: shape.corners.map((value, i) => (i % 2 === 0 ? x(value) : y(value))), size: shape.size * k };
    }
  });
}
