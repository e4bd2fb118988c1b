/** Shapes to SVG text: for export and for tests. The same display list as the canvas. */
import type { Attention, Box, Choreography, Kept, MeasureText, Palette, Point, ShowMs, Tracked } from "../contract.ts";
import { frameAt } from "../frame.ts";
import { levelOf } from "../level.ts";
import type { Scene } from "../scene.ts";
import { movingShapes } from "./moving.ts";
import type { Pen, Shape } from "./shapes.ts";
import { structureShapes } from "./structure.ts";

export interface SvgInput {
  readonly scene: Scene;
  readonly choreography?: Choreography | null;
  readonly showMs?: ShowMs;
  readonly palette: Palette;
  readonly measure: MeasureText;
  /** Default: the whole scene at scale 1. */
  readonly view?: Box;
  /** On-screen px per scene px: decides the level. Default 1. */
  readonly scale?: number;
  readonly tracked?: readonly Tracked[];
  readonly attention?: Attention;
  /** What stays at full ink; absent or null: everything. */
  readonly kept?: Kept | null;
}

const FAMILY = {
  ui: "Inter Variable, Inter, system-ui, sans-serif",
  mono: "JetBrains Mono Variable, JetBrains Mono, ui-monospace, monospace",
} as const;

/** A whole SVG document of the scene and, with a choreography, of what moves in it at `showMs`. */
export function sceneToSvg(input: SvgInput): string {
  const { scene, palette, measure } = input;
  const view = input.view ?? { x: 0, y: 0, width: scene.width, height: scene.height };
  const scale = input.scale ?? 1;
  const { podHeight, podRoom = 0 } = scene.metrics;
  const options = { level: levelOf((podHeight - podRoom) * scale, null), scale, measure, kept: input.kept ?? null };
  const frame = frameAt(scene, input.choreography ?? null, input.showMs ?? 0, { playing: false, rate: 1, tracked: input.tracked ?? null });
  const attention = input.attention ?? { selected: null, hovered: null, focused: null };
  const body = shapesToSvg([...structureShapes(scene, options), ...movingShapes(scene, frame, attention, options)], palette);
  const canvas = palette["--canvas"] ?? "none";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${number(view.width * scale)}" height="${number(view.height * scale)}" viewBox="${number(view.x)} ${number(view.y)} ${number(view.width)} ${number(view.height)}">`,
    `<rect x="${number(view.x)}" y="${number(view.y)}" width="${number(view.width)}" height="${number(view.height)}" fill="${canvas}"/>`,
    body,
    "</svg>",
    "",
  ].join("\n");
}

/** One element a line. */
export function shapesToSvg(shapes: readonly Shape[], palette: Palette): string {
  return shapes.map((shape) => element(shape, palette)).join("\n");
}

function element(shape: Shape, palette: Palette): string {
  switch (shape.kind) {
    case "rect":
      return `<rect x="${number(shape.x)}" y="${number(shape.y)}" width="${number(shape.width)}" height="${number(shape.height)}"${shape.radius > 0 ? ` rx="${number(Math.min(shape.radius, shape.height / 2))}"` : ""}${pen(shape, palette)}/>`;
    case "circle":
      return `<circle cx="${number(shape.x)}" cy="${number(shape.y)}" r="${number(shape.r)}"${pen(shape, palette)}/>`;
    case "line":
      return `<path d="${polyline(shape.points, shape.radius)}"${pen(shape, palette)}/>`;
    case "path": {
      const moved = shape.x !== 0 || shape.y !== 0 || shape.scale !== 1;
      const place = moved ? ` transform="translate(${number(shape.x)} ${number(shape.y)}) scale(${number(shape.scale)})"` : "";
      return `<path d="${shape.d}"${place}${pen(shape, palette)}/>`;
    }
    case "cells": {
      const squares: string[] = [];
      for (let i = 0; i + 1 < shape.corners.length; i += 2)
        squares.push(
          `M${number(shape.corners[i] ?? 0)} ${number(shape.corners[i + 1] ?? 0)}h${number(shape.size)}v${number(shape.size)}h-${number(shape.size)}z`,
        );
      return `<path d="${squares.join("")}"${pen(shape, palette)}/>`;
    }
    case "text": {
      const { font } = shape;
      const anchor = shape.anchor === "start" ? "" : ` text-anchor="${shape.anchor}"`;
      const spacing = font.spacing === undefined ? "" : ` letter-spacing="${number(font.spacing * font.size)}"`;
      return `<text x="${number(shape.x)}" y="${number(shape.y)}"${anchor}${spacing} font-family="${FAMILY[font.family]}" font-size="${number(font.size)}" font-weight="${font.weight}" fill="${palette[shape.ink] ?? "none"}"${opacity(shape.alpha)}>${escape(shape.text)}</text>`;
    }
  }
}

function pen(pen: Pen, palette: Palette): string {
  const fill = ` fill="${pen.fill === undefined ? "none" : (palette[pen.fill] ?? "none")}"`;
  if (pen.stroke === undefined) return fill + opacity(pen.alpha);
  const dash = pen.dash === undefined ? "" : ` stroke-dasharray="${number(pen.dash[0])} ${number(pen.dash[1])}"`;
  const cap = pen.cap === "round" ? ' stroke-linecap="round"' : "";
  const faint = pen.strokeAlpha === undefined ? "" : ` stroke-opacity="${number(pen.strokeAlpha)}"`;
  return `${fill} stroke="${palette[pen.stroke] ?? "none"}" stroke-width="${number(pen.lineWidth ?? 1)}" stroke-linejoin="round"${dash}${cap}${faint}${opacity(pen.alpha)}`;
}

function opacity(alpha: number | undefined): string {
  return alpha === undefined || alpha >= 1 ? "" : ` opacity="${number(alpha)}"`;
}

/** At most two decimals, no trailing zeros. */
function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function polyline(points: readonly Point[], radius: number): string {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return "";
  let d = `M${number(first.x)} ${number(first.y)}`;
  for (let i = 1; i < points.length - 1; i++) {
    const a = points[i - 1];
    const b = points[i];
    const c = points[i + 1];
    if (a === undefined || b === undefined || c === undefined) continue;
    const before = Math.hypot(b.x - a.x, b.y - a.y);
    const after = Math.hypot(c.x - b.x, c.y - b.y);
    if (before === 0 || after === 0) continue;
    const k = Math.min(radius, before / 2, after / 2);
    const from = { x: b.x - ((b.x - a.x) / before) * k, y: b.y - ((b.y - a.y) / before) * k };
    const to = { x: b.x + ((c.x - b.x) / after) * k, y: b.y + ((c.y - b.y) / after) * k };
    d += `L${number(from.x)} ${number(from.y)}Q${number(b.x)} ${number(b.y)} ${number(to.x)} ${number(to.y)}`;
  }
  return `${d}L${number(last.x)} ${number(last.y)}`;
}

function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
