/** `kind: List`, and the typed lists that `kubectl get --raw` prints, taken apart into the objects they hold. */
import type { Json } from "../base/names.ts";
import { joinPaths } from "./path.ts";
import type { Dialect, ManifestDocument, SourceRange } from "./types.ts";

/**
 * The objects of a document: those of its `items` when it is a list, else the document itself. A member's `locate`
 * takes paths of the member, and its `root` says where it stands (`items[3]`). Members of a typed list
 * (`ServiceList`) may leave out kind and apiVersion, which the list's own then imply, as the API server reads them.
 */
export function expandList(document: ManifestDocument): readonly ManifestDocument[] {
  const list = document.value;
  if (!isObject(list) || typeof list["kind"] !== "string" || !list["kind"].endsWith("List") || !Array.isArray(list["items"]))
    return [document];
  const implied = impliedOf(list["kind"], list["apiVersion"]);
  const items = list["items"] as readonly Json[];
  return items.flatMap((item, i) => expandList(new ListMember(document, `items[${i}]`, withImplied(item, implied))));
}

/** A document of a list, seen as a document of its own. */
class ListMember implements ManifestDocument {
  readonly root: string;
  readonly value: Json;
  private readonly list: ManifestDocument;
  private readonly at: string;

  constructor(list: ManifestDocument, at: string, value: Json) {
    this.list = list;
    this.at = at;
    this.root = joinPaths(list.root, at);
    this.value = value;
  }

  get file(): string {
    return this.list.file;
  }

  get index(): number {
    return this.list.index;
  }

  get dialect(): Dialect {
    return this.list.dialect;
  }

  get range(): SourceRange {
    return this.list.locate(this.at);
  }

  locate(path: string, part: "key" | "value" = "value"): SourceRange {
    return this.list.locate(joinPaths(this.at, path), part);
  }
}

function impliedOf(kind: string, apiVersion: Json | undefined): { readonly apiVersion: string; readonly kind: string } | null {
  return kind === "List" || typeof apiVersion !== "string" ? null : { apiVersion, kind: kind.slice(0, -"List".length) };
}

function withImplied(item: Json, implied: { readonly apiVersion: string; readonly kind: string } | null): Json {
  if (implied === null || !isObject(item) || (item["kind"] !== undefined && item["apiVersion"] !== undefined)) return item;
  return { ...implied, ...item };
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
