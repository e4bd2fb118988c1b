/** Glyphs on a 16 x 16 grid: each meaning has its own silhouette. Drawn, never typed: fonts lack these characters. */
import { circle, path, rect } from "./shapes.ts";
import type { Ink, Pen, Shape } from "./shapes.ts";

export type GlyphName =
  | "ready"
  | "notready"
  | "starting"
  | "terminating"
  | "completed"
  | "pending"
  | "stopped"
  | "passes"
  | "service"
  | "service-empty"
  | "dns"
  | "nat"
  | "drop"
  | "reject"
  | "blocked"
  | "fail"
  | "arrow"
  | "swap"
  | "link"
  | "terminal"
  | "client"
  | "lb"
  | "outline-blocked";

type Part =
  | { readonly d: string; readonly pen: Pen }
  | { readonly circle: readonly [number, number, number]; readonly pen: Pen }
  | { readonly rect: readonly [number, number, number, number, number]; readonly pen: Pen };

const OCTAGON = "M5.3 1.5h5.4L14.5 5.3v5.4l-3.8 3.8H5.3L1.5 10.7V5.3z";
const HEXAGON = "M5 2.6h6L14.4 8 11 13.4H5L1.6 8z";
/** Stands for the ink the caller passes. */
const CURRENT: Ink = "--current";

const stroke = (ink: Ink, lineWidth: number, dash?: readonly [number, number]): Pen => ({
  stroke: ink,
  lineWidth,
  cap: "round",
  ...(dash === undefined ? {} : { dash }),
});

