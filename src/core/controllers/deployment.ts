/**
 * Deployment: one ReplicaSet for each template, and the way from one to the next. (pkg/controller/deployment/sync.go,
 * rolling.go, recreate.go, util/deployment_util.go)
 */
import { get } from "../api/store.ts";
import { ownedBy } from "../api/store-index.ts";
import type { Deployment, PodTemplate, ReplicaSet, StringMap } from "../api/types.ts";
import { sameJson } from "../api/json.ts";
import { isTerminating, podsOf } from "./lookup.ts";
import { templateHash } from "./pod-template.ts";
import { controlledBy, erase, instantOf, isControlledBy, uidOf, write } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

const HASH = "pod-template-hash";
const REVISION = "deployment.kubernetes.io/revision";

export function reconcileDeployment(world: World, key: string): readonly WakeUp[] {
  const deployment = get(world.store, "Deployment", key);
  if (deployment === undefined || isTerminating(deployment)) return [];
  const current = currentSet(world, deployment) ?? createSet(world, deployment);
  const revised = withRevision(world, deployment, current);
  const others = setsOf(world, deployment).filter((set) => set.metadata.uid !== revised.metadata.uid);
  if (deployment.spec.strategy?.type === "Recreate") recreate(world, deployment, revised, others);
  else roll(world, deployment, revised, others);
  cleanUp(world, deployment, revised);
  reportStatus(world, deployment, revised);
  return [];
}

/** All ReplicaSets of a Deployment, oldest first. */
function setsOf(world: World, deployment: Deployment): ReplicaSet[] {
  const owned = ownedBy(world.store, deployment.metadata.uid ?? "");
  return owned
    .filter((object): object is ReplicaSet => object.kind === "ReplicaSet" && isControlledBy(object, deployment))
    .sort((a, b) => revisionOf(a) - revisionOf(b));
}

function revisionOf(set: ReplicaSet | Deployment): number {
  return Number(set.metadata.annotations?.[REVISION] ?? 0);
}

/** The ReplicaSet whose template is the Deployment's own, the hash label aside. */
function currentSet(world: World, deployment: Deployment): ReplicaSet | null {
  return setsOf(world, deployment).find((set) => sameJson(withoutHash(set.spec.template), deployment.spec.template)) ?? null;
}

function withoutHash(template: PodTemplate): PodTemplate {
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
      annotations: {},
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
  return write(world, set);
}

/** The newest ReplicaSet carries the highest revision; going back to an old template gives its set the next one. */
function withRevision(world: World, deployment: Deployment, set: ReplicaSet): ReplicaSet {
  const highest = Math.max(
    0,
    ...setsOf(world, deployment)
      .filter((other) => other.metadata.uid !== set.metadata.uid)
      .map(revisionOf),
  );
  const revision = revisionOf(set) > highest ? revisionOf(set) : highest + 1;
  const { surge } = limitsOf(deployment);
  const minReadySeconds = deployment.spec.minReadySeconds;
  return write(world, {
    ...set,
    metadata: {
      ...set.metadata,
      annotations: {
        ...set.metadata.annotations,
        "deployment.kubernetes.io/desired-replicas": String(deployment.spec.replicas),
        "deployment.kubernetes.io/max-replicas": String(deployment.spec.replicas + surge),
        [REVISION]: String(revision),
      },
    },
    spec: { ...set.spec, ...(minReadySeconds === undefined ? {} : { minReadySeconds }) },
  });
}

/** How many Pods beyond, and how many short of the wanted number a rolling update may go. */
export function limitsOf(deployment: Deployment): { readonly surge: number; readonly unavailable: number } {
  const { replicas, strategy } = deployment.spec;
  if (strategy?.type === "Recreate") return { surge: 0, unavailable: 0 };
  const surge = countOf(strategy?.rollingUpdate?.maxSurge ?? "25%", replicas, Math.ceil);
  const unavailable = countOf(strategy?.rollingUpdate?.maxUnavailable ?? "25%", replicas, Math.floor);
  return { surge, unavailable: Math.min(surge === 0 && unavailable === 0 ? 1 : unavailable, replicas) };
}

function countOf(value: number | string, replicas: number, round: (value: number) => number): number {
  if (typeof value === "number") return value;
  // An integer product first: 0.1 × 30 is not 3 in binary.
  return round((Number.parseInt(value, 10) * replicas) / 100);
}

const sum = (sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number): number => sets.reduce((total, set) => total + of(set), 0);
const availableOf = (set: ReplicaSet): number => set.status.availableReplicas ?? 0;

/** One step of a rolling update, the first that applies. */
function roll(world: World, deployment: Deployment, set: ReplicaSet, others: readonly ReplicaSet[]): void {
  const { replicas } = deployment.spec;
  const { surge, unavailable } = limitsOf(deployment);
  const all = sum([set, ...others], ({ spec }) => spec.replicas);
  if (set.spec.replicas > replicas) return scale(world, set, replicas);
  if (set.spec.replicas < replicas) {
    const room = replicas + surge - all;
    if (room > 0) return scale(world, set, Math.min(replicas, set.spec.replicas + room));
  }
  scaleDownOld(world, set, others, replicas - unavailable);
}

