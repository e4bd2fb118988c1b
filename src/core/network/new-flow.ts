/**
 * What can become of a new flow that enters a node: exact, from the rules alone, nothing is sent. One packet against one
 * node's rules (`kubehop packet`); the whole way from a sender over all nodes is in `flow-ends.ts`.
 */
import { isPluginMasquerade } from "../base/plugin-masquerade.ts";
import type { Nanos } from "../base/time.ts";
import type { Packet } from "../netfilter/packet.ts";
import { odds, type Way } from "../netfilter/odds.ts";
import type { RuleRef } from "../netfilter/rules.ts";
import type { Entry, NodeStack, RouteQuestion, RouteResult } from "../netfilter/stack.ts";
import { servicePortOf } from "./service-port.ts";
import { familyOf } from "./topology.ts";

export interface PacketAnswer {
  readonly verdict: "dnat" | "accept" | "reject" | "drop" | "unmodelled";
  /** `ip:port` that the flow can be sent to, in the order of the rules. */
  readonly endpoints: readonly string[];
  readonly probabilities: readonly number[];
  /** Whether kube-proxy's rules replace the source, for any of the endpoints. */
  readonly masquerade: boolean;
  /** Whether the network plugin's rules replace the source on any way. */
  readonly pluginMasquerade: boolean;
  readonly service: string | null;
  /** The rules that refuse or drop it on some way; none where the policy of a chain does. */
  readonly stoppers: readonly RuleRef[];
  /** What the flow can come to that is not modelled, and how likely; what becomes of it there nobody knows. */
  readonly unmodelled: readonly { readonly what: string; readonly probability: number }[];
  /** Rules that matched on any way, each once, in order. */
  readonly rules: readonly RuleRef[];
}

/** The ways of a new flow through one node's rules, summed up. */
export function answerPacket<R extends RouteResult>(
  stack: NodeStack,
  packet: Packet,
  entry: Entry,
  context: { readonly now: Nanos; readonly route: (question: RouteQuestion) => R },
): PacketAnswer {
  const ways = odds(stack, packet, entry, context);
  const sent = ways.filter(
    (way) => way.translated && (way.verdict.kind === "forward" || way.verdict.kind === "local" || way.verdict.kind === "no-route"),
  );
  const shares = new Map<string, number>();
  for (const way of sent) shares.set(way.destination, (shares.get(way.destination) ?? 0) + way.probability);
  const deciding = sent.length > 0 ? sent : ways;
  return {
    verdict: verdictOf(ways, sent.length > 0),
    endpoints: [...shares.keys()],
    probabilities: [...shares.values()],
    masquerade: sent.some(({ masqueraded, rules }) => masqueraded && !rules.some(isPluginMasquerade)),
    pluginMasquerade: ways.some(({ rules }) => rules.some(isPluginMasquerade)),
    service: deciding.map(serviceOfWay).find((name) => name !== null) ?? null,
    stoppers: distinct(
      ways.flatMap(({ verdict }) =>
        (verdict.kind === "reject" || verdict.kind === "drop") && verdict.rule !== null ? [verdict.rule] : [],
      ),
    ),
    unmodelled: ways.flatMap(({ verdict, probability }) => (verdict.kind === "unmodelled" ? [{ what: verdict.what, probability }] : [])),
    rules: distinct(ways.flatMap((way) => way.rules)),
  };
}

function verdictOf(ways: readonly Way[], translated: boolean): PacketAnswer["verdict"] {
  if (translated) return "dnat";
  const kinds = new Set(ways.map(({ verdict }) => verdict.kind));
  if (kinds.has("reject")) return "reject";
  if (kinds.has("drop")) return "drop";
  return kinds.has("unmodelled") ? "unmodelled" : "accept";
}

function serviceOfWay(way: Way): string | null {
  return servicePortOf(way.origin, way.rules);
}

function distinct(rules: readonly RuleRef[]): readonly RuleRef[] {
  return [...new Map(rules.map((rule) => [`${rule.table} ${rule.chain} ${rule.index}`, rule])).values()];
}

/** A packet that begins a flow. */
export function firstPacket(header: {
  readonly src: string;
  readonly srcPort: number;
  readonly dst: string;
  readonly dstPort: number;
  readonly protocol: "TCP" | "UDP" | "SCTP";
}): Packet {
  const packet: Packet = { family: familyOf(header.src), ...header };
  return header.protocol === "TCP" ? { ...packet, tcpFlags: 2 } : packet;
}
