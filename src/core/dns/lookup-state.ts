/** What both libcs' resolvers have in common: requests, events, results, the search list, queries and what replies hold. */
import type { Nanos } from "../base/time.ts";
import { nextUint32 } from "../base/random.ts";
import type { RandomState } from "../base/random.ts";
import { absolute, lowerName, wireLengthOf, withoutFinalDot, labelsOf } from "./names.ts";
import type { SourceAddress } from "./address-order.ts";
import type { HostsFile } from "./hosts-file.ts";
import { queryMessage } from "./records.ts";
import type { Edns, Message, Question, Transport } from "./records.ts";
import { ndotsOf } from "./resolv-conf.ts";
import type { ResolvConf } from "./resolv-conf.ts";

export type Libc = "glibc" | "musl";
/** `both` is getaddrinfo without a family: A and AAAA at once. */
export type LookupFamily = "IPv4" | "IPv6" | "both";

export interface LookupRequest {
  /** As typed. */
  readonly name: string;
  readonly family: LookupFamily;
  readonly libc: Libc;
  readonly resolvConf: ResolvConf;
  readonly hosts: HostsFile;
  /** The sender's own addresses, by which those of the name are put in order; without them IPv4 comes first. */
  readonly sources?: readonly SourceAddress[];
  /** Where query IDs come from; copied, not advanced. */
  readonly random: RandomState;
}

/** One query to put on the wire. */
export interface OutgoingQuery {
  /** Counts from 0 over the whole look-up; events name it. */
  readonly index: number;
  /** Queries with the same number leave from one socket: one source port. */
  readonly socket: number;
  readonly server: string;
  readonly transport: Transport;
  readonly question: Question;
  readonly message: Message;
}

export type LookupEvent =
  | { readonly kind: "reply"; readonly query: number; readonly message: Message }
  /** ICMP port unreachable, or a TCP reset, for that query. */
  | { readonly kind: "unreachable"; readonly query: number }
  /** `wakeAt` has come. */
  | { readonly kind: "timer" };

export type LookupErrorCode = "EAI_NONAME" | "EAI_NODATA" | "EAI_AGAIN" | "EAI_FAIL" | "EAI_ADDRFAMILY";

export interface LookupError {
  readonly code: LookupErrorCode;
  /** What gai_strerror says in that libc. */
  readonly message: string;
  /** What it was that decided. */
  readonly because: "not-found" | "no-address" | "servfail" | "timeout" | "unreachable" | "refused";
}

export interface LookupResult {
  /** As a program tries them: by the sender's addresses where those are known, else IPv4 before IPv6, as they came. */
  readonly addresses: readonly string[];
  readonly error: LookupError | null;
  /** The name that was found, after aliases, without the final dot; null where nothing was. */
  readonly canonical: string | null;
}

export type CandidateResult = "found" | "no-such-name" | "no-address" | "failed" | "not-asked";

export interface LookupStep {
  readonly state: LookupState;
  /** To be sent now, in this order. */
  readonly send: readonly OutgoingQuery[];
  /** When to come back with `timer` (virtual time), in place of any earlier appointment; null for no timer. */
  readonly wakeAt: Nanos | null;
  readonly done: LookupResult | null;
}

/** A query on its way and, once it is there, its reply. */
export interface OpenQuery {
  readonly query: OutgoingQuery;
  readonly reply: Message | null;
}

/** A plain value: clone it, hash it, go back to it. */
export interface LookupState {
  readonly name: string;
  readonly family: LookupFamily;
  readonly libc: Libc;
  readonly types: readonly ("A" | "AAAA")[];
  readonly servers: readonly string[];
  readonly timeoutSeconds: number;
  readonly attempts: number;
  readonly options: readonly string[];
  readonly sources: readonly SourceAddress[];
  /** The name itself is the first candidate. */
  readonly asIsFirst: boolean;
  readonly candidates: readonly { readonly name: string; readonly result: CandidateResult }[];
  /** Index of the candidate that is asked for. */
  readonly at: number;
  readonly random: RandomState;
  readonly nextQuery: number;
  readonly nextSocket: number;
  /** Open socket of each server (glibc), or the one socket for all (musl, at 0). */
  readonly sockets: readonly (number | null)[];
  /** Queries whose replies are awaited or in hand, for this candidate. */
  readonly open: readonly OpenQuery[];
  /** glibc: one after the other once a server left one of two unanswered. */
  readonly mode: "parallel" | "sequential" | "sequential-reopen" | "tcp";
  /** Counts servers asked for this candidate, all attempts together. */
  readonly attempt: number;
  /** Something came back, or a time-out passed, while this candidate was asked for. */
  readonly heard: boolean;
  readonly sawNoAddress: boolean;
  readonly sawServfail: boolean;
  /** glibc: the failure of a name tried as is before the list; it stays the error. */
  readonly firstError: LookupError["because"] | null;
  readonly wakeAt: Nanos | null;
  /** When the current candidate's first query left. */
  readonly startedAt: Nanos;
  /** musl: immediate resends after SERVFAIL that are left in this interval. */
  readonly servfailResends: number;
}

