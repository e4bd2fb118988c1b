/** `kubectl delete`. (kubectl/pkg/cmd/delete/delete.go) */
import { DRY_RUN_FLAG, FILE_FLAGS, dryRunOf, dryRunSuffix } from "./announce.ts";
import { deleteObject } from "./api.ts";
import { flag, type Invocation } from "./flags.ts";
import { isNotFound } from "./get.ts";
import { namedObject, storedAs, type Resource } from "./resources.ts";
import { namespaceOf, select, type Found, type Selection } from "./select.ts";
import { foundInFiles } from "./server-objects.ts";
import { fail, type Session } from "./session.ts";

export const DELETE_FLAGS = [
  ...FILE_FLAGS,
  DRY_RUN_FLAG,
  flag("all", "bool"),
  flag("all-namespaces", "bool", "A"),
  flag("cascade", { optional: "background" }),
  flag("field-selector"),
  flag("force", "bool"),
  flag("grace-period", "int"),
  flag("ignore-not-found", "bool"),
  flag("interactive", "bool", "i"),
  flag("now", "bool"),
  flag("output", "text", "o"),
  flag("raw"),
  flag("selector", "text", "l"),
  flag("timeout", "duration"),
  flag("wait", "bool"),
];

export function remove(session: Session, invocation: Invocation): void {
  const { flags } = invocation;
  const output = flags.text("output") ?? "";
  if (output !== "" && output !== "name") fail(`unexpected -o output mode: ${output}. We only support '-o name'`);
  if (flags.text("cascade") === "orphan" || flags.text("cascade") === "false")
    fail("this kubectl deletes what an object owns with it: --cascade=orphan is not simulated");
  if (flags.bool("interactive")) fail("this kubectl asks nothing back: leave -i out");
  const grace = gracePeriod(invocation);
  if (grace === 0)
    session.complain(
      "Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.",
    );
  const hasFiles = flags.list("filename").length > 0;
  const selection = hasFiles ? foundInFiles(session, invocation, "deleting") : asked(session, invocation);
  let warnsOfScope = flags.has("namespace");
  for (const { resource, object } of selection.found) {
    if (warnsOfScope && !resource.namespaced) {
      session.complain("Warning: deleting cluster-scoped resources, not scoped to the provided namespace");
      warnsOfScope = false;
    }
    if (dryRunOf(flags) === "none") deleteOne(session, { resource, object }, grace);
    session.print(
      line(resource, object.metadata.name, object.metadata.namespace, { output, grace, suffix: dryRunSuffix(dryRunOf(flags)) }),
    );
  }
  const errors = selection.errors.filter((each) => !(flags.bool("ignore-not-found") && isNotFound(each)));
  session.report(errors);
  if (selection.found.length === 0 && selection.errors.length === 0) session.print("No resources found\n");
}

function asked(session: Session, { args, flags }: Invocation): Selection {
  return select(session, args, {
    namespace: flags.bool("all-namespaces") ? null : namespaceOf(flags),
    labels: flags.text("selector"),
    fields: flags.text("field-selector"),
    allByDefault: false,
    all: flags.bool("all"),
  });
}

/** Seconds; undefined: the object's own. */
function gracePeriod({ flags }: Invocation): number | undefined {
  const given = flags.int("grace-period", -1);
  if (flags.bool("now") && given !== -1) fail("--now and --grace-period cannot be specified together");
  if (flags.bool("force") && given > 0) fail("--force and --grace-period greater than 0 cannot be specified together");
  if (flags.bool("now")) return 1;
  if (flags.bool("force") && given <= 0) return 0;
  // Without --force nothing is lost by accident.
  if (given === 0) return 1;
  return given < 0 ? undefined : given;
}

function deleteOne(session: Session, { resource, object }: Found, grace: number | undefined): void {
  // Made of the Pods whenever somebody asks: it is there again at once.
  const isDerived =
    resource.kind === "Endpoints" &&
    session.store.objects.get("Endpoints")?.has(`${object.metadata.namespace ?? ""}/${object.metadata.name}`) !== true;
  if (!isDerived) deleteObject(session, object, storedAs(resource) === "Pod" ? grace : undefined);
}

interface LineOptions {
  readonly output: string;
  readonly grace: number | undefined;
  readonly suffix: string;
}

function line(resource: Resource, name: string, namespace: string | undefined, { output, grace, suffix }: LineOptions): string {
  if (output === "name") return `${namedObject(resource, name)}\n`;
  const kind = resource.group === "" ? resource.singular : `${resource.singular}.${resource.group}`;
  const from = resource.namespaced ? ` from ${namespace ?? "default"} namespace` : "";
  return `${kind} "${name}" ${grace === 0 ? "force deleted" : "deleted"}${from}${suffix}\n`;
}
