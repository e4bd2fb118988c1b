/** Which characters to mark for a field. */
import type { ManifestDocument, SourceRange } from "./types.ts";

/**
 * The characters to underline when something is said about a field: its value where that is on one line, else its key;
 * of a field that is not written, the key of the nearest object around it; of a whole document, its first line. So a
 * mark never covers a screenful.
 */
export function underline(document: ManifestDocument, field: string): SourceRange {
  const value = document.locate(field, "value");
  if (value.line === value.endLine) return value;
  const key = document.locate(field, "key");
  return key.line === key.endLine ? key : firstLine(document, key);
}

/** Manifests begin with a short line, `apiVersion` or `kind`; without the text at hand its key stands for it. */
function firstLine(document: ManifestDocument, range: SourceRange): SourceRange {
  const keys = ["apiVersion", "kind", "metadata"].map((field) => document.locate(field, "key"));
  const onFirst = keys.find((key) => key.line === range.line && key.endLine === range.line);
  return onFirst ?? { ...range, end: range.start, endLine: range.line, endColumn: range.column };
}
