/** What of a view decides about interfaces, routes and neighbours (network/links.ts). */
import type { LinkWorld } from "../network/links.ts";
import type { ClusterView } from "./view.ts";

/** Host-network Pods and those without an address have no interface of their own. */
export function linkWorldOf({ nodes, pods }: ClusterView): LinkWorld {
  return {
    nodes: nodes.map(({ name, internalIp, addresses, podCidrs, fault, ready }) => ({
      name,
      addresses: [internalIp, ...addresses.filter((address) => address !== internalIp)].filter((address) => address !== ""),
      podCidrs,
      up: fault === null && ready,
    })),
    pods: pods.flatMap(({ key, node, ips, hostNetwork, state }) =>
      node === null || hostNetwork || ips.length === 0 || state === "completed" || state === "failed"
        ? []
        : [{ key, node, addresses: ips }],
    ),
  };
}
