/** How the rules of a node are shown: what a reader chose in the Rules tab. */
import { create } from "zustand";
import type { Family } from "../../core/base/names.ts";
import type { RuleRef } from "../../core/netfilter/rules.ts";
import { setState } from "../state/store.ts";

export interface RulesShow {
  readonly view: "list" | "graph";
  /** null: that of the packet on show, else the cluster's first. */
  readonly family: Family | null;
  readonly query: string;
  /** The chain that was opened from the graph, as `nat KUBE-SERVICES`. */
  readonly opened: string | null;
  /** The rule to which somebody wants to go: it takes the focus once it is there, and then this is null. */
  readonly at: RuleRef | null;
  /** Chains of the graph whose ways out all show. */
  readonly unfolded: ReadonlySet<string>;
}

export const useRulesShow = create<RulesShow>(() => ({
  view: "list",
  family: null,
  query: "",
  opened: null,
  at: null,
  unfolded: new Set(),
}));

export const showRules = (change: Partial<RulesShow>): void => useRulesShow.setState(change);

/** Opens the Rules tab at this rule: its node, its family, among the chains that the packet walked. */
export function showRule(rule: RuleRef): void {
  showRules({ view: "list", query: "", opened: null, family: rule.family, at: rule });
  setState({ tab: "rules", rulesNode: rule.node });
}

export function unfold(chain: string): void {
  useRulesShow.setState(({ unfolded }) => {
    const after = new Set(unfolded);
    if (!after.delete(chain)) after.add(chain);
    return { unfolded: after };
  });
}
