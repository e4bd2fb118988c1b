/**
 * Seeded random streams. Each purpose draws from a stream of its own, keyed by text (usually a purpose and
 * the `namespace/name` of an object), so that one more draw in one place shifts no other (ARCHITECTURE.md,
 * invariants). The generator is sfc32, seeded by xmur3: integer arithmetic only, equal in every engine.
 */

/** State of one stream: four 32-bit integers, a plain value that can be stored in a checkpoint. */
export interface RandomState {
  a: number;
  b: number;
  c: number;
  d: number;
}

/** The start of the stream named `key` in the run with `seed`. */
export function randomState(seed: number, key: string): RandomState {
  let h = 1779033703 ^ key.length;
  const mix = (value: number): void => {
    h = Math.imul(h ^ value, 3432918353);
    h = (h << 13) | (h >>> 19);
  };
  mix(seed | 0);
  mix(Math.floor(seed / 4294967296) | 0);
  for (let i = 0; i < key.length; i++) mix(key.charCodeAt(i));
  const next = (): number => {
    h = Math.imul(h ^ (h >>> 16), 2246822507);
    h = Math.imul(h ^ (h >>> 13), 3266489909);
    h ^= h >>> 16;
    return h >>> 0;
  };
  const state = { a: next(), b: next(), c: next(), d: next() };
  for (let i = 0; i < 12; i++) nextUint32(state);
  return state;
}

/** Draws 32 uniform bits and advances the stream in place. */
export function nextUint32(state: RandomState): number {
  const t = (((state.a + state.b) | 0) + state.d) | 0;
  state.d = (state.d + 1) | 0;
  state.a = state.b ^ (state.b >>> 9);
  state.b = (state.c + (state.c << 3)) | 0;
  state.c = (state.c << 21) | (state.c >>> 11);
  state.c = (state.c + t) | 0;
  return t >>> 0;
}

/** Draws a uniform integer in [0, n), n from 1 to 2^32, without modulo bias. */
export function nextBelow(state: RandomState, n: number): number {
  const limit = Math.floor(4294967296 / n) * n;
  for (;;) {
    const draw = nextUint32(state);
    if (draw < limit) return draw % n;
  }
}
