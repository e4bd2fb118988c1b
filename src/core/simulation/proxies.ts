/**
 * Every node's kube-proxy: when it syncs, what it saw then, and the rules that it wrote from that. Rules are made when a
 * packet enters a node or somebody looks, from pieces that nodes share, and remembered by what they are made from.
 * Life cycle of a sync: kube-proxy's bounded frequency runner (pkg/proxy/runner), default minSyncPeriod 1 s.
 */
import { cidrContains, type Address } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import { nextBelow } from "../base/random.ts";
import { listed } from "../api/store.ts";
import type { ProxySettings as ClusterProxySettings } from "../api/settings.ts";
import { rewriteRules, type ProxyInput, type Written } from "../kube-proxy/iptables.ts";
import { ServicePortBook } from "../kube-proxy/service-port-book.ts";
import type { ServicePortInfo } from "../kube-proxy/service-ports.ts";
import { DEFAULT_PROXY_SETTINGS, nodePortAddresses, type ProxySettings } from "../kube-proxy/settings.ts";
import { inputFor } from "../kube-proxy/sync.ts";
import { syncText } from "../kube-proxy/text.ts";
import { emptyRuleSet, parseRules } from "../netfilter/parse.ts";
import type { RuleSet } from "../netfilter/rules.ts";
import type { NodeNet } from "../network/topology.ts";
import { PROXY_DELAYS } from "./delays.ts";
import { MasqueradeBook } from "./masquerade.ts";
import { OwnRuleBook } from "./own-rules.ts";
import { PolicyBook } from "./policies.ts";
import { schedule } from "./queue.ts";
import { overrideKey, type ProxySnapshot, type ProxyState, type SimulationState } from "./state.ts";
import { stream } from "./streams.ts";

/** The cluster's kube-proxy settings in the words of the rule writer. */
function proxySettings(settings: ClusterProxySettings): ProxySettings {
  return {
    ...DEFAULT_PROXY_SETTINGS,
    detectLocalMode: settings.detectLocalMode,
    clusterCidr: settings.clusterCIDR,
    bridgeInterface: settings.bridgeInterface,
    interfaceNamePrefix: settings.interfaceNamePrefix,
    masqueradeAll: settings.masqueradeAll,
    masqueradeBit: settings.masqueradeBit,
    localhostNodePorts: settings.localhostNodePorts,
    nodePortAddresses: settings.nodePortAddresses,
  };
}

/** What kube-proxies see now. */
export function takeSnapshot({ store, proxyVersion, settings }: SimulationState): ProxySnapshot {
  const [services, slices, nodes] = [listed(store, "Service"), listed(store, "EndpointSlice"), listed(store, "Node")];
  return { version: proxyVersion, services, slices, nodes, settings };
}

/** So many Services, slices, Nodes or settings changed: every kube-proxy hears of it in a moment and syncs. */
export function proxiesHear(state: SimulationState, nodes: readonly string[], changes: number): void {
  state.proxyVersion += changes;
  for (const node of nodes) dueSoon(state, node);
}

function dueSoon(state: SimulationState, node: string): void {
  const proxy = proxyOf(state, node);
  if (proxy.dueAt !== null || isDeaf(state, node, proxy)) return;
  const heard =
    state.now +
    PROXY_DELAYS.watch +
    nextBelow(stream(state.streams, state.seed, `proxy-sync ${node}`), PROXY_DELAYS.spread) +
    (state.delays.syncOf?.[node] ?? state.delays.sync);
  const earliest = proxy.syncedAt === null ? 0 : proxy.syncedAt + PROXY_DELAYS.minimumPeriod;
  proxy.dueAt = Math.max(heard, earliest);
  schedule(state.queue, proxy.dueAt, { kind: "proxy-sync", node });
}

/** It does not run, or hears nothing of the API server. */
function isDeaf({ memory }: SimulationState, node: string, { stopped }: ProxyState): boolean {
  return stopped || memory.nodeFaults.has(node);
}

/** A person stops a node's kube-proxy, or starts it again. Returns in plain words why it cannot be done. */
export function setProxyStopped(state: SimulationState, node: string, stopped: boolean): string | null {
  const proxy = proxyOf(state, node);
  if (proxy.stopped === stopped) return `kube-proxy of ${node} ${stopped ? "is stopped already" : "runs already"}.`;
  proxy.stopped = stopped;
  if (stopped) proxy.dueAt = null;
  else wakeProxy(state, node);
  return null;
}

/** The node's kube-proxy starts, or hears of the API server again: it syncs what it has missed. */
export function wakeProxy(state: SimulationState, node: string): void {
  if (changesBehind(state, node) > 0) dueSoon(state, node);
}

/** The node was switched off: its rules are gone with it. */
export function forgetProxy(state: SimulationState, node: string): void {
  const { stopped } = proxyOf(state, node);
  state.proxies.set(node, { synced: null, syncedAt: null, dueAt: null, stopped });
}

/** No sync happens while the node is cut off. */
export function silenceProxy(state: SimulationState, node: string): void {
  proxyOf(state, node).dueAt = null;
}

export function proxyOf(state: SimulationState, node: string): ProxyState {
  let proxy = state.proxies.get(node);
  if (proxy === undefined) state.proxies.set(node, (proxy = { synced: null, syncedAt: null, dueAt: null, stopped: false }));
  return proxy;
}

/** How many changes the node's rules do not hold yet. */
export function changesBehind(state: SimulationState, node: string): number {
  return state.proxyVersion - (state.proxies.get(node)?.synced?.version ?? 0);
}

