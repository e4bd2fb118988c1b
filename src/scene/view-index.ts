/** Finding things of a cluster's view by name. A view is never changed, so its index is worked out once for it. */
import type { NamespacedName } from "../core/base/names.ts";
import { seldom, type Lookup } from "./seldom.ts";
import type { ClusterView, NodeView, PodView, ServiceView } from "../core/simulation/view.ts";

export interface ViewIndex {
  readonly pods: Lookup<NamespacedName, PodView>;
  readonly nodes: ReadonlyMap<string, NodeView>;
  readonly services: ReadonlyMap<NamespacedName, ServiceView>;
  /** Pods of each node in the view's order; those without one are in no list. */
  readonly podsOn: ReadonlyMap<string, readonly PodView[]>;
  /** Services that have the Pod among their endpoints, in the view's order. */
  readonly servicesOf: Lookup<NamespacedName, readonly ServiceView[]>;
  /** Addresses of nodes and of hosts outside. */
  readonly hostAddresses: ReadonlySet<string>;
}

const indexes = new WeakMap<ClusterView, ViewIndex>();

export function viewIndex(view: ClusterView): ViewIndex {
  let index = indexes.get(view);
  if (index === undefined) indexes.set(view, (index = made(view)));
  return index;
}

/** Each part is worked out when it is first asked for: of a large cluster most are never asked of a view. */
function made(view: ClusterView): ViewIndex {
  const parts: { -readonly [K in keyof ViewIndex]?: ViewIndex[K] } = {};
  return {
    get pods() {
      return (parts.pods ??= seldom(
        view.pods.length,
        (key) => podIn(view.pods, key),
        () => new Map(view.pods.map((pod) => [pod.key, pod])),
      ));
    },
    get nodes() {
      return (parts.nodes ??= new Map(view.nodes.map((node) => [node.name, node])));
    },
    get services() {
      return (parts.services ??= new Map(view.services.map((service) => [service.key, service])));
    },
    get podsOn() {
      return (parts.podsOn ??= podsByNode(view));
    },
    get servicesOf() {
      return (parts.servicesOf ??= {
        get: (pod) => view.services.filter((service) => endpointPods(service).has(pod)),
      });
    },
    get hostAddresses() {
      return (parts.hostAddresses ??= new Set([
        ...view.nodes.flatMap((node) => node.addresses),
        ...view.outsiders.map((host) => host.address),
      ]));
    },
  };
}

function podsByNode(view: ClusterView): ViewIndex["podsOn"] {
  const podsOn = new Map<string, PodView[]>();
  for (const pod of view.pods) if (pod.node !== null) into(podsOn, pod.node, pod);
  return podsOn;
}

/** Views list their Pods by name; one that was added to the end of such a list is found too, more slowly. */
function podIn(pods: readonly PodView[], key: NamespacedName): PodView | undefined {
  let [low, high] = [0, pods.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pods[middle]?.key ?? "") < key) low = middle + 1;
    else high = middle;
  }
  const pod = pods[low];
  return pod?.key === key ? pod : pods.find((one) => one.key === key);
}

// A Service's view stays the same value from view to view while nothing of it changes.
const endpointPodsKnown = new WeakMap<ServiceView, ReadonlySet<NamespacedName>>();

function endpointPods(service: ServiceView): ReadonlySet<NamespacedName> {
  let pods = endpointPodsKnown.get(service);
  if (pods === undefined) {
    const made = new Set<NamespacedName>();
    for (const { pod } of service.endpoints) if (pod !== null) made.add(pod);
    endpointPodsKnown.set(service, (pods = made));
  }
  return pods;
}

function into<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
