/**
 * Rules that people add to nodes beside those of kube-proxy: by an action, for one node or for all, and by the annotation
 * `kubehop.dev/iptables-rules` of a Node. On a node those of its document stand first, then those for all nodes, then its
 * own. What they may say: netfilter/own-rules.ts.
 */
import { OWN_RULES_ANNOTATION } from "../controllers/annotations.ts";
import { list } from "../api/store.ts";
import { ownRuleFaults, readOwnRules, withOwnRules, type OwnRuleFault, type OwnRules } from "../netfilter/own-rules.ts";
import type { RuleSet } from "../netfilter/rules.ts";
import type { Action, Refusal } from "./contract.ts";
import type { SimulationState } from "./state.ts";

/** Key of the rules that all nodes have: no node has such a name. */
const ALL_NODES = "*";

/** Whose the chains are that people cannot write: their owners write them anew at each change. */
export function chainOwner(chain: string): string | null {
  if (chain.startsWith("KUBE-")) return "kube-proxy";
  return chain.startsWith("CNI-") ? "the network plugin" : null;
}

/** Key of the rules that a node's document brings. */
function documentKey(node: string): string {
  return `document ${node}`;
}

/** What is wrong with a text, line by line; empty where it can be added. */
export function ownTextFaults(text: string): readonly OwnRuleFault[] {
  return readOwnRules(text, chainOwner).faults;
}

/** The texts whose rules a node has; null where there are none. */
export interface OwnTexts {
  /** Of the annotation of its document. */
  readonly document: string | null;
  readonly all: string | null;
  readonly node: string | null;
}

export function ownTexts({ ownRules }: SimulationState, node: string): OwnTexts {
  return {
    document: ownRules.get(documentKey(node)) ?? null,
    all: ownRules.get(ALL_NODES) ?? null,
    node: ownRules.get(node) ?? null,
  };
}

/** The state's rules after an action. A Map that is part of a state never changes: checkpoints share it. */
export function withText(state: SimulationState, node: string | null, text: string | null): ReadonlyMap<string, string> {
  const after = new Map(state.ownRules);
  if (text === null || text.trim() === "") after.delete(node ?? ALL_NODES);
  else after.set(node ?? ALL_NODES, text);
  return after;
}

/** Takes over what the Nodes' documents say; a text that cannot be read leaves the last one that could. */
export function followDocuments(state: SimulationState): void {
  const before = state.ownRules;
  const after = new Map([...before].filter(([key]) => !key.startsWith(documentKey(""))));
  for (const { metadata } of list(state.store, "Node")) {
    const text = metadata.annotations?.[OWN_RULES_ANNOTATION];
    if (text === undefined) continue;
    const key = documentKey(metadata.name);
    const stands = before.get(key);
    const good = text === stands || ownTextFaults(text).length === 0 ? text : stands;
    if (good !== undefined) after.set(key, good);
  }
  const changed = after.size !== before.size || [...after].some(([key, text]) => before.get(key) !== text);
  if (changed) state.ownRules = after;
}

/** Why a text cannot be added to these nodes, whose rules of now are given; null: it can. */
export function refuseText(text: string, ruleSets: readonly RuleSet[]): Refusal | null {
  const { rules, faults } = readOwnRules(text, chainOwner);
  const [fault] = faults.length > 0 ? faults : ruleSets.flatMap((ruleSet) => ownRuleFaults(ruleSet, rules));
  return fault === undefined ? null : { error: `line ${fault.line}: ${fault.message}` };
}

export type OwnRulesAction = Extract<Action, { kind: "own-rules" }>;

/** What a node has of its own, read; the same value as long as no text changed. */
export type OwnOfNode = readonly OwnRules[];

const NONE: OwnOfNode = [];

/** Holds only what can be made again from the state's texts. */
export class OwnRuleBook {
  private latest: unknown = null;
  private nodes = new Map<string, OwnOfNode>();
  /** By text: a text that stands on many nodes is read once. */
  private readonly read = new Map<string, OwnRules | null>();
  private readonly known = new Map<string, OwnOfNode>();
  private merged = new WeakMap<OwnOfNode, WeakMap<RuleSet, RuleSet>>();

  forget(): void {
    this.latest = null;
  }

  of(state: SimulationState, node: string): OwnOfNode {
    if (this.latest !== state.ownRules) {
      this.latest = state.ownRules;
      this.nodes = new Map();
    }
    let own = this.nodes.get(node);
    if (own === undefined) this.nodes.set(node, (own = this.find(state, node)));
    return own;
  }

  private find(state: SimulationState, node: string): OwnOfNode {
    const { document, all, node: single } = ownTexts(state, node);
    const texts = [document, all, single].filter((text) => text !== null);
    if (texts.length === 0) return NONE;
    const key = JSON.stringify(texts);
    let own = this.known.get(key);
    if (own === undefined) {
      const rules = texts.map((text) => this.parse(text)).filter((one) => one !== null);
      this.known.set(key, (own = rules.length === 0 ? NONE : rules));
    }
    return own;
  }

  private parse(text: string): OwnRules | null {
    let own = this.read.get(text);
    if (own === undefined) {
      const { rules, faults } = readOwnRules(text, chainOwner);
      this.read.set(text, (own = faults.length === 0 ? rules : null));
    }
    return own;
  }

  /** The node's rules with what people added. */
  added(state: SimulationState, node: string, ruleSet: RuleSet): RuleSet {
    const own = this.of(state, node);
    if (own.length === 0) return ruleSet;
    let of = this.merged.get(own);
    if (of === undefined) this.merged.set(own, (of = new WeakMap()));
    let merged = of.get(ruleSet);
    if (merged === undefined) of.set(ruleSet, (merged = own.reduce(withOwnRules, ruleSet)));
    return merged;
  }
}
