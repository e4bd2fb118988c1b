/**
 * What a document must have before anybody can decode it: an object with apiVersion, kind and a name. Types of the
 * fields within are the API server's matter (api/decode.ts).
 */
import type { Json } from "../base/names.ts";
import { isSettings, isSimulated } from "./kinds.ts";
import { find, locateIn } from "./locate.ts";
import { joinPaths, parsePath } from "./path.ts";
import { note } from "./reading.ts";
import type { Note, NoteFix, Reading, Span } from "./reading.ts";
import { isList, isObject } from "./render.ts";
import type { JsonObject } from "./render.ts";
import { unserved } from "./served-kinds.ts";
import type { Unserved } from "./served-kinds.ts";

/** What is missing or of the wrong type at the top of each object of a document. Empty documents are fine. */
export function shapeNotes(reading: Reading): Note[] {
  return reading.value === null ? [] : objectNotes(reading, "", reading.value);
}

function objectNotes(reading: Reading, root: string, value: Json): Note[] {
  if (!isObject(value)) return [notAnObject(reading, root, value)];
  const { kind } = value;
  if (typeof kind === "string" && kind.endsWith("List") && isList(value["items"])) return listNotes(reading, root, value["items"], kind);
  const notes = [...typeNotes(reading, root, value)];
  if (typeof kind === "string" && typeof value["apiVersion"] === "string")
    notes.push(...kindNotes(reading, root, value["apiVersion"], kind, value));
  return notes;
}

function listNotes(reading: Reading, root: string, items: readonly Json[], kind: string): Note[] {
  return items.flatMap((item, index) => {
    const path = joinPaths(root, `items[${index}]`);
    const implied = kind !== "List" && isObject(item) ? { apiVersion: "", kind: kind.slice(0, -"List".length), ...item } : item;
    return objectNotes(reading, path, implied);
  });
}

function notAnObject(reading: Reading, root: string, value: Json): Note {
  const what = isList(value) ? "a list" : value === null ? "empty" : typeof value === "string" ? "only text" : `a ${typeof value}`;
  const hint = typeof value === "string" && /^\w+:\S/.test(value) ? " Is a space missing after the colon?" : "";
  return note(
    "not-an-object",
    firstLineOf(reading, locateIn(reading, root, "value")),
    `A manifest is an object with apiVersion, kind and metadata. This is ${what}.${hint}`,
    { field: root },
  );
}

/** apiVersion, kind and metadata: there, and of the right type. */
function typeNotes(reading: Reading, root: string, value: JsonObject): Note[] {
  const notes: Note[] = [];
  for (const field of ["apiVersion", "kind"] as const) {
    const given = value[field];
    if (given === undefined || given === null) notes.push(missing(reading, root, field, `${field} not set`));
    else if (typeof given !== "string") notes.push(wrongType(reading, root, field, given, `TypeMeta.${field}`, "string"));
  }
  const { metadata } = value;
  if (metadata !== undefined && metadata !== null && !isObject(metadata)) {
    notes.push(wrongType(reading, root, "metadata", metadata, `${String(value["kind"])}.metadata`, "v1.ObjectMeta"));
  }
  return notes;
}

function kindNotes(reading: Reading, root: string, apiVersion: string, kind: string, value: JsonObject): Note[] {
  if (isSettings(apiVersion, kind)) return isSimulated(apiVersion, kind) ? [] : [notSimulated(reading, root, apiVersion, kind)];
  const notes: Note[] = [];
  const why = unserved(apiVersion, kind);
  if (why?.refused === true) notes.push(noMatch(reading, root, apiVersion, kind, why));
  else if (apiVersion !== "" && !isSimulated(apiVersion, kind)) notes.push(notSimulated(reading, root, apiVersion, kind, why));
  const { metadata } = value;
  const named =
    isObject(metadata) && [metadata["name"], metadata["generateName"]].some((each) => each !== undefined && each !== null && each !== "");
  if (!named && (isObject(metadata) || metadata === undefined || metadata === null)) {
    notes.push(missing(reading, root, "metadata.name", "metadata.name: Required value: name or generateName is required"));
  }
  return notes;
}

