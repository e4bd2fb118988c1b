/**
 * The moving layer as shapes, over the picture at rest: trails, the gates and Pods and fronts that say something now,
 * numbers, octagons, packets with their labels, and what a person points at.
 */
import type { Place } from "../../core/network/trace.ts";
import type { Attention, Box, Point } from "../contract.ts";
import type { Frame, FrameBand, FramePacket, FrameStop, FrameTrail } from "../frame.ts";
import { boxOf } from "../hit.ts";
import { indexOf, podsInSight } from "../lookup.ts";
import { isMap } from "../map.ts";
import type { Scene, SceneNode, ScenePod } from "../scene.ts";
import { glyph } from "./glyphs.ts";
import { threadsOf } from "../threads.ts";
import { placeLabels } from "./labels.ts";
import { TYPE, circle, faded, line, path, rect, text, textWidth } from "./shapes.ts";
import type { Ink, Pen, Shape } from "./shapes.ts";
import { barShapes } from "./bar.ts";
import { frontShapes } from "./front.ts";
import { gateShapes } from "./gate.ts";
import { headY, threadLines, trackedShapes } from "./ground.ts";
import { trafficShapes } from "./map.ts";
import { inSight, inked } from "./options.ts";
import type { StructureOptions } from "./options.ts";
import { checkShapes, pillShapes } from "./pill.ts";
import { badgeShapes, podShapes } from "./pod.ts";
import { pointedShapes } from "./pointed.ts";

/** All that moves, back to front; with reduced motion what packets carry fades over from the still picture before. */
export function movingShapes(scene: Scene, frame: Frame, attention: Attention, options: StructureOptions): readonly Shape[] {
  // on a map bands stand for packets
  if (scene.map !== null && options.level <= 1)
    return [
      ...trafficShapes(scene, scene.map, frame, options),
      ...attentionShapes(scene, attention, options),
      ...pointedShapes(scene, [], attention, options),
    ];
  const ground = groundedShapes(scene, frame, options);
  const carried = carriedShapes(scene, frame, options);
  const over = [...attentionShapes(scene, attention, options), ...pointedShapes(scene, frame.stops, attention, options)];
  if (frame.fade === null) return [...ground, ...carried, ...over];
  const { from, progress } = frame.fade;
  return [...ground, ...faded(carriedShapes(scene, from, options), 1 - progress), ...faded(carried, progress), ...over];
}

/** Trails, and the things of the scene that say something now. */
function groundedShapes(scene: Scene, frame: Frame, options: StructureOptions): readonly Shape[] {
  const shapes: Shape[] = [];
  for (const band of frame.bands) shapes.push(bandShape(band));
  for (const trail of frame.trails) shapes.push(...trailShapes(trail));
  if (options.level >= 2) shapes.push(...speakingShapes(scene, frame, options));
  if (options.level < 3) return shapes;
  for (const stop of frame.stops) shapes.push(...stopShapes(stop));
  if (frame.answering !== null) shapes.push(...answeringShapes(frame.answering, scene));
  return shapes;
}

/** Packets, octagons, labels, the sender's search and its waiting. */
function carriedShapes(scene: Scene, frame: Frame, options: StructureOptions): readonly Shape[] {
  const shapes: Shape[] = [...packetShapes(frame, options)];
  for (const octagon of frame.octagons) shapes.push(...octagonShapes(octagon.point, octagon.glyph, octagon.progress));
  if (options.level >= 4) {
    shapes.push(...placeLabels(scene, frame.packets));
    if (frame.search !== null) shapes.push(...searchShapes(scene, frame.search));
  }
  if (frame.waiting !== null) shapes.push(...waitingShapes(scene, frame.waiting, options));
  return shapes;
}

// ---- trails -------------------------------------------------------------------------------------------------------

