/**
 * The picture at rest as shapes: boundary, zones, nodes, wires, threads, gates, Pods, fronts, pills. Ported from the
 * design's drawing kit, measure for measure. What moves is in moving.ts.
 */
import type { Box, GateShow, MeasureText } from "../contract.ts";
import { cellsOf } from "../cells.ts";
import type { Level } from "../level.ts";
import type { Scene, SceneNode, ScenePill, ScenePod, SceneService, SceneThread } from "../scene.ts";
import { glyph } from "./glyphs.ts";
import type { GlyphName } from "./glyphs.ts";
import { TYPE, circle, fitText, line, path, rect, text, textWidth } from "./shapes.ts";
import type { FontSpec, Ink, Pen, Shape } from "./shapes.ts";

export interface StructureOptions {
  readonly level: Level;
  /** On-screen px per scene px: levels below 4 print their names at a size that can be read. */
  readonly scale: number;
  readonly measure: MeasureText;
  /** What can be seen, in scene px; things outside are left out. Default: all. */
  readonly visible?: Box;
}

function inSight(box: Box, options: StructureOptions): boolean {
  const { visible } = options;
  if (visible === undefined) return true;
  const slack = 24;
  return (
    box.x < visible.x + visible.width + slack &&
    visible.x < box.x + box.width + slack &&
    box.y < visible.y + visible.height + slack &&
    visible.y < box.y + box.height + slack
  );
}

const WIRE: Pen = { stroke: "--wire", lineWidth: 1.5 };
/** Dotted blue: which Pods a Service selects. */
export const THREAD: Pen = { stroke: "--svc-fill", lineWidth: 1.5, dash: [0.1, 4.2] };

/** Everything at rest, back to front. */
export function structureShapes(scene: Scene, options: StructureOptions): readonly Shape[] {
  return [...groundShapes(scene, options), ...thingShapes(scene, options)];
}

/** What lies below the trails: boundary, zones, nodes, wires, threads. */
export function groundShapes(scene: Scene, options: StructureOptions): readonly Shape[] {
  const { level } = options;
  const { cluster } = scene;
  const shapes: Shape[] = [];
  if (level >= 2) for (const wire of scene.wires) shapes.push(line(wire, WIRE));
  const boundary = rect(cluster.x, cluster.y, cluster.width, cluster.height, scene.metrics.clusterRadius, {
    stroke: "--line-2",
    lineWidth: 1.5,
  });
  const zones = scene.zones.flatMap((zone) => [
    rect(zone.box.x, zone.box.y, zone.box.width, zone.box.height, 14, { fill: "--zone" }),
    ...(level >= 3 ? [text(zone.box.x + zone.box.width - 20, zone.box.y + 14.5, zone.name, TYPE.caption, "--ink-3", "end")] : []),
  ]);
  const captions: Shape[] = [];
  if (scene.clusterCaption !== "" && level >= 3)
    captions.push(text(cluster.x + cluster.width, cluster.y - 8, scene.clusterCaption, TYPE.caption, "--ink-3", "end"));
  if (scene.network !== null && level >= 4)
    captions.push(text(scene.network.point.x, scene.network.point.y, scene.network.text, TYPE.caption, "--ink-3", "end"));
  const nodes = scene.nodes.filter((node) => inSight(node.box, options)).flatMap((node) => nodeShapes(node, scene, options));
  const threads = level >= 2 ? scene.threads.flatMap((thread) => threadShapes(thread)) : [];
  const port = scene.entry === null ? [] : portShapes(scene.entry, level >= 3);
  return [boundary, ...zones, ...nodes, ...shapes, ...port, ...captions, ...threads];
}

/** What lies above the trails: gates, Pods, fronts, pills. */
export function thingShapes(scene: Scene, options: StructureOptions): readonly Shape[] {
  const { level } = options;
  if (level <= 1) return [...cellShapes(scene, level), ...frontsAt(scene, options)];
  return [
    ...scene.nodes.filter((node) => inSight(node.gate, options)).flatMap((node) => gateShapes(node, scene, restShow(node), options)),
    ...scene.pods.filter((pod) => inSight(pod.box, options)).flatMap((pod) => podShapes(pod, {}, options)),
    ...frontsAt(scene, options),
    ...scene.pills.flatMap((pill) => pillShapes(pill, options)),
  ];
}

function frontsAt(scene: Scene, options: StructureOptions): readonly Shape[] {
  return scene.services
    .filter((service) => options.level >= 2 || service.focus)
    .flatMap((service) => frontShapes(service, "none", options));
}

