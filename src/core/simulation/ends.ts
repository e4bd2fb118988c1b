/** The ends of a new flow in the words of the cluster: whose the endpoint is, whose address it sees, and what stopped a packet. */
import { parseEndpoint } from "../base/address.ts";
import type { NamespacedName, Protocol } from "../base/names.ts";
import type { RuleRef } from "../netfilter/rules.ts";
import type { FlowEnd, NewFlowWorld } from "../network/flow-ends.ts";
import { policyStopOf, type PolicyStop } from "../base/policy-stop.ts";
import type { Topology } from "../network/topology.ts";
import type { LostReason, Outcome, Place } from "../network/trace.ts";

/** Whose an address is that an endpoint sees. */
export interface SourceSeen {
  readonly address: string;
  /** client: the sender's own. node: a node's (its bridge's included). balancer: of a load balancer that ends connections. */
  readonly whose: "client" | "node" | "balancer" | "other";
  readonly node: string | null;
}

/** What stopped a packet. */
export type StoppedBy =
  | { readonly kind: "rule"; readonly node: string; readonly rule: RuleRef }
  | { readonly kind: "network-policy"; readonly node: string; readonly rule: RuleRef; readonly stop: PolicyStop }
  /** No rule: the policy of a built-in chain, an interface without an address, a full table. */
  | { readonly kind: "node"; readonly node: string }
  | { readonly kind: "link"; readonly why: LostReason; readonly node: string | null }
  /** It arrived, but the answer does not find back: it gets lost, or comes from whom the client did not ask. */
  | { readonly kind: "way-back"; readonly node: null; readonly from: string }
  /** Nobody listens at the port. */
  | { readonly kind: "port"; readonly at: string }
  | { readonly kind: "unmodelled"; readonly node: string; readonly what: string };

/** One end of a new flow. */
export interface EndView {
  readonly probability: number;
  /** refused: nobody listens there. rejected: by a rule that tells the sender. dropped: by a rule, in silence. lost: on the way. */
  readonly kind: Outcome["kind"];
  /** `ip:port` that the packet was for at its end. */
  readonly endpoint: string;
  /** Whose that is. */
  readonly pod: NamespacedName | null;
  readonly node: string | null;
  /** A rule translated the destination. */
  readonly translated: boolean;
  readonly masqueraded: boolean;
  readonly source: SourceSeen;
  /** null: it was delivered, and the answer finds back. */
  readonly by: StoppedBy | null;
  /** How a rejection tells the sender: `icmp-port-unreachable`, `tcp-reset`, …; else null. */
  readonly toldWith: string | null;
  /** Nodes whose rules it met, in order. */
  readonly nodes: readonly string[];
}

/** What is known of the sender and of addresses in front of the cluster. */
export interface EndNames {
  readonly world: Pick<NewFlowWorld, "topology" | "server">;
  readonly protocol: Protocol;
  /** Address that the packet was sent from. */
  readonly sentFrom: string;
}

export function endView(names: EndNames, end: FlowEnd): EndView {
  const { probability, outcome, destination, translated, masqueraded, nodes, toldWith, back } = end;
  return {
    probability,
    kind: outcome.kind,
    endpoint: destination,
    ...ownerOf(names, destination),
    translated,
    masqueraded,
    source: sourceSeen(names, end),
    by: back?.found === false ? { kind: "way-back", node: null, from: back.header.src } : stoppedBy(outcome, destination),
    toldWith,
    nodes,
  };
}

/** Whose the endpoint is: the Pod that has the address, or that listens there at its node's own. */
export function ownerOf(
  { world, protocol }: Pick<EndNames, "world" | "protocol">,
  endpoint: string,
): { readonly pod: NamespacedName | null; readonly node: string | null } {
  const { address = "", port = 0 } = parseEndpoint(endpoint) ?? {};
  const pod = world.topology.podAt.get(address);
  if (pod !== undefined) return { pod: pod.key, node: pod.node };
  const node = world.topology.nodeAt.get(address);
  if (node === undefined) return { pod: null, node: null };
  return { pod: world.server({ kind: "node", node }, address, protocol, port)?.pod ?? null, node };
}

function sourceSeen({ world: { topology }, sentFrom }: EndNames, { source, masqueraded }: FlowEnd): SourceSeen {
  const node = nodeWith(topology, source);
  if (source === sentFrom) return { address: source, whose: "client", node };
  if (node !== null) return { address: source, whose: "node", node };
  return { address: source, whose: masqueraded ? "other" : "balancer", node: null };
}

function nodeWith(topology: Topology, address: string): string | null {
  return topology.nodeAt.get(address) ?? null;
}

function stoppedBy(outcome: Outcome, destination: string): StoppedBy | null {
  switch (outcome.kind) {
    case "delivered":
      return null;
    case "refused":
      return { kind: "port", at: destination };
    case "rejected":
      return { kind: "rule", node: outcome.node, rule: outcome.rule };
    case "dropped": {
      const { node, rule } = outcome;
      const stop = policyStopOf(rule);
      if (rule === null) return { kind: "node", node };
      return stop === null ? { kind: "rule", node, rule } : { kind: "network-policy", node, rule, stop };
    }
    case "lost":
      return { kind: "link", why: outcome.why, node: nodeOf(outcome.at) };
    case "unmodelled":
      return { kind: "unmodelled", node: outcome.node, what: outcome.what };
  }
}

function nodeOf(place: Place): string | null {
  return place.kind === "outside" || place.kind === "beyond" ? null : place.node;
}

/** Adds up the ends that look the same to a person: those that differ only in the nodes that they crossed. */
export function sameEnds(ends: readonly EndView[]): readonly EndView[] {
  const summed = new Map<string, EndView>();
  for (const end of ends) {
    const key = `${end.kind} ${end.endpoint} ${end.source.address} ${byText(end.by)}`;
    const known = summed.get(key);
    summed.set(
      key,
      known === undefined
        ? end
        : { ...known, probability: known.probability + end.probability, masqueraded: known.masqueraded || end.masqueraded },
    );
  }
  return [...summed.values()];
}

/** A text that two ends share exactly when the same thing stopped them. */
export function byText(by: StoppedBy | null): string {
  if (by === null) return "";
  switch (by.kind) {
    case "rule":
      return `rule ${by.node} ${by.rule.text}`;
    case "network-policy":
      return `network-policy ${by.node} ${by.stop.direction} ${by.stop.policies}`;
    case "node":
      return `node ${by.node}`;
    case "link":
      return `link ${by.why} ${by.node ?? ""}`;
    case "way-back":
      return `way-back ${by.from}`;
    case "port":
      return `port ${by.at}`;
    case "unmodelled":
      return `unmodelled ${by.node} ${by.what}`;
  }
}