function trailShapes(trail: FrameTrail): readonly Shape[] {
  switch (trail.kind) {
    case "traffic":
      return [line(trail.points, { stroke: "--ink", lineWidth: 2.25, alpha: trail.alpha })];
    case "dns":
      return [line(trail.points, { stroke: "--dns-fill", lineWidth: 1.75, alpha: trail.alpha })];
    case "refusal":
      return [line(trail.points, { stroke: "--drop-fill", lineWidth: 2, dash: [5, 4], alpha: trail.alpha }, 6)];
    case "ahead":
      return [line(trail.points, { stroke: "--ink", lineWidth: 1.75, dash: [1.5, 5], alpha: 0.55 * trail.alpha })];
  }
}

/** Traffic as a band: the more of all packets go along these wires, the wider. */
function bandShape({ points, packets, of }: FrameBand): Shape {
  return line(points, { stroke: "--heat-1", lineWidth: BAND.least + ((BAND.most - BAND.least) * packets) / Math.max(1, of), alpha: 0.8 });
}

const BAND = { least: 4, most: 16 } as const;

// ---- what says something now --------------------------------------------------------------------------------------

function speakingShapes(scene: Scene, frame: Frame, options: StructureOptions): readonly Shape[] {
  const shapes: Shape[] = [];
  const crossed = new Set([...frame.trails, ...frame.bands].flatMap(({ points }) => points.map((point) => Math.round(point.x))));
  for (const node of scene.nodes) {
    if (!inSight(node.gate, options)) continue;
    const speaks = frame.gates.find((gate) => gate.node === node.name);
    // a gate lies across its rail: where a trail or a band was drawn over it, it is drawn again
    if (speaks === undefined && !railCrossed(node, crossed)) continue;
    const gate = gateShapes(node, scene, speaks?.show ?? node.rest, options, speaks?.progress ?? 1);
    shapes.push(...(speaks === undefined ? inked(gate, "nodes", node.name, options) : gate));
  }
  if (options.level === 5)
    for (const { node: name, count } of frame.tracked) {
      const node = scene.nodes.find((one) => one.name === name);
      if (node !== undefined && inSight(node.box, options)) shapes.push(...trackedShapes(node, count, scene, options));
    }
  if (options.level >= 4) for (const { node, text } of frame.doors) shapes.push(...doorShapes(scene, node, text, options));
  const tallies = options.level < 4 ? null : talliesOf(frame);
  if (tallies !== null || frame.barred.length > 0 || frame.trails.length > 0 || changesPods(frame))
    for (const pod of podsInSight(scene, options.visible)) {
      // a trail along the stub was drawn over the bar
      const stops = frame.barred.includes(pod.key);
      if (pod.bar !== null && (stops || frame.trails.length > 0)) shapes.push(...barShapes(pod, stops ? "stopped" : "rest", options));
      shapes.push(...changedPod(pod, frame, tallies, options));
    }
  for (const key of frame.matched) {
    const service = scene.services.find((one) => one.key === key);
    if (service !== undefined) shapes.push(...frontShapes(service, "matched", options));
  }
  if (frame.trails.length > 0)
    for (const pill of scene.pills)
      if (inSight(pill.box, options)) shapes.push(...inked(pillShapes(pill, options), "outside", pill.id, options));
  const sender = frame.sender === null ? null : placeBox(scene, frame.sender.place);
  if (sender !== null && frame.sender !== null)
    shapes.push(outline(sender, 0, { stroke: "--ink", lineWidth: 1.25, alpha: frame.sender.alpha }));
  return shapes;
}

type Tallies = ReadonlyMap<string, Frame["tallies"][number]>;
// `talliesAt` gives the same list until an answer arrives: it is read once, not once a frame.
const read = new WeakMap<Frame["tallies"], Tallies>();

/** Answers by Pod; null where none is told. */
function talliesOf({ tallies }: Frame): Tallies | null {
  if (tallies.length === 0) return null;
  let known = read.get(tallies);
  if (known === undefined) read.set(tallies, (known = new Map(tallies.map((tally) => [tally.pod, tally]))));
  return known;
}

function changesPods({ chosen, chances, octagons }: Frame): boolean {
  return chosen.length > 0 || chances.length > 0 || octagons.some(({ said }) => said !== null);
}

