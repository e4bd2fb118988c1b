/** What painting depends on beside the scene: level of detail, scale, the measure of text. */
import type { Box, Kept, MeasureText, Shade } from "../contract.ts";
import type { Level } from "../level.ts";
import { sees } from "../lookup.ts";
import type { Notes } from "../notes.ts";
import type { Present } from "../scene.ts";
import { faded, scaled, textWidth } from "./shapes.ts";
import type { FontSpec, Shape } from "./shapes.ts";

export interface StructureOptions {
  readonly level: Level;
  /** On-screen px per scene px: levels below 4 print their names at a size that can be read. */
  readonly scale: number;
  readonly measure: MeasureText;
  /** What can be seen, in scene px; things outside are left out. Default: all. */
  readonly visible?: Box;
  /** What the squares of a map show. Default: requests. */
  readonly shade?: Shade;
  /** What stays at full ink; the rest is dimmed. Absent or null: everything stays. */
  readonly kept?: Kept | null;
}

/** The ink that is left to what a filter leaves aside: it can still be made out, and does not ask to be read. */
export const DIM = 0.26;

/** A thing's shapes, dimmed where it is not among what is kept. */
export function inked(shapes: readonly Shape[], kind: keyof Kept, key: string, { kept }: StructureOptions): readonly Shape[] {
  return kept == null || kept[kind].has(key) ? shapes : faded(shapes, DIM);
}

/** Below level 4 names keep 11 px on screen. */
export function readable(font: FontSpec, options: StructureOptions): FontSpec {
  return options.level >= 4 ? font : { ...font, size: Math.max(font.size, Math.min(11 / options.scale, 40)) };
}

/** The fullest words that fit, or "". */
export function firstThatFits(notes: Notes, room: number, font: FontSpec, options: StructureOptions): string {
  return notes.find((words) => textWidth(words, font, options.measure) <= room) ?? "";
}

/** Whether a box can be seen, with a little to spare. */
export function inSight(box: Box, { visible }: StructureOptions): boolean {
  return sees(visible, box);
}

/** How small a thing is when it begins to come. */
const SMALL = 0.86;

/** A thing's shapes as far as it is there: fainter, and smaller where it comes or goes as a whole. */
export function present(shapes: readonly Shape[], { presence, grows }: Present, { x, y, width, height }: Box): readonly Shape[] {
  if (presence === undefined) return shapes;
  const faint = faded(shapes, presence);
  return grows === true ? scaled(faint, { x: x + width / 2, y: y + height / 2 }, SMALL + (1 - SMALL) * presence) : faint;
}
