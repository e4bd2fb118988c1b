/** `kubectl label` and `kubectl annotate`. (kubectl/pkg/cmd/label, …/annotate) */
import { quote } from "../api/field-errors.ts";
import { labelValue, qualifiedName } from "../api/formats.ts";
import { keyOf } from "../api/store.ts";
import type { KubeObject, StringMap } from "../api/types.ts";
import type { Action } from "../simulation/contract.ts";
import { DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS, announce, dryRunOf } from "./announce.ts";
import { updateObject } from "./api.ts";
import { flag, type Invocation } from "./flags.ts";
import { namespaceOf, select, type Found } from "./select.ts";
import { foundInFiles } from "./server-objects.ts";
import { attempt, fail, type Session } from "./session.ts";

export const LABEL_FLAGS = [
  ...FILE_FLAGS,
  ...PRINT_FLAGS,
  DRY_RUN_FLAG,
  flag("all", "bool"),
  flag("all-namespaces", "bool", "A"),
  flag("field-selector"),
  flag("list", "bool"),
  flag("local", "bool"),
  flag("overwrite", "bool"),
  flag("resource-version"),
  flag("selector", "text", "l"),
];

interface Changes {
  readonly set: readonly (readonly [key: string, value: string])[];
  readonly removed: readonly string[];
}

export function label(session: Session, invocation: Invocation): void {
  change(session, invocation, "label");
}

export function annotate(session: Session, invocation: Invocation): void {
  change(session, invocation, "annotation");
}

type What = "label" | "annotation";

function change(session: Session, invocation: Invocation, what: What): void {
  const { flags } = invocation;
  const { resources, pairs } = splitPairs(invocation.args, what);
  if (resources.length === 0 && flags.list("filename").length === 0)
    fail("one or more resources must be specified as <resource> <name> or <resource>/<name>");
  if (pairs.length === 0 && !flags.bool("list")) fail(`at least one ${what} update is required`);
  const changes = readPairs(pairs, what);
  const selection =
    flags.list("filename").length > 0
      ? foundInFiles(session, invocation)
      : select(session, resources, {
          namespace: flags.bool("all-namespaces") ? null : namespaceOf(flags),
          labels: flags.text("selector"),
          fields: flags.text("field-selector"),
          allByDefault: false,
          all: flags.bool("all"),
        });
  const errors = [...selection.errors];
  for (const found of selection.found) {
    if (flags.bool("list")) {
      listPairs(session, found, what, selection.found.length > 1);
      continue;
    }
    const made = attempt(() => changeOne(session, invocation, found, { changes, what }));
    if (!made.ok) errors.push(made.failure);
  }
  session.report(errors);
}

/** Objects stand before pairs. */
function splitPairs(args: readonly string[], what: What): { readonly resources: readonly string[]; readonly pairs: readonly string[] } {
  const isPair = (arg: string): boolean => (arg.includes("=") && !arg.startsWith("=")) || (arg.endsWith("-") && arg !== "-");
  const first = args.findIndex(isPair);
  if (first < 0) return { resources: args, pairs: [] };
  const late = args.slice(first).find((arg) => !isPair(arg));
  if (late !== undefined) fail(`all resources must be specified before ${what} changes: ${late}`);
  return { resources: args.slice(0, first), pairs: args.slice(first) };
}

function readPairs(pairs: readonly string[], what: What): Changes {
  const set: (readonly [string, string])[] = [];
  const removed: string[] = [];
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    if (equals < 0) removed.push(pair.slice(0, -1));
    else set.push([pair.slice(0, equals), pair.slice(equals + 1)]);
  }
  if (what === "label") for (const [key, value] of set) checkLabel(key, value);
  const both = removed.find((key) => set.some(([other]) => other === key));
  if (both !== undefined) fail(`can not both modify and remove ${what === "label" ? "a label" : "an annotation"} in the same command`);
  return { set, removed };
}

function checkLabel(key: string, value: string): void {
  const [wrongKey] = qualifiedName(key);
  if (wrongKey !== undefined) fail(`invalid label key ${quote(key)}: ${wrongKey}`);
  const [wrongValue] = labelValue(value);
  if (wrongValue !== undefined) fail(`invalid label value: ${quote(`${key}=${value}`)}: ${wrongValue}`);
}

function listPairs(session: Session, { object }: Found, what: What, many: boolean): void {
  const pairs = Object.entries((what === "label" ? object.metadata.labels : object.metadata.annotations) ?? {}).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const noun = what === "label" ? "labels" : "annotations";
  if (many) session.print(`Listing ${noun} for ${object.kind}.${object.apiVersion}/${object.metadata.name}:\n`);
  for (const [key, value] of pairs) session.print(`${many ? " " : ""}${key}=${value}\n`);
}

function changeOne(
  session: Session,
  { flags }: Invocation,
  { object }: Found,
  { changes, what }: { readonly changes: Changes; readonly what: What },
): void {
  const field = what === "label" ? "labels" : "annotations";
  const before: StringMap = object.metadata[field] ?? {};
  const { set, removed } = changes;
  if (!flags.bool("overwrite")) {
    const taken = set.find(([key, value]) => before[key] !== undefined && before[key] !== value);
    if (taken !== undefined)
      fail(
        what === "label"
          ? `'${taken[0]}' already has a value (${before[taken[0]] ?? ""}), and --overwrite is false`
          : `--overwrite is false but found the following declared annotation(s): '${taken[0]}' already has a value (${before[taken[0]] ?? ""})`,
      );
  }
  if (what === "label") for (const key of removed) if (before[key] === undefined) session.print(`label ${quote(key)} not found.\n`);
  const kept = Object.fromEntries(Object.entries(before).filter(([key]) => !removed.includes(key)));
  const after = { ...kept, ...Object.fromEntries(set) };
  const next: KubeObject = { ...object, metadata: { ...object.metadata, [field]: after } };
  const action = actionOf(object, changes, what);
  const { object: written } =
    dryRunOf(flags) === "client"
      ? { object: next }
      : updateObject(session, object, next, {
          verb: what === "label" ? "label" : "annotate",
          dryRun: dryRunOf(flags),
          ...(action === null ? {} : { action }),
        });
  announce(session, flags, written, what === "annotation" ? "annotated" : labelVerb(before, changes));
}

function labelVerb(before: StringMap, { set, removed }: Changes): string {
  const isSet = set.some(([key, value]) => before[key] !== value);
  const isRemoved = removed.some((key) => before[key] !== undefined);
  if (isSet && isRemoved) return "modified";
  return isSet ? "labeled" : isRemoved ? "unlabeled" : "not labeled";
}

/** One label of a running Pod has an action of its own. */
function actionOf(object: KubeObject, { set, removed }: Changes, what: What): Action | null {
  if (what !== "label" || object.kind !== "Pod" || set.length + removed.length !== 1) return null;
  const [first] = set;
  return { kind: "label-pod", pod: keyOf(object), label: first?.[0] ?? removed[0] ?? "", value: first?.[1] ?? null };
}