/** A kube-proxy syncs now. Returns what it knew before and knows now; null where nothing is new. */
export function syncProxy(
  state: SimulationState,
  node: string,
  rules: RuleBook,
): { readonly before: ProxySnapshot | null; readonly after: ProxySnapshot } | null {
  const proxy = proxyOf(state, node);
  const before = proxy.synced;
  proxy.dueAt = null;
  proxy.syncedAt = state.now;
  if (before?.version === state.proxyVersion) return null;
  proxy.synced = rules.snapshot(state);
  return { before, after: proxy.synced };
}

/**
 * Rule sets by what they are made from. Holds only what can be made again, so it is no part of the state: a rule set is
 * a function of snapshot, node and family, or of an override's text.
 */
export class RuleBook {
  /** What the network plugin adds. */
  readonly policies = new PolicyBook();
  readonly masquerade = new MasqueradeBook();
  readonly own = new OwnRuleBook();
  private latest: ProxySnapshot | null = null;
  private readonly books: Readonly<Record<Family, ServicePortBook>> = {
    IPv4: new ServicePortBook("IPv4"),
    IPv6: new ServicePortBook("IPv6"),
  };
  private readonly ports = new WeakMap<ProxySnapshot, Partial<Record<Family, readonly ServicePortInfo[]>>>();
  private readonly written = new WeakMap<ProxySnapshot, Map<string, RuleSet>>();
  /** What was written last for a node and family: the next rules are made from it. */
  private readonly newest = new Map<string, Written>();
  private readonly parsed = new Map<string, RuleSet>();

  /** Forgets the newest snapshot: the state went back to a checkpoint, where the same numbers mean something else. */
  forget(): void {
    this.latest = null;
    this.policies.forget();
    this.masquerade.forget();
    this.own.forget();
  }

  /** The snapshot of now, shared by all nodes that sync before the next change. */
  snapshot(state: SimulationState): ProxySnapshot {
    const now = takeSnapshot(state);
    const { latest } = this;
    const isSame =
      latest !== null &&
      latest.version === now.version &&
      latest.services === now.services &&
      latest.slices === now.slices &&
      latest.nodes === now.nodes &&
      latest.settings === now.settings;
    return isSame ? latest : (this.latest = now);
  }

  servicePorts(snapshot: ProxySnapshot, family: Family): readonly ServicePortInfo[] {
    let of = this.ports.get(snapshot);
    if (of === undefined) this.ports.set(snapshot, (of = {}));
    return (of[family] ??= this.books[family].portsOf(snapshot.services, snapshot.slices));
  }

  /**
   * What the node's packets meet: the override's rules where one is set, else what kube-proxy wrote at its last sync and
   * what people and the network plugin add. A plugin sees to it that its jump stands first in FORWARD; that in POSTROUTING
   * is there before a person adds anything.
   */
  rulesOf(state: SimulationState, node: NodeNet, family: Family): RuleSet {
    const override = state.overrides.get(overrideKey(node.name, family));
    if (override !== undefined) return this.parse(override, family);
    const snapshot = state.proxies.get(node.name)?.synced ?? null;
    const written = snapshot === null ? emptyRuleSet(family) : this.write(snapshot, node, family);
    return this.policies.added(state, node.name, this.own.added(state, node.name, this.masquerade.added(state, written)));
  }

  /** Exactly what kube-proxy hands to `iptables-restore --noflush --counters` in a full sync; null before its first. */
  syncText(state: SimulationState, node: NodeNet, family: Family): string | null {
    const snapshot = state.proxies.get(node.name)?.synced ?? null;
    return snapshot === null ? null : syncText(this.input(snapshot, node, family));
  }

  /** Whether the node's kube-proxy answers health checks at this address: where node ports listen. (pkg/proxy/healthcheck/service_health.go) */
  answersChecksAt(snapshot: ProxySnapshot, node: NodeNet, address: Address): boolean {
    const { settings, family, node: own } = this.input(snapshot, node, address.family);
    const accepted = nodePortAddresses(settings, family, own.nodeIp);
    return accepted.kind === "all" || accepted.cidrs.some((cidr) => cidrContains(cidr, address));
  }

  private write(snapshot: ProxySnapshot, node: NodeNet, family: Family): RuleSet {
    let of = this.written.get(snapshot);
    if (of === undefined) this.written.set(snapshot, (of = new Map()));
    const key = overrideKey(node.name, family);
    let rules = of.get(key);
    if (rules === undefined) {
      const written = rewriteRules(this.input(snapshot, node, family), this.newest.get(key) ?? null);
      this.newest.set(key, written);
      of.set(key, (rules = written.ruleSet));
    }
    return rules;
  }

  private input(snapshot: ProxySnapshot, node: NodeNet, family: Family): ProxyInput {
    const bridge = node.bridge[family];
    const settings = proxySettings(snapshot.settings.proxy);
    const stored = snapshot.nodes.find(({ metadata }) => metadata.name === node.name);
    const of = { name: node.name, node: stored, bridgeAddresses: bridge === null ? [] : [bridge] };
    return inputFor(of, family, settings, this.servicePorts(snapshot, family));
  }

  private parse(text: string, family: Family): RuleSet {
    const key = `${family}\n${text}`;
    let rules = this.parsed.get(key);
    if (rules === undefined) this.parsed.set(key, (rules = parseRules(text, family).ruleSet));
    return rules;
  }
}
