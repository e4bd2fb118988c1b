/**
 * What network policies add to each node's rules, as the network plugin of the cluster writes them. A plugin learns of a
 * change at once: unlike kube-proxy's, its lag is not simulated (docs/fidelity.md).
 */
import { podIpsOf } from "../api/pod-ips.ts";
import { list } from "../api/store.ts";
import type { NetworkPolicy } from "../api/network-types.ts";
import type { Pod, StringMap } from "../api/types.ts";
import type { Family } from "../base/names.ts";
import type { Chain, RuleSet } from "../netfilter/rules.ts";
import { policyChains, withPolicies } from "../network-policy/rules.ts";
import type { Policy, PolicyPod, PolicyWorld } from "../network-policy/types.ts";
import type { SimulationState } from "./state.ts";

/** Chains that are known by their text; more than any cluster has, so that it is emptied only where many were typed through. */
const KNOWN_CHAINS = 100_000;

/** Holds only what can be made again: chains are a function of the stored policies, Pods and namespaces. */
export class PolicyBook {
  private latest: { readonly store: unknown; readonly revision: number; readonly world: PolicyWorld | null } | null = null;
  /** By node and family, for the world of now. */
  private chains = new Map<string, readonly Chain[]>();
  private merged = new WeakMap<RuleSet, RuleSet>();
  /** A chain that did not change stays the same value, so that its counters go on. */
  private readonly known = new Map<string, Chain>();

  /** The state went back to a checkpoint, where the same numbers mean something else. */
  forget(): void {
    this.latest = null;
    this.chains = new Map();
    this.merged = new WeakMap();
  }

  /** The policies of now with all they may mean; null where there are none. The same value as long as nothing was written. */
  world(state: SimulationState): PolicyWorld | null {
    const { store } = state;
    if (this.latest?.store === store && this.latest.revision === store.revision) return this.latest.world;
    const policies = list(store, "NetworkPolicy");
    const before = this.latest?.world ?? null;
    const world = policies.length === 0 ? null : worldOf(state, policies);
    this.latest = { store, revision: store.revision, world };
    if (world !== null || before !== null) {
      this.chains = new Map();
      this.merged = new WeakMap();
    }
    return world;
  }

  /** The node's rules with what the policies add. */
  added(state: SimulationState, node: string, ruleSet: RuleSet): RuleSet {
    const world = this.world(state);
    if (world === null) return ruleSet;
    let merged = this.merged.get(ruleSet);
    if (merged === undefined) this.merged.set(ruleSet, (merged = this.merge(world, node, ruleSet)));
    return merged;
  }

  private merge(world: PolicyWorld, node: string, ruleSet: RuleSet): RuleSet {
    const merged = withPolicies(ruleSet, this.chainsOf(world, node, ruleSet.family));
    const filter = merged.tables.get("filter");
    const forward = filter?.chains.get("FORWARD");
    if (filter === undefined || forward === undefined || merged === ruleSet) return merged;
    const chains = new Map(filter.chains).set("FORWARD", this.sameIfKnown(forward));
    return { ...merged, tables: new Map(merged.tables).set("filter", { ...filter, chains }) };
  }

  private chainsOf(world: PolicyWorld, node: string, family: Family): readonly Chain[] {
    const key = `${node} ${family}`;
    let chains = this.chains.get(key);
    if (chains === undefined) this.chains.set(key, (chains = policyChains(world, node, family).map((chain) => this.sameIfKnown(chain))));
    return chains;
  }

  private sameIfKnown(chain: Chain): Chain {
    const text = JSON.stringify(chain);
    const known = this.known.get(text);
    if (known !== undefined) return known;
    if (this.known.size >= KNOWN_CHAINS) this.known.clear();
    this.known.set(text, chain);
    return chain;
  }
}

function worldOf({ store }: SimulationState, policies: readonly NetworkPolicy[]): PolicyWorld {
  return {
    policies: policies.map(policyOf),
    pods: list(store, "Pod").flatMap(podOf),
    namespaces: new Map(list(store, "Namespace").map(({ metadata }) => [metadata.name, metadata.labels ?? ({} as StringMap)])),
  };
}

function policyOf({ metadata, spec }: NetworkPolicy): Policy {
  const { name, namespace = "default" } = metadata;
  return { name, namespace, spec };
}

/** Host-network Pods are outside of policies; Pods without an address or a node, and those that ended, send nothing. */
function podOf({ metadata, spec, status }: Pod): PolicyPod[] {
  const { nodeName } = spec;
  if (nodeName === undefined || spec.hostNetwork === true || status.phase === "Succeeded" || status.phase === "Failed") return [];
  const addresses = podIpsOf({ status });
  if (addresses.length === 0) return [];
  const namespace = metadata.namespace ?? "default";
  return [
    {
      key: `${namespace}/${metadata.name}`,
      namespace,
      labels: metadata.labels ?? {},
      node: nodeName,
      addresses,
      ports: spec.containers.flatMap(({ ports = [] }) => ports),
    },
  ];
}
