/** What of a view decides about interfaces, routes and neighbours (network/links.ts). */
import type { LinkWorld } from "../network/links.ts";
import type { ClusterView, PodView } from "./view.ts";

/** Host-network Pods and those without an address have no interface of their own. */
export function hasLinks({ node, ips, hostNetwork, state }: PodView): boolean {
  return node !== null && !hostNetwork && ips.length > 0 && state !== "completed" && state !== "failed";
}

export function linkWorldOf({ nodes, pods }: ClusterView): LinkWorld {
  return {
    nodes: nodes.map(({ name, internalIp, addresses, podCidrs, fault, ready }) => ({
      name,
      addresses: [internalIp, ...addresses.filter((address) => address !== internalIp)].filter((address) => address !== ""),
      podCidrs,
      up: fault === null && ready,
    })),
    pods: pods.flatMap((pod) => (pod.node === null || !hasLinks(pod) ? [] : [{ key: pod.key, node: pod.node, addresses: pod.ips }])),
  };
}
