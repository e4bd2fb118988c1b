/**
 * The chains of a table with some of them replaced and some added, without a copy: with ten thousand Services a table has
 * more chains than anybody wants to copy at each sync.
 */
import type { Chain } from "./rules.ts";
import { isFollowed, type FollowedChains } from "./tables.ts";

type Chains = ReadonlyMap<string, Chain>;

/** To its readers the map that holds all of them: those of `base` in their order, then what `over` adds. */
export class OverlaidChains implements FollowedChains {
  readonly base: Chains;
  readonly over: Chains;
  #all: Chains | null = null;

  constructor(base: Chains, over: Chains) {
    this.base = base;
    this.over = over;
  }

  get(name: string): Chain | undefined {
    return this.over.get(name) ?? this.base.get(name);
  }

  has(name: string): boolean {
    return this.over.has(name) || this.base.has(name);
  }

  get size(): number {
    return this.#everything().size;
  }

  keys(): MapIterator<string> {
    return this.#everything().keys();
  }

  values(): MapIterator<Chain> {
    return this.#everything().values();
  }

  entries(): MapIterator<[string, Chain]> {
    return this.#everything().entries();
  }

  [Symbol.iterator](): MapIterator<[string, Chain]> {
    return this.entries();
  }

  forEach(visit: (chain: Chain, name: string, map: ReadonlyMap<string, Chain>) => void): void {
    for (const [name, chain] of this.entries()) visit(chain, name, this);
  }

  changedSince(before: Chains): readonly string[] | null {
    if (!(before instanceof OverlaidChains)) return null;
    const below = this.base === before.base ? [] : isFollowed(this.base) ? this.base.changedSince(before.base) : null;
    return below === null ? null : [...new Set([...below, ...before.over.keys(), ...this.over.keys()])];
  }

  #everything(): Chains {
    return (this.#all ??= new Map([...this.base, ...this.over]));
  }
}
