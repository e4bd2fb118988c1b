/** Facts of the running cluster beside the text that made them: how many Pods a selector finds, and how many are ready. */
import type { NamespacedName } from "../../core/base/names.ts";
import type { ManifestDocument, ManifestFile } from "../../core/manifests/types.ts";
import { createParseCache, parseManifests } from "../../core/manifests/parse.ts";
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

/** Documents that did not change are not read again: a memo, its content depends on the text alone. */
const cache = createParseCache();

/** Where a Service's selector stands. */
interface Anchor {
  readonly service: NamespacedName;
  readonly line: number;
}

// The text changes seldom, the cluster often: where the hints of a text stand is worked out once for it.
const anchors = new WeakMap<ManifestFile, readonly Anchor[]>();

export function hintsOf(file: ManifestFile, cluster: ClusterView): readonly Hint[] {
  let known = anchors.get(file);
  if (known === undefined) anchors.set(file, (known = anchorsOf(file)));
  const { services, pods } = viewIndex(cluster);
  return known.flatMap(({ service, line }): readonly Hint[] => {
    const selects = services.get(service)?.selects ?? [];
    if (selects.length === 0) return [];
    const ready = selects.filter((pod) => pods.get(pod)?.state === "ready").length;
    const total = selects.length;
    return [{ line, text: `${ready} of ${total} ${total === 1 ? "Pod" : "Pods"} ready`, tone: ready > 0 ? "ready" : "not-ready" }];
  });
}

function anchorsOf(file: ManifestFile): readonly Anchor[] {
  const lines = file.text.split("\n");
  return parseManifests([file], cache).documents.flatMap((document) => anchorOf(document, lines) ?? []);
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
