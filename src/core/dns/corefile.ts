/**
 * The Corefile of ConfigMap kube-system/coredns as configuration. Source: coredns plugin/{kubernetes,cache,forward,hosts,
 * rewrite,template}/setup.go and plugin.cfg; the default text is kubeadm's (cmd/kubeadm/app/phases/addons/dns/manifests.go).
 */
import { kubeadmCorefile } from "../api/default-cluster.ts";
import { SECOND, type Nanos } from "../base/time.ts";
import { get } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import { blocksOf } from "./corefile-tokens.ts";
import type { CorefileError, Directive, RawBlock } from "./corefile-tokens.ts";
import { readHosts } from "./hosts-plugin.ts";
import type { HostsConfig } from "./hosts-plugin.ts";
import { readRewrite } from "./rewrite-plugin.ts";
import type { RewriteRule } from "./rewrite-plugin.ts";
import { readTemplate } from "./template-plugin.ts";
import type { TemplateConfig } from "./template-plugin.ts";
import { absolute, lowerName } from "./names.ts";
import { zonesOf } from "./zones.ts";

export type { CorefileError } from "./corefile-tokens.ts";

export interface KubernetesConfig {
  /** Lower case, absolute, in the order written. */
  readonly zones: readonly string[];
  readonly pods: "disabled" | "insecure" | "verified";
  /** Seconds. */
  readonly ttl: number;
  /** Zones in which a name error goes to the next plugin. */
  readonly fallthrough: readonly string[];
  readonly endpointPodNames: boolean;
  readonly noEndpoints: boolean;
  /** Only these namespaces; empty for all. */
  readonly namespaces: readonly string[];
  readonly ignoreEmptyService: boolean;
}

export interface CacheConfig {
  readonly zones: readonly string[];
  /** Bounds of the TTL, in seconds. */
  readonly success: { readonly min: number; readonly max: number; readonly except: readonly string[] };
  readonly denial: { readonly min: number; readonly max: number; readonly except: readonly string[] };
  /** Seconds that a SERVFAIL is kept. */
  readonly servfail: number;
}

export interface ForwardConfig {
  /** Names below it are forwarded. */
  readonly from: string;
  readonly except: readonly string[];
  /** Addresses as written; `/etc/resolv.conf` stands for the node's name servers. */
  readonly to: readonly string[];
  readonly policy: "random" | "round_robin" | "sequential";
  readonly forceTcp: boolean;
}

export interface ServerBlock {
  readonly zones: readonly string[];
  readonly port: number;
  readonly line: number;
  readonly kubernetes: KubernetesConfig | null;
  readonly cache: CacheConfig | null;
  readonly forwards: readonly ForwardConfig[];
  readonly hosts: HostsConfig | null;
  readonly rewrites: readonly RewriteRule[];
  readonly templates: readonly TemplateConfig[];
  readonly loadbalance: boolean;
}

/** Something kept and not simulated: `dnssec`, `cache.prefetch`. */
export interface NotSimulated {
  readonly name: string;
  readonly line: number;
}

/** How often the reload plugin looks at the file, in nanoseconds. */
export interface ReloadConfig {
  readonly interval: Nanos;
  readonly jitter: Nanos;
}

export interface Corefile {
  readonly blocks: readonly ServerBlock[];
  /** null: a file that changes is not looked at before the next start. */
  readonly reload: ReloadConfig | null;
  readonly notSimulated: readonly NotSimulated[];
}

export { kubeadmCorefile };

/** The cluster's Corefile: the ConfigMap's, or kubeadm's where there is none. */
export function corefileOf(store: ObjectStore, domain = "cluster.local"): Corefile | CorefileError {
  return parseCorefile(get(store, "ConfigMap", "kube-system/coredns")?.data?.["Corefile"] ?? kubeadmCorefile(domain));
}

