/**
 * The kubernetes plugin: one question about the cluster's zones, answered from the cluster's objects.
 * Source: coredns plugin/kubernetes/{handler,kubernetes,reverse,ns}.go and plugin/backend_lookup.go (1.14); the quirks
 * (TXT on a namespace is NXDOMAIN, SOA below the zone is never NXDOMAIN, …) were measured on the real plugin.
 */
import type { Family } from "../base/names.ts";
import { addressOfReverseName, parseAddress } from "./addresses.ts";
import type { KubernetesConfig } from "./corefile.ts";
import type { DnsData } from "./dns-data.ts";
import { endpointName, find, namespaceExposed } from "./find.ts";
import type { Entry, Found } from "./find.ts";
import { absolute, inZone, joinName, labelsOf, longestZone, lowerName, sameName } from "./names.ts";
import type { Message, Question, Rcode, ResourceRecord } from "./records.ts";

/** What the plugin works on. */
export interface KubernetesPlugin {
  readonly config: KubernetesConfig;
  readonly data: DnsData;
  /** The CoreDNS Pod's own addresses, without loopback. */
  readonly addresses: readonly string[];
  /** SOA serial: Unix seconds of the last change that can alter an answer. */
  readonly serial: number;
  /** False while the watch has not delivered the first list: unknown names are SERVFAIL. */
  readonly synced: boolean;
}

/** Asks the whole server for an alias target outside the zone; null where that has to wait for an upstream. */
export type LookupOutside = (question: Question) => Message | null;

export type PluginResult =
  | {
      readonly kind: "answer";
      readonly rcode: Rcode;
      readonly answer: readonly ResourceRecord[];
      readonly authority: readonly ResourceRecord[];
      readonly additional: readonly ResourceRecord[];
      readonly truncated: boolean;
    }
  /** Not this plugin's name, or a name error inside a fallthrough zone. */
  | { readonly kind: "next" }
  /** No reply written: the server makes a bare one. */
  | { readonly kind: "bare"; readonly rcode: Rcode }
  | { readonly kind: "wait" };

interface Records {
  readonly answer: readonly ResourceRecord[];
  readonly additional?: readonly ResourceRecord[];
  readonly truncated?: boolean;
}

interface Asked {
  readonly plugin: KubernetesPlugin;
  readonly question: Question;
  /** The question's name in lower case. */
  readonly name: string;
  /** In the question's own spelling: it becomes part of the reply. */
  readonly zone: string;
  readonly lookup: LookupOutside;
}

/** Longest chain of aliases inside the zone: ten may stand before the last. */
const MAX_PREVIOUS_ALIASES = 10;

export function askKubernetes(plugin: KubernetesPlugin, question: Question, lookup: LookupOutside): PluginResult {
  const zone = longestZone(question.name, plugin.config.zones);
  if (zone === null) return { kind: "next" };
  const spelled = zone === "." ? "." : question.name.slice(question.name.length - zone.length);
  const asked: Asked = { plugin, question, name: lowerName(question.name), zone: spelled, lookup };
  if (question.type === "AXFR" || question.type === "IXFR") return { kind: "bare", rcode: "REFUSED" };
  const records = recordsFor(asked);
  if (records === "wait") return { kind: "wait" };
  if (records === "name-error") {
    if (plugin.config.fallthrough.some((through) => inZone(asked.name, through))) return { kind: "next" };
    return withoutRecords(asked, plugin.synced ? "NXDOMAIN" : "SERVFAIL");
  }
  if (records.answer.length === 0) return withoutRecords(asked, "NOERROR");
  const { answer, additional = [], truncated = false } = records;
  return { kind: "answer", rcode: "NOERROR", answer, authority: [], additional, truncated };
}

function withoutRecords(asked: Asked, rcode: Rcode): PluginResult {
  return { kind: "answer", rcode, answer: [], authority: [soaRecord(asked)], additional: [], truncated: false };
}

function recordsFor(asked: Asked): Records | "name-error" | "wait" {
  const { question } = asked;
  const apex = sameName(question.name, asked.zone);
  switch (question.type) {
    case "A":
      return addressRecords(asked, "IPv4");
    case "AAAA":
      return addressRecords(asked, "IPv6");
    case "SRV":
      return srvRecords(asked);
    case "CNAME":
      return cnameRecords(asked);
    case "TXT":
      return txtRecords(asked);
    case "PTR":
      return ptrRecords(asked);
    case "SOA":
      return { answer: apex ? [soaRecord(asked)] : [] };
    case "NS":
      // The plugin compares the lower-cased name with the zone as spelt: `Cluster.local. NS` has no records.
      return asked.name === asked.zone ? nsRecords(asked) : onlyExistence(asked);
    default:
      return onlyExistence(asked);
  }
}

