/** Rules of one's own on a node: asked for from its menu, edited in the Rules tab. */
import { create } from "zustand";
import { setState } from "./store.ts";

/** Whether their editor is open, for the node whose rules show. */
export const useOwnRulesOpen = create<{ readonly open: boolean }>(() => ({ open: false }));

/** Shows the node's rules with the editor for one's own. */
export function editOwnRules(node: string): void {
  setState({ tab: "rules", rulesNode: node, side: "inspector" });
  useOwnRulesOpen.setState({ open: true });
}
