/**
 * Traffic under way, as plain values: a request of a sender, its conversations (pairs of sockets) and its packets.
 * Everything a checkpoint needs is in here; the trace of trace.ts is what remains when it is over.
 */
import type { NamespacedName, Protocol } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import type { KeepPolicy } from "./kept.ts";
import type { Method } from "./methods.ts";
import type { SctpClient, SctpServer } from "./sctp.ts";
import type { CoreDnsPending } from "./name-service.ts";
import type { Passed } from "./doors.ts";
import type { LookupState, OutgoingQuery } from "../dns/resolver.ts";
import type { AnsweredBy } from "../dns/pipeline.ts";
import type { Message } from "../dns/records.ts";
import type { Packet } from "../netfilter/packet.ts";
import type { ConnectionUse, Header, Hop, JourneyOutcome, LookupQuery, Outcome, PacketTrace, Place, Purpose, Sender } from "./trace.ts";

/** What a person typed, read. */
export interface Destination {
  /** As typed. */
  readonly text: string;
  readonly scheme: "http" | "https" | null;
  /** Said by the scheme (`udp://stats:8125`), or null. */
  readonly protocol: Protocol | null;
  /** A name, or an address in canonical form. */
  readonly host: string;
  readonly isAddress: boolean;
  readonly port: number;
  readonly path: string;
  /** Absent: GET. */
  readonly method?: Method;
}

/** What a packet carries beside its headers. */
export type Payload =
  | { readonly kind: "none" }
  /** `by`: the plugin of CoreDNS that answered. */
  | { readonly kind: "dns"; readonly message: Message; readonly transport: "udp" | "tcp"; readonly by?: AnsweredBy }
  | { readonly kind: "request"; readonly destination: Destination }
  /** A server's answer, in full and in its first words. `tls`: the server speaks TLS there. */
  | { readonly kind: "response"; readonly says: string; readonly text: string; readonly tls: boolean };

/** A packet that has not reached its end. */
export interface PacketDraft {
  readonly index: number;
  readonly purpose: Purpose;
  readonly direction: "out" | "back";
  readonly answers: number | null;
  readonly ipId: number;
  readonly tcp: PacketTrace["tcp"];
  readonly payloadBytes: number;
  readonly payload: Payload;
  /** The conversation whose socket sent it or (ICMP errors) whose packet it is about. */
  readonly conversation: number;
  readonly hops: Hop[];
  packet: Packet;
  ttl: number;
  outcome: Outcome | null;
}

/** What a socket or a kernel puts on the wire. */
export interface Emission {
  readonly from: Place;
  readonly packet: Packet;
  readonly purpose: Purpose;
  readonly direction: "out" | "back";
  readonly answers: number | null;
  readonly tcp: PacketTrace["tcp"];
  readonly payloadBytes: number;
  readonly payload: Payload;
  readonly conversation: number;
  /** A server's answer: it is sent only if this process (`Server.process`) still runs then. */
  readonly process?: string;
}

/** `closing`: this end sent the first FIN; `last-ack`: the other end did, and this one waits for the ACK of its own. */
export type TcpState = "syn-sent" | "established" | "closing" | "last-ack" | "closed";

/** The client's end of a TCP connection: sequence numbers as RFC 9293 counts them. */
export interface TcpClient {
  state: TcpState;
  /** Next octet to send. */
  seq: number;
  /** Next octet expected. */
  ack: number;
  readonly isn: number;
  /** Where the request that waits for an answer begins. */
  request: number;
  /** Times that the packet now waiting for an answer was sent. */
  sent: number;
}

/** A server's end of a TCP connection: which socket, with whom, as seen there. */
export interface TcpServer {
  readonly place: Place;
  /** The server's own end is src, the peer's dst. */
  readonly header: Header;
  readonly isn: number;
  /** The process whose socket it is (`Server.process`). */
  readonly process: string;
  seq: number;
  ack: number;
  state: "syn-received" | "established" | "closed";
  /** Its process has ended: data that still comes is answered with a reset. */
  orphaned: boolean;
  /** What it sent last, for when the request comes again. */
  answered: {
    readonly seq: number;
    readonly sentAt: Nanos;
    readonly payload: Payload;
    readonly bytes: number;
    readonly purpose: Purpose;
  } | null;
}

