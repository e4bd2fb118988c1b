/** What is said of kube-proxy's own decisions, read off the rules that a packet met: why it was dropped, whose address it got. */
import type { RuleRef } from "../core/netfilter/rules.ts";
import type { Hop } from "../core/network/trace.ts";

/** Why a rule of kube-proxy drops. */
export interface ProxyDrop {
  /** "no Pod here, Local": what the gate says. */
  readonly text: string;
  /** Ends a sentence. */
  readonly reason: string;
}

/** Read off the rule's chain and remark (pkg/proxy/iptables/proxier.go); null for a rule that kube-proxy did not write. */
export function proxyDrop(rule: RuleRef | null, node: string, service: string | null): ProxyDrop | null {
  if (rule === null || !rule.chain.startsWith("KUBE-")) return null;
  const of = service ?? "the Service";
  if (rule.chain === "KUBE-PROXY-FIREWALL")
    return { text: "not in the source ranges", reason: `the sender is in none of the source ranges of ${of}` };
  if (rule.text.includes("has no local endpoints"))
    return {
      text: "no Pod here, Local",
      reason: `by its traffic policy, Local, ${of} may use only Pods of the same node, and ${node} has none`,
    };
  if (rule.chain === "KUBE-FIREWALL")
    return { text: "localhost, from outside", reason: "it is for localhost and comes from another machine" };
  if (rule.text.includes("--ctstate INVALID"))
    return { text: "no such connection", reason: `it belongs to no connection that ${node} knows` };
  return null;
}

type Rewrite = Extract<Hop, { readonly kind: "rewrite" }>;

/** The destination chosen is the sender itself: only a masquerade brings the answer back through the node. */
export function isHairpin({ before, after }: Rewrite): boolean {
  return before.src === after.dst;
}

/** Session affinity chose: a rule found the sender in its list. */
export function choseAsBefore({ walks }: Rewrite): boolean {
  return walks.some((walk) =>
    walk.steps.some((step) => step.kind === "rule" && step.result === "matched" && step.rule.text.includes("--rcheck")),
  );
}
