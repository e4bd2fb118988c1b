/**
 * The canvas in small: the silhouettes of the topology (Pod, Service front, node, gate, pill, wires, trails) at the size
 * of a card, as the painter's own display list. The drawing of a scenario is a list of these; inks are tokens, so it
 * follows the theme. A sketch is 116 by 122.
 *
 *     front ⬡      what is asked for
 *     gate  ▬      where the address is replaced (yellow where it is)
 *     pods  ▢ ▢ ▢  who answers (ink outline: chosen)
 */
import type { Point } from "../../scene/contract.ts";
import { glyph, type GlyphName } from "../../scene/paint/glyphs.ts";
import { line, path, rect, text, type FontSpec, type Ink, type Pen, type Shape } from "../../scene/paint/shapes.ts";

export const SKETCH = { width: 116, height: 122 } as const;

export type Sketch = readonly Shape[];
type At = readonly [x: number, y: number];

const MONO: FontSpec = { family: "mono", weight: 600, size: 10 };

export type PodState = "rest" | "chosen" | "gone" | "client";
const PODS: Readonly<Record<PodState, Pen>> = {
  rest: { fill: "--surface", stroke: "--line-2", lineWidth: 1.25 },
  chosen: { fill: "--surface", stroke: "--ink", lineWidth: 1.75 },
  /** Not ready, leaving, or no longer there: it gets no new traffic. */
  gone: { stroke: "--ctl", lineWidth: 1.25, dash: [2.5, 2.5] },
  client: { fill: "--inset", stroke: "--ctl", lineWidth: 1.25 },
};

export function pod(x: number, y: number, state: PodState = "rest", width = 22, height = 16): Sketch {
  return [rect(x, y, width, height, 4.5, PODS[state])];
}

/** A Pod with the glyph of its state in it. */
export function podWith(name: GlyphName, x: number, y: number, state: PodState = "rest", width = 22, height = 16): Sketch {
  return [...pod(x, y, state, width, height), ...glyph(name, x + width / 2 - 6, y + height / 2 - 6, 12)];
}

export type FrontState = "focus" | "rest" | "empty" | "headless";
const FRONTS: Readonly<Record<FrontState, Pen>> = {
  focus: { fill: "--svc-soft", stroke: "--svc-fill", lineWidth: 1.5 },
  rest: { fill: "--surface", stroke: "--svc-fill", lineWidth: 1.1 },
  empty: { stroke: "--svc-fill", lineWidth: 1.5, dash: [3, 2.6] },
  headless: { stroke: "--svc-fill", lineWidth: 1.5 },
};

export function front(x: number, y: number, state: FrontState = "focus", width = 52, height = 18): Sketch {
  const c = 6;
  const d = `M${x + c} ${y}h${width - 2 * c}l${c} ${height / 2}l-${c} ${height / 2}h-${width - 2 * c}l-${c} -${height / 2}z`;
  return [path(d, FRONTS[state])];
}

/** The gate of a node: yellow where it rewrites an address. */
export function gate(x: number, y: number, rewrites = true, width = 24): Sketch {
  return [rect(x, y, width, 7, 2.5, rewrites ? { fill: "--nat-mark", stroke: "--nat", lineWidth: 1 } : { fill: "--line-2" })];
}

/** A machine; a lost one is dashed. */
export function node(x: number, y: number, width: number, height: number, lost = false): Sketch {
  return [
    rect(x, y, width, height, 7, lost ? { stroke: "--ctl", lineWidth: 1.25, dash: [2.5, 2.5] } : { stroke: "--line-2", lineWidth: 1.25 }),
  ];
}

/** A Pod from afar. */
export function cell(x: number, y: number, ink: Ink): Sketch {
  return [rect(x, y, 5, 5, 1.2, { fill: ink })];
}

/** Something outside the cluster: a client, a load balancer, a router. */
export function pill(x: number, y: number, pending = false, width = 22, height = 14): Sketch {
  return [rect(x, y, width, height, height / 2, pending ? PODS.gone : { fill: "--surface", stroke: "--ctl", lineWidth: 1.25 })];
}

