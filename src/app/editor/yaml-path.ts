/**
 * Where a place in block-style YAML stands, read from lines and indentation alone: it works on text that is not
 * finished yet, which is when completion is asked for. Flow style gives no path.
 */

export type Path = readonly (string | number)[];

export interface Place {
  /** Path of the mapping or value that the place belongs to. */
  readonly path: Path;
  /** `key`: a field name is written here. `value`: the value of the last step of `path`. */
  readonly at: "key" | "value";
  /** What has been typed of it, and where that begins (column from 1). */
  readonly typed: string;
  readonly column: number;
  /** Fields that stand in the same mapping already. */
  readonly siblings: readonly string[];
  readonly apiVersion: string | null;
  readonly kind: string | null;
}

interface Line {
  readonly number: number;
  /** Column at which the key (or the scalar) begins, after any dashes; from 0. */
  readonly indent: number;
  /** Columns of the dashes before it. */
  readonly dashes: readonly number[];
  readonly key: string | null;
  readonly value: string;
}

const KEY = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#:{}[\],&*!|>'"%@`-][^:#]*?|-[^\s:#][^:#]*?)\s*:(?=\s|$)\s*(.*)$/;

function readLine(text: string, number: number): Line | null {
  let at = 0;
  const dashes: number[] = [];
  for (;;) {
    while (text[at] === " ") at += 1;
    if (text[at] !== "-" || (text[at + 1] !== " " && text[at + 1] !== undefined)) break;
    dashes.push(at);
    at += 1;
  }
  const rest = text.slice(at);
  if (rest.startsWith("#") || (rest.trim() === "" && dashes.length === 0)) return null;
  const found = KEY.exec(rest);
  const key = found === null ? null : (found[1] ?? "").replace(/^["']|["']$/g, "");
  return {
    number,
    indent: rest === "" ? at + 1 : at,
    dashes,
    key,
    value: (found === null ? rest : (found[2] ?? "")).replace(/\s+#.*$/, "").trimEnd(),
  };
}

const isBreak = (line: string): boolean => /^(---|\.\.\.)(\s|$)/.test(line);

/** Lines of the document around line `number` (from 0), and where it begins. */
function documentLines(lines: readonly string[], number: number): { readonly from: number; readonly to: number } {
  let from = number;
  while (from > 0 && !isBreak(lines[from - 1] ?? "")) from -= 1;
  let to = number;
  while (to < lines.length && !isBreak(lines[to] ?? "")) to += 1;
  return { from, to };
}

/** The place of a cursor: `line` and `column` from 1. null between documents, in comments and in flow style. */
export function placeAt(text: string, line: number, column: number): Place | null {
  const lines = text.split(/\r?\n/);
  const own = lines[line - 1] ?? "";
  if (isBreak(own)) return null;
  const before = own.slice(0, column - 1);
  if (/(^|\s)#/.test(before) || /[{[]/.test(before)) return null;
  const { from, to } = documentLines(lines, line - 1);
  const parsed = lines.slice(from, to).map((one, i) => readLine(one, from + i + 1));
  const top = (key: string): string | null =>
    parsed.find((one) => one?.indent === 0 && one.key === key)?.value.replace(/^["']|["']$/g, "") ?? null;
  const head = { apiVersion: top("apiVersion"), kind: top("kind") };

  const here = readLine(before, line);
  if (here !== null && here.key !== null) {
    const typed = /:\s+(.*)$/.exec(before)?.[1] ?? "";
    const path = pathOf(parsed, line, here.indent, here.dashes);
    return { path: [...path, here.key], at: "value", typed, column: column - typed.length, siblings: [], ...head };
  }
  const typed = here === null ? "" : here.value;
  const indent = here === null ? before.length : here.indent;
  const dashes = here?.dashes ?? [];
  const path = pathOf(parsed, line, indent, dashes);
  return { path, at: "key", typed, column: column - typed.length, siblings: siblingsOf(parsed, line, indent), ...head };
}

/** The key at a position, for hover: its whole path and where it stands. */
export function keyAt(
  text: string,
  line: number,
  column: number,
): (Pick<Place, "path" | "apiVersion" | "kind"> & { readonly from: number; readonly to: number }) | null {
  const own = text.split(/\r?\n/)[line - 1] ?? "";
  const whole = readLine(own, line);
  if (whole === null || whole.key === null) return null;
  const place = placeAt(text, line, Math.max(column, own.indexOf(":", whole.indent) + 2));
  if (place === null || place.at !== "value") return null;
  return { path: place.path, apiVersion: place.apiVersion, kind: place.kind, from: whole.indent + 1, to: own.length + 1 };
}

/** Climbs from a line to the root: each step is the nearest line above with less indentation. */
function pathOf(lines: readonly (Line | null)[], number: number, indent: number, dashes: readonly number[]): Path {
  const path: (string | number)[] = [];
  let limit = indent;
  let open = [...dashes];
  const above = lines.filter((line): line is Line => line !== null && line.number < number).reverse();
  for (const line of above) {
    // Dashes of our own line: each makes its key an item of the list that the key above holds.
    const dash = open.at(-1);
    if (
      dash !== undefined &&
      line.key !== null &&
      line.value === "" &&
      line.indent <= dash &&
      line.dashes.every((column) => column < dash)
    ) {
      path.unshift(itemBefore(above, line, dash) - (dashes.includes(dash) ? 0 : 1));
      open = open.slice(0, -1);
      path.unshift(line.key);
      limit = line.indent;
      open.push(...line.dashes.filter((column) => column < line.indent));
      continue;
    }
    if (dash !== undefined) continue;
    if (line.indent === limit && line.dashes.length > 0) {
      // The first key of the item that we are in.
      open = [...line.dashes];
      limit = line.indent;
      continue;
    }
    if (line.indent < limit && line.key !== null) {
      path.unshift(line.key);
      limit = line.indent;
      open = [...line.dashes];
    }
  }
  return path;
}

/** How many dashes stand at this column between the list's key and our line. */
function itemBefore(above: readonly Line[], list: Line, dash: number): number {
  return above.filter((line) => line.number > list.number && line.dashes.includes(dash)).length;
}

function siblingsOf(lines: readonly (Line | null)[], number: number, indent: number): readonly string[] {
  const siblings: string[] = [];
  const walk = (list: readonly (Line | null)[], upwards: boolean): void => {
    for (const line of list) {
      if (line === null) continue;
      if (line.indent < indent || (!upwards && line.dashes.length > 0 && line.indent === indent)) return;
      if (line.indent === indent && line.key !== null) siblings.push(line.key);
      if (upwards && line.indent === indent && line.dashes.length > 0) return;
    }
  };
  walk(lines.filter((line) => line !== null && line.number < number).reverse(), true);
  walk(
    lines.filter((line) => line !== null && line.number > number),
    false,
  );
  return siblings;
}
