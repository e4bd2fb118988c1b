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
  /** The Pods of each peer, by what it asks for: policies that ask for the same share a list. */
  readonly lists: ReadonlyMap<string, Pods>;
}

/** The index of a world. `before`: that of an earlier world, whose lists are kept where they still hold. */
export function indexOf(world: PolicyWorld, before: PolicyIndex | null): PolicyIndex {
  const moved = before === null ? NOBODY : movedPods(before.world, world);
  const lists = new Map<string, Pods>();
  const listOf = (asks: string, belongs: (pod: PolicyPod) => boolean): Pods => {
    let list = lists.get(asks);
    if (list === undefined) {
      const old = before?.lists.get(asks);
      lists.set(asks, (list = old === undefined ? world.pods.filter(belongs) : moved.size === 0 ? old : changed(old, moved, belongs)));
    }
    return list;
  };
  const known = new Map(before?.memberships.map((membership) => [nameOf(membership.policy), membership]));
  const memberships = world.policies.map((policy): Membership => {
    const now = membershipOf(world, policy, listOf);
    const same = known.get(nameOf(policy));
    return same !== undefined && sameJson(same.policy.spec, policy.spec) && sameLists(same, now) ? same : now;
  });
  return { world, memberships, lists };
}

const NOBODY: ReadonlyMap<NamespacedName, PolicyPod | null> = new Map();

function nameOf({ namespace, name }: Policy): NamespacedName {
  return `${namespace}/${name}`;
}

function membershipOf(
  world: PolicyWorld,
  policy: Policy,
  listOf: (asks: string, belongs: (pod: PolicyPod) => boolean) => Pods,
): Membership {
  return {
    policy,
    selected: listOf(askedBy(policy, { podSelector: policy.spec.podSelector }), (pod) => selectsPod(policy, pod)),
    peers: eachPeer(policy, (peer) =>
      peer.ipBlock === undefined ? listOf(askedBy(policy, peer), (pod) => meansPod(world, policy, peer, pod)) : null,
    ),
  };
}

/** What a peer with selectors asks for: the same text for the same Pods, whichever policy asks. */
export function askedBy({ namespace }: Pick<Policy, "namespace">, { podSelector, namespaceSelector }: NetworkPolicyPeer): string {
  return JSON.stringify([namespaceSelector ?? namespace, podSelector ?? {}]);
}

function sameLists(a: Membership, b: Membership): boolean {
  const same = (direction: Direction): boolean =>
    a.peers[direction].every((list, rule) => list.every((pods, at) => pods === b.peers[direction][rule]?.[at]));
  return a.selected === b.selected && same("ingress") && same("egress");
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

function eachPeer(policy: Policy, read: (peer: NetworkPolicyPeer) => Pods | null): Membership["peers"] {
  const of = (direction: Direction): Membership["peers"][Direction] => peersOf(policy, direction).map((peers) => peers.map(read));
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
