/** Facts of the running cluster beside the text that made them: how many Pods a selector finds, and how many are ready. */
import type { ManifestDocument, ManifestFile } from "../../core/manifests/types.ts";
import { createParseCache, parseManifests } from "../../core/manifests/parse.ts";
import type { ClusterView } from "../../core/simulation/view.ts";

export interface Hint {
  /** From 1. The hint stands at the end of this line. */
  readonly line: number;
  readonly text: string;
  readonly tone: "ready" | "not-ready";
}

/** Characters after which a line leaves no room for a hint beside it. */
const LONG_LINE = 26;

/** Documents that did not change are not read again: a memo, its content depends on the text alone. */
const cache = createParseCache();

export function hintsOf(file: ManifestFile, cluster: ClusterView): readonly Hint[] {
  const lines = file.text.split("\n");
  return parseManifests([file], cache).documents.flatMap((document) => hintOf(document, lines, cluster) ?? []);
}

function hintOf(document: ManifestDocument, lines: readonly string[], cluster: ClusterView): Hint | null {
  const { value } = document;
  if (!isFields(value) || value.kind !== "Service" || !isFields(value.metadata) || !isFields(value.spec) || !isFields(value.spec.selector))
    return null;
  const name = `${String(value.metadata.namespace ?? "default")}/${String(value.metadata.name)}`;
  const service = cluster.services.find((candidate) => candidate.key === name);
  if (service === undefined || service.selects.length === 0) return null;
  const ready = service.selects.filter((pod) => cluster.pods.find((candidate) => candidate.key === pod)?.state === "ready").length;
  const range = document.locate("spec.selector");
  const key = document.locate("spec.selector", "key");
  const total = service.selects.length;
  const last = lastLine(document, range.endLine, range.endColumn);
  // A long line would push the hint out of sight; the key's own line is short.
  const line = (lines[last - 1]?.length ?? 0) > LONG_LINE ? key.line : last;
  return { line, text: `${ready} of ${total} ${total === 1 ? "Pod" : "Pods"} ready`, tone: ready > 0 ? "ready" : "not-ready" };
}

/** A block value may end at the start of the line after its last. */
function lastLine(document: ManifestDocument, endLine: number, endColumn: number): number {
  return endColumn === 1 && endLine > document.range.line ? endLine - 1 : endLine;
}

type Fields = { readonly [key: string]: unknown };
function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
