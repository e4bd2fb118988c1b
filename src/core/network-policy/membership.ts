/**
 * Whom each policy is for and whom its peers mean, among the Pods of one moment, made from the moment before: a Pod that
 * changes costs the lists that it enters or leaves. A list stays the same value as long as nothing of it changed, so that
 * whoever made rules of it knows by identity whether they still hold.
 */
import { compareText, type NamespacedName } from "../base/names.ts";
import { sameJson } from "../api/json.ts";
import type { NetworkPolicyPeer } from "../api/network-types.ts";
import type { StringMap } from "../api/types.ts";
import { meansPod, peersOf, selectsPod, type Direction } from "./select.ts";
import type { Policy, PolicyPod, PolicyWorld } from "./types.ts";

/** Pods in the order of their keys. */
export type Pods = readonly PolicyPod[];

/** One policy among the Pods of a moment. */
export interface Membership {
  readonly policy: Policy;
  readonly selected: Pods;
  /** For each rule of the direction, for each of its peers: the Pods that it means; null for a block of addresses. */
  readonly peers: Readonly<Record<Direction, readonly (readonly (Pods | null)[])[]>>;
}

export interface PolicyIndex {
  readonly world: PolicyWorld;
  /** In the order of the world's policies. */
  readonly memberships: readonly Membership[];
}

/** The index of a world. `before`: that of an earlier world, whose lists are kept where they still hold. */
export function indexOf(world: PolicyWorld, before: PolicyIndex | null): PolicyIndex {
  const moved = before === null ? null : movedPods(before.world, world);
  const known = new Map(before?.memberships.map((membership) => [nameOf(membership.policy), membership]));
  const memberships = world.policies.map((policy): Membership => {
    const same = known.get(nameOf(policy));
    if (same === undefined || moved === null || !sameJson(same.policy.spec, policy.spec)) return fresh(world, policy);
    return moved.size === 0 ? same : followed(world, same, moved);
  });
  return { world, memberships };
}

function nameOf({ namespace, name }: Policy): NamespacedName {
  return `${namespace}/${name}`;
}

/** Pods of the second world that are others than in the first, or stand in a namespace with other labels; null: gone. */
function movedPods(before: PolicyWorld, after: PolicyWorld): ReadonlyMap<NamespacedName, PolicyPod | null> {
  const moved = new Map<NamespacedName, PolicyPod | null>();
  if (before.pods !== after.pods) {
    const old = new Map(before.pods.map((pod) => [pod.key, pod]));
    for (const pod of after.pods) {
      if (old.get(pod.key) !== pod) moved.set(pod.key, pod);
      old.delete(pod.key);
    }
    for (const key of old.keys()) moved.set(key, null);
  }
  const relabelled = otherNamespaces(before.namespaces, after.namespaces);
  if (relabelled.size > 0) for (const pod of after.pods) if (relabelled.has(pod.namespace)) moved.set(pod.key, pod);
  return moved;
}

function otherNamespaces(before: PolicyWorld["namespaces"], after: PolicyWorld["namespaces"]): ReadonlySet<string> {
  if (before === after) return new Set();
  const same = (a: StringMap | undefined, b: StringMap | undefined): boolean => a === b || sameJson(a ?? null, b ?? null);
  return new Set([...before.keys(), ...after.keys()].filter((name) => !same(before.get(name), after.get(name))));
}

function fresh(world: PolicyWorld, policy: Policy): Membership {
  const pods = (is: (pod: PolicyPod) => boolean): Pods => world.pods.filter(is);
  return {
    policy,
    selected: pods((pod) => selectsPod(policy, pod)),
    peers: eachPeer(policy, (peer) => (peer.ipBlock === undefined ? pods((pod) => meansPod(world, policy, peer, pod)) : null)),
  };
}

/** The same value where no list changed. */
function followed(world: PolicyWorld, before: Membership, moved: ReadonlyMap<NamespacedName, PolicyPod | null>): Membership {
  const { policy } = before;
  const selected = changed(before.selected, moved, (pod) => selectsPod(policy, pod));
  let isSame = selected === before.selected;
  const peers = eachPeer(policy, (peer, direction, rule, at) => {
    const list = before.peers[direction][rule]?.[at] ?? null;
    if (list === null) return null;
    const now = changed(list, moved, (pod) => meansPod(world, policy, peer, pod));
    if (now !== list) isSame = false;
    return now;
  });
  return isSame ? before : { policy, selected, peers };
}

function eachPeer(
  policy: Policy,
  read: (peer: NetworkPolicyPeer, direction: Direction, rule: number, at: number) => Pods | null,
): Membership["peers"] {
  const of = (direction: Direction): Membership["peers"][Direction] =>
    peersOf(policy, direction).map((peers, rule) => peers.map((peer, at) => read(peer, direction, rule, at)));
  return { ingress: of("ingress"), egress: of("egress") };
}

/** The list without those that left, with those that came or changed in their places. */
function changed(list: Pods, moved: ReadonlyMap<NamespacedName, PolicyPod | null>, belongs: (pod: PolicyPod) => boolean): Pods {
  const come: PolicyPod[] = [];
  for (const pod of moved.values()) if (pod !== null && belongs(pod)) come.push(pod);
  const stayed = list.filter((pod) => !moved.has(pod.key));
  if (come.length === 0) return stayed.length === list.length ? list : stayed;
  come.sort((a, b) => compareText(a.key, b.key));
  const now = merged(stayed, come);
  const isSame = now.length === list.length && now.every((pod, i) => pod === list[i]);
  return isSame ? list : now;
}

function merged(a: Pods, b: Pods): Pods {
  const all: PolicyPod[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    const takeLeft = right === undefined || (left !== undefined && compareText(left.key, right.key) <= 0);
    const next = takeLeft ? left : right;
    if (next !== undefined) all.push(next);
    if (takeLeft) i += 1;
    else j += 1;
  }
  return all;
}
