/**
 * /etc/resolv.conf of a container, as the kubelet makes it and containerd writes it.
 * Source: kubernetes pkg/kubelet/network/dns/dns.go (GetPodDNS, parseResolvConf, formDNS…); containerd's file order.
 */
import type { Pod } from "../api/types.ts";
import { parseAddress } from "./addresses.ts";

export interface ResolvConf {
  readonly nameservers: readonly string[];
  readonly searches: readonly string[];
  /** `ndots:5`, `timeout:2`, `rotate`. */
  readonly options: readonly string[];
}

export interface PodResolvConf extends ResolvConf {
  readonly text: string;
  /** Events that the kubelet would record for the Pod. */
  readonly warnings: readonly { readonly reason: "MissingClusterDNS" | "DNSConfigForming"; readonly message: string }[];
}

export interface DnsSettings {
  /** kubelet `clusterDNS`. */
  readonly clusterDns: readonly string[];
  /** kubelet `clusterDomain`, without a final dot; "" for none. */
  readonly domain: string;
  /** Text of the kubelet's `resolvConf` file on the Pod's node; null where the setting is the empty string. */
  readonly nodeResolvConf: string | null;
}

/** The node's file where nothing else is said: one name server, on a documentation address. */
export const DEFAULT_NODE_RESOLV_CONF = "nameserver 192.0.2.53\n";

const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARS = 2048;
const MAX_DOMAIN_CHARS = 253;

/** What a resolver reads of such a file. */
export function parseResolvConf(text: string): ResolvConf {
  let nameservers: readonly string[] = [];
  let searches: readonly string[] = [];
  let options: readonly string[] = [];
  for (const raw of text.split("\n")) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const [keyword, ...values] = line.split(/\s+/);
    if (keyword === "nameserver" && values[0] !== undefined) nameservers = [...nameservers, values[0]];
    else if (keyword === "search") searches = values.filter((value) => value !== ".").map((value) => value.replace(/\.$/, ""));
    else if (keyword === "options") options = values;
  }
  return { nameservers, searches, options };
}

type PodDns = Pick<Pod, "metadata" | "spec">;

export function resolvConfOf(pod: PodDns, settings: DnsSettings): PodResolvConf {
  const warnings: PodResolvConf["warnings"][number][] = [];
  const { base, missing } = byPolicy(pod, settings);
  if (missing) {
    const message = `pod: "${pod.metadata.namespace ?? "default"}/${pod.metadata.name}". kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.`;
    warnings.push({ reason: "MissingClusterDNS", message });
  }
  const merged = withDnsConfig(base, pod.spec.dnsConfig);
  const nameservers = merged.nameservers.slice(0, MAX_NAMESERVERS);
  if (nameservers.length < merged.nameservers.length) {
    const message = `Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${nameservers.join(" ")}`;
    warnings.push({ reason: "DNSConfigForming", message });
  }
  const searches = withinLimits(merged.searches);
  if (searches.length < merged.searches.length) {
    const message = `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${searches.join(" ")}`;
    warnings.push({ reason: "DNSConfigForming", message });
  }
  const conf: ResolvConf = { nameservers, searches, options: merged.options };
  return { ...conf, text: resolvConfText(conf), warnings };
}

/** Three kinds of lines in containerd's order; a missing kind is left out. */
export function resolvConfText({ searches, nameservers, options }: ResolvConf): string {
  const lines = [
    ...(searches.length > 0 ? [`search ${searches.join(" ")}`] : []),
    ...nameservers.map((server) => `nameserver ${server}`),
    ...(options.length > 0 ? [`options ${options.join(" ")}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function byPolicy(pod: PodDns, settings: DnsSettings): { readonly base: ResolvConf; readonly missing: boolean } {
  const policy = pod.spec.dnsPolicy ?? "ClusterFirst";
  if (policy === "None") return { base: { nameservers: [], searches: [], options: [] }, missing: false };
  const wantsCluster = policy === "ClusterFirstWithHostNet" || (policy === "ClusterFirst" && pod.spec.hostNetwork !== true);
  const missing = wantsCluster && settings.clusterDns.length === 0;
  if (!wantsCluster || missing) return { base: ofNode(settings), missing };
  const namespace = pod.metadata.namespace ?? "default";
  const { domain } = settings;
  const cluster = domain === "" ? [] : [`${namespace}.svc.${domain}`, `svc.${domain}`, domain];
  const node = ofNode(settings).searches.filter((search) => search !== ".");
  return { base: { nameservers: settings.clusterDns, searches: distinct([...cluster, ...node]), options: ["ndots:5"] }, missing: false };
}

/** `Default`: what the node has; without a file a server that is not there, so that the runtime does not put in its own. */
function ofNode({ nodeResolvConf, clusterDns }: DnsSettings): ResolvConf {
  if (nodeResolvConf !== null) return parseResolvConf(nodeResolvConf);
  const family = parseAddress(clusterDns[0] ?? "")?.family ?? "IPv4";
  return { nameservers: [family === "IPv4" ? "127.0.0.1" : "::1"], searches: ["."], options: [] };
}

function withDnsConfig(base: ResolvConf, config: Pod["spec"]["dnsConfig"]): ResolvConf {
  if (config === undefined) return base;
  const own = (config.options ?? []).map(({ name, value }) => (value === undefined || value === "" ? name : `${name}:${value}`));
  const ownNames = new Set(own.map(optionName));
  return {
    nameservers: distinct([...base.nameservers, ...(config.nameservers ?? [])]),
    searches: distinct([...base.searches, ...(config.searches ?? [])]),
    options: [...base.options.filter((option) => !ownNames.has(optionName(option))), ...distinctOptions(own)],
  };
}

function optionName(option: string): string {
  return option.split(":")[0] ?? option;
}

/** Of one name the last value stays. */
function distinctOptions(options: readonly string[]): string[] {
  return [...new Map(options.map((option) => [optionName(option), option])).values()];
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function withinLimits(searches: readonly string[]): string[] {
  const short = searches.filter((search) => search.length <= MAX_DOMAIN_CHARS).slice(0, MAX_SEARCHES);
  while (short.join(" ").length > MAX_SEARCH_CHARS) short.pop();
  return short;
}

/** `ndots` of a file, 1 where it says nothing; never above 15, as in both libcs. */
export function ndotsOf(conf: ResolvConf): number {
  return Math.min(15, optionValue(conf, "ndots") ?? 1);
}

/** The number of an option such as `timeout:2`, or null. */
export function optionValue(conf: ResolvConf, name: string): number | null {
  const value = conf.options.findLast((option) => optionName(option) === name)?.slice(name.length + 1) ?? "";
  return /^\d{1,6}$/.test(value) ? Number(value) : null;
}
