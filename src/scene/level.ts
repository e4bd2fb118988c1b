/** Level of detail by the on-screen height of a Pod (DESIGN 7). */

/** 5 detail, 4 standard, 3 compact, 2 chips, 1 cells, 0 blocks. */
export type Level = 0 | 1 | 2 | 3 | 4 | 5;

/** Smallest on-screen Pod height of levels 1 to 5, px. */
const FLOORS: readonly [number, number, number, number, number] = [4, 10, 20, 34, 64];
const HYSTERESIS = 0.1;

/** The level for this Pod height; within 10% of a border the level before stays. */
export function levelOf(podPx: number, before: Level | null): Level {
  const plain = FLOORS.filter((floor) => podPx >= floor).length as Level; // at most five floors pass
  if (before === null || plain === before) return plain;
  const border = FLOORS[Math.max(plain, before) - 1] ?? 0;
  const close = Math.abs(podPx - border) <= border * HYSTERESIS;
  return close && Math.abs(plain - before) === 1 ? before : plain;
}