/** NODATA or a name error: types that the plugin has no records of. */
function onlyExistence(asked: Asked): Records | "name-error" {
  return lookUp(asked) === "name-error" ? "name-error" : { answer: [] };
}

/** `find`, with `ns.dns.ZONE` as a name that exists. */
function lookUp(asked: Asked): Found {
  if (asked.name === serverName(asked.zone)) return [];
  return find(asked.plugin.config, asked.plugin.data, asked.name, asked.zone);
}

function serverName(zone: string): string {
  return joinName("ns.dns", zone);
}

function addressRecords(asked: Asked, family: Family): Records | "name-error" | "wait" {
  return resolveAddresses(asked, asked.question.name, family, []);
}

/** The addresses of a name, following aliases inside the zone by itself and those to the outside by `lookup`. */
function resolveAddresses(
  asked: Asked,
  owner: string,
  family: Family,
  previous: readonly ResourceRecord[],
): Records | "name-error" | "wait" {
  if (lowerName(owner) === serverName(asked.zone)) return serverRecords(asked, owner, family);
  const { config, data } = asked.plugin;
  const found = find(config, data, lowerName(owner), asked.zone);
  if (found === "name-error") return "name-error";
  const answer: ResourceRecord[] = [];
  let truncated = false;
  for (const entry of found) {
    if (entry.kind === "address") {
      if (entry.family === family) answer.push(addressRecord(asked, owner, entry.address));
      continue;
    }
    const chased = followAlias(asked, owner, entry, family, previous);
    if (chased === "wait") return "wait";
    answer.push(...chased.answer);
    truncated ||= chased.truncated ?? false;
  }
  return { answer: distinct(answer), truncated };
}

function serverRecords(asked: Asked, owner: string, family: Family): Records {
  const own = serverAddresses(asked).filter(({ address }) => parseAddress(address)?.family === family);
  return { answer: distinct(own.map(({ address }) => addressRecord(asked, owner, address))) };
}

function followAlias(
  asked: Asked,
  owner: string,
  entry: Extract<Entry, { kind: "alias" }>,
  family: Family,
  previous: readonly ResourceRecord[],
): Records | "wait" {
  const target = absolute(entry.target);
  const alias: ResourceRecord = { name: owner, ttl: asked.plugin.config.ttl, type: "CNAME", target };
  const seen = previous.some((record) => record.type === "CNAME" && sameName(record.name, owner) && sameName(record.target, target));
  if (inZone(target, owner) || seen || previous.length > MAX_PREVIOUS_ALIASES) return { answer: [] };
  if (inZone(target, asked.zone)) {
    const next = resolveAddresses(asked, target, family, [...previous, alias]);
    if (next === "wait") return "wait";
    return next === "name-error" || next.answer.length === 0 ? { answer: [] } : { ...next, answer: [alias, ...next.answer] };
  }
  const reply = asked.lookup({ name: target, type: asked.question.type, class: asked.question.class });
  return reply === null ? "wait" : { answer: [alias, ...reply.answer], truncated: reply.tc };
}

function cnameRecords(asked: Asked): Records | "name-error" {
  const found = lookUp(asked);
  if (found === "name-error") return found;
  const [first] = found;
  if (first?.kind !== "alias") return { answer: [] };
  return { answer: [{ name: asked.question.name, ttl: asked.plugin.config.ttl, type: "CNAME", target: absolute(first.target) }] };
}

function srvRecords(asked: Asked): Records | "name-error" {
  const found = lookUp(asked);
  if (found === "name-error") return found;
  const entries = found.filter((entry) => entry.kind === "address");
  const share = 100 / (100 * entries.length);
  const weight = Math.max(1, Math.floor(share * 100));
  const withPort = entries.filter((entry) => entry.port !== -1);
  const { ttl } = asked.plugin.config;
  const answer = withPort.map(({ port, target }): ResourceRecord => ({
    name: asked.question.name,
    ttl,
    type: "SRV",
    priority: 0,
    weight,
    port,
    target,
  }));
  return { answer: distinct(answer), additional: distinct(withPort.map((entry) => addressRecord(asked, entry.target, entry.address))) };
}

/** The schema version, and otherwise a name error for every name that has no entries (also where A would be NODATA). */
function txtRecords(asked: Asked): Records | "name-error" {
  const { name, zone, plugin } = asked;
  const left = labelsOf(name).slice(0, labelsOf(name).length - labelsOf(zone).length);
  if (left.length === 1 && left[0] === "dns-version") {
    return { answer: [{ name: asked.question.name, ttl: 28800, type: "TXT", strings: ["1.1.0"] }] };
  }
  const found = find(plugin.config, plugin.data, name, zone);
  return found === "name-error" || found.length === 0 ? "name-error" : { answer: [] };
}

