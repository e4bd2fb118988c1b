/** Descriptions of what makes Pods. (kubectl/pkg/describe, describeDeployment, describeReplicaSet …) */
import { at, booleanAt, listAt, numberAt, sameJson, stringsAt, textAt } from "../api/json.ts";
import { parseInstant } from "../api/instant.ts";
import { listed } from "../api/store.ts";
import type { KubeObject, Pod } from "../api/types.ts";
import { compareText } from "../base/names.ts";
import { humanDuration } from "./age.ts";
import { templateLines } from "./describe-pods.ts";
import type { Scene } from "./describe-scene.ts";
import { Description, annotationLines, conditionTable, controllerText, dateText, eventTable, labelLines } from "./description.ts";
import { selectorText } from "./selector-words.ts";
import { labelsText } from "./service-cells.ts";

function number(object: unknown, ...path: readonly string[]): number {
  return numberAt(object, ...path) ?? 0;
}

function head(to: Description, { metadata }: KubeObject): Description {
  return to.field(0, "Name", metadata.name).field(0, "Namespace", metadata.namespace ?? "");
}

function labels(to: Description, { metadata }: KubeObject): void {
  labelLines(to, "Labels", metadata.labels);
  annotationLines(to, "Annotations", metadata.annotations);
}

export function describeDeployment(deployment: KubeObject, { events, now, session }: Scene): string {
  const to = head(new Description(), deployment);
  to.field(0, "CreationTimestamp", dateText(deployment.metadata.creationTimestamp));
  labels(to, deployment);
  const status = (field: string): number => number(deployment, "status", field);
  const counts = `${number(deployment, "spec", "replicas")} desired | ${status("updatedReplicas")} updated | ${status("replicas")} total | ${status("availableReplicas")} available | ${status("unavailableReplicas")} unavailable`;
  to.field(0, "Selector", selectorText(at(deployment, "spec", "selector")))
    .field(0, "Replicas", counts)
    .field(0, "StrategyType", textAt(deployment, "spec", "strategy", "type") ?? "")
    .field(0, "MinReadySeconds", String(number(deployment, "spec", "minReadySeconds")));
  const rolling = at(deployment, "spec", "strategy", "rollingUpdate");
  const amount = (field: string): string => String(at(rolling, field) ?? "");
  if (rolling !== undefined)
    to.field(0, "RollingUpdateStrategy", `${amount("maxUnavailable")} max unavailable, ${amount("maxSurge")} max surge`);
  templateLines(to, at(deployment, "spec", "template"));
  conditionTable(to, deployment);
  const sets = listed(session.store, "ReplicaSet").filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ controller, uid }) => controller === true && uid === deployment.metadata.uid),
  );
  const byAge = [...sets].sort((a, b) => compareText(a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? ""));
  const isNew = (set: KubeObject): boolean =>
    sameJson(withoutHash(at(set, "spec", "template")), withoutHash(at(deployment, "spec", "template")));
  const newest = byAge.find(isNew);
  to.field(0, "OldReplicaSets", setsText(byAge.filter((set) => set !== newest)));
  to.field(0, "NewReplicaSet", setsText(newest === undefined ? [] : [newest]));
  eventTable(to, events, now);
  return to.toString();
}

/** The label that tells the sets of a Deployment apart is no part of its template. */
function withoutHash(template: unknown): unknown {
  const { "pod-template-hash": _hash, ...labels } = stringsAt(template, "metadata", "labels");
  const annotations = stringsAt(template, "metadata", "annotations");
  return { labels, annotations, spec: at(template, "spec") };
}

function setsText(sets: readonly KubeObject[]): string {
  if (sets.length === 0) return "<none>";
  return sets
    .map((set) => `${set.metadata.name} (${number(set, "status", "replicas")}/${number(set, "spec", "replicas")} replicas created)`)
    .join(", ");
}

