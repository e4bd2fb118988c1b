/** Cells of workloads in tables. (pkg/printers/internalversion/printers.go) */
import { at, booleanAt, listAt, numberAt, stringsAt, textAt } from "../api/json.ts";
import { parseInstant } from "../api/instant.ts";
import type { KubeObject } from "../api/types.ts";
import { ageOf, humanDuration } from "./age.ts";
import { selectorText } from "./selector-words.ts";
import { labelsText } from "./service-cells.ts";

function number(object: KubeObject, ...path: readonly string[]): string {
  return String(numberAt(object, ...path) ?? 0);
}

function age({ metadata }: KubeObject, now: number): string {
  return ageOf(metadata.creationTimestamp, now);
}

/** Names and images of a template's containers. */
function containers(object: KubeObject, ...template: readonly string[]): readonly [names: string, images: string] {
  const of = listAt(object, ...template, "spec", "containers");
  return [of.map((each) => textAt(each, "name") ?? "").join(","), of.map((each) => textAt(each, "image") ?? "").join(",")];
}

export function deploymentCells(object: KubeObject, now: number): readonly string[] {
  return [
    object.metadata.name,
    `${number(object, "status", "readyReplicas")}/${number(object, "spec", "replicas")}`,
    number(object, "status", "updatedReplicas"),
    number(object, "status", "availableReplicas"),
    age(object, now),
    ...containers(object, "spec", "template"),
    selectorText(at(object, "spec", "selector")),
  ];
}

export function replicaSetCells(object: KubeObject, now: number): readonly string[] {
  return [...setCells(object, now), selectorText(at(object, "spec", "selector"))];
}

export function replicationControllerCells(object: KubeObject, now: number): readonly string[] {
  return [...setCells(object, now), labelsText(stringsAt(object, "spec", "selector"))];
}

function setCells(object: KubeObject, now: number): readonly string[] {
  return [
    object.metadata.name,
    number(object, "spec", "replicas"),
    number(object, "status", "replicas"),
    number(object, "status", "readyReplicas"),
    age(object, now),
    ...containers(object, "spec", "template"),
  ];
}

export function statefulSetCells(object: KubeObject, now: number): readonly string[] {
  return [
    object.metadata.name,
    `${number(object, "status", "readyReplicas")}/${number(object, "spec", "replicas")}`,
    age(object, now),
    ...containers(object, "spec", "template"),
  ];
}

export function daemonSetCells(object: KubeObject, now: number): readonly string[] {
  return [
    object.metadata.name,
    number(object, "status", "desiredNumberScheduled"),
    number(object, "status", "currentNumberScheduled"),
    number(object, "status", "numberReady"),
    number(object, "status", "updatedNumberScheduled"),
    number(object, "status", "numberAvailable"),
    labelsText(stringsAt(object, "spec", "template", "spec", "nodeSelector")),
    age(object, now),
    ...containers(object, "spec", "template"),
    selectorText(at(object, "spec", "selector")),
  ];
}

export function jobCells(object: KubeObject, now: number): readonly string[] {
  return [
    object.metadata.name,
    jobStatus(object),
    completions(object),
    jobDuration(object, now),
    age(object, now),
    ...containers(object, "spec", "template"),
    selectorText(at(object, "spec", "selector")),
  ];
}

function jobStatus(job: KubeObject): string {
  const holds = (type: string): boolean =>
    listAt(job, "status", "conditions").some((each) => textAt(each, "type") === type && textAt(each, "status") === "True");
  if (holds("Complete")) return "Complete";
  if (holds("Failed")) return "Failed";
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating";
  if (holds("Suspended")) return "Suspended";
  if (holds("FailureTarget")) return "FailureTarget";
  return holds("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
}

function completions(job: KubeObject): string {
  const succeeded = number(job, "status", "succeeded");
  const wanted = numberAt(job, "spec", "completions");
  if (wanted !== undefined) return `${succeeded}/${wanted}`;
  const parallelism = numberAt(job, "spec", "parallelism") ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: KubeObject, now: number): string {
  const started = parseInstant(textAt(job, "status", "startTime") ?? "");
  if (started === null) return "";
  return humanDuration((parseInstant(textAt(job, "status", "completionTime") ?? "") ?? now) - started);
}

export function cronJobCells(object: KubeObject, now: number): readonly string[] {
  const last = textAt(object, "status", "lastScheduleTime");
  const suspended = booleanAt(object, "spec", "suspend");
  return [
    object.metadata.name,
    textAt(object, "spec", "schedule") ?? "",
    textAt(object, "spec", "timeZone") ?? "<none>",
    suspended === undefined ? "<unset>" : suspended ? "True" : "False",
    String(listAt(object, "status", "active").length),
    last === undefined ? "<none>" : ageOf(last, now),
    age(object, now),
    ...containers(object, "spec", "jobTemplate", "spec", "template"),
    selectorText(at(object, "spec", "jobTemplate", "spec", "selector")),
  ];
}

export function revisionCells(object: KubeObject, now: number): readonly string[] {
  const owner = object.metadata.ownerReferences?.find(({ controller }) => controller === true);
  const [group = ""] = owner?.apiVersion.split("/") ?? [];
  const named =
    owner === undefined ? "<none>" : `${owner.kind.toLowerCase()}${owner.apiVersion.includes("/") ? `.${group}` : ""}/${owner.name}`;
  return [object.metadata.name, named, number(object, "revision"), age(object, now)];
}

export function disruptionBudgetCells(object: KubeObject, now: number): readonly string[] {
  const bound = (field: string): string => String(at(object, "spec", field) ?? "N/A");
  return [
    object.metadata.name,
    bound("minAvailable"),
    bound("maxUnavailable"),
    number(object, "status", "disruptionsAllowed"),
    age(object, now),
  ];
}
