/**
 * Columns that are as wide as they need to be: Go's text/tabwriter. A cell ends with a tab; what follows the last tab of a
 * line belongs to no column. Consecutive lines that have a cell in a column share its width; a line without one ends the
 * run. A form feed ends all runs (Flush).
 */
export interface TabOptions {
  readonly minWidth: number;
  readonly padding: number;
}

/** `kubectl get`. (cli-runtime/pkg/printers/tabwriter.go) */
export const TABLE: TabOptions = { minWidth: 6, padding: 3 };
/** `kubectl describe`. (kubectl/pkg/describe, tabbedString) */
export const DESCRIPTION: TabOptions = { minWidth: 0, padding: 2 };

export function alignTabs(text: string, options: TabOptions): string {
  return text
    .split("\f")
    .map((part) => alignPart(part, options))
    .join("");
}

function alignPart(text: string, options: TabOptions): string {
  const lines = text.split("\n").map((line) => line.split("\t"));
  const out = lines.map(() => "");
  writeRun(lines, out, { from: 0, to: lines.length, column: 0 }, options);
  return out.join("\n");
}

interface RunOfLines {
  readonly from: number;
  readonly to: number;
  readonly column: number;
}

/** Writes the cells from `column` on of the lines of one run. */
function writeRun(lines: readonly (readonly string[])[], out: string[], { from, to, column }: RunOfLines, options: TabOptions): void {
  for (let line = from; line < to;) {
    if (!hasCell(lines[line], column)) {
      out[line] += lines[line]?.[column] ?? "";
      line++;
      continue;
    }
    let end = line;
    while (end < to && hasCell(lines[end], column)) end++;
    let width = options.minWidth;
    for (let i = line; i < end; i++) width = Math.max(width, widthOf(lines[i]?.[column] ?? "") + options.padding);
    for (let i = line; i < end; i++) {
      const cell = lines[i]?.[column] ?? "";
      out[i] += cell + " ".repeat(width - widthOf(cell));
    }
    writeRun(lines, out, { from: line, to: end, column: column + 1 }, options);
    line = end;
  }
}

function hasCell(line: readonly string[] | undefined, column: number): boolean {
  return line !== undefined && line.length - 1 > column;
}

function widthOf(cell: string): number {
  return [...cell].length;
}
