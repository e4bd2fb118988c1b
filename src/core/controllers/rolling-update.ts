/** The arithmetic of a rolling update. (pkg/controller/deployment/rolling.go, sync.go, util/deployment_util.go) */
import type { Deployment, ReplicaSet } from "../api/types.ts";

export const REVISION = "deployment.kubernetes.io/revision";
export const DESIRED = "deployment.kubernetes.io/desired-replicas";
export const MAX = "deployment.kubernetes.io/max-replicas";

/** ReplicaSets with the sizes that they are to have. */
export type Sizes = ReadonlyMap<ReplicaSet, number>;

/** How many Pods beyond, and how many short of the wanted number a rolling update may go. */
export function limitsOf(deployment: Deployment): { readonly surge: number; readonly unavailable: number } {
  const { replicas, strategy } = deployment.spec;
  if (strategy?.type === "Recreate") return { surge: 0, unavailable: 0 };
  const surge = countOf(strategy?.rollingUpdate?.maxSurge ?? "25%", replicas, Math.ceil);
  const unavailable = countOf(strategy?.rollingUpdate?.maxUnavailable ?? "25%", replicas, Math.floor);
  return { surge, unavailable: Math.min(surge === 0 && unavailable === 0 ? 1 : unavailable, replicas) };
}

/** A number, or a percentage of the replicas. */
export function countOf(value: number | string, replicas: number, round: (value: number) => number): number {
  if (typeof value === "number") return value;
  // An integer product first: 0.1 × 30 is not 3 in binary.
  return round((Number.parseInt(value, 10) * replicas) / 100);
}

const sum = (sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number): number => sets.reduce((total, set) => total + of(set), 0);
const sizeOf = ({ spec }: ReplicaSet): number => spec.replicas;
const availableOf = (set: ReplicaSet): number => set.status.availableReplicas ?? 0;

/** One step of a rolling update, the first that applies. `others` stand oldest first. */
export function nextSizes(deployment: Deployment, set: ReplicaSet, others: readonly ReplicaSet[]): Sizes {
  const { replicas } = deployment.spec;
  const { surge, unavailable } = limitsOf(deployment);
  const all = sum([set, ...others], sizeOf);
  if (set.spec.replicas > replicas) return new Map([[set, replicas]]);
  const room = replicas + surge - all;
  if (set.spec.replicas < replicas && room > 0) return new Map([[set, Math.min(replicas, set.spec.replicas + room)]]);
  return fewerOld(set, others, replicas - unavailable);
}

/** Unavailable old Pods go first, then as many available ones as new ones stand in for. */
function fewerOld(set: ReplicaSet, others: readonly ReplicaSet[], least: number): Sizes {
  const all = sum([set, ...others], sizeOf);
  let allowed = all - least - (set.spec.replicas - availableOf(set));
  if (allowed <= 0) return new Map();
  const sizes = new Map(others.map((other) => [other, other.spec.replicas]));
  const take = (other: ReplicaSet, pods: number): void => {
    sizes.set(other, (sizes.get(other) ?? 0) - pods);
    allowed -= pods;
  };
  for (const other of others) take(other, Math.max(0, Math.min(allowed, other.spec.replicas - availableOf(other))));
  const healthy = sum([set, ...others], availableOf) - least;
  allowed = Math.min(allowed, healthy);
  for (const other of others) if (allowed > 0) take(other, Math.min(allowed, sizes.get(other) ?? 0));
  return sizes;
}

/**
 * The sizes after the number of replicas changed: one set with Pods takes all of it; several share it in proportion to
 * their size, what is left over goes to the largest. `sets` stand oldest first. (scale, GetReplicaSetProportion)
 */
export function proportionalSizes(deployment: Deployment, current: ReplicaSet | null, sets: readonly ReplicaSet[]): Sizes {
  const { replicas } = deployment.spec;
  const active = sets.filter((set) => set.spec.replicas > 0);
  if (active.length <= 1) {
    const only = active[0] ?? current ?? sets.at(-1);
    return only === undefined ? new Map() : new Map([[only, replicas]]);
  }
  if (current !== null && isSaturated(deployment, current)) return new Map(active.filter((set) => set !== current).map((set) => [set, 0]));
  if (deployment.spec.strategy?.type === "Recreate") return new Map();
  const { surge } = limitsOf(deployment);
  const toAdd = (replicas > 0 ? replicas + surge : 0) - sum(active, sizeOf);
  const order = [...active].sort((a, b) => {
    const bySize = b.spec.replicas - a.spec.replicas;
    const age = active.indexOf(a) - active.indexOf(b);
    return bySize !== 0 ? bySize : toAdd > 0 ? -age : age;
  });
  const sizes = new Map<ReplicaSet, number>();
  let added = 0;
  for (const set of order) {
    const share = toAdd === added ? 0 : within(fractionOf(set, replicas, surge, deployment.status.replicas ?? 0), toAdd - added);
    sizes.set(set, set.spec.replicas + share);
    added += share;
  }
  const [largest] = order;
  if (largest !== undefined) sizes.set(largest, Math.max(0, (sizes.get(largest) ?? 0) + toAdd - added));
  return sizes;
}

function isSaturated(deployment: Deployment, set: ReplicaSet): boolean {
  const { replicas } = deployment.spec;
  return Number(set.metadata.annotations?.[DESIRED]) === replicas && set.spec.replicas === replicas && availableOf(set) === replicas;
}

/** Not beyond what may still be added (or, below 0, taken away). */
function within(share: number, rest: number): number {
  return rest > 0 ? Math.min(share, rest) : Math.max(share, rest);
}

/** What the set would grow by if all grew as the Deployment does; the sizes before are in its annotation. */
function fractionOf(set: ReplicaSet, replicas: number, surge: number, reported: number): number {
  const size = set.spec.replicas;
  if (replicas === 0) return -size;
  const before = Number(set.metadata.annotations?.[MAX] ?? 0) || reported;
  if (before === 0) return 0;
  // Halves go away from zero, as Go rounds them.
  return Math.floor((2 * size * (replicas + surge) + before) / (2 * before)) - size;
}
