/** `kubectl patch`. (kubectl/pkg/cmd/patch/patch.go) */
import { isObject } from "../api/json.ts";
import { shapeOf } from "../api/shapes.ts";
import type { KubeObject } from "../api/types.ts";
import { readDocument } from "../manifests/parse.ts";
import { DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS, announce, dryRunOf } from "./announce.ts";
import { updateObject } from "./api.ts";
import { flag, type Invocation } from "./flags.ts";
import { applyJsonPatch, applyMergePatch, applyStrategicPatch } from "./merge-patch.ts";
import { namespaceOf, select, type Found } from "./select.ts";
import { foundInFiles } from "./server-objects.ts";
import { attempt, fail, type Session } from "./session.ts";

export const PATCH_FLAGS = [
  ...FILE_FLAGS,
  ...PRINT_FLAGS,
  DRY_RUN_FLAG,
  flag("local", "bool"),
  flag("patch", "text", "p"),
  flag("patch-file"),
  flag("subresource"),
  flag("type"),
];

export function patch(session: Session, invocation: Invocation): void {
  const { args, flags } = invocation;
  const type = (flags.text("type") ?? "strategic").toLowerCase();
  if (!["json", "merge", "strategic"].includes(type)) fail(`--type must be one of [json merge strategic], not "${type}"`);
  const value = readPatch(session, invocation);
  const selection =
    flags.list("filename").length > 0
      ? foundInFiles(session, invocation)
      : select(session, args, { namespace: namespaceOf(flags), allByDefault: false });
  const errors = [...selection.errors];
  for (const { object, resource } of selection.found) {
    const made = attempt(() => patchOne(session, invocation, { object, resource }, { type, value }));
    if (!made.ok) errors.push(made.failure);
  }
  session.report(errors);
}

function readPatch(session: Session, { flags }: Invocation): unknown {
  const file = flags.text("patch-file");
  const text =
    flags.text("patch") ??
    (file === undefined
      ? undefined
      : (session.files.get(file) ?? fail(`unable to read patch file: open ${file}: no such file or directory`)));
  if (text === undefined || text === "") return fail("must specify --patch or --patch-file containing the contents of the patch");
  const { value, broken } = readDocument(text);
  if (broken) return fail(`unable to parse "${text}": yaml: did not find expected node content`);
  return value;
}

function patchOne(
  session: Session,
  { flags }: Invocation,
  { object, resource }: Found,
  { type, value }: { readonly type: string; readonly value: unknown },
): void {
  const next = patched(object, type, value, resource);
  const dryRun = dryRunOf(flags);
  const { object: written, changed } =
    dryRun === "client" ? { object: next as KubeObject, changed: true } : updateObject(session, object, next, { verb: "patch", dryRun });
  announce(session, flags, written, changed ? "patched" : "patched (no change)");
}

function patched(object: KubeObject, type: string, value: unknown, { apiVersion, kind }: Found["resource"]): unknown {
  if (type === "json") return applyJsonPatch(object, value);
  if (!isObject(value))
    return fail(`cannot unmarshal ${Array.isArray(value) ? "array" : typeof value} into Go value of type map[string]interface {}`);
  const shape = shapeOf(apiVersion, kind);
  return type === "merge" || shape === null ? applyMergePatch(object, value) : applyStrategicPatch(object, value, shape);
}
