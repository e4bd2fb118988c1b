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
  const narrow = box.width < NARROW;
  const left = box.x + (narrow ? 27 : 33);
  shapes.push(...glyph(podGlyph(pod.state), box.x + (narrow ? 7 : 10), mid - 7.5, 15));
  const icon = pod.role === "client" ? "terminal" : pod.role === "dns" ? "dns" : null;
  const right = box.x + box.width - (icon === null ? (pod.badges.length > 0 ? 12 : 8) : 30);
  const noteRoom = right - left - textWidth(pod.name, TYPE.name, measure) - 8;
  const tag = look.tag ?? firstThatFits(pod.notes, noteRoom, TYPE.kind, options);
  const tagFont: FontSpec = look.tag === undefined ? TYPE.kind : TYPE.mono;
  const tagWidth = tag === "" ? 0 : textWidth(tag, tagFont, measure) + 6;
  const detail = look.closed ?? pod.detail;
  const detailFont: FontSpec = look.closed === undefined ? TYPE.mono : TYPE.trouble;
  const tallyWidth = look.tally === undefined ? 0 : textWidth(String(look.tally), TYPE.tally, measure) + TALLY + 10;
  // the tally stands beside the address; where that leaves no room, beside the name, and a chance goes before it
  const below = left + textWidth(detail, detailFont, measure) + tallyWidth <= right;
  const beside = !below && tag === "" ? tallyWidth : 0;
  shapes.push(text(left, mid - 3, podName(pod, right - tagWidth - beside - left, measure), TYPE.name, nameInk));
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
  if (tag !== "") shapes.push(text(right, mid - 3, tag, tagFont, "--ink-2", "end"));
  return [...shapes, ...badgeShapes(pod)];
}

/** A name server that has no room for its whole name is called by its workload's. */
function podName({ name, role }: ScenePod, room: number, measure: MeasureText): string {
  const short = role === "dns" && textWidth(name, TYPE.name, measure) > room ? name.replace(/-[a-z0-9]{4,5}$/, "") : name;
  return fitText(short, room, TYPE.name, measure);
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
