/** How things are called in sentences: places, Pods, addresses, spans of time. */
import { unreachable } from "../core/base/names.ts";
import type { NamespacedName } from "../core/base/names.ts";
import type { Header, Journey, Place } from "../core/network/trace.ts";
import type { ClusterView, PodView, ServiceView } from "../core/simulation/view.ts";
import { seldom } from "./seldom.ts";
import { viewIndex } from "./view-index.ts";

/** `10.244.2.6:8080`, `[2001:db8::6]:8080`, or the address alone for ICMP. */
export function socketText(address: string, port: number): string {
  if (port === 0) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

export function sourceText(header: Header): string {
  return socketText(header.src, header.srcPort);
}

export function destinationText(header: Header): string {
  return socketText(header.dst, header.dstPort);
}

/** Names for a journey's words, looked up once. */
export interface Names {
  place(place: Place): string;
  pod(key: NamespacedName): string;
  /** Service of `namespace/name:port`, or null. */
  service(servicePort: string | null): ServiceView | null;
  /** Who has this address: a Service, a Pod, a node, somebody outside; null when nobody known. */
  holder(address: string): { readonly kind: "service" | "pod" | "node" | "outside"; readonly name: string } | null;
  podAt(address: string): PodView | null;
  /** Whether it is a node's address towards its own Pods. */
  isBridge(address: string): boolean;
  /** Whose load balancer has this address; null where none has. */
  balancer(address: string): ServiceView | null;
}

// A view is never changed, so its names are worked out once for it and not once a journey.
const known = new WeakMap<ClusterView, Names>();

export function namesOf(view: ClusterView): Names {
  const before = known.get(view);
  if (before !== undefined) return before;
  const names = makeNames(view);
  known.set(view, names);
  return names;
}

function makeNames(view: ClusterView): Names {
  const { pods } = viewIndex(view);
  const byAddress = seldom(
    view.pods.length,
    (address: string) => view.pods.findLast((pod) => !pod.hostNetwork && pod.ips.includes(address)),
    () => new Map(view.pods.flatMap((pod) => (pod.hostNetwork ? [] : pod.ips.map((ip) => [ip, pod] as const)))),
  );
  const podAt = (address: string): PodView | null => byAddress.get(address) ?? null;
  const podName = (key: NamespacedName): string => pods.get(key)?.shortName ?? key.slice(key.indexOf("/") + 1);
  const outside = (id: string): string => view.outsiders.find((one) => one.id === id)?.name ?? id;
  return {
    pod: podName,
    podAt,
    isBridge: (address) => view.nodes.some(({ bridges }) => bridges.includes(address)),
    balancer: (address) => view.services.find((one) => one.loadBalancer.addresses.includes(address)) ?? null,
    place(place) {
      switch (place.kind) {
        case "pod":
          return podName(place.pod);
        case "node":
        case "gate":
          return place.node;
        case "outside":
          return outside(place.id);
        case "beyond":
          return "beyond the cluster";
        default:
          return unreachable(place);
      }
    },
    service(servicePort) {
      if (servicePort === null) return null;
      const key = serviceKey(servicePort);
      return view.services.find((service) => service.key === key) ?? null;
    },
    holder(address) {
      const service = view.services.find((one) => one.clusterIps.includes(address) || one.externalIps.includes(address));
      if (service !== undefined) return { kind: "service", name: service.name };
      const pod = podAt(address);
      if (pod !== null) return { kind: "pod", name: pod.shortName };
      const node = view.nodes.find((one) => one.addresses.includes(address) || one.internalIp === address);
      if (node !== undefined) return { kind: "node", name: node.name };
      const host = view.outsiders.find((one) => one.address === address);
      return host === undefined ? null : { kind: "outside", name: host.name };
    },
  };
}

/** `namespace/name` of `namespace/name:port`. */
export function serviceKey(servicePort: string): NamespacedName {
  const colon = servicePort.indexOf(":");
  return colon < 0 ? servicePort : servicePort.slice(0, colon);
}

/** Milliseconds to two digits that matter: 0.78 ms, 3.1 ms, 31 ms, 5,000 ms is 5 s. */
export function durationText(nanos: number): string {
  const ms = nanos / 1e6;
  if (ms >= 1000) return `${trim((ms / 1000).toFixed(ms >= 10_000 ? 1 : 2))} s`;
  if (ms >= 10) return `${Math.round(ms)} ms`;
  return `${ms >= 1 ? trim(ms.toFixed(1)) : ms.toFixed(2)} ms`;
}

/** The same in words, for narration: "3.1 milliseconds". */
export function durationWords(nanos: number): string {
  const short = durationText(nanos);
  return short.endsWith(" ms") ? `${short.slice(0, -3)} milliseconds` : `${short.slice(0, -2)} seconds`;
}

function trim(number: string): string {
  return number.includes(".") ? number.replace(/\.?0+$/, "") : number;
}

export function senderName(journey: Journey, names: Names): string {
  const { from } = journey;
  switch (from.kind) {
    case "pod":
      return names.pod(from.pod);
    case "node":
      return from.node;
    case "outside":
      return names.place({ kind: "outside", id: from.id });
    default:
      return unreachable(from);
  }
}
