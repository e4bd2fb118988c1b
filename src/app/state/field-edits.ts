/**
 * Switches write YAML: finds an object in the text by kind and name, and changes its fields there, everything else
 * left as it is. The parser is loaded on the first use, so that it does not delay the first picture.
 */
import type { Json } from "../../core/base/names.ts";
import type { ManifestFile, TextEdit } from "../../core/manifests/types.ts";

export interface ObjectName {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** One change of one object: a value to set, or undefined to remove the field. */
export interface FieldChange {
  readonly path: string;
  readonly value: Json | undefined;
}

export type Planned = readonly TextEdit[] | { readonly refused: string };

export async function plannedEdits(files: readonly ManifestFile[], object: ObjectName, changes: readonly FieldChange[]): Promise<Planned> {
  const [{ parseManifests }, { setField, removeField }] = await Promise.all([
    import("../../core/manifests/parse.ts"),
    import("../../core/manifests/edits.ts"),
  ]);
  const found = findObject(parseManifests(files).documents, object);
  const file = files.find((candidate) => candidate.name === found?.file);
  if (found === null || file === undefined) return { refused: `${object.kind} ${object.name} is not in the manifests.` };
  let text = file.text;
  for (const { path, value } of changes) {
    const full = found.prefix + path;
    const now = { ...file, text };
    const result = value === undefined ? removeField(now, found.document, full) : setField(now, found.document, full, value);
    if ("refused" in result) return result;
    for (const edit of [...result].sort((a, b) => b.start - a.start)) text = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
  }
  return difference(file, text);
}

/** Takes an object out of the text: its whole document, or its item of a List. */
export async function plannedRemoval(files: readonly ManifestFile[], object: ObjectName): Promise<Planned> {
  const [{ parseManifests }, { removeField }, { splitDocuments }] = await Promise.all([
    import("../../core/manifests/parse.ts"),
    import("../../core/manifests/edits.ts"),
    import("../../core/manifests/split.ts"),
  ]);
  const found = findObject(parseManifests(files).documents, object);
  const file = files.find((candidate) => candidate.name === found?.file);
  if (found === null || file === undefined) return { refused: `${object.kind} ${object.name} is not in the manifests.` };
  if (found.prefix !== "") return removeField(file, found.document, found.prefix.replace(/\.$/, ""));
  const chunks = splitDocuments(file.text);
  const chunk = chunks[found.document];
  if (chunk === undefined) throw new Error(`document ${found.document} of ${file.name}, which has ${chunks.length}`);
  const end = chunk.start + chunk.text.length;
  // The separator that stood between it and the next document goes with the first one.
  const separator = found.document === 0 ? (/^---[ \t]*(#.*)?\r?\n/.exec(file.text.slice(end))?.[0].length ?? 0) : 0;
  return [{ file: file.name, start: chunk.start, end: end + separator, text: "" }];
}

interface Found {
  readonly file: string;
  readonly document: number;
  /** Path of the object inside its document: "" or `items[2].` in a List. */
  readonly prefix: string;
}

type Fields = { readonly [key: string]: Json };
const isFields = (value: Json | undefined): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

function findObject(
  documents: readonly { readonly file: string; readonly index: number; readonly value: Json }[],
  object: ObjectName,
): Found | null {
  for (const { file, index, value } of documents) {
    if (isObject(value, object)) return { file, document: index, prefix: "" };
    if (!isFields(value) || typeof value.kind !== "string" || !value.kind.endsWith("List") || !Array.isArray(value.items)) continue;
    const item = value.items.findIndex((candidate: Json) => isObject(candidate, object));
    if (item !== -1) return { file, document: index, prefix: `items[${item}].` };
  }
  return null;
}

function isObject(value: Json, { kind, namespace, name }: ObjectName): boolean {
  if (!isFields(value) || value.kind !== kind || !isFields(value.metadata) || value.metadata.name !== name) return false;
  return (value.metadata.namespace ?? "default") === namespace;
}

/** The one replacement that turns a file's text into another: what differs between common beginning and end. */
export function difference(file: ManifestFile, text: string): readonly TextEdit[] {
  if (text === file.text) return [];
  const shorter = Math.min(text.length, file.text.length);
  let start = 0;
  while (start < shorter && text[start] === file.text[start]) start += 1;
  let tail = 0;
  while (tail < shorter - start && text[text.length - 1 - tail] === file.text[file.text.length - 1 - tail]) tail += 1;
  return [{ file: file.name, start, end: file.text.length - tail, text: text.slice(start, text.length - tail) }];
}