/** Configuration, or the first mistake with its line: with it CoreDNS does not start, and a running one keeps the old file. */
export function parseCorefile(text: string): Corefile | CorefileError {
  const raw = blocksOf(text);
  if ("error" in raw) return raw;
  const notSimulated: NotSimulated[] = [];
  const blocks: ServerBlock[] = [];
  let reload: ReloadConfig | null = null;
  for (const block of raw) {
    const read = readServerBlock(block, notSimulated);
    if ("error" in read) return read;
    blocks.push(...read);
    for (const directive of block.directives.filter(({ name }) => name === "reload")) {
      const looks = readReload(directive);
      if ("error" in looks) return looks;
      reload = looks;
    }
  }
  return { blocks, reload, notSimulated };
}

/** `reload [INTERVAL] [JITTER]`, by default 30s and 15s. */
function readReload({ args, line }: Directive): ReloadConfig | CorefileError {
  const fail = (error: string): CorefileError => ({ error: `plugin/reload: ${error}`, line });
  if (args.length > 2) return fail(`Wrong argument count or unexpected line ending after '${args[2] ?? ""}'`);
  const [interval, jitter] = [args[0] ?? "30s", args[1] ?? "15s"].map(duration);
  if (interval === null || interval === undefined) return fail(`time: invalid duration "${args[0] ?? ""}"`);
  if (interval < 2) return fail("interval value must be greater or equal to 2s");
  if (jitter === null || jitter === undefined) return fail(`time: invalid duration "${args[1] ?? ""}"`);
  if (jitter < 1) return fail("jitter value must be greater or equal to 1s");
  return { interval: interval * SECOND, jitter: jitter * SECOND };
}

/** Accepted without an effect on answers. */
const WITHOUT_EFFECT = new Set(["errors", "log", "health", "ready", "loop", "reload", "prometheus", "debug", "pprof", "trace", "root"]);

/** Plugins of the standard build that this simulation does not run. */
const OTHER_PLUGINS = new Set(
  `metadata geoip cancel tls quic timeouts multisocket nsid bufsize bind dnstap local dns64 acl any chaos tsig header dnssec
   autopath minimal transfer route53 azure clouddns k8s_external file auto secondary etcd grpc grpc_server https https3 erratic
   whoami on sign view nomad`.split(/\s+/),
);

function readServerBlock(raw: RawBlock, notSimulated: NotSimulated[]): readonly ServerBlock[] | CorefileError {
  const keys = raw.keys.map((key) => readKey(key));
  const zones = keys.flatMap((key) => (key === null ? [] : key.zones));
  if (keys.includes(null)) notSimulated.push({ name: `server block ${raw.keys.join(" ")}`, line: raw.line });
  let block: ServerBlock = {
    zones,
    port: 53,
    line: raw.line,
    kubernetes: null,
    cache: null,
    forwards: [],
    hosts: null,
    rewrites: [],
    templates: [],
    loadbalance: false,
  };
  for (const directive of raw.directives) {
    const read = addDirective(block, directive, notSimulated);
    if ("error" in read) return read;
    block = read;
  }
  const ports = [...new Set(keys.flatMap((key) => (key === null ? [] : [key.port])))];
  return ports.map((port) => ({ ...block, port, zones: keys.flatMap((key) => (key?.port === port ? key.zones : [])) }));
}

/** `.:53`, `example.org`, `dns://example.org:5353`; null for other protocols. */
function readKey(key: string): { readonly zones: readonly string[]; readonly port: number } | null {
  const match = /^(?:([a-z0-9]+):\/\/)?(.*?)(?::(\d+))?$/i.exec(key);
  if (match === null || (match[1] !== undefined && match[1] !== "dns")) return null;
  return { zones: zonesOf(match[2] === undefined || match[2] === "" ? "." : match[2]), port: Number(match[3] ?? 53) };
}

