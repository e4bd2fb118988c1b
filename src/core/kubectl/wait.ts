/** `kubectl wait`, as far as one moment tells: what holds now, and what would still be waited for. (kubectl/pkg/cmd/wait) */
import { listAt, textAt } from "../api/json.ts";
import { flag, type Invocation } from "./flags.ts";
import { textFailure, type Failure } from "./failures.ts";
import { findValues, readTemplate, relaxed } from "./jsonpath.ts";
import { namedObject, withGroup } from "./resources.ts";
import { namespaceOf, select, type Found } from "./select.ts";
import { fail, type Session } from "./session.ts";

export const WAIT_FLAGS = [
  flag("all", "bool"),
  flag("all-namespaces", "bool", "A"),
  flag("field-selector"),
  flag("filename", "list", "f"),
  flag("for", "texts"),
  flag("output", "text", "o"),
  flag("selector", "text", "l"),
  flag("timeout", "duration"),
];

export function wait(session: Session, { args, flags }: Invocation): void {
  const [wanted] = flags.list("for");
  if (wanted === undefined)
    return fail("one of --for=condition=…, --for=jsonpath=… , --for=create or --for=delete is required".replace(" ,", ","));
  const isDelete = wanted.toLowerCase() === "delete";
  const { found, errors } = select(session, args, {
    namespace: flags.bool("all-namespaces") ? null : namespaceOf(flags),
    labels: flags.text("selector"),
    fields: flags.text("field-selector"),
    allByDefault: false,
    all: flags.bool("all"),
  });
  if (errors.length > 0) return isDelete ? undefined : session.report(errors);
  if (found.length === 0) return isDelete ? undefined : fail("no matching resources found");
  const failures: Failure[] = [];
  for (const each of found) {
    if (holds(each, wanted)) session.print(`${namedObject(each.resource, each.object.metadata.name)} condition met\n`);
    else {
      session.follows = true;
      failures.push(
        textFailure(`timed out waiting for the condition on ${withGroup(each.resource).split(".")[0] ?? ""}/${each.object.metadata.name}`),
      );
    }
  }
  session.report(failures);
}

function holds({ object }: Found, wanted: string): boolean {
  const lower = wanted.toLowerCase();
  if (lower === "delete") return false;
  if (lower === "create") return true;
  if (lower.startsWith("condition=")) {
    const [type = "", value = "true"] = wanted.slice("condition=".length).split("=");
    return listAt(object, "status", "conditions").some(
      (each) =>
        (textAt(each, "type") ?? "").toLowerCase() === type.toLowerCase() &&
        (textAt(each, "status") ?? "").toLowerCase() === value.toLowerCase(),
    );
  }
  if (lower.startsWith("jsonpath=")) {
    const text = wanted.slice("jsonpath=".length).replace(/^['"]|['"]$/g, "");
    const [, path = "", value] = /^(\{[^}]*\}|[^=]*)(?:=(.*))?$/.exec(text) ?? [];
    const values = findValues(readTemplate(relaxed(path)), object);
    return value === undefined ? values.length > 0 : values.some((each) => String(each) === value.replace(/^['"]|['"]$/g, ""));
  }
  return fail(`unrecognized condition: ${JSON.stringify(wanted)}`);
}
