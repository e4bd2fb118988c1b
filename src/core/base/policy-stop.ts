/**
 * Which network policies a packet was stopped by: their rules stand in chains of their own, and say so themselves
 * (network-policy). It reads a rule's words alone, so that the scene may read them too.
 */
import type { NamespacedName } from "./names.ts";

/** Who may not do what, by which policies. */
export interface PolicyStop {
  readonly pod: NamespacedName;
  readonly direction: "in" | "out";
  /** "deny", "deny, only-web" */
  readonly policies: string;
}

/** null: no network policy stopped it. */
export function policyStopOf(rule: { readonly chain: string; readonly text: string } | null): PolicyStop | null {
  if (rule === null || !/^CNI-(IN|EG)-/.test(rule.chain)) return null;
  const [, into, from, policies = ""] = /"(?:not let in to (\S+)|(\S+) may not send this) by ([^"]*)"/.exec(rule.text) ?? [];
  if (into !== undefined) return { pod: into, direction: "in", policies };
  return from === undefined ? null : { pod: from, direction: "out", policies };
}

/** "network policy deny", "network policies deny, only-web" */
export function policyText({ policies }: PolicyStop): string {
  return `network ${policies.includes(",") ? "policies" : "policy"} ${policies}`;
}
