/** What the cluster's network plugin makes of network policies: shown where there are any. */
import { useId, type ReactElement } from "react";
import type { ClusterView } from "../../core/simulation/view.ts";
import { Segmented } from "../parts/segmented.tsx";
import { enforcePolicies } from "../state/fields.ts";
import { useStore } from "../state/store.ts";

/** What it takes of the row. */
export const POLICY_CONDITION_PX = 176;

export function hasPolicies(cluster: ClusterView | null): boolean {
  return cluster !== null && cluster.policies.length > 0;
}

export function PolicyCondition(): ReactElement | null {
  const id = useId();
  const shown = useStore((state) => hasPolicies(state.cluster));
  const enforced = useStore((state) => state.cluster?.enforcesPolicies ?? true);
  if (!shown) return null;
  return (
    <div className="cond">
      <span id={id}>network policies</span>
      <Segmented
        label="network policies"
        labelledBy={id}
        value={enforced ? "enforced" : "stored only"}
        choices={[
          { value: "enforced", label: "enforced" },
          { value: "stored only", label: "stored only" },
        ]}
        onChange={(value) => void enforcePolicies(value === "enforced")}
      />
    </div>
  );
}
