/**
 * Which Pods a policy is for and whom its peers are. A peer with only a podSelector means Pods of the policy's own
 * namespace; with a namespaceSelector alone, all Pods of those namespaces; with both, Pods that fit both.
 * Source: NetworkPolicyPeer in `k8s.io/api/networking/v1/types.go`.
 */
import { matchesSelector } from "../api/selectors.ts";
import type { Protocol } from "../base/names.ts";
import type { NetworkPolicyPeer } from "../api/network-types.ts";
import type { Policy, PolicyPod, PolicyWorld } from "./types.ts";

export type Direction = "ingress" | "egress";

export function concerns({ spec }: Pick<Policy, "spec">, direction: Direction): boolean {
  return spec.policyTypes.includes(direction === "ingress" ? "Ingress" : "Egress");
}

/** The peers of each rule of the direction, whether or not the policy is of that direction. None: the rule is for everybody. */
export function peersOf({ spec }: Pick<Policy, "spec">, direction: Direction): readonly (readonly NetworkPolicyPeer[])[] {
  return direction === "ingress" ? (spec.ingress ?? []).map(({ from = [] }) => from) : (spec.egress ?? []).map(({ to = [] }) => to);
}

export function selectsPod(policy: Policy, pod: PolicyPod): boolean {
  return pod.namespace === policy.namespace && matchesSelector(policy.spec.podSelector, pod.labels);
}

/** Whether a peer with selectors means the Pod. A block of addresses means no Pod as such. */
export function meansPod(world: Pick<PolicyWorld, "namespaces">, policy: Policy, peer: NetworkPolicyPeer, pod: PolicyPod): boolean {
  if (peer.ipBlock !== undefined) return false;
  const { podSelector, namespaceSelector } = peer;
  const here =
    namespaceSelector === undefined
      ? pod.namespace === policy.namespace
      : matchesSelector(namespaceSelector, world.namespaces.get(pod.namespace));
  return here && matchesSelector(podSelector ?? {}, pod.labels);
}

/** The number behind a port's name on this Pod; null where it has none of that name and protocol. */
export function namedPort(pod: PolicyPod, name: string, protocol: Protocol): number | null {
  return pod.ports.find((port) => port.name === name && (port.protocol ?? "TCP") === protocol)?.containerPort ?? null;
}
