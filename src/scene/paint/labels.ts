/**
 * Where packet labels stand: in the label lane above the bus while the packet is at or below it, else above the
 * packet, below it near the top; slid along so that they stay inside. When two would collide the older one folds to
 * the number on its packet.
 */
import type { Point } from "../contract.ts";
import type { FrameLabel, FramePacket, LabelField } from "../frame.ts";
import type { Scene } from "../scene.ts";
import { glyph } from "./glyphs.ts";
import { TYPE, line, path, rect, text } from "./shapes.ts";
import type { Ink, Shape } from "./shapes.ts";

const CHARACTER = 6.9;
const PAD = 10;
const ARROW = 26;
const HEIGHT = 26;
const RADIUS = 7;
const GAP = 14;
/** A label needs this much room above its packet. */
const TOP = 34;
const EDGE = 6;

interface Placed {
  readonly packet: FramePacket;
  readonly label: FrameLabel;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly below: boolean;
}

export function placeLabels(scene: Scene, packets: readonly FramePacket[]): readonly Shape[] {
  const newest = packets.filter((packet) => packet.label !== null).sort((a, b) => b.startMs - a.startMs);
  const placed: Placed[] = [];
  for (const packet of newest) {
    if (packet.label === null) continue;
    const one = place(scene, packet, packet.label);
    if (placed.every((other) => apart(one, other))) placed.push(one);
  }
  return placed.reverse().flatMap((one) => labelShapes(one));
}

function apart(a: Placed, b: Placed): boolean {
  return a.x + a.width < b.x || b.x + b.width < a.x || a.y + HEIGHT < b.y || b.y + HEIGHT < a.y;
}

function fieldWidth(field: LabelField): number {
  const now = field.text.length * CHARACTER;
  const before = field.old === null ? now : field.old.length * CHARACTER;
  return before + (now - before) * field.changed;
}

function place(scene: Scene, packet: FramePacket, label: FrameLabel): Placed {
  const width = 2 * PAD + fieldWidth(label.source) + ARROW + fieldWidth(label.destination) + (label.destination.marked ? 6 : 0);
  const { x, y } = packet.point;
  const { cluster } = scene;
  // within the boundary a label does not cross it
  const [left, right] = y > cluster.y ? [cluster.x, cluster.x + cluster.width] : [0, scene.width];
  const x0 = Math.max(left + EDGE, Math.min(x - width / 2, right - width - EDGE));
  const bus = laneOf(scene, y);
  if (bus !== null) return { packet, label, x: x0, y: bus - GAP - HEIGHT, width, below: false };
  const first = scene.buses[0];
  // on the road down past the fronts the label waits in the lane below
  if (first !== undefined && y > cluster.y)
    return { packet, label, x: x0, y: Math.max(y + GAP, first.y - GAP - HEIGHT), width, below: true };
  const below = y < TOP + EDGE;
  return { packet, label, x: x0, y: below ? y + GAP : y - GAP - HEIGHT, width, below };
}

/** The bus of the row of nodes that this height belongs to; null above the first. */
function laneOf(scene: Scene, y: number): number | null {
  let lane: number | null = null;
  for (const bus of scene.buses) if (bus.y <= y + 1) lane = bus.y;
  return lane;
}

function labelShapes(placed: Placed): readonly Shape[] {
  const { label, packet, x, y } = placed;
  const alpha = packet.stopped ? 1 : packet.alpha < 0.5 ? packet.alpha * 2 : 1;
  if (alpha <= 0) return [];
  const sourceX = x + PAD;
  const sourceWidth = fieldWidth(label.source);
  const destinationX = sourceX + sourceWidth + ARROW + (label.destination.marked ? 2 : 0);
  return [
    path(bubble(placed, packet.point), { fill: "--surface", stroke: "--ink", lineWidth: 1.25, alpha }),
    ...fieldShapes(label.source, sourceX, y, alpha, 4),
    ...glyph("arrow", sourceX + sourceWidth + ARROW / 2 - 6 + (label.source.marked ? 2 : 0), y + HEIGHT / 2 - 6, 12, "--ink-3", alpha),
    ...fieldShapes(label.destination, destinationX, y, alpha, 5),
  ];
}

/** The outline with its pointer towards the packet. */
function bubble(placed: Placed, at: Point): string {
  const { x, y, width, below } = placed;
  const right = x + width;
  const bottom = y + HEIGHT;
  const tip = Math.max(x + RADIUS + 6, Math.min(at.x, right - RADIUS - 6));
  const r = RADIUS;
  if (below) {
    return `M${x + r} ${y}H${tip - 5}L${tip} ${y - 5}L${tip + 5} ${y}H${right - r}Q${right} ${y} ${right} ${y + r}V${bottom - r}Q${right} ${bottom} ${right - r} ${bottom}H${x + r}Q${x} ${bottom} ${x} ${bottom - r}V${y + r}Q${x} ${y} ${x + r} ${y}Z`;
  }
  return `M${x + r} ${y}H${right - r}Q${right} ${y} ${right} ${y + r}V${bottom - r}Q${right} ${bottom} ${right - r} ${bottom}H${tip + 5}L${tip} ${bottom + 5}L${tip - 5} ${bottom}H${x + r}Q${x} ${bottom} ${x} ${bottom - r}V${y + r}Q${x} ${y} ${x + r} ${y}Z`;
}

function fieldShapes(field: LabelField, x: number, y: number, alpha: number, inset: number): readonly Shape[] {
  const shapes: Shape[] = [];
  const baseline = y + 17;
  const arrived = field.changed;
  if (field.marked)
    shapes.push(rect(x - inset, y + 4.5, fieldWidth(field) + 2 * inset, HEIGHT - 9, 4, { fill: "--nat-mark", alpha: alpha * arrived }));
  const ink: Ink = field.marked ? "--on-nat-mark" : field.service ? "--svc" : "--ink";
  const font = field.marked ? TYPE.labelMarked : TYPE.label;
  shapes.push(text(x, baseline + (field.old === null ? 0 : 6 * (1 - arrived)), field.text, font, ink, "start", alpha * arrived));
  if (field.old === null) return shapes;
  const lift = 6 * arrived;
  const leaving = alpha * (1 - arrived);
  shapes.push(text(x, baseline - lift, field.old, TYPE.label, "--ink-3", "start", leaving));
  shapes.push(
    line(
      [
        { x: x - 1, y: baseline - lift - 4 },
        { x: x + 1 + field.old.length * CHARACTER, y: baseline - lift - 4 },
      ],
      { stroke: "--ink-3", lineWidth: 1, alpha: leaving },
      0,
    ),
  );
  return shapes;
}