/** A node's chance, in place of its address. */
function doorShapes(scene: Scene, name: string, chance: string, options: StructureOptions): readonly Shape[] {
  const node = scene.nodes.find((one) => one.name === name);
  if (node === undefined) return [];
  const { box } = node;
  const right = box.x + box.width - 12;
  const y = headY(node, scene, options);
  const wide = Math.max(textWidth(node.address, TYPE.mono, options.measure), 40);
  return [rect(right - wide, y - 11, wide + 1, 15, 0, { fill: "--surface" }), text(right, y, chance, TYPE.monoStrong, "--ink", "end")];
}

function railCrossed(node: SceneNode, crossed: ReadonlySet<number>): boolean {
  for (let dx = -6; dx <= 8; dx++) if (crossed.has(Math.round(node.railX) + dx)) return true;
  return false;
}

function changedPod(pod: ScenePod, frame: Frame, tallies: Tallies | null, options: StructureOptions): readonly Shape[] {
  const chosen = frame.chosen.includes(pod.key);
  const chance = frame.chances.find((one) => one.pod === pod.key)?.text;
  const closed = frame.octagons.find((one) => one.pod === pod.key)?.said ?? undefined;
  // what was left aside does not stand out for a number
  const aside = options.kept?.pods.has(pod.key) === false;
  const tally = aside ? undefined : tallies?.get(pod.key);
  const share = frame.streams ? (tally?.share ?? null) : null;
  if (!chosen && chance === undefined && closed === undefined && tally === undefined) return [];
  return podShapes(
    pod,
    {
      ...(chosen ? { chosen } : {}),
      ...(chance !== undefined ? { tag: chance } : share === null ? {} : { tag: `${share}%` }),
      ...(closed === undefined || closed === null ? {} : { closed }),
      ...(tally === undefined ? {} : { tally: tally.count }),
    },
    options,
  );
}

function placeBox(scene: Scene, place: Place): (Box & { readonly radius: number }) | null {
  switch (place.kind) {
    case "pod":
      return boxOf(scene, { kind: "pod", key: place.pod });
    case "node":
      return boxOf(scene, { kind: "node", name: place.node });
    case "gate":
      return boxOf(scene, { kind: "gate", node: place.node });
    case "outside":
      return boxOf(scene, { kind: "outside", id: place.id });
    case "beyond":
      return null;
  }
}

// ---- numbers, octagons, packets -----------------------------------------------------------------------------------

function stopShapes(stop: FrameStop): readonly Shape[] {
  const { x, y } = stop.point;
  const number = (ink: Ink): Shape => text(x, y + 3.7, String(stop.number), TYPE.stop, ink, "middle");
  if (stop.dns) return [circle(x, y, 8, { fill: "--dns-fill", stroke: "--surface", lineWidth: 2 }), number("--on-fill")];
  switch (stop.state) {
    case "past":
      return [circle(x, y, 8, { fill: "--ink", stroke: "--surface", lineWidth: 2 }), number("--on-ink")];
    case "current":
      return [rect(x - 8, y - 8, 16, 16, 4.5, { fill: "--ink", stroke: "--canvas", lineWidth: 3 }), number("--on-ink")];
    case "ahead":
      return [circle(x, y, 8, { fill: "--surface", stroke: "--ctl", lineWidth: 1.25 }), number("--ink-2")];
  }
}

/** The diamond at a name server fills while it answers. */
function answeringShapes(answering: NonNullable<Frame["answering"]>, scene: Scene): readonly Shape[] {
  const { x, y } = answering.point;
  const near = podsInSight(scene, { x, y, width: 0, height: 0 });
  const pod = near.find((one) => one.box.x === x && Math.abs(one.box.y + one.box.height / 2 - y) < 1);
  if (pod === undefined || pod.role !== "dns") return [];
  const size = 14 + 4 * answering.progress;
  return glyph("dns", pod.box.x + pod.box.width - 17 - size / 2, pod.box.y + pod.box.height / 2 - size / 2, size);
}

