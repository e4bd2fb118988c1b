/**
 * What chance alone does: Pearson's chi-square test of counts against exact shares. The probability is the regularised upper
 * incomplete gamma function Q(degrees / 2, chi² / 2), by its series or its continued fraction (Abramowitz and Stegun, 6.5).
 */

export interface Fit {
  readonly chiSquare: number;
  readonly degrees: number;
  /** How often chance alone gives counts at least this far from the shares, 0..1. */
  readonly probability: number;
}

/** null where there is nothing to compare: fewer than two shares, or nothing counted. Shares of 0 are left out. */
export function fitOf(counts: readonly number[], shares: readonly number[]): Fit | null {
  const cells = counts.flatMap((count, i) => ((shares[i] ?? 0) > 0 ? [{ count, share: shares[i] ?? 0 }] : []));
  const total = cells.reduce((sum, { count }) => sum + count, 0);
  if (cells.length < 2 || total === 0) return null;
  const chiSquare = cells.reduce((sum, { count, share }) => sum + (count - total * share) ** 2 / (total * share), 0);
  const degrees = cells.length - 1;
  return { chiSquare, degrees, probability: upperGamma(degrees / 2, chiSquare / 2) };
}

const STEPS = 500;
const ENOUGH = 1e-12;

/** Q(a, x). */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - scale * series(a, x) : scale * fraction(a, x);
}

function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < STEPS && term > sum * ENOUGH; n++) sum += term *= x / (a + n);
  return sum;
}

/** Lentz's method. */
function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < STEPS; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    value *= d * c;
    if (Math.abs(d * c - 1) < ENOUGH) break;
  }
  return value;
}

/** ln Γ of a multiple of one half: by its recurrence from Γ(1) = 1 and Γ(1/2) = √π. */
function logGamma(a: number): number {
  let sum = Number.isInteger(a) ? 0 : Math.log(Math.PI) / 2;
  for (let at = Number.isInteger(a) ? 1 : 0.5; at < a; at++) sum += Math.log(at);
  return sum;
}