/** Below level 4 names keep 11 px on screen. */
function readable(font: FontSpec, options: StructureOptions): FontSpec {
  return options.level >= 4 ? font : { ...font, size: Math.max(font.size, Math.min(11 / options.scale, 40)) };
}

function portShapes(entry: NonNullable<Scene["entry"]>, named: boolean): readonly Shape[] {
  const { port, label } = entry;
  if (!named) return [circle(port.x, port.y, 4, { fill: "--surface", stroke: "--wire", lineWidth: 1.5 })];
  const dot = circle(port.x, port.y, 4, { fill: "--surface", stroke: "--wire", lineWidth: 1.5 });
  return label === "" ? [dot] : [dot, text(port.x + 10, port.y + 12.5, label, TYPE.caption, "--ink-3")];
}

function threadShapes(thread: SceneThread): readonly Shape[] {
  const shapes: Shape[] = thread.lines.map((points) => line(points, THREAD, 6));
  if (thread.end === null) return shapes;
  const { point, mono, text: words } = thread.end;
  const strong: FontSpec = { ...TYPE.label, size: 11.5 };
  shapes.push(...glyph("blocked", point.x + 4, point.y - 7, 14));
  shapes.push(text(point.x + 23, point.y + 4, mono, strong, "--ink"));
  shapes.push(text(point.x + 29 + mono.length * 6.9, point.y + 4, words, TYPE.kind, "--ink-2"));
  return shapes;
}

/** A node's frame with its name and address. */
export function nodeShapes(node: SceneNode, scene: Scene, options: StructureOptions): readonly Shape[] {
  const { box } = node;
  const { level, measure } = options;
  const dashed: Pen = node.ready ? {} : { dash: [4, 3.5] };
  const frame = rect(box.x, box.y, box.width, box.height, level >= 2 ? 12 : 6, {
    fill: "--surface",
    stroke: level >= 2 ? "--line-2" : "--surface",
    lineWidth: 1,
    ...dashed,
  });
  if (level <= 1) return [frame];
  const name = readable(TYPE.name, options);
  const left = box.x + scene.metrics.rail + 15;
  const y = box.y + scene.metrics.gateDy - 10;
  const right = box.x + box.width - 12;
  const aside = node.ready ? (node.cordoned ? "no new Pods" : level >= 4 ? node.address : "") : "not ready";
  const asideFont = node.ready && !node.cordoned ? TYPE.mono : TYPE.kind;
  const asideWidth = aside === "" ? 0 : textWidth(aside, asideFont, measure);
  const room = right - left;
  const fits = asideWidth + 10 + textWidth(node.name, name, measure) <= room;
  const shapes: Shape[] = [frame, text(left, y, fitText(node.name, fits ? room : room, name, measure), name, "--ink")];
  if (aside !== "" && fits) shapes.push(text(right, y, aside, asideFont, node.ready ? "--ink-3" : "--ink-2", "end"));
  if (!node.ready) shapes.push(...glyph("outline-blocked", left - 21, y - 12, 15));
  return shapes;
}

/** What a gate shows when nothing happens there. */
export type GateRest = { readonly kind: "rest" } | { readonly kind: "behind"; readonly changes: number };

export function restShow(node: SceneNode): GateRest {
  return node.changesBehind > 0 ? { kind: "behind", changes: node.changesBehind } : { kind: "rest" };
}

