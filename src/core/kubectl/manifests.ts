/** Objects of `-f`, each with its kind known and its namespace filled in. */
import { isObject, textAt } from "../api/json.ts";
import { announcePath } from "./object-words.ts";
import { textFailure, type Failure } from "./failures.ts";
import { readFiles, type FileObject } from "./files.ts";
import type { Invocation } from "./flags.ts";
import type { Resource } from "./resources.ts";
import { namespaceOf } from "./select.ts";
import { namespaceIn, resourceOfFile } from "./server-objects.ts";
import { attempt, type Session } from "./session.ts";

export interface ManifestObject {
  readonly source: string;
  readonly resource: Resource;
  readonly namespace: string;
  readonly name: string;
  /** With its namespace. */
  readonly value: { readonly [field: string]: unknown };
}

export interface Manifests {
  readonly objects: readonly ManifestObject[];
  readonly failures: readonly Failure[];
}

/** All that can be read. A document without a kind ends its file. Throws KubectlError for a file that is not there. */
export function manifestsOf(session: Session, { flags }: Invocation): Manifests {
  const objects: ManifestObject[] = [];
  const failures: Failure[] = [];
  const ended = new Set<string>();
  for (const entry of readFiles(session, flags.list("filename"), flags.bool("recursive"))) {
    if (entry.kind === "error") failures.push(entry.failure);
    else if (!ended.has(entry.object.source)) {
      const made = attempt(() => manifestObject(session, entry.object, namespaceOf(flags), flags.has("namespace")));
      if (made.ok) objects.push(made.value);
      else {
        failures.push(made.failure);
        if (made.failure.kind === "text" && made.failure.text.startsWith("error validating")) ended.add(entry.object.source);
      }
    }
  }
  return { objects, failures };
}

function manifestObject(session: Session, object: FileObject, namespace: string, isEnforced: boolean): ManifestObject {
  const resource = resourceOfFile(session, object);
  const place = resource.namespaced ? namespaceIn(object, namespace, isEnforced) : "";
  const metadata = isObject(object.value["metadata"]) ? object.value["metadata"] : {};
  const value = resource.namespaced ? { ...object.value, metadata: { ...metadata, namespace: place } } : { ...object.value, metadata };
  return { source: object.source, resource, namespace: place, name: textAt(object.value, "metadata", "name") ?? "", value };
}

/** A name is needed to ask for an object. */
export function namelessFailure({ resource, namespace, source }: ManifestObject): Failure {
  return textFailure(
    `error when retrieving current configuration of:\n${announcePath(resource, "", namespace)}\nfrom server for: "${source}": resource name may not be empty`,
  );
}
