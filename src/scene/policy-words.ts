/** What is said of a packet that network policies stop: their rules stand in chains of their own (core/network-policy). */
import { policyText, type PolicyStop } from "../core/base/policy-stop.ts";
import type { Hop } from "../core/network/trace.ts";
import { rewroteFirst } from "./bars.ts";
import type { Names } from "./naming.ts";
import type { BeatWords } from "./words.ts";

/** The beat of a packet that they stop. They see the Pod's own address and port: a rewrite comes before them. */
export function policyWords(hop: Extract<Hop, { readonly kind: "drop" }>, stop: PolicyStop, names: Names): BeatWords {
  const { node, after } = hop;
  const pod = names.pod(stop.pod);
  const at = after.dstPort === 0 ? "" : `, port ${after.dstPort}`;
  const does = stop.policies.includes(",") ? "do" : "does";
  const receiver = names.podAt(after.dst)?.shortName ?? names.holder(after.dst)?.name ?? after.dst;
  const reason =
    stop.direction === "in"
      ? `${policyText(stop)} ${does} not let it in to ${pod}${at}`
      : `${policyText(stop)} ${does} not let ${pod} send to ${receiver}${at}`;
  const detail = `${node}, ${policyText(stop)}`;
  if (rewroteFirst(hop)) {
    const to = names.podAt(after.dst)?.shortName ?? after.dst;
    return {
      title: "Rewrite, then drop the packet",
      detail,
      sentence: `${node} rewrites the destination to ${to}, then drops the packet and tells nobody: ${reason}.`,
      past: `${node} rewrote the destination to ${to}, then dropped the packet in silence: ${reason}.`,
    };
  }
  return {
    title: "Drop the packet",
    detail,
    sentence: `${node} drops the packet and tells nobody: ${reason}.`,
    past: `${node} dropped the packet in silence: ${reason}.`,
  };
}
