/**
 * What a person does to the running cluster, as words: `drain node-1`, `delete-pod deploy/web --at 2s`. The command line
 * takes such steps with `--do`, `batch` in `actions`. Each becomes an `Action` of the simulation's contract.
 */
import { isObject } from "../core/api/json.ts";
import { unreachable, type NamespacedName } from "../core/base/names.ts";
import type { Nanos } from "../core/base/time.ts";
import type { Action } from "../core/simulation/contract.ts";
import type { Simulation } from "../core/simulation/simulation.ts";
import { UsageError, readDuration, type Options } from "./arguments.ts";
import { textFile } from "./files.ts";
import { VERBS, isVerb, type Verb } from "./verbs.ts";

/** One step as it was typed. */
export interface Step {
  readonly text: string;
  readonly verb: Verb;
  /** What the verb is done to, and its further words. */
  readonly words: readonly string[];
  readonly force: boolean;
  readonly container: string | undefined;
  /** Virtual time from the first step's beginning, or null: when all before it has settled. */
  readonly at: Nanos | null;
}

/** The steps of `--do`, or of a batch request's `actions`: texts, or `{ "do": text, "at": duration }`. Throws UsageError. */
export function stepsOf(options: Options): readonly Step[] {
  return [...itemsOf("do", options["do"]), ...itemsOf("actions", options["actions"])].map(readItem);
}

function itemsOf(name: string, value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value;
  throw new UsageError(`${name === "do" ? "--do" : name} takes steps such as "drain node-1"`);
}

function readItem(item: unknown): Step {
  if (typeof item === "string") return readStep(item);
  if (!isObject(item) || typeof item["do"] !== "string") throw new UsageError('a step is a text such as "drain node-1", or { "do", "at" }');
  const step = readStep(item["do"]);
  const { at } = item;
  if (at === undefined || at === null) return step;
  if (typeof at !== "string") throw new UsageError(`"at" takes a duration such as "2s", not ${JSON.stringify(at)}`);
  return { ...step, at: readDuration("at", at) };
}

/** Reads one step. Throws UsageError, with the step's own usage. */
export function readStep(text: string): Step {
  const [verb = "", ...rest] = text.trim().split(/\s+/);
  if (!isVerb(verb)) throw new UsageError(`--do: unknown step ${JSON.stringify(verb)}; one of ${Object.keys(VERBS).join(", ")}`);
  const words: string[] = [];
  const flags = new Map<string, string>();
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? "";
    if (word === "--force" && verb === "drain") flags.set(word, "");
    else if (word === "--at" || (word === "--container" && verb === "crash-pod")) flags.set(word, rest[++i] ?? badStep(verb, text));
    else if (word.startsWith("--")) badStep(verb, text);
    else words.push(word);
  }
  const { least, most } = VERBS[verb];
  if (words.length < least || words.length > most) badStep(verb, text);
  const at = flags.get("--at");
  return {
    text: text.trim(),
    verb,
    words,
    force: flags.has("--force"),
    container: flags.get("--container"),
    at: at === undefined ? null : readDuration("at", at),
  };
}

function badStep(verb: Verb, text: string): never {
  throw new UsageError(`--do ${JSON.stringify(text)}: usage: ${verb} ${VERBS[verb].words} [--at DURATION]`);
}

/**
 * Does the steps in their order. A step without a time is done when all before it has settled; one with a time at that
 * virtual time from the beginning of the first. After the last the cluster settles, or goes on for `after`. Throws
 * UsageError for a step that cannot be done.
 */
