/** The map at the levels 1 and 0: blocks with their headings, nodes, a square for each Pod; traffic as shade and bands. */
import { cellsOf, looksOn, squaresOn, type Square } from "../cells.ts";
import type { Box, Point, Shade } from "../contract.ts";
import type { Frame } from "../frame.ts";
import { indexOf, sees } from "../lookup.ts";
import { INKS, MAP, counted, frontOnMap, namespaceShades, rampOf, stepOf, thousands, type Ramp, type Step } from "../map.ts";
import { percentages } from "../percentages.ts";
import type { Scene, SceneMap, SceneNode } from "../scene.ts";
import { frontShapes } from "./front.ts";
import { glyph } from "./glyphs.ts";
import { DIM, type StructureOptions } from "./options.ts";
import { isHollow, podGlyph } from "./pod.ts";
import { TYPE, path, rect, scaled, text, textWidth } from "./shapes.ts";
import type { FontSpec, Ink, Pen, Shape } from "./shapes.ts";

/** From this size on screen on, a square carries the glyph of its Pod's state where it is shaded by readiness. */
const GLYPH_PX = 8;

/** All that stands still. */
export function mapShapes(scene: Scene, map: SceneMap, options: StructureOptions): readonly Shape[] {
  const nodes = scene.nodes.filter(({ box }) => sees(options.visible, box));
  const tints = map.blocks.flatMap(({ name, box, ...counts }) => {
    const k = 1 / options.scale;
    const head = MAP.heading * k;
    const tint = rect(box.x, box.y - head, box.width, box.height + head, 12 * k, { fill: "--zone" });
    return [tint, ...headingShapes(name, counts, { ...box, y: box.y - head, height: head }, options)];
  });
  const body = options.level === 0 ? nodeSquares(scene, nodes, options) : podSquares(scene, nodes, options);
  return [...tints, ...body, ...trayCells(scene, options), ...nodes.flatMap((node) => lostShapes(node))];
}

/** `zone-a` at the left, `100 nodes, 1,668 Pods` at the right where there is room for both. */
function headingShapes(
  name: string,
  { nodes, pods }: { readonly nodes: number; readonly pods: number },
  box: Box,
  { scale, measure }: StructureOptions,
): readonly Shape[] {
  const strong: FontSpec = { ...TYPE.name, size: 13 / scale };
  const plain: FontSpec = { ...TYPE.kind, size: 12 / scale };
  const left = box.x + 10 / scale;
  const right = box.x + box.width - 10 / scale;
  const y = box.y + 18 / scale;
  const title = name === "" ? "Nodes" : name;
  const words = [`${counted(nodes, "node")}, ${counted(pods, "Pod")}`, counted(pods, "Pod"), thousands(pods)];
  const room = right - left - textWidth(title, strong, measure) - 12 / scale;
  const fits = words.find((word) => textWidth(word, plain, measure) <= room);
  return [text(left, y, title, strong, "--ink"), ...(fits === undefined ? [] : [text(right, y, fits, plain, "--ink-2", "end")])];
}

/** A node that is not there carries its octagon in the middle. */
function lostShapes({ box, lost }: SceneNode): readonly Shape[] {
  if (!lost) return [];
  const size = 0.55 * Math.min(box.width, box.height);
  return glyph("outline-blocked", box.x + (box.width - size) / 2, box.y + (box.height - size) / 2, size);
}

// ---- squares --------------------------------------------------------------------------------------------------------

/** Squares of one look, gathered. */
class Looks {
  private readonly looks = new Map<string, { readonly pen: Pen; readonly corners: number[] }>();

  add(x: number, y: number, name: string, pen: () => Pen): void {
    let look = this.looks.get(name);
    if (look === undefined) this.looks.set(name, (look = { pen: pen(), corners: [] }));
    look.corners.push(x, y);
  }

  shapes(size: number): readonly Shape[] {
    return [...this.looks.values()].map(({ pen, corners }) => ({ kind: "cells", corners, size, radius: 6, ...pen }));
  }
}

/** Hollow squares keep a line of a px or so. */
function hollow(options: StructureOptions): Pen {
  return { fill: "--surface", stroke: "--ctl", lineWidth: 1.1 / options.scale };
}

function podSquares(scene: Scene, nodes: readonly SceneNode[], options: StructureOptions): readonly Shape[] {
  const { size } = cellsOf(scene);
  const looks = new Looks();
  const glyphs: Shape[] = [];
  const shade = options.shade ?? "requests";
  const large = shade === "readiness" && size * options.scale >= GLYPH_PX;
  const inkOf = podInk(scene, shade);
  for (const node of nodes)
    for (const pod of squaresOn(scene, node.name)) {
      const dim = options.kept != null && !options.kept.pods.has(pod.key);
      if (large) glyphs.push(...glyph(podGlyph(pod.state), pod.x, pod.y, size, undefined, dim ? DIM : 1));
      else if (isHollow(pod)) looks.add(pod.x, pod.y, `hollow ${dim}`, () => ({ ...hollow(options), ...marked(dim, options) }));
      else {
        const fill = inkOf(pod);
        looks.add(pod.x, pod.y, `${fill} ${dim}`, () => ({ fill, ...marked(dim, options) }));
      }
    }
  const blocks = nodes.map(({ box }) => rect(box.x, box.y, box.width, box.height, 16, { fill: "--canvas" }));
  return [...blocks, ...looks.shapes(size), ...glyphs];
}

