/** What a command asks the API server for: answered from a copy of the store, and kept as effects for the run. */
import { admit, admitPodSpec, type AdmitContext } from "../api/admission.ts";
import type { Draft } from "../api/json.ts";
import { isObject, sameJson } from "../api/json.ts";
import { defaultPodSpec, defaultRequests } from "../api/pods.ts";
import { keyOf, put, remove } from "../api/store.ts";
import type { KubeObject } from "../api/types.ts";
import { randomState } from "../base/random.ts";
import type { Action } from "../simulation/contract.ts";
import { withStandIns } from "./dry-run.ts";
import { statusFailure } from "./failures.ts";
import { resourceOfKind, storedAs } from "./resources.ts";
import { refuse, type Session } from "./session.ts";
import type { Verb } from "./types.ts";

/** `server`: the API server does all but keep it; `client`: nothing is sent. */
export type DryRun = "none" | "client" | "server";

function contextOf({ run, nowSeconds }: Session): AdmitContext {
  return { settings: run.settings, nowSeconds, random: (name) => randomState(run.seed, name) };
}

/** The object as stored. Throws KubectlError with the server's reply. */
export function createObject(session: Session, object: unknown, { verb, dryRun = "none" }: { verb: Verb; dryRun?: DryRun }): KubeObject {
  const answer = admit(session.store, "create", object, undefined, contextOf(session));
  if (!answer.ok) return refuse(statusFailure(answer.status));
  for (const warning of answer.warnings) session.warn(warning);
  if (dryRun !== "none") return withStandIns(answer.object, object, null, session.run.settings.serviceSubnets);
  const stored = put(session.ownStore(), answer.object);
  const request = { op: "create" as const, object };
  remember(session, { verb, before: null, after: stored, action: { kind: "api-requests", what: session.line, requests: [request] } });
  return stored;
}

export interface Updated {
  readonly object: KubeObject;
  readonly changed: boolean;
}

/**
 * Writes `next` in place of `before`. `action`: what says the same better than a request does. Throws KubectlError with the
 * server's reply.
 */
export function updateObject(
  session: Session,
  before: KubeObject,
  next: unknown,
  { verb, dryRun = "none", action }: { verb: Verb; dryRun?: DryRun; action?: Action },
): Updated {
  const met = session.run.stored ? completed(session, before) : before;
  const answer = admit(session.store, "update", next, met, contextOf(session));
  if (!answer.ok) return refuse(statusFailure(answer.status));
  for (const warning of answer.warnings) session.warn(warning);
  const changed = !sameJson(withoutVersion(met), withoutVersion(answer.object));
  if (dryRun !== "none") return { object: withStandIns(answer.object, next, before, session.run.settings.serviceSubnets), changed };
  if (!changed) return { object: answer.object, changed };
  const stored = put(session.ownStore(), answer.object);
  const request = { op: "update" as const, object: withoutVersion(answer.object) };
  remember(session, { verb, before, after: stored, action: action ?? { kind: "api-requests", what: session.line, requests: [request] } });
  return { object: stored, changed };
}

/** A stored object as the API server reads it: with the defaults of fields that were not there when it was written. */
function completed(session: Session, object: KubeObject): KubeObject {
  const draft = draftOf(object);
  if (object.kind === "Pod" && isObject(draft["spec"])) {
    const spec = draftOf(draft["spec"]);
    defaultPodSpec(spec);
    defaultRequests(spec);
    admitPodSpec(spec);
    draft["spec"] = spec;
  }
  const filled = draft as unknown as KubeObject; // a copy of one
  const answer = admit(session.store, "update", filled, filled, contextOf(session));
  return answer.ok ? answer.object : object;
}

/** Without what every write changes. */
function withoutVersion(object: KubeObject): KubeObject {
  const { resourceVersion: _version, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** `graceSeconds` of a Pod. */
export function deleteObject(session: Session, before: KubeObject, graceSeconds: number | undefined): void {
  const kind = storedAs(resourceOfKind(before.apiVersion, before.kind));
  const key = keyOf(before);
  remove(session.ownStore(), kind, key);
  const grace = graceSeconds === undefined ? {} : { graceSeconds };
  const action: Action =
    kind === "Pod" && graceSeconds === undefined
      ? { kind: "delete-pod", pod: key }
      : { kind: "api-requests", what: session.line, requests: [{ op: "delete", kind, key, ...grace }] };
  remember(session, { verb: "delete", before, after: null, action });
}

/** What a command does by an action alone. */
export function act(session: Session, verb: Verb, before: KubeObject, after: KubeObject, action: Action): void {
  put(session.ownStore(), after);
  remember(session, { verb, before, after, action });
}

function remember(
  session: Session,
  {
    verb,
    before,
    after,
    action,
  }: { readonly verb: Verb; readonly before: KubeObject | null; readonly after: KubeObject | null; readonly action: Action },
): void {
  const about = after ?? before;
  if (about === null) throw new Error(`${session.line}: an effect on nothing`);
  session.effects.push({ verb, kind: storedAs(resourceOfKind(about.apiVersion, about.kind)), key: keyOf(about), before, after, action });
}

/** A copy that may be changed. */
export function draftOf(value: unknown): Draft {
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, of]) => [key, copy(of)])) : {};
}

function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy);
  return isObject(value) ? draftOf(value) : value;
}
