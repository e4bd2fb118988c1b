/**
 * The look-up of the kubernetes plugin: from a parsed name to entries (addresses with ports, or an alias) or a name error.
 * Source: coredns plugin/kubernetes/kubernetes.go, findServices, findPods and endpointHostname.
 */
import type { Family } from "../base/names.ts";
import { parseAddress } from "./addresses.ts";
import type { KubernetesConfig } from "./corefile.ts";
import type { DnsData, DnsEndpoint, DnsPort, DnsService } from "./dns-data.ts";
import { joinName, lowerName } from "./names.ts";
import { parseQueryName } from "./query-name.ts";
import type { QueryName } from "./query-name.ts";

export type Entry =
  | {
      readonly kind: "address";
      readonly family: Family;
      readonly address: string;
      /** -1 where no port is declared. */
      readonly port: number;
      /** The name an SRV record points to. */
      readonly target: string;
    }
  | { readonly kind: "alias"; readonly target: string };

/** Entries, perhaps none (the name exists without records), or a name error. */
export type Found = readonly Entry[] | "name-error";

type ObjectName = Extract<QueryName, { kind: "object" }>;

/** `name` in lower case; `zone` as the question spells it, it becomes part of the targets. */
export function find(config: KubernetesConfig, data: DnsData, name: string, zone: string): Found {
  const parsed = parseQueryName(name, zone);
  if (parsed.kind === "empty") return [];
  if (parsed.kind === "invalid" || isReverse(name)) return "name-error";
  if (!namespaceExposed(config, data, parsed.namespace)) return "name-error";
  if (parsed.below === "pod" && config.pods === "disabled") return "name-error";
  if (parsed.kind === "namespace") return [];
  return parsed.below === "pod" ? findPod(config, data, parsed, zone) : findService(config, data, parsed, zone);
}

export function namespaceExposed(config: KubernetesConfig, data: DnsData, namespace: string): boolean {
  if (config.namespaces.length > 0 && !config.namespaces.includes(namespace)) return false;
  return data.namespaces.has(namespace);
}

/** The label of an endpoint below its Service. There is exactly one: who has a hostname has no dashed name. */
export function endpointName(endpoint: DnsEndpoint, config: KubernetesConfig): string {
  if (endpoint.hostname !== "") return endpoint.hostname;
  if (config.endpointPodNames && endpoint.podName !== "" && endpoint.podName.length < 64) return endpoint.podName;
  const dashed = endpoint.address.replace(/[.:]/g, "-");
  return dashed.endsWith("-") ? `${dashed}0` : dashed;
}

export function isReverse(name: string): boolean {
  return name.endsWith(".in-addr.arpa.") || name.endsWith(".ip6.arpa.");
}

function findService(config: KubernetesConfig, data: DnsData, wanted: ObjectName, zone: string): Found {
  const key = `${wanted.namespace}/${wanted.name}`;
  const service = data.services.get(key);
  if (service === undefined) return "name-error";
  if (service.kind === "external-name") return findAlias(service, wanted);
  if (config.ignoreEmptyService && service.kind === "cluster-ip" && !hasEndpoint(data, key)) return "name-error";
  const serviceName = joinName(`${service.name}.${service.namespace}.svc`, zone);
  const endpointsAsked = service.kind === "headless" || wanted.endpoint !== "";
  const entries = endpointsAsked ? endpointEntries(config, data, wanted, serviceName) : clusterIpEntries(service, wanted, serviceName);
  return entries.length === 0 ? "name-error" : entries;
}

function findAlias(service: DnsService, wanted: ObjectName): Found {
  if (wanted.endpoint !== "" || wanted.port !== "" || wanted.protocol !== "") return "name-error";
  if (service.externalName === "" || parseAddress(service.externalName) !== null) return "name-error";
  return [{ kind: "alias", target: service.externalName }];
}

function hasEndpoint(data: DnsData, key: string): boolean {
  return (data.slices.get(key) ?? []).some((slice) => slice.endpoints.length > 0);
}

function clusterIpEntries(service: DnsService, wanted: ObjectName, target: string): Entry[] {
  return service.ports
    .filter((port) => matchesPort(port, wanted))
    .flatMap((port) => service.clusterIps.flatMap((ip) => addressEntry(ip, port.number, target)));
}

function endpointEntries(config: KubernetesConfig, data: DnsData, wanted: ObjectName, serviceName: string): Entry[] {
  const entries: Entry[] = [];
  for (const slice of config.noEndpoints ? [] : (data.slices.get(`${wanted.namespace}/${wanted.name}`) ?? [])) {
    for (const endpoint of slice.endpoints) {
      const label = endpointName(endpoint, config);
      if (wanted.endpoint !== "" && wanted.endpoint !== lowerName(label)) continue;
      for (const port of slice.ports) {
        if (matchesPort(port, wanted)) entries.push(...addressEntry(endpoint.address, port.number, `${label}.${serviceName}`));
      }
    }
  }
  return entries;
}

function matchesPort(port: DnsPort, wanted: ObjectName): boolean {
  const protocol = lowerName(port.protocol);
  return (wanted.port === "" || wanted.port === port.name) && (wanted.protocol === "" || wanted.protocol === protocol);
}

function addressEntry(text: string, port: number, target: string): Entry[] {
  const address = parseAddress(text);
  return address === null ? [] : [{ kind: "address", family: address.family, address: address.text, port, target }];
}

/** `10-244-1-5.default.pod`: three single dashes make an IPv4 address, anything else an IPv6 one. */
function findPod(config: KubernetesConfig, data: DnsData, wanted: ObjectName, zone: string): Found {
  const dashes = wanted.name.split("-").length - 1;
  const text = dashes === 3 && !wanted.name.includes("--") ? wanted.name.replaceAll("-", ".") : wanted.name.replaceAll("-", ":");
  const target = joinName(`${wanted.name}.${wanted.namespace}.pod`, zone);
  if (config.pods === "verified") {
    const pods = (data.podsByIp.get(text) ?? []).filter((pod) => pod.namespace === wanted.namespace);
    return pods.length === 0 ? "name-error" : pods.flatMap(() => addressEntry(text, 0, target));
  }
  const entries = addressEntry(text, 0, target);
  return entries.length === 0 ? "name-error" : entries;
}
