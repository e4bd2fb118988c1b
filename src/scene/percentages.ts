/** Whole percentages that add up to 100, wherever they stand: on the picture, beside bars, in the inspector. */

/**
 * Each key's part of the sum of all counts, in whole percent: rounded down, and the points that are then missing go to the
 * largest remainders, of equal ones to the key that sorts first. So the same counts give the same numbers in any order.
 * Nothing where nothing was counted.
 */
export function percentages(counts: readonly (readonly [key: string, count: number])[]): ReadonlyMap<string, number> {
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  if (total <= 0) return new Map();
  const floors = counts.map(([key, count]) => ({ key, floor: Math.floor((100 * count) / total), rest: (100 * count) % total }));
  const missing = 100 - floors.reduce((sum, { floor }) => sum + floor, 0);
  const order = floors.toSorted((a, b) => b.rest - a.rest || (a.key < b.key ? -1 : 1));
  const more = new Set(order.slice(0, missing).map(({ key }) => key));
  return new Map(floors.map(({ key, floor }) => [key, floor + (more.has(key) ? 1 : 0)]));
}
