/**
 * NetworkPolicies as the filter rules of a node, the way network plugins that use iptables enforce them: in FORWARD,
 * before everything else there. So a packet is judged by its destination after DNAT, and by its source before this
 * node's masquerade; one that another node masqueraded has that node's address. What a node's own processes send never
 * passes FORWARD: a node always reaches its own Pods. Replies pass by their connection.
 *
 *   FORWARD ─▶ CNI-POLICY ─ known connection ─▶ return
 *                  ├─ from a Pod with egress policies ─▶ CNI-EG-… ─▶ CNI-NP-… (one a policy) sets the mark ─ unmarked: DROP
 *                  └─ to a Pod with ingress policies ──▶ CNI-IN-… ─▶ CNI-NP-… ─ a peer of many Pods ─▶ CNI-PS-…
 *
 * Policies only add: a Pod that no policy of a direction selects is open in it; otherwise any policy may let a packet in.
 * Source: `k8s.io/api/networking/v1/types.go` and the concept page of network policies.
 */
import { parseAddress, parseCidr } from "../base/address.ts";
import type { NetworkPolicyPort } from "../api/network-types.ts";
import { compareText, type Family, type Protocol } from "../base/names.ts";
import { hostCidr } from "../kube-proxy/addresses.ts";
import { chainHash } from "../kube-proxy/names.ts";
import { comment, jump, makeRule } from "../kube-proxy/rule-parts.ts";
import { BUILT_IN } from "../netfilter/parse.ts";
import type { Chain, Match, PortRange, Rule, RuleSet, Table, Target } from "../netfilter/rules.ts";
import { askedBy, indexOf, type Membership, type PolicyIndex, type Pods } from "./membership.ts";
import { concerns, namedPort, peersOf, type Direction } from "./select.ts";
import type { Policy, PolicyPod, PolicyWorld } from "./types.ts";

export const POLICY_CHAIN = "CNI-POLICY";
/** Bit 17 of the packet's mark: some policy lets it pass. kube-proxy uses bit 14. */
const ALLOWED = 0x20000;
const ALLOW: Target = { kind: "MARK", value: ALLOWED, mask: ALLOWED, written: "set-xmark" };
const IS_ALLOWED: Match = { kind: "mark", value: ALLOWED, mask: ALLOWED, invert: false };
const KNOWN_CONNECTION: Match = { kind: "conntrack", states: ["RELATED", "ESTABLISHED"], invert: false };

/**
 * Pods on one bridge ask each other for their link addresses through the bridge, where FORWARD sees IPv6's questions (ICMPv6
 * 135) and answers (136), which belong to no connection. Dropped, the Pods would be deaf to each other (measured).
 */
const NEIGHBOUR_DISCOVERY: readonly Rule[] = [135, 136].map((type) => ({
  ...makeRule(
    { protocol: { name: "ipv6-icmp", invert: false } },
    [{ kind: "icmp", type, code: null, invert: false }],
    { kind: "RETURN" },
    null,
  ),
  protocolMatchAt: null,
}));