function ptrRecords(asked: Asked): Records | "name-error" {
  const address = addressOfReverseName(asked.name);
  if (address === null)
    return find(asked.plugin.config, asked.plugin.data, asked.name, asked.zone) === "name-error" ? "name-error" : { answer: [] };
  const targets = namesOfAddress(asked.plugin, address);
  if (targets.length === 0) return "name-error";
  const { ttl } = asked.plugin.config;
  return { answer: distinct(targets.map((target): ResourceRecord => ({ name: asked.question.name, ttl, type: "PTR", target }))) };
}

/** A Service that owns the address wins; else every Service that has it as a ready endpoint. */
function namesOfAddress({ config, data }: KubernetesPlugin, address: string): string[] {
  const primary = config.zones.find((zone) => !isReverseZone(zone)) ?? config.zones[0] ?? ".";
  const exposed = (namespace: string): boolean => config.namespaces.length === 0 || namespaceExposed(config, data, namespace);
  const owner = data.serviceByIp.get(address);
  if (owner !== undefined && exposed(owner.namespace)) return [joinName(`${owner.name}.${owner.namespace}.svc`, primary)];
  const names: string[] = [];
  for (const slice of config.noEndpoints ? [] : (data.slicesByIp.get(address) ?? [])) {
    if (!exposed(slice.namespace)) continue;
    for (const endpoint of slice.endpoints) {
      if (parseAddress(endpoint.address)?.text !== address) continue;
      names.push(joinName(`${endpointName(endpoint, config)}.${slice.service}.${slice.namespace}.svc`, primary));
    }
  }
  return names;
}

function isReverseZone(zone: string): boolean {
  return inZone(zone, "in-addr.arpa.") || inZone(zone, "ip6.arpa.");
}

function nsRecords(asked: Asked): Records {
  const { ttl } = asked.plugin.config;
  const servers = serverAddresses(asked);
  const names = servers.map(({ name }): ResourceRecord => ({ name: asked.question.name, ttl, type: "NS", target: name }));
  return { answer: distinct(names), additional: distinct(servers.map(({ name, address }) => addressRecord(asked, name, address))) };
}

/**
 * Under which names the server itself is reachable: the Services that have its own address as an endpoint, or, where
 * there is none, its own addresses under `ns.dns`.
 */
function serverAddresses({ plugin, zone }: Asked): { readonly name: string; readonly address: string }[] {
  const found: { name: string; address: string }[] = [];
  let isEndpoint = false;
  for (const own of plugin.addresses) {
    for (const slice of plugin.config.noEndpoints ? [] : (plugin.data.slicesByIp.get(parseAddress(own)?.text ?? own) ?? [])) {
      isEndpoint = true;
      const service = plugin.data.services.get(`${slice.namespace}/${slice.service}`);
      if (service === undefined) continue;
      const name = joinName(`${service.name}.${service.namespace}.svc`, zone);
      if (service.kind === "headless") {
        for (const endpoint of slice.endpoints)
          found.push({ name: `${endpointName(endpoint, plugin.config)}.${name}`, address: endpoint.address });
      } else for (const address of service.clusterIps) found.push({ name, address });
    }
  }
  return isEndpoint ? found : plugin.addresses.map((address) => ({ name: serverName(zone), address }));
}

function addressRecord(asked: Asked, name: string, text: string): ResourceRecord {
  const address = parseAddress(text);
  if (address === null) throw new Error(`no address: ${text} (of ${name})`);
  return { name, ttl: asked.plugin.config.ttl, type: address.family === "IPv4" ? "A" : "AAAA", address: address.text };
}

function soaRecord({ plugin, zone }: Asked): ResourceRecord {
  return {
    name: zone,
    ttl: Math.min(plugin.config.ttl, 300),
    type: "SOA",
    mname: serverName(zone),
    rname: joinName("hostmaster", zone),
    serial: plugin.serial,
    refresh: 7200,
    retry: 1800,
    expire: 86400,
    minimum: plugin.config.ttl,
  };
}

/** Without records that say the same again; the first of each stays where it is. */
function distinct(records: readonly ResourceRecord[]): ResourceRecord[] {
  const seen = new Set<string>();
  return records.filter((record) => {
    const text = JSON.stringify(record);
    return !seen.has(text) && seen.add(text);
  });
}
