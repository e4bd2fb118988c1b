/**
 * What happened to traffic, as data. Canvas, inspector, narration, terminal, CLI and capture read this and nothing
 * else. docs/trace.md documents every kind.
 *
 * A Journey is one request of a sender: a name look-up (if it needed one) and a connection. A journey consists of
 * packets in the order in which they were sent; a packet consists of hops in time order and ends in exactly one
 * outcome. A hop says from where to where it went and how the header looked before and after.
 */
import type { NamespacedName } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import type { AnsweredBy } from "../dns/pipeline.ts";
import type { Message } from "../dns/records.ts";
import type { RuleRef } from "../netfilter/rules.ts";
import type { SctpChunk } from "../netfilter/sctp-states.ts";
import type { Changed, ConntrackView, CtState, Header, HookWalk } from "../netfilter/walk.ts";

export type { Changed, ConntrackView, Draw, Header, HookWalk, RuleEffect, RuleStep } from "../netfilter/walk.ts";

/** Somewhere a packet can be. The scene has a point for each. */
export type Place =
  | { readonly kind: "pod"; readonly pod: NamespacedName; readonly node: string }
  /** A process in the node's own network namespace (a host-network Pod counts as its node here). */
  | { readonly kind: "node"; readonly node: string }
  /** The node's netfilter hooks, where kube-proxy's rules lie in wait. */
  | { readonly kind: "gate"; readonly node: string }
  /** A host outside the cluster, by its id in ClusterView.outsiders. */
  | { readonly kind: "outside"; readonly id: string }
  /** What lies beyond the nodes' default gateway, for packets that nobody caught. */
  | { readonly kind: "beyond" };

/** What the routing table said. */
export interface RouteTaken {
  /** The matching route: `10.244.2.0/24`, `default`, `local`. */
  readonly prefix: string;
  /** Next hop address, or null where the destination is on-link or local. */
  readonly via: string | null;
  readonly device: string;
}

interface HopBase {
  /** Virtual time at which the hop begins and ends. */
  readonly at: Nanos;
  readonly endsAt: Nanos;
  readonly from: Place;
  readonly to: Place;
  readonly before: Header;
  readonly after: Header;
  readonly ttl: number;
}

/** What netfilter of one node did to the packet: all hooks it passed there. `from` and `to` are that gate. */
interface GateHop extends HopBase {
  readonly node: string;
  readonly walks: readonly HookWalk[];
  /** The connection's state as conntrack saw this packet. */
  readonly ctState: CtState;
  readonly route: RouteTaken | null;
}

export type Hop =
  /** The sender's socket makes the packet. from = to = sender. */
  | (HopBase & { readonly kind: "send" })
  /** Out of the Pod (its veth) or the node's own process, up to the gate of its node. */
  | (HopBase & { readonly kind: "leave" })
  /** From outside through the cluster boundary to a node's gate, or from a gate out to a host. */
  | (HopBase & { readonly kind: "enter-cluster" })
  | (HopBase & { readonly kind: "leave-cluster" })
  /** No rule changed it. */
  | (GateHop & { readonly kind: "pass" })
  /** A new connection's address was rewritten: destination (DNAT), source (masquerade), or both. */
  | (GateHop & { readonly kind: "rewrite"; readonly changed: Changed; readonly servicePort: string | null; readonly entry: ConntrackView })
  /** A known connection: the recorded translation was applied again, no nat rule was asked. */
  | (GateHop & { readonly kind: "known"; readonly changed: Changed; readonly entry: ConntrackView })
  /** A reply: the recorded translation was undone. */
  | (GateHop & { readonly kind: "restore"; readonly changed: Changed; readonly entry: ConntrackView })
  /** A REJECT rule refused it; an ICMP error goes back as a packet of its own. */
  | (GateHop & { readonly kind: "reject"; readonly rule: RuleRef; readonly with: string; readonly servicePort: string | null })
  | (GateHop & { readonly kind: "drop"; readonly rule: RuleRef | null; readonly servicePort: string | null })
  /** From one node's gate to another's, over the network between nodes. */
  | (HopBase & { readonly kind: "cross"; readonly sameZone: boolean; readonly route: RouteTaken })
  /** From the gate into the Pod or the node's own process. */
  | (HopBase & { readonly kind: "deliver" })
  /** The receiving socket took it. from = to = receiver. */
  | (HopBase & { readonly kind: "accept"; readonly says: string | null })
  /** Nobody listens on that port: the receiver's kernel says no (RST, ABORT, or ICMP port unreachable). */
  | (HopBase & { readonly kind: "refuse"; readonly with: "tcp-reset" | "sctp-abort" | "icmp-port-unreachable" })
  /** Out of the default gateway and gone. */
  | (HopBase & { readonly kind: "lost"; readonly why: LostReason; readonly route: RouteTaken | null });

export type LostReason =
  | "no-route"
  | "nobody-has-the-address"
  | "hop-limit"
  | "pod-gone"
  | "node-down"
  | "no-healthy-node"
  | "source-not-allowed";

