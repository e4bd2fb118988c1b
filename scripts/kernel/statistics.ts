/** Whether counts agree with probabilities: Pearson's chi-square test. */

/**
 * The chance of counts at least as far from the expectation as these, if the probabilities are right. 1 with fewer
 * than two categories. A count in a category of probability 0 gives 0.
 */
export function chiSquareP(counts: readonly number[], probabilities: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let statistic = 0;
  let categories = 0;
  for (const [i, probability] of probabilities.entries()) {
    const count = counts[i] ?? 0;
    if (probability === 0) {
      if (count > 0) return 0;
      continue;
    }
    categories += 1;
    const expected = total * probability;
    statistic += (count - expected) ** 2 / expected;
  }
  return categories < 2 ? 1 : upperGamma((categories - 1) / 2, statistic / 2);
}

const ROUNDS = 1000;
const ENOUGH = 1e-14;

/** The regularised upper incomplete gamma function Q(a, x) (Numerical Recipes 6.2: series below a+1, fraction above). */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - front * lowerSeries(a, x) : front * upperFraction(a, x);
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < ROUNDS && term > sum * ENOUGH; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** Lentz's continued fraction. */
function upperFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let n = 1; n < ROUNDS; n++) {
    const an = -n * (n - a);
    b += 2;
    d = an * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + an / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    h *= d * c;
    if (Math.abs(d * c - 1) < ENOUGH) break;
  }
  return h;
}

/** Lanczos, g = 7. */
function logGamma(x: number): number {
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012,
    9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  let sum = 0.99999999999980993;
  for (const [i, term] of terms.entries()) sum += term / (x + i);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}