/** What a filter leaves aside is faint; what it keeps has an outline, since its shade says something else. */
function marked(dim: boolean, { kept, scale }: StructureOptions): Pen {
  if (dim) return { alpha: DIM };
  return kept == null ? {} : { stroke: "--ink-2", lineWidth: 1.1 / scale };
}

function podInk(scene: Scene, shade: Shade): (pod: Pick<Square, "namespace">) => Ink {
  switch (shade) {
    case "requests":
      return () => "--heat-0";
    case "readiness":
      return () => "--heat-2";
    case "namespace": {
      const steps = new Map(namespaceShades(scene).map(({ name, step }) => [name, step]));
      return ({ namespace }) => INKS[steps.get(namespace) ?? 0];
    }
  }
}

/** Level 0: a node is one square, hollow where some of its Pods are not ready and that is what is looked at. */
function nodeSquares(scene: Scene, nodes: readonly SceneNode[], options: StructureOptions): readonly Shape[] {
  const shade = options.shade ?? "requests";
  const inkOf = podInk(scene, shade);
  return nodes.map(({ name, box }) => {
    const pods = looksOn(scene, name);
    const [first] = pods;
    const dim = options.kept != null && !options.kept.nodes.has(name);
    const open = shade === "readiness" && pods.some(isHollow);
    const fill = first === undefined ? "--canvas" : shade === "namespace" ? mostCommon(pods.map(inkOf)) : inkOf(first);
    return rect(box.x, box.y, box.width, box.height, 24, { ...(open ? hollow(options) : { fill }), ...marked(dim, options) });
  });
}

