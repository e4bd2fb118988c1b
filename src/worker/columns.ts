/**
 * Lists of many alike objects on their way between threads: a column for each field. To copy 150,000 objects of twenty fields takes
 * seconds and the page stands still for them; a column of numbers is copied as it lies in memory, and one of texts as one text.
 */

export type Column =
  /** All rows have this value. */
  | { readonly kind: "same"; readonly value: unknown }
  /** Few values, many rows. */
  | { readonly kind: "table"; readonly table: readonly unknown[]; readonly index: Uint32Array }
  /** Every row has a text of its own; no line break is in any. */
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "numbers"; readonly numbers: Float64Array };

const BREAK = "\n";
/** From so many values on a table saves nothing. */
const TABLE_MOST = 2_000;

/** A column of any values that JSON could write, undefined too; equal ones are one value on the other side. */
export function columnOf(values: readonly unknown[]): Column {
  const table: unknown[] = [];
  const index = new Uint32Array(values.length);
  const ids = new Map<unknown, number>();
  const written = new Map<string, number>();
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    let id = ids.get(value);
    if (id === undefined) {
      const text = typeof value === "object" && value !== null ? JSON.stringify(value) : null;
      id = text === null ? undefined : written.get(text);
      if (id === undefined) {
        id = table.push(value) - 1;
        if (text !== null) written.set(text, id);
      }
      ids.set(value, id);
    }
    index[i] = id;
  }
  return table.length === 1 ? { kind: "same", value: table[0] } : { kind: "table", table, index };
}

/** A column of texts, most of which stand once. */
export function textColumn(values: readonly string[]): Column {
  if (values.length === 0 || values.some((value) => value.includes(BREAK))) return columnOf(values);
  return new Set(values.slice(0, TABLE_MOST)).size < Math.min(values.length, TABLE_MOST) / 4
    ? columnOf(values)
    : { kind: "text", text: values.join(BREAK) };
}

export function numberColumn(values: readonly number[]): Column {
  return { kind: "numbers", numbers: Float64Array.from(values) };
}

/**
 * Reads a column row by row. The one who reads knows what was written: the types of the values are not looked at again.
 */
export function readerOf<T>(column: Column): (row: number) => T {
  switch (column.kind) {
    case "same":
      return () => column.value as T;
    case "table":
      return (row) => column.table[column.index[row] ?? 0] as T;
    case "text": {
      const texts = column.text.split(BREAK);
      return (row) => texts[row] as T;
    }
    case "numbers":
      return (row) => column.numbers[row] as T;
  }
}