export function performSteps(simulation: Simulation, steps: readonly Step[], after: Nanos | undefined): void {
  if (steps.length === 0) return;
  const begun = simulation.now;
  for (const [i, step] of steps.entries()) {
    const { at } = step;
    if (at !== null && begun + at < simulation.now)
      throw new UsageError(`--do ${JSON.stringify(step.text)}: ${seconds(simulation.now - begun)} have passed already when its turn comes`);
    if (at !== null) simulation.settle(begun + at);
    const next = steps[i + 1];
    // What is due before the next step happens before it; without a time of its own it waits for all.
    const until = next === undefined ? untilAfter(simulation, after) : next.at === null ? undefined : simulation.now;
    for (const action of actionsOf(simulation, step)) {
      const refusal = simulation.perform(action, simulation.now);
      if (refusal !== null) throw new UsageError(`--do ${JSON.stringify(step.text)}: ${refusal.error}`);
    }
    simulation.settle(until);
  }
}

function untilAfter({ now }: Simulation, after: Nanos | undefined): Nanos | undefined {
  return after === undefined ? undefined : now + after;
}

function seconds(nanos: Nanos): string {
  return `${Math.round(nanos / 1e6) / 1000} s`;
}

function actionsOf(simulation: Simulation, step: Step): readonly Action[] {
  const { verb, words, container } = step;
  const [name = "", second] = words;
  switch (verb) {
    case "delete-pod":
      return podsNamed(simulation, name).map((pod) => ({ kind: verb, pod }));
    case "crash-pod": {
      const times = second === undefined ? 1 : /^\d{1,3}$/.test(second) ? Number(second) : badStep(verb, step.text);
      return podsNamed(simulation, name).map((pod) => ({ kind: verb, pod, times, ...(container === undefined ? {} : { container }) }));
    }
    case "slow-pod": {
      const delay = readDuration("do", second ?? "");
      return podsNamed(simulation, name).map((pod) => ({ kind: verb, pod, delay }));
    }
    case "set-ready": {
      const ready = second === "true" ? true : second === "false" ? false : second === "auto" ? null : badStep(verb, step.text);
      return podsNamed(simulation, name).map((pod) => ({ kind: verb, pod, ready }));
    }
    case "label-pod": {
      const [, label = "", equals, value = ""] = /^([^=]+?)(?:(=)(.*)|-)$/.exec(second ?? "") ?? badStep(verb, step.text);
      return podsNamed(simulation, name).map((pod) => ({ kind: verb, pod, label, value: equals === undefined ? null : value }));
    }
    case "drain":
      return [{ kind: verb, node: nodeNamed(simulation, name), force: step.force }];
    case "cordon":
    case "uncordon":
    case "stop-node":
    case "start-node":
    case "cut-node":
    case "join-node":
    case "stop-proxy":
    case "start-proxy":
      return [{ kind: verb, node: nodeNamed(simulation, name) }];
    case "restart":
      return [{ kind: "restart-pods", workload: workloadNamed(name) }];
    case "scale":
      return [{ kind: verb, workload: workloadNamed(name), replicas: wholeNumber(step, second) }];
    case "undo-rollout":
      return [{ kind: verb, workload: workloadNamed(name), ...(second === undefined ? {} : { revision: wholeNumber(step, second) }) }];
    case "wait":
      return [{ kind: verb, time: readDuration("do", name) }];
    case "own-rules": {
      const node = name === "all" ? null : nodeNamed(simulation, name);
      return [{ kind: verb, node, text: second === undefined ? null : textFile(second).text }];
    }
    case "override-rules":
      return [{ kind: verb, node: nodeNamed(simulation, name), family: familyNamed(step, words[2]), text: textFile(second ?? "").text }];
    case "restore-rules":
      return [{ kind: "override-rules", node: nodeNamed(simulation, name), family: familyNamed(step, second), text: null }];
    default:
      return unreachable(verb);
  }
}

function wholeNumber({ verb, text }: Step, word: string | undefined): number {
  return /^\d{1,6}$/.test(word ?? "") ? Number(word) : badStep(verb, text);
}

function familyNamed({ verb, text }: Step, word: string | undefined): "IPv4" | "IPv6" {
  const name = word?.toLowerCase() ?? "ipv4";
  return name === "ipv4" ? "IPv4" : name === "ipv6" ? "IPv6" : badStep(verb, text);
}

