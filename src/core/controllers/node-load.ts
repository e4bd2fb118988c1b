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

/** A load of its own that Pods can be added to: `loadOf` hands out one for all. */
export function ownLoad({ requests, byWorkload, hostPorts, ...counts }: NodeLoad): OwnLoad {
  return { ...counts, requests: new Map(requests), byWorkload: new Map(byWorkload), hostPorts: [...hostPorts] };
}

export interface OwnLoad extends NodeLoad {
  pods: number;
  active: number;
  readonly requests: Map<string, number>;
  readonly byWorkload: Map<string, number>;
  readonly hostPorts: HostPort[];
}

/** Adds one more Pod that stays: the load is then what `loadOf` says once it is bound there. */
export function addPod(load: OwnLoad, pod: Pod): void {
  for (const [resource, amount] of requestsOf(pod)) load.requests.set(resource, (load.requests.get(resource) ?? 0) + amount);
  const workload = workloadOf(pod);
  if (workload !== null) load.byWorkload.set(workload, (load.byWorkload.get(workload) ?? 0) + 1);
  load.pods += 1;
  load.active += 1;
  load.hostPorts.push(...hostPortsOf(pod));
}

/** What Pods are spread by: a ReplicaSet's Pods go with those of its Deployment's other ReplicaSets. */
export function workloadOf(pod: Pod): string | null {
  const owner = controllerOf(pod);
  if (owner === undefined) return null;
  const { namespace = "", labels } = pod.metadata;
  const hash = labels?.["pod-template-hash"];
  if (last?.owner === owner.name && last.namespace === namespace && last.hash === hash) return last.workload;
  const name = hash !== undefined && owner.name.endsWith(`-${hash}`) ? owner.name.slice(0, -hash.length - 1) : owner.name;
  last = { owner: owner.name, namespace, hash, workload: `${namespace}/${name}` };
  return last.workload;
}

/** A pure memo of the last answer: Pods of one set are asked about in a row. */
let last: { readonly owner: string; readonly namespace: string; readonly hash: string | undefined; readonly workload: string } | null =
  null;

/** Ports of the node that a Pod's containers take. */
export function hostPortsOf({ spec }: Pick<Pod, "spec">): readonly HostPort[] {
  if (spec.initContainers === undefined && spec.containers.every(({ ports }) => ports === undefined)) return NO_PORTS;
  const ports = [...spec.containers, ...(spec.initContainers ?? [])].flatMap((container) => container.ports ?? []);
  return ports.flatMap(({ hostPort = 0, protocol = "TCP", ...more }) => {
    const { hostIP = "" } = more as { readonly hostIP?: string }; // decoded, not among the typed fields
    return hostPort === 0 ? [] : [{ ip: hostIP === "0.0.0.0" ? "" : hostIP, protocol, port: hostPort }];
  });
}

const NO_PORTS: readonly HostPort[] = [];

/** (staging/src/k8s.io/kube-scheduler, HostPortInfo.CheckConflict) */
export function clash(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === "" || b.ip === "");
}