/** Progress of a gate's show, 0 to 1; only counting rules uses it. */
export function gateShapes(
  node: SceneNode,
  scene: Scene,
  show: GateShow | GateRest,
  options: StructureOptions,
  progress = 1,
): readonly Shape[] {
  const { gate } = node;
  const { level, measure } = options;
  const mid = gate.y + gate.height / 2;
  const railX = node.railX;
  const textX = railX + 15;
  const right = gate.x + gate.width - 9;
  if (level <= 3) {
    const ink = gateInk(show);
    return [rect(gate.x, mid - 3, gate.width, 6, 3, { fill: ink === null ? "--inset" : ink })];
  }
  const box = (pen: Pen): Shape => rect(gate.x, gate.y, gate.width, gate.height, 7, pen);
  const plain = box({ fill: "--inset" });
  const label = (words: string, ink: Ink = "--ink-2", font: FontSpec = TYPE.gate, room = right - textX): Shape =>
    text(textX, mid + 4, fitText(words, room, font, measure), font, ink);
  switch (show.kind) {
    case "rest": {
      const shapes = [plain, ...glyph("swap", railX - 6, mid - 6, 12, "--ink-3"), label("kube-proxy")];
      if (node.mode !== "" && scene.metrics.full === false && scene.arrangement === "phone") return shapes;
      return [...shapes, text(right, mid + 4, node.mode, TYPE.mono, "--ink-3", "end")];
    }
    case "behind":
      return [
        plain,
        ...glyph("starting", railX - 6.5, mid - 6.5, 13),
        label(`${show.changes} ${show.changes === 1 ? "change" : "changes"} behind`),
      ];
    case "matching": {
      const counted = Math.min(show.rules, Math.max(1, Math.ceil(progress * show.shown)));
      const more = show.rules - show.shown;
      const counting = progress >= 0.999 && more > 0 ? `and ${more} more` : `rule ${counted} of ${show.rules}`;
      const words = show.nodePort === null ? counting : `node port ${show.nodePort}`;
      const barX = textX + Math.max(78, textWidth(words, TYPE.gate, measure) + 10);
      const barWidth = Math.max(12, right - barX);
      return [
        plain,
        ...glyph("swap", railX - 6, mid - 6, 12, "--ink"),
        label(words),
        rect(barX, mid - 3, barWidth, 6, 3, { fill: "--line-2" }),
        rect(barX, mid - 3, Math.max(6, barWidth * Math.min(1, progress)), 6, 3, { fill: "--ink" }),
      ];
    }
    case "rewriting":
    case "restoring": {
      const yellow = box({ fill: "--nat-soft", stroke: "--nat", lineWidth: 1.25 });
      const badge = glyph("nat", railX - 8.5, mid - 8.5, 17);
      const name = show.service ?? "";
      const serviceFont: FontSpec = { ...TYPE.monoStrong, weight: 620 };
      const restoring = show.kind === "restoring";
      if (show.kind === "rewriting" && show.masquerade !== null && show.to !== "")
        return [yellow, ...badge, ...bothAddresses(show, { x: textX, mid, room: right + 4 - textX }, measure)];
      const masquerade = show.kind === "rewriting" && show.masquerade !== null && show.to === "";
      const room = right + 4 - textX;
      const to = masquerade && show.kind === "rewriting" ? (show.masquerade ?? "") : show.to;
      const shownName = restoring || name === "" ? "" : fitText(name, Math.max(20, room - 20 - to.length * 6.6), serviceFont, measure);
      const lead = masquerade ? "from" : restoring ? "as" : shownName;
      const leadWidth = lead.length * 6.6;
      const whole = leadWidth + 20 + to.length * 6.6 <= room ? to : to.replace(/:\d+$/, "");
      return [
        yellow,
        ...badge,
        text(textX, mid + 4, lead, masquerade || restoring ? TYPE.mono : serviceFont, masquerade || restoring ? "--ink-2" : "--svc"),
        ...(masquerade || restoring ? [] : glyph("arrow", textX + leadWidth + 4.5, mid - 5.5, 11, "--ink")),
        text(textX + leadWidth + (masquerade || restoring ? 7 : 20), mid + 4, whole, TYPE.monoStrong, restoring ? "--svc" : "--ink"),
      ];
    }
    case "choosing":
      return [plain, ...glyph("swap", railX - 6, mid - 6, 12, "--ink"), label(show.text)];
    case "known":
      return [
        plain,
        ...glyph("link", railX - 6, mid - 6, 12, "--ink"),
        label("known"),
        text(right, mid + 4, fitText(show.to, right - textX - 48, TYPE.mono, measure), TYPE.mono, "--ink-2", "end"),
      ];
    case "naming":
      return [plain, ...glyph("swap", railX - 6, mid - 6, 12, "--ink"), label(show.service, "--svc", { ...TYPE.monoStrong, weight: 620 })];
    case "refusing":
    case "dropping": {
      const red = box({ fill: "--drop-soft", stroke: "--drop-fill", lineWidth: 1.25 });
      return [red, label(show.text, "--drop", { ...TYPE.gate, weight: 560 })];
    }
  }
}

