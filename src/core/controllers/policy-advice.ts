/** Advice about network policies that the API server accepts and that will not do what they say. */
import { enforcesPolicies, NETWORK_POLICY_ANNOTATION } from "../api/network-policies.ts";
import type { ObjectStore } from "../api/store.ts";
import type { Diagnostic, ManifestDocument } from "../manifests/types.ts";
import { diagnostic } from "./apply-diagnostics.ts";

/** A policy of a cluster whose network plugin writes no rules for any. */
export function policyAdvice(store: ObjectStore, document: ManifestDocument): readonly Diagnostic[] {
  if (enforcesPolicies(store)) return [];
  return [
    diagnostic(document, {
      severity: "warning",
      code: "policy-not-enforced",
      field: "kind",
      part: "value",
      message: `The policy is stored, but nothing enforces it: this cluster's network plugin writes no rules for policies (${NETWORK_POLICY_ANNOTATION} of the Namespace kube-system says ignored).`,
      fixes: [],
    }),
  ];
}
