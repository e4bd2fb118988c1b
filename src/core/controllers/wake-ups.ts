/** Who looks at what, and when. */
import type { Nanos } from "../base/time.ts";

export type ControllerName =
  | "deployment"
  | "replicaset"
  | "replicationcontroller"
  | "statefulset"
  | "daemonset"
  | "job"
  | "cronjob"
  | "scheduler"
  | "kubelet"
  | "node-lifecycle"
  | "taint-eviction"
  | "disruption"
  | "drain"
  | "load-balancer"
  | "endpointslice"
  | "endpointslicemirroring"
  | "garbage-collector"
  | "namespace"
  | "pod-garbage-collector";

export interface Work {
  readonly controller: ControllerName;
  readonly key: string;
}

/** Work to do `after` nanoseconds from now. */
export interface WakeUp extends Work {
  readonly after: Nanos;
  /**
   * Only time brings it: a schedule, a deadline, a back-off that has no end. It is done when its time comes, and nobody
   * who waits for the cluster to come to rest waits for it.
   */
  readonly idle?: boolean;
}