/** Absolute names in the order in which they are asked for. */
export function candidatesFor(name: string, conf: ResolvConf, libc: Libc): string[] {
  const asIs = absolute(name);
  const dots = name.split(".").length - 1;
  if (name === "" || name.startsWith(".")) return [];
  if (name.endsWith(".")) return [asIs].filter(isSendable);
  const enough = dots >= ndotsOf(conf);
  const searched = conf.searches.map((search) => (search === "." ? asIs : absolute(`${name}.${search}`)));
  if (enough && libc === "musl") return [asIs].filter(isSendable);
  return [...new Set(enough ? [asIs, ...searched] : [...searched, asIs])].filter(isSendable);
}

function isSendable(name: string): boolean {
  return wireLengthOf(name) <= 255 && labelsOf(name).every((label) => label.length >= 1 && label.length <= 63);
}

/** Puts questions for the current candidate on one socket. */
export function sendQuestions(
  state: LookupState,
  types: readonly ("A" | "AAAA")[],
  server: string,
  socket: number,
  transport: Transport,
): { readonly state: LookupState; readonly send: readonly OutgoingQuery[] } {
  const random = { ...state.random };
  const name = state.candidates[state.at]?.name;
  if (name === undefined) throw new Error(`no candidate ${state.at} for ${state.name}`);
  const send = types.map((type, i): OutgoingQuery => {
    const question = { name, type };
    const message = queryMessage(nextUint32(random) & 0xffff, question, { edns: ednsOf(state), ad: state.options.includes("trust-ad") });
    return { index: state.nextQuery + i, socket, server, transport, question, message };
  });
  return {
    state: { ...state, random, nextQuery: state.nextQuery + send.length, nextSocket: Math.max(state.nextSocket, socket + 1) },
    send,
  };
}

/** Neither libc sends EDNS, but glibc's `options edns0` does. */
function ednsOf(state: LookupState): Edns | undefined {
  if (state.libc !== "glibc" || !state.options.includes("edns0")) return undefined;
  return { udpSize: 1200, version: 0, dnssecOk: false, options: [] };
}

/** The same query once more. */
export function resend(state: LookupState, query: OutgoingQuery): { readonly state: LookupState; readonly send: OutgoingQuery } {
  return { state: { ...state, nextQuery: state.nextQuery + 1 }, send: { ...query, index: state.nextQuery } };
}

export function withResult(state: LookupState, result: CandidateResult): LookupState {
  return { ...state, candidates: state.candidates.map((candidate, at) => (at === state.at ? { ...candidate, result } : candidate)) };
}

/** Addresses of the families asked for, and the name after aliases. */
export function addressesOf(
  replies: readonly Message[],
  limit: number,
): { readonly addresses: readonly string[]; readonly canonical: string | null } {
  const addresses: string[] = [];
  let canonical: string | null = null;
  for (const type of ["A", "AAAA"] as const) {
    for (const reply of replies) {
      if (reply.question?.type !== type) continue;
      const found = reply.answer.flatMap((record) => (record.type === type ? [record.address] : []));
      if (found.length > 0) canonical ??= endOfAliases(reply);
      addresses.push(...found);
    }
  }
  return { addresses: [...new Set(addresses)].slice(0, limit), canonical };
}

function endOfAliases(reply: Message): string | null {
  let name = reply.question?.name ?? "";
  for (const record of reply.answer) if (record.type === "CNAME" && lowerName(record.name) === lowerName(name)) name = record.target;
  return withoutFinalDot(name);
}
