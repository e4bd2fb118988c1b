/**
 * What network policies add to each node's rules, as the network plugin of the cluster writes them. A plugin learns of a
 * change at once: unlike kube-proxy's, its lag is not simulated (docs/fidelity.md). Some plugins write nothing for policies:
 * they are stored then, and that is all (annotation `kubehop.dev/network-policy` of the Namespace kube-system).
 */
import { enforcesPolicies } from "../api/network-policies.ts";
import { podIpsOf } from "../api/pod-ips.ts";
import { sameJson } from "../api/json.ts";
import { changesBetween, keyOf, listed, type ObjectStore } from "../api/store.ts";
import type { NetworkPolicy } from "../api/network-types.ts";
import type { KubeObject, Pod, StringMap } from "../api/types.ts";
import type { NamespacedName } from "../base/names.ts";
import type { Chain, RuleSet } from "../netfilter/rules.ts";
import { indexOf, type Membership, type PolicyIndex } from "../network-policy/membership.ts";
import { PolicyWriter, withPolicies } from "../network-policy/rules.ts";
import type { Policy, PolicyPod, PolicyWorld } from "../network-policy/types.ts";
import type { SimulationState } from "./state.ts";

export { enforcesPolicies };

/** Chains that are known by their text; more than any cluster has, so that it is emptied only where many were typed through. */
const KNOWN_CHAINS = 100_000;

/** What the store holds that decides, as it was read last. */
interface Read {
  readonly policies: readonly NetworkPolicy[];
  readonly pods: readonly Pod[];
  readonly namespaces: readonly KubeObject[];
  readonly index: PolicyIndex;
}

/** The rules of one node and family with what the policies add. */
interface Merged {
  readonly ruleSet: RuleSet;
  readonly index: PolicyIndex;
  readonly chains: readonly Chain[];
  readonly merged: RuleSet;
}

/** A pure memo: derived from the store alone and never printed or hashed, so that it makes no difference who asks first. */
const reads = new WeakMap<ObjectStore, { readonly revision: number; readonly read: Read | null }>();

/** `before`: what was read of another store that is much the same. */
function readOf(store: ObjectStore, before: Read | null): Read | null {
  const known = reads.get(store);
  if (known !== undefined && known.revision === store.revision) return known.read;
  const read = readStore(store, known?.read ?? before);
  reads.set(store, { revision: store.revision, read });
  return read;
}

/** Each policy with the Pods that it selects, enforced or not, in the order of their keys. */
export function policiesIn(store: ObjectStore): readonly Membership[] {
  return readOf(store, null)?.index.memberships ?? [];
}

/** Holds only what can be made again: chains are a function of the stored policies, Pods and namespaces. */
export class PolicyBook {
  private latest: Read | null = null;
  private readonly writer = new PolicyWriter();
  /** By node and family. */
  private readonly merged = new Map<string, Merged>();
  /** A chain that did not change stays the same value, so that its counters go on. */
  private readonly known = new Map<string, Chain>();
  /** What a chain that was just written was known as before. */
  private readonly knownAs = new WeakMap<Chain, Chain>();

  /** Lets go of what was read of the state so far. */
  forget(): void {
    this.latest = null;
  }

  /** The policies of now with all they may mean; null where nothing enforces any. The same value as long as nothing of it changed. */
  world({ store }: SimulationState): PolicyWorld | null {
    return enforcesPolicies(store) ? (this.read(store)?.index.world ?? null) : null;
  }

  /** The node's rules with what the policies add. */
  added(state: SimulationState, node: string, ruleSet: RuleSet): RuleSet {
    const read = enforcesPolicies(state.store) ? this.read(state.store) : null;
    if (read === null) return ruleSet;
    const key = `${node} ${ruleSet.family}`;
    const known = this.merged.get(key);
    if (known !== undefined && known.ruleSet === ruleSet && known.index === read.index) return known.merged;
    const chains = this.writer.chainsOf(read.index, node, ruleSet.family).map((chain) => this.sameIfKnown(chain));
    const same = known !== undefined && known.ruleSet === ruleSet && sameChains(known.chains, chains);
    const merged = same ? known.merged : this.merge(ruleSet, chains);
    this.merged.set(key, { ruleSet, index: read.index, chains, merged });
    return merged;
  }

  private read(store: ObjectStore): Read | null {
    return (this.latest = readOf(store, this.latest));
  }

