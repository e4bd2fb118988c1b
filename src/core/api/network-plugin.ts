/** What the cluster's network plugin does beside giving Pods addresses and routes, where clusters differ. */
import { get, type ObjectStore } from "./store.ts";

/**
 * On the Namespace kube-system: `outside`, or `none` where what Pods send out of the cluster keeps the Pod's address, as with
 * plugins whose Pods have addresses of the network around the cluster (a cloud's VPC), or Calico without `natOutgoing`.
 */
export const MASQUERADE_ANNOTATION = "kubehop.dev/masquerade";
export const MASQUERADE_WORDS = ["outside", "none"] as const;

/** Whether the network plugin puts the node's address in place of the Pod's in what leaves the cluster. */
export function masqueradesOutside(store: ObjectStore): boolean {
  return get(store, "Namespace", "kube-system")?.metadata.annotations?.[MASQUERADE_ANNOTATION] !== "none";
}