function noMatch(reading: Reading, root: string, apiVersion: string, kind: string, why: Unserved): Note {
  const { meant } = why;
  const fix = (field: string, text: string): NoteFix => {
    const { start, end } = locateIn(reading, joinPaths(root, field), "value");
    const quote = /^["']/.exec(reading.text.slice(start, end))?.[0] ?? "";
    return { title: `Change to ${text}`, edits: [{ start, end, text: quote + text + quote }] };
  };
  const wrongKind = meant !== null && meant.kind !== kind;
  const wrongVersion = meant !== null && meant.apiVersion !== apiVersion;
  const fixes = [...(wrongKind ? [fix("kind", meant.kind)] : []), ...(wrongVersion ? [fix("apiVersion", meant.apiVersion)] : [])];
  const field = wrongVersion && !wrongKind ? "apiVersion" : "kind";
  const span = locateIn(reading, joinPaths(root, field), "value");
  const one =
    fixes.length < 2 || meant === null
      ? fixes
      : [{ title: `Change to ${meant.kind} in ${meant.apiVersion}`, edits: fixes.flatMap((each) => each.edits) }];
  const hint = hintOf(why, apiVersion, kind);
  const message = `no matches for kind "${kind}" in version "${apiVersion}"${hint === "" ? "" : `: ${hint}`}`;
  return note("no-such-kind", span, message, { field, fixes: one });
}

/** `gone since Kubernetes 1.22, use networking.k8s.io/v1` */
function hintOf({ meant, removedIn }: Unserved, apiVersion: string, kind: string): string {
  const right =
    meant === null ? [] : [...(meant.kind === kind ? [] : [meant.kind]), ...(meant.apiVersion === apiVersion ? [] : [meant.apiVersion])];
  return [removedIn === null ? "" : `gone since Kubernetes ${removedIn}`, right.length === 0 ? "" : `use ${right.join(" in ")}`]
    .filter((part) => part !== "")
    .join(", ");
}

function notSimulated(reading: Reading, root: string, apiVersion: string, kind: string, why: Unserved | null = null): Note {
  const group = apiVersion.includes("/") ? ` (${apiVersion})` : "";
  const span = locateIn(reading, joinPaths(root, "kind"), "value");
  const hint = why === null ? "" : hintOf(why, apiVersion, kind);
  const version = hint === "" ? "" : ` No matches in this version: ${hint}.`;
  return note("kind-not-simulated", span, `${kind}${group} is kept and not simulated.${version}`, { severity: "info", field: "kind" });
}

function missing(reading: Reading, root: string, field: string, message: string): Note {
  const steps = parsePath(joinPaths(root, field));
  const { found, depth } = find(reading, steps);
  const parent = depth > parsePath(root).length && found.key !== null;
  const span = parent
    ? locateIn(reading, joinPaths(root, field.split(".")[0] ?? ""), "key")
    : firstLineOf(reading, locateIn(reading, root, "value"));
  return note(`missing-${field === "apiVersion" ? "api-version" : field === "kind" ? "kind" : "name"}`, span, message, { field });
}

/** Words of encoding/json in Go, as the API server answers. */
function wrongType(reading: Reading, root: string, field: string, value: Json, goField: string, goType: string): Note {
  const type = isList(value) ? "array" : isObject(value) ? "object" : typeof value === "boolean" ? "bool" : typeof value;
  const span = firstLineOf(reading, locateIn(reading, joinPaths(root, field), "value"));
  return note("wrong-type", span, `json: cannot unmarshal ${type} into Go struct field ${goField} of type ${goType}`, { field });
}

function firstLineOf(reading: Reading, { start, end }: Span): Span {
  const line = reading.text.slice(start, end).split(/\r?\n/, 1)[0] ?? "";
  return { start, end: start + line.length };
}
