/**
 * Names in a running cluster: the resolver's files of each sender, CoreDNS in its Pods, and the name server outside. A
 * CoreDNS Pod reads the store as it is now; its caches are part of the run's state.
 */
import type { NamespacedName } from "../base/names.ts";
import { SECOND } from "../base/time.ts";
import { get, listed, type ObjectStore } from "../api/store.ts";
import type { Service } from "../api/types.ts";
import { DnsDataBook, type DnsData } from "../dns/dns-data.ts";
import { hostsFileOf, type HostsFile } from "../dns/hosts-file.ts";
import { askInternet, defaultInternet, type Internet } from "../dns/internet.ts";
import { storedFor } from "../dns/cache.ts";
import { encodeMessage } from "../dns/message.ts";
import type { Message } from "../dns/records.ts";
import { resume, serve, type CoreDnsServer, type CoreDnsState, type Served as CoreDnsServed } from "../dns/pipeline.ts";
import { DEFAULT_NODE_RESOLV_CONF, parseResolvConf, resolvConfOf, type DnsSettings } from "../dns/resolv-conf.ts";
import { libcOf } from "../workloads/clients.ts";
import type { ForwardedQuery, NameService, ResolverSetup, Served } from "../network/name-service.ts";
import type { PodNet, Topology } from "../network/topology.ts";
import type { Place, Sender } from "../network/trace.ts";
import { coreDnsOf, corefileOfPod } from "./coredns.ts";
import { keepFirst, keptAddress } from "./kept-names.ts";
import { addressBehind } from "./doors.ts";
import type { SimulationState } from "./state.ts";

/** Settings of the kubelets: the address of the cluster's DNS is the Service kube-system/kube-dns, as kubeadm sets it up. */
export function dnsSettings(state: SimulationState): DnsSettings {
  const service = get(state.store, "Service", "kube-system/kube-dns");
  const addresses = service?.spec.clusterIPs ?? (service?.spec.clusterIP === undefined ? [] : [service.spec.clusterIP]);
  return {
    clusterDns: addresses.filter((address) => address !== "" && address !== "None"),
    domain: state.settings.dnsDomain,
    nodeResolvConf: DEFAULT_NODE_RESOLV_CONF,
  };
}

const LOCALHOST: HostsFile = {
  entries: [
    { address: "127.0.0.1", names: ["localhost"] },
    { address: "::1", names: ["localhost"] },
  ],
};

/** The resolver's files and library of a sender. */
export function resolverSetup(state: SimulationState, from: Sender): ResolverSetup {
  const settings = dnsSettings(state);
  if (from.kind === "pod") {
    const pod = get(state.store, "Pod", from.pod);
    if (pod === undefined) throw new Error(`no Pod ${from.pod}`);
    return { conf: resolvConfOf(pod, settings), hosts: hostsFileOf(pod, settings.domain), libc: libcOf(pod.spec) };
  }
  const node = from.kind === "node" ? [{ address: "127.0.1.1", names: [from.node] }] : [];
  return { conf: parseResolvConf(DEFAULT_NODE_RESOLV_CONF), hosts: { entries: [...LOCALHOST.entries, ...node] }, libc: "glibc" };
}

function balancerNames(services: readonly Service[]): readonly string[] {
  return services.flatMap(({ status }) => (status?.loadBalancer?.ingress ?? []).flatMap(({ hostname }) => hostname ?? []));
}

/** Indexes and configuration that CoreDNS makes of the store, remembered until the store changes. */
export class DnsBook {
  private readonly known = new DnsDataBook();
  private data: { readonly store: ObjectStore; readonly revision: number; readonly data: DnsData } | null = null;
  private outside: { readonly services: readonly Service[]; readonly internet: Internet } | null = null;
  readonly internet: Internet;

  constructor(internet: Internet = defaultInternet()) {
    this.internet = internet;
  }

  /** The internet with the host names that providers gave to load balancers. */
  internetOf(store: ObjectStore): Internet {
    const services = listed(store, "Service");
    if (this.outside?.services === services) return this.outside.internet;
    const records = balancerNames(services).map((name) => ({
      name: `${name}.`,
      ttl: 60,
      type: "A" as const,
      address: addressBehind(name),
    }));
    const internet = records.length === 0 ? this.internet : { ...this.internet, records: [...this.internet.records, ...records] };
    this.outside = { services, internet };
    return internet;
  }

