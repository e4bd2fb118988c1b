/**
 * NetworkPolicies as the filter rules of a node, the way network plugins that use iptables enforce them: in FORWARD,
 * before everything else there. So a packet is judged by its destination after DNAT, and by its source before this
 * node's masquerade; one that another node masqueraded has that node's address. What a node's own processes send never
 * passes FORWARD: a node always reaches its own Pods. Replies pass by their connection.
 *
 *   FORWARD ─▶ CNI-POLICY ─ known connection ─▶ return
 *                  ├─ from a Pod with egress policies ─▶ CNI-EG-… ─▶ CNI-NP-… (one a policy) sets the mark ─ unmarked: DROP
 *                  └─ to a Pod with ingress policies ──▶ CNI-IN-… ─▶ CNI-NP-…
 *
 * Policies only add: a Pod that no policy of a direction selects is open in it; otherwise any policy may let a packet in.
 * Source: `k8s.io/api/networking/v1/types.go` and the concept page of network policies.
 */
import { parseAddress, parseCidr } from "../base/address.ts";
import type { NetworkPolicyPeer, NetworkPolicyPort } from "../api/network-types.ts";
import type { Family, Protocol } from "../base/names.ts";
import { hostCidr } from "../kube-proxy/addresses.ts";
import { chainHash } from "../kube-proxy/names.ts";
import { comment, jump, makeRule } from "../kube-proxy/rule-parts.ts";
import { BUILT_IN } from "../netfilter/parse.ts";
import type { Chain, Match, PortRange, Rule, RuleSet, Table } from "../netfilter/rules.ts";
import { concerns, namedPort, peerPods, selectsPod, type Direction } from "./select.ts";
import type { Policy, PolicyPod, PolicyWorld } from "./types.ts";

export const POLICY_CHAIN = "CNI-POLICY";
/** Bit 17 of the packet's mark: some policy lets it pass. kube-proxy uses bit 14. */
const ALLOWED = 0x20000;
const IS_ALLOWED: Match = { kind: "mark", value: ALLOWED, mask: ALLOWED, invert: false };
const KNOWN_CONNECTION: Match = { kind: "conntrack", states: ["RELATED", "ESTABLISHED"], invert: false };

/** Chains of the filter table that enforce the policies for the Pods of one node; empty where none of them is selected. */
export function policyChains(world: PolicyWorld, node: string, family: Family): readonly Chain[] {
  const writer = new PolicyWriter(world, node, family);
  return writer.write();
}

/**
 * The node's rules with those of its network plugin: the jump stands first in FORWARD, where a plugin puts it, since
 * kube-proxy accepts there what it marked for masquerade.
 */
export function withPolicies(ruleSet: RuleSet, chains: readonly Chain[]): RuleSet {
  if (chains.length === 0) return ruleSet;
  const filter = ruleSet.tables.get("filter") ?? emptyFilter();
  const enter = makeRule({}, [comment("network policies")], jump(POLICY_CHAIN), null);
  const forward = filter.chains.get("FORWARD") ?? { name: "FORWARD", policy: "ACCEPT" as const, rules: [] };
  const merged = new Map(filter.chains);
  merged.set("FORWARD", { ...forward, rules: [enter, ...forward.rules] });
  for (const chain of chains) merged.set(chain.name, chain);
  const table: Table = { name: "filter", chains: merged };
  return { ...ruleSet, tables: new Map(ruleSet.tables).set("filter", table) };
}

function emptyFilter(): Table {
  return { name: "filter", chains: new Map(BUILT_IN.filter.map((name) => [name, { name, policy: "ACCEPT", rules: [] }])) };
}

class PolicyWriter {
  private readonly world: PolicyWorld;
  private readonly family: Family;
  private readonly local: readonly PolicyPod[];
  private readonly chains = new Map<string, Rule[]>();

  constructor(world: PolicyWorld, node: string, family: Family) {
    this.world = world;
    this.family = family;
    this.local = world.pods.filter((pod) => pod.node === node && this.addressOf(pod) !== null);
  }

