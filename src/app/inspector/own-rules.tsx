/** Rules of one's own beside kube-proxy's: what stands on the node, and a small editor for it. */
import { useState, type ReactElement } from "react";
import { ownTextFaults } from "../../core/simulation/own-rules.ts";
import type { RulesView } from "../../core/simulation/view.ts";
import { RuleField } from "../parts/rule-field.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { perform } from "../state/changes.ts";
import { plural } from "../state/format.ts";
import { setState } from "../state/store.ts";

type Scope = "node" | "all";

const EXAMPLE = "iptables -A FORWARD -p tcp --dport 80 -j DROP";

export function OwnRules({ node, rules }: { readonly node: string; readonly rules: RulesView | null }): ReactElement {
  const [open, setOpen] = useState(false);
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

interface EditorProps {
  readonly node: string;
  readonly all: string;
  readonly single: string;
  readonly onClose: () => void;
}

function Editor({ node, all, single, onClose }: EditorProps): ReactElement {
  const [scope, setScope] = useState<Scope>(single === "" && all !== "" ? "all" : "node");
  const [texts, setTexts] = useState({ node: single, all });
  const text = texts[scope];
  const stands = scope === "all" ? all : single;
  const faults = ownTextFaults(text);
  const changed = text.trim() !== stands.trim();
  const apply = (): void => {
    if (faults.length > 0 || !changed) return;
    perform({ kind: "own-rules", node: scope === "all" ? null : node, text: text.trim() === "" ? null : text });
    onClose();
  };
  return (
    <div className="owneditor">
      <Segmented<Scope>
        label="Where they stand"
        value={scope}
        choices={[
          { value: "node", label: node },
          { value: "all", label: "All nodes" },
        ]}
        onChange={setScope}
      />
      <RuleField
        label={`Rules of your own on ${scope === "all" ? "all nodes" : node}`}
        value={text}
        placeholder={EXAMPLE}
        faults={faults}
        onChange={(value) => setTexts({ ...texts, [scope]: value })}
        onDone={apply}
      />
      <p className="why">
        As typed in a shell, or as iptables-save prints them. With -A they stand behind kube-proxy's, with -I in front; kube-proxy leaves
        them alone.
      </p>
      <div className="row">
        <button type="button" className="btn pri" disabled={faults.length > 0 || !changed} onClick={apply}>
          {text.trim() === "" && stands !== "" ? "Take away" : "Apply"}
        </button>
        <button type="button" className="btn quiet" onClick={onClose}>
          Cancel
        </button>
        {faults.length > 0 && stands !== "" && <span className="c3">The rules as they were still stand.</span>}
      </div>
    </div>
  );
}
