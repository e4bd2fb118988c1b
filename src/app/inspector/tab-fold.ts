/** Which tabs of a row do not fit and go into a menu. Pure. */

export interface FoldInput {
  /** Of each tab, px, in their order. */
  readonly widths: readonly number[];
  /** Index of the tab that is open: it always shows. */
  readonly open: number;
  /** What the row may use, px. */
  readonly room: number;
  /** Width of the button that opens the menu, px: only taken where something is folded. */
  readonly button: number;
}

/**
 * Indexes of the tabs that are folded, in their order; none where all fit. Those at the end go first, so that what shows is the
 * beginning of the row, and after it the open tab.
 */
export function foldedTabs({ widths, open, room, button }: FoldInput): readonly number[] {
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (total <= room) return [];
  let left = room - button - (widths[open] ?? 0);
  let full = false;
  return widths.flatMap((width, i) => {
    if (i === open) return [];
    full ||= width > left;
    if (full) return [i];
    left -= width;
    return [];
  });
}
