/** `kubectl apply`, with what it keeps of the last manifest. (kubectl/pkg/cmd/apply) */
import { isObject, sameJson, stringsAt } from "../api/json.ts";
import { threeWayMerge } from "../api/merge.ts";
import { shapeOf } from "../api/shapes.ts";
import { keyOf } from "../api/store.ts";
import type { KubeObject } from "../api/types.ts";
import { announceAll, DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS, VALIDATE_FLAG, dryRunOf, verbLine } from "./announce.ts";
import { createObject, updateObject, type DryRun } from "./api.ts";
import { withSource, type Failure } from "./failures.ts";
import { flag, type Invocation } from "./flags.ts";
import { manifestsOf, namelessFailure, type ManifestObject } from "./manifests.ts";
import { mergePatch } from "./merge-patch.ts";
import { announcePath } from "./object-words.ts";
import { withGroup } from "./resources.ts";
import { DEPRECATED_ENDPOINTS, namespaceOf, objectNamed, select } from "./select.ts";
import { attempt, fail, refuse, type Session } from "./session.ts";
import { compactJson, toJson, toYaml } from "./yaml.ts";

export const APPLY_FLAGS = [
  ...FILE_FLAGS,
  ...PRINT_FLAGS,
  DRY_RUN_FLAG,
  VALIDATE_FLAG,
  flag("all", "bool"),
  flag("cascade", { optional: "background" }),
  flag("force", "bool"),
  flag("force-conflicts", "bool"),
  flag("grace-period", "int"),
  flag("openapi-patch", "bool"),
  flag("overwrite", "bool"),
  flag("prune", "bool"),
  flag("prune-allowlist", "texts"),
  flag("selector", "text", "l"),
  flag("server-side", "bool"),
  flag("subresource"),
  flag("timeout", "duration"),
  flag("wait", "bool"),
];

export const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

export function apply(session: Session, invocation: Invocation): void {
  const { args, flags } = invocation;
  if (args.length > 0) fail(`Unexpected args: [${args.join(" ")}]\nSee 'kubectl apply -h' for help and examples`);
  if (flags.list("filename").length === 0 && !flags.has("kustomize")) fail("must specify one of -f and -k");
  if (flags.has("kustomize")) fail("this kubectl builds no kustomizations: apply the files with -f");
  if (flags.bool("prune")) fail("this kubectl does not prune: delete what is to go with kubectl delete");
  const dryRun = dryRunOf(flags);
  const { objects, failures } = manifestsOf(session, invocation);
  if (objects.length === 0 && failures.length === 0) fail("no objects passed to apply");
  const applied: KubeObject[] = [];
  const errors: Failure[] = [...failures];
  const prints = (flags.text("output") ?? "") !== "";
  for (const object of objects) {
    const made = attempt(() => applyOne(session, object, { dryRun, serverSide: flags.bool("server-side") }));
    if (!made.ok) errors.push(made.failure);
    else if (prints) applied.push(made.value.object);
    else session.print(verbLine(made.value.object, made.value.verb, dryRun));
  }
  if (prints) announceAll(session, flags, applied);
  session.report(errors);
}

interface Applied {
  readonly object: KubeObject;
  readonly verb: "created" | "configured" | "unchanged" | "serverside-applied";
}

function applyOne(
  session: Session,
  item: ManifestObject,
  { dryRun, serverSide }: { readonly dryRun: DryRun; readonly serverSide: boolean },
): Applied {
  const { resource, namespace, name, value, source } = item;
  if (resource.kind === "Endpoints") session.warn(DEPRECATED_ENDPOINTS);
  if (name === "") return refuse(namelessFailure(item));
  const current = objectNamed(session, resource, namespace, name);
  if (current === undefined) {
    const object = serverSide ? value : annotated(value);
    if (dryRun === "client") return { object: object as unknown as KubeObject, verb: "created" }; // as written, with a kind and a name
    const made = attempt(() => createObject(session, object, { verb: "apply", dryRun }));
    if (!made.ok) return refuse(withSource(made.failure, "creating", source));
    return { object: made.value, verb: serverSide ? "serverside-applied" : "created" };
  }
  return configure(session, item, current, { dryRun, serverSide });
}

