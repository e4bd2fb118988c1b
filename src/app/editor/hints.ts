/** Facts of the running cluster beside the text that made them: how many Pods a selector finds, and how many are ready. */
import type { NamespacedName } from "../../core/base/names.ts";
import type { ManifestDocument, ManifestFile } from "../../core/manifests/types.ts";
import { parseManifests } from "../../core/manifests/parse.ts";
import { splitDocuments, type Chunk } from "../../core/manifests/split.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { viewIndex } from "../../scene/view-index.ts";

export interface Hint {
  /** From 1. The hint stands at the end of this line. */
  readonly line: number;
  readonly text: string;
  readonly tone: "ready" | "not-ready";
}

/** Characters after which a line leaves no room for a hint beside it. */
const LONG_LINE = 26;

/** Where a Service's selector stands. */
interface Anchor {
  readonly service: NamespacedName;
  /** From 1, in its document or in the file. */
  readonly line: number;
}

/** A text on its way to where its hints stand. */
interface Reading {
  readonly chunks: readonly Chunk[];
  /** Of as many documents as were read. */
  readonly anchors: (Anchor | null)[];
}

// The text changes seldom, the cluster often: where the hints of a text stand is worked out once for it, and once for each
// document. (A memo: it depends on the text alone.)
const readings = new WeakMap<ManifestFile, Reading>();
let documents = new Map<string, Anchor | null>();
/** Of so many documents the anchors are kept, those of the newest text among them. */
const DOCUMENTS_MOST = 20_000;

function readingOf(file: ManifestFile): Reading {
  const known = readings.get(file);
  if (known !== undefined) return known;
  const made: Reading = { chunks: splitDocuments(file.text), anchors: [] };
  readings.set(file, made);
  return made;
}

/** Reads one more document of the text, which of thousands takes a while; true when all were read. */
export function readOn(file: ManifestFile): boolean {
  const { chunks, anchors } = readingOf(file);
  const chunk = chunks[anchors.length];
  if (chunk === undefined) return true;
  const anchor = anchorIn(chunk.text);
  anchors.push(anchor === null ? null : { ...anchor, line: anchor.line + chunk.line - 1 });
  return anchors.length === chunks.length;
}

/** Whether all of the text was read. */
export function isRead(file: ManifestFile): boolean {
  const { chunks, anchors } = readingOf(file);
  return anchors.length === chunks.length;
}

/** The facts beside a text; what was not read of it yet is read now. */
export function hintsOf(file: ManifestFile, cluster: ClusterView): readonly Hint[] {
  while (!readOn(file));
  const { services, pods } = viewIndex(cluster);
  return readingOf(file).anchors.flatMap((anchor): readonly Hint[] => {
    const selects = anchor === null ? [] : (services.get(anchor.service)?.selects ?? []);
    if (anchor === null || selects.length === 0) return [];
    const ready = selects.filter((pod) => pods.get(pod)?.state === "ready").length;
    const total = selects.length;
    const text = `${ready} of ${total} ${total === 1 ? "Pod" : "Pods"} ready`;
    return [{ line: anchor.line, text, tone: ready > 0 ? "ready" : "not-ready" }];
  });
}

/** The selector of the Service that the text of a document is of, if it is of one. */
function anchorIn(text: string): Anchor | null {
  // Most documents of a large text are of something else: to see that needs no reading of YAML.
  if (!/\bService\b/.test(text)) return null;
  const known = documents.get(text);
  if (known !== undefined) return known;
  const lines = text.split("\n");
  const [document] = parseManifests([{ name: "document", text }]).documents;
  const anchor = document === undefined ? null : anchorOf(document, lines);
  if (documents.size >= DOCUMENTS_MOST) documents = new Map();
  documents.set(text, anchor);
  return anchor;
}

function anchorOf(document: ManifestDocument, lines: readonly string[]): Anchor | null {
  const { value } = document;
  if (!isFields(value) || value.kind !== "Service" || !isFields(value.metadata) || !isFields(value.spec) || !isFields(value.spec.selector))
    return null;
  const range = document.locate("spec.selector");
  const key = document.locate("spec.selector", "key");
  const last = lastLine(document, range.endLine, range.endColumn);
  // A long line would push the hint out of sight; the key's own line is short.
  const line = (lines[last - 1]?.length ?? 0) > LONG_LINE ? key.line : last;
  return { service: `${String(value.metadata.namespace ?? "default")}/${String(value.metadata.name)}`, line };
}

/** A block value may end at the start of the line after its last. */
function lastLine(document: ManifestDocument, endLine: number, endColumn: number): number {
  return endColumn === 1 && endLine > document.range.line ? endLine - 1 : endLine;
}

type Fields = { readonly [key: string]: unknown };
function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
