/** What is said of the rules in `kubehop.dev/iptables-rules` of a Node's document: each line that is not taken, at its place. */
import { stringsAt, textAt } from "../api/json.ts";
import { OWN_RULES_ANNOTATION } from "../controllers/annotations.ts";
import type { Diagnostic, ManifestDocument, ManifestFile, SourceRange } from "../manifests/types.ts";
import { ownTextFaults } from "./own-rules.ts";

const FIELD = `metadata.annotations[${OWN_RULES_ANNOTATION}]`;

export function ownRulesAdvice(documents: readonly ManifestDocument[], files: readonly ManifestFile[]): readonly Diagnostic[] {
  return documents.flatMap((document) => {
    if (textAt(document.value, "kind") !== "Node") return [];
    const text = stringsAt(document.value, "metadata", "annotations")[OWN_RULES_ANNOTATION];
    if (text === undefined) return [];
    const whole = document.locate(FIELD, "value");
    const file = files.find(({ name }) => name === document.file)?.text ?? "";
    return ownTextFaults(text).map(({ line, message }): Diagnostic => ({
      file: document.file,
      document: document.index,
      range: lineOf(file, whole, line) ?? whole,
      severity: "warning",
      code: "annotation-value",
      field: FIELD,
      message: `${OWN_RULES_ANNOTATION}, line ${line}: ${message}. What was understood last stands until all of it is.`,
      stopsTraffic: false,
      fixes: [],
    }));
  });
}

/** Where line `number` of a block of text (`|`) stands in the file; null where the text is written otherwise. */
function lineOf(file: string, whole: SourceRange, number: number): SourceRange | null {
  const head = file.slice(file.lastIndexOf("\n", whole.start - 1) + 1, file.indexOf("\n", whole.start));
  if (!/(^|\s)\|[+-]?\d?\s*(#.*)?$/.test(head.trimEnd())) return null;
  let start = file.lastIndexOf("\n", whole.start - 1) + 1;
  for (let i = 0; i < number; i++) {
    const next = file.indexOf("\n", start);
    if (next === -1) return null;
    start = next + 1;
  }
  const ends = file.indexOf("\n", start);
  const text = file.slice(start, ends === -1 ? undefined : ends);
  const indent = text.length - text.trimStart().length;
  const line = file.slice(0, start).split("\n").length;
  return {
    start: start + indent,
    end: start + text.trimEnd().length,
    line,
    column: indent + 1,
    endLine: line,
    endColumn: text.trimEnd().length + 1,
  };
}