/** A border that holds things together: a namespace, a zone, what a policy isolates. */
export function border(x: number, y: number, width: number, height: number, kind: "dashed" | "tint" = "dashed"): Sketch {
  return [rect(x, y, width, height, 9, kind === "tint" ? { fill: "--line" } : PODS.gone)];
}

const points = (corners: readonly At[]): readonly Point[] => corners.map(([x, y]) => ({ x, y }));
const drawn =
  (pen: Pen, radius = 6) =>
  (...corners: readonly At[]): Sketch => [line(points(corners), pen, radius)];

/** Wiring at rest. */
export const wire = drawn({ stroke: "--wire", lineWidth: 1.5 });
/** Where the packet went. */
export const trail = drawn({ stroke: "--ink", lineWidth: 2 });
/** Where it goes next, or what was not sent by anybody here. */
export const ahead = drawn({ stroke: "--ink", lineWidth: 1.5, dash: [0.1, 4] });
export const query = drawn({ stroke: "--dns-fill", lineWidth: 1.75 });
/** The way of a refusal back. */
export const refusal = drawn({ stroke: "--drop-fill", lineWidth: 1.75, dash: [4, 3.2] });
/** Which Pods a selector has found. */
export const thread = drawn({ stroke: "--svc-fill", lineWidth: 1.5, dash: [0.1, 3.6] });
/** A policy across a wire. */
export const bar = drawn({ stroke: "--ink-2", lineWidth: 3 });
export const paleBar = drawn({ stroke: "--ctl", lineWidth: 2, dash: [2.5, 4] });

export function packet(x: number, y: number, size = 9): Sketch {
  return [rect(x - size / 2, y - size / 2, size, size, 2.8, { fill: "--ink", stroke: "--inset", lineWidth: 2 })];
}

/** A glyph of the canvas around its middle. */
export function mark(name: GlyphName, x: number, y: number, size = 14, ink: Ink = "--ink-2"): Sketch {
  return glyph(name, x - size / 2, y - size / 2, size, ink);
}

export function words(x: number, y: number, value: string, ink: Ink = "--ink-2", anchor: "start" | "middle" | "end" = "middle"): Sketch {
  return [text(x, y, value, MONO, ink, anchor)];
}

/** An address as a packet carries it: two fields, the replaced one marked. */
export function header(x: number, y: number, marked: "source" | "destination" | "both"): Sketch {
  const field = (left: number, on: boolean): Sketch => [
    rect(left, y, 20, 9, 3, on ? { fill: "--nat-mark", stroke: "--nat", lineWidth: 1 } : { fill: "--line-2" }),
  ];
  return [
    rect(x, y - 4, 58, 17, 5, { fill: "--surface", stroke: "--line-2", lineWidth: 1.25 }),
    ...field(x + 5, marked !== "destination"),
    ...glyph("arrow", x + 26, y + 1.5, 6, "--ink-3"),
    ...field(x + 33, marked !== "source"),
  ];
}

/** Middles of three Pods side by side. */
export const THREE = [30, 58, 86] as const;

/** Three Pods in a row; `chosen` by its place from 0. */
export function three(chosen: number | null, y = 90, states: readonly (PodState | undefined)[] = []): Sketch {
  return THREE.flatMap((x, i) => pod(x - 11, y, i === chosen ? "chosen" : (states[i] ?? "rest")));
}

/** From one point down to each of three Pods; the chosen way lies above the others. */
export function fan(chosen: readonly number[], from = 60, to = 90, way: typeof trail = trail): Sketch {
  const turn = from + (to - from) / 2;
  const lines = THREE.map((x, i) => {
    const corners: readonly At[] =
      x === 58
        ? [
            [58, from],
            [58, to],
          ]
        : [
            [58, from],
            [58, turn],
            [x, turn],
            [x, to],
          ];
    return { i, shapes: (chosen.includes(i) ? way : wire)(...corners) };
  });
  return [...lines.filter(({ i }) => !chosen.includes(i)), ...lines.filter(({ i }) => chosen.includes(i))].flatMap(({ shapes }) => shapes);
}