/** Two lines in the gate: where the packet goes now, and from whom it seems to come. */
function bothAddresses(
  show: Extract<GateShow, { readonly kind: "rewriting" }>,
  at: { readonly x: number; readonly mid: number; readonly room: number },
  measure: MeasureText,
): readonly Shape[] {
  const whole = (address: string): string => (42 + address.length * 6.6 <= at.room ? address : address.replace(/:\d+$/, ""));
  const row = (lead: string, address: string, baseline: number): readonly Shape[] => [
    text(at.x, baseline, lead, TYPE.kind, "--ink-2"),
    text(at.x + 34, baseline, fitText(whole(address), at.room - 34, TYPE.monoStrong, measure), TYPE.monoStrong, "--ink"),
  ];
  return [...row("to", show.to, at.mid - 2.5), ...row("from", show.masquerade ?? "", at.mid + 10)];
}

function gateInk(show: GateShow | GateRest): Ink | null {
  switch (show.kind) {
    case "rest":
    case "behind":
    case "known":
    case "naming":
      return null;
    case "matching":
    case "choosing":
      return "--line-2";
    case "rewriting":
    case "restoring":
      return "--nat-mark";
    case "refusing":
    case "dropping":
      return "--drop-fill";
  }
}

export interface PodLook {
  readonly chosen?: boolean;
  /** In place of the second line, in red: what is closed. */
  readonly closed?: string;
  /** At the right of the first line: a chance, a tally. */
  readonly tag?: string;
  /** Requests it has answered: a square with their number. */
  readonly tally?: number;
}

const POD_GLYPHS: Readonly<Record<ScenePod["state"], GlyphName>> = {
  ready: "ready",
  "not-ready": "notready",
  pending: "starting",
  starting: "starting",
  terminating: "terminating",
  crashing: "notready",
  completed: "completed",
  failed: "notready",
};

/** Pods of two columns give the words more of their width. */
const NARROW = 130;

const DASHED = new Set<ScenePod["state"]>(["not-ready", "terminating", "crashing", "failed"]);

/** The glyph of a Pod's state. */
export function podGlyph(state: ScenePod["state"]): GlyphName {
  return POD_GLYPHS[state];
}

export function podShapes(pod: ScenePod, look: PodLook, options: StructureOptions): readonly Shape[] {
  const { box } = pod;
  const { level, measure } = options;
  const dashed = DASHED.has(pod.state);
  const fresh = pod.state === "starting" || pod.state === "pending";
  const base: Pen = dashed
    ? { fill: "--surface", stroke: "--ctl", lineWidth: 1, dash: [3, 3] }
    : fresh
      ? { fill: "--surface", stroke: "--line-2", lineWidth: 1 }
      : pod.role === "client"
        ? { fill: "--inset", stroke: "--line-2", lineWidth: 1 }
        : { fill: "--inset" };
  const pen: Pen = look.chosen === true ? { fill: base.fill ?? "--inset", stroke: "--ink", lineWidth: 1.75 } : base;
  const shapes: Shape[] = [rect(box.x, box.y, box.width, box.height, 8, pen)];
  const mid = box.y + box.height / 2;
  if (level === 2) return [...shapes, ...glyph(podGlyph(pod.state), box.x + box.width / 2 - 13, mid - 13, 26)];
  if (level === 3) return [...shapes, ...compactPod(pod, options), ...badgeShapes(pod)];
  const nameInk: Ink = dashed ? "--ink-2" : "--ink";
  const narrow = box.width < NARROW;
  const left = box.x + (narrow ? 27 : 33);
  shapes.push(...glyph(podGlyph(pod.state), box.x + (narrow ? 7 : 10), mid - 7.5, 15));
  const icon = pod.role === "client" ? "terminal" : pod.role === "dns" ? "dns" : null;
  const tag = look.tag ?? (pod.restarts > 0 && (pod.state === "crashing" || pod.state === "not-ready") ? `${pod.restarts}×` : "");
  const right = box.x + box.width - (icon === null ? (pod.badges.length > 0 ? 10 : 8) : 26);
  const tagWidth = tag === "" ? 0 : textWidth(tag, TYPE.mono, measure) + 6;
  const detail = look.closed ?? pod.detail;
  const detailFont: FontSpec = look.closed === undefined ? TYPE.mono : TYPE.trouble;
  const tallyWidth = look.tally === undefined ? 0 : textWidth(String(look.tally), TYPE.tally, measure) + TALLY + 10;
  // the tally stands beside the address; where that leaves no room, beside the name, and a chance goes before it
  const below = left + textWidth(detail, detailFont, measure) + tallyWidth <= right;
  const beside = !below && tag === "" ? tallyWidth : 0;
  shapes.push(text(left, mid - 3, fitText(pod.name, right - tagWidth - beside - left, TYPE.name, measure), TYPE.name, nameInk));
  if (look.tally !== undefined && (below || beside > 0))
    shapes.push(...tallyShapes(look.tally, right, below ? mid + 12 : mid - 3, options));
  shapes.push(
    text(
      left,
      mid + 12,
      fitText(detail, (narrow ? box.x + box.width - 8 : right) - left, detailFont, measure),
      detailFont,
      look.closed === undefined ? "--ink-2" : "--drop",
    ),
  );
  // in a narrow Pod the icon stands beside the name alone, so that the address keeps its room
  const iconY = narrow ? mid - 15 : mid - 7;
  if (icon === "terminal") shapes.push(...glyph("terminal", box.x + box.width - 23, iconY, 14, "--ink-2"));
  if (icon === "dns") shapes.push(...glyph("dns", box.x + box.width - 24, iconY, 14));
  if (tag !== "") shapes.push(text(right, mid - 3, tag, TYPE.mono, "--ink-2", "end"));
  return [...shapes, ...badgeShapes(pod)];
}

