/** What stands outside the boundary: hosts, and load balancers with what their health checks say. */
import type { Box } from "../contract.ts";
import type { Scene, ScenePill } from "../scene.ts";
import { glyph } from "./glyphs.ts";
import { firstThatFits } from "./options.ts";
import type { StructureOptions } from "./options.ts";
import { TYPE, fitText, rect, text, textWidth } from "./shapes.ts";
import type { FontSpec, Ink, Pen, Shape } from "./shapes.ts";

const LEFT = 40;
const RIGHT = 16;

export function pillShapes(pill: ScenePill, options: StructureOptions): readonly Shape[] {
  const { box, state } = pill;
  const mid = box.y + box.height / 2;
  const open: Pen = state === "ready" ? {} : { stroke: "--ctl", dash: [4, 3.5] };
  const frame = rect(box.x, box.y, box.width, box.height, box.height / 2, { fill: "--surface", stroke: "--line-2", lineWidth: 1, ...open });
  if (options.level <= 2) return [frame];
  const icon = pill.glyph === "dns" ? glyph("dns", box.x + 15, mid - 8, 16) : glyph(pill.glyph, box.x + 15, mid - 8, 16, "--ink-2");
  const left = box.x + LEFT;
  const right = box.x + box.width - RIGHT;
  const trouble = state === "trouble";
  const noted = pill.notes.length > 0;
  const mark = state === "ready" ? 0 : 19;
  const noteFont: FontSpec = trouble ? TYPE.trouble : TYPE.kind;
  const room = right - left - textWidth(pill.name, TYPE.name, options.measure) - 10 - (noted ? mark : 0);
  const note = firstThatFits(pill.notes, room, noteFont, options);
  const ink: Ink = trouble ? "--drop" : "--ink-2";
  // the mark stands before the words that it belongs to
  const row = note === "" ? mid + 12 : mid - 3;
  const markX = note === "" ? left : right - textWidth(note, noteFont, options.measure) - 17;
  const address = note === "" && mark > 0 ? left + mark : left;
  const said = note === "" && trouble;
  const font: FontSpec = said ? TYPE.trouble : state === "pending" ? TYPE.kind : TYPE.mono;
  return [
    frame,
    ...icon,
    text(left, mid - 3, fitText(pill.name, right - left, TYPE.name, options.measure), TYPE.name, "--ink"),
    ...(mark === 0 ? [] : glyph(trouble ? "blocked" : "starting", markX, row - 10.5, 13)),
    text(address, mid + 12, fitText(pill.address, right - address, font, options.measure), font, said ? "--drop" : "--ink-2"),
    ...(note === "" ? [] : [text(right, mid - 3, note, noteFont, ink, "end")]),
  ];
}

const ROW = 19;

/** The health checks of a load balancer, node by node, below its pill. */
export function checkShapes(scene: Scene, { box, checks }: ScenePill, options: StructureOptions): readonly Shape[] {
  if (checks.length === 0 || options.level < 3) return [];
  const shown = checks.slice(0, 8);
  const more = checks.length - shown.length;
  const said = (check: (typeof checks)[number]): string => (check.healthy ? "healthy" : check.why);
  const widths = shown.map(
    (check) => textWidth(check.node, TYPE.name, options.measure) + textWidth(said(check), TYPE.kind, options.measure),
  );
  const width = Math.max(box.width - 40, Math.max(...widths) + 58);
  const card: Box = {
    x: Math.min(box.x + 20, scene.width - width - 8),
    y: box.y + box.height + 5,
    width,
    height: 34 + (shown.length + (more > 0 ? 1 : 0)) * ROW,
  };
  const line = (i: number): number => card.y + 40 + i * ROW;
  return [
    rect(card.x, card.y, card.width, card.height, 8, { fill: "--surface", stroke: "--line-2", lineWidth: 1 }),
    text(card.x + 14, card.y + 19, "Health checks", TYPE.caption, "--ink-3"),
    ...shown.flatMap((check, i) => [
      ...glyph(check.healthy ? "passes" : "notready", card.x + 13, line(i) - 11, 14),
      text(card.x + 34, line(i), check.node, TYPE.name, "--ink"),
      text(card.x + card.width - 14, line(i), said(check), TYPE.kind, "--ink-2", "end"),
    ]),
    ...(more > 0 ? [text(card.x + 34, line(shown.length), `${more} more`, TYPE.kind, "--ink-3")] : []),
  ];
}
