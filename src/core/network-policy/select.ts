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

export function concerns({ spec }: Policy, direction: Direction): boolean {
  return spec.policyTypes.includes(direction === "ingress" ? "Ingress" : "Egress");
}

export function selectsPod(policy: Policy, pod: PolicyPod): boolean {
  return pod.namespace === policy.namespace && matchesSelector(policy.spec.podSelector, pod.labels);
}

/** Pods that a peer with selectors means; null for an ipBlock. */
export function peerPods(world: PolicyWorld, policy: Policy, peer: NetworkPolicyPeer): readonly PolicyPod[] | null {
  if (peer.ipBlock !== undefined) return null;
  const { podSelector, namespaceSelector } = peer;
  return world.pods.filter((pod) => {
    const here =
      namespaceSelector === undefined
        ? pod.namespace === policy.namespace
        : matchesSelector(namespaceSelector, world.namespaces.get(pod.namespace));
    return here && matchesSelector(podSelector ?? {}, pod.labels);
  });
}

/** The number behind a port's name on this Pod; null where it has none of that name and protocol. */
export function namedPort(pod: PolicyPod, name: string, protocol: Protocol): number | null {
  return pod.ports.find((port) => port.name === name && (port.protocol ?? "TCP") === protocol)?.containerPort ?? null;
}
