/** `kubectl replace`: the manifest in place of what is stored. (kubectl/pkg/cmd/replace) */
import type { KubeObject } from "../api/types.ts";
import { DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS, VALIDATE_FLAG, announce, dryRunOf } from "./announce.ts";
import { createObject, deleteObject, updateObject } from "./api.ts";
import { annotated } from "./apply.ts";
import { withSource, type Failure } from "./failures.ts";
import { flag, type Invocation } from "./flags.ts";
import { manifestsOf, namelessFailure, type ManifestObject } from "./manifests.ts";
import { notFound, objectNamed } from "./select.ts";
import { attempt, fail, refuse, type Session } from "./session.ts";

export const REPLACE_FLAGS = [
  ...FILE_FLAGS,
  ...PRINT_FLAGS,
  DRY_RUN_FLAG,
  VALIDATE_FLAG,
  flag("cascade", { optional: "background" }),
  flag("force", "bool"),
  flag("grace-period", "int"),
  flag("raw"),
  flag("save-config", "bool"),
  flag("subresource"),
  flag("timeout", "duration"),
  flag("wait", "bool"),
];

export function replace(session: Session, invocation: Invocation): void {
  const { flags } = invocation;
  if (flags.list("filename").length === 0) fail("must specify one of -f and -k");
  const { objects, failures } = manifestsOf(session, invocation);
  if (objects.length === 0 && failures.length === 0) fail("no objects passed to replace");
  const errors: Failure[] = [...failures];
  for (const object of objects) {
    const made = attempt(() => replaceOne(session, invocation, object));
    if (made.ok) announce(session, flags, made.value, "replaced");
    else errors.push(made.failure);
  }
  session.report(errors);
}

function replaceOne(session: Session, { flags }: Invocation, item: ManifestObject): KubeObject {
  const { resource, namespace, name, source, value } = item;
  if (name === "") return refuse(namelessFailure(item));
  const dryRun = dryRunOf(flags);
  const current = objectNamed(session, resource, namespace, name);
  const sent = flags.bool("save-config") ? annotated(value) : value;
  if (dryRun === "client") return sent as unknown as KubeObject; // as written
  if (flags.bool("force")) {
    if (current !== undefined) {
      deleteObject(session, current, undefined);
      session.print(
        `${resource.singular}${resource.group === "" ? "" : `.${resource.group}`} "${name}" deleted${resource.namespaced ? ` from ${namespace} namespace` : ""}\n`,
      );
    }
    return createObject(session, sent, { verb: "replace", dryRun });
  }
  if (current === undefined) return refuse(withSource(notFound(resource, name), "replacing", source));
  const made = attempt(() => updateObject(session, current, sent, { verb: "replace", dryRun }));
  return made.ok ? made.value.object : refuse(withSource(made.failure, "replacing", source));
}
