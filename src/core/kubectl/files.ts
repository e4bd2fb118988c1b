/** What `-f` names: manifests by path, a folder's, or standard input. (cli-runtime/pkg/resource/visitor.go) */
import { isObject, textAt } from "../api/json.ts";
import { compareText } from "../base/names.ts";
import { readDocument } from "../manifests/parse.ts";
import { splitDocuments } from "../manifests/split.ts";
import { textFailure, type Failure } from "./failures.ts";
import { fail, type Session } from "./session.ts";

/** One object of a file. */
export interface FileObject {
  /** As messages name it: `web.yaml`, `STDIN`. */
  readonly source: string;
  readonly value: { readonly [field: string]: unknown };
}

/** Objects of the files in their order, members of lists one by one; an entry that cannot be read is its message. */
export type FileEntry = { readonly kind: "object"; readonly object: FileObject } | { readonly kind: "error"; readonly failure: Failure };

/** Throws KubectlError for a file that is not there. */
export function readFiles(session: Session, names: readonly string[], recursive: boolean): readonly FileEntry[] {
  return names.flatMap((name) => sourcesOf(session, name, recursive).flatMap(({ source, text }) => entriesOf(source, text)));
}

function sourcesOf(session: Session, name: string, recursive: boolean): readonly { readonly source: string; readonly text: string }[] {
  if (name === "-") return [{ source: "STDIN", text: session.stdin ?? "" }];
  if (/^https?:\/\//.test(name)) fail(`this kubectl reads no URLs: ${name}`);
  const { files } = session;
  const path = name.replace(/^\.\//, "");
  const text = files.get(name) ?? files.get(path);
  if (text !== undefined) return [{ source: name, text }];
  const folder = path === "." ? "" : `${path.replace(/\/$/, "")}/`;
  const inside = [...files.keys()]
    .map((file) => file.replace(/^\.\//, ""))
    .filter((file) => file.startsWith(folder) && /\.(json|yaml|yml)$/.test(file) && (recursive || !file.slice(folder.length).includes("/")))
    .sort(compareText);
  if (inside.length > 0) return inside.map((file) => ({ source: file, text: files.get(file) ?? files.get(`./${file}`) ?? "" }));
  return fail(`the path "${name}" does not exist`);
}

function entriesOf(source: string, text: string): readonly FileEntry[] {
  const entries: FileEntry[] = [];
  for (const [index, chunk] of splitDocuments(text).entries()) {
    // The mark before a later document is no line of it to kubectl.
    const own = index === 0 ? chunk.text : chunk.text.replace(/^---[^\n]*\n?/, "");
    const { value, notes, broken } = readDocument(own);
    const fault = notes.find(({ severity, code }) => severity === "error" && code.startsWith("yaml-") && code !== "yaml-duplicate-key");
    // Text that only looks as if it had lost its indentation is well-formed.
    if (fault !== undefined || (broken && notes.some(({ code }) => code === "template-text"))) {
      entries.push({
        kind: "error",
        failure: textFailure(`error parsing ${source}: error converting YAML to JSON: ${yamlFault(own, fault)}`),
      });
      // The stream cannot be read on.
      break;
    }
    if (value === null || value === undefined) continue;
    if (isObject(value)) for (const each of membersOf(value)) entries.push({ kind: "object", object: { source, value: each } });
    else entries.push({ kind: "error", failure: textFailure(`unable to decode ${JSON.stringify(source)}: ${notAnObject(value)}`) });
  }
  return entries;
}

function notAnObject(value: unknown): string {
  const fields = '{ APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  return `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonType(value)} into Go value of type struct ${fields}`;
}

function jsonType(value: unknown): string {
  return Array.isArray(value) ? "array" : typeof value === "string" ? "string" : typeof value;
}

/**
 * Go's YAML parser has few sentences. Where its scanner stops it counts lines from 1, where its grammar does, from 0, and it
 * leaves 0 out. (go.yaml.in/yaml/v2, parser.fail)
 */
function yamlFault(text: string, fault: { readonly code: string; readonly start: number } | undefined): string {
  const index = text.slice(0, fault?.start ?? 0).split("\n").length - 1;
  const scanner = SCANNER_WORDS[fault?.code ?? ""];
  const [line, words] = scanner === undefined ? [index, "did not find expected key"] : [index === 0 ? 0 : index + 1, scanner];
  return line === 0 ? `yaml: ${words}` : `yaml: line ${line}: ${words}`;
}

const SCANNER_WORDS: { readonly [code: string]: string } = {
  "yaml-tab": "found character that cannot start any token",
  "yaml-reserved": "found character that cannot start any token",
  "yaml-missing-colon": "could not find expected ':'",
  "yaml-unclosed-quote": "found unexpected end of stream",
  "yaml-escape": "found unknown escape character",
  "yaml-syntax": "mapping values are not allowed in this context",
};

function membersOf(value: { readonly [field: string]: unknown }): readonly { readonly [field: string]: unknown }[] {
  const { items } = value;
  const isList = (textAt(value, "kind") ?? "").endsWith("List") && Array.isArray(items);
  return isList ? items.filter(isObject) : [value];
}
