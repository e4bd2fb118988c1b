/**
 * A sender's name look-up: drives the resolver's state machine (dns room) and keeps what the trace shows of it. The
 * queries themselves travel as packets; who sends them is client.ts.
 */
import type { Nanos } from "../base/time.ts";
import type { SourceAddress } from "../dns/address-order.ts";
import { candidatesOf, startLookup, stepLookup, type LookupStep, type OutgoingQuery } from "../dns/resolver.ts";
import { ndotsOf } from "../dns/resolv-conf.ts";
import { dataText, recordType, type Message } from "../dns/records.ts";
import { nextUint32, randomState } from "../base/random.ts";
import { placeKey } from "./delivery.ts";
import type { Flight, LookupRun, PacketDraft, QueryRun } from "./flight.ts";
import { familyOf } from "./topology.ts";
import type { Lookup, LookupQuery, Place } from "./trace.ts";
import type { World } from "./world.ts";

export interface LookupProgress {
  readonly send: readonly OutgoingQuery[];
  /** Virtual time of the resolver's next timer, or null. */
  readonly wakeAt: Nanos | null;
  readonly done: boolean;
}

export type ResolverEvent =
  | { readonly kind: "reply"; readonly query: number; readonly message: Message; readonly packet: PacketDraft }
  | { readonly kind: "unreachable"; readonly query: number }
  | { readonly kind: "timer" };

export function beginLookup(world: World, flight: Flight): LookupProgress {
  const { conf, hosts, libc } = world.names.setup(flight.from);
  const { host } = flight.destination;
  const random = randomState(nextUint32(world.random(`resolver ${placeKey(flight.place)}`)), "query ids");
  const sources = sourcesOf(world, flight);
  const step = startLookup({ name: host, family: "both", libc, resolvConf: conf, hosts, sources, random }, world.now);
  flight.lookup = {
    name: host,
    nameserver: conf.nameservers[0] ?? "",
    search: conf.searches,
    ndots: ndotsOf(conf),
    state: step.state,
    queries: [],
    addresses: [],
    error: null,
  };
  return after(flight.lookup, step);
}

/** The sender's addresses with the length of their subnets: a Pod's is that of its node's range of Pod addresses. */
function sourcesOf(world: World, { sources, place }: Flight): readonly SourceAddress[] {
  const cidrs = place.kind === "pod" ? (world.topology.nodes.get(place.node)?.podCidrs ?? []) : [];
  return sources.map((address) => {
    const family = familyOf(address);
    const own = cidrs.find((cidr) => cidr.family === family)?.prefix;
    return { address, prefix: own ?? (family === "IPv4" ? 24 : 64) };
  });
}

export function continueLookup(world: World, flight: Flight, event: ResolverEvent): LookupProgress {
  const { lookup } = flight;
  if (lookup === null) throw new Error("a resolver's event without a look-up");
  if (event.kind === "reply") {
    note(queryOf(lookup, event.query), world.now, {
      rcode: rcodeOf(event.message),
      answers: event.message.answer.map((record) => ({
        name: record.name,
        type: recordType(record),
        ttl: record.ttl,
        data: dataText(record),
      })),
      answerPacket: event.packet.index,
      by: senderOf(event.packet),
    });
    return after(lookup, stepLookup(lookup.state, { kind: "reply", query: event.query, message: event.message }, world.now));
  }
  if (event.kind === "unreachable")
    note(queryOf(lookup, event.query), world.now, { rcode: "ICMP", answers: [], answerPacket: null, by: null });
  return after(lookup, stepLookup(lookup.state, event, world.now));
}

function after(lookup: LookupRun, step: LookupStep): LookupProgress {
  lookup.state = step.state;
  if (step.done !== null) {
    lookup.addresses = step.done.addresses;
    lookup.error = step.done.error?.message ?? null;
  }
  return { send: step.send, wakeAt: step.wakeAt, done: step.done !== null };
}

/** Queries that nobody answered time out with the look-up. */
export function finishLookup(world: World, flight: Flight): void {
  const { lookup } = flight;
  if (lookup === null) return;
  for (const query of lookup.queries) note(query, world.now, { rcode: "TIMEOUT", answers: [], answerPacket: null, by: null });
}

function queryOf(lookup: LookupRun, index: number): QueryRun | undefined {
  return lookup.queries.find(({ outgoing }) => outgoing.index === index);
}

function note(run: QueryRun | undefined, now: Nanos, found: Pick<LookupQuery, "rcode" | "answers" | "answerPacket" | "by">): void {
  if (run === undefined || run.result !== null) return;
  const { question } = run.outgoing;
  run.result = {
    ...found,
    name: question.name,
    type: question.type === "AAAA" ? "AAAA" : "A",
    queryPacket: run.packet,
    at: run.at,
    endsAt: now,
  };
}

/** The trace knows the codes that a resolver of Pods meets; any other is a server's failure to it. */
function rcodeOf({ rcode }: Message): LookupQuery["rcode"] {
  return rcode === "NOERROR" || rcode === "NXDOMAIN" || rcode === "REFUSED" ? rcode : "SERVFAIL";
}

function senderOf(packet: PacketDraft): Place | null {
  return packet.hops[0]?.from ?? null;
}

/** The look-up as the trace shows it. */
export function lookupTrace(lookup: LookupRun): Lookup {
  const { name, nameserver, search, ndots, addresses, error } = lookup;
  return {
    name,
    nameserver,
    search,
    ndots,
    candidates: candidatesOf(lookup.state).map((candidate) =>
      // The client gave up while the resolver still waited for an answer.
      candidate.result === "not-asked" && wasAsked(lookup, candidate.name) ? { ...candidate, result: "failed" as const } : candidate,
    ),
    queries: lookup.queries.map(({ result }) => result).filter((result) => result !== null),
    addresses,
    error,
  };
}

function wasAsked({ queries }: LookupRun, name: string): boolean {
  const bare = (text: string): string => (text.endsWith(".") ? text.slice(0, -1) : text);
  return queries.some(({ outgoing }) => bare(outgoing.question.name) === bare(name));
}
