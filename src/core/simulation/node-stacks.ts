/**
 * The netfilter of every node that a packet has met, kept in step with the node's addresses and with the rules of its
 * kube-proxy. Connection tracking, affinity lists and counters are part of the run's state; the rules are made anew.
 */
import type { Family } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import { isStale, staleFlows } from "../kube-proxy/sync.ts";
import {
  conntrackViews,
  createNodeStack,
  deleteEntries,
  restoreStack,
  setRules,
  stackState,
  type NodeStack,
  type NodeStackState,
} from "../netfilter/stack.ts";
import type { PolicyWorld } from "../network-policy/types.ts";
import { BRIDGE, UPLINK, localAddresses, type NodeNet } from "../network/topology.ts";
import type { ConntrackView } from "../network/trace.ts";
import type { Masquerade } from "./masquerade.ts";
import type { OwnOfNode } from "./own-rules.ts";
import type { RuleBook } from "./proxies.ts";
import type { ProxySnapshot, SimulationState } from "./state.ts";

export const FAMILIES: readonly Family[] = ["IPv4", "IPv6"];

/** A node's netfilter, and what its addresses and rules were made from: as long as both stay the same it is up to date. */
interface LiveStack {
  readonly stack: NodeStack;
  readonly addresses: string;
  node: NodeNet;
  /** undefined: rules are still to be laid in. */
  rulesOf: ProxySnapshot | null | undefined;
  policiesOf: PolicyWorld | null;
  ownOf: OwnOfNode | null;
  masqueradeOf: Masquerade | null;
}

export class NodeStacks {
  private live = new Map<string, LiveStack>();
  private readonly rules: RuleBook;

  constructor(rules: RuleBook) {
    this.rules = rules;
  }

  /** The node's netfilter with the rules of now laid in. */
  stackOf(state: SimulationState, node: NodeNet): NodeStack {
    const synced = state.proxies.get(node.name)?.synced ?? null;
    let live = this.live.get(node.name);
    const policies = this.rules.policies.world(state);
    const own = this.rules.own.of(state, node.name);
    const masquerade = this.rules.masquerade.of(state);
    const added = live?.policiesOf === policies && live.ownOf === own && live.masqueradeOf === masquerade;
    if (live !== undefined && live.node === node && live.rulesOf === synced && added) return live.stack;
    const addresses = localAddresses(node).join(" ");
    if (live?.addresses !== addresses) {
      const options = stackOptions(node);
      const stack = live === undefined ? createNodeStack(options) : restoreStack(stackState(live.stack, state.now), options);
      this.live.set(
        node.name,
        (live = { stack, addresses, node, rulesOf: synced, policiesOf: policies, ownOf: own, masqueradeOf: masquerade }),
      );
    }
    for (const family of FAMILIES) setRules(live.stack, this.rules.rulesOf(state, node, family));
    live.node = node;
    live.rulesOf = synced;
    live.policiesOf = policies;
    live.ownOf = own;
    live.masqueradeOf = masquerade;
    return live.stack;
  }

  /**
   * The node's kube-proxy has synced: lists and counters of rules that are gone go with them, whoever looks next, and so
   * do UDP entries that lead to endpoints that are gone. A node that no packet has met has neither.
   */
  afterSync(
    state: SimulationState,
    name: string,
    synced: { readonly before: ProxySnapshot | null; readonly after: ProxySnapshot },
    net: () => NodeNet | null,
  ): void {
    const node = this.live.has(name) ? net() : null;
    if (node === null) return;
    const stack = this.stackOf(state, node);
    const { before, after } = synced;
    if (before === null) return;
    for (const family of FAMILIES) {
      const stale = staleFlows(this.rules.servicePorts(before, family), this.rules.servicePorts(after, family));
      if (stale.length === 0) continue;
      const picks = ({ protocol, original, reply }: ConntrackView): boolean =>
        isStale(stale, { protocol, dst: original.dst, dstPort: original.dstPort, replySrc: reply.src, replySrcPort: reply.srcPort });
      deleteEntries(stack, picks, "UDP");
    }
  }

  /** The node's rules were replaced by hand, or given back to kube-proxy. */
  afterOverride(state: SimulationState, node: NodeNet): void {
    const live = this.live.get(node.name);
    if (live !== undefined) live.rulesOf = undefined;
    this.stackOf(state, node);
  }

  conntrack(node: string, now: Nanos): readonly ConntrackView[] {
    const live = this.live.get(node);
    return live === undefined ? [] : conntrackViews(live.stack, now);
  }

  /** The node was switched off: connections, lists and counters are gone. */
  forget(node: string): void {
    this.live.delete(node);
  }

  clear(): void {
    this.live.clear();
  }

  /** Plain values of all stacks in which something happened; somebody who only looked has made others. */
  states(now: Nanos): ReadonlyMap<string, NodeStackState> {
    const states = [...this.live].map(([node, { stack }]) => [node, stackState(stack, now)] as const);
    return new Map(states.filter(([, { conntrack, recent, cells }]) => conntrack.nextId > 1 || recent.length > 0 || cells.length > 0));
  }

  /** The stacks of a checkpoint of which `state` is the rest. Their rules are laid in at once: what is written anew later resets counters. */
  restore(state: SimulationState, states: ReadonlyMap<string, NodeStackState>, nodes: ReadonlyMap<string, NodeNet>): void {
    this.live.clear();
    for (const [name, saved] of states) {
      const node = nodes.get(name);
      if (node === undefined) continue;
      const stack = restoreStack(saved, stackOptions(node));
      this.live.set(name, {
        stack,
        addresses: localAddresses(node).join(" "),
        node,
        rulesOf: undefined,
        policiesOf: null,
        ownOf: null,
        masqueradeOf: null,
      });
      this.stackOf(state, node);
    }
  }

  /** Lays in what changed in the rules beside kube-proxy's (the plugin's, a person's own), before anybody looks or a packet comes. */
  follow(state: SimulationState, nodes: () => ReadonlyMap<string, NodeNet>): void {
    if (this.live.size === 0) return;
    const policies = this.rules.policies.world(state);
    const masquerade = this.rules.masquerade.of(state);
    for (const [name, live] of this.live) {
      const isSame = live.policiesOf === policies && live.masqueradeOf === masquerade && live.ownOf === this.rules.own.of(state, name);
      if (isSame) continue;
      const node = nodes().get(name);
      if (node !== undefined) this.stackOf(state, node);
    }
  }
}

/** The node as netfilter knows it. kube-proxy sets the two TCP time-outs (conntrack.tcpEstablishedTimeout, …CloseWait). */
function stackOptions(node: NodeNet): Parameters<typeof createNodeStack>[0] {
  const prefixed = (address: string | null, prefix: number): string[] => (address === null ? [] : [`${address}/${prefix}`]);
  const bridgePrefix = (family: Family): number =>
    node.podCidrs.find((cidr) => cidr.family === family)?.prefix ?? (family === "IPv4" ? 32 : 128);
  return {
    node: node.name,
    localAddresses: localAddresses(node),
    interfaces: [
      { name: UPLINK, addresses: [...prefixed(node.uplink.IPv4, 24), ...prefixed(node.uplink.IPv6, 64)] },
      {
        name: BRIDGE,
        addresses: [...prefixed(node.bridge.IPv4, bridgePrefix("IPv4")), ...prefixed(node.bridge.IPv6, bridgePrefix("IPv6"))],
      },
    ],
    settings: { tcpEstablishedSeconds: 86_400, tcpCloseWaitSeconds: 3_600 },
  };
}