function octagonShapes(point: Point, name: "reject" | "drop" | "blocked", grown: number): readonly Shape[] {
  const size = 22 * (0.6 + 0.4 * grown);
  return [
    rect(point.x - 12, point.y - 12, 24, 24, 6, { fill: "--drop-soft", alpha: grown }),
    ...glyph(name, point.x - size / 2, point.y - size / 2, size, "--ink", grown),
  ];
}

/** More packets than this are plain squares in one shape. */
const CROWD = 60;
/** Side of a packet of another request; of one in a crowd. */
const OTHER = 12;
const IN_CROWD = 9;

function packetShapes(frame: Frame, options: StructureOptions): readonly Shape[] {
  const { level, scale } = options;
  const crowd = frame.packets.length > CROWD;
  const size = Math.max(level >= 4 ? IN_CROWD : 0, 7 / scale);
  const plain: number[] = [];
  const others: Shape[] = [];
  const shapes: Shape[] = [];
  for (const packet of frame.packets) {
    if (packet.stopped || packet.alpha <= 0) continue;
    const { x, y } = packet.point;
    if (level <= 2 || (crowd && packet.number === null && packet.style !== "dns")) plain.push(x - size / 2, y - size / 2);
    else if (packet.number === null) others.push(...otherPacket(packet, Math.max(OTHER, size), crowd));
    else if (packet.style === "dns") shapes.push(...diamond({ x: x - 5, y: y + 5 }, packet.alpha));
    else if (packet.style === "refusal") shapes.push(...glyph("reject", x, y - 15, 14, "--ink", packet.alpha));
    else shapes.push(...square(packet.point, packet.number, packet.scale, packet.alpha, crowd ? null : TYPE.stop.size));
  }
  const cells: Shape[] = plain.length === 0 ? [] : [{ kind: "cells", corners: plain, size, radius: 3, fill: "--ink" }];
  return [...cells, ...others, ...shapes];
}

/** A packet of a request that is not told: the same silhouettes, smaller and without a number. */
function otherPacket({ point, style, alpha, scale }: FramePacket, size: number, crowd: boolean): readonly Shape[] {
  if (style === "dns") return diamond({ x: point.x - 5, y: point.y + 5 }, alpha, crowd ? 0.6 : 1);
  if (style === "refusal") return glyph("reject", point.x, point.y - 15, size, "--ink", alpha);
  const side = size * scale;
  return [rect(point.x - side / 2, point.y - side / 2, side, side, 3.5, { fill: "--ink", stroke: "--canvas", lineWidth: 2, alpha })];
}

function diamond(at: Point, alpha: number, scale = 1): readonly Shape[] {
  return [
    circle(at.x, at.y, 7.5 * scale, { fill: "--canvas", alpha }),
    path("M8 1.4L14.6 8 8 14.6 1.4 8z", { fill: "--dns-fill", alpha }, at.x - 6 * scale, at.y - 6 * scale, 0.75 * scale),
  ];
}

function square(at: Point, number: number, scale: number, alpha: number, numberSize: number | null): readonly Shape[] {
  const half = 8 * scale;
  const box = (pen: Pen): Shape => rect(at.x - half, at.y - half, 2 * half, 2 * half, 4.5 * scale, { ...pen, alpha });
  const shapes = [box({ fill: "--ink", stroke: "--canvas", lineWidth: 3 })];
  if (numberSize === null || scale < 0.7) return shapes;
  return [...shapes, text(at.x, at.y + 3.8, String(number), TYPE.stop, "--on-ink", "middle", alpha)];
}

// ---- the sender's side --------------------------------------------------------------------------------------------

