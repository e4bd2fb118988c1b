/** What the manifests room hands downstream: documents with positions, and diagnostics as values. */
import type { Json } from "../base/names.ts";

/** One text a person edits. `name` is what diagnostics print (`web.yaml`). */
export interface ManifestFile {
  readonly name: string;
  readonly text: string;
}

/** A range in a file's text. Offsets are UTF-16 code units; lines and columns count from 1. `end` is exclusive. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export type Dialect = "yaml" | "kyaml" | "json";

/** One document of a file, as plain JSON with a way back to its characters. */
export interface ManifestDocument {
  readonly file: string;
  /** Position among the documents of its file, from 0. Empty documents count. */
  readonly index: number;
  readonly dialect: Dialect;
  readonly range: SourceRange;
  readonly value: Json;
  /** Where in the text's document the object stands: "" for the whole document, `items[3]` for one of a List. */
  readonly root: string;
  /**
   * The characters of a field. `path` is the API server's field path (`spec.ports[0].nodePort`,
   * `metadata.labels[app.kubernetes.io/name]`); "" is the whole document. A path that is not in the text gives
   * the nearest ancestor that is. `part: "key"` asks for the key instead of the value.
   */
  locate(path: string, part?: "key" | "value"): SourceRange;
}

export type Severity = "error" | "warning" | "info";

/** A replacement of text that a person may accept. Ranges are of the file as diagnosed; edits do not overlap. */
export interface TextEdit {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface QuickFix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** One thing to say about a text. `code` is stable and has a line in docs/diagnostics.md. */
export interface Diagnostic {
  readonly file: string;
  readonly document: number;
  readonly range: SourceRange;
  readonly severity: Severity;
  readonly code: string;
  /** API field path, "" where none applies. */
  readonly field: string;
  readonly message: string;
  /** True where the problem will stop traffic: drawn in red; all else is advice (DESIGN 1). */
  readonly stopsTraffic: boolean;
  readonly fixes: readonly QuickFix[];
}

export interface ParseResult {
  readonly documents: readonly ManifestDocument[];
  readonly diagnostics: readonly Diagnostic[];
}
