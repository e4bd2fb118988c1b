/**
 * The stub resolver in a container's libc as a state machine of plain values: it says which queries to send and when to
 * wake it, and is told of replies, ICMP errors and elapsed time. Search order and stop rules are those of glibc 2.36 and
 * musl 1.2.5, measured on real packets.
 */
import type { Nanos } from "../base/time.ts";
import { orderAddresses } from "./address-order.ts";
import { parseAddress } from "./addresses.ts";
import { stepGlibc, startGlibc } from "./glibc.ts";
import { candidatesFor } from "./lookup-state.ts";
import type { CandidateResult, LookupEvent, LookupRequest, LookupResult, LookupState, LookupStep } from "./lookup-state.ts";
import { startMusl, stepMusl } from "./musl.ts";
import { ndotsOf, optionValue } from "./resolv-conf.ts";

export type {
  CandidateResult,
  Libc,
  LookupError,
  LookupErrorCode,
  LookupEvent,
  LookupFamily,
  LookupRequest,
  LookupResult,
  LookupState,
  LookupStep,
  OutgoingQuery,
} from "./lookup-state.ts";

/** At most so many name servers, in every libc. */
const MAX_NAMESERVERS = 3;

/** The first step. A literal address and a name of /etc/hosts are done at once, without a query. */
export function startLookup(request: LookupRequest, now: Nanos): LookupStep {
  const { name, resolvConf, libc } = request;
  const servers = resolvConf.nameservers.slice(0, MAX_NAMESERVERS);
  const state: LookupState = {
    name,
    family: request.family,
    libc,
    types: typesFor(request),
    servers: servers.length === 0 ? ["127.0.0.1"] : servers,
    timeoutSeconds: Math.max(1, optionValue(resolvConf, "timeout") ?? 5),
    attempts: Math.max(1, optionValue(resolvConf, "attempts") ?? 2),
    options: resolvConf.options,
    sources: request.sources ?? [],
    asIsFirst: isAbsolute(name) || dotsOf(name) >= ndotsOf(resolvConf),
    candidates: candidatesFor(name, resolvConf, libc).map((candidate) => ({ name: candidate, result: "not-asked" })),
    at: 0,
    random: { ...request.random },
    nextQuery: 0,
    nextSocket: 0,
    sockets: [],
    open: [],
    mode: "parallel",
    attempt: 0,
    heard: false,
    sawNoAddress: false,
    sawServfail: false,
    firstError: null,
    wakeAt: null,
    startedAt: now,
    servfailResends: 0,
  };
  const local = withoutDns(request);
  if (local !== null) return inOrder({ state: { ...state, candidates: [] }, send: [], wakeAt: null, done: local });
  if (state.candidates.length === 0) return { state, send: [], wakeAt: null, done: unusableName(libc) };
  return libc === "glibc" ? startGlibc(state, now) : startMusl(state, now);
}

/** What happens next. Events about queries that are no longer awaited change nothing. */
export function stepLookup(state: LookupState, event: LookupEvent, now: Nanos): LookupStep {
  return inOrder(state.libc === "glibc" ? stepGlibc(state, event, now) : stepMusl(state, event, now));
}

/** The addresses of a finished look-up in the order in which getaddrinfo gives them. */
function inOrder(step: LookupStep): LookupStep {
  const { state, done } = step;
  if (done === null || state.sources.length === 0) return step;
  return { ...step, done: { ...done, addresses: orderAddresses(state.libc, done.addresses, state.sources) } };
}

/** The search so far, as traces show it. */
export function candidatesOf(state: LookupState): readonly { readonly name: string; readonly result: CandidateResult }[] {
  return state.candidates;
}

function typesFor({ family, resolvConf }: LookupRequest): readonly ("A" | "AAAA")[] {
  if (family === "IPv4") return ["A"];
  if (family === "IPv6") return ["AAAA"];
  return resolvConf.options.includes("no-aaaa") ? ["A"] : ["A", "AAAA"];
}

function dotsOf(name: string): number {
  return name.split(".").length - 1;
}

function isAbsolute(name: string): boolean {
  return name.endsWith(".");
}

/** What needs no packet: a literal address, then /etc/hosts. */
function withoutDns({ name, family, libc, hosts }: LookupRequest): LookupResult | null {
  const literal = parseAddress(name);
  const wanted = (address: string): boolean => family === "both" || parseAddress(address)?.family === family;
  if (literal !== null) return wanted(literal.text) ? { addresses: [literal.text], error: null, canonical: name } : otherFamily(libc);
  const plain = name.toLowerCase().replace(/\.$/, "");
  const entries = hosts.entries.filter((entry) => entry.names.some((host) => host.toLowerCase() === plain));
  const addresses = [...new Set(entries.map((entry) => entry.address))].filter(wanted);
  if (addresses.length > 0) {
    const canonical = entries.find((entry) => wanted(entry.address))?.names[0] ?? name;
    return { addresses: addresses.sort((a, b) => Number(a.includes(":")) - Number(b.includes(":"))), error: null, canonical };
  }
  // glibc goes on to DNS for a name that the file has only in the other family, musl does not.
  if (entries.length === 0 || libc === "glibc") return null;
  return { addresses: [], error: { code: "EAI_NODATA", message: "Name has no usable address", because: "no-address" }, canonical: null };
}

/** A literal address of the family that was not asked for. Source: glibc getaddrinfo.c (gaih_inet), musl lookup_name.c (name_from_numeric). */
function otherFamily(libc: LookupRequest["libc"]): LookupResult {
  const error =
    libc === "glibc"
      ? ({ code: "EAI_ADDRFAMILY", message: "Address family for hostname not supported", because: "no-address" } as const)
      : ({ code: "EAI_NODATA", message: "Name has no usable address", because: "no-address" } as const);
  return { addresses: [], error, canonical: null };
}

function unusableName(libc: LookupRequest["libc"]): LookupResult {
  const message = libc === "glibc" ? "Name or service not known" : "Name does not resolve";
  return { addresses: [], error: { code: "EAI_NONAME", message, because: "not-found" }, canonical: null };
}