  write(): readonly Chain[] {
    const entry: Rule[] = [];
    for (const direction of ["egress", "ingress"] as const) {
      for (const pod of this.local) {
        const policies = this.world.policies.filter((policy) => concerns(policy, direction) && selectsPod(policy, pod));
        if (policies.length > 0) entry.push(this.podRule(pod, direction, policies));
      }
    }
    if (entry.length === 0) return [];
    const known = makeRule({}, [KNOWN_CONNECTION], { kind: "RETURN" }, null);
    const all = new Map([[POLICY_CHAIN, [known, ...entry]], ...this.chains]);
    return [...all].map(([name, rules]) => ({ name, policy: null, rules }));
  }

  /** The rule that leads to a Pod's chain, which is written on the way. */
  private podRule(pod: PolicyPod, direction: Direction, policies: readonly Policy[]): Rule {
    const chain = `CNI-${direction === "egress" ? "EG" : "IN"}-${chainHash(pod.key)}`;
    const own = this.hostOf(pod);
    const rules: Rule[] = [
      // A Pod always reaches itself.
      makeRule({ source: own, destination: own }, [], { kind: "RETURN" }, null),
      makeRule({}, [], { kind: "MARK", value: 0, mask: ALLOWED, written: "set-xmark" }, null),
    ];
    for (const policy of policies) {
      const name = `${direction} policy ${policy.namespace}/${policy.name}`;
      rules.push(makeRule({}, [comment(name)], jump(this.policyChain(policy, direction)), null));
    }
    const names = policies.map(({ name }) => name).join(", ");
    const refusal = `${direction === "egress" ? `${pod.key} may not send this` : `not let in to ${pod.key}`} by ${names}`;
    rules.push(makeRule({}, [IS_ALLOWED], { kind: "RETURN" }, null));
    rules.push(makeRule({}, [comment(shortened(refusal))], { kind: "DROP" }, null));
    this.chains.set(chain, rules);
    return makeRule(direction === "egress" ? { source: own } : { destination: own }, [comment(pod.key)], jump(chain), null);
  }