  dataOf(store: ObjectStore): DnsData {
    if (this.data?.store !== store || this.data.revision !== store.revision)
      this.data = { store, revision: store.revision, data: this.known.dataOf(store) };
    return this.data.data;
  }

  /** CoreDNS of that Pod, which listens at these addresses. */
  server(state: SimulationState, pod: NamespacedName, addresses: readonly string[]): CoreDnsServer {
    return {
      config: corefileOfPod(state, pod),
      data: this.dataOf(state.store),
      addresses,
      upstreams: parseResolvConf(DEFAULT_NODE_RESOLV_CONF).nameservers,
      serial: state.dnsSerial,
      synced: true,
    };
  }
}

/** The Pods behind kube-system/kube-dns that have an address. */
export function dnsServers(state: SimulationState): readonly { readonly pod: NamespacedName; readonly address: string }[] {
  const selector = get(state.store, "Service", "kube-system/kube-dns")?.spec.selector;
  if (selector === undefined) return [];
  const matches = (labels: { readonly [key: string]: string } | undefined): boolean =>
    Object.entries(selector).every(([key, value]) => labels?.[key] === value);
  const pods = listed(state.store, "Pod").filter(({ metadata }) => metadata.namespace === "kube-system" && matches(metadata.labels));
  return pods.flatMap(({ metadata, status }) =>
    status.podIP === undefined ? [] : [{ pod: `${metadata.namespace ?? ""}/${metadata.name}`, address: status.podIP }],
  );
}

/** The name service that packets meet. */
export function nameService(state: () => SimulationState, topology: () => Topology, book: DnsBook): NameService {
  const stateOf = (pod: PodNet): CoreDnsState => coreDnsOf(state(), pod.key);
  const podOf = (place: Place): PodNet | null => (place.kind === "pod" ? (topology().pods.get(place.pod) ?? null) : null);
  const outcome = (served: CoreDnsServed): Served => {
    if (served.kind === "forward") return { kind: "forward", forwarded: served };
    if (served.kind === "ignore") return served;
    const { message, bytes, by } = served;
    return { kind: "reply", message, bytes: bytes.length, by };
  };
  return {
    setup: (from) => resolverSetup(state(), from),
    kept: (from, host) => keptAddress(state(), from, host),
    keep: (from, host, addresses) => keepFirst(state(), from, host, addresses),
    serve: (place, query, transport): Served => {
      const pod = podOf(place);
      if (pod === null) {
        const message = askInternet(book.internetOf(state().store), query);
        return { kind: "reply", message, bytes: encodeMessage(message).length };
      }
      const served = serve(book.server(state(), pod.key, pod.addresses), stateOf(pod), query, state().now, transport);
      recordKept(state(), pod.key, query);
      return outcome(served);
    },
    resume: (place, forwarded: ForwardedQuery, heard): Served => {
      const pod = podOf(place);
      if (pod === null) throw new Error("only CoreDNS forwards");
      const server = book.server(state(), pod.key, pod.addresses);
      const result = heard === "answer" ? askInternet(book.internetOf(state().store), forwarded.message) : heard;
      const served = resume(server, stateOf(pod), forwarded.pending, result, state().now);
      recordKept(state(), pod.key, forwarded.pending.query);
      return outcome(served);
    },
  };
}

/** What a CoreDNS Pod keeps because of a query it has just answered goes into the timeline. */
function recordKept(state: SimulationState, pod: NamespacedName, query: Message): void {
  const { cache } = coreDnsOf(state, pod);
  if (cache.success.size + cache.denial.size === 0) return;
  for (const { denial, entry } of storedFor(cache, query, state.now)) {
    const { question } = entry.reply;
    if (question === null) continue;
    const { name, type } = question;
    const goneAt = entry.storedAt + entry.ttl * SECOND;
    // Two questions of one moment are looked at one after the other.
    if (!toldNow(state, { pod, name, type })) state.timeline.push({ kind: "name", at: state.now, pod, name, type, denial, goneAt });
  }
}

function toldNow({ timeline, now }: SimulationState, { pod, name, type }: { pod: NamespacedName; name: string; type: string }): boolean {
  for (let i = timeline.length - 1; i >= 0; i--) {
    const entry = timeline[i];
    if (entry === undefined || entry.at < now) return false;
    if (entry.kind === "name" && entry.at === now && entry.pod === pod && entry.name === name && entry.type === type) return true;
  }
  return false;
}

/** Whole seconds of virtual time on the run's clock. */
export function unixSeconds(state: SimulationState): number {
  return state.epochSeconds + Math.floor(state.now / SECOND);
}
