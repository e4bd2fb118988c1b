/** `kubectl cordon`, `uncordon`, `drain` and `taint`. (kubectl/pkg/cmd/drain, kubectl/pkg/drain, …/taint) */
import { booleanAt, isObject, listAt, textAt } from "../api/json.ts";
import { keyOf } from "../api/store.ts";
import { podsOnNode } from "../api/store-index.ts";
import type { KubeObject, Pod } from "../api/types.ts";
import { DRY_RUN_FLAG, PRINT_FLAGS, announce, dryRunOf, dryRunSuffix, verbLine } from "./announce.ts";
import { act, updateObject } from "./api.ts";
import { flag, type Invocation } from "./flags.ts";
import { resourceNamed } from "./resources.ts";
import { notFound, objectNamed, selected, select } from "./select.ts";
import { KubectlError, fail, type Session } from "./session.ts";

export const CORDON_FLAGS = [DRY_RUN_FLAG, flag("selector", "text", "l")];

export const DRAIN_FLAGS = [
  ...CORDON_FLAGS,
  flag("chunk-size", "int"),
  flag("delete-emptydir-data", "bool"),
  flag("disable-eviction", "bool"),
  flag("force", "bool"),
  flag("grace-period", "int"),
  flag("ignore-daemonsets", "bool"),
  flag("pod-selector"),
  flag("skip-wait-for-delete-timeout", "int"),
  flag("timeout", "duration"),
];

function nodesOf(session: Session, { args, flags, path }: Invocation): readonly KubeObject[] {
  const resource = resourceNamed(session.store, "nodes");
  const labels = flags.text("selector");
  if (args.length === 0 && labels === undefined)
    throw new KubectlError(`error: USAGE: ${path.replace("kubectl ", "")} NODE [flags]\nSee '${path} -h' for help and examples`);
  if (labels !== undefined) return selected(session, resource, { namespace: null, labels });
  const found: KubeObject[] = [];
  for (const arg of args) {
    const name = arg.replace(/^(nodes?|no)\//, "");
    const node = objectNamed(session, resource, "", name);
    if (node === undefined) session.report([notFound(resource, name)]);
    else found.push(node);
  }
  return found;
}

export function cordon(isCordoned: boolean): (session: Session, invocation: Invocation) => void {
  return (session, invocation) => {
    for (const node of nodesOf(session, invocation)) cordonOne(session, invocation, node, isCordoned);
  };
}

function cordonOne(session: Session, { flags }: Invocation, node: KubeObject, isCordoned: boolean): void {
  const word = isCordoned ? "cordoned" : "uncordoned";
  if ((booleanAt(node, "spec", "unschedulable") === true) === isCordoned)
    return session.print(verbLine(node, `already ${word}`, dryRunOf(flags)));
  const verb = isCordoned ? "cordon" : "uncordon";
  if (dryRunOf(flags) === "none") act(session, verb, node, cordoned(node, isCordoned), { kind: verb, node: node.metadata.name });
  session.print(verbLine(node, word, dryRunOf(flags)));
}

function cordoned(node: KubeObject, isCordoned: boolean): KubeObject {
  const { unschedulable: _unschedulable, ...spec } = isObject(node["spec"]) ? node["spec"] : {};
  return { ...node, spec: isCordoned ? { ...spec, unschedulable: true } : spec };
}

/** What stands against a drain, and what is only said. */
interface Hindrances {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly evicted: readonly Pod[];
}

function hindrances(pods: readonly Pod[], { flags }: Invocation): Hindrances {
  const groups = new Map<string, string[]>();
  const evicted: Pod[] = [];
  const note = (why: string, pod: Pod): void => void groups.set(why, [...(groups.get(why) ?? []), keyOf(pod)]);
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
    const isDone = pod.status.phase === "Succeeded" || pod.status.phase === "Failed";
    if (owner?.kind === "DaemonSet") {
      note(flags.bool("ignore-daemonsets") ? IGNORING : DAEMONS, pod);
      continue;
    }
    if (
      listAt(pod, "spec", "volumes").some((volume) => isObject(volume) && volume["emptyDir"] !== undefined) &&
      !flags.bool("delete-emptydir-data") &&
      !isDone
    )
      note(STORAGE, pod);
    if (owner === undefined && !isDone) note(flags.bool("force") ? DELETING : ALONE, pod);
    evicted.push(pod);
  }
  const said = (kinds: readonly string[]): readonly string[] =>
    kinds.flatMap((why) => (groups.has(why) ? [`${why}: ${(groups.get(why) ?? []).join(", ")}`] : []));
  return { errors: said([DAEMONS, ALONE, STORAGE]), warnings: said([IGNORING, DELETING]), evicted };
}

const DAEMONS = "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)";
const ALONE = "cannot delete Pods that declare no controller (use --force to override)";
const STORAGE = "cannot delete Pods with local storage (use --delete-emptydir-data to override)";
const IGNORING = "ignoring DaemonSet-managed Pods";
const DELETING = "deleting Pods that declare no controller";

