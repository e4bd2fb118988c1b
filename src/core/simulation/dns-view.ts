/** DNS in a run as people see it: each CoreDNS Pod with its file and its cache, and the record set of a Service. */
import type { NamespacedName } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import { get } from "../api/store.ts";
import { cachePolicyOf, cacheRows, type CachePolicy, type CacheRow } from "../dns/cache-view.ts";
import { parseMessage, type Refused } from "../dns/corefile-process.ts";
import { dnsDataOf } from "../dns/dns-data.ts";
import { nextLook } from "../dns/corefile-process.ts";
import { recordSetOf, type RecordSet } from "../dns/record-set.ts";
import { isReady } from "./cluster-view.ts";
import { configuredText, corefileOfPod, nameServerPods, processNow, readCorefile } from "./coredns.ts";
import { dnsServers, dnsSettings } from "./names.ts";
import type { SimulationState } from "./state.ts";

export interface DnsReplicaView {
  readonly pod: NamespacedName;
  readonly node: string | null;
  readonly ready: boolean;
  /** Its process runs. False while it crashes, starts or waits for a node. */
  readonly running: boolean;
  /** It runs with the Corefile that is stored now. */
  readonly current: boolean;
  /** Since when it runs with the file that it has; null where that is not followed. */
  readonly loadedAt: Nanos | null;
  /** When its volume or the process itself looks at a changed file next; null: nothing has changed, or it does not look. */
  readonly looksAt: Nanos | null;
  /** The file that it would not read, and why. Of one that crashes: what it ended with. */
  readonly refused: Refused | null;
  /** What its Corefile says of keeping names of the cluster; null: it has no cache for them. */
  readonly policy: CachePolicy | null;
  /** What its cache keeps now, denials first. */
  readonly cache: readonly CacheRow[];
}

export interface DnsView {
  /** `cluster.local` */
  readonly domain: string;
  /** The addresses that Pods ask: those of kube-system/kube-dns. */
  readonly nameservers: readonly string[];
  /** A mistake in the Corefile that is stored now. */
  readonly mistake: { readonly message: string; readonly line: number } | null;
  readonly replicas: readonly DnsReplicaView[];
}

/** Everything about the cluster's DNS at this moment. */
export function dnsView(state: SimulationState): DnsView {
  const { clusterDns, domain } = dnsSettings(state);
  const stored = readCorefile(configuredText(state));
  return {
    domain,
    nameservers: clusterDns,
    mistake: "error" in stored ? { message: parseMessage(stored), line: stored.line } : null,
    replicas: nameServerPods(state).map((pod) => replicaView(state, pod)),
  };
}

function replicaView(state: SimulationState, key: NamespacedName): DnsReplicaView {
  const pod = get(state.store, "Pod", key) ?? null;
  const known = state.coredns.get(key);
  const process = processNow(state, key);
  // One that has ended is told by what it said last.
  const last = process ?? known?.process ?? null;
  const configured = configuredText(state, pod);
  const followed = state.memory.pods.has(key);
  return {
    pod: key,
    node: pod?.spec.nodeName ?? null,
    ready: pod !== null && isReady(pod),
    running: followed ? process !== null && !process.ended : pod?.status.phase === "Running",
    current: process === null ? !followed : process.text === configured,
    loadedAt: process?.loadedAt ?? null,
    looksAt: process === null ? null : nextLook(process, configured, state.now),
    refused: last?.refused ?? null,
    policy: cachePolicyOf(corefileOfPod(state, key), state.settings.dnsDomain),
    cache: process === null && followed ? [] : cacheRows(known?.cache ?? { success: new Map(), denial: new Map() }, state.now),
  };
}

/** What DNS knows of the Service `namespace/name` now, by the Corefile of the first CoreDNS Pod; null where it knows nothing. */
export function recordSetView(state: SimulationState, service: NamespacedName): RecordSet | null {
  const [server] = dnsServers(state);
  const { blocks } = corefileOfPod(state, server?.pod ?? nameServerPods(state)[0] ?? "");
  const config = blocks.map(({ kubernetes }) => kubernetes).find((kubernetes) => kubernetes !== null) ?? null;
  return config === null ? null : recordSetOf({ config, data: dnsDataOf(state.store) }, service);
}
