/** `kubectl get`. (kubectl/pkg/cmd/get/get.go) */
import { flag, type Invocation } from "./flags.ts";
import { hasNamespace, namespaceOf, select, type Found } from "./select.ts";
import { columnsOf } from "./columns.ts";
import { namedObject, storedAs, type Resource } from "./resources.ts";
import { KubectlError, type Session } from "./session.ts";
import { TABLE, alignTabs } from "./tabs.ts";

export const GET_FLAGS = [
  flag("all-namespaces", "bool", "A"),
  flag("selector", "text", "l"),
  flag("field-selector"),
  flag("output", "text", "o"),
  flag("no-headers", "bool"),
  flag("show-kind", "bool"),
  flag("show-labels", "bool"),
  flag("label-columns", "list", "L"),
  flag("ignore-not-found", "bool"),
];

export function get(session: Session, { args, flags, path }: Invocation): void {
  if (args.length === 0)
    throw new KubectlError(
      `You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\nerror: Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).\nSee '${path} -h' for help and examples`,
    );
  const everywhere = flags.bool("all-namespaces");
  const namespace = namespaceOf(flags);
  const selection = select(session, args, {
    namespace: everywhere ? null : namespace,
    labels: flags.text("selector"),
    fields: flags.text("field-selector"),
    allByDefault: true,
  });
  const kinds = new Set([...selection.found.map(({ resource }) => resource.plural), ...selection.listed.map(({ plural }) => plural)]);
  const showKind = flags.bool("show-kind") || kinds.size > 1;
  const printed = tables(session, selection.found, {
    everywhere,
    showKind,
    wide: flags.text("output") === "wide",
    headers: !flags.bool("no-headers"),
  });
  session.print(printed);
  for (const error of selection.errors) session.failWith(error);
  const inNamespace = !everywhere && selection.listed.every(({ namespaced }) => namespaced);
  if (printed === "" && selection.errors.length === 0)
    session.complain(inNamespace ? `No resources found in ${namespace} namespace.` : "No resources found");
  void hasNamespace;
}

interface TableOptions {
  readonly everywhere: boolean;
  readonly showKind: boolean;
  readonly wide: boolean;
  readonly headers: boolean;
}

function tables(session: Session, found: readonly Found[], options: TableOptions): string {
  const parts: string[] = [];
  for (let from = 0; from < found.length;) {
    const { resource } = found[from] ?? { resource: null };
    if (resource === null) break;
    let to = from;
    while (to < found.length && found[to]?.resource.plural === resource.plural) to++;
    parts.push(table(session, resource, found.slice(from, to), options));
    from = to;
  }
  return parts.join(options.headers ? "\n" : "");
}

function table(
  session: Session,
  resource: Resource,
  found: readonly Found[],
  { everywhere, showKind, wide, headers }: TableOptions,
): string {
  const { names, cells } = columnsOf(storedAs(resource));
  const shown = names.flatMap((name, i) => (name.startsWith("|") && !wide ? [] : [i]));
  const withNamespace = everywhere && resource.namespaced;
  const header = [...(withNamespace ? ["NAMESPACE"] : []), ...shown.map((i) => (names[i] ?? "").replace("|", ""))];
  const rows = found.map(({ object }) => {
    const all = cells(object, session.nowSeconds);
    const own = shown.map((i) => (i === 0 && showKind ? namedObject(resource, all[i] ?? "") : (all[i] ?? "")));
    return [...(withNamespace ? [object.metadata.namespace ?? ""] : []), ...own];
  });
  return alignTabs([...(headers ? [header] : []), ...rows].map((row) => `${row.join("\t")}\n`).join(""), TABLE);
}