export function drain(session: Session, invocation: Invocation): void {
  const { flags } = invocation;
  if (flags.has("pod-selector")) fail("this kubectl drains whole nodes: --pod-selector is not simulated");
  const pending: string[] = [];
  const reasons: string[] = [];
  for (const node of nodesOf(session, invocation)) {
    cordonOne(session, invocation, node, true);
    const { errors, warnings, evicted } = hindrances(podsOnNode(session.store, node.metadata.name), invocation);
    if (errors.length > 0) {
      session.failWith(
        `error: unable to drain node "${node.metadata.name}" due to error: ${errors.length === 1 ? (errors[0] ?? "") : `[${errors.join(", ")}]`}, continuing command...`,
      );
      pending.push(node.metadata.name);
      reasons.push(...errors);
      continue;
    }
    if (warnings.length > 0) session.complain(`Warning: ${warnings.join("; ")}`);
    drainOne(session, invocation, node, evicted);
  }
  if (pending.length > 0)
    session.complain(`There are pending nodes to be drained:\n${pending.map((name) => ` ${name}\n`).join("")}${reasons.join("\n")}`);
}

function drainOne(session: Session, { flags }: Invocation, node: KubeObject, evicted: readonly Pod[]): void {
  const dryRun = dryRunOf(flags);
  for (const pod of evicted) session.print(`evicting pod ${keyOf(pod)}${dryRunSuffix(dryRun)}\n`);
  if (dryRun === "none") {
    act(session, "drain", node, cordoned(node, true), {
      kind: "drain",
      node: node.metadata.name,
      ...(flags.bool("force") ? { force: true } : {}),
    });
    for (const pod of evicted) session.print(verbLine(pod, "evicted", dryRun));
  }
  session.print(verbLine(node, "drained", dryRun));
}

export const TAINT_FLAGS = [
  ...PRINT_FLAGS,
  DRY_RUN_FLAG,
  flag("all", "bool"),
  flag("overwrite", "bool"),
  flag("selector", "text", "l"),
  flag("validate", { optional: "strict" }),
];

const EFFECTS: ReadonlySet<string> = new Set(["NoSchedule", "PreferNoSchedule", "NoExecute"]);

interface TaintChange {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
  readonly removes: boolean;
}

/** `key=value:Effect`, `key:Effect-`, `key-`. Throws KubectlError. */
function readTaint(text: string): TaintChange {
  const removes = text.endsWith("-");
  const [pair = "", effect = ""] = (removes ? text.slice(0, -1) : text).split(":");
  const [key = "", value = ""] = pair.split("=");
  if (effect === "" && !removes) return fail(`invalid taint spec: ${text}`);
  if (effect !== "" && !EFFECTS.has(effect)) return fail(`invalid taint effect: ${effect}, unsupported taint effect`);
  return { key, value, effect, removes };
}

export function taint(session: Session, invocation: Invocation): void {
  const { args, flags } = invocation;
  const first = args.findIndex((arg) => arg.includes(":") || arg.endsWith("-"));
  const changes = (first < 0 ? [] : args.slice(first)).map(readTaint);
  if (changes.length === 0) fail("at least one taint update is required");
  const { found, errors } = select(session, args.slice(0, first), {
    namespace: null,
    labels: flags.text("selector"),
    allByDefault: false,
    all: flags.bool("all"),
  });
  for (const { object } of found) {
    const before = listAt(object, "spec", "taints");
    const is = (each: unknown, { key, effect }: TaintChange): boolean =>
      textAt(each, "key") === key && (effect === "" || textAt(each, "effect") === effect);
    const missing = changes.find((change) => change.removes && !before.some((each) => is(each, change)));
    if (missing !== undefined)
      fail(`taint ${JSON.stringify(missing.effect === "" ? missing.key : `${missing.key}:${missing.effect}`)} not found`);
    const taken = changes.find((change) => !change.removes && before.some((each) => is(each, change)));
    if (taken !== undefined && !flags.bool("overwrite"))
      fail(`node ${object.metadata.name} already has ${taken.key} taint(s) with same effect(s) and --overwrite is false`);
    const kept = before.filter((each) => !changes.some((change) => is(each, change)));
    const added = changes
      .filter(({ removes }) => !removes)
      .map(({ key, value, effect }) => ({ key, ...(value === "" ? {} : { value }), effect }));
    const { taints: _taints, ...spec } = isObject(object["spec"]) ? object["spec"] : {};
    const taints = [...added, ...kept];
    const next: KubeObject = { ...object, spec: taints.length === 0 ? spec : { ...spec, taints } };
    const dryRun = dryRunOf(flags);
    const written = dryRun === "client" ? next : updateObject(session, object, next, { verb: "taint", dryRun }).object;
    announce(session, flags, written, added.length === 0 ? "untainted" : changes.some(({ removes }) => removes) ? "modified" : "tainted");
  }
  session.report(errors);
}
