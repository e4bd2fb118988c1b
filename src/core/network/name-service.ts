/** The network's view of DNS: who answers a question at a place, and how a sender looks names up. */
import type { HostsFile } from "../dns/hosts-file.ts";
import type { Libc } from "../dns/resolver.ts";
import type { ResolvConf } from "../dns/resolv-conf.ts";
import type { Message, Transport } from "../dns/records.ts";
import type { AnsweredBy, Served as CoreDnsServed } from "../dns/pipeline.ts";
import type { Place, Sender } from "./trace.ts";

/** A question that CoreDNS wants to ask an upstream. */
export type ForwardedQuery = Extract<CoreDnsServed, { readonly kind: "forward" }>;

/** An answer as it leaves, and the plugin of CoreDNS that made it (absent: another name server). */
export interface Answered {
  readonly message: Message;
  readonly bytes: number;
  readonly by?: AnsweredBy;
}

/** What a name server does with a question now. */
export type Served =
  | ({ readonly kind: "reply" } & Answered)
  /** It asks an upstream first; `forwarded` comes back to `resume`. */
  | { readonly kind: "forward"; readonly forwarded: ForwardedQuery }
  | { readonly kind: "ignore" };

/** A question that waits at a name server for its upstream. */
export interface CoreDnsPending {
  readonly place: Place;
  /** The packet that asked. */
  readonly packet: number;
  readonly forwarded: ForwardedQuery;
  /** The socket that it asks from; null: no packet is sent for it. */
  readonly conversation: number | null;
  /** What it hears of this try, as far as that is known: silence, until an answer comes. */
  heard: "answer" | "timeout" | "unreachable";
  /** It has heard, or gave this try up. */
  over: boolean;
}

export interface ResolverSetup {
  readonly conf: ResolvConf;
  readonly hosts: HostsFile;
  readonly libc: Libc;
}

export interface NameService {
  /** The resolver's files of a sender. */
  setup(from: Sender): ResolverSetup;
  /** The addresses that a sender keeps of a name; null: it looks the name up. */
  kept(from: Sender, host: string): readonly string[] | null;
  /** Its programs have found a name: which of its addresses they go on with, now and later. */
  keep(from: Sender, host: string, addresses: readonly string[]): readonly string[];
  serve(place: Place, query: Message, transport: Transport): Served;
  /** What was heard of the upstream; it may ask once more. */
  resume(place: Place, forwarded: ForwardedQuery, heard: CoreDnsPending["heard"]): Served;
}
