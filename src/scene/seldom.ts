/**
 * Finding by name in a long list of which few are ever looked for: to fill a map with 150,000 names takes a tenth of a second,
 * to look through them a thousandth. The first look through, and what they found is kept; whoever asks for many gets the map.
 */
export interface Lookup<K, V> {
  get(key: K): V | undefined;
}

/** So many are looked for before a map is made of all. */
const FEW = 40;

/** `find` looks one up, `all` makes the map; of a short list (`size`) the map is made at once. */
export function seldom<K, V>(size: number, find: (key: K) => V | undefined, all: () => ReadonlyMap<K, V>): Lookup<K, V> {
  let map: ReadonlyMap<K, V> | null = null;
  const found = new Map<K, V | undefined>();
  return {
    get(key) {
      if (map === null && (size < SHORT || found.size >= FEW)) map = all();
      if (map !== null) return map.get(key);
      if (!found.has(key)) found.set(key, find(key));
      return found.get(key);
    },
  };
}

const SHORT = 5_000;
