/** Rows of numbers, printed as they come. */

export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}

/** Adds a row and prints it. */
export function note(rows: Row[], what: string, value: number, unit: string): void {
  rows.push({ what, value, unit });
  console.log(`${what.padEnd(72)} ${value.toFixed(value < 100 ? 1 : 0).padStart(9)} ${unit}`);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that this share of the others does not exceed; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
