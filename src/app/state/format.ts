/** Numbers and names as DESIGN 11 writes them: 0.78 ms, 12.4186 s, 31%, 5,000. */
import type { ClusterView } from "../../core/simulation/view.ts";
import type { Place, Sender } from "../../core/network/trace.ts";
import { viewIndex } from "../../scene/view-index.ts";

const MILLISECOND = 1_000_000;
const SECOND = 1_000_000_000;

/** A span of virtual time: `0.78 ms`, `12 ms`, `1.5 s`, `20 s`. */
export function duration(nanos: number): string {
  if (nanos >= 10 * SECOND) return `${trim(nanos / SECOND, 1)} s`;
  if (nanos >= SECOND) return `${trim(nanos / SECOND, 2)} s`;
  if (nanos >= 10 * MILLISECOND) return `${trim(nanos / MILLISECOND, 1)} ms`;
  return `${(nanos / MILLISECOND).toFixed(2)} ms`;
}

function trim(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, "");
}

/** A moment of virtual time: `12.4186 s`. */
export function moment(nanos: number): string {
  return `${(nanos / SECOND).toFixed(4)} s`;
}

/** 5,000; the same in every locale. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 problem`, `3 problems`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
/** Small numbers in words: `three`. */
export function inWords(value: number): string {
  return WORDS[value] ?? count(value);
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

export function podName(cluster: ClusterView, key: string): string {
  return viewIndex(cluster).pods.get(key)?.shortName ?? key.slice(key.indexOf("/") + 1);
}

export function senderName(cluster: ClusterView, sender: Sender): string {
  switch (sender.kind) {
    case "pod":
      return podName(cluster, sender.pod);
    case "node":
      return sender.node;
    case "outside":
      return cluster.outsiders.find((outsider) => outsider.id === sender.id)?.name ?? sender.id;
  }
}

export function placeName(cluster: ClusterView, place: Place): string {
  switch (place.kind) {
    case "pod":
      return podName(cluster, place.pod);
    case "node":
    case "gate":
      return place.node;
    case "outside":
      return cluster.outsiders.find((outsider) => outsider.id === place.id)?.name ?? place.id;
    case "beyond":
      return "beyond the cluster";
  }
}

/** `10.244.1.7:48122`, `[fd00::7]:80`; without a port where there is none. */
export function socket(address: string, port: number): string {
  if (port === 0) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Who holds an address: a Pod, a Service, a node, someone outside; null when nobody known. */
export function holder(
  cluster: ClusterView,
  address: string,
): { readonly kind: "pod" | "service" | "node" | "outside"; readonly name: string } | null {
  const service = cluster.services.find(
    (candidate) =>
      candidate.clusterIps.includes(address) ||
      candidate.externalIps.includes(address) ||
      candidate.loadBalancer.addresses.includes(address),
  );
  if (service !== undefined) return { kind: "service", name: service.name };
  const node = cluster.nodes.find((candidate) => candidate.addresses.includes(address));
  if (node !== undefined) return { kind: "node", name: node.name };
  const pod = cluster.pods.find((candidate) => !candidate.hostNetwork && candidate.ips.includes(address));
  if (pod !== undefined) return { kind: "pod", name: pod.shortName };
  const outsider = cluster.outsiders.find((candidate) => candidate.address === address);
  return outsider === undefined ? null : { kind: "outside", name: outsider.name };
}