function mostCommon(inks: readonly Ink[]): Ink {
  const counts = new Map<Ink, number>();
  for (const ink of inks) counts.set(ink, (counts.get(ink) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

/** Pods that no node takes, in their frame. */
function trayCells(scene: Scene, options: StructureOptions): readonly Shape[] {
  if (scene.tray === null) return [];
  const { size, boxes } = cellsOf(scene);
  const corners = (indexOf(scene).podsOn.get("") ?? []).flatMap(({ key }) => {
    const cell = boxes.get(key);
    return cell === undefined ? [] : [cell.x, cell.y];
  });
  const { x, y, width, height } = scene.tray.box;
  const frame = rect(x, y, width, height, 16, { stroke: "--ctl", lineWidth: 1 / options.scale });
  return [frame, { kind: "cells", corners, size, radius: 6, ...hollow(options) }];
}

// ---- traffic ------------------------------------------------------------------------------------------------------------

/** What moves: squares as dark as their Pods answered, the Service in focus, and bands from it to the zones. */
export function trafficShapes(scene: Scene, map: SceneMap, frame: Frame, options: StructureOptions): readonly Shape[] {
  const answers = answersOf(scene, frame.tallies);
  const shaded =
    (options.shade ?? "requests") !== "requests"
      ? []
      : options.level === 0
        ? shadedNodes(scene, answers)
        : shadedPods(scene, answers, options);
  return [...shaded, ...bandShapes(scene, map, answers, frame.perSecond, options), ...frontOf(scene, map, options)];
}

/** Answers by Pod, by node and by zone, and what the darkest square stands for. */
interface Answers {
  readonly scene: Scene;
  readonly byPod: ReadonlyMap<string, number>;
  readonly byNode: ReadonlyMap<string, number>;
  readonly byZone: ReadonlyMap<string, number>;
  readonly all: number;
  readonly podRamp: Ramp;
  readonly nodeRamp: Ramp;
}

// The tallies are the same list until another answer arrives: tens of thousands are summed up then, and not once a frame.
const summed = new WeakMap<Frame["tallies"], Answers>();

function answersOf(scene: Scene, tallies: Frame["tallies"]): Answers {
  const known = summed.get(tallies);
  if (known?.scene === scene) return known;
  const { nodeOf, nodes } = indexOf(scene);
  const byPod = new Map(tallies.map(({ pod, count }) => [pod, count]));
  const byNode = new Map<string, number>();
  const byZone = new Map<string, number>();
  let all = 0;
  for (const [key, count] of byPod) {
    const name = nodeOf.get(key);
    if (name === undefined) continue;
    byNode.set(name, (byNode.get(name) ?? 0) + count);
    const zone = nodes.get(name)?.zone;
    if (zone === undefined) continue;
    byZone.set(zone, (byZone.get(zone) ?? 0) + count);
    all += count;
  }
  const answers = { scene, byPod, byNode, byZone, all, podRamp: rampOf(byPod.values()), nodeRamp: rampOf(byNode.values()) };
  summed.set(tallies, answers);
  return answers;
}

function shadedPods(scene: Scene, { byPod, podRamp: ramp }: Answers, options: StructureOptions): readonly Shape[] {
  const { size, boxes } = cellsOf(scene);
  const { stateOf } = indexOf(scene);
  const looks = new Looks();
  for (const [key, count] of byPod) {
    const cell = boxes.get(key);
    const state = stateOf.get(key);
    if (cell === undefined || state === undefined || isHollow({ state }) || count <= 0 || !sees(options.visible, cell)) continue;
    const fill = INKS[stepOf(count, ramp)];
    looks.add(cell.x, cell.y, fill, () => ({ fill }));
  }
  return looks.shapes(size);
}

function shadedNodes(scene: Scene, { byNode, nodeRamp }: Answers): readonly Shape[] {
  const { nodes } = indexOf(scene);
  return [...byNode].flatMap(([name, sum]) => {
    const box = nodes.get(name)?.box;
    return box === undefined ? [] : [rect(box.x, box.y, box.width, box.height, 24, { fill: INKS[stepOf(sum, nodeRamp) as Step] })];
  });
}

/** Below this many answers a share says little: they are counted instead. */
const SHARE_FROM = 10;
const BAND = { least: 3, most: 22 } as const;

/** From the front to each zone that answered: as wide as its share, with share and rate at its end. */
function bandShapes(
  scene: Scene,
  map: SceneMap,
  { byZone, all }: Answers,
  perSecond: number | null,
  options: StructureOptions,
): readonly Shape[] {
  if (scene.focus === null || all === 0) return [];
  const k = 1 / options.scale;
  const front = frontOnMap(map, options.scale);
  const percent = percentages([...byZone]);
  return map.blocks.flatMap(({ name, box }, i) => {
    const count = byZone.get(name) ?? 0;
    if (count === 0) return [];
    const share = count / all;
    const start = { x: front.x + (front.width * (i + 1)) / (map.blocks.length + 1), y: front.y + front.height + 4 * k };
    const end = { x: box.x + box.width / 2, y: box.y - (MAP.heading + 12) * k };
    const width = (BAND.least + (BAND.most - BAND.least) * share) * k;
    const words = all < SHARE_FROM ? counted(count, "answer") : `${percent.get(name) ?? 0}%`;
    const rate = perSecond === null || all < SHARE_FROM ? "" : `${thousands(Math.round(perSecond * share))}/s`;
    return [...bandTo(start, end, width), ...bandWords(end, start, words, rate, width, options)];
  });
}

function bandTo(start: Point, end: Point, width: number): readonly Shape[] {
  const bend = (start.y + end.y) / 2;
  const d = `M${start.x} ${start.y}C${start.x} ${bend} ${end.x} ${bend} ${end.x} ${end.y}`;
  const tip = Math.max(width * 0.75, 1);
  return [
    path(d, { stroke: "--heat-1", lineWidth: width }),
    path(`M${end.x - tip} ${end.y}h${2 * tip}L${end.x} ${end.y + tip}Z`, { fill: "--heat-2" }),
  ];
}

/** Beside the band's end, on the side away from where it comes. */
function bandWords(
  end: Point,
  start: Point,
  share: string,
  rate: string,
  width: number,
  { scale, measure }: StructureOptions,
): readonly Shape[] {
  const k = 1 / scale;
  const strong: FontSpec = { ...TYPE.name, weight: 620, size: 13 * k };
  const plain: FontSpec = { ...TYPE.kind, size: 12.5 * k };
  const y = end.y - 12 * k;
  const gap = width / 2 + 9 * k;
  // a band that comes from the left is left of its end, so the words stand at the right
  const rightward = start.x <= end.x + k;
  const x = rightward ? end.x + gap : end.x - gap;
  const first = textWidth(share, strong, measure) + 6 * k;
  const second = rate === "" ? 0 : textWidth(rate, plain, measure) + 6 * k;
  const left = rightward ? x : x - first - second;
  return [text(left, y, share, strong, "--ink"), ...(rate === "" ? [] : [text(left + first, y, rate, plain, "--ink-2")])];
}

/** The Service in focus, as large as near by. */
function frontOf(scene: Scene, map: SceneMap, options: StructureOptions): readonly Shape[] {
  const service = scene.services.find(({ focus }) => focus);
  if (service === undefined) return [];
  const box = frontOnMap(map, options.scale);
  const near = { ...service, box: { x: 0, y: 0, width: MAP.frontWidth, height: MAP.frontHeight } };
  const shapes = frontShapes(near, "none", { ...options, level: 4, scale: 1 });
  return scaled(shapes, { x: 0, y: 0 }, 1 / options.scale).map((shape): Shape => moved(shape, box));
}

function moved(shape: Shape, by: Point): Shape {
  switch (shape.kind) {
    case "line":
      return { ...shape, points: shape.points.map(({ x, y }) => ({ x: x + by.x, y: y + by.y })) };
    case "cells":
      return { ...shape, corners: shape.corners.map((value, i) => value + (i % 2 === 0 ? by.x : by.y)) };
    default:
      return { ...shape, x: shape.x + by.x, y: shape.y + by.y };
  }
}