function addDirective(block: ServerBlock, directive: Directive, notSimulated: NotSimulated[]): ServerBlock | CorefileError {
  const { name, line } = directive;
  const skip = (option: string, at: number): void => void notSimulated.push({ name: `${name}.${option}`, line: at });
  switch (name) {
    case "kubernetes": {
      if (block.kubernetes !== null) return { error: "plugin/kubernetes: this plugin can only be used once per server block", line };
      const kubernetes = readKubernetes(directive, block.zones, skip);
      return "error" in kubernetes ? kubernetes : { ...block, kubernetes };
    }
    case "cache": {
      const cache = readCache(directive, block.zones, skip);
      return "error" in cache ? cache : { ...block, cache };
    }
    case "forward": {
      const forward = readForward(directive, skip);
      return "error" in forward ? forward : { ...block, forwards: [...block.forwards, forward] };
    }
    case "hosts": {
      const hosts = readHosts(directive, block.zones, skip);
      return "error" in hosts ? hosts : { ...block, hosts };
    }
    case "rewrite": {
      const rule = readRewrite(directive);
      if (rule === null) {
        skip(directive.args.find((arg) => arg !== "stop" && arg !== "continue") ?? "block", line);
        return block;
      }
      return "error" in rule ? rule : { ...block, rewrites: [...block.rewrites, rule] };
    }
    case "template": {
      const template = readTemplate(directive, block.zones, skip);
      return "error" in template ? template : { ...block, templates: [...block.templates, template] };
    }
    case "loadbalance":
      return readLoadbalance(block, directive, skip);
    default:
      if (WITHOUT_EFFECT.has(name)) return block;
      if (!OTHER_PLUGINS.has(name)) return { error: `Unknown directive '${name}'`, line };
      notSimulated.push({ name, line });
      return block;
  }
}

type Skip = (option: string, line: number) => void;

function readLoadbalance(block: ServerBlock, { args, line }: Directive, skip: Skip): ServerBlock | CorefileError {
  const [policy = "round_robin"] = args;
  if (policy === "weighted") skip("weighted", line);
  else if (policy !== "round_robin") return { error: `plugin/loadbalance: unknown policy: ${policy}`, line };
  return { ...block, loadbalance: true };
}

function readKubernetes(directive: Directive, blockZones: readonly string[], skip: Skip): KubernetesConfig | CorefileError {
  const zones = directive.args.length === 0 ? blockZones : directive.args.flatMap(zonesOf);
  let config: KubernetesConfig = {
    zones,
    pods: "disabled",
    ttl: 5,
    fallthrough: [],
    endpointPodNames: false,
    noEndpoints: false,
    namespaces: [],
    ignoreEmptyService: false,
  };
  for (const { name, args, line } of directive.block ?? []) {
    const [first = ""] = args;
    const fail = (error: string): CorefileError => ({ error: `plugin/kubernetes: ${error}`, line });
    switch (name) {
      case "pods":
        if (first !== "disabled" && first !== "insecure" && first !== "verified") {
          return fail(`wrong value for pods: ${first}, pods must be one of: disabled, verified, insecure`);
        }
        config = { ...config, pods: first };
        break;
      case "ttl": {
        const ttl = seconds(first);
        if (ttl === null) return fail(`not a number of seconds: ${first}`);
        if (ttl > 3600) return fail(`ttl must be in range [0, 3600]: ${ttl}`);
        config = { ...config, ttl };
        break;
      }
      case "fallthrough":
        config = { ...config, fallthrough: args.length === 0 ? ["."] : args.flatMap(zonesOf) };
        break;
      case "endpoint_pod_names":
        config = { ...config, endpointPodNames: true };
        break;
      case "noendpoints":
        config = { ...config, noEndpoints: true };
        break;
      case "namespaces":
        if (args.length === 0) return fail("namespaces needs at least one name");
        config = { ...config, namespaces: [...config.namespaces, ...args] };
        break;
      case "ignore":
        if (first !== "empty_service") return fail(`unable to parse ignore value: '${first}'`);
        config = { ...config, ignoreEmptyService: true };
        break;
      case "endpoint":
      case "tls":
      case "kubeconfig":
      case "apiserver_qps":
      case "apiserver_burst":
      case "apiserver_max_inflight":
        break;
      case "labels":
      case "namespace_labels":
      case "transfer":
      case "multicluster":
      case "startup_timeout":
      case "zonal":
        skip(name, line);
        break;
      default:
        return fail(`unknown property '${name}'`);
    }
  }
  return config;
}

