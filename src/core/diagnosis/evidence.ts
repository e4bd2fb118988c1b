/** What is known of a request's end: which packet was stopped where and by what. Read off a trace, or off the rules' odds. */
import { policyStopOf, type PolicyStop } from "../base/policy-stop.ts";
import type { RuleRef } from "../netfilter/rules.ts";
import type { Header, Hop, Journey, LostReason, PacketTrace, Purpose } from "../network/trace.ts";
import type { Distribution } from "../simulation/view.ts";
import type { StoppedBy } from "../simulation/ends.ts";

export type Stop =
  | { readonly kind: "rule"; readonly node: string; readonly rule: RuleRef; readonly says: RuleSays }
  | { readonly kind: "policy"; readonly node: string; readonly rule: RuleRef; readonly stop: PolicyStop }
  | { readonly kind: "node"; readonly node: string }
  | { readonly kind: "lost"; readonly why: LostReason; readonly node: string | null }
  | { readonly kind: "port" }
  | { readonly kind: "way-back" }
  | { readonly kind: "unmodelled"; readonly what: string };

/** What kube-proxy says in its comment of why it stops a packet. */
export type RuleSays = "no-endpoints" | "no-local-endpoints" | "source-ranges" | null;

export type Evidence =
  /** It was answered, or would be. */
  | { readonly kind: "fine" }
  | {
      readonly kind: "stopped";
      readonly by: Stop;
      /** The packet was a question for a name, or its answer. */
      readonly dns: boolean;
      /** The packet as it was stopped, and as it was sent. */
      readonly header: Pick<Header, "src" | "dst" | "dstPort">;
      readonly sent: Pick<Header, "dst" | "dstPort"> | null;
      /** An address had been rewritten by an entry of conntrack, not by a rule. */
      readonly known: boolean;
      /** The packet went back to the client. */
      readonly back: boolean;
    }
  | { readonly kind: "no-name" }
  /** Nothing was stopped, and the client gave up. */
  | { readonly kind: "silence" }
  /** The connection that the client kept is no more. */
  | { readonly kind: "closed" }
  | { readonly kind: "unmodelled"; readonly what: string };

const DNS: ReadonlySet<Purpose> = new Set<Purpose>(["dns-query", "dns-answer"]);

export function evidenceOf(journey: Journey): Evidence {
  const { outcome, packets } = journey;
  if (outcome.kind === "delivered") return { kind: "fine" };
  if (outcome.kind === "unmodelled") return { kind: "unmodelled", what: outcome.what };
  const dns = outcome.kind === "dns-failed";
  const stopped = packets.filter((packet) => DNS.has(packet.purpose) === dns && !isNotice(packet) && packet.outcome.kind !== "delivered");
  // Of several tries the last is what the client gave up on; what goes back tells less than what went out.
  const packet = stopped.findLast(({ direction }) => direction === "out") ?? stopped.at(-1);
  if (packet === undefined) return dns ? { kind: "no-name" } : silent(journey);
  const last = packet.hops.at(-1);
  const by = stopOf(packet);
  if (last === undefined || by === null) return { kind: "silence" };
  return {
    kind: "stopped",
    by,
    dns,
    header: last.before,
    sent: packet.hops[0]?.before ?? null,
    known: packet.hops.some(({ kind }) => kind === "known"),
    back: packet.direction === "back",
  };
}

/** A packet that tells of another one's end. */
function isNotice({ purpose }: PacketTrace): boolean {
  return purpose === "icmp-error" || purpose === "reset" || purpose === "abort";
}

function silent({ packets, outcome }: Journey): Evidence {
  const reset = packets.some(({ purpose }) => purpose === "reset" || purpose === "abort");
  return reset || outcome.kind === "refused" ? { kind: "closed" } : { kind: "silence" };
}

function stopOf({ outcome, hops }: PacketTrace): Stop | null {
  switch (outcome.kind) {
    case "delivered":
      return null;
    case "refused":
      return { kind: "port" };
    case "rejected":
      return ruleStop(outcome.node, outcome.rule);
    case "dropped":
      return outcome.rule === null ? { kind: "node", node: outcome.node } : ruleStop(outcome.node, outcome.rule);
    case "lost":
      return { kind: "lost", why: outcome.why, node: nodeOf(hops.at(-1)) };
    case "unmodelled":
      return { kind: "unmodelled", what: outcome.what };
  }
}

function ruleStop(node: string, rule: RuleRef): Stop {
  const stop = policyStopOf(rule);
  return stop === null ? { kind: "rule", node, rule, says: ruleSays(rule) } : { kind: "policy", node, rule, stop };
}

function ruleSays({ text, chain, own }: RuleRef): RuleSays {
  if (own !== undefined) return null;
  const comment = /--comment "([^"]*)"/.exec(text)?.[1] ?? "";
  if (comment.endsWith("has no local endpoints")) return "no-local-endpoints";
  if (comment.endsWith("has no endpoints")) return "no-endpoints";
  return chain === "KUBE-PROXY-FIREWALL" || comment.includes(" traffic not accepted by ") ? "source-ranges" : null;
}

function nodeOf(hop: Hop | undefined): string | null {
  const place = hop?.to.kind === "beyond" || hop?.to.kind === "outside" ? hop.from : hop?.to;
  return place === undefined || place.kind === "outside" || place.kind === "beyond" ? null : place.node;
}

/** What would become of a new request, by the rules as they are: the likeliest end that is none. */
export function evidenceOfOdds({ ends }: Distribution): Evidence {
  const [worst] = ends.filter(({ by }) => by !== null).toSorted((a, b) => b.probability - a.probability);
  if (worst === undefined || worst.by === null) return { kind: "fine" };
  const colon = worst.endpoint.lastIndexOf(":");
  const header = {
    src: worst.source.address,
    dst: worst.endpoint.slice(0, colon).replace(/^\[|\]$/g, ""),
    dstPort: Number(worst.endpoint.slice(colon + 1)),
  };
  return { kind: "stopped", by: stopOfEnd(worst.by), dns: false, header, sent: null, known: false, back: false };
}

function stopOfEnd(by: StoppedBy): Stop {
  switch (by.kind) {
    case "rule":
      return { kind: "rule", node: by.node, rule: by.rule, says: ruleSays(by.rule) };
    case "network-policy":
      return { kind: "policy", node: by.node, rule: by.rule, stop: by.stop };
    case "node":
      return { kind: "node", node: by.node };
    case "link":
      return { kind: "lost", why: by.why, node: by.node };
    case "way-back":
      return { kind: "way-back" };
    case "port":
      return { kind: "port" };
    case "unmodelled":
      return { kind: "unmodelled", what: by.what };
  }
}