/** resolv.conf's candidates by the sender, one after another. */
function searchShapes(scene: Scene, card: NonNullable<Frame["search"]>): readonly Shape[] {
  const box = placeBox(scene, card.place);
  if (box === null || card.rows.length === 0) return [];
  const longest = Math.max(...card.rows.map((row) => row.name.length));
  const width = 34 + longest * 6.6;
  const height = 12 + card.rows.length * 18;
  const x = Math.max(8, Math.min(box.x + 14, scene.width - width - 8));
  const below = box.y + box.height + 6;
  const y = below + height <= scene.height ? below : Math.max(4, box.y - height - 6);
  const shapes: Shape[] = [
    rect(x, y, width, height, 8, { fill: "--surface", stroke: "--dns-fill", lineWidth: 1.25, alpha: card.rows[0]?.alpha ?? 1 }),
  ];
  card.rows.forEach((row, i) => {
    const baseline = y + 19 + i * 18;
    const ink: Ink = row.state === "found" ? "--dns" : row.state === "asking" ? "--ink-2" : "--ink-3";
    const font = row.state === "found" ? TYPE.monoStrong : TYPE.mono;
    if (row.state !== "not-found")
      shapes.push(...glyph("dns", x + 8, baseline - 10, 12, "--ink", row.state === "found" ? row.alpha : row.alpha * 0.45));
    shapes.push(text(x + 25, baseline, row.name, font, ink, "start", row.alpha));
    if (row.state === "not-found")
      shapes.push(
        line(
          [
            { x: x + 24, y: baseline - 3.5 },
            { x: x + 26 + row.name.length * 6.6, y: baseline - 3.5 },
          ],
          { stroke: "--ink-3", lineWidth: 1, alpha: row.alpha },
          0,
        ),
      );
  });
  return shapes;
}

/** Nothing comes back: a ring at the sender runs full until its timeout, with words where it stands over no others. */
function waitingShapes(scene: Scene, waiting: NonNullable<Frame["waiting"]>, options: StructureOptions): readonly Shape[] {
  const box = placeBox(scene, waiting.place);
  if (box === null) return [];
  const ring = { x: box.x + box.width - 16, y: box.y + (waiting.place.kind === "node" ? 16 : box.height / 2) };
  const angle = Math.PI * 2 * Math.min(0.9999, waiting.progress);
  const r = 7;
  const end = { x: ring.x + r * Math.sin(angle), y: ring.y - r * Math.cos(angle) };
  const large = angle > Math.PI ? 1 : 0;
  return [
    ...waitingWords(scene, box, waiting, options),
    circle(ring.x, ring.y, 10, { fill: waiting.place.kind === "pod" ? "--inset" : "--surface" }),
    circle(ring.x, ring.y, r, { stroke: "--line-2", lineWidth: 2 }),
    ...(waiting.progress <= 0
      ? []
      : [
          path(`M${ring.x} ${ring.y - r}A${r} ${r} 0 ${large} 1 ${end.x.toFixed(2)} ${end.y.toFixed(2)}`, {
            stroke: "--ink",
            lineWidth: 2,
            cap: "round",
          }),
        ]),
  ];
}

/** "waits 5 s": beside the sender's name, left of the ring; in a small label of its own below it where that leaves no room. */
function waitingWords(scene: Scene, box: Box, waiting: NonNullable<Frame["waiting"]>, options: StructureOptions): readonly Shape[] {
  if (options.level < 4) return [];
  const { place } = waiting;
  const words = `waits ${Number(waiting.seconds.toFixed(1))} s`;
  const width = textWidth(words, TYPE.kind, options.measure);
  const ring = box.x + box.width - 28;
  const name =
    (place.kind === "pod" ? indexOf(scene).pods.get(place.pod)?.name : undefined) ??
    scene.pills.find((one) => place.kind === "outside" && one.id === place.id)?.name;
  if (name !== undefined && box.x + 40 + textWidth(name, TYPE.name, options.measure) + 8 + width <= ring)
    return [text(ring, box.y + box.height / 2 - 3, words, TYPE.kind, "--ink-2", "end")];
  const x = box.x + box.width - width - 16;
  const y = place.kind === "node" ? box.y + 26 : box.y + box.height - 5;
  return [
    rect(x, y, width + 16, 19, 6, { fill: "--surface", stroke: "--line-2", lineWidth: 1 }),
    text(x + 8, y + 13.5, words, TYPE.kind, "--ink-2"),
  ];
}

// ---- attention ----------------------------------------------------------------------------------------------------

