/** What lies below the trails: boundary, zones, nodes, the tray, wires and threads. */
import { wiresInSight } from "../lookup.ts";
import type { Scene, SceneNode, SceneThread, SceneTray } from "../scene.ts";
import { glyph } from "./glyphs.ts";
import { firstThatFits, inSight, inked, present, readable } from "./options.ts";
import type { StructureOptions } from "./options.ts";
import { TYPE, circle, faded, fitText, line, rect, text, textWidth } from "./shapes.ts";
import type { FontSpec, Pen, Shape } from "./shapes.ts";

export const WIRE: Pen = { stroke: "--wire", lineWidth: 1.5 };
/** Dotted blue: which Pods a Service selects. */
const THREAD: Pen = { stroke: "--svc-fill", lineWidth: 1.5, dash: [0.1, 4.2] };

/** On to Pods that are not ready. */
const LOOSE: Pen = { stroke: "--svc-fill", lineWidth: 1.1, dash: [3, 3] };

/** What lies below the trails: boundary, zones, nodes, wires, threads. */
export function groundShapes(scene: Scene, options: StructureOptions): readonly Shape[] {
  const { level } = options;
  const { cluster } = scene;
  const shapes: Shape[] = [];
  if (level >= 2) for (const wire of wiresInSight(scene, options.visible)) shapes.push(line(wire, WIRE));
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
  const nodes = [...scene.nodes, ...(scene.leaving?.nodes ?? [])]
    .filter((node) => inSight(node.box, options))
    .flatMap((node) => inked(present(nodeShapes(node, scene, options), node, node.box), "nodes", node.name, options));
  const lost = level < 2 ? [] : scene.nodes.filter((node) => node.lost && inSight(node.box, options)).flatMap((node) => lostShapes(node));
  const threads = level >= 2 ? [...scene.threads, ...(scene.leaving?.threads ?? [])].flatMap((thread) => threadShapes(thread)) : [];
  const port = scene.entry === null ? [] : portShapes(scene.entry, scene, level >= 3);
  const tray = scene.tray === null ? [] : trayShapes(scene.tray, options);
  return [boundary, ...zones, ...nodes, ...tray, ...shapes, ...lost, ...port, ...captions, ...threads];
}

function portShapes({ port, label }: NonNullable<Scene["entry"]>, { metrics }: Scene, named: boolean): readonly Shape[] {
  const dot = circle(port.x, port.y, 4, { fill: "--surface", stroke: "--wire", lineWidth: 1.5 });
  if (!named || label === "") return [dot];
  // below the line; in small frames the fronts leave no room there
  return [dot, text(port.x + 10, port.y + (metrics.full ? 12.5 : -5.5), label, TYPE.caption, "--ink-3")];
}

/** The lines of a thread: dotted to members that are ready, dashed on to those that are not. */
export function threadLines({ lines, loose }: Pick<SceneThread, "lines" | "loose">): Shape[] {
  return [...lines.map((points) => line(points, THREAD, 6)), ...loose.map((points) => line(points, LOOSE, 6))];
}

function threadShapes(thread: SceneThread): readonly Shape[] {
  const shapes = threadLines(thread);
  if (thread.end === null) return thread.presence === undefined ? shapes : faded(shapes, thread.presence);
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
  const dashed: Pen = node.ready ? {} : { stroke: "--ctl", dash: [4, 3.5] };
  const frame = rect(box.x, box.y, box.width, box.height, level >= 2 ? 12 : 6, {
    fill: "--surface",
    stroke: level >= 2 ? "--line-2" : "--surface",
    lineWidth: 1,
    ...dashed,
  });
  if (level <= 1) return [frame];
  const left = box.x + scene.metrics.rail + 15;
  const right = box.x + box.width - 12;
  const y = headY(node, scene, options);
  if (level === 5) return [frame, ...closeHead(node, left, right, y, options)];
  const name = readable(TYPE.name, options);
  const room = right - left - textWidth(node.name, name, measure) - 10;
  const kind = readable(TYPE.kind, options);
  const note = firstThatFits(node.notes, room, kind, options);
  const address = node.notes.length === 0 && level >= 4 && textWidth(node.address, TYPE.mono, measure) <= room ? node.address : "";
  const shapes: Shape[] = [frame, text(left, y, fitText(node.name, right - left, name, measure), name, "--ink")];
  if (address !== "") shapes.push(text(right, y, address, TYPE.mono, "--ink-3", "end"));
  if (note !== "") shapes.push(text(right, y, note, kind, "--ink-2", "end"));
  return shapes;
}

