/**
 * What a person does to workloads with kubectl: `scale` and `rollout undo`. Each returns who has to look, or kubectl's own
 * words for why it cannot be done. (staging/src/k8s.io/kubectl/pkg/scale, …/polymorphichelpers/rollback.go)
 */
import { sameJson } from "../api/json.ts";
import { get } from "../api/store.ts";
import { kindInfo } from "../api/kinds.ts";
import type { Deployment, KubeObject, PodTemplate } from "../api/types.ts";
import type { Done } from "./commands.ts";
import { revisionsOf, templateIn } from "./controller-revisions.ts";
import { isPaused, revisionOf, setsOf, withoutHash } from "./deployment.ts";
import { write } from "./world.ts";
import type { World } from "./world.ts";

/** Kinds that have a scale. */
const SCALED: ReadonlySet<string> = new Set(["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"]);

interface Workload extends KubeObject {
  readonly spec: { readonly replicas?: number; readonly template: PodTemplate };
}

export function commandScale(world: World, kind: string, key: string, replicas: number): Done {
  if (!SCALED.has(kind)) return { error: `A ${kind} has no number of replicas: kubectl scale could not find the requested resource.` };
  if (!Number.isInteger(replicas) || replicas < 0) return { error: `A ${kind} has 0 replicas or more, not ${replicas}.` };
  const found = get(world.store, kind, key);
  if (found === undefined) return { error: `There is no ${kind} ${key}.` };
  const workload = found as Workload; // admitted as such
  if (workload.spec.replicas === replicas) return [];
  changed(world, workload, { ...workload.spec, replicas });
  return [];
}

function changed(world: World, workload: Workload, spec: Workload["spec"]): void {
  const generation = (workload.metadata.generation ?? 1) + 1;
  write(world, { ...workload, metadata: { ...workload.metadata, generation }, spec });
}

const ROLLED_BACK: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** `kubectl rollout undo [--to-revision]`: the template of an earlier revision, the last but one where none is named. */
export function commandUndo(world: World, kind: string, key: string, revision?: number): Done {
  if (!ROLLED_BACK.has(kind)) return { error: `no rollbacker has been implemented for "${kind}"` };
  if (revision !== undefined && (!Number.isInteger(revision) || revision < 0)) return { error: `${revision} is no revision.` };
  const found = get(world.store, kind, key);
  if (found === undefined) return { error: `There is no ${kind} ${key}.` };
  const workload = found as Workload; // admitted as such
  if (kind === "Deployment" && isPaused(found as Deployment))
    return { error: "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again" };
  const history = kind === "Deployment" ? setHistory(world, found as Deployment) : revisionHistory(world, workload);
  const template = templateAt(history, revision ?? 0);
  if (template === null)
    return revision === undefined || revision === 0
      ? { error: `no rollout history found for ${kindInfo(found.apiVersion, kind).resource.replace(/s$/, "")} "${found.metadata.name}"` }
      : { error: `unable to find specified revision ${revision} in history` };
  // Nothing to go back to: kubectl says that the current template already matches.
  if (sameJson(template, workload.spec.template)) return [];
  changed(world, workload, { ...workload.spec, template });
  return [];
}

/** Revision number → template, oldest first. */
type History = readonly { readonly revision: number; readonly template: PodTemplate }[];

function setHistory(world: World, deployment: Deployment): History {
  return setsOf(world, deployment).map((set) => ({ revision: revisionOf(set), template: withoutHash(set.spec.template) }));
}

function revisionHistory(world: World, workload: Workload): History {
  return revisionsOf(world, workload).flatMap((each) => {
    const template = templateIn(each);
    return template === null ? [] : [{ revision: each.revision, template }];
  });
}

/** 0: the last but one. */
function templateAt(history: History, revision: number): PodTemplate | null {
  if (revision === 0) return history.at(-2)?.template ?? null;
  return history.find((each) => each.revision === revision)?.template ?? null;
}
