/**
 * The network plugin's masquerade: what Pods send out of the cluster carries the address of their node, since nobody outside
 * has a route to a Pod. Its rules stand in each node's nat table behind kube-proxy's, which decides first:
 *
 *   POSTROUTING ─▶ KUBE-POSTROUTING (marked by kube-proxy: MASQUERADE)
 *        └─ from a Pod, to no Pod ─▶ CNI-MASQ ─ to a Service, the nodes' segment, an address of this node, multicast ─▶ return
 *                             └─ anything else ─▶ MASQUERADE --random-fully
 *
 * Packets are judged by their destination after DNAT. One to another node's own address keeps the Pod's, as everything
 * inside does. Model: flannel's rules (`pkg/trafficmngr/iptables`, `-s CLUSTER_CIDR … -j MASQUERADE --random-fully`), with a list of
 * destinations that are let be as ip-masq-agent (`cmd/ip-masq-agent`, nonMasqueradeCIDRs) and kindnet (`cmd/kindnetd/masq.go`)
 * have it. The bridge plugin's `ipMasq` (`pkg/ip/ipmasq_iptables_linux.go`) does the same Pod by Pod, and to other nodes too.
 */
import { parseCidr } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import { MASQUERADE_CHAIN } from "../base/plugin-masquerade.ts";
import { TO_LOCAL, comment, jump, makeRule, toCidr } from "../kube-proxy/rule-parts.ts";
import { OverlaidChains } from "../netfilter/overlay.ts";
import { BUILT_IN } from "../netfilter/parse.ts";
import type { Chain, Rule, RuleSet } from "../netfilter/rules.ts";

/** Ranges of both families, as CIDRs. */
export interface ClusterRanges {
  readonly pods: readonly string[];
  readonly services: readonly string[];
  /** The segment between the nodes. */
  readonly nodes: readonly string[];
}

/** The same on every node. */
export interface MasqueradeRules {
  /** What stands in POSTROUTING. */
  readonly jumps: readonly Rule[];
  readonly chain: Chain;
}

const MULTICAST: Readonly<Record<Family, string>> = { IPv4: "224.0.0.0/4", IPv6: "ff00::/8" };

/** null where the cluster has no Pods of the family. */
export function masqueradeRules(ranges: ClusterRanges, family: Family): MasqueradeRules | null {
  const of = (cidrs: readonly string[]): readonly string[] => [...new Set(cidrs.filter((cidr) => parseCidr(cidr)?.family === family))];
  const pods = of(ranges.pods);
  if (pods.length === 0) return null;
  const stays = (cidr: string, what: string): Rule => makeRule(toCidr(cidr), [comment(what)], { kind: "RETURN" }, null);
  const rules: readonly Rule[] = [
    // A cluster with one range of Pods has asked that already.
    ...(pods.length === 1 ? [] : pods.map((cidr) => stays(cidr, "to a Pod"))),
    ...of(ranges.services).map((cidr) => stays(cidr, "to a Service")),
    ...of(ranges.nodes).map((cidr) => stays(cidr, "to a node")),
    makeRule({}, [comment("to this node"), TO_LOCAL], { kind: "RETURN" }, null),
    stays(MULTICAST[family], "multicast"),
    makeRule({}, [comment("leaves the cluster")], { kind: "MASQUERADE", randomFully: true }, null),
  ];
  const from = (cidr: string): Rule =>
    makeRule({ source: { cidr, invert: false }, ...toCidr(cidr, true) }, [comment("not from Pod to Pod")], jump(MASQUERADE_CHAIN), null);
  return { jumps: pods.map(from), chain: { name: MASQUERADE_CHAIN, policy: null, rules } };
}

/** Built-in chains of table nat on a node where kube-proxy has not written yet. */
const BARE: ReadonlyMap<string, Chain> = new Map(BUILT_IN.nat.map((name) => [name, { name, policy: "ACCEPT", rules: [] }]));

/** A pure memo: the same rules behind the same list give the same chain again, so that its counters go on. */
const laid = new WeakMap<MasqueradeRules, WeakMap<readonly Rule[], Chain>>();

/** The node's rules with these behind what stands in POSTROUTING. */
export function withMasquerade(ruleSet: RuleSet, added: MasqueradeRules): RuleSet {
  const base = ruleSet.tables.get("nat")?.chains ?? BARE;
  const before = base.get("POSTROUTING") ?? BARE.get("POSTROUTING");
  if (before === undefined) throw new Error("table nat has no POSTROUTING");
  let of = laid.get(added);
  if (of === undefined) laid.set(added, (of = new WeakMap()));
  let after = of.get(before.rules);
  if (after === undefined) of.set(before.rules, (after = { ...before, rules: [...before.rules, ...added.jumps] }));
  const chains = new OverlaidChains(base, new Map([after, added.chain].map((chain) => [chain.name, chain])));
  return { ...ruleSet, tables: new Map(ruleSet.tables).set("nat", { name: "nat", chains }) };
}
