/**
 * Shapes to Canvas 2D. Knows no scene and no DOM: a context of a canvas or of an OffscreenCanvas, a palette, a list.
 */
import type { MeasureText, Palette, Point, Viewport } from "../contract.ts";
import type { FontSpec, Pen, Shape } from "./shapes.ts";

export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export interface Families {
  readonly ui: string;
  readonly mono: string;
}

/**
 * The font families as a context wants them. `generation` rises when fonts have arrived: a context remembers what a
 * font's text resolved to, fallback included, so the same fonts must be asked for in other words (Chromium does so in
 * workers). The name at the end matches nothing.
 */
export function familiesOf(generation: number): Families {
  const ask = generation === 0 ? "" : `, "again ${generation}"`;
  return {
    ui: `"Inter Variable", Inter, system-ui, sans-serif${ask}`,
    mono: `"JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace${ask}`,
  };
}

const FIRST = familiesOf(0);

/** Lets scene px mean CSS px times scale: what every later call on the context sees. */
export function applyViewport(context: Context, viewport: Viewport): void {
  const { devicePixelRatio: dpr, scale, offsetX, offsetY } = viewport;
  context.setTransform(dpr * scale, 0, 0, dpr * scale, dpr * offsetX, dpr * offsetY);
}

/** Draws the shapes in order. */
export function drawShapes(context: Context, shapes: readonly Shape[], palette: Palette, families: Families = FIRST): void {
  context.lineJoin = "round";
  for (const shape of shapes) draw(context, shape, palette, families);
  context.globalAlpha = 1;
  context.setLineDash([]);
}

function draw(context: Context, shape: Shape, palette: Palette, families: Families): void {
  switch (shape.kind) {
    case "rect":
      context.beginPath();
      if (shape.radius > 0) context.roundRect(shape.x, shape.y, shape.width, shape.height, Math.min(shape.radius, shape.height / 2));
      else context.rect(shape.x, shape.y, shape.width, shape.height);
      return ink(context, shape, palette);
    case "circle":
      context.beginPath();
      context.arc(shape.x, shape.y, shape.r, 0, 2 * Math.PI);
      return ink(context, shape, palette);
    case "line":
      context.beginPath();
      tracePolyline(context, shape.points, shape.radius);
      return ink(context, shape, palette);
    case "path":
      context.save();
      context.translate(shape.x, shape.y);
      context.scale(shape.scale, shape.scale);
      inkPath(context, pathOf(shape.d), shape, palette);
      return context.restore();
    case "cells":
      return drawCells(context, shape, palette);
    case "text":
      context.globalAlpha = shape.alpha ?? 1;
      context.font = cssFont(shape.font, families);
      if ("letterSpacing" in context) context.letterSpacing = `${(shape.font.spacing ?? 0) * shape.font.size}px`;
      context.textAlign = shape.anchor === "middle" ? "center" : shape.anchor;
      context.fillStyle = palette[shape.ink] ?? "#808080";
      context.fillText(shape.text, shape.x, shape.y);
  }
}

// Glyphs are the same few strings on every redraw; reading one costs more than drawing it.
const glyphPaths = new Map<string, Path2D>();
const GLYPHS_MOST = 256;

function pathOf(d: string): Path2D {
  const known = glyphPaths.get(d);
  if (known !== undefined) return known;
  const made = new Path2D(d);
  if (glyphPaths.size < GLYPHS_MOST) glyphPaths.set(d, made);
  return made;
}

function ink(context: Context, pen: Pen, palette: Palette): void {
  if (pen.fill !== undefined) {
    context.globalAlpha = pen.alpha ?? 1;
    context.fillStyle = palette[pen.fill] ?? "#808080";
    context.fill();
  }
  if (prepareStroke(context, pen, palette)) context.stroke();
}

function inkPath(context: Context, path: Path2D, pen: Pen, palette: Palette): void {
  if (pen.fill !== undefined) {
    context.globalAlpha = pen.alpha ?? 1;
    context.fillStyle = palette[pen.fill] ?? "#808080";
    context.fill(path);
  }
  if (prepareStroke(context, pen, palette)) context.stroke(path);
}

function prepareStroke(context: Context, pen: Pen, palette: Palette): boolean {
  if (pen.stroke === undefined) return false;
  context.globalAlpha = (pen.alpha ?? 1) * (pen.strokeAlpha ?? 1);
  context.strokeStyle = palette[pen.stroke] ?? "#808080";
  context.lineWidth = pen.lineWidth ?? 1;
  context.lineCap = pen.cap ?? "butt";
  context.setLineDash(pen.dash === undefined ? [] : [...pen.dash]);
  return true;
}

function tracePolyline(context: Context, points: readonly Point[], radius: number): void {
  const first = points[0];
  if (first === undefined) return;
  context.moveTo(first.x, first.y);
  for (let i = 1; i < points.length - 1; i++) {
    const a = points[i - 1];
    const b = points[i];
    const c = points[i + 1];
    if (a === undefined || b === undefined || c === undefined) continue;
    const before = Math.hypot(b.x - a.x, b.y - a.y);
    const after = Math.hypot(c.x - b.x, c.y - b.y);
    if (before === 0 || after === 0) continue;
    const k = Math.min(radius, before / 2, after / 2);
    context.lineTo(b.x - ((b.x - a.x) / before) * k, b.y - ((b.y - a.y) / before) * k);
    context.quadraticCurveTo(b.x, b.y, b.x + ((c.x - b.x) / after) * k, b.y + ((c.y - b.y) / after) * k);
  }
  const last = points.at(-1);
  if (last !== undefined) context.lineTo(last.x, last.y);
}

function drawCells(context: Context, shape: Extract<Shape, { readonly kind: "cells" }>, palette: Palette): void {
  context.beginPath();
  const { corners, size } = shape;
  for (let i = 0; i + 1 < corners.length; i += 2) {
    // a plain rectangle is several times cheaper than a rounded one, and no eye sees the corner at this size
    context.rect(corners[i] ?? 0, corners[i + 1] ?? 0, size, size);
  }
  ink(context, shape, palette);
}

function cssFont(font: FontSpec, families: Families): string {
  return `${font.weight} ${font.size}px ${families[font.family]}`;
}

const FONTS: Readonly<Record<Parameters<MeasureText>[1], { readonly family: "ui" | "mono"; readonly weight: number }>> = {
  ui: { family: "ui", weight: 450 },
  "ui-strong": { family: "ui", weight: 580 },
  mono: { family: "mono", weight: 440 },
  "mono-strong": { family: "mono", weight: 560 },
};

/** Measures by the context's own fonts. Remembers widths: the same names are measured on every redraw. */
export function measureWith(context: Context, families: Families = FIRST): MeasureText {
  const known = new Map<string, number>();
  return (text, font, sizePx) => {
    const key = `${font} ${text}`;
    let width = known.get(key);
    if (width === undefined) {
      context.font = cssFont({ ...FONTS[font], size: 100 }, families);
      width = context.measureText(text).width / 100;
      known.set(key, width);
    }
    return width * sizePx;
  };
}
