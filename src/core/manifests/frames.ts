/**
 * Lines around a manifest that came along when it was copied: a fence of Markdown, `cat <<EOF | kubectl apply -f -` and its
 * `EOF`. They are no YAML, and what the parser says of them helps nobody.
 */
import { note } from "./reading.ts";
import type { Note, NoteFix, Span } from "./reading.ts";

const OPENS = /^(?:(?:```|~~~)[\w-]*|(?:[$#]\s+)?(?:cat|kubectl)\b.*<<-?\s*\\?["']?\w+["']?.*)$/;
const CLOSES = /^(?:```|~~~|[A-Z][A-Z0-9_]*)$/;

/**
 * A note for each such line, the first or the last of the text, with the fix that takes them out; none where the rest would
 * not be well-formed either, which `reads` tells.
 */
export function copiedFrame(text: string, reads: (rest: string) => boolean): Note[] {
  const first = lineAt(text, text.search(/\S/));
  const last = lineAt(text, text.trimEnd().length - 1);
  const isAlone = first.start === last.start;
  const frame = [
    ...(OPENS.test(contentOf(text, first)) ? [first] : []),
    ...(CLOSES.test(contentOf(text, last)) && !(isAlone && OPENS.test(contentOf(text, last))) ? [last] : []),
  ];
  const rest = frame.reduce((kept, { start, end }) => kept.slice(0, start) + " ".repeat(end - start) + kept.slice(end), text);
  if (frame.length === 0 || !reads(rest)) return [];
  const fix: NoteFix = {
    title: frame.length === 1 ? "Remove this line" : "Remove both lines",
    edits: frame.map(({ start, end }) => ({ start, end: text[end] === "\n" ? end + 1 : end, text: "" })),
  };
  const message = "This line is not part of the manifest: it came along when the text was copied.";
  return frame.map((line) =>
    note("yaml-unexpected", { start: line.start, end: line.start + contentOf(text, line).length }, message, { fixes: [fix] }),
  );
}

/** The line around an offset, without its line end. */
function lineAt(text: string, offset: number): Span {
  const start = offset <= 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
  const newline = text.indexOf("\n", start);
  return { start, end: newline < 0 ? text.length : newline };
}

function contentOf(text: string, { start, end }: Span): string {
  return text.slice(start, end).trimEnd();
}
