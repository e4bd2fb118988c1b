/** Plain text work on manifests: replacements, lines, documents. */
import type { ManifestFile, TextEdit } from "../../core/manifests/types.ts";

/** Replaces ranges of one text; edits do not overlap and may come in any order. */
export function replaceRanges(text: string, edits: readonly Pick<TextEdit, "start" | "end" | "text">[]): string {
  const inOrder = [...edits].sort((a, b) => b.start - a.start);
  return inOrder.reduce((before, edit) => before.slice(0, edit.start) + edit.text + before.slice(edit.end), text);
}

/** The files after edits that may touch several of them; files without edits are the same objects. */
export function editFiles(files: readonly ManifestFile[], edits: readonly TextEdit[]): readonly ManifestFile[] {
  return files.map((file) => {
    const own = edits.filter((edit) => edit.file === file.name);
    return own.length === 0 ? file : { ...file, text: replaceRanges(file.text, own) };
  });
}

/** Line and column, both from 1, of an offset. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf("\n");
  let line = 1;
  for (const char of before) if (char === "\n") line += 1;
  return { line, column: offset - lastBreak };
}

/** Offset of the first character of a line (from 1); the end of the text for lines beyond it. */
export function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let i = 1; i < line; i++) {
    const next = text.indexOf("\n", offset);
    if (next === -1) return text.length;
    offset = next + 1;
  }
  return offset;
}

/**
 * First line of the document that describes an object, found by its `kind` and the `name` in its `metadata`, in block or in
 * flow style: enough to show where a Pod's Deployment stands. null when no document says so. `namespace`: where it must be; a
 * document that names none is of `default`.
 */
export function lineOfObject(
  files: readonly ManifestFile[],
  kind: string,
  name: string,
  namespace: string | null = null,
): { readonly file: string; readonly line: number } | null {
  const says = (key: string, value: string): string =>
    `(?<![\\w.-])["']?${key}["']?:[ \\t]+["']?${value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}["']?[ \\t]*(?=[,}#\\r\\n]|$)`;
  const isKind = new RegExp(`^[ \\t{]*${says("kind", kind)}`, "m");
  const isName = new RegExp(says("name", name));
  for (const file of files) {
    let line = 1;
    for (const text of file.text.split(/^---.*$/m)) {
      const metadata = metadataOf(text);
      const elsewhere =
        namespace !== null &&
        !new RegExp(says("namespace", namespace)).test(metadata) &&
        (namespace !== "default" || /namespace["']?:/.test(metadata));
      if (isKind.test(text) && isName.test(metadata) && !elsewhere)
        return { file: file.name, line: line + (/^\n?/.exec(text)?.[0].length ?? 0) };
      line += text.split("\n").length - 1;
    }
  }
  return null;
}

/** The line of the Pod template in the document that begins at a line; the document's own where it has none. */
export function lineOfTemplate(files: readonly ManifestFile[], at: { readonly file: string; readonly line: number }): number {
  const lines = (files.find(({ name }) => name === at.file)?.text ?? "").split("\n").slice(at.line - 1);
  const end = lines.findIndex((line, i) => i > 0 && /^---(\s|$)/.test(line));
  const found = lines.slice(0, end === -1 ? lines.length : end).findIndex((line) => /^\s+["']?template["']?:/.test(line));
  return at.line + Math.max(0, found);
}

/** From the first `metadata` of a document to the key beside it that comes next. */
function metadataOf(document: string): string {
  const found = /^([ \t]*)["']?metadata["']?:/m.exec(document);
  if (found === null) return "";
  const rest = document.slice(found.index + found[0].length);
  const end = rest.search(new RegExp(`^${found[1] ?? ""}["'\\w]`, "m"));
  // What follows on the line of `metadata` itself is not a key beside it.
  return end <= 0 ? rest : rest.slice(0, end);
}

/** The value of an annotation in the document that begins at a line, as it is written there; null without one. */
export function annotationOf(
  files: readonly ManifestFile[],
  at: { readonly file: string; readonly line: number },
  annotation: string,
): string | null {
  const text = files.find(({ name }) => name === at.file)?.text ?? "";
  const name = annotation.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const written = new RegExp(`["']?${name}["']?:[ \\t]*(?:"([^"\\n]*)"|'([^'\\n]*)'|([^\\s,#}]+))`);
  const lines = text.slice(offsetOfLine(text, at.line)).split("\n");
  const end = lines.findIndex((line, i) => i > 0 && /^---(\s|$)/.test(line));
  const found = written.exec(lines.slice(0, end === -1 ? lines.length : end).join("\n"));
  return found?.[1] ?? found?.[2] ?? found?.[3] ?? null;
}
