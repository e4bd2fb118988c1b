/** `kubectl logs` and `kubectl exec`: which container is meant, what it has in its log, what is to run in it. */
import { formatInstant } from "../api/instant.ts";
import { matchesSelector } from "../api/selectors.ts";
import { listed } from "../api/store.ts";
import type { KubeObject, LabelSelector, Pod } from "../api/types.ts";
import { compareText } from "../base/names.ts";
import { SECOND } from "../base/time.ts";
import type { Journey } from "../network/trace.ts";
import { answerOf } from "../workloads/answers.ts";
import { knowledgeOf } from "../workloads/images.ts";
import { listensOn } from "../workloads/listeners.ts";
import { at, isObject, numberAt, stringsAt } from "../api/json.ts";
import { serverFailure } from "./failures.ts";
import { flag, type Invocation } from "./flags.ts";
import { namespaceOf, select } from "./select.ts";
import { KubectlError, fail, refuse, type Session } from "./session.ts";

/** The Pod that an argument means: itself, or the first of a workload or Service. */
function podOf(session: Session, arg: string, namespace: string): Pod {
  const named = arg.includes("/") ? [arg] : ["pods", arg];
  const { found, errors } = select(session, named, { namespace, allByDefault: false });
  const [missing] = errors;
  const object = found[0]?.object;
  if (object === undefined) return missing === undefined ? fail(`no pod named ${arg}`) : refuse(missing);
  if (object.kind === "Pod") return object as Pod; // the kind says so
  const pods = podsBehind(session, object);
  return pods[0] ?? fail(`timed out waiting for the condition`);
}

/** Ready ones first, then by name. */
function podsBehind(session: Session, object: KubeObject): readonly Pod[] {
  const pairs = object.kind === "Service" || object.kind === "ReplicationController" ? stringsAt(object, "spec", "selector") : null;
  const selector: LabelSelector = pairs === null ? readSelector(at(object, "spec", "selector")) : { matchLabels: pairs };
  if (Object.keys(selector).length === 0) {
    const type = `*${object.apiVersion.split("/").at(-1)}.${object.kind}`; // as Go prints it
    return fail(`cannot attach to ${type}: selector for ${type} not implemented`); // kubectl's words (polymorphichelpers)
  }
  const isReady = ({ status }: Pod): boolean => (status.conditions ?? []).some(({ type, status: of }) => type === "Ready" && of === "True");
  return listed(session.store, "Pod")
    .filter((pod) => pod.metadata.namespace === object.metadata.namespace && matchesSelector(selector, pod.metadata.labels))
    .sort((a, b) => Number(isReady(b)) - Number(isReady(a)) || compareText(a.metadata.name, b.metadata.name));
}

function readSelector(value: unknown): LabelSelector {
  return isObject(value) ? (value as LabelSelector) : {}; // admitted as one
}

/** The container that is named, or the first; that it was a choice is said. */
function containerOf(session: Session, pod: Pod, named: string | undefined, quiet: boolean): string {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map(({ name }) => name);
  if (named !== undefined && named !== "") {
    if (all.includes(named)) return named;
    return fail(`container ${named} is not valid for pod ${pod.metadata.name} out of: ${namesOf(pod)}`);
  }
  const preferred = pod.metadata.annotations?.["kubectl.kubernetes.io/default-container"];
  const chosen = preferred !== undefined && all.includes(preferred) ? preferred : (all[0] ?? "");
  if (all.length > 1 && chosen !== preferred && !quiet) session.complain(`Defaulted container "${chosen}" out of: ${namesOf(pod)}`);
  return chosen;
}

function namesOf(pod: Pod): string {
  return [...pod.spec.containers.map(({ name }) => name), ...(pod.spec.initContainers ?? []).map(({ name }) => `${name} (init)`)].join(
    ", ",
  );
}

// ---- exec ---------------------------------------------------------------------------------------------------------

export const EXEC_FLAGS = [
  flag("container", "text", "c"),
  flag("filename", "list", "f"),
  flag("pod-running-timeout", "duration"),
  flag("quiet", "bool", "q"),
  flag("stdin", "bool", "i"),
  flag("tty", "bool", "t"),
];