function readCache(directive: Directive, blockZones: readonly string[], skip: Skip): CacheConfig | CorefileError {
  const [first] = directive.args;
  const ttl = first === undefined ? null : seconds(first);
  const zoneArgs = ttl === null ? directive.args : directive.args.slice(1);
  const zones = zoneArgs.length === 0 ? blockZones : zoneArgs.flatMap(zonesOf);
  if (ttl === 0) return { error: "plugin/cache: cache TTL can not be zero or negative: 0", line: directive.line };
  let config: CacheConfig = {
    zones,
    success: { min: 5, max: ttl ?? 3600, except: [] },
    denial: { min: 5, max: ttl ?? 1800, except: [] },
    servfail: 5,
  };
  for (const { name, args, line } of directive.block ?? []) {
    const fail = (error: string): CorefileError => ({ error: `plugin/cache: ${error}`, line });
    switch (name) {
      case "success":
      case "denial": {
        const numbers = args.map((arg) => seconds(arg));
        if (numbers.length === 0 || numbers.includes(null)) return fail(`${name} wants a capacity, a TTL and a smallest TTL`);
        const [, max, min] = numbers;
        const bounds = config[name];
        config = { ...config, [name]: { ...bounds, max: max ?? bounds.max, min: min ?? bounds.min } };
        break;
      }
      case "disable": {
        const [which, ...except] = args;
        if (which !== "success" && which !== "denial") return fail(`cache type for disable must be "success" or "denial": ${which ?? ""}`);
        config = { ...config, [which]: { ...config[which], except: except.length === 0 ? zones : except.flatMap(zonesOf) } };
        break;
      }
      case "servfail": {
        const kept = duration(args[0] ?? "");
        if (kept === null) return fail(`not a duration: ${args[0] ?? ""}`);
        if (kept > 300) return fail(`caching SERVFAIL responses over 5 minutes is not permitted: ${args[0] ?? ""}`);
        config = { ...config, servfail: kept };
        break;
      }
      case "prefetch":
      case "serve_stale":
      case "keepttl":
        skip(name, line);
        break;
      default:
        return fail(`unknown property '${name}'`);
    }
  }
  return config;
}

const FORWARD_OPTIONS_WITHOUT_EFFECT = new Set([
  "max_concurrent",
  "max_fails",
  "max_connect_attempts",
  "expire",
  "max_idle_conns",
  "health_check",
  "max_age",
]);
const FORWARD_OPTIONS_NOT_SIMULATED = new Set([
  "tls",
  "tls_servername",
  "next",
  "failfast_all_unhealthy_upstreams",
  "failover",
  "source_address",
  "doh_method",
]);

function readForward(directive: Directive, skip: Skip): ForwardConfig | CorefileError {
  const [from, ...to] = directive.args;
  if (from === undefined || to.length === 0)
    return { error: "plugin/forward: wants a zone and at least one upstream", line: directive.line };
  let config: ForwardConfig = { from: zonesOf(from)[0] ?? ".", except: [], to, policy: "random", forceTcp: false };
  for (const { name, args, line } of directive.block ?? []) {
    const [first = ""] = args;
    if (name === "except") config = { ...config, except: [...config.except, ...args.map((zone) => lowerName(absolute(zone)))] };
    else if (name === "force_tcp") config = { ...config, forceTcp: true };
    else if (name === "prefer_udp") config = { ...config, forceTcp: false };
    else if (name === "policy") {
      if (first !== "random" && first !== "round_robin" && first !== "sequential")
        return { error: `plugin/forward: unknown policy '${first}'`, line };
      if (first === "round_robin") skip("policy round_robin", line);
      config = { ...config, policy: first };
    } else if (FORWARD_OPTIONS_NOT_SIMULATED.has(name)) skip(name, line);
    else if (!FORWARD_OPTIONS_WITHOUT_EFFECT.has(name)) return { error: `plugin/forward: unknown property '${name}'`, line };
  }
  return config;
}

function seconds(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** `5s`, `2m`, `500ms`, `0`; in whole seconds. */
function duration(text: string): number | null {
  const match = /^(\d{1,9})(ms|s|m|h)?$/.exec(text);
  if (match === null || (match[2] === undefined && match[1] !== "0")) return null;
  const factor = { ms: 0.001, s: 1, m: 60, h: 3600 }[match[2] ?? "s"] ?? 1;
  return Math.floor(Number(match[1]) * factor);
}