/** Side of the tally's square. */
const TALLY = 9;

function tallyShapes(count: number, right: number, baseline: number, options: StructureOptions): readonly Shape[] {
  const x = right - textWidth(String(count), TYPE.tally, options.measure) - 4 - TALLY;
  return [rect(x, baseline - 8.5, TALLY, TALLY, 2.5, { fill: "--ink" }), text(right, baseline, String(count), TYPE.tally, "--ink", "end")];
}

function compactPod(pod: ScenePod, options: StructureOptions): readonly Shape[] {
  const { box } = pod;
  const mid = box.y + box.height / 2;
  const font = readable(TYPE.name, options);
  const size = font.size * 1.1;
  return [
    ...glyph(podGlyph(pod.state), box.x + 8, mid - size / 2, size),
    text(
      box.x + 14 + size,
      mid + font.size * 0.35,
      fitText(pod.name, box.width - 22 - size, font, options.measure),
      font,
      DASHED.has(pod.state) ? "--ink-2" : "--ink",
    ),
  ];
}

export function badgeShapes(pod: ScenePod): readonly Shape[] {
  const x = pod.box.x + pod.box.width;
  const mid = pod.box.y + pod.box.height / 2;
  const pitch = 15;
  const count = pod.badges.length;
  const first = mid - ((count - 1) * pitch) / 2;
  const shapes = pod.badges.flatMap((badge, i): readonly Shape[] => {
    const y = first + i * pitch;
    return [circle(x, y, 8, { fill: "--surface" }), ...glyph(badge.solid ? "service" : "service-empty", x - 7, y - 7, 14)];
  });
  if (pod.moreBadges > 0) return [...shapes, text(x + 9, mid + 22, `${pod.moreBadges} more`, TYPE.caption, "--ink-3", "end")];
  return shapes;
}

/** Level 1: a square a Pod, hollow when not ready. Level 0: a square a node. */
function cellShapes(scene: Scene, level: Level): readonly Shape[] {
  if (level === 0) {
    return scene.nodes.map((node) =>
      rect(
        node.box.x + 8,
        node.box.y + 8,
        node.box.width - 16,
        node.box.height - 16,
        8,
        node.ready ? { fill: "--heat-2" } : { stroke: "--drop-fill", lineWidth: 6 },
      ),
    );
  }
  const { size, boxes } = cellsOf(scene);
  const ready: number[] = [];
  const hollow: number[] = [];
  for (const pod of scene.pods) {
    const cell = boxes.get(pod.key);
    if (cell !== undefined) (DASHED.has(pod.state) ? hollow : ready).push(cell.x, cell.y);
  }
  return [
    { kind: "cells", corners: ready, size, radius: 6, fill: "--heat-1" },
    { kind: "cells", corners: hollow, size, radius: 6, fill: "--surface", stroke: "--ctl", lineWidth: 4 },
  ];
}

export type FrontEmphasis = "none" | "matched";

