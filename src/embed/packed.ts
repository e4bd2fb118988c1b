/**
 * Plain data with every value written once. A recorded run says the same addresses, headers and rules many times over,
 * further apart than a compressor looks back (32 kB); with repetitions gone its recording is half as large on the line.
 */

/** An array or object: its shape (0: an array, n: the keys of `shapes[n - 1]`), then where each part stands in the table. */
type Entry = readonly number[];

export interface Packed {
  readonly shapes: readonly (readonly string[])[];
  /** Each value once, parts before what they are part of; the last one is the whole. */
  readonly table: readonly (Entry | string | number | boolean | null)[];
}

/** `value` is data as JSON holds it; keys without a value are left out, as JSON does. */
export function pack(value: unknown): Packed {
  const shapes: string[][] = [];
  const shapeOf = new Map<string, number>();
  const table: (Entry | string | number | boolean | null)[] = [];
  const placeOf = new Map<string, number>();
  const put = (key: string, entry: Entry | string | number | boolean | null): number => {
    const known = placeOf.get(key);
    if (known !== undefined) return known;
    placeOf.set(key, table.length);
    return table.push(entry) - 1;
  };
  const add = (part: unknown): number => {
    if (part === null || typeof part === "string" || typeof part === "number" || typeof part === "boolean")
      return put(JSON.stringify(part), part);
    if (typeof part !== "object") throw new Error(`not data: ${String(part)}`);
    const fields = Object.entries(part).filter(([, field]) => field !== undefined);
    const keys = Array.isArray(part) ? "" : JSON.stringify(fields.map(([key]) => key));
    const shape = keys === "" ? 0 : (shapeOf.get(keys) ?? shapes.push(fields.map(([key]) => key)));
    if (keys !== "") shapeOf.set(keys, shape);
    const entry = [shape, ...fields.map(([, field]) => add(field))];
    return put(`[${entry.join()}`, entry);
  };
  add(value);
  return { shapes, table };
}

/** The value again. What was equal in it is now one and the same: it is to be read, not written to. */
export function unpack({ shapes, table }: Packed): unknown {
  const made: unknown[] = [];
  for (const entry of table) {
    if (!Array.isArray(entry)) {
      made.push(entry);
      continue;
    }
    const [shape = 0, ...places] = entry as Entry; // the table holds no other arrays
    const parts = places.map((place) => made[place]);
    const keys = shapes[shape - 1];
    made.push(keys === undefined ? parts : Object.fromEntries(keys.map((key, i) => [key, parts[i]])));
  }
  return made.at(-1);
}
