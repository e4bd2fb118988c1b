/** What the network needs of the simulation around it: time, chance, rules and servers. */
import type { NamespacedName, Protocol } from "../base/names.ts";
import type { RandomState } from "../base/random.ts";
import type { Nanos } from "../base/time.ts";
import type { NodeStack } from "../netfilter/stack.ts";
import type { NetworkEvent } from "./flight.ts";
import type { Method } from "./methods.ts";
import type { Kept } from "./kept.ts";
import type { Topology } from "./topology.ts";
import type { Door } from "./doors.ts";
import type { Header, Place } from "./trace.ts";
import type { NameService } from "./name-service.ts";

/** A process that listens. */
export interface Server {
  /** The Pod that it belongs to, also where it listens at its node's own address; null: a process of the node, or outside. */
  readonly pod: NamespacedName | null;
  /** What it does with a request. dns: it is a name server. */
  readonly kind: "http" | "dns" | "other";
  /** Which process it is: another text for the next one at the same place. */
  readonly process: string;
  /** It speaks TLS: its words are for clients that do, too. */
  readonly tls: boolean;
  /** So much later than usual it answers, in nanoseconds. */
  readonly delay: number;
  /** Its answer (ASCII), in full and in its first words, given who asks; null: it closes the connection without a word. */
  answer(request: {
    readonly peer: string;
    readonly method: Method;
    readonly path: string;
    readonly host: string;
  }): { readonly says: string; readonly text: string } | null;
}

export interface World {
  readonly now: Nanos;
  readonly topology: Topology;
  /** Puts an event so many nanoseconds after now. */
  after(delay: Nanos, event: NetworkEvent): void;
  /** The node's netfilter with the rules that its kube-proxy has written by now. */
  stack(node: string): NodeStack;
  /** What brings a packet from outside to a node that has not the address itself; null: nothing. */
  door(packet: Header): Door | null;
  /** The run's random stream of this name. */
  random(key: string): RandomState;
  /** A source port for a new client socket. */
  clientPort(place: Place, protocol: Protocol): number;
  /** Who listens there. Never asked for the sender's own client sockets. */
  server(place: Place, address: string, protocol: Protocol, port: number): Server | null;
  /** Which process runs at the place: another text for the next one; null where none does. */
  process(place: Place): string | null;
  /** Connections that clients keep (kept.ts). */
  readonly kept: Map<string, Kept>;
  readonly names: NameService;
}
