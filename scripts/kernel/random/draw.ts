/** Draws from a seed: the same seed, the same cluster. */
import { nextBelow, randomState } from "../../../src/core/base/random.ts";

export class Draw {
  readonly #state;

  constructor(seed: number, key: string) {
    this.#state = randomState(seed, key);
  }

  /** An integer from 0 to n - 1. */
  below(n: number): number {
    return nextBelow(this.#state, n);
  }

  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  /** True in so many of a hundred. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(of: readonly [T, ...T[]] | readonly T[]): T {
    const picked = of[this.below(of.length)];
    if (picked === undefined) throw new Error("a draw from nothing");
    return picked;
  }

  /** So many of them, in the order given; all where there are fewer. */
  some<T>(of: readonly T[], count: number): readonly T[] {
    const rest = [...of.keys()];
    const taken = new Set<number>();
    while (taken.size < count && rest.length > 0) taken.add(rest.splice(this.below(rest.length), 1)[0] ?? 0);
    return of.filter((_, i) => taken.has(i));
  }

  /** One of these, each as often as its weight says. */
  weighted<T>(of: readonly (readonly [T, number])[]): T {
    let left = this.below(of.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [value, weight] of of) if ((left -= weight) < 0) return value;
    throw new Error("a draw from nothing");
  }
}
