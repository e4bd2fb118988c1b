/** What is said where a rule that a person added decides: whose it is, and what it did. */
import type { RuleRef } from "../core/netfilter/rules.ts";
import type { Hop, RuleStep } from "../core/network/trace.ts";
import type { Names } from "./naming.ts";
import type { BeatWords } from "./words.ts";

type GateHop = Extract<Hop, { readonly walks: readonly unknown[] }>;
type Stopping = Extract<Hop, { readonly kind: "drop" | "reject" }>;
type StepOfRule = Extract<RuleStep, { readonly kind: "rule" }>;

export const OWN_RULE = "a rule of your own";

/** The chain whose policy drops what no rule in it decided; null: a rule did, or the packet was not dropped by rules. */
export function policyChain(hop: Extract<Hop, { readonly kind: "drop" }>): string | null {
  if (hop.rule !== null) return null;
  return hop.walks.find(({ verdict }) => verdict === "drop")?.hook ?? null;
}

/** What a person's own rules did to a packet that went on. */
function ownSteps(hop: GateHop): readonly StepOfRule[] {
  return hop.walks.flatMap(({ steps }) =>
    steps.filter((step): step is StepOfRule => step.kind === "rule" && step.result === "matched" && step.rule.own !== undefined),
  );
}

/** "rewrites the destination to web-x2k8b, then ": rules that stop a packet often stand behind those that translate it. */
function before(hop: Stopping, names: Names, tense: "rewrites" | "rewrote"): string {
  if (hop.before.dst === hop.after.dst && hop.before.dstPort === hop.after.dstPort) return "";
  return `${tense} the destination to ${names.podAt(hop.after.dst)?.shortName ?? hop.after.dst}, then `;
}

function stopWords(hop: Stopping, names: Names, about: { readonly by: string; readonly now: string; readonly past: string }): BeatWords {
  const { node } = hop;
  const [first, firstPast] = [before(hop, names, "rewrites"), before(hop, names, "rewrote")];
  const title = hop.kind === "drop" ? "drop the packet" : "refuse the connection";
  const does = hop.kind === "drop" ? "drops the packet and tells nobody" : "refuses the packet and tells the sender";
  const did = hop.kind === "drop" ? "dropped the packet in silence" : "refused the connection";
  return {
    title: first === "" ? `${title.charAt(0).toUpperCase()}${title.slice(1)}` : `Rewrite, then ${title}`,
    detail: `${node}, ${about.by}`,
    sentence: `${node} ${first}${does}: ${about.now}.`,
    past: `${node} ${firstPast}${did}: ${about.past}.${hop.kind === "reject" ? " The packet went no further." : ""}`,
  };
}

/** Words of a gate where a person's own rule dropped or refused the packet. */
export function ownStopWords(hop: Stopping, rule: RuleRef, names: Names): BeatWords {
  const where = `${OWN_RULE} in chain ${rule.chain}`;
  return stopWords(hop, names, { by: OWN_RULE, now: `${where} says so`, past: `${where} said so` });
}

/** Words of a packet that a chain's policy dropped. */
export function policyDropWords(hop: Extract<Hop, { readonly kind: "drop" }>, chain: string, names: Names): BeatWords {
  const now = `no rule of chain ${chain} takes it, and the chain's policy is to drop`;
  return stopWords(hop, names, { by: `policy of ${chain}`, now, past: `the policy of chain ${chain} is to drop` });
}

/** The rule of a person's own that chose the new destination or source; null: kube-proxy's did. */
export function ownRewrite(hop: GateHop): RuleRef | null {
  return ownSteps(hop).find(({ did }) => did?.kind === "dnat" || did?.kind === "snat")?.rule ?? null;
}

/** What a person's own rules did to a packet that passed unchanged: accepted, logged, marked; null: none met it. */
export function ownPassText(hop: GateHop): string | null {
  const did = ownSteps(hop).map((step) => step.did?.kind);
  if (did.includes("accept")) return "accepts it";
  if (did.includes("log")) return "logs it";
  if (did.includes("mark")) return "marks it";
  return did.includes("count") ? "counts it" : null;
}
