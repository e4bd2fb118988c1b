/** A small editor for rules of one's own. */
import { useState, type ReactElement } from "react";
import { ownTextFaults } from "../../core/simulation/own-rules.ts";
import { RuleField } from "../parts/rule-field.tsx";
import { Segmented } from "../parts/segmented.tsx";
import { perform } from "../state/changes.ts";

type Scope = "node" | "all";

const EXAMPLE = "iptables -A FORWARD -p tcp --dport 80 -j DROP";

interface OwnRulesEditorProps {
  readonly node: string;
  readonly all: string;
  readonly single: string;
  readonly onClose: () => void;
}

export function OwnRulesEditor({ node, all, single, onClose }: OwnRulesEditorProps): ReactElement {
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