/** A shell runs it; what is wrong with the question is said here. */
export function exec(session: Session, { args, beforeDash, flags, path }: Invocation): void {
  const names = beforeDash === null ? args : args.slice(0, beforeDash);
  const command = beforeDash === null ? [] : args.slice(beforeDash);
  if (beforeDash === null && args.length > 1)
    throw new KubectlError(
      `error: exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee '${path} -h' for help and examples`,
    );
  const [name] = names;
  if (name === undefined) return fail("pod, type/name or --filename must be specified");
  if (command.length === 0) fail("you must specify at least one command for the container");
  const pod = podOf(session, name, namespaceOf(flags));
  const { phase } = pod.status;
  if (phase === "Succeeded" || phase === "Failed") fail(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  const container = containerOf(session, pod, flags.text("container"), flags.bool("quiet"));
  session.exec = {
    pod: `${pod.metadata.namespace ?? "default"}/${pod.metadata.name}`,
    container,
    command,
    stdin: flags.bool("stdin"),
    tty: flags.bool("tty"),
  };
}

// ---- logs ---------------------------------------------------------------------------------------------------------

export const LOGS_FLAGS = [
  flag("all-containers", "bool"),
  flag("all-pods", "bool"),
  flag("container", "text", "c"),
  flag("follow", "bool", "f"),
  flag("ignore-errors", "bool"),
  flag("insecure-skip-tls-verify-backend", "bool"),
  flag("limit-bytes", "int"),
  flag("max-log-requests", "int"),
  flag("pod-running-timeout", "duration"),
  flag("prefix", "bool"),
  flag("previous", "bool", "p"),
  flag("selector", "text", "l"),
  flag("since", "duration"),
  flag("since-time"),
  flag("tail", "int"),
  flag("timestamps", "bool"),
];

/** What servers of files write of each request that came to them. Of other programs nothing is known. */
export function logs(session: Session, invocation: Invocation): void {
  const { args, flags } = invocation;
  const selector = flags.text("selector");
  const [name, container] = args;
  if (name === undefined && selector === undefined)
    return fail(
      "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command\nSee 'kubectl logs -h' for help and examples",
    );
  if (name !== undefined && selector !== undefined) fail("only a selector (-l) or a POD name is allowed");
  const pods =
    name === undefined ? podsOfSelector(session, selector ?? "", namespaceOf(flags)) : [podOf(session, name, namespaceOf(flags))];
  if (pods.length === 0) return session.complain(`No resources found in ${namespaceOf(flags)} namespace.`);
  if (flags.bool("follow")) session.follows = true;
  for (const pod of pods) session.print(logOf(session, pod, invocation, flags.text("container") ?? container));
}

function podsOfSelector(session: Session, selector: string, namespace: string): readonly Pod[] {
  return select(session, ["pods"], { namespace, labels: selector, allByDefault: true }).found.map(({ object }) => object as Pod); // the kind says so
}

function logOf(session: Session, pod: Pod, { flags }: Invocation, named: string | undefined): string {
  const container = containerOf(session, pod, named, flags.bool("all-containers") || flags.has("selector"));
  const state = pod.status.containerStatuses?.find((each) => each.name === container)?.state;
  const waiting = at(state, "waiting", "reason");
  if (typeof waiting === "string" && (numberAt(pod, "status", "containerStatuses", 0, "restartCount") ?? 0) === 0)
    refuse(serverFailure("BadRequest", `container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${waiting}`));
  if (flags.bool("previous"))
    refuse(serverFailure("BadRequest", `previous terminated container "${container}" in pod "${pod.metadata.name}" not found`));
  const lines = session.run.journeys.flatMap((journey) => lineOf(session, pod, container, journey));
  const tail = flags.int("tail", flags.has("selector") ? 10 : -1);
  const shown = tail < 0 ? lines : lines.slice(Math.max(0, lines.length - tail));
  const prefix = flags.bool("prefix") ? `[pod/${pod.metadata.name}/${container}] ` : "";
  return shown.map(({ at: when, text }) => `${prefix}${flags.bool("timestamps") ? `${when} ` : ""}${text}\n`).join("");
}

interface LogLine {
  /** RFC 3339. */
  readonly at: string;
  readonly text: string;
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

function lineOf(session: Session, pod: Pod, container: string, journey: Journey): readonly LogLine[] {
  const { endpoint, sourceSeen, outcome } = journey;
  if (
    journey.pod !== `${pod.metadata.namespace ?? "default"}/${pod.metadata.name}` ||
    outcome.kind !== "delivered" ||
    endpoint === null ||
    sourceSeen === null
  )
    return [];
  const listener = listensOn(pod, "TCP", Number(endpoint.slice(endpoint.lastIndexOf(":") + 1)));
  if (listener === null || listener.container !== container) return [];
  const image = pod.spec.containers.find(({ name }) => name === container)?.image ?? "";
  const voice = knowledgeOf(image)?.voice;
  if (voice !== "nginx" && voice !== "httpd") return [];
  const path = /^https?:\/\/[^/]*(\/.*)$/.exec(journey.to)?.[1] ?? "/";
  const answer = answerOf(pod, listener, { method: "GET", path, sourceSeen });
  if (answer === null) return [];
  const instant = formatInstant(session.run.epochSeconds + Math.floor(journey.endedAt / SECOND));
  const [, year = "", month = "", day = "", clock = ""] = /^(\d+)-(\d+)-(\d+)T([\d:]+)Z$/.exec(instant) ?? [];
  const date = `[${day}/${MONTHS[Number(month) - 1] ?? ""}/${year}:${clock} +0000]`;
  const client = sourceSeen.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  const head = `${client} - - ${date} "GET ${path} HTTP/1.1" ${answer.status} ${answer.body.length}`;
  return [{ at: instant, text: voice === "nginx" ? `${head} "-" "curl/8.14.1" "-"` : head }];
}
