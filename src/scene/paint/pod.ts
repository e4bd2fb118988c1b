/** A Pod: wire on the left, membership on the right; its outline and glyph say its state, its words say it again. */
import type { MeasureText } from "../contract.ts";
import type { ScenePod } from "../scene.ts";
import { glyph } from "./glyphs.ts";
import type { GlyphName } from "./glyphs.ts";
import { firstThatFits, readable } from "./options.ts";
import type { StructureOptions } from "./options.ts";
import { TYPE, circle, fitText, rect, text, textWidth } from "./shapes.ts";
import type { FontSpec, Ink, Pen, Shape } from "./shapes.ts";

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
  pending: "pending",
  starting: "starting",
  terminating: "terminating",
  crashing: "notready",
  completed: "completed",
  failed: "notready",
};

/** Pods of two columns give the words more of their width. */
const NARROW = 130;

const DASHED = new Set<ScenePod["state"]>(["not-ready", "terminating", "crashing", "failed", "pending"]);

/** Drawn with a dashed outline, or hollow where it is a square: it gets no new traffic. */
export function isHollow(pod: Pick<ScenePod, "state">): boolean {
  return DASHED.has(pod.state);
}

/** The glyph of a Pod's state. */
export function podGlyph(state: ScenePod["state"]): GlyphName {
  return POD_GLYPHS[state];
}

export function podShapes(pod: ScenePod, look: PodLook, options: StructureOptions): readonly Shape[] {
  const { box } = pod;
  const { level, measure } = options;
  const dashed = DASHED.has(pod.state);
  const fresh = pod.state === "starting" || pod.state === "completed";
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
  // seen closely there is room for a third line, in smaller type
  const close = level === 5;
  const k = close ? box.height / CLOSE_HEIGHT : 1;
  const [first, second, third] = close ? [mid - 8 * k, mid + 4.5 * k, mid + 16.5 * k] : [mid - 3, mid + 12, mid + 12];
  const font = (of: FontSpec): FontSpec => (close ? { ...of, size: of.size * CLOSE_TYPE * k } : of);
  const [name, mono, kind] = [font(TYPE.name), font(TYPE.mono), font(TYPE.kind)];
  const narrow = box.width < NARROW;
  const left = box.x + (narrow ? 27 : 33) * k;
  shapes.push(...glyph(podGlyph(pod.state), box.x + (narrow ? 7 : 10) * k, mid - 7.5 * k, 15 * k));
  const icon = pod.role === "client" ? "terminal" : pod.role === "dns" ? "dns" : null;
  const right = box.x + box.width - (icon === null ? (pod.badges.length > 0 ? 12 : 8) : 30) * k;
  const noteRoom = right - left - textWidth(pod.name, name, measure) - 8;
  const tag = look.tag ?? firstThatFits(pod.notes, noteRoom, kind, options);
  const tagFont = look.tag === undefined ? kind : mono;
  const tagWidth = tag === "" ? 0 : textWidth(tag, tagFont, measure) + 6;
  const detail = look.closed ?? pod.detail;
  const detailFont = look.closed === undefined ? mono : font(TYPE.trouble);
  const tallyWidth = look.tally === undefined ? 0 : textWidth(String(look.tally), font(TYPE.tally), measure) + (TALLY + 10) * k;
  // the tally stands beside the address; where that leaves no room, beside the name, and a chance goes before it
  const below = close || left + textWidth(detail, detailFont, measure) + tallyWidth <= right;
  const beside = !below && tag === "" ? tallyWidth : 0;
  shapes.push(text(left, first, podName(pod, right - tagWidth - beside - left, name, measure), name, nameInk));
  if (look.tally !== undefined && (below || beside > 0))
    shapes.push(...tallyShapes(look.tally, right, below ? third : first, k, font(TYPE.tally), options));
  // in a narrow Pod the icon stands beside the name alone, so that the address keeps its room
  const room = (narrow || close ? box.x + box.width - 8 * k : right) - left;
  shapes.push(text(left, second, fitText(detail, room, detailFont, measure), detailFont, look.closed === undefined ? "--ink-2" : "--drop"));
  if (close && pod.more !== undefined) shapes.push(text(left, third, fitText(pod.more, room - tallyWidth, kind, measure), kind, "--ink-2"));
  const iconY = close ? first - 11 * k : narrow ? mid - 15 : mid - 7;
  if (icon === "terminal") shapes.push(...glyph("terminal", box.x + box.width - 23 * k, iconY, 14 * k, "--ink-2"));
  if (icon === "dns") shapes.push(...glyph("dns", box.x + box.width - 24 * k, iconY, 14 * k));
  if (tag !== "") shapes.push(text(right, first, tag, tagFont, "--ink-2", "end"));
  return [...shapes, ...badgeShapes(pod)];
}

/** Height that the three lines of a Pod seen closely are made for, and the size of their type against that of two. */
const CLOSE_HEIGHT = 44;
const CLOSE_TYPE = 0.88;

/** A name server that has no room for its whole name is called by its workload's. */
function podName({ name, role }: ScenePod, room: number, font: FontSpec, measure: MeasureText): string {
  const short = role === "dns" && textWidth(name, font, measure) > room ? name.replace(/-[a-z0-9]{4,5}$/, "") : name;
  return fitText(short, room, font, measure);
}

/** Side of the tally's square. */
const TALLY = 9;

function tallyShapes(
  count: number,
  right: number,
  baseline: number,
  k: number,
  font: FontSpec,
  { measure }: StructureOptions,
): readonly Shape[] {
  const side = TALLY * k;
  const x = right - textWidth(String(count), font, measure) - 4 * k - side;
  return [rect(x, baseline - 8.5 * k, side, side, 2.5 * k, { fill: "--ink" }), text(right, baseline, String(count), font, "--ink", "end")];
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