/** By phase, of the Pods that it controls. */
function podsStatus({ session }: Scene, owner: KubeObject): string {
  const own = listed(session.store, "Pod").filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ controller, uid }) => controller === true && uid === owner.metadata.uid),
  );
  const count = (phase: Pod["status"]["phase"]): number => own.filter(({ status }) => status.phase === phase).length;
  return `${count("Running")} Running / ${count("Pending")} Waiting / ${count("Succeeded")} Succeeded / ${count("Failed")} Failed`;
}

export function describeReplicaSet(set: KubeObject, scene: Scene): string {
  return describeSet(set, scene, selectorText(at(set, "spec", "selector")), controllerText(set));
}

export function describeReplicationController(controller: KubeObject, scene: Scene): string {
  return describeSet(controller, scene, labelsText(stringsAt(controller, "spec", "selector")), undefined);
}

function describeSet(set: KubeObject, scene: Scene, selector: string, controlledBy: string | undefined): string {
  const to = head(new Description(), set);
  to.field(0, "Selector", selector);
  labels(to, set);
  to.field(0, "Controlled By", controlledBy)
    .field(0, "Replicas", `${number(set, "status", "replicas")} current / ${number(set, "spec", "replicas")} desired`)
    .field(0, "Pods Status", podsStatus(scene, set));
  templateLines(to, at(set, "spec", "template"));
  conditionTable(to, set);
  eventTable(to, scene.events, scene.now);
  return to.toString();
}

export function describeStatefulSet(set: KubeObject, scene: Scene): string {
  const to = head(new Description(), set);
  to.field(0, "CreationTimestamp", dateText(set.metadata.creationTimestamp)).field(
    0,
    "Selector",
    selectorText(at(set, "spec", "selector")),
  );
  labels(to, set);
  to.field(0, "Replicas", `${number(set, "spec", "replicas")} desired | ${number(set, "status", "replicas")} total`);
  to.field(0, "Update Strategy", textAt(set, "spec", "updateStrategy", "type") ?? "");
  const partition = numberAt(set, "spec", "updateStrategy", "rollingUpdate", "partition");
  if (partition !== undefined) to.field(1, "Partition", String(partition));
  to.field(0, "Pods Status", podsStatus(scene, set));
  templateLines(to, at(set, "spec", "template"));
  claimLines(to, listAt(set, "spec", "volumeClaimTemplates"));
  eventTable(to, scene.events, scene.now);
  return to.toString();
}

function claimLines(to: Description, claims: readonly unknown[]): void {
  to.line(0, claims.length === 0 ? "Volume Claims:\t<none>" : "Volume Claims:");
  for (const claim of claims) {
    to.field(1, "Name", textAt(claim, "metadata", "name") ?? "").field(1, "StorageClass", textAt(claim, "spec", "storageClassName") ?? "");
    labelLines(to, "  Labels", stringsAt(claim, "metadata", "labels"));
    labelLines(to, "  Annotations", stringsAt(claim, "metadata", "annotations"));
    to.field(1, "Capacity", String(at(claim, "spec", "resources", "requests", "storage") ?? "<default>"));
    to.field(1, "Access Modes", `[${listAt(claim, "spec", "accessModes").map(String).join(" ")}]`);
  }
}

export function describeDaemonSet(set: KubeObject, scene: Scene): string {
  const to = head(new Description(), set);
  to.field(0, "Selector", selectorText(at(set, "spec", "selector")));
  to.field(0, "Node-Selector", labelsText(stringsAt(set, "spec", "template", "spec", "nodeSelector")));
  labels(to, set);
  const status = (field: string): number => number(set, "status", field);
  to.line(0, `Desired Number of Nodes Scheduled: ${status("desiredNumberScheduled")}`)
    .line(0, `Current Number of Nodes Scheduled: ${status("currentNumberScheduled")}`)
    .line(0, `Number of Nodes Scheduled with Up-to-date Pods: ${status("updatedNumberScheduled")}`)
    .line(0, `Number of Nodes Scheduled with Available Pods: ${status("numberAvailable")}`)
    .line(0, `Number of Nodes Misscheduled: ${status("numberMisscheduled")}`)
    .field(0, "Pods Status", podsStatus(scene, set));
  templateLines(to, at(set, "spec", "template"));
  eventTable(to, scene.events, scene.now);
  return to.toString();
}

