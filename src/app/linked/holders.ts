/** Who holds an address, as a thing of the picture: looked up at every movement of the pointer, so indexed once for each view. */
import type { ClusterView } from "../../core/simulation/view.ts";
import type { ThingId } from "../../scene/contract.ts";

const known = new WeakMap<ClusterView, ReadonlyMap<string, ThingId>>();

/** A view never changes, so its index stays true. Services first, then nodes, Pods with an address of their own, hosts outside. */
function holders(cluster: ClusterView): ReadonlyMap<string, ThingId> {
  const before = known.get(cluster);
  if (before !== undefined) return before;
  const made = new Map<string, ThingId>();
  const put = (address: string, thing: ThingId): void => {
    if (address !== "" && !made.has(address)) made.set(address, thing);
  };
  for (const { key, clusterIps, externalIps, loadBalancer } of cluster.services)
    for (const address of [...clusterIps, ...externalIps, ...loadBalancer.addresses]) put(address, { kind: "service", key });
  for (const { name, addresses, internalIp } of cluster.nodes)
    for (const address of [internalIp, ...addresses]) put(address, { kind: "node", name });
  for (const { key, ips, hostNetwork } of cluster.pods) if (!hostNetwork) for (const address of ips) put(address, { kind: "pod", key });
  for (const { id, address } of cluster.outsiders) put(address, { kind: "outside", id });
  known.set(cluster, made);
  return made;
}

export function thingAtAddress(cluster: ClusterView, address: string): ThingId | null {
  return holders(cluster).get(address) ?? null;
}

/** `10.244.1.3:8080`, `[fd00::3]:8080` → the address alone. */
export function addressOf(socket: string): string {
  return /^\[([^\]]+)\]/.exec(socket)?.[1] ?? (socket.split(":").length > 2 ? socket : (socket.split(":", 1)[0] ?? socket));
}
