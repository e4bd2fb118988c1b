/** What is said of a packet that network policies stop: their rules stand in chains of their own (core/network-policy). */
import type { NamespacedName } from "../core/base/names.ts";
import type { RuleRef } from "../core/netfilter/rules.ts";
import type { Hop } from "../core/network/trace.ts";
import type { Names } from "./naming.ts";
import type { BeatWords } from "./words.ts";

/** What a rule of a network policy says of itself (core/network-policy): who may not do what, by which policies. */
export interface PolicyStop {
  readonly pod: NamespacedName;
  readonly direction: "in" | "out";
  /** "deny", "deny, only-web" */
  readonly policies: string;
}

/** null: no network policy stopped it. */
export function policyStopOf(rule: RuleRef | null): PolicyStop | null {
  if (rule === null || !/^CNI-(IN|EG)-/.test(rule.chain)) return null;
  const [, into, from, policies = ""] = /"(?:not let in to (\S+)|(\S+) may not send this) by ([^"]*)"/.exec(rule.text) ?? [];
  if (into !== undefined) return { pod: into, direction: "in", policies };
  return from === undefined ? null : { pod: from, direction: "out", policies };
}

/** "network policy deny", "network policies deny, only-web" */
export function policyText({ policies }: PolicyStop): string {
  return `network ${policies.includes(",") ? "policies" : "policy"} ${policies}`;
}

/** The beat of a packet that they stop. */
export function policyWords({ node }: Extract<Hop, { readonly kind: "drop" }>, stop: PolicyStop, names: Names): BeatWords {
  const pod = names.pod(stop.pod);
  const why =
    stop.direction === "in" ? `${policyText(stop)} does not let it in to ${pod}` : `${policyText(stop)} does not let ${pod} send it`;
  const reason = stop.policies.includes(",") ? why.replace(" does not let ", " do not let ") : why;
  return {
    title: "Drop the packet",
    detail: `${node}, ${policyText(stop)}`,
    sentence: `${node} drops the packet and tells nobody: ${reason}.`,
    past: `${node} dropped the packet in silence: ${reason}.`,
  };
}
