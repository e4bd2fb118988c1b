/**
 * When the SOA serial moves: it is the Unix time of the last change that can alter an answer.
 * Source: coredns plugin/kubernetes/controller.go (detectChanges, serviceModified, endpointsEquivalent).
 */
import type { EndpointSlice, KubeObject, Service } from "../api/types.ts";

/** Whether one write to the store, from `before` to `after` (null: it was not, or is no more there), moves the serial. */
export function movesSerial(before: KubeObject | null, after: KubeObject | null): boolean {
  const kind = (after ?? before)?.kind;
  if (kind !== "Service" && kind !== "EndpointSlice") return false;
  if (before === null || after === null) return true;
  return kind === "Service"
    ? serviceText(before as Service) !== serviceText(after as Service)
    : sliceText(before as EndpointSlice) !== sliceText(after as EndpointSlice);
}

function serviceText({ spec }: Service): string {
  const ports = (spec.ports ?? []).map(({ name, port, protocol }) => [name ?? "", port, protocol]);
  return JSON.stringify([spec.externalName ?? "", ports]);
}

function sliceText({ endpoints, ports }: EndpointSlice): string {
  const ready = (endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready !== false);
  return JSON.stringify([
    ready.flatMap(({ addresses, hostname }) => addresses.map((address) => [address, hostname ?? ""])),
    (ports ?? []).map(({ name, port, protocol }) => [name ?? "", port ?? -1, protocol ?? "TCP"]),
  ]);
}