  private merge(ruleSet: RuleSet, chains: readonly Chain[]): RuleSet {
    const merged = withPolicies(ruleSet, chains);
    const filter = merged.tables.get("filter");
    const forward = filter?.chains.get("FORWARD");
    if (filter === undefined || forward === undefined || merged === ruleSet) return merged;
    const all = new Map(filter.chains).set("FORWARD", this.sameIfKnown(forward));
    return { ...merged, tables: new Map(merged.tables).set("filter", { ...filter, chains: all }) };
  }

  private sameIfKnown(chain: Chain): Chain {
    const before = this.knownAs.get(chain);
    if (before !== undefined) return before;
    const text = JSON.stringify(chain);
    let known = this.known.get(text);
    if (known === undefined) {
      if (this.known.size >= KNOWN_CHAINS) this.known.clear();
      this.known.set(text, (known = chain));
    }
    this.knownAs.set(chain, known);
    return known;
  }
}

function sameChains(a: readonly Chain[], b: readonly Chain[]): boolean {
  return a.length === b.length && a.every((chain, i) => chain === b[i]);
}

/** null where there are no policies. The same value as long as nothing of it changed, whatever else was written. */
function readStore(store: ObjectStore, before: Read | null): Read | null {
  const policies = listed(store, "NetworkPolicy");
  if (policies.length === 0) return null;
  const [pods, namespaces] = [listed(store, "Pod"), listed(store, "Namespace")];
  if (before !== null && before.policies === policies && before.pods === pods && before.namespaces === namespaces) return before;
  const world: PolicyWorld = {
    policies: before?.policies === policies ? before.index.world.policies : policies.map(policyOf),
    pods: before === null ? pods.flatMap((pod) => podOf(pod) ?? []) : followedPods(before, pods),
    namespaces: before?.namespaces === namespaces ? before.index.world.namespaces : labelsOf(namespaces, before?.index.world.namespaces),
  };
  const old = before?.index.world;
  const same = old?.policies === world.policies && old.pods === world.pods && old.namespaces === world.namespaces;
  return { policies, pods, namespaces, index: same && before !== null ? before.index : indexOf(world, before?.index ?? null) };
}

/** The Pods as policies see them: those that look as before stay the same values, and so does the list where all do. */
function followedPods(before: Read, pods: readonly Pod[]): readonly PolicyPod[] {
  const { gone, come } = changesBetween(before.pods, pods);
  const touched = new Set<NamespacedName>([...gone, ...come].map(keyOf));
  if (touched.size === 0) return before.index.world.pods;
  const old = new Map(before.index.world.pods.map((pod) => [pod.key, pod]));
  const made = new Map<NamespacedName, PolicyPod>();
  let isSame = true;
  for (const pod of come) {
    const [now, known] = [podOf(pod), old.get(keyOf(pod))];
    if (now === null) continue;
    if (known !== undefined && sameJson(known, now)) made.set(now.key, known);
    else {
      made.set(now.key, now);
      isSame = false;
    }
  }
  for (const key of touched) if (old.has(key) !== made.has(key)) isSame = false;
  if (isSame) return before.index.world.pods;
  return pods.flatMap((pod) => {
    const key = keyOf(pod);
    return (touched.has(key) ? made.get(key) : old.get(key)) ?? [];
  });
}

function labelsOf(namespaces: readonly KubeObject[], before: PolicyWorld["namespaces"] | undefined): PolicyWorld["namespaces"] {
  const labels = new Map<string, StringMap>(namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
  const same = before !== undefined && before.size === labels.size && [...labels].every(([name, now]) => sameJson(before.get(name), now));
  return same ? before : labels;
}

function policyOf({ metadata, spec }: NetworkPolicy): Policy {
  const { name, namespace = "default" } = metadata;
  return { name, namespace, spec };
}

/** Host-network Pods are outside of policies; Pods without an address or a node, and those that ended, send nothing: null. */
function podOf({ metadata, spec, status }: Pod): PolicyPod | null {
  const { nodeName } = spec;
  if (nodeName === undefined || spec.hostNetwork === true || status.phase === "Succeeded" || status.phase === "Failed") return null;
  const addresses = podIpsOf({ status });
  if (addresses.length === 0) return null;
  const namespace = metadata.namespace ?? "default";
  return {
    key: `${namespace}/${metadata.name}`,
    namespace,
    labels: metadata.labels ?? {},
    node: nodeName,
    addresses,
    ports: spec.containers.flatMap(({ ports = [] }) => ports),
  };
}
