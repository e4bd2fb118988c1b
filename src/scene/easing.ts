/** The easings of tokens.css as functions of 0 to 1. */

/** A CSS cubic-bezier timing function: the y where the curve's x is t. */
function cubicBezier(x1: number, y1: number, x2: number, y2: number): (t: number) => number {
  const at = (a: number, b: number, s: number): number => 3 * a * s * (1 - s) * (1 - s) + 3 * b * s * s * (1 - s) + s * s * s;
  return (t) => {
    if (t <= 0) return 0;
    if (t >= 1) return 1;
    let low = 0;
    let high = 1;
    // x rises with s, so halving finds it; 18 halvings are finer than a pixel on any path
    for (let i = 0; i < 18; i++) {
      const middle = (low + high) / 2;
      if (at(x1, x2, middle) < t) low = middle;
      else high = middle;
    }
    return at(y1, y2, (low + high) / 2);
  };
}

/** --ease-travel: packets on their way. */
export const easeTravel = cubicBezier(0.42, 0.05, 0.32, 0.98);
/** --ease-out: things that appear. */
export const easeOut = cubicBezier(0.2, 0, 0, 1);

/** How far `showMs` is through a span, 0 to 1; a span without length is over. */
export function progress(showMs: number, startMs: number, endMs: number): number {
  return endMs <= startMs ? (showMs >= startMs ? 1 : 0) : Math.max(0, Math.min(1, (showMs - startMs) / (endMs - startMs)));
}