/** From afar a line keeps its width on screen. */
function pointedOnMap(
  { hovered, selected, focused }: { readonly [what in "hovered" | "selected" | "focused"]: ReturnType<typeof boxOf> },
  attention: Attention,
  px: number,
): readonly Shape[] {
  const around = (box: Box & { readonly radius: number }, what: "hovered" | "selected", width: number): Shape => {
    const pen: Pen = { stroke: "--ink", lineWidth: width * px };
    return attention[what]?.kind === "service" ? hexagon(box, 11 * px, pen) : outline(box, px, pen);
  };
  return [
    ...(hovered === null ? [] : [around(hovered, "hovered", 1.5)]),
    ...(selected === null ? [] : [around(selected, "selected", 2)]),
    ...(focused === null ? [] : [outline(focused, 3 * px, { stroke: "--focus", lineWidth: 2 * px })]),
  ];
}

/** Hover tints, selection is an ink outline of 1.75, focus a 2 px ring at a 2 px gap. */
function attentionShapes(scene: Scene, attention: Attention, options: StructureOptions): readonly Shape[] {
  const { level, scale } = options;
  const shapes: Shape[] = [];
  const hovered = attention.hovered === null ? null : boxOf(scene, attention.hovered, level, scale);
  const selected = attention.selected === null ? null : boxOf(scene, attention.selected, level, scale);
  const focused = attention.focused === null ? null : boxOf(scene, attention.focused, level, scale);
  if (isMap(scene, level)) return pointedOnMap({ hovered, selected, focused }, attention, 1 / scale);
  shapes.push(...hoveredThreads(scene, attention));
  const edited = scene.services.find((one) => one.key === attention.edited);
  if (edited !== undefined && level >= 2) shapes.push(editedEdge(edited.box));
  if (hovered !== null) shapes.push(outline(hovered, 0, { fill: "--hover" }, attention.hovered?.kind === "service"));
  if (selected !== null) shapes.push(outline(selected, 0, { stroke: "--ink", lineWidth: 1.75 }, attention.selected?.kind === "service"));
  if (focused !== null) shapes.push(outline(focused, 3, { stroke: "--focus", lineWidth: 2 }));
  // an outline runs through the badges on a Pod's edge: they stand above it
  if (level <= 2) return shapes;
  const pill = scene.pills.find((one) => attention.selected?.kind === "outside" && attention.selected.id === one.id);
  if (pill !== undefined) shapes.push(...checkShapes(scene, pill, options));
  for (const thing of [attention.selected, attention.focused]) {
    const pod = thing?.kind === "pod" ? indexOf(scene).pods.get(thing.key) : undefined;
    if (pod !== undefined) shapes.push(...badgeShapes(pod));
  }
  return shapes;
}

/** The left edge of the front whose manifest has the caret. */
function editedEdge({ x, y, height }: Box): Shape {
  return path(`M${x + 11} ${y}L${x} ${y + height / 2}L${x + 11} ${y + height}`, { stroke: "--svc-fill", lineWidth: 3, cap: "round" });
}

/** Threads of a Service that is pointed at; not through the words that say what the one in focus looked for. */
function hoveredThreads(scene: Scene, { hovered }: Attention): readonly Shape[] {
  if (hovered?.kind !== "service" || hovered.key === scene.focus || scene.threads.some((thread) => thread.end !== null)) return [];
  return threadLines(threadsOf(scene, hovered.key));
}

/** A front's outline, with corners of this width. */
function hexagon({ x, y, width: w, height: h }: Box, c: number, pen: Pen): Shape {
  return path(`M${x + c} ${y}H${x + w - c}L${x + w} ${y + h / 2}L${x + w - c} ${y + h}H${x + c}L${x} ${y + h / 2}Z`, pen);
}

function outline(box: Box & { readonly radius: number }, gap: number, pen: Pen, isFront = false): Shape {
  if (isFront) return hexagon(box, 11, pen);
  return rect(box.x - gap, box.y - gap, box.width + 2 * gap, box.height + 2 * gap, box.radius + gap, pen);
}
