/** Moving through a grid by keys (WAI-ARIA grid pattern). */

export interface Position {
  readonly row: number;
  readonly column: number;
}

/** Where a key leads from here; null where it leads nowhere. */
export function nextCell(
  { row, column }: Position,
  size: { readonly rows: number; readonly columns: number },
  { key, ctrlKey }: { readonly key: string; readonly ctrlKey: boolean },
): Position | null {
  const last = { row: size.rows - 1, column: size.columns - 1 };
  switch (key) {
    case "ArrowRight":
      return { row, column: Math.min(column + 1, last.column) };
    case "ArrowLeft":
      return { row, column: Math.max(column - 1, 0) };
    case "ArrowDown":
      return { row: Math.min(row + 1, last.row), column };
    case "ArrowUp":
      return { row: Math.max(row - 1, 0), column };
    case "Home":
      return { row: ctrlKey ? 0 : row, column: 0 };
    case "End":
      return { row: ctrlKey ? last.row : row, column: last.column };
    default:
      return null;
  }
}