/** Baseline of a node's name; closely seen a second line stands below it. */
export function headY({ box }: SceneNode, scene: Scene, { level }: StructureOptions): number {
  return box.y + scene.metrics.gateDy - (level === 5 ? 18.5 : 10);
}

/** Of a second line in a node's head, below the name's. */
export const HEAD_PITCH = 12;
const CLOSE = { name: { ...TYPE.name, size: 11.5 }, mono: { ...TYPE.mono, size: 9.5 }, kind: { ...TYPE.kind, size: 9.5 } } as const;

/** Name and address; below them what is unusual. On the left of that line `moving` says what its conntrack holds. */
function closeHead(node: SceneNode, left: number, right: number, y: number, options: StructureOptions): readonly Shape[] {
  const { measure } = options;
  const address = fitText(node.address, right - left - 30, CLOSE.mono, measure);
  const note = firstThatFits(node.notes, right - left, CLOSE.kind, options);
  return [
    text(left, y, fitText(node.name, right - left - textWidth(address, CLOSE.mono, measure) - 8, CLOSE.name, measure), CLOSE.name, "--ink"),
    text(right, y, address, CLOSE.mono, "--ink-3", "end"),
    ...(note === "" ? [] : [text(right, y + HEAD_PITCH, note, CLOSE.kind, "--ink-2", "end")]),
  ];
}

/** What a node's conntrack holds now, at level 5. */
export function trackedShapes(node: SceneNode, count: number, scene: Scene, options: StructureOptions): readonly Shape[] {
  const left = node.box.x + scene.metrics.rail + 15;
  const right = node.box.x + node.box.width - 12;
  const words = `conntrack: ${count} ${count === 1 ? "entry" : "entries"}`;
  const note = firstThatFits(node.notes, right - left, CLOSE.kind, options);
  const room = right - left - (note === "" ? 0 : textWidth(note, CLOSE.kind, options.measure) + 8);
  const shown = firstThatFits([words, words.slice("conntrack: ".length)], room, CLOSE.kind, options);
  return shown === "" ? [] : [text(left, headY(node, scene, options) + HEAD_PITCH, shown, CLOSE.kind, "--ink-3")];
}

/** What marks a node that is not there: an octagon on its rail, and where its cable is out a gap in it. */
function lostShapes({ box, railX, busY, cut }: SceneNode): readonly Shape[] {
  const mark = glyph("outline-blocked", railX - 7.5, box.y + 8, 15);
  if (!cut) return mark;
  const y = (busY + box.y) / 2;
  const across = (dy: number): Shape =>
    line(
      [
        { x: railX - 6, y: y + dy + 3 },
        { x: railX + 6, y: y + dy - 3 },
      ],
      { stroke: "--ink-2", lineWidth: 1.5 },
    );
  const gap = rect(railX - 4, y - 5, 8, 10, 0, { fill: "--canvas" });
  return [...mark, gap, across(-3.5), across(3.5)];
}

function trayShapes(tray: SceneTray, options: StructureOptions): readonly Shape[] {
  const { box } = tray;
  const { level, measure } = options;
  const frame = rect(box.x, box.y, box.width, box.height, 12, { stroke: "--ctl", lineWidth: 1, dash: [4, 3.5] });
  if (level <= 2) return [frame];
  const left = box.x + 12;
  const name = readable(TYPE.name, options);
  if (level === 3) return [frame, text(left, box.y + 18, fitText(tray.title, box.width - 24, name, measure), name, "--ink")];
  const reason = left + textWidth(tray.title, TYPE.name, measure) + 12;
  return [
    frame,
    text(left, box.y + 18, tray.title, TYPE.name, "--ink"),
    text(reason, box.y + 18, fitText(tray.reason, box.x + box.width - 12 - reason, TYPE.kind, measure), TYPE.kind, "--ink-2"),
  ];
}
