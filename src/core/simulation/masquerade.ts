/**
 * What the network plugin's masquerade adds to each node's rules: from the cluster's ranges, and from where its nodes are.
 * A cluster of stored objects alone has no plugin, and some plugins do not masquerade (`kubehop.dev/masquerade: none`).
 */
import { cidrCovers, parseCidr } from "../base/address.ts";
import type { Family } from "../base/names.ts";
import type { ClusterSettings } from "../api/settings.ts";
import { masqueradesOutside } from "../api/network-plugin.ts";
import { listed } from "../api/store.ts";
import type { Node } from "../api/types.ts";
import type { RuleSet } from "../netfilter/rules.ts";
import { masqueradeRules, withMasquerade, type ClusterRanges, type MasqueradeRules } from "../network/masquerade.ts";
import { nodeRanges } from "../network/topology.ts";
import type { SimulationState } from "./state.ts";

/** Of both families; the same value as long as it says the same. */
export type Masquerade = Readonly<Record<Family, MasqueradeRules | null>>;

/** Holds only what can be made again from the state's settings and Nodes. */
export class MasqueradeBook {
  private read: { readonly settings: ClusterSettings; readonly nodes: readonly Node[]; readonly masquerade: Masquerade } | null = null;
  private readonly known = new Map<string, Masquerade>();
  private readonly merged = new WeakMap<MasqueradeRules, WeakMap<RuleSet, RuleSet>>();

  forget(): void {
    this.read = null;
  }

  /** null where the plugin adds nothing. */
  of({ store, settings }: SimulationState): Masquerade | null {
    if (settings.stored || !masqueradesOutside(store)) return null;
    const nodes = listed(store, "Node");
    if (this.read === null || this.read.settings !== settings || this.read.nodes !== nodes)
      this.read = { settings, nodes, masquerade: this.made(rangesOf(settings, nodes)) };
    return this.read.masquerade;
  }

  /** The node's rules with those of the masquerade. */
  added(state: SimulationState, ruleSet: RuleSet): RuleSet {
    const rules = this.of(state)?.[ruleSet.family] ?? null;
    if (rules === null) return ruleSet;
    let of = this.merged.get(rules);
    if (of === undefined) this.merged.set(rules, (of = new WeakMap()));
    let merged = of.get(ruleSet);
    if (merged === undefined) of.set(ruleSet, (merged = withMasquerade(ruleSet, rules)));
    return merged;
  }

  private made(ranges: ClusterRanges): Masquerade {
    const key = JSON.stringify(ranges);
    let made = this.known.get(key);
    if (made === undefined) this.known.set(key, (made = { IPv4: masqueradeRules(ranges, "IPv4"), IPv6: masqueradeRules(ranges, "IPv6") }));
    return made;
  }
}

function rangesOf({ podSubnets, serviceSubnets }: ClusterSettings, nodes: readonly Node[]): ClusterRanges {
  const { pods, segments } = nodeRanges(nodes);
  const subnets = podSubnets.map(parseCidr).filter((cidr) => cidr !== null);
  // A node that somebody wrote may have its Pods elsewhere.
  const apart = pods.filter((cidr) => !subnets.some((subnet) => cidrCovers(subnet, cidr)));
  return {
    pods: [...subnets, ...apart].map(({ text }) => text),
    services: serviceSubnets.map((subnet) => parseCidr(subnet)?.text ?? subnet),
    nodes: segments.map(({ text }) => text),
  };
}