/** Also without a leading `node/`. */
function nodeNamed(simulation: Simulation, name: string): string {
  const node = name.replace(/^nodes?\//, "");
  const known = simulation.view().nodes.map((each) => each.name);
  if (!known.includes(node)) throw new UsageError(`--do: there is no node ${node}; there are ${known.join(", ")}`);
  return node;
}

// ---- Pods and workloads by name -------------------------------------------------------------------------------------

/** kubectl's names and short names. */
const WORKLOADS: ReadonlyMap<string, string> = new Map([
  ["deploy", "Deployment"],
  ["deployment", "Deployment"],
  ["rs", "ReplicaSet"],
  ["replicaset", "ReplicaSet"],
  ["rc", "ReplicationController"],
  ["replicationcontroller", "ReplicationController"],
  ["sts", "StatefulSet"],
  ["statefulset", "StatefulSet"],
  ["ds", "DaemonSet"],
  ["daemonset", "DaemonSet"],
  ["job", "Job"],
]);

export interface WorkloadName {
  readonly kind: string;
  readonly key: NamespacedName;
}

/** `deploy/web`, `sts/shop/db`: namespace default where none is named; null where the first word is no kind of workload. */
export function readWorkload(text: string): WorkloadName | null {
  const [word = "", first = "", second] = text.split("/");
  const kind = WORKLOADS.get(word.toLowerCase()) ?? WORKLOADS.get(word.toLowerCase().replace(/s$/, ""));
  if (kind === undefined || first === "" || second === "" || text.split("/").length > 3) return null;
  return { kind, key: second === undefined ? `default/${first}` : `${first}/${second}` };
}

function workloadNamed(text: string): WorkloadName {
  const found = readWorkload(text);
  if (found === null) throw new UsageError(`--do: a workload is named as deploy/web or sts/shop/db, not ${JSON.stringify(text)}`);
  return found;
}

/** Pods of a workload as they stand now: those that are ready first, then by name. */
export function podsOfWorkload(simulation: Simulation, { kind, key }: WorkloadName): readonly NamespacedName[] {
  const pods = simulation
    .view()
    .pods.filter(({ key: pod, workload }) => workload !== null && isOf(simulation, pod, workload, kind, key))
    .filter(({ state }) => state !== "terminating");
  return [...pods.filter(({ state }) => state === "ready"), ...pods.filter(({ state }) => state !== "ready")].map(({ key: pod }) => pod);
}

function isOf(
  simulation: Simulation,
  pod: NamespacedName,
  outermost: { readonly kind: string; readonly namespace: string; readonly name: string },
  kind: string,
  key: NamespacedName,
): boolean {
  if (outermost.kind === kind) return `${outermost.namespace}/${outermost.name}` === key;
  const owner = simulation.object("Pod", pod)?.metadata.ownerReferences?.find(({ controller }) => controller === true);
  return owner?.kind === kind && `${outermost.namespace}/${owner.name}` === key;
}

/**
 * `NS/POD`, `POD`, `deploy/web` (its first Pod), `deploy/web[2]` (its second), `deploy/web[*]` (each). Throws UsageError that
 * begins with `option`.
 */
export function podsNamed(simulation: Simulation, text: string, option = "--do"): readonly NamespacedName[] {
  const [, name = text, which] = /^(.*?)\[(\*|\d+)\]$/.exec(text) ?? [];
  const workload = readWorkload(name);
  if (workload === null) {
    if (which !== undefined) throw new UsageError(`${option}: ${JSON.stringify(name)} is no workload such as deploy/web`);
    return [name.includes("/") ? name : `default/${name}`];
  }
  const pods = podsOfWorkload(simulation, workload);
  const chosen = which === "*" ? pods : pods.slice(Number(which ?? 1) - 1, Number(which ?? 1));
  if (chosen.length === 0)
    throw new UsageError(
      `${option}: ${workload.kind} ${workload.key} has ${pods.length === 0 ? "no Pod" : pods.length === 1 ? "only 1 Pod" : `only ${pods.length} Pods`}`,
    );
  return chosen;
}
