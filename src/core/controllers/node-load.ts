/** What each node bears: its Pods by workload, what they ask of it, the ports of the host that they have. */
import { podsOnNode } from "../api/store-index.ts";
import type { ObjectStore } from "../api/store.ts";
import type { Pod } from "../api/types.ts";
import { isActive, isFinished } from "./lookup.ts";
import { requestsOf } from "./resources.ts";
import type { Amounts } from "./resources.ts";
import { controllerOf } from "./world.ts";

export interface NodeLoad {
  /** Pods that have not ended. */
  readonly pods: number;
  readonly requests: Amounts;
  /** Pods that stay, and how many of them each workload has. */
  readonly active: number;
  readonly byWorkload: ReadonlyMap<string, number>;
  readonly hostPorts: readonly HostPort[];
}

export interface HostPort {
  /** "" on all of the node's addresses. */
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** A pure memo: the list is made anew when one of its Pods changes. */
const known = new WeakMap<readonly Pod[], NodeLoad>();

export function loadOf(store: ObjectStore, node: string): NodeLoad {
  const pods = podsOnNode(store, node);
  let load = known.get(pods);
  if (load === undefined) known.set(pods, (load = measured(pods)));
  return load;
}

function measured(all: readonly Pod[]): NodeLoad {
  const pods = all.filter((pod) => !isFinished(pod));
  const requests = new Map<string, number>();
  const byWorkload = new Map<string, number>();
  let active = 0;
  for (const pod of pods) {
    for (const [resource, amount] of requestsOf(pod)) requests.set(resource, (requests.get(resource) ?? 0) + amount);
    if (!isActive(pod)) continue;
    active += 1;
    const workload = workloadOf(pod);
    if (workload !== null) byWorkload.set(workload, (byWorkload.get(workload) ?? 0) + 1);
  }
  return { pods: pods.length, requests, active, byWorkload, hostPorts: pods.flatMap(hostPortsOf) };
}

/** The load with one more Pod that stays: what `loadOf` says once it is bound there. */
export function withPod(load: NodeLoad, pod: Pod): NodeLoad {
  const requests = new Map(load.requests);
  for (const [resource, amount] of requestsOf(pod)) requests.set(resource, (requests.get(resource) ?? 0) + amount);
  const workload = workloadOf(pod);
  const byWorkload = new Map(load.byWorkload);
  if (workload !== null) byWorkload.set(workload, (byWorkload.get(workload) ?? 0) + 1);
  return {
    pods: load.pods + 1,
    requests,
    active: load.active + 1,
    byWorkload,
    hostPorts: [...load.hostPorts, ...hostPortsOf(pod)],
  };
}

/** What Pods are spread by: a ReplicaSet's Pods go with those of its Deployment's other ReplicaSets. */
export function workloadOf(pod: Pod): string | null {
  const owner = controllerOf(pod);
  if (owner === undefined) return null;
  const hash = pod.metadata.labels?.["pod-template-hash"];
  const name = hash !== undefined && owner.name.endsWith(`-${hash}`) ? owner.name.slice(0, -hash.length - 1) : owner.name;
  return `${pod.metadata.namespace ?? ""}/${name}`;
}

/** Ports of the node that a Pod's containers take. */
export function hostPortsOf({ spec }: Pick<Pod, "spec">): readonly HostPort[] {
  const ports = [...spec.containers, ...(spec.initContainers ?? [])].flatMap((container) => container.ports ?? []);
  return ports.flatMap(({ hostPort = 0, protocol = "TCP", ...more }) => {
    const { hostIP = "" } = more as { readonly hostIP?: string }; // decoded, not among the typed fields
    return hostPort === 0 ? [] : [{ ip: hostIP === "0.0.0.0" ? "" : hostIP, protocol, port: hostPort }];
  });
}

/** (staging/src/k8s.io/kube-scheduler, HostPortInfo.CheckConflict) */
export function clash(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === "" || b.ip === "");
}
