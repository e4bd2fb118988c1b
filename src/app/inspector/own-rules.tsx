/** Rules of one's own beside kube-proxy's: what stands on the node, and the way to their editor. */
import type { ReactElement } from "react";
import type { RulesView } from "../../core/simulation/view.ts";
import { later } from "../parts/later.tsx";
import { plural } from "../state/format.ts";
import { useOwnRulesOpen } from "../state/own-rules-open.ts";
import { setState } from "../state/store.ts";

/** It reads rules as the core does, whose reader is not in the page's first script. */
const Editor = later(async () => (await import("./own-rules-editor.tsx")).OwnRulesEditor);

export function OwnRules({ node, rules }: { readonly node: string; readonly rules: RulesView | null }): ReactElement {
  const open = useOwnRulesOpen((state) => state.open);
  const setOpen = (now: boolean): void => useOwnRulesOpen.setState({ open: now });
  const own = rules?.own;
  const count = (rules?.tables ?? []).reduce(
    (sum, { chains }) => sum + chains.reduce((of, { rows }) => of + rows.filter(({ rule }) => rule.own !== undefined).length, 0),
    0,
  );
  return (
    <section className="own" aria-label="Rules of your own">
      <div className="ibar">
        <b>Rules of your own</b>
        <span>{own === undefined ? "none" : plural(count, "rule")}</span>
        <span className="grow" />
        <button type="button" className="btn quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Close" : own === undefined ? "Add" : "Edit"}
        </button>
        <button type="button" className="btn quiet" onClick={() => setState({ dialog: "packet" })}>
          Paste rules
        </button>
      </div>
      {own?.document != null && (
        <p className="why pad">{`${plural(ruleLines(own.document), "line")} of them stand in the Node's manifest, under kubehop.dev/iptables-rules.`}</p>
      )}
      {open && <Editor key={node} node={node} all={own?.all ?? ""} single={own?.node ?? ""} onClose={() => setOpen(false)} />}
    </section>
  );
}

function ruleLines(text: string): number {
  return text.split("\n").filter((line) => line.trim() !== "").length;
}
