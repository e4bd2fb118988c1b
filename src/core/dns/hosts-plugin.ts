/**
 * The hosts plugin with entries written in the Corefile. A file that it would read from CoreDNS's disk is not there.
 * Source: coredns plugin/hosts/{setup,hosts,hostsfile}.go.
 */
import { addressOfReverseName, parseAddress } from "./addresses.ts";
import type { CorefileError, Directive } from "./corefile-tokens.ts";
import type { PluginResult } from "./kubernetes-plugin.ts";
import { absolute, inZone, longestZone, lowerName } from "./names.ts";
import type { Question, ResourceRecord } from "./records.ts";
import { zonesOf } from "./zones.ts";

export interface HostsConfig {
  readonly zones: readonly string[];
  readonly entries: readonly { readonly address: string; readonly names: readonly string[] }[];
  readonly ttl: number;
  readonly reverse: boolean;
  readonly fallthrough: readonly string[];
}

export function readHosts(
  directive: Directive,
  blockZones: readonly string[],
  skip: (option: string, line: number) => void,
): HostsConfig | CorefileError {
  const [first, ...others] = directive.args;
  const isFile = first !== undefined && first.startsWith("/");
  if (isFile) skip(first, directive.line);
  const zoneArgs = isFile ? others : directive.args;
  const zones = zoneArgs.length === 0 ? blockZones : zoneArgs.flatMap(zonesOf);
  let config: HostsConfig = { zones, entries: [], ttl: 3600, reverse: true, fallthrough: [] };
  for (const { name, args, line } of directive.block ?? []) {
    const address = parseAddress(name);
    if (address !== null) {
      const names = args.map((host) => lowerName(absolute(host))).filter((host) => longestZone(host, zones) !== null);
      config = { ...config, entries: [...config.entries, { address: address.text, names }] };
    } else if (name === "fallthrough") config = { ...config, fallthrough: args.length === 0 ? ["."] : args.flatMap(zonesOf) };
    else if (name === "no_reverse") config = { ...config, reverse: false };
    else if (name === "ttl") {
      const ttl = Number(args[0]);
      if (!/^\d+$/.test(args[0] ?? "") || ttl <= 0 || ttl > 65535)
        return { error: `plugin/hosts: ttl provided is invalid: ${args[0] ?? ""}`, line };
      config = { ...config, ttl };
    } else if (name !== "reload") return { error: `plugin/hosts: unknown property '${name}'`, line };
  }
  return config;
}

export function askHosts(config: HostsConfig, question: Question): PluginResult {
  const name = lowerName(question.name);
  if (question.type === "PTR") {
    const names = config.reverse ? namesOf(config, addressOfReverseName(name)) : [];
    if (names.length === 0) return { kind: "next" };
    return answer(names.map((target) => ({ name, ttl: config.ttl, type: "PTR", target })));
  }
  if (longestZone(name, config.zones) === null) return { kind: "next" };
  const addresses = config.entries.filter((entry) => entry.names.includes(name)).map((entry) => entry.address);
  // A name without addresses is unknown here; hosts has no SOA to say so with, hence SERVFAIL.
  if (addresses.length === 0)
    return config.fallthrough.some((zone) => inZone(name, zone)) ? { kind: "next" } : { kind: "bare", rcode: "SERVFAIL" };
  return answer(
    addresses.flatMap((address): ResourceRecord[] => {
      const type = address.includes(":") ? "AAAA" : "A";
      return type === question.type ? [{ name, ttl: config.ttl, type, address }] : [];
    }),
  );
}

function namesOf(config: HostsConfig, address: string | null): string[] {
  return config.entries.filter((entry) => entry.address === address).flatMap((entry) => entry.names);
}

function answer(records: readonly ResourceRecord[]): PluginResult {
  return { kind: "answer", rcode: "NOERROR", answer: records, authority: [], additional: [], truncated: false };
}