/** Why the packet's way ended. Exactly one per packet, so that none vanishes without a reason. */
export type Outcome =
  | { readonly kind: "delivered"; readonly to: Place }
  | { readonly kind: "refused"; readonly by: Place }
  | { readonly kind: "rejected"; readonly node: string; readonly rule: RuleRef }
  | { readonly kind: "dropped"; readonly node: string; readonly rule: RuleRef | null }
  | { readonly kind: "lost"; readonly why: LostReason; readonly at: Place }
  | { readonly kind: "unmodelled"; readonly node: string; readonly what: string };

export type Purpose =
  | "dns-query"
  | "dns-answer"
  | "syn"
  | "syn-ack"
  | "ack"
  | "request"
  | "response"
  | "fin"
  | "reset"
  | "init"
  | "init-ack"
  | "cookie-echo"
  | "cookie-ack"
  | "sack"
  | "shutdown"
  | "shutdown-ack"
  | "shutdown-complete"
  | "abort"
  | "datagram"
  | "datagram-reply"
  | "icmp-error";

/**
 * What a packet carries: a DNS message (with its length before it over TCP), or a program's own words. `by`: the plugin of
 * CoreDNS that answered; absent in questions, and in answers of other name servers.
 */
export type Content =
  | { readonly kind: "dns"; readonly message: Message; readonly transport: "udp" | "tcp"; readonly by?: AnsweredBy }
  | { readonly kind: "text"; readonly text: string };

export interface PacketTrace {
  /** Position among the journey's packets, from 0. */
  readonly index: number;
  readonly purpose: Purpose;
  readonly direction: "out" | "back";
  /** The packet this one answers, by index; null for one that starts something. */
  readonly answers: number | null;
  /** What a capture needs. Sequence numbers are the sender's own, not relative. */
  readonly ipId: number;
  readonly tcp: { readonly flags: readonly ("SYN" | "ACK" | "PSH" | "FIN" | "RST")[]; readonly seq: number; readonly ack: number } | null;
  /** SCTP only: its chunk. */
  readonly sctp?: SctpChunk;
  readonly payloadBytes: number;
  /** What it carries; null: nothing, or (ICMP errors) what its header says. */
  readonly payload: Content | null;
  readonly hops: readonly Hop[];
  readonly outcome: Outcome;
}

/** One question of the resolver and what came of it. */
export interface LookupQuery {
  readonly name: string;
  readonly type: "A" | "AAAA";
  /** Index of the query's and the answer's packet in the journey. */
  readonly queryPacket: number;
  readonly answerPacket: number | null;
  readonly rcode: "NOERROR" | "NXDOMAIN" | "SERVFAIL" | "REFUSED" | "TIMEOUT" | "ICMP";
  readonly answers: readonly { readonly name: string; readonly type: string; readonly ttl: number; readonly data: string }[];
  /** The CoreDNS Pod (or outside server) that answered. */
  readonly by: Place | null;
  readonly at: Nanos;
  readonly endsAt: Nanos;
}

export interface Lookup {
  readonly name: string;
  readonly nameserver: string;
  readonly search: readonly string[];
  readonly ndots: number;
  /** Candidates in the order of the search; those after the one found were not asked. */
  readonly candidates: readonly {
    readonly name: string;
    readonly result: "found" | "no-such-name" | "no-address" | "failed" | "not-asked";
  }[];
  readonly queries: readonly LookupQuery[];
  readonly addresses: readonly string[];
  readonly error: string | null;
}

export type Sender =
  | { readonly kind: "pod"; readonly pod: NamespacedName }
  | { readonly kind: "node"; readonly node: string }
  /** `external` is the default client; any other is an address. */
  | { readonly kind: "outside"; readonly id: string };

/** What the client experienced. */
export type JourneyOutcome =
  | { readonly kind: "delivered" }
  | { readonly kind: "refused" }
  | { readonly kind: "unreachable" }
  | { readonly kind: "dropped" }
  | { readonly kind: "dns-failed" }
  | { readonly kind: "unmodelled"; readonly what: string };

/** Which request on a connection that the client keeps. */
export interface ConnectionUse {
  /** The journey that opened it: its own id where it did. */
  readonly opened: number;
  /** From 1. */
  readonly request: number;
  /** How many it will be with the rest of the series; null where nobody knows. */
  readonly of: number | null;
  /** Why the connection before was not used: `the server closed it`; null where there was none. */
  readonly instead: string | null;
}

export interface Journey {
  /** Counts from 1 in the order of sending. */
  readonly id: number;
  readonly from: Sender;
  /** As typed. */
  readonly to: string;
  readonly sentAt: Nanos;
  /** When the client had its answer or gave up. */
  readonly endedAt: Nanos;
  readonly lookup: Lookup | null;
  readonly packets: readonly PacketTrace[];
  readonly outcome: JourneyOutcome;
  /** `namespace/name:port` whose rules caught the connection, or null. */
  readonly servicePort: string | null;
  /** Where the connection ended up (or was sent to, where nobody is): `10.244.2.6:80`, and who that is. */
  readonly endpoint: string | null;
  readonly pod: NamespacedName | null;
  readonly node: string | null;
  /** `ip:port` of the client as the endpoint saw it. */
  readonly sourceSeen: string | null;
  readonly masqueraded: boolean;
  /** The client program's last words: `HTTP/1.1 200 OK …`, `curl: (7) …`. */
  readonly clientSays: string;
  /** Only where the client keeps its connection (its socket, over UDP) for several requests. */
  readonly connection?: ConnectionUse;
}