const GLYPHS: Readonly<Record<GlyphName, readonly Part[]>> = {
  ready: [
    { circle: [8, 8, 6.5], pen: { fill: "--ready-fill" } },
    { d: "M5.2 8.2l2 2 3.7-4.1", pen: stroke("--on-fill", 1.7) },
  ],
  notready: [
    { circle: [8, 8, 5.7], pen: stroke("--ctl", 1.6) },
    { d: "M5.4 8h5.2", pen: stroke("--ink-2", 1.7) },
  ],
  starting: [
    { circle: [8, 8, 5.7], pen: stroke("--line-2", 1.6) },
    { d: "M8 2.3a5.7 5.7 0 0 1 5.7 5.7", pen: stroke("--ink-2", 1.8) },
  ],
  terminating: [
    { circle: [8, 8, 5.7], pen: stroke("--ctl", 1.6, [2.2, 2.2]) },
    { d: "M6 6l4 4M10 6l-4 4", pen: stroke("--ink-2", 1.6) },
  ],
  completed: [
    { circle: [8, 8, 5.7], pen: stroke("--ctl", 1.6) },
    { d: "M5.6 8.2l1.8 1.8 3.2-3.7", pen: stroke("--ink-2", 1.6) },
  ],
  pending: [{ circle: [8, 8, 5.7], pen: stroke("--ctl", 1.6, [2.2, 2.2]) }],
  stopped: [{ d: "M5.8 4v8M10.2 4v8", pen: stroke("--ink-2", 2) }],
  passes: [
    { circle: [8, 8, 6.5], pen: { fill: "--ink" } },
    { d: "M5.2 8.2l2 2 3.7-4.1", pen: stroke("--on-ink", 1.7) },
  ],
  service: [{ d: HEXAGON, pen: { fill: "--svc-soft", ...stroke("--svc-fill", 1.6) } }],
  "service-empty": [{ d: HEXAGON, pen: stroke("--svc-fill", 1.6, [2.4, 2]) }],
  dns: [
    { d: "M8 1.4L14.6 8 8 14.6 1.4 8z", pen: { fill: "--dns-fill" } },
    { d: "M5.6 8h4.8M8.4 6l2 2-2 2", pen: stroke("--on-fill", 1.4) },
  ],
  nat: [
    { rect: [1, 2.4, 14, 11.2, 3], pen: { fill: "--nat-mark" } },
    { d: "M4 6.2h7.6M9.6 4.3l2 1.9-2 1.9M12 9.9H4.4M6.4 8l-2 1.9 2 1.9", pen: stroke("--on-nat-mark", 1.3) },
  ],
  drop: [
    { d: OCTAGON, pen: { fill: "--drop-fill" } },
    { d: "M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8", pen: stroke("--on-fill", 1.7) },
  ],
  reject: [
    { d: OCTAGON, pen: { fill: "--drop-fill" } },
    { d: "M11 10.6V8.4a2 2 0 0 0-2-2H4.9M6.8 4.3L4.7 6.4l2.1 2.1", pen: stroke("--on-fill", 1.6) },
  ],
  blocked: [
    { d: OCTAGON, pen: stroke("--drop-fill", 1.5) },
    { d: "M5 8h6", pen: stroke("--drop-fill", 1.7) },
  ],
  "outline-blocked": [
    { d: OCTAGON, pen: { fill: "--surface", ...stroke("--drop-fill", 1.5) } },
    { d: "M5 8h6", pen: stroke("--drop-fill", 1.7) },
  ],
  fail: [
    { d: OCTAGON, pen: { fill: "--drop-fill" } },
    { d: "M8 4.6v4.2M8 11.3v.1", pen: stroke("--on-fill", 1.8) },
  ],
  arrow: [{ d: "M2.5 8h11M9.7 4.2L13.5 8l-3.8 3.8", pen: stroke(CURRENT, 1.5) }],
  swap: [{ d: "M3 5.5h9.5M10 3l2.5 2.5L10 8M13 10.5H3.5M6 8l-2.5 2.5L6 13", pen: stroke(CURRENT, 1.5) }],
  link: [
    { d: "M6.6 9.4l2.8-2.8M7.2 4.7l1-1a2.9 2.9 0 0 1 4.1 4.1l-1 1M8.8 11.3l-1 1a2.9 2.9 0 0 1-4.1-4.1l1-1", pen: stroke(CURRENT, 1.5) },
  ],
  terminal: [{ d: "M3 4.5L6 7.5 3 10.5M8 11.5h5", pen: stroke(CURRENT, 1.5) }],
  client: [
    { rect: [3, 3, 10, 7, 1.4], pen: stroke(CURRENT, 1.5) },
    { d: "M1.6 12.8h12.8", pen: stroke(CURRENT, 1.5) },
  ],
  lb: [
    { circle: [3.6, 8, 1.9], pen: stroke(CURRENT, 1.5) },
    { d: "M5.5 8h7.7M11 5.8L13.2 8 11 10.2M5.2 7.1l4.2-3.6h2.8M5.2 8.9l4.2 3.6h2.8", pen: stroke(CURRENT, 1.5) },
  ],
};

/** A glyph with its top left corner at x, y; `ink` colours those that have no meaning of their own. */
export function glyph(name: GlyphName, x: number, y: number, size: number, ink: Ink = "--ink", alpha?: number): readonly Shape[] {
  const k = size / 16;
  return GLYPHS[name].map((part): Shape => {
    const pen = placedPen(part.pen, ink, "d" in part ? 1 : k, alpha);
    if ("d" in part) return path(part.d, pen, x, y, k);
    if ("circle" in part) return circle(x + part.circle[0] * k, y + part.circle[1] * k, part.circle[2] * k, pen);
    const [rx, ry, w, h, r] = part.rect;
    return rect(x + rx * k, y + ry * k, w * k, h * k, r * k, pen);
  });
}

function placedPen(pen: Pen, ink: Ink, k: number, alpha: number | undefined): Pen {
  return {
    ...pen,
    ...(pen.stroke === undefined ? {} : { stroke: pen.stroke === CURRENT ? ink : pen.stroke }),
    ...(pen.fill === undefined ? {} : { fill: pen.fill === CURRENT ? ink : pen.fill }),
    ...(pen.lineWidth === undefined ? {} : { lineWidth: pen.lineWidth * k }),
    ...(pen.dash === undefined ? {} : { dash: [pen.dash[0] * k, pen.dash[1] * k] as const }),
    ...(alpha === undefined ? {} : { alpha }),
  };
}
