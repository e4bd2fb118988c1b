/** The stored objects that files name: `get -f`, `delete -f`, `describe -f`. */
import { textAt } from "../api/json.ts";
import { groupOf } from "../api/kinds.ts";
import { withSource, type Failure } from "./failures.ts";
import type { Invocation } from "./flags.ts";
import { readFiles, type FileObject } from "./files.ts";
import { findResource, resourcesOf, type Resource } from "./resources.ts";
import { namespaceOf, notFound, objectNamed, type Found, type Selection } from "./select.ts";
import { fail, type Session } from "./session.ts";

/** `verb`: what is said of a file whose object is not there: `error when deleting "web.yaml": …`. */
export function foundInFiles(session: Session, { flags }: Invocation, verb?: string): Selection {
  const found: Found[] = [];
  const errors: Failure[] = [];
  const entries = readFiles(session, flags.list("filename"), flags.bool("recursive"));
  for (const entry of entries) {
    if (entry.kind === "error") {
      errors.push(entry.failure);
      continue;
    }
    const resource = resourceOfFile(session, entry.object);
    const name = textAt(entry.object.value, "metadata", "name") ?? "";
    const object = objectNamed(session, resource, namespaceIn(entry.object, namespaceOf(flags), flags.has("namespace")), name);
    const { source } = entry.object;
    if (object === undefined)
      errors.push(verb === undefined ? notFound(resource, name) : withSource(notFound(resource, name), verb, source));
    else found.push({ resource, object });
  }
  return { found, listed: [], errors, single: entries.length === 1 };
}

/** Throws KubectlError for a kind that the server does not have. */
export function resourceOfFile(session: Session, { source, value }: FileObject): Resource {
  const [apiVersion, kind] = [textAt(value, "apiVersion") ?? "", textAt(value, "kind") ?? ""];
  const missing = [...(apiVersion === "" ? ["apiVersion not set"] : []), ...(kind === "" ? ["kind not set"] : [])];
  if (missing.length > 0) {
    const what = missing.length === 1 ? missing[0] : `[${missing.join(", ")}]`;
    fail(
      `error validating "${source}": error validating data: ${what}; if you choose to ignore these errors, turn validation off with --validate=false`,
    );
  }
  const group = groupOf(apiVersion);
  const known = resourcesOf(session.store).find((each) => each.kind === kind && each.group === group);
  if (known !== undefined && (known.apiVersion === apiVersion || findResource(session.store, known.plural) === null)) return known;
  const name = textAt(value, "metadata", "name") ?? "";
  const namespace = textAt(value, "metadata", "namespace") ?? "";
  return fail(
    `resource mapping not found for name: "${name}" namespace: "${namespace}" from "${source}": no matches for kind "${kind}" in version "${apiVersion}"\nensure CRDs are installed first`,
  );
}

/** The namespace of an object of a file. Throws KubectlError where `-n` says another. */
export function namespaceIn({ value }: FileObject, namespace: string, isEnforced: boolean): string {
  const own = textAt(value, "metadata", "namespace") ?? "";
  if (own === "") return namespace;
  if (isEnforced && own !== namespace)
    fail(
      `the namespace from the provided object "${own}" does not match the namespace "${namespace}". You must pass '--namespace=${own}' to perform this operation.`,
    );
  return own;
}