function scaleDownOld(world: World, set: ReplicaSet, others: readonly ReplicaSet[], least: number): void {
  const all = sum([set, ...others], ({ spec }) => spec.replicas);
  let allowed = all - least - (set.spec.replicas - availableOf(set));
  if (allowed <= 0) return;
  const sizes = new Map(others.map((other) => [other, other.spec.replicas]));
  const take = (other: ReplicaSet, pods: number): void => {
    sizes.set(other, (sizes.get(other) ?? 0) - pods);
    allowed -= pods;
  };
  for (const other of others) take(other, Math.max(0, Math.min(allowed, other.spec.replicas - availableOf(other))));
  const healthy = sum([set, ...others], availableOf) - least;
  allowed = Math.min(allowed, healthy);
  for (const other of others) if (allowed > 0) take(other, Math.min(allowed, sizes.get(other) ?? 0));
  for (const [other, size] of sizes) scale(world, other, size);
}

/** Old Pods go first, all of them; the new ones come when none is left. */
function recreate(world: World, deployment: Deployment, set: ReplicaSet, others: readonly ReplicaSet[]): void {
  for (const other of others) scale(world, other, 0);
  const left = others.some((other) => podsOf(world.store, other).length > 0);
  if (!left || set.spec.replicas > 0) scale(world, set, deployment.spec.replicas);
}

function scale(world: World, set: ReplicaSet, replicas: number): void {
  const now = get(world.store, "ReplicaSet", `${set.metadata.namespace ?? ""}/${set.metadata.name}`) ?? set;
  if (now.spec.replicas === replicas) return;
  write(world, { ...now, metadata: { ...now.metadata, generation: (now.metadata.generation ?? 1) + 1 }, spec: { ...now.spec, replicas } });
}

/** Old ReplicaSets without Pods are kept up to revisionHistoryLimit. */
function cleanUp(world: World, deployment: Deployment, set: ReplicaSet): void {
  const limit = Number((deployment.spec as { readonly revisionHistoryLimit?: number }).revisionHistoryLimit ?? 10); // defaulted
  const idle = setsOf(world, deployment).filter(
    (other) => other.metadata.uid !== set.metadata.uid && other.spec.replicas === 0 && (other.status.replicas ?? 0) === 0,
  );
  for (const other of idle.slice(0, Math.max(0, idle.length - limit)))
    erase(world, "ReplicaSet", `${other.metadata.namespace ?? ""}/${other.metadata.name}`);
}

function reportStatus(world: World, deployment: Deployment, set: ReplicaSet): void {
  const sets = setsOf(world, deployment);
  const now = sets.find((each) => each.metadata.uid === set.metadata.uid) ?? set;
  const { replicas } = deployment.spec;
  const available = sum(sets, availableOf);
  const total = sum(sets, ({ status }) => status.replicas ?? 0);
  const updated = now.status.replicas ?? 0;
  const unavailable = Math.max(0, sum(sets, ({ spec }) => spec.replicas) - available);
  const complete = updated === replicas && total === replicas && available === replicas;
  const enough = available >= replicas - limitsOf(deployment).unavailable;
  const conditions = [
    condition(
      world,
      deployment,
      "Available",
      enough,
      enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
      `Deployment ${enough ? "has" : "does not have"} minimum availability.`,
    ),
    condition(
      world,
      deployment,
      "Progressing",
      true,
      complete ? "NewReplicaSetAvailable" : "ReplicaSetUpdated",
      `ReplicaSet "${set.metadata.name}" ${complete ? "has successfully progressed." : "is progressing."}`,
    ),
  ];
  const counts = {
    replicas: total,
    updatedReplicas: updated,
    readyReplicas: sum(sets, ({ status }) => status.readyReplicas ?? 0),
    availableReplicas: available,
    unavailableReplicas: unavailable,
  };
  const shown = Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== 0));
  const annotations = { ...deployment.metadata.annotations, [REVISION]: set.metadata.annotations?.[REVISION] ?? "1" };
  write(world, {
    ...deployment,
    metadata: { ...deployment.metadata, annotations },
    status: { observedGeneration: deployment.metadata.generation, ...shown, conditions },
  });
}

function condition(
  world: World,
  deployment: Deployment,
  type: string,
  holds: boolean,
  reason: string,
  message: string,
): { readonly [field: string]: string } {
  const status = holds ? "True" : "False";
  const before = ((deployment.status as { readonly conditions?: readonly { readonly [field: string]: string }[] }).conditions ?? []).find(
    (each) => each["type"] === type,
  ); // our own writing
  const lastTransitionTime =
    before !== undefined && before["status"] === status ? (before["lastTransitionTime"] ?? instantOf(world)) : instantOf(world);
  return { type, status, reason, message, lastTransitionTime };
}