function configure(
  session: Session,
  { resource, namespace, name, value, source }: ManifestObject,
  current: KubeObject,
  { dryRun, serverSide }: { readonly dryRun: DryRun; readonly serverSide: boolean },
): Applied {
  if (dryRun === "client") return { object: current, verb: "configured" };
  const last = lastApplied(session, current);
  if (last.kind === "missing" && !serverSide)
    session.complain(
      `Warning: resource ${withGroup(resource).split(".")[0] ?? ""}/${name} is missing the ${LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.`,
    );
  const next = last.kind === "text" || serverSide ? value : annotated(value);
  const shape = shapeOf(resource.apiVersion, resource.kind);
  const merged = threeWayMerge(current, last.kind === "missing" ? undefined : last.manifest, next, shape);
  if (sameJson(merged, current)) return { object: current, verb: serverSide ? "serverside-applied" : "unchanged" };
  const made = attempt(() => updateObject(session, current, merged, { verb: "apply", dryRun }));
  if (made.ok) return { object: made.value.object, verb: serverSide ? "serverside-applied" : "configured" };
  const patching = withSource(made.failure, "patching", source);
  const patch = compactJson(mergePatch(current, merged));
  return refuse(withSource(patching, `applying patch:\n${patch}\nto:\n${announcePath(resource, name, namespace)}\nfor:`, source));
}

type Last =
  | { readonly kind: "annotation"; readonly manifest: unknown }
  /** The text holds it: a manifest in the editor is applied as it is typed. */
  | { readonly kind: "text"; readonly manifest: unknown }
  | { readonly kind: "missing" };

function lastApplied(session: Session, object: KubeObject): Last {
  const text = object.metadata.annotations?.[LAST_APPLIED];
  if (text !== undefined) {
    const manifest: unknown = JSON.parse(text);
    return { kind: "annotation", manifest };
  }
  const manifest = session.run.manifests.get(`${object.kind} ${keyOf(object)}`)?.manifest;
  return manifest === undefined ? { kind: "missing" } : { kind: "text", manifest };
}

/** The manifest with itself as its annotation: compact, keys sorted, a line break at its end. */
export function annotated(value: { readonly [field: string]: unknown }): { readonly [field: string]: unknown } {
  const metadata = isObject(value["metadata"]) ? value["metadata"] : {};
  const { [LAST_APPLIED]: _last, ...annotations } = stringsAt(value, "metadata", "annotations");
  const kept = { ...value, metadata: { ...metadata, annotations } };
  return { ...value, metadata: { ...metadata, annotations: { ...annotations, [LAST_APPLIED]: `${compactJson(kept)}\n` } } };
}

export const VIEW_FLAGS = [flag("output", "text", "o"), flag("selector", "text", "l"), flag("all", "bool"), ...FILE_FLAGS];

/** `kubectl apply view-last-applied`. */
export function viewLastApplied(session: Session, { args, flags }: Invocation): void {
  const format = flags.text("output") ?? "yaml";
  if (format !== "yaml" && format !== "json") fail(`Unexpected -o output mode: ${format}, the flag 'output' must be one of yaml|json`);
  const { found, errors } = select(session, args, {
    namespace: namespaceOf(flags),
    labels: flags.text("selector"),
    allByDefault: false,
    all: flags.bool("all"),
  });
  if (errors.length > 0) return session.report(errors);
  for (const { object } of found) {
    const last = lastApplied(session, object);
    if (last.kind === "missing") fail(`no last-applied-configuration annotation found on resource: ${object.metadata.name}`);
    else session.print(format === "json" ? toJson(last.manifest) : toYaml(last.manifest));
  }
}
