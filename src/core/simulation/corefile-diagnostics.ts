/** What is said of a Corefile in the text: mistakes, with which CoreDNS would not start, and what is kept without an effect. */
import { textAt } from "../api/json.ts";
import type { Diagnostic, ManifestDocument, ManifestFile, SourceRange } from "../manifests/types.ts";
import { parseMessage } from "../dns/corefile-process.ts";
import { readCorefile } from "./coredns.ts";

const FIELD = "data.Corefile";

/** For the ConfigMap kube-system/coredns among the documents. */
export function corefileDiagnostics(documents: readonly ManifestDocument[], files: readonly ManifestFile[]): readonly Diagnostic[] {
  return documents.filter(isCoreDnsConfig).flatMap((document) => {
    const text = textAt(document.value, "data", "Corefile");
    if (text === undefined) return [];
    const source = files.find(({ name }) => name === document.file)?.text ?? "";
    const read = readCorefile(text);
    const at = (line: number): SourceRange => rangeOfLine(document, source, line);
    if ("error" in read) return [mistake(document, at(read.line), parseMessage(read))];
    return read.notSimulated.map(({ name, line }) => withoutEffect(document, at(line), name));
  });
}

function isCoreDnsConfig({ value }: ManifestDocument): boolean {
  return (
    textAt(value, "kind") === "ConfigMap" &&
    textAt(value, "metadata", "name") === "coredns" &&
    textAt(value, "metadata", "namespace") === "kube-system"
  );
}

function mistake(document: ManifestDocument, range: SourceRange, message: string): Diagnostic {
  return {
    ...of(document, range),
    severity: "warning",
    code: "corefile",
    message: `CoreDNS does not start with this Corefile, and one that runs keeps the last: ${message}`,
    stopsTraffic: true,
  };
}

function withoutEffect(document: ManifestDocument, range: SourceRange, name: string): Diagnostic {
  return {
    ...of(document, range),
    severity: "info",
    code: "corefile-not-simulated",
    message: `${name} is kept, but has no effect in this simulation`,
    stopsTraffic: false,
  };
}

function of({ file, index }: ManifestDocument, range: SourceRange): Pick<Diagnostic, "file" | "document" | "range" | "field" | "fixes"> {
  return { file, document: index, range, field: FIELD, fixes: [] };
}

/** The Corefile's line in the manifest where it stands as a literal block; else the whole value. */
function rangeOfLine(document: ManifestDocument, source: string, line: number): SourceRange {
  const whole = document.locate(FIELD);
  if (source.charAt(whole.start) !== "|") return whole;
  const lines = source.split("\n");
  const at = whole.line + line;
  const text = lines[at - 1];
  if (text === undefined || text.trim() === "") return whole;
  const indent = text.length - text.trimStart().length;
  const start = lines.slice(0, at - 1).reduce((sum, each) => sum + each.length + 1, 0) + indent;
  const length = text.trim().length;
  return { start, end: start + length, line: at, column: indent + 1, endLine: at, endColumn: indent + 1 + length };
}