/** Chains of the filter table that enforce the policies for the Pods of one node; empty where none of them is selected. */
export function policyChains(world: PolicyWorld, node: string, family: Family): readonly Chain[] {
  return new PolicyWriter().chainsOf(indexOf(world, null), node, family);
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

/** What chains were written from: they hold as long as all of it is the same. */
interface Written {
  readonly from: readonly unknown[];
  readonly chains: readonly Chain[];
}

/**
 * Writes the chains of one node after another, and keeps each as long as what it was written from stays the same: a policy's
 * rules are the same on every node, but where they name ports of the node's own Pods. Nothing but a memo of pure functions.
 */
export class PolicyWriter {
  private written = new Map<string, Written>();
  private readonly byNode = new WeakMap<Pods, ReadonlyMap<string, Pods>>();

  /** In the order in which packets meet them. */
  chainsOf({ world, memberships }: PolicyIndex, node: string, family: Family): readonly Chain[] {
    const entry: Rule[] = [];
    const chains = new Map<string, Chain>();
    for (const direction of ["egress", "ingress"] as const) {
      for (const { pod, by } of this.isolated(memberships, node, direction)) {
        if (addressOf(pod, family) === null) continue;
        entry.push(entryRule(pod, direction, family));
        for (const membership of by)
          for (const chain of this.policyChains({ membership, direction, family, node, all: world.pods })) chains.set(chain.name, chain);
        const name = podChainName(pod, direction);
        const policies = by.map(({ policy }) => policy);
        const made = this.remembered(`${name} ${family}`, [pod, ...policies], () => [podChain(pod, direction, family, policies)]);
        for (const chain of made) chains.set(chain.name, chain);
      }
    }
    if (entry.length === 0) return [];
    const known = makeRule({}, [KNOWN_CONNECTION], { kind: "RETURN" }, null);
    const neighbours = family === "IPv6" ? NEIGHBOUR_DISCOVERY : [];
    return [{ name: POLICY_CHAIN, policy: null, rules: [known, ...neighbours, ...entry] }, ...chains.values()];
  }

  /** Pods of the node that policies of the direction select, in the order of their keys. */
  private isolated(
    memberships: readonly Membership[],
    node: string,
    direction: Direction,
  ): readonly { readonly pod: PolicyPod; readonly by: readonly Membership[] }[] {
    const by = new Map<PolicyPod, Membership[]>();
    for (const membership of memberships) {
      if (!concerns(membership.policy, direction)) continue;
      for (const pod of this.onNode(membership.selected, node)) {
        const list = by.get(pod);
        if (list === undefined) by.set(pod, [membership]);
        else list.push(membership);
      }
    }
    return [...by].map(([pod, list]) => ({ pod, by: list })).sort((a, b) => compareText(a.pod.key, b.pod.key));
  }

  private onNode(pods: Pods, node: string): Pods {
    let nodes = this.byNode.get(pods);
    if (nodes === undefined) this.byNode.set(pods, (nodes = groupedByNode(pods)));
    return nodes.get(node) ?? [];
  }

  /** The policy's chain of the direction, after the chains of blocks with holes that it jumps to. */
  private policyChains(about: Omit<PolicyRules, "receivers"> & { readonly node: string; readonly all: Pods }): readonly Chain[] {
    const { membership, direction, family, node, all } = about;
    const { policy, peers, selected } = membership;
    const named = namesPorts(policy, direction);
    // A name of a port stands for a number of each receiver: on the way in one of this node's Pods, on the way out anybody.
    const receivers = !named ? [] : direction === "ingress" ? this.onNode(selected, node) : all;
    const name = `${policyChainName(policy, direction)} ${family}${named && direction === "ingress" ? ` ${node}` : ""}`;
    const whose = !named ? [] : direction === "ingress" ? receivers : [receivers];
    // Who stands in a set is not the policy's own chain's concern.
    const from: unknown[] = [policy.spec, ...whose];
    const sets: Chain[] = [];
    rulesOf(policy, direction).forEach(({ ports }, rule) =>
      peers[direction][rule]?.forEach((pods, at) => {
        const set = setName(policy, direction, rule, at, pods, ports);
        from.push(set ?? pods);
        if (set !== null && pods !== null)
          sets.push(...this.remembered(`${set} ${family}`, [pods], () => [setChain(set, pods, direction, family)]));
      }),
    );
    return [...sets, ...this.remembered(name, from, () => writePolicy({ membership, direction, family, receivers }))];
  }

  private remembered(name: string, from: readonly unknown[], write: () => readonly Chain[]): readonly Chain[] {
    const known = this.written.get(name);
    if (known !== undefined && known.from.length === from.length && known.from.every((value, i) => value === from[i])) return known.chains;
    const chains = write();
    if (this.written.size >= KNOWN_MOST) this.written = new Map();
    this.written.set(name, { from, chains });
    return chains;
  }
}

/** More chains than any cluster has: emptied only where many were typed through. */
const KNOWN_MOST = 100_000;

function groupedByNode(pods: Pods): ReadonlyMap<string, Pods> {
  const nodes = new Map<string, PolicyPod[]>();
  for (const pod of pods) {
    const list = nodes.get(pod.node);
    if (list === undefined) nodes.set(pod.node, [pod]);
    else list.push(pod);
  }
  return nodes;
}

function podChainName(pod: PolicyPod, direction: Direction): string {
  return `CNI-${direction === "egress" ? "EG" : "IN"}-${chainHash(pod.key)}`;
}

function policyChainName({ namespace, name }: Policy, direction: Direction): string {
  return `CNI-NP-${chainHash(`${namespace}/${name} ${direction}`)}`;
}

/** The rule of the entry chain that leads to a Pod's own. */
function entryRule(pod: PolicyPod, direction: Direction, family: Family): Rule {
  const own = hostOf(pod, family);
  return makeRule(
    direction === "egress" ? { source: own } : { destination: own },
    [comment(pod.key)],
    jump(podChainName(pod, direction)),
    null,
  );
}

function podChain(pod: PolicyPod, direction: Direction, family: Family, policies: readonly Policy[]): Chain {
  const own = hostOf(pod, family);
  const names = policies.map(({ name }) => name).join(", ");
  const refusal = `${direction === "egress" ? `${pod.key} may not send this` : `not let in to ${pod.key}`} by ${names}`;
  const rules: readonly Rule[] = [
    // A Pod always reaches itself.
    makeRule({ source: own, destination: own }, [], { kind: "RETURN" }, null),
    makeRule({}, [], { kind: "MARK", value: 0, mask: ALLOWED, written: "set-xmark" }, null),
    ...policies.map((policy) =>
      makeRule({}, [comment(`${direction} policy ${policy.namespace}/${policy.name}`)], jump(policyChainName(policy, direction)), null),
    ),
    makeRule({}, [IS_ALLOWED], { kind: "RETURN" }, null),
    makeRule({}, [comment(shortened(refusal))], { kind: "DROP" }, null),
  ];
  return { name: podChainName(pod, direction), policy: null, rules };
}

// ---- what a policy allows -----------------------------------------------------------------------------------------

interface PolicyRules {
  readonly membership: Membership;
  readonly direction: Direction;
  readonly family: Family;
  /** Whose port a name may be; empty where the policy names none. */
  readonly receivers: Pods;
}

function namesPorts(policy: Policy, direction: Direction): boolean {
  return rulesOf(policy, direction).some(({ ports = [] }) => ports.some(({ port }) => typeof port === "string"));
}

function rulesOf({ spec }: Policy, direction: Direction): readonly { readonly ports?: readonly NetworkPolicyPort[] }[] {
  return (direction === "ingress" ? spec.ingress : spec.egress) ?? [];
}

function writePolicy(about: PolicyRules): readonly Chain[] {
  const { membership, direction } = about;
  const { policy } = membership;
  const holes = new Map<string, Chain>();
  const rules: Rule[] = [];
  rulesOf(policy, direction).forEach(({ ports }, at) => {
    for (const peer of peersAt(about, at)) for (const port of portsOf(about, peer, ports)) rules.push(allow(about, peer, port, holes));
  });
  return [...holes.values(), { name: policyChainName(policy, direction), policy: null, rules }];
}

/** No peers given: anybody. */
function peersAt({ membership: { policy, peers }, direction, family }: PolicyRules, at: number): readonly Peer[] {
  const given = peersOf(policy, direction)[at] ?? [];
  if (given.length === 0) return [{ kind: "any" }];
  return given.flatMap((peer, i): readonly Peer[] => {
    const pods = peers[direction][at]?.[i] ?? null;
    const set = setName(policy, direction, at, i, pods, rulesOf(policy, direction)[at]?.ports);
    if (set !== null) return [{ kind: "set", chain: set }];
    if (pods !== null) return pods.filter((pod) => addressOf(pod, family) !== null).map((pod) => ({ kind: "pod", pod }));
    const cidr = parseCidr(peer.ipBlock?.cidr ?? "");
    if (cidr === null || cidr.family !== family) return [];
    return [{ kind: "block", cidr: cidr.text, except: (peer.ipBlock?.except ?? []).flatMap((text) => parseCidr(text)?.text ?? []) }];
  });
}

/** A peer of more Pods than this stands in a chain of its own, which policies share: plugins have sets of addresses for it. */
const SET_LEAST = 32;

/** The chain of a peer's Pods; null where they stand in the policy's own chain: few, or each with a port of its own. */
function setName(
  policy: Policy,
  direction: Direction,
  rule: number,
  at: number,
  pods: Pods | null,
  ports: readonly NetworkPolicyPort[] = [],
): string | null {
  const peer = peersOf(policy, direction)[rule]?.[at];
  if (pods === null || peer === undefined || pods.length <= SET_LEAST) return null;
  if (direction === "egress" && ports.some(({ port }) => typeof port === "string")) return null;
  return `CNI-PS-${chainHash(`${direction} ${askedBy(policy, peer)}`)}`;
}

function setChain(name: string, pods: Pods, direction: Direction, family: Family): Chain {
  const rules = pods.flatMap((pod): readonly Rule[] => {
    if (addressOf(pod, family) === null) return [];
    const host = hostOf(pod, family);
    return [makeRule(direction === "ingress" ? { source: host } : { destination: host }, [comment(pod.key)], ALLOW, null)];
  });
  return { name, policy: null, rules };
}

/** No ports given: every protocol and port. A name stands for each Pod's own number: the receiver's. */
function portsOf(about: PolicyRules, peer: Peer, ports: readonly NetworkPolicyPort[] | undefined): readonly Port[] {
  if (ports === undefined || ports.length === 0) return [{ protocol: null, range: null, receiver: null }];
  return ports.flatMap(({ protocol, port, endPort }): readonly Port[] => {
    if (port === undefined) return [{ protocol, range: null, receiver: null }];
    if (typeof port === "number") return [{ protocol, range: { from: port, to: endPort ?? port, invert: false }, receiver: null }];
    return receiversOf(about, peer).flatMap((receiver) => {
      const number = namedPort(receiver, port, protocol);
      return number === null ? [] : [{ protocol, range: { from: number, to: number, invert: false }, receiver }];
    });
  });
}

function receiversOf({ direction, family, receivers }: PolicyRules, peer: Peer): Pods {
  if (direction === "egress" && peer.kind === "pod") return [peer.pod];
  // A name means a port of a Pod: an address outside of the cluster has none.
  if (direction === "egress" && peer.kind === "block") return [];
  return receivers.filter((pod) => addressOf(pod, family) !== null);
}

function allow({ direction, family }: PolicyRules, peer: Peer, port: Port, holes: Map<string, Chain>): Rule {
  const side = direction === "ingress" ? "source" : "destination";
  // For the kernel a block of all addresses is no match at all.
  const isAnybody = peer.kind === "any" || peer.kind === "set" || (peer.kind === "block" && peer.cidr.endsWith("/0"));
  const peerMatch = isAnybody ? null : { cidr: peer.kind === "pod" ? hostOf(peer.pod, family).cidr : peer.cidr, invert: false };
  const receiver = port.receiver === null ? null : hostOf(port.receiver, family);
  const target =
    peer.kind === "set"
      ? jump(peer.chain)
      : peer.kind === "block" && peer.except.length > 0
        ? jump(exceptChain(direction, peer, holes))
        : ALLOW;
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
function exceptChain(direction: Direction, block: Extract<Peer, { kind: "block" }>, holes: Map<string, Chain>): string {
  const name = `CNI-XB-${chainHash(`${direction} ${block.cidr} ${block.except.join(" ")}`)}`;
  if (holes.has(name)) return name;
  const header = (cidr: string): { readonly source?: Rule["source"]; readonly destination?: Rule["destination"] } =>
    direction === "ingress" ? { source: { cidr, invert: false } } : { destination: { cidr, invert: false } };
  const rules = block.except.map((cidr) => makeRule(header(cidr), [], { kind: "RETURN" }, null));
  rules.push(makeRule({}, [], ALLOW, null));
  holes.set(name, { name, policy: null, rules });
  return name;
}

function addressOf(pod: PolicyPod, family: Family): string | null {
  const wanted = family === "IPv6";
  return pod.addresses.find((address) => address.includes(":") === wanted) ?? null;
}

function hostOf(pod: PolicyPod, family: Family): { readonly cidr: string; readonly invert: boolean } {
  const address = parseAddress(addressOf(pod, family) ?? "");
  if (address === null) throw new Error(`${pod.key} has no ${family} address`);
  return { cidr: hostCidr(address), invert: false };
}

type Peer =
  | { readonly kind: "any" }
  | { readonly kind: "pod"; readonly pod: PolicyPod }
  | { readonly kind: "set"; readonly chain: string }
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
