/** A whole look-up at once, without packets or time: `kubehop resolve` and whoever only wants to know the outcome. */
import { list } from "../api/store.ts";
import type { ObjectStore } from "../api/store.ts";
import type { Pod } from "../api/types.ts";
import { randomState } from "../base/random.ts";
import type { Nanos } from "../base/time.ts";
import { corefileOf } from "./corefile.ts";
import type { Corefile } from "./corefile.ts";
import { dnsDataOf } from "./dns-data.ts";
import { hostsFileOf } from "./hosts-file.ts";
import { askInternet } from "./internet.ts";
import type { Internet } from "./internet.ts";
import { coreDnsState, serveAtOnce } from "./pipeline.ts";
import type { CoreDnsServer, CoreDnsState } from "./pipeline.ts";
import type { Message } from "./records.ts";
import { DEFAULT_NODE_RESOLV_CONF, parseResolvConf, resolvConfOf } from "./resolv-conf.ts";
import { startLookup, stepLookup } from "./resolver.ts";
import type { Libc, LookupFamily, LookupRequest, LookupResult, LookupStep, OutgoingQuery } from "./resolver.ts";

/** What answers a query: a message, silence, or an ICMP error. */
export type AskServer = (query: OutgoingQuery, now: Nanos) => Message | "timeout" | "unreachable";

export interface Resolved extends LookupResult {
  /** Every query sent, in order, retries and both types included. */
  readonly queries: readonly OutgoingQuery[];
  /** Names asked for, in order, each once however often it was sent. */
  readonly names: readonly string[];
  /** The first name server, or "" where no query was sent. */
  readonly server: string;
  /** How long it took when replies take no time. */
  readonly took: Nanos;
}

/** Runs the stub resolver against `ask`. Replies arrive at once, so only time-outs pass time. */
export function resolveSync(request: LookupRequest, ask: AskServer, now: Nanos = 0): Resolved {
  let at = now;
  let step = startLookup(request, at);
  let inbox = [...step.send];
  const queries = [...step.send];
  while (step.done === null) {
    const query = inbox.shift();
    let next: LookupStep;
    if (query !== undefined) {
      const heard = ask(query, at);
      if (heard === "timeout") continue;
      next = stepLookup(
        step.state,
        heard === "unreachable" ? { kind: "unreachable", query: query.index } : { kind: "reply", query: query.index, message: heard },
        at,
      );
    } else {
      if (step.wakeAt === null) throw new Error(`look-up of ${request.name} waits for nothing`);
      at = step.wakeAt;
      next = stepLookup(step.state, { kind: "timer" }, at);
    }
    step = next;
    inbox = [...inbox, ...step.send];
    queries.push(...step.send);
  }
  return {
    ...step.done,
    queries,
    names: [...new Set(queries.map((one) => one.question.name))],
    server: queries[0]?.server ?? request.resolvConf.nameservers[0] ?? "",
    took: at - now,
  };
}

/** The cluster's DNS as it stands in stored objects. */
export interface StoredDns {
  readonly server: CoreDnsServer;
  readonly state: CoreDnsState;
  readonly clusterDns: readonly string[];
  readonly domain: string;
}

export interface StoredDnsOptions {
  /** The CoreDNS Pod's own addresses; default: the Pods behind kube-system/kube-dns. */
  readonly serverAddresses?: readonly string[];
  readonly serial?: number;
  readonly nodeResolvConf?: string;
  readonly seed?: number;
  /** Default: what the Corefile's kubernetes directive serves first. */
  readonly domain?: string;
}

/** Reads the cluster's DNS out of stored objects. A Corefile with a mistake is returned as it is. */
export function storedDns(
  store: ObjectStore,
  options: StoredDnsOptions = {},
): StoredDns | { readonly error: string; readonly line: number } {
  const config = corefileOf(store, options.domain);
  if ("error" in config) return config;
  const data = dnsDataOf(store);
  const kubeDns = data.services.get("kube-system/kube-dns");
  const endpoints = (data.slices.get("kube-system/kube-dns") ?? []).flatMap((slice) => slice.endpoints.map((endpoint) => endpoint.address));
  const addresses = options.serverAddresses ?? endpoints.slice(0, 1);
  const upstreams = parseResolvConf(options.nodeResolvConf ?? DEFAULT_NODE_RESOLV_CONF).nameservers;
  const server: CoreDnsServer = { config, data, addresses, upstreams, serial: options.serial ?? 0, synced: true };
  const clusterDns = kubeDns === undefined || kubeDns.clusterIps.length === 0 ? ["10.96.0.10"] : kubeDns.clusterIps.slice(0, 1);
  return {
    server,
    state: coreDnsState(options.seed ?? 1, addresses[0] ?? "coredns"),
    clusterDns,
    domain: options.domain ?? domainOf(config),
  };
}

/** The first zone that is no reverse zone, without the final dot. */
export function domainOf(config: Corefile): string {
  const zones = config.blocks.flatMap((block) => block.kubernetes?.zones ?? []);
  return (zones.find((zone) => !zone.endsWith(".arpa.")) ?? "cluster.local.").replace(/\.$/, "");
}

export interface ResolveRequest {
  readonly pod: Pod;
  readonly name: string;
  readonly family: LookupFamily;
  readonly libc: Libc;
  /** Text of the node's resolv.conf. */
  readonly nodeResolvConf?: string;
}

/** A Pod's look-up in a cluster of stored objects: the cluster's DNS answers on its addresses, the internet on any other. */
export function resolveFromPod(store: ObjectStore, dns: StoredDns, internet: Internet, request: ResolveRequest): Resolved {
  const { pod, name, family, libc } = request;
  const nodeResolvConf = request.nodeResolvConf ?? DEFAULT_NODE_RESOLV_CONF;
  const resolvConf = resolvConfOf(pod, { clusterDns: dns.clusterDns, domain: dns.domain, nodeResolvConf });
  const random = randomState(1, `resolver ${pod.metadata.namespace ?? "default"}/${pod.metadata.name}`);
  const hosts = hostsFileOf(pod, dns.domain);
  const inCluster = new Set([...dns.clusterDns, ...coreDnsAddresses(store)]);
  const nobodyReady = hasNoReadyEndpoint(dns);
  const ask: AskServer = (query, now) => {
    if (!inCluster.has(query.server)) return askInternet(internet, query.message);
    if (nobodyReady) return "unreachable";
    return serveAtOnce(dns.server, dns.state, query.message, now, query.transport, internet)?.message ?? "timeout";
  };
  return resolveSync({ name, family, libc, resolvConf, hosts, random }, ask);
}

/** The Service's slices say that nobody is ready: kube-proxy rejects. Without slices nothing is said about it. */
function hasNoReadyEndpoint({ server }: StoredDns): boolean {
  const slices = server.data.slices.get("kube-system/kube-dns") ?? [];
  return slices.length > 0 && slices.every((slice) => slice.endpoints.length === 0);
}

function coreDnsAddresses(store: ObjectStore): string[] {
  const pods = list(store, "Pod").filter(
    (pod) => pod.metadata.namespace === "kube-system" && pod.metadata.labels?.["k8s-app"] === "kube-dns",
  );
  return pods.flatMap((pod) => pod.status.podIPs?.map(({ ip }) => ip) ?? []);
}
