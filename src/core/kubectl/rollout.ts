/** `kubectl rollout`. (kubectl/pkg/cmd/rollout, kubectl/pkg/polymorphichelpers) */
import { at, isObject, listAt, numberAt, sameJson, stringsAt, textAt } from "../api/json.ts";
import { formatInstant } from "../api/instant.ts";
import { keyOf, listed } from "../api/store.ts";
import type { KubeObject } from "../api/types.ts";
import { DRY_RUN_FLAG, FILE_FLAGS, PRINT_FLAGS, announce } from "./announce.ts";
import { act, updateObject } from "./api.ts";
import type { Failure } from "./failures.ts";
import { flag, type Flag, type Invocation } from "./flags.ts";
import { namedObject, withGroup, type Resource } from "./resources.ts";
import { namespaceOf, select, type Found, type Selection } from "./select.ts";
import { foundInFiles } from "./server-objects.ts";
import { attempt, fail, type Session } from "./session.ts";

const COMMON: readonly Flag[] = [...FILE_FLAGS, ...PRINT_FLAGS, flag("selector", "text", "l")];
export const ROLLOUT_FLAGS = COMMON;
export const STATUS_FLAGS = [...COMMON, flag("revision", "int"), flag("timeout", "duration"), flag("watch", "bool", "w")];
export const UNDO_FLAGS = [...COMMON, DRY_RUN_FLAG, flag("to-revision", "int")];
export const HISTORY_FLAGS = [...COMMON, flag("revision", "int")];

const ROLLED: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

function chosen(session: Session, invocation: Invocation): Selection {
  const { args, flags } = invocation;
  if (flags.list("filename").length > 0) return foundInFiles(session, invocation);
  const labels = flags.text("selector");
  if (args.length === 0 && labels === undefined) return fail("required resource not specified");
  return select(session, args, {
    namespace: namespaceOf(flags),
    labels,
    allByDefault: labels === undefined && args.every((arg) => !arg.includes("/")) && args.length === 1,
  });
}

function forEach(session: Session, invocation: Invocation, does: (found: Found) => void): void {
  const { found, errors } = chosen(session, invocation);
  const failures: Failure[] = [...errors];
  for (const each of found) {
    const made = attempt(() => does(each));
    if (!made.ok) failures.push(made.failure);
  }
  session.report(failures);
}

export function rolloutRestart(session: Session, invocation: Invocation): void {
  forEach(session, invocation, ({ object, resource }) => {
    if (!ROLLED.has(object.kind)) fail(`${withGroup(resource)} ${JSON.stringify(object.metadata.name)} restarting is not supported`);
    if (at(object, "spec", "paused") === true)
      fail(
        `${resource.singular}s.${resource.group} ${JSON.stringify(object.metadata.name)} can't restart paused deployment (run rollout resume first)`,
      );
    const after = restarted(object, formatInstant(session.nowSeconds));
    act(session, "restart", object, after, { kind: "restart-pods", workload: { kind: object.kind, key: keyOf(object) } });
    announce(session, invocation.flags, after, "restarted");
  });
}

function restarted(object: KubeObject, now: string): KubeObject {
  const annotations = { ...stringsAt(object, "spec", "template", "metadata", "annotations"), "kubectl.kubernetes.io/restartedAt": now };
  const metadata = { ...fields(at(object, "spec", "template", "metadata")), annotations };
  return withTemplate(object, { ...fields(at(object, "spec", "template")), metadata });
}

function fields(value: unknown): { readonly [field: string]: unknown } {
  return isObject(value) ? value : {};
}

function withTemplate(object: KubeObject, template: unknown): KubeObject {
  const generation = (object.metadata.generation ?? 1) + 1;
  return { ...object, metadata: { ...object.metadata, generation }, spec: { ...fields(object["spec"]), template } };
}

interface Revision {
  readonly number: number;
  readonly template: unknown;
  readonly cause: string | undefined;
}

/** Oldest first. */
function revisionsOf(session: Session, object: KubeObject): readonly Revision[] {
  const kind = object.kind === "Deployment" ? "ReplicaSet" : "ControllerRevision";
  const own = listed(session.store, kind).filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ controller, uid }) => controller === true && uid === object.metadata.uid),
  );
  const cause = (each: KubeObject): string | undefined => each.metadata.annotations?.["kubernetes.io/change-cause"];
  const found = own.map((each) =>
    kind === "ReplicaSet"
      ? {
          number: Number(each.metadata.annotations?.["deployment.kubernetes.io/revision"] ?? 0),
          template: withoutHash(at(each, "spec", "template")),
          cause: cause(each),
        }
      : { number: numberAt(each, "revision") ?? 0, template: withoutHash(at(each, "data", "spec", "template")), cause: cause(each) },
  );
  return found.sort((a, b) => a.number - b.number);
}

function withoutHash(template: unknown): unknown {
  const { "pod-template-hash": _hash, ...labels } = stringsAt(template, "metadata", "labels");
  const { $patch: _patch, ...own } = fields(template);
  return { ...own, metadata: { ...fields(own["metadata"]), labels } };
}

export function rolloutUndo(session: Session, invocation: Invocation): void {
  const to = invocation.flags.int("to-revision", 0);
  forEach(session, invocation, ({ object, resource }) => {
    if (!ROLLED.has(object.kind)) fail(`no rollbacker has been implemented for ${JSON.stringify(kindText(resource))}`);
    if (at(object, "spec", "paused") === true)
      fail("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again");
    const history = revisionsOf(session, object);
    const target = to === 0 ? history.at(-2) : history.find(({ number }) => number === to);
    if (target === undefined)
      return fail(
        to === 0
          ? `no rollout history found for ${resource.singular} ${JSON.stringify(object.metadata.name)}`
          : `unable to find specified revision ${to} in history`,
      );
    if (sameJson(target.template, withoutHash(at(object, "spec", "template"))))
      return session.print(
        `${namedObject(resource, object.metadata.name)} skipped rollback (current template already matches revision ${target.number})\n`,
      );
    const after = withTemplate(object, target.template);
    const revision = to === 0 ? {} : { revision: to };
    act(session, "undo", object, after, { kind: "undo-rollout", workload: { kind: object.kind, key: keyOf(object) }, ...revision });
    announce(session, invocation.flags, after, "rolled back");
  });
}

