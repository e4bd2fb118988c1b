/** How the rules of a node are shown: what a reader chose in the Rules tab. */
import { create } from "zustand";
import type { Family } from "../../core/base/names.ts";

export interface RulesShow {
  readonly view: "list" | "graph";
  /** null: that of the packet on show, else the cluster's first. */
  readonly family: Family | null;
  readonly query: string;
  /** The chain that was opened from the graph, as `nat KUBE-SERVICES`. */
  readonly opened: string | null;
  /** Chains of the graph whose ways out all show. */
  readonly unfolded: ReadonlySet<string>;
}

export const useRulesShow = create<RulesShow>(() => ({ view: "list", family: null, query: "", opened: null, unfolded: new Set() }));

export const showRules = (change: Partial<RulesShow>): void => useRulesShow.setState(change);

export function unfold(chain: string): void {
  useRulesShow.setState(({ unfolded }) => {
    const after = new Set(unfolded);
    if (!after.delete(chain)) after.add(chain);
    return { unfolded: after };
  });
}
