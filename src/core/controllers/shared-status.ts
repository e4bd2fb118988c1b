/**
 * What the kubelet reports is the same for thousands of Pods that do the same at the same time: equal conditions and equal
 * states of containers are held as one value. A pure memo: stored values never change, and nobody can tell which of two
 * equal ones he holds.
 */
import { sameJson } from "../api/json.ts";
import type { ContainerStatus, PodCondition } from "../api/types.ts";

type Conditions = readonly PodCondition[];
type Statuses = readonly ContainerStatus[];

/** So many different reports are remembered: Pods of a few kinds take turns. */
const RECENT = 8;

/** The last reports, newest last. */
const recentConditions: Conditions[] = [];
const recentStatuses: Statuses[] = [];

/** These conditions; `before` itself, or what another Pod reported, where that is equal. */
export function sharedConditions(conditions: Conditions, before: Conditions | undefined): Conditions {
  return shared(conditions, before, recentConditions, sameCondition);
}

/** These states of containers, likewise. */
export function sharedStatuses(statuses: Statuses, before: Statuses | undefined): Statuses {
  return shared(statuses, before, recentStatuses, sameStatus);
}

function shared<T>(
  now: readonly T[],
  before: readonly T[] | undefined,
  recent: (readonly T[])[],
  same: (a: T, b: T) => boolean,
): readonly T[] {
  if (before !== undefined && sameList(now, before, same)) return before;
  for (let i = recent.length - 1; i >= 0; i--) {
    const known = recent[i] as readonly T[]; // a position of the list
    if (sameList(now, known, same)) return known;
  }
  if (recent.length >= RECENT) recent.shift();
  recent.push(now);
  return now;
}

function sameList<T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !same(a[i] as T, b[i] as T)) return false;
  return true;
}

function sameCondition(a: PodCondition, b: PodCondition): boolean {
  return (
    a.type === b.type &&
    a.status === b.status &&
    a.lastTransitionTime === b.lastTransitionTime &&
    a.reason === b.reason &&
    a.message === b.message &&
    sameJson(a, b)
  );
}

function sameStatus(a: ContainerStatus, b: ContainerStatus): boolean {
  return a.name === b.name && a.ready === b.ready && a.started === b.started && a.image === b.image && sameJson(a, b);
}