  private policyChain(policy: Policy, direction: Direction): string {
    const name = `CNI-NP-${chainHash(`${policy.namespace}/${policy.name} ${direction}`)}`;
    if (this.chains.has(name)) return name;
    const rules: Rule[] = [];
    // Set before it is filled, so that chains stand in the order in which they are met.
    this.chains.set(name, rules);
    const entries =
      direction === "ingress"
        ? (policy.spec.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }))
        : (policy.spec.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }));
    for (const { peers, ports } of entries) {
      for (const peer of this.peers(policy, peers)) {
        for (const port of this.ports(policy, direction, peer, ports)) rules.push(this.allow(direction, peer, port));
      }
    }
    return name;
  }

  /** No peers given: anybody. */
  private peers(policy: Policy, peers: readonly NetworkPolicyPeer[] | undefined): readonly Peer[] {
    if (peers === undefined || peers.length === 0) return [{ kind: "any" }];
    return peers.flatMap((peer): Peer[] => {
      const pods = peerPods(this.world, policy, peer);
      if (pods !== null) return pods.filter((pod) => this.addressOf(pod) !== null).map((pod) => ({ kind: "pod", pod }));
      const cidr = parseCidr(peer.ipBlock?.cidr ?? "");
      if (cidr === null || cidr.family !== this.family) return [];
      return [{ kind: "block", cidr: cidr.text, except: (peer.ipBlock?.except ?? []).flatMap((text) => parseCidr(text)?.text ?? []) }];
    });
  }

  /** No ports given: every protocol and port. A name stands for each Pod's own number: the receiver's. */
  private ports(policy: Policy, direction: Direction, peer: Peer, ports: readonly NetworkPolicyPort[] | undefined): readonly Port[] {
    if (ports === undefined || ports.length === 0) return [{ protocol: null, range: null, receiver: null }];
    return ports.flatMap(({ protocol, port, endPort }): Port[] => {
      if (port === undefined) return [{ protocol, range: null, receiver: null }];
      if (typeof port === "number") return [{ protocol, range: { from: port, to: endPort ?? port, invert: false }, receiver: null }];
      return this.receivers(policy, direction, peer).flatMap((receiver) => {
        const number = namedPort(receiver, port, protocol);
        return number === null ? [] : [{ protocol, range: { from: number, to: number, invert: false }, receiver }];
      });
    });
  }

  private receivers(policy: Policy, direction: Direction, peer: Peer): readonly PolicyPod[] {
    if (direction === "ingress") return this.local.filter((pod) => selectsPod(policy, pod));
    if (peer.kind === "pod") return [peer.pod];
    // A name means a port of a Pod: an address outside of the cluster has none.
    return peer.kind === "any" ? this.world.pods.filter((pod) => this.addressOf(pod) !== null) : [];
  }

  private allow(direction: Direction, peer: Peer, port: Port): Rule {
    const side = direction === "ingress" ? "source" : "destination";
    const peerMatch = peer.kind === "any" ? null : { cidr: peer.kind === "pod" ? this.hostOf(peer.pod).cidr : peer.cidr, invert: false };
    const receiver = port.receiver === null ? null : this.hostOf(port.receiver);
    const target =
      peer.kind === "block" && peer.except.length > 0
        ? jump(this.exceptChain(direction, peer))
        : ({ kind: "MARK", value: ALLOWED, mask: ALLOWED, written: "set-xmark" } as const);
    const rule = makeRule(
      {
        protocol: port.protocol === null ? null : { name: port.protocol.toLowerCase(), invert: false },
        destinationPort: port.range,
        source: side === "source" ? peerMatch : null,
        destination: side === "destination" ? (peerMatch ?? receiver) : receiver,
      },
      peer.kind === "pod" ? [comment(peer.pod.key)] : [],
      target,
      null,
    );
    // `-p tcp` alone loads no match of its own.
    return port.range === null ? { ...rule, protocolMatchAt: null } : rule;
  }

  /** A block without some of its parts: those return before the mark. */
  private exceptChain(direction: Direction, block: Extract<Peer, { kind: "block" }>): string {
    const name = `CNI-XB-${chainHash(`${direction} ${block.cidr} ${block.except.join(" ")}`)}`;
    if (this.chains.has(name)) return name;
    const header = (cidr: string): { readonly source?: Rule["source"]; readonly destination?: Rule["destination"] } =>
      direction === "ingress" ? { source: { cidr, invert: false } } : { destination: { cidr, invert: false } };
    const rules = block.except.map((cidr) => makeRule(header(cidr), [], { kind: "RETURN" }, null));
    rules.push(makeRule({}, [], { kind: "MARK", value: ALLOWED, mask: ALLOWED, written: "set-xmark" }, null));
    this.chains.set(name, rules);
    return name;
  }

  private addressOf(pod: PolicyPod): string | null {
    const wanted = this.family === "IPv6";
    return pod.addresses.find((address) => address.includes(":") === wanted) ?? null;
  }

  private hostOf(pod: PolicyPod): { readonly cidr: string; readonly invert: boolean } {
    const address = parseAddress(this.addressOf(pod) ?? "");
    if (address === null) throw new Error(`${pod.key} has no ${this.family} address`);
    return { cidr: hostCidr(address), invert: false };
  }
}

type Peer =
  | { readonly kind: "any" }
  | { readonly kind: "pod"; readonly pod: PolicyPod }
  | { readonly kind: "block"; readonly cidr: string; readonly except: readonly string[] };

interface Port {
  /** null: any. */
  readonly protocol: Protocol | null;
  readonly range: PortRange | null;
  /** Where the number came from a name: the one Pod that it is right for. */
  readonly receiver: PolicyPod | null;
}

/** xt_comment holds 255 octets and a zero. Names of objects are ASCII: a character is an octet. */
function shortened(text: string): string {
  return text.slice(0, 255);
}
