/**
 * Deployment: one ReplicaSet for each template, and the way from one to the next. (pkg/controller/deployment/sync.go,
 * recreate.go, util/deployment_util.go; rolling.go is in rolling-update.ts, progress.go in deployment-status.ts)
 */
import { booleanAt, sameJson } from "../api/json.ts";
import { get, keyOf } from "../api/store.ts";
import { ownedBy } from "../api/store-index.ts";
import type { Deployment, PodTemplate, ReplicaSet, StringMap } from "../api/types.ts";
import { reportDeployment } from "./deployment-status.ts";
import { isFinished, isTerminating, podsOf } from "./lookup.ts";
import { templateHash } from "./pod-template.ts";
import { say } from "./records.ts";
import { DESIRED, limitsOf, MAX, nextSizes, proportionalSizes, REVISION } from "./rolling-update.ts";
import { controlledBy, erase, instantOf, isControlledBy, uidOf, write } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

export { limitsOf } from "./rolling-update.ts";

const HASH = "pod-template-hash";

export function reconcileDeployment(world: World, key: string): readonly WakeUp[] {
  const deployment = get(world.store, "Deployment", key);
  if (deployment === undefined || isTerminating(deployment)) return [];
  const before = currentSet(world, deployment);
  if (isPaused(deployment) || isScaled(world, deployment)) rescale(world, deployment, before);
  else if (deployment.spec.strategy?.type === "Recreate") recreate(world, deployment, before);
  else roll(world, deployment, before ?? createSet(world, deployment));
  const found = before === null ? currentSet(world, deployment) : (get(world.store, "ReplicaSet", keyOf(before)) ?? null);
  const current = found === null ? null : withRevision(world, deployment, found);
  cleanUp(world, deployment, current);
  return reportDeployment(world, deployment, { sets: setsOf(world, deployment), current, made: before === null });
}

export function isPaused(deployment: Deployment): boolean {
  return booleanAt(deployment.spec, "paused") === true;
}

/** All ReplicaSets of a Deployment, oldest revision first. */
export function setsOf(world: World, deployment: Deployment): ReplicaSet[] {
  const owned = ownedBy(world.store, deployment.metadata.uid ?? "");
  return owned
    .filter((object): object is ReplicaSet => object.kind === "ReplicaSet" && isControlledBy(object, deployment))
    .sort((a, b) => revisionOf(a) - revisionOf(b));
}

export function revisionOf(object: ReplicaSet | Deployment): number {
  return Number(object.metadata.annotations?.[REVISION] ?? 0);
}

/** The ReplicaSet whose template is the Deployment's own, the hash label aside. */
export function currentSet(world: World, deployment: Deployment): ReplicaSet | null {
  return setsOf(world, deployment).find((set) => sameJson(withoutHash(set.spec.template), deployment.spec.template)) ?? null;
}

export function withoutHash(template: PodTemplate): PodTemplate {
  const { [HASH]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

function createSet(world: World, deployment: Deployment): ReplicaSet {
  const namespace = deployment.metadata.namespace ?? "";
  let collisions = 0;
  let hash = templateHash(deployment.spec.template);
  while (get(world.store, "ReplicaSet", `${namespace}/${deployment.metadata.name}-${hash}`) !== undefined)
    hash = templateHash(deployment.spec.template, ++collisions);
  const name = `${deployment.metadata.name}-${hash}`;
  const labels: StringMap = { ...deployment.spec.template.metadata?.labels, [HASH]: hash };
  const set: ReplicaSet = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name,
      namespace,
      uid: uidOf(world, "ReplicaSet", `${namespace}/${name}`),
      creationTimestamp: instantOf(world),
      generation: 1,
      labels,
      annotations: sizeAnnotations(deployment),
      ownerReferences: [controlledBy(deployment)],
    },
    spec: {
      replicas: 0,
      ...(deployment.spec.minReadySeconds === undefined ? {} : { minReadySeconds: deployment.spec.minReadySeconds }),
      selector: { ...deployment.spec.selector, matchLabels: { ...deployment.spec.selector.matchLabels, [HASH]: hash } },
      template: { ...deployment.spec.template, metadata: { ...deployment.spec.template.metadata, labels } },
    },
    status: { replicas: 0 },
  };
  return withRevision(world, deployment, write(world, set));
}