export function describeJob(job: KubeObject, { events, now }: Scene): string {
  const to = head(new Description(), job);
  const spec = (field: string): string | undefined => {
    const found = at(job, "spec", field);
    return found === undefined ? undefined : String(found);
  };
  to.field(0, "Selector", selectorText(at(job, "spec", "selector")).replace("<none>", ""));
  labels(to, job);
  const [started, ended] = [textAt(job, "status", "startTime"), textAt(job, "status", "completionTime")];
  const [from, until] = [parseInstant(started ?? ""), parseInstant(ended ?? "")];
  const deadline = spec("activeDeadlineSeconds");
  to.field(0, "Controlled By", controllerText(job))
    .field(0, "Parallelism", spec("parallelism"))
    .field(0, "Completions", spec("completions") ?? "<unset>")
    .field(0, "Completion Mode", spec("completionMode"))
    .field(0, "Suspend", spec("suspend"))
    .field(0, "Backoff Limit", spec("backoffLimit"))
    .field(0, "TTL Seconds After Finished", spec("ttlSecondsAfterFinished"))
    .field(0, "Start Time", started === undefined ? undefined : dateText(started))
    .field(0, "Completed At", ended === undefined ? undefined : dateText(ended))
    .field(0, "Duration", from === null || until === null ? undefined : humanDuration(until - from))
    .field(0, "Active Deadline Seconds", deadline === undefined ? undefined : `${deadline}s`);
  const ready = numberAt(job, "status", "ready");
  const active = `${number(job, "status", "active")} Active${ready === undefined ? "" : ` (${ready} Ready)`}`;
  to.field(0, "Pods Statuses", `${active} / ${number(job, "status", "succeeded")} Succeeded / ${number(job, "status", "failed")} Failed`);
  templateLines(to, at(job, "spec", "template"));
  eventTable(to, events, now);
  return to.toString();
}

export function describeCronJob(cron: KubeObject, { events, now }: Scene): string {
  const to = head(new Description(), cron);
  labels(to, cron);
  const spec = (field: string, unit = ""): string => {
    const found = at(cron, "spec", field);
    return found === undefined ? "<unset>" : `${String(found)}${unit}`;
  };
  const job = (field: string): string => String(at(cron, "spec", "jobTemplate", "spec", field) ?? "<unset>");
  const suspend = booleanAt(cron, "spec", "suspend");
  to.field(0, "Schedule", spec("schedule"))
    .field(0, "Concurrency Policy", spec("concurrencyPolicy"))
    .field(0, "Suspend", suspend === undefined ? "<unset>" : suspend ? "True" : "False")
    .field(0, "Time Zone", spec("timeZone"))
    .field(0, "Successful Job History Limit", spec("successfulJobsHistoryLimit"))
    .field(0, "Failed Job History Limit", spec("failedJobsHistoryLimit"))
    .field(0, "Starting Deadline Seconds", spec("startingDeadlineSeconds", "s"))
    .field(0, "Selector", "<unset>")
    .field(0, "Parallelism", job("parallelism"))
    .field(0, "Completions", job("completions"));
  templateLines(to, at(cron, "spec", "jobTemplate", "spec", "template"));
  const last = textAt(cron, "status", "lastScheduleTime");
  const active = listAt(cron, "status", "active").map((each) => textAt(each, "name") ?? "");
  to.field(0, "Last Schedule Time", last === undefined ? "<unset>" : dateText(last));
  to.field(0, "Active Jobs", active.length === 0 ? "<none>" : active.join(", "));
  eventTable(to, events, now);
  return to.toString();
}
