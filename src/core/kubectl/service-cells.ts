/** Cells of Services in tables. (pkg/printers/internalversion/printers.go, printService) */
import { listAt, numberAt, stringsAt, textAt } from "../api/json.ts";
import { printPairs } from "../api/selectors.ts";
import type { KubeObject } from "../api/types.ts";
import { ageOf } from "./age.ts";

export function serviceCells(service: KubeObject, now: number): readonly string[] {
  const { metadata } = service;
  const ip = textAt(service, "spec", "clusterIPs", 0) ?? textAt(service, "spec", "clusterIP") ?? "";
  return [
    metadata.name,
    textAt(service, "spec", "type") ?? "",
    ip === "" ? "<none>" : ip,
    externalIps(service),
    servicePorts(service),
    ageOf(metadata.creationTimestamp, now),
    labelsText(stringsAt(service, "spec", "selector")),
  ];
}

/** `a=b,c=d`, or `<none>`. */
export function labelsText(labels: { readonly [key: string]: string }): string {
  return Object.keys(labels).length === 0 ? "<none>" : printPairs(labels);
}

function externalIps(service: KubeObject): string {
  const given = listAt(service, "spec", "externalIPs").map(String);
  switch (textAt(service, "spec", "type")) {
    case "LoadBalancer": {
      const all = [...[...new Set(ingressesOf(service))].sort(), ...given].join(",");
      return all === "" ? "<pending>" : all;
    }
    case "ExternalName":
      return textAt(service, "spec", "externalName") ?? "";
    default:
      return given.length === 0 ? "<none>" : given.join(",");
  }
}

/** Addresses of the load balancer, or else its names. */
export function ingressesOf(service: KubeObject): readonly string[] {
  return listAt(service, "status", "loadBalancer", "ingress").flatMap((each) => {
    const ip = textAt(each, "ip") ?? "";
    const hostname = textAt(each, "hostname") ?? "";
    return ip !== "" ? [ip] : hostname !== "" ? [hostname] : [];
  });
}

function servicePorts(service: KubeObject): string {
  const ports = listAt(service, "spec", "ports").map((port) => {
    const nodePort = numberAt(port, "nodePort") ?? 0;
    return `${numberAt(port, "port") ?? 0}${nodePort > 0 ? `:${nodePort}` : ""}/${textAt(port, "protocol") ?? "TCP"}`;
  });
  return ports.length === 0 ? "<none>" : ports.join(",");
}
