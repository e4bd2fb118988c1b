/** Finding things of a cluster's view by name. A view is never changed, so its index is worked out once for it. */
import type { NamespacedName } from "../core/base/names.ts";
import type { ClusterView, NodeView, PodView, ServiceView } from "../core/simulation/view.ts";

export interface ViewIndex {
  readonly pods: ReadonlyMap<NamespacedName, PodView>;
  readonly nodes: ReadonlyMap<string, NodeView>;
  readonly services: ReadonlyMap<NamespacedName, ServiceView>;
  /** Pods of each node in the view's order; those without one are in no list. */
  readonly podsOn: ReadonlyMap<string, readonly PodView[]>;
  /** Services that have the Pod among their endpoints, in the view's order. */
  readonly servicesOf: ReadonlyMap<NamespacedName, readonly ServiceView[]>;
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
      return (parts.pods ??= new Map(view.pods.map((pod) => [pod.key, pod])));
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
      return (parts.servicesOf ??= servicesByPod(view));
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

function servicesByPod(view: ClusterView): ViewIndex["servicesOf"] {
  const servicesOf = new Map<NamespacedName, ServiceView[]>();
  for (const service of view.services)
    for (const pod of new Set(service.endpoints.map((endpoint) => endpoint.pod))) if (pod !== null) into(servicesOf, pod, service);
  return servicesOf;
}

function into<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
