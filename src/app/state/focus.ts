/**
 * Which Service is in focus: whose threads, conditions and shares show. What a person selected last wins; else the
 * Service of the journey on show; else the one that the request line names; else the first of the manifests.
 */
import type { NamespacedName } from "../../core/base/names.ts";
import type { Journey, Place, Sender } from "../../core/network/trace.ts";
import type { ClusterView, ServiceView } from "../../core/simulation/view.ts";
import type { ThingId } from "../../scene/contract.ts";

export interface FocusInput {
  readonly cluster: ClusterView | null;
  readonly chosen: NamespacedName | null;
  readonly journey: Journey | null;
  readonly to: string;
}

export function focusedService({ cluster, chosen, journey, to }: FocusInput): ServiceView | null {
  if (cluster === null) return null;
  const byKey = (key: NamespacedName): ServiceView | undefined => cluster.services.find((service) => service.key === key);
  if (chosen !== null) {
    const service = byKey(chosen);
    if (service !== undefined) return service;
  }
  const named = serviceNamed(cluster, journey?.to ?? to);
  if (named !== null) return named;
  const port = journey?.servicePort;
  if (port != null) {
    const service = byKey(serviceOfPort(port));
    if (service !== undefined) return service;
  }
  return cluster.services.find((service) => service.source !== null) ?? cluster.services[0] ?? null;
}

/** `default/web:http` → `default/web`. */
export function serviceOfPort(servicePort: string): NamespacedName {
  const colon = servicePort.indexOf(":", servicePort.indexOf("/"));
  return colon === -1 ? servicePort : servicePort.slice(0, colon);
}

/** The host part of what was typed: `http://web.shop:8080/x` → `web.shop`. */
export function hostTyped(to: string): string {
  const rest = to.trim().replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
  const authority = rest.split(/[/?#]/, 1)[0] ?? "";
  if (authority.startsWith("[")) return authority.slice(1, Math.max(1, authority.indexOf("]")));
  return authority.split(":", 1)[0] ?? "";
}

/** The Service that a typed name or address means, seen from namespace `default`; null when none does. */
export function serviceNamed(cluster: ClusterView, to: string): ServiceView | null {
  const host = hostTyped(to).replace(/\.$/, "");
  if (host === "") return null;
  const nodePort = Number(/:(\d+)/.exec(to.replace(/^[a-z]+:\/\//i, ""))?.[1] ?? "0");
  const isNode = cluster.nodes.some((node) => node.name === host || node.addresses.includes(host));
  return (
    cluster.services.find((service) => {
      if (service.clusterIps.includes(host) || service.externalIps.includes(host) || service.loadBalancer.addresses.includes(host))
        return true;
      if (isNode) return service.ports.some((port) => port.nodePort !== null && port.nodePort === nodePort);
      const { name, namespace, dnsName } = service;
      if (host === dnsName || host === `${name}.${namespace}` || host === `${name}.${namespace}.svc`) return true;
      return host === name && namespace === "default";
    }) ?? null
  );
}

/** The Service a thing belongs to in a person's mind: itself, or the one Service that selects this Pod. */
export function serviceOfThing(cluster: ClusterView, thing: ThingId): NamespacedName | null {
  if (thing.kind === "service") return thing.key;
  if (thing.kind !== "pod") return null;
  const of = cluster.services.filter((service) => service.selects.includes(thing.key));
  return of.length === 1 ? (of[0]?.key ?? null) : null;
}

/** The thing of the picture that a place of the trace is. */
export function thingAt(place: Place | Sender): ThingId | null {
  switch (place.kind) {
    case "pod":
      return { kind: "pod", key: place.pod };
    case "node":
      return { kind: "node", name: place.node };
    case "gate":
      return { kind: "gate", node: place.node };
    case "outside":
      return { kind: "outside", id: place.id };
    case "beyond":
      return null;
  }
}
