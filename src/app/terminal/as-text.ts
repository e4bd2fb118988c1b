/** What kubectl asks for, as the manifests would say it: fields that changed, or a document of its own. */
import type { Json } from "../../core/base/names.ts";
import { childPath } from "../../core/manifests/path.ts";
import type { FieldChange } from "../state/field-edits.ts";

type Fields = { readonly [key: string]: Json };
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

/** What the API server writes by itself. */
const SERVERS_OWN: ReadonlySet<string> = new Set([
  "status",
  "metadata.resourceVersion",
  "metadata.generation",
  "metadata.uid",
  "metadata.creationTimestamp",
  "metadata.managedFields",
]);
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
/** More than so many is another object. */
const CHANGES_MOST = 30;

/** The fields in which an object differs from before, by their paths; null: the text has no way to say it. */
export function changedFields(before: Json, after: Json): readonly FieldChange[] | null {
  const changes: FieldChange[] = [];
  const walk = (path: string, a: Json | undefined, b: Json | undefined): boolean => {
    if (SERVERS_OWN.has(path) || JSON.stringify(a) === JSON.stringify(b)) return true;
    if (isFields(a) && isFields(b))
      return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => {
        if (key === LAST_APPLIED) return true;
        return !key.includes("]") && walk(childPath(path, key), a[key], b[key]);
      });
    if (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every(isFields))
      return a.every((item, i) => walk(`${path}[${i}]`, item as Json, b[i] as Json));
    changes.push({ path, value: b });
    return changes.length <= CHANGES_MOST;
  };
  return walk("", before, after) ? changes : null;
}

/** The object as a document of YAML, without what nobody writes; null: it is no object. */
export async function documentOf(object: unknown, key: string): Promise<string | null> {
  if (!isFields(object) || !isFields(object["metadata"])) return null;
  const { stringify } = await import("yaml");
  const { annotations, creationTimestamp: _, ...metadata } = object["metadata"] as Fields;
  const { [LAST_APPLIED]: __, ...notes } = isFields(annotations) ? annotations : {};
  const { status: ___, metadata: ____, apiVersion, kind, ...rest } = object;
  const own = { ...metadata, ...(Object.keys(notes).length > 0 ? { annotations: notes } : {}) };
  // `default` is where a document without a namespace goes.
  const { namespace, ...plain } = own as Fields;
  const named = namespace === "default" || namespace === undefined ? plain : { ...plain, namespace };
  if (!key.endsWith(String(metadata["name"] ?? ""))) return null;
  return stringify({ apiVersion, kind, metadata: named, ...withoutEmpty(rest) }, { lineWidth: 0 });
}

/** kubectl writes `resources: {}` and `strategy: {}`: nothing is said by them. */
function withoutEmpty(value: Fields): Fields {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]): (readonly [string, Json])[] => {
      if (isFields(field)) {
        const inner = withoutEmpty(field);
        return Object.keys(inner).length === 0 ? [] : [[key, inner]];
      }
      if (Array.isArray(field)) return [[key, field.map((item: Json) => (isFields(item) ? withoutEmpty(item) : item))]];
      return field === null ? [] : [[key, field]];
    }),
  );
}