/** A client socket and whom it talks to. */
export interface Conversation {
  readonly index: number;
  /** `upstream`: a name server asks another one. */
  readonly use: "dns" | "request" | "upstream";
  /** The header of what the client sends. */
  readonly header: Header;
  readonly place: Place;
  /** TCP only. */
  readonly tcp: TcpClient | null;
  /** SCTP only, and the associations that servers have with it. */
  readonly sctp: SctpClient | null;
  readonly associations: SctpServer[];
  /** Servers that took its SYN; more than one only where rules changed under it. */
  readonly servers: TcpServer[];
  /** What the client sends once connected, or at once (UDP). */
  readonly payload: Payload;
  /** Queries of the resolver that use this socket. */
  readonly queries: number[];
  /** Packet that was sent last from here and waits for an answer. */
  lastSent: number | null;
  /** The client does not close it after the answer. */
  keeps: boolean;
  over: boolean;
}

/** The name look-up of a request, while it goes on and after. */
export interface LookupRun {
  readonly name: string;
  readonly nameserver: string;
  readonly search: readonly string[];
  readonly ndots: number;
  state: LookupState;
  readonly queries: QueryRun[];
  addresses: readonly string[];
  error: string | null;
}

export interface QueryRun {
  readonly outgoing: OutgoingQuery;
  readonly conversation: number;
  packet: number;
  result: LookupQuery | null;
  readonly at: Nanos;
}

/** One neighbour that nobody answers for, until the kernel gives up asking. */
export interface DeadNeighbour {
  readonly node: string;
  readonly address: string;
  readonly failsAt: Nanos;
}

/** What the client experienced, once it knows. */
export interface ClientResult {
  readonly at: Nanos;
  readonly outcome: JourneyOutcome;
  readonly says: string;
}

/** Where the request's own connection got to. */
export interface Findings {
  servicePort: string | null;
  endpoint: string | null;
  pod: NamespacedName | null;
  node: string | null;
  sourceSeen: string | null;
  masqueraded: boolean;
}

/** One request under way. */
export interface Flight {
  readonly id: number;
  readonly from: Sender;
  /** Where the sender's socket is. */
  readonly place: Place;
  readonly sources: readonly string[];
  readonly destination: Destination;
  readonly protocol: Protocol;
  readonly sentAt: Nanos;
  /** How long the client waits for a connection, and then for an answer; its kernel may give up before. */
  readonly patience: Nanos;
  /** The client keeps its socket for the next request; null: one socket, one request. */
  readonly keep: KeepPolicy | null;
  /** Which request on a kept connection it is, once it has one. */
  use: ConnectionUse | null;
  /** No request: the end of a connection that nobody was using. */
  readonly isClosing: boolean;
  lookup: LookupRun | null;
  /** Addresses still to be tried, the current one first. */
  addresses: readonly string[];
  readonly conversations: Conversation[];
  readonly packets: PacketDraft[];
  readonly deadNeighbours: DeadNeighbour[];
  readonly pendingDns: CoreDnsPending[];
  /** Flows of it that a load balancer, an announcement or a route brought in. */
  readonly passed: Passed[];
  readonly findings: Findings;
  /** Packets and emissions that have not come to their end. */
  open: number;
  /** Of each kind of timer only the one set last counts. */
  readonly timers: Record<TimerPurpose, number>;
  result: ClientResult | null;
}

/** What the event queue holds for the network. */
export type NetworkEvent =
  /** A packet stands before a node's hooks: from an interface, or from a process (null). */
  | {
      readonly kind: "at-gate";
      readonly flight: number;
      readonly packet: number;
      readonly node: string;
      readonly inInterface: string | null;
    }
  /** A packet stands before a socket. */
  | { readonly kind: "at-place"; readonly flight: number; readonly packet: number; readonly place: Place }
  | { readonly kind: "emit"; readonly flight: number; readonly emission: Emission }
  | { readonly kind: "timer"; readonly flight: number; readonly purpose: TimerPurpose; readonly generation: number }
  /** An upstream's reply is back at the CoreDNS Pod. */
  | { readonly kind: "upstream-reply"; readonly flight: number; readonly pending: number };

export type TimerPurpose = "lookup" | "retry" | "connect-timeout" | "answer-timeout";
