/** Cells of what a network is made of, Services aside. (pkg/printers/internalversion/printers.go) */
import { at, listAt, numberAt, textAt } from "../api/json.ts";
import { hostPort } from "./host-port.ts";
import type { KubeObject } from "../api/types.ts";
import { ageOf } from "./age.ts";
import { selectorText } from "./selector-words.ts";
import { ingressesOf } from "./service-cells.ts";

const SHOWN = 3;

/** The first three, and how many more. */
export function firstThree(all: readonly string[]): string {
  const shown = all.slice(0, SHOWN).join(",");
  return all.length > SHOWN ? `${shown} + ${all.length - SHOWN} more...` : shown;
}

function age({ metadata }: KubeObject, now: number): string {
  return ageOf(metadata.creationTimestamp, now);
}

export function endpointsCells(object: KubeObject, now: number): readonly string[] {
  const subsets = listAt(object, "subsets");
  const all = subsets.flatMap((subset) => {
    const ips = listAt(subset, "addresses").map((each) => textAt(each, "ip") ?? "");
    const ports = listAt(subset, "ports");
    return ports.length === 0 ? ips : ports.flatMap((port) => ips.map((ip) => hostPort(ip, numberAt(port, "port") ?? 0)));
  });
  return [object.metadata.name, subsets.length === 0 ? "<none>" : firstThree(all), age(object, now)];
}

export function endpointSliceCells(object: KubeObject, now: number): readonly string[] {
  const ports = listAt(object, "ports").map((port) => String(numberAt(port, "port") ?? textAt(port, "name") ?? "*"));
  const addresses = listAt(object, "endpoints").flatMap((each) => listAt(each, "addresses").map(String));
  const orUnset = (text: string): string => (text === "" ? "<unset>" : text);
  return [
    object.metadata.name,
    textAt(object, "addressType") ?? "",
    orUnset(firstThree(ports)),
    orUnset(firstThree(addresses)),
    age(object, now),
  ];
}

export function ingressCells(object: KubeObject, now: number): readonly string[] {
  const hosts = listAt(object, "spec", "rules").flatMap((rule) => textAt(rule, "host") ?? []);
  return [
    object.metadata.name,
    textAt(object, "spec", "ingressClassName") ?? "<none>",
    hosts.length === 0 ? "*" : firstThree(hosts),
    [...new Set(ingressesOf(object))].sort().join(","),
    listAt(object, "spec", "tls").length > 0 ? "80, 443" : "80",
    age(object, now),
  ];
}

export function ingressClassCells(object: KubeObject, now: number): readonly string[] {
  const group = textAt(object, "spec", "parameters", "apiGroup");
  const kind = textAt(object, "spec", "parameters", "kind");
  const parameters =
    kind === undefined
      ? "<none>"
      : `${kind}${group === undefined ? "" : `.${group}`}/${textAt(object, "spec", "parameters", "name") ?? ""}`;
  return [object.metadata.name, textAt(object, "spec", "controller") ?? "", parameters, age(object, now)];
}

export function networkPolicyCells(object: KubeObject, now: number): readonly string[] {
  return [object.metadata.name, selectorText(at(object, "spec", "podSelector")), age(object, now)];
}

function condition(object: KubeObject, type: string): string {
  return (
    textAt(
      listAt(object, "status", "conditions").find((each) => textAt(each, "type") === type),
      "status",
    ) ?? ""
  );
}

export function gatewayClassCells(object: KubeObject, now: number): readonly string[] {
  return [
    object.metadata.name,
    textAt(object, "spec", "controllerName") ?? "",
    condition(object, "Accepted"),
    age(object, now),
    textAt(object, "spec", "description") ?? "",
  ];
}

export function gatewayCells(object: KubeObject, now: number): readonly string[] {
  const addresses = listAt(object, "status", "addresses").flatMap((each) => textAt(each, "value") ?? []);
  return [
    object.metadata.name,
    textAt(object, "spec", "gatewayClassName") ?? "",
    addresses[0] ?? "",
    condition(object, "Programmed"),
    age(object, now),
  ];
}

export function httpRouteCells(object: KubeObject, now: number): readonly string[] {
  const hostnames = listAt(object, "spec", "hostnames");
  return [object.metadata.name, hostnames.length === 0 ? "" : JSON.stringify(hostnames), age(object, now)];
}
