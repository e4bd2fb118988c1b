/**
 * Every name under which DNS knows a Service, and what is stored under it: the names are listed here, the records come
 * from the kubernetes plugin itself. Nothing is sent and no cache is looked at, so this is what the next question that
 * reaches CoreDNS would be told.
 */
import { compareText } from "../base/names.ts";
import { parseAddress, reverseName } from "./addresses.ts";
import type { KubernetesConfig } from "./corefile.ts";
import type { DnsData, DnsEndpoint, DnsPort } from "./dns-data.ts";
import { endpointName } from "./find.ts";
import { askKubernetes, type KubernetesPlugin } from "./kubernetes-plugin.ts";
import { joinName, lowerName } from "./names.ts";
import type { ResourceRecord } from "./records.ts";

/** What a name of the set stands for. */
export type NameKind = "service" | "port" | "endpoint" | "reverse";

/** One name and one type of question. */
export interface RecordSetRow {
  /** Absolute, with a final dot. */
  readonly name: string;
  readonly type: "A" | "AAAA" | "CNAME" | "SRV" | "PTR";
  readonly of: NameKind;
  /** none: the name exists, but has no record of that type. missing: NXDOMAIN. */
  readonly outcome: "records" | "none" | "missing";
  readonly records: readonly ResourceRecord[];
  /** Address records that come along (those of SRV targets). */
  readonly additional: readonly ResourceRecord[];
}

export interface RecordSet {
  /** The Service's own name: `web.default.svc.cluster.local.` */
  readonly name: string;
  /** The Service's own name first, then ports, endpoints, and the addresses' reverse names, each by name. */
  readonly rows: readonly RecordSetRow[];
  /** ExternalName to a name outside the zone: CoreDNS asks an upstream for its addresses. */
  readonly chases: string | null;
}

export interface RecordSetSource {
  readonly config: KubernetesConfig;
  readonly data: DnsData;
}

/** What CoreDNS knows of the Service `namespace/name`; null where it has no such Service (or does not show its namespace). */
export function recordSetOf({ config, data }: RecordSetSource, key: string): RecordSet | null {
  const service = data.services.get(lowerName(key));
  if (service === undefined || (config.namespaces.length > 0 && !config.namespaces.includes(service.namespace))) return null;
  const zone = forwardZone(config);
  const name = joinName(`${service.name}.${service.namespace}.svc`, zone);
  const plugin: KubernetesPlugin = { config, data, addresses: [], serial: 0, synced: true };
  const ask = (of: NameKind, owner: string, type: RecordSetRow["type"]): RecordSetRow => rowOf(plugin, of, owner, type);
  const types: readonly RecordSetRow["type"][] = service.kind === "external-name" ? ["CNAME"] : ["A", "AAAA", "SRV"];
  const slices = config.noEndpoints ? [] : (data.slices.get(`${service.namespace}/${service.name}`) ?? []);
  const endpoints = service.kind === "external-name" ? [] : slices.flatMap((slice) => slice.endpoints);
  const ports = service.kind === "headless" ? slices.flatMap((slice) => slice.ports) : service.ports;
  const rows = [
    ...types.map((type) => ask("service", name, type)),
    ...portNames(ports).map((port) => ask("port", `${port}.${name}`, "SRV")),
    ...endpointNames(endpoints, config).flatMap((label) =>
      (["A", "AAAA", "SRV"] as const).map((type) => ask("endpoint", `${label}.${name}`, type)),
    ),
    ...reverseNames([...service.clusterIps, ...endpoints.map(({ address }) => address)], config).map((owner) =>
      ask("reverse", owner, "PTR"),
    ),
  ];
  const first = rows[0]?.records[0];
  const target = first?.type === "CNAME" ? first.target : null;
  return { name, rows: rows.filter(isWorthSaying), chases: target === null || lowerName(target).endsWith(`.${zone}`) ? null : target };
}

/** Of an endpoint only what it has; of a Service also what it has not. */
function isWorthSaying({ of, outcome }: RecordSetRow): boolean {
  return of === "service" || outcome === "records";
}

function rowOf(plugin: KubernetesPlugin, of: NameKind, name: string, type: RecordSetRow["type"]): RecordSetRow {
  const result = askKubernetes(plugin, { name, type }, () => null);
  if (result.kind !== "answer") return { name, type, of, outcome: "missing", records: [], additional: [] };
  const { rcode, answer, additional } = result;
  const outcome = rcode !== "NOERROR" ? "missing" : answer.length === 0 ? "none" : "records";
  return { name, type, of, outcome, records: answer, additional };
}

/** The first zone that is no reverse zone. */
function forwardZone({ zones }: KubernetesConfig): string {
  return zones.find((zone) => !zone.endsWith(".arpa.")) ?? "cluster.local.";
}

/** `_http._tcp`: ports without a name have none. */
function portNames(ports: readonly DnsPort[]): readonly string[] {
  const named = ports.filter(({ name }) => name !== "");
  return [...new Set(named.map(({ name, protocol }) => `_${name}._${lowerName(protocol)}`))];
}

function endpointNames(endpoints: readonly DnsEndpoint[], config: KubernetesConfig): readonly string[] {
  return [...new Set(endpoints.map((endpoint) => endpointName(endpoint, config)))].sort(compareText);
}

/** Reverse names that the plugin answers for at all. */
function reverseNames(addresses: readonly string[], config: KubernetesConfig): readonly string[] {
  const names = new Set(addresses.flatMap((address) => parseAddress(address) ?? []).map(({ text }) => reverseName(text)));
  return [...names].filter((name) => config.zones.some((zone) => name.endsWith(`.${zone}`)));
}
