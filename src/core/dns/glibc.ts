/**
 * glibc's resolver. Source: glibc resolv/res_query.c (the search list and which failure ends it) and res_send.c (servers,
 * attempts, two questions on one socket); measured with glibc 2.36.
 */
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import { addressesOf, sendQuestions, withResult } from "./lookup-state.ts";
import type { LookupError, LookupEvent, LookupResult, LookupState, LookupStep } from "./lookup-state.ts";
import type { Message } from "./records.ts";

const MESSAGES = {
  EAI_NONAME: "Name or service not known",
  EAI_NODATA: "No address associated with hostname",
  EAI_AGAIN: "Temporary failure in name resolution",
  EAI_FAIL: "Non-recoverable failure in name resolution",
} as const;

export function startGlibc(state: LookupState, now: Nanos): LookupStep {
  return askCandidate(state, now);
}

export function stepGlibc(state: LookupState, event: LookupEvent, now: Nanos): LookupStep {
  switch (event.kind) {
    case "timer":
      return state.wakeAt === null || now < state.wakeAt ? waiting(state) : onTimeout({ ...state, heard: true }, now);
    case "unreachable":
      if (!isAwaited(state, event.query)) return waiting(state);
      // The socket is connected, so the error closes it with both questions; the next attempt opens another.
      return nextServer({ ...state, open: [], sockets: [] }, "unreachable", now);
    case "reply":
      return isAwaited(state, event.query) ? onReply(state, event.query, event.message, now) : waiting(state);
  }
}

function isAwaited(state: LookupState, query: number): boolean {
  return state.open.some((open) => open.query.index === query && open.reply === null);
}

function waiting(state: LookupState): LookupStep {
  return { state, send: [], wakeAt: state.wakeAt, done: null };
}

function askCandidate(state: LookupState, now: Nanos): LookupStep {
  const mode = state.options.includes("use-vc") ? "tcp" : firstMode(state);
  return askServer({ ...state, attempt: 0, heard: false, mode, startedAt: now, sockets: [] }, now);
}

function firstMode(state: LookupState): LookupState["mode"] {
  if (state.options.includes("single-request-reopen")) return "sequential-reopen";
  // Once a server has left one of two unanswered, the process keeps asking one by one.
  return state.options.includes("single-request") || state.mode === "sequential"
    ? "sequential"
    : state.mode === "sequential-reopen"
      ? state.mode
      : "parallel";
}

/** Sends to the server whose turn it is: all servers in order, then all once more. */
function askServer(state: LookupState, now: Nanos): LookupStep {
  const at = state.attempt % state.servers.length;
  const server = state.servers[at];
  if (server === undefined) throw new Error(`no server ${at} of ${state.servers.length}`);
  const oneByOne = state.mode === "sequential" || state.mode === "sequential-reopen";
  const types = oneByOne ? state.types.slice(0, 1) : state.types;
  const socket = state.sockets[at] ?? state.nextSocket;
  const sent = sendQuestions(state, types, server, socket, state.mode === "tcp" ? "tcp" : "udp");
  const wakeAt = now + patience(state, at);
  const open = sent.send.map((query) => ({ query, reply: null }));
  const sockets = state.servers.map((_, i) => (i === at ? socket : (state.sockets[i] ?? null)));
  return { state: { ...sent.state, open, wakeAt, sockets }, send: sent.send, wakeAt, done: null };
}

/** Seconds doubled per server and shared among the servers, at least one. */
function patience(state: LookupState, server: number): Nanos {
  const seconds = state.timeoutSeconds * 2 ** server;
  return Math.max(1, server === 0 ? seconds : Math.floor(seconds / state.servers.length)) * SECOND;
}

function onReply(before: LookupState, index: number, message: Message, now: Nanos): LookupStep {
  const open = before.open.map((one) => (one.query.index === index ? { ...one, reply: message } : one));
  const state: LookupState = { ...before, open, heard: true };
  if (message.tc && state.mode !== "tcp") return askServer({ ...state, mode: "tcp", sockets: [] }, now);
  if (open.some((one) => one.reply === null)) return waiting(state);
  const unasked = state.types.filter((type) => !open.some((one) => one.query.question.type === type));
  const [next] = unasked;
  if (next !== undefined && isUsable(message)) return askSecond(state, next);
  const usable = replies(state).filter(isUsable);
  return usable.length === 0 ? nextServer(state, "reply", now) : judge(state, usable, now);
}

/** One by one: the second question goes out when the first is answered, within the same time. */
function askSecond(state: LookupState, type: "A" | "AAAA"): LookupStep {
  const [first] = state.open;
  if (first === undefined) throw new Error("a second question without a first");
  const socket = state.mode === "sequential-reopen" ? state.nextSocket : first.query.socket;
  const sent = sendQuestions(state, [type], first.query.server, socket, "udp");
  const open = [...state.open, ...sent.send.map((query) => ({ query, reply: null }))];
  return { state: { ...sent.state, open }, send: sent.send, wakeAt: state.wakeAt, done: null };
}

