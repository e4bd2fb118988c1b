/**
 * Cuts a file into the texts of its documents, so that each can be parsed alone and kept while it does not change.
 * YAML 1.2, chapter 9: a line that begins with `---` starts a document wherever it stands (in a block scalar, in
 * quotes or in brackets too), a line that begins with `...` ends one; directives and comments before `---` belong
 * to the document that follows.
 */

/** The text of one document. It begins at the start of a line; `line` counts from 1. */
export interface Chunk {
  readonly text: string;
  readonly start: number;
  readonly line: number;
}

type LineKind = "start" | "end" | "prelude" | "content";

/** The documents of a file, in order. A text of nothing but comments and blank lines has none. */
export function splitDocuments(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  let chunkStart = 0;
  let chunkLine = 1;
  let inBody = false;
  const close = (end: number, nextLine: number): void => {
    chunks.push({ text: text.slice(chunkStart, end), start: chunkStart, line: chunkLine });
    chunkStart = end;
    chunkLine = nextLine;
    inBody = false;
  };
  let line = 1;
  for (let at = 0; at < text.length; line++) {
    const newline = text.indexOf("\n", at);
    const next = newline < 0 ? text.length : newline + 1;
    if (inBody) {
      const first = text.charCodeAt(at);
      if (first === 45 && isMarker(text, at, "---")) {
        close(at, line);
        inBody = true;
      } else if (first === 46 && isMarker(text, at, "...")) {
        close(next, line + 1);
      }
    } else {
      const kind = lineKind(text, text.charCodeAt(at) === 0xfeff ? at + 1 : at, next);
      inBody = kind === "start" || kind === "content";
      if (kind === "end") {
        // Nothing came before it that it could end.
        chunkStart = next;
        chunkLine = line + 1;
      }
    }
    at = next;
  }
  if (inBody) close(text.length, line);
  else if (chunks.length === 0 && /^%/m.test(text)) close(text.length, line);
  return chunks;
}

function lineKind(text: string, at: number, next: number): LineKind {
  if (isMarker(text, at, "---")) return "start";
  if (isMarker(text, at, "...")) return "end";
  if (text[at] === "%") return "prelude";
  for (let i = at; i < next; i++) {
    const ch = text[i];
    if (ch === "#") return "prelude";
    if (ch !== " " && ch !== "\t" && ch !== "\r" && ch !== "\n") return "content";
  }
  return "prelude";
}

function isMarker(text: string, at: number, marker: "---" | "..."): boolean {
  if (!text.startsWith(marker, at)) return false;
  const after = text[at + 3];
  return after === undefined || after === " " || after === "\t" || after === "\n" || after === "\r";
}