/** A Service front: a long hexagon that never moves; its outline says what stands behind it. */
export function frontShapes(service: SceneService, emphasis: FrontEmphasis, options: StructureOptions): readonly Shape[] {
  const { box } = service;
  const { level, measure } = options;
  const { x, y, width: w, height: h } = box;
  const c = 11;
  const outline = `M${x + c} ${y}H${x + w - c}L${x + w} ${y + h / 2}L${x + w - c} ${y + h}H${x + c}L${x} ${y + h / 2}Z`;
  const shapes: Shape[] = [path(outline, frontPen(service, emphasis))];
  const left = x + 20;
  const right = x + w - 20;
  const full = service.dns !== null;
  const [first, second, third] = full ? [19, 34, 48] : [h / 2 - 4, h / 2 + 12, 0];
  if (level <= 2) {
    const font = readable({ ...TYPE.front }, options);
    return [
      ...shapes,
      text(x + w / 2, y + h / 2 + font.size * 0.35, fitText(service.name, w - 30, font, measure), font, "--svc", "middle"),
    ];
  }
  const note = service.trouble;
  const aside = note ?? service.type;
  const asideFont = note === null ? TYPE.kind : TYPE.trouble;
  const asideWidth = textWidth(aside, asideFont, measure) + (note === null ? 0 : 17);
  const nameRoom = right - left;
  const showAside = textWidth(service.name, TYPE.front, measure) + 10 + asideWidth <= nameRoom;
  shapes.push(
    text(
      left,
      y + first,
      fitText(service.name, showAside ? nameRoom - asideWidth - 8 : nameRoom, TYPE.front, measure),
      TYPE.front,
      "--svc",
    ),
  );
  if (note !== null && showAside)
    shapes.push(...glyph("blocked", right - asideWidth, y + first - 10.5, 13), text(right, y + first, note, TYPE.trouble, "--drop", "end"));
  if (note === null && showAside && level >= 4) shapes.push(text(right, y + first, service.type, TYPE.kind, "--ink-2", "end"));
  const glyphWidth = service.dnsGlyph ? 18 : 0;
  if (service.dnsGlyph) shapes.push(...glyph("dns", right - 13, y + second - 10, 13));
  const addressWidth = service.address.length * 6.9;
  const typeRoom = right - left - addressWidth - glyphWidth - 8;
  if (note !== null && level >= 4 && textWidth(service.type, TYPE.kind, measure) <= typeRoom)
    shapes.push(text(right - glyphWidth, y + second, service.type, TYPE.kind, "--ink-2", "end"));
  if (service.address !== "") {
    const address = addressWidth <= right - left - glyphWidth ? service.address : service.address.replace(/:\d+$/, "");
    shapes.push(text(left, y + second, fitText(address, right - left - glyphWidth, TYPE.monoService, measure), TYPE.monoService, "--svc"));
  }
  if (full && service.dns !== null && level >= 4) {
    const line3 = service.address === "" ? second : third;
    shapes.push(text(left, y + line3, fitText(service.dns, right - left, TYPE.mono, measure), TYPE.mono, "--ink-3"));
    if (service.pending) shapes.push(...glyph("starting", right - 12, y + line3 - 10, 12));
  }
  return shapes;
}

function frontPen(service: SceneService, emphasis: FrontEmphasis): Pen {
  const pen = restPen(service);
  return emphasis === "matched" ? { ...pen, fill: "--svc-soft", lineWidth: 2.25, strokeAlpha: 1 } : pen;
}

function restPen(service: SceneService): Pen {
  switch (service.state) {
    case "focus":
      return { fill: "--svc-soft", stroke: "--svc-fill", lineWidth: 1.5 };
    case "rest":
      return { fill: "--surface", stroke: "--svc-fill", lineWidth: 1.1, strokeAlpha: 0.72 };
    case "empty":
      return { fill: "--surface", stroke: "--svc-fill", lineWidth: 1.25, dash: [4, 3.5] };
    case "headless":
      return { stroke: "--svc-fill", lineWidth: service.focus ? 1.5 : 1.25 };
  }
}

export function pillShapes(pill: ScenePill, options: StructureOptions): readonly Shape[] {
  const { box } = pill;
  const mid = box.y + box.height / 2;
  const frame = rect(box.x, box.y, box.width, box.height, box.height / 2, { fill: "--surface", stroke: "--line-2", lineWidth: 1 });
  if (options.level <= 2) return [frame];
  const icon = pill.glyph === "dns" ? glyph("dns", box.x + 15, mid - 8, 16) : glyph(pill.glyph, box.x + 15, mid - 8, 16, "--ink-2");
  return [
    frame,
    ...icon,
    text(box.x + 40, mid - 3, fitText(pill.name, box.width - 54, TYPE.name, options.measure), TYPE.name, "--ink"),
    text(box.x + 40, mid + 12, fitText(pill.address, box.width - 54, TYPE.mono, options.measure), TYPE.mono, "--ink-2"),
  ];
}
