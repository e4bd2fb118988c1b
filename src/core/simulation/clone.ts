/** A deep copy of plain data: objects, lists, Maps, Sets and typed arrays. What is stored once and never changed may be shared. */

export function clonePlain<T>(value: T): T {
  return copy(value) as T; // a copy has the shape of what was copied
}

function copy(value: unknown): unknown {
  if (typeof value !== "object" || value === null) {
    if (typeof value === "function") throw new Error("a function is not plain data");
    return value;
  }
  if (Array.isArray(value)) return value.map(copy);
  if (value instanceof Map) return new Map([...value].map(([key, of]) => [key, copy(of)]));
  if (value instanceof Set) return new Set(value);
  if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice(); // every typed array has slice
  const object: Record<string, unknown> = {};
  for (const [key, of] of Object.entries(value)) object[key] = copy(of);
  return object;
}