function kindText({ kind, group }: Resource): string {
  return group === "" ? kind : `${kind}.${group}`;
}

export function rolloutHistory(session: Session, invocation: Invocation): void {
  const wanted = invocation.flags.int("revision", 0);
  forEach(session, invocation, ({ object, resource }) => {
    if (!ROLLED.has(object.kind)) fail(`no history viewer has been implemented for ${JSON.stringify(kindText(resource))}`);
    if (wanted > 0) fail("this kubectl shows no single revision: describe the ReplicaSet of it");
    const history = revisionsOf(session, object);
    const rows = history.map(({ number, cause }) => `${String(number).padEnd(10)}${cause ?? "<none>"}\n`);
    session.print(
      `${namedObject(resource, object.metadata.name)} \n${history.length === 0 ? "No rollout history found.\n" : `REVISION  CHANGE-CAUSE\n${rows.join("")}`}\n`,
    );
  });
}

export function rolloutPause(paused: boolean): (session: Session, invocation: Invocation) => void {
  return (session, invocation) =>
    forEach(session, invocation, ({ object, resource }) => {
      const name = `${withGroup(resource)} ${JSON.stringify(object.metadata.name)}`;
      if (object.kind !== "Deployment") fail(`${name} ${paused ? "pausing" : "resuming"} is not supported`);
      if ((at(object, "spec", "paused") === true) === paused) fail(`${name} is ${paused ? "already" : "not"} paused`);
      const { paused: _paused, ...spec } = fields(object["spec"]);
      const next = { ...object, spec: paused ? { ...spec, paused } : spec };
      const { object: written } = updateObject(session, object, next, { verb: "set" });
      announce(session, invocation.flags, written, paused ? "paused" : "resumed");
    });
}

/** How far it is. The real one goes on until it is done; a shell may ask again. */
export function rolloutStatus(session: Session, invocation: Invocation): void {
  forEach(session, invocation, ({ object, resource }) => {
    const status = statusOf(object, resource);
    if (status.failure !== undefined) fail(status.failure);
    session.print(`${status.text}\n`);
    if (!status.done && invocation.flags.bool("watch", true)) session.follows = true;
  });
}

interface RolloutStatus {
  readonly text: string;
  readonly done: boolean;
  readonly failure?: string;
}

const going = (text: string): RolloutStatus => ({ text, done: false });
const ended = (text: string): RolloutStatus => ({ text, done: true });

function statusOf(object: KubeObject, resource: Resource): RolloutStatus {
  const name = JSON.stringify(object.metadata.name);
  const status = (field: string): number => numberAt(object, "status", field) ?? 0;
  const observed = (object.metadata.generation ?? 0) <= (numberAt(object, "status", "observedGeneration") ?? 0);
  switch (object.kind) {
    case "Deployment": {
      if (!observed) return going("Waiting for deployment spec update to be observed...");
      const progressing = listAt(object, "status", "conditions").find((each) => textAt(each, "type") === "Progressing");
      if (textAt(progressing, "reason") === "ProgressDeadlineExceeded")
        return { ...going(""), failure: `deployment ${name} exceeded its progress deadline` };
      const [desired, updated] = [numberAt(object, "spec", "replicas") ?? 1, status("updatedReplicas")];
      const waiting = `Waiting for deployment ${name} rollout to finish:`;
      if (updated < desired) return going(`${waiting} ${updated} out of ${desired} new replicas have been updated...`);
      if (status("replicas") > updated) return going(`${waiting} ${status("replicas") - updated} old replicas are pending termination...`);
      if (status("availableReplicas") < updated)
        return going(`${waiting} ${status("availableReplicas")} of ${updated} updated replicas are available...`);
      return ended(`deployment ${name} successfully rolled out`);
    }
    case "DaemonSet": {
      if (!observed) return going("Waiting for daemon set spec update to be observed...");
      const desired = status("desiredNumberScheduled");
      const waiting = `Waiting for daemon set ${name} rollout to finish:`;
      if (status("updatedNumberScheduled") < desired)
        return going(`${waiting} ${status("updatedNumberScheduled")} out of ${desired} new pods have been updated...`);
      if (status("numberAvailable") < desired)
        return going(`${waiting} ${status("numberAvailable")} of ${desired} updated pods are available...`);
      return ended(`daemon set ${name} successfully rolled out`);
    }
    case "StatefulSet": {
      if (!observed || status("observedGeneration") === 0) return going("Waiting for statefulset spec update to be observed...");
      const desired = numberAt(object, "spec", "replicas") ?? 1;
      if (status("readyReplicas") < desired) return going(`Waiting for ${desired - status("readyReplicas")} pods to be ready...`);
      const [update = "", current = ""] = [textAt(object, "status", "updateRevision"), textAt(object, "status", "currentRevision")];
      if (update !== current)
        return going(`waiting for statefulset rolling update to complete ${status("updatedReplicas")} pods at revision ${update}...`);
      return ended(`statefulset rolling update complete ${status("currentReplicas")} pods at revision ${current}...`);
    }
    default:
      return { ...going(""), failure: `no status viewer has been implemented for ${kindText(resource)}` };
  }
}