function sizeAnnotations(deployment: Deployment): StringMap {
  const { replicas } = deployment.spec;
  return { [DESIRED]: String(replicas), [MAX]: String(replicas + limitsOf(deployment).surge) };
}

/** The newest ReplicaSet carries the highest revision; going back to an old template gives its set the next one. */
function withRevision(world: World, deployment: Deployment, set: ReplicaSet): ReplicaSet {
  const others = setsOf(world, deployment).filter((other) => other.metadata.uid !== set.metadata.uid);
  const highest = Math.max(0, ...others.map(revisionOf));
  const revision = revisionOf(set) > highest ? revisionOf(set) : highest + 1;
  const { minReadySeconds } = deployment.spec;
  const { minReadySeconds: _before, ...spec } = set.spec;
  return write(world, {
    ...set,
    metadata: { ...set.metadata, annotations: { ...set.metadata.annotations, [REVISION]: String(revision) } },
    spec: minReadySeconds === undefined ? spec : { ...spec, minReadySeconds },
  });
}

// ---- sizes --------------------------------------------------------------------------------------------------------

function roll(world: World, deployment: Deployment, set: ReplicaSet): void {
  const others = setsOf(world, deployment).filter((other) => other.metadata.uid !== set.metadata.uid);
  for (const [other, size] of nextSizes(deployment, set, others)) scale(world, deployment, other, size);
}

/** Old Pods go first, all of them; the new ones come when none runs any more. */
function recreate(world: World, deployment: Deployment, found: ReplicaSet | null): void {
  const others = setsOf(world, deployment).filter((other) => other.metadata.uid !== found?.metadata.uid);
  for (const other of others) scale(world, deployment, other, 0);
  if (others.some((other) => podsOf(world.store, other).some((pod) => !isFinished(pod)))) return;
  scale(world, deployment, found ?? createSet(world, deployment), deployment.spec.replicas);
}

/** Whether the number of replicas was changed since its ReplicaSets were given theirs. (isScalingEvent) */
function isScaled(world: World, deployment: Deployment): boolean {
  return setsOf(world, deployment).some(({ metadata, spec }) => {
    const desired = metadata.annotations?.[DESIRED];
    return spec.replicas > 0 && desired !== undefined && Number(desired) !== deployment.spec.replicas;
  });
}

/** A paused Deployment, or one that is scaled in the middle of a rollout: its sets keep their proportions. (scale) */
function rescale(world: World, deployment: Deployment, current: ReplicaSet | null): void {
  for (const [set, size] of proportionalSizes(deployment, current, setsOf(world, deployment))) scale(world, deployment, set, size);
}

function scale(world: World, deployment: Deployment, set: ReplicaSet, replicas: number): void {
  const now = get(world.store, "ReplicaSet", keyOf(set)) ?? set;
  const annotations = { ...now.metadata.annotations, ...sizeAnnotations(deployment) };
  if (now.spec.replicas === replicas) {
    if (replicas > 0) write(world, { ...now, metadata: { ...now.metadata, annotations } });
    return;
  }
  const generation = (now.metadata.generation ?? 1) + 1;
  write(world, { ...now, metadata: { ...now.metadata, annotations, generation }, spec: { ...now.spec, replicas } });
  const way = replicas > now.spec.replicas ? "up" : "down";
  const message = `Scaled ${way} replica set ${now.metadata.name} from ${now.spec.replicas} to ${replicas}`;
  say(world, deployment, { by: "deployment-controller", type: "Normal", reason: "ScalingReplicaSet", message });
}

/** Old ReplicaSets without Pods are kept up to revisionHistoryLimit, once the rollout is through. (cleanupDeployment) */
function cleanUp(world: World, deployment: Deployment, current: ReplicaSet | null): void {
  const limit = Number((deployment.spec as { readonly revisionHistoryLimit?: number }).revisionHistoryLimit ?? 10); // defaulted
  const idle = setsOf(world, deployment).filter(
    (other) => other.metadata.uid !== current?.metadata.uid && other.spec.replicas === 0 && (other.status.replicas ?? 0) === 0,
  );
  for (const other of idle.slice(0, Math.max(0, idle.length - limit))) erase(world, "ReplicaSet", keyOf(other));
}
