/** `kubectl get`. (kubectl/pkg/cmd/get/get.go) */
import { columnsOf } from "./columns.ts";
import type { Failure } from "./failures.ts";
import { flag, type Flags, type Invocation } from "./flags.ts";
import { listOf, printObject, readOutput, shown, type Output } from "./output.ts";
import { namedObject, storedAs, type Resource } from "./resources.ts";
import { namespaceOf, select, type Found, type Selection } from "./select.ts";
import { foundInFiles } from "./server-objects.ts";
import { labelsText } from "./service-cells.ts";
import { KubectlError, fail, type Session } from "./session.ts";
import { sortBy } from "./sorting.ts";
import { TABLE, alignTabs } from "./tabs.ts";

export const GET_FLAGS = [
  flag("all-namespaces", "bool", "A"),
  flag("allow-missing-template-keys", "bool"),
  flag("chunk-size", "int"),
  flag("field-selector"),
  flag("filename", "list", "f"),
  flag("ignore-not-found", "bool"),
  flag("kustomize", "text", "k"),
  flag("label-columns", "list", "L"),
  flag("no-headers", "bool"),
  flag("output", "text", "o"),
  flag("output-watch-events", "bool"),
  flag("raw"),
  flag("recursive", "bool", "R"),
  flag("selector", "text", "l"),
  flag("server-print", "bool"),
  flag("show-kind", "bool"),
  flag("show-labels", "bool"),
  flag("show-managed-fields", "bool"),
  flag("sort-by"),
  flag("subresource"),
  flag("template"),
  flag("watch", "bool", "w"),
  flag("watch-only", "bool"),
];

export function get(session: Session, invocation: Invocation): void {
  const { args, flags, path } = invocation;
  if (flags.has("raw")) fail("this kubectl asks for no raw paths: name a resource");
  const output = readOutput(flags, true);
  const hasFiles = flags.list("filename").length > 0;
  if (args.length === 0 && !hasFiles)
    throw new KubectlError(
      `You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\nerror: Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).\nSee '${path} -h' for help and examples`,
    );
  const selection = sorted(hasFiles ? foundInFiles(session, invocation) : asked(session, args, flags), flags);
  if (flags.bool("watch") || flags.bool("watch-only")) session.follows = true;
  if (output.kind === "table") printTables(session, selection, flags, output);
  else printObjects(session, selection, flags, output);
  session.report(selection.errors.filter((each) => !(flags.bool("ignore-not-found") && isNotFound(each))));
}

export function isNotFound(failure: Failure): boolean {
  return failure.kind === "server" && failure.reason === "NotFound";
}

function asked(session: Session, args: readonly string[], flags: Flags): Selection {
  return select(session, args, {
    namespace: flags.bool("all-namespaces") ? null : namespaceOf(flags),
    labels: flags.text("selector"),
    fields: flags.text("field-selector"),
    allByDefault: true,
    asksForNamespace: true,
  });
}

function sorted(selection: Selection, flags: Flags): Selection {
  const path = flags.text("sort-by") ?? "";
  if (path === "") return selection;
  const groups = groupsOf(selection.found).map((group) => sortBy(group, path, ({ object }) => object));
  return { ...selection, found: groups.flat() };
}

/** Neighbours of one kind. */
function groupsOf(found: readonly Found[]): readonly (readonly Found[])[] {
  const groups: Found[][] = [];
  for (const each of found) {
    const last = groups.at(-1);
    if (last !== undefined && last[0]?.resource.plural === each.resource.plural && last[0].resource.group === each.resource.group)
      last.push(each);
    else groups.push([each]);
  }
  return groups;
}

function printObjects(
  session: Session,
  { found, single, errors }: Selection,
  flags: Flags,
  output: Exclude<Output, { kind: "table" }>,
): void {
  const objects = found.map(({ object }) => shown(object, flags.bool("show-managed-fields")));
  const [only] = objects;
  if (single && only === undefined) return;
  // Of several that were named and are not there, nothing is printed either.
  if (only === undefined && errors.length > 0) return;
  session.print(printObject(single && only !== undefined ? only : listOf(objects), output));
}

function printTables(session: Session, selection: Selection, flags: Flags, { wide }: { readonly wide: boolean }): void {
  const everywhere = flags.bool("all-namespaces");
  const kinds = new Set(
    [...selection.found.map(({ resource }) => resource), ...selection.listed].map(({ plural, group }) => `${plural}.${group}`),
  );
  const options: TableOptions = {
    everywhere,
    wide,
    showKind: flags.bool("show-kind") || kinds.size > 1,
    headers: !flags.bool("no-headers"),
    labelColumns: flags.list("label-columns"),
    showLabels: flags.bool("show-labels"),
  };
  const printed = flags.bool("watch-only")
    ? ""
    : groupsOf(selection.found)
        .map((group) => table(session, group, options))
        .join(options.headers ? "\n" : "");
  session.print(printed);
  if (printed !== "" || selection.errors.length > 0 || flags.bool("ignore-not-found") || session.follows) return;
  const inNamespace =
    !everywhere && [...selection.listed, ...selection.found.map(({ resource }) => resource)].every(({ namespaced }) => namespaced);
  session.complain(inNamespace ? `No resources found in ${namespaceOf(flags)} namespace.` : "No resources found");
}

interface TableOptions {
  readonly everywhere: boolean;
  readonly showKind: boolean;
  readonly wide: boolean;
  readonly headers: boolean;
  readonly labelColumns: readonly string[];
  readonly showLabels: boolean;
}

/** One table of objects of one kind. */
function table(session: Session, found: readonly Found[], options: TableOptions): string {
  const resource = found[0]?.resource;
  if (resource === undefined) return "";
  const { names, cells } = columnsOf(storedAs(resource));
  const places = names.flatMap((name, i) => (name.startsWith("|") && !options.wide ? [] : [i]));
  const header = framed(
    {
      namespace: "NAMESPACE",
      own: places.map((i) => (names[i] ?? "").replace("|", "")),
      labels: options.labelColumns.map(labelHeader),
      all: "LABELS",
    },
    resource,
    options,
  );
  const nameColumn = names.findIndex((name) => name.replace("|", "") === "NAME");
  const rows = found.map(({ object }) => {
    const all = cells(object, session.nowSeconds);
    const cell = (i: number): string =>
      oneLine(i === nameColumn && options.showKind ? namedObject(resource, all[i] ?? "") : (all[i] ?? ""));
    const { namespace = "", labels = {} } = object.metadata;
    const frame = {
      namespace,
      own: places.map(cell),
      labels: options.labelColumns.map((label) => labels[label] ?? ""),
      all: labelsText(labels),
    };
    return framed(frame, resource, options);
  });
  return alignTabs([...(options.headers ? [header] : []), ...rows].map((row) => `${row.join("\t")}\n`).join(""), TABLE);
}

interface Row {
  readonly namespace: string;
  readonly own: readonly string[];
  readonly labels: readonly string[];
  readonly all: string;
}

function framed(
  { namespace, own, labels, all }: Row,
  { namespaced }: Resource,
  { everywhere, showLabels }: TableOptions,
): readonly string[] {
  return [...(everywhere && namespaced ? [namespace] : []), ...own, ...labels, ...(showLabels ? [all] : [])];
}

function labelHeader(label: string): string {
  return label.slice(label.lastIndexOf("/") + 1).toUpperCase();
}

/** A cell ends at its first line break. */
function oneLine(cell: string): string {
  const end = cell.search(/[\n\r\f]/);
  return end < 0 ? cell : `${cell.slice(0, end)}...`;
}