function replies(state: LookupState): Message[] {
  return state.open.flatMap((one) => one.reply ?? []);
}

/** A reply that ends the attempt; after another the next server is asked. */
function isUsable(reply: Message): boolean {
  if (reply.rcode === "SERVFAIL" || reply.rcode === "NOTIMP" || reply.rcode === "REFUSED") return false;
  const lame =
    reply.rcode === "NOERROR" &&
    reply.answer.length === 0 &&
    !reply.aa &&
    !reply.ra &&
    reply.additional.length === 0 &&
    reply.edns === null;
  return !lame;
}

function onTimeout(state: LookupState, now: Nanos): LookupStep {
  const usable = replies(state).filter(isUsable);
  if (usable.length === 0) return nextServer(state, "timeout", now);
  // One of two was answered: a server or a firewall that cannot do two at once. Ask one by one, then on two sockets.
  if (state.mode === "parallel") return askServer({ ...state, mode: "sequential" }, now);
  if (state.mode === "sequential") return askServer({ ...state, mode: "sequential-reopen", sockets: [] }, now);
  return judge(state, usable, now);
}

/** After an attempt without a usable reply. `why` is what ended it. */
function nextServer(state: LookupState, why: "reply" | "timeout" | "unreachable", now: Nanos): LookupStep {
  const attempt = state.attempt + 1;
  if (attempt < state.attempts * state.servers.length) return askServer({ ...state, attempt }, now);
  if (why === "unreachable" && !state.heard) return finish(withResult(state, "failed"), failure("unreachable"));
  const last = replies(state).at(-1)?.rcode;
  if (last === "SERVFAIL") return goOn({ ...withResult(state, "failed"), sawServfail: true }, "servfail", now);
  return leaveList(withResult(state, "failed"), last === undefined ? "timeout" : "refused", now);
}

/** Replies are in hand: found, or a reason to try the next name. */
function judge(state: LookupState, usable: readonly Message[], now: Nanos): LookupStep {
  if (usable.some((reply) => reply.rcode === "NOERROR" && reply.answer.length > 0)) return found(state, usable);
  const [first] = usable;
  switch (first?.rcode) {
    case "NXDOMAIN":
      return goOn(withResult(state, "no-such-name"), "not-found", now);
    case "NOERROR":
      return goOn({ ...withResult(state, "no-address"), sawNoAddress: true }, "no-address", now);
    default:
      return leaveList(withResult(state, "failed"), "refused", now);
  }
}

function found(state: LookupState, usable: readonly Message[]): LookupStep {
  const { addresses, canonical } = addressesOf(usable, Infinity);
  if (addresses.length > 0) return finish(withResult(state, "found"), { addresses, error: null, canonical });
  // Aliases that end nowhere: the search ends here all the same.
  const code = state.types.length > 1 ? "EAI_NONAME" : "EAI_NODATA";
  return finish(withResult(state, "no-address"), {
    addresses: [],
    error: { code, message: MESSAGES[code], because: "no-address" },
    canonical: null,
  });
}

function goOn(state: LookupState, because: LookupError["because"], now: Nanos): LookupStep {
  const noted = noteFirst(state, because);
  if (state.at + 1 < state.candidates.length) return askCandidate({ ...noted, at: state.at + 1 }, now);
  return conclude(noted, because);
}

/** A failure that ends the search list; the name itself is still tried, if it was not yet. */
function leaveList(state: LookupState, because: LookupError["because"], now: Nanos): LookupStep {
  const noted = noteFirst(state, because);
  const last = state.candidates.length - 1;
  if (state.asIsFirst && state.at === 0) return goOn(state, because, now);
  if (!state.asIsFirst && state.at < last) return askCandidate({ ...noted, at: last }, now);
  return conclude(noted, because);
}

function noteFirst(state: LookupState, because: LookupError["because"]): LookupState {
  return state.asIsFirst && state.at === 0 ? { ...state, firstError: because } : state;
}

function conclude(state: LookupState, last: LookupError["because"]): LookupStep {
  if (state.firstError !== null) return finish(state, failure(state.firstError));
  if (state.sawNoAddress) return finish(state, failure("no-address"));
  return finish(state, failure(state.sawServfail ? "servfail" : last));
}

function failure(because: LookupError["because"]): LookupResult {
  const code = because === "not-found" ? "EAI_NONAME" : because === "no-address" ? "EAI_NODATA" : "EAI_AGAIN";
  return { addresses: [], error: { code, message: MESSAGES[code], because }, canonical: null };
}

function finish(state: LookupState, done: LookupResult): LookupStep {
  return { state: { ...state, open: [], wakeAt: null }, send: [], wakeAt: null, done };
}
