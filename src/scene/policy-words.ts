/** What is said of a packet that network policies stop: their rules stand in chains of their own (core/network-policy). */
import { policyText, type PolicyStop } from "../core/network/policy-stop.ts";
import type { Hop } from "../core/network/trace.ts";
import type { Names } from "./naming.ts";
import type { BeatWords } from "./words.ts";

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
