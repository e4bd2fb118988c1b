/** What is said of a packet that network policies stop: their rules stand in chains of their own (core/network-policy). */
import { policyText, type PolicyStop } from "../core/base/policy-stop.ts";
import type { Hop, HookWalk } from "../core/network/trace.ts";
import { rewroteFirst } from "./bars.ts";
import type { Names } from "./naming.ts";
import { rewroteBefore } from "./rewrite-words.ts";
import type { BeatWords } from "./words.ts";

/** A policy that lets a new connection pass, and at whose Pod. */
export interface PolicyPass {
  readonly direction: "in" | "out";
  readonly policy: string;
}

/** The policies by which the packet of this hop passes: the first that allows it, each way. None: none was asked, or it is known. */
export function policyPasses({ walks }: { readonly walks: readonly HookWalk[] }): readonly PolicyPass[] {
  const passes: PolicyPass[] = [];
  for (const walk of walks) {
    let asked: PolicyPass | null = null;
    for (const step of walk.steps) {
      if (step.kind !== "rule" || step.result !== "matched") continue;
      const [, way, policy] = /--comment "(ingress|egress) policy [^/"]*\/([^"]+)"/.exec(step.rule.text) ?? [];
      if (policy !== undefined) asked = { direction: way === "ingress" ? "in" : "out", policy };
      const allows = step.did?.kind === "mark" && /^CNI-(NP|PS|XB)-/.test(step.rule.chain);
      const found = asked;
      if (allows && found !== null && !passes.some(({ direction }) => direction === found.direction)) passes.push(found);
    }
  }
  return passes;
}

/** "network policy web lets it in"; null where none was asked. */
export function passText(hop: { readonly walks: readonly HookWalk[] }): string | null {
  const passes = policyPasses(hop);
  return passes.length === 0 ? null : passes.map(({ direction, policy }) => `network policy ${policy} lets it ${direction}`).join(", ");
}

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
    const first = rewroteBefore(hop, names);
    return {
      title: "Rewrite, then drop the packet",
      detail,
      sentence: `${node} ${first.now}drops the packet and tells nobody: ${reason}.`,
      past: `${node} ${first.past}dropped the packet in silence: ${reason}.`,
    };
  }
  return {
    title: "Drop the packet",
    detail,
    sentence: `${node} drops the packet and tells nobody: ${reason}.`,
    past: `${node} dropped the packet in silence: ${reason}.`,
  };
}
