/** Completion, hover and folding for manifests, from the Kubernetes schema and the path under the cursor. */
import { getState } from "../state/store.ts";
import { annotationAt, annotationsAt, type Annotation } from "./annotations.ts";
import { knownKinds, resolve, rootOf, schemaAt, typeText, type SchemaNode } from "./schema.ts";
import { keyAt, placeAt, type Place } from "./yaml-path.ts";
import { monaco } from "./monaco.ts";

let registered = false;

/** Registers once for the page: providers belong to the language, not to one editor. */
export function registerProviders(): void {
  if (registered) return;
  registered = true;
  monaco.languages.registerCompletionItemProvider("yaml", {
    triggerCharacters: [" ", ":"],
    provideCompletionItems(model, { lineNumber, column }) {
      const place = placeAt(model.getValue(), lineNumber, column);
      if (place === null) return { suggestions: [] };
      const range = new monaco.Range(lineNumber, place.column, lineNumber, column);
      const indent = " ".repeat(Math.max(0, place.column - 1));
      return {
        suggestions: (place.at === "key" ? keySuggestions(place, indent) : valueSuggestions(place)).map((item) => ({ ...item, range })),
      };
    },
  });
  monaco.languages.registerHoverProvider("yaml", {
    provideHover(model, { lineNumber, column }) {
      const key = keyAt(model.getValue(), lineNumber, column);
      const annotation = key === null ? null : annotationAt(key.kind, key.path);
      if (key !== null && annotation !== null)
        return {
          range: new monaco.Range(lineNumber, key.from, lineNumber, key.to),
          contents: [{ value: `**${escape(annotation.name)}**` }, { value: escape(annotation.words) }, ...valueList(annotation)],
        };
      const root = key === null ? null : rootOf(key.apiVersion, key.kind);
      if (key === null || root === null) return null;
      const node = schemaAt(root, key.path);
      if (node === null) return null;
      const name = String(key.path.at(-1));
      return {
        range: new monaco.Range(lineNumber, key.from, lineNumber, key.to),
        contents: [{ value: `**${escape(name)}** ${escape(typeText(node))}` }, { value: escape(node.d ?? "") }],
      };
    },
  });
  monaco.languages.registerFoldingRangeProvider("yaml", {
    provideFoldingRanges: (model) => documentsOf(model.getLinesContent()).filter(({ start, end }) => end > start),
  });
}

type Suggestion = Omit<monaco.languages.CompletionItem, "range">;

function keySuggestions(place: Place, indent: string): Suggestion[] {
  if (place.path.length === 0 && place.kind === null) return rootSuggestions(place);
  const annotations = annotationsAt(place.kind, place.path).filter(({ name }) => !place.siblings.includes(name));
  if (annotations.length > 0) return annotations.map(annotationSuggestion);
  const root = rootOf(place.apiVersion, place.kind);
  const node = root === null ? null : schemaAt(root, place.path);
  const fields = Object.entries(node?.p ?? {}).filter(([field]) => !place.siblings.includes(field) && field !== "status");
  return fields.map(([field, child]) => {
    const resolved = resolve(child);
    return {
      label: field,
      kind: monaco.languages.CompletionItemKind.Field,
      detail: resolved.r === 1 ? `${typeText(resolved)}, required` : typeText(resolved),
      documentation: resolved.d ?? "",
      sortText: `${resolved.r === 1 ? 0 : 1}${field}`,
      insertText: `${field}:${afterKey(resolved, indent)}`,
      ...(takesValues(resolved) ? { command: { id: "editor.action.triggerSuggest", title: "" } } : {}),
    };
  });
}

function annotationSuggestion({ name, words, values, nodes }: Annotation): Suggestion {
  return {
    label: name,
    kind: monaco.languages.CompletionItemKind.Field,
    documentation: words,
    // What is the simulator's own stands first.
    sortText: `${name.startsWith("kubehop.dev/") ? 0 : 1}${name}`,
    insertText: `${name}: `,
    ...(values.length > 0 || nodes === true ? { command: { id: "editor.action.triggerSuggest", title: "" } } : {}),
  };
}

/** Values of an annotation as a list for hover. */
function valueList({ values }: Annotation): readonly { readonly value: string }[] {
  if (values.length === 0) return [];
  return [{ value: values.map(({ value, note }) => `- ${escape(value)}${note === "" ? "" : `: ${escape(note)}`}`).join("\n") }];
}

function afterKey(node: SchemaNode, indent: string): string {
  if (node.t === "object" || node.t === "map") return `\n${indent}  `;
  return node.t === "array" ? `\n${indent}  - ` : " ";
}

function takesValues(node: SchemaNode): boolean {
  return (node.e?.length ?? 0) > 0 || node.t === "boolean";
}

function rootSuggestions(place: Place): Suggestion[] {
  return ["apiVersion", "kind", "metadata", "spec"]
    .filter((field) => !place.siblings.includes(field))
    .map((field) => ({
      label: field,
      kind: monaco.languages.CompletionItemKind.Field,
      insertText: field === "metadata" || field === "spec" ? `${field}:\n  ` : `${field}: `,
      ...(field === "kind" ? { command: { id: "editor.action.triggerSuggest", title: "" } } : {}),
    }));
}

function valueSuggestions(place: Place): Suggestion[] {
  const values = valuesAt(place);
  return values.map(({ value, note }, i) => ({
    label: value,
    kind: monaco.languages.CompletionItemKind.Value,
    detail: note,
    insertText: value,
    sortText: String(i).padStart(3, "0"),
  }));
}

function valuesAt(place: Place): readonly { readonly value: string; readonly note: string }[] {
  const field = place.path.at(-1);
  const annotation = annotationAt(place.kind, place.path);
  if (annotation !== null) {
    const nodes = annotation.nodes === true ? (getState().cluster?.nodes ?? []) : [];
    return [...annotation.values, ...nodes.map(({ name, zone }) => ({ value: name, note: zone }))];
  }
  if (place.path.length === 1 && field === "kind") return knownKinds().map(({ kind, apiVersion }) => ({ value: kind, note: apiVersion }));
  if (place.path.length === 1 && field === "apiVersion") {
    const known = knownKinds().filter(({ kind }) => place.kind === null || kind === place.kind);
    return [...new Set(known.map(({ apiVersion }) => apiVersion))].map((value) => ({
      value,
      note: known
        .filter(({ apiVersion }) => apiVersion === value)
        .map(({ kind }) => kind)
        .slice(0, 3)
        .join(", "),
    }));
  }
  const root = rootOf(place.apiVersion, place.kind);
  const node = root === null ? null : schemaAt(root, place.path);
  if (node === null) return [];
  if (node.t === "boolean")
    return [
      { value: "true", note: "" },
      { value: "false", note: "" },
    ];
  return (node.e ?? []).map((value) => ({ value, note: "" }));
}

/** Descriptions are the API's own text: printed, never read as markup. */
function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+!|~-]/g, "\\$&");
}

/** First and last line (from 1) of each document. */
export function documentsOf(lines: readonly string[]): readonly { readonly start: number; readonly end: number }[] {
  const documents: { start: number; end: number }[] = [];
  let start = 1;
  const close = (end: number): void => {
    let last = end;
    while (last > start && (lines[last - 1] ?? "").trim() === "") last -= 1;
    if (last >= start) documents.push({ start, end: last });
  };
  lines.forEach((line, i) => {
    if (!/^---(\s|$)/.test(line)) return;
    close(i);
    start = i + 2;
  });
  close(lines.length);
  return documents;
}
