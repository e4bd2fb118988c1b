/**
 * musl's resolver (1.2.4 and later). Source: musl src/network/res_msend.c (all servers at once, resends, what counts as a
 * reply) and lookup_name.c (the search); measured with musl 1.2.5.
 */
import { SECOND } from "../base/time.ts";
import type { Nanos } from "../base/time.ts";
import { addressesOf, resend, sendQuestions, withResult } from "./lookup-state.ts";
import type { LookupError, LookupEvent, LookupResult, LookupState, LookupStep, OpenQuery, OutgoingQuery } from "./lookup-state.ts";
import type { Message } from "./records.ts";

const MESSAGES = {
  EAI_NONAME: "Name does not resolve",
  EAI_NODATA: "Name has no usable address",
  EAI_AGAIN: "Try again",
  EAI_FAIL: "Non-recoverable error",
} as const;

const MAX_ADDRESSES = 48;
/** Immediate resends after SERVFAIL, per question and interval. */
const SERVFAIL_RESENDS = 2;

export function startMusl(state: LookupState, now: Nanos): LookupStep {
  return askAll({ ...state, open: [], startedAt: now, sockets: [] }, now);
}

export function stepMusl(state: LookupState, event: LookupEvent, now: Nanos): LookupStep {
  switch (event.kind) {
    case "timer":
      return state.wakeAt === null || now < state.wakeAt ? waiting(state) : onTimer(state, now);
    case "unreachable":
      // The socket is not connected: the kernel has nobody to tell of an ICMP error.
      return waiting(state);
    case "reply":
      return onReply(state, event.query, event.message, now);
  }
}

function waiting(state: LookupState): LookupStep {
  return { state, send: [], wakeAt: state.wakeAt, done: null };
}

function deadline(state: LookupState): Nanos {
  return state.startedAt + state.timeoutSeconds * SECOND;
}

/** Every question that has no reply yet, to every server, from the candidate's one socket. */
function askAll(before: LookupState, now: Nanos): LookupStep {
  const unanswered = before.types.filter((type) => replyTo(before, type) === null);
  const socket = before.sockets[0] ?? before.nextSocket;
  let state = before;
  const send: OutgoingQuery[] = [];
  for (const type of unanswered) {
    for (const server of state.servers) {
      const earlier = state.open.find((open) => open.query.question.type === type);
      const sent = sendQuestions(state, [type], server, socket, "udp");
      // One question keeps one ID, whoever is asked and however often.
      const query = sent.send.map((one) => (earlier === undefined ? one : { ...one, message: earlier.query.message }));
      send.push(...query);
      state = { ...sent.state, open: [...state.open, ...query.map((one) => ({ query: one, reply: null }))] };
    }
  }
  const interval = Math.floor((state.timeoutSeconds * SECOND) / state.attempts);
  const wakeAt = Math.min(now + interval, deadline(state));
  state = { ...state, sockets: [socket], wakeAt, servfailResends: SERVFAIL_RESENDS * state.types.length };
  return { state, send, wakeAt, done: null };
}

function replyTo(state: LookupState, type: "A" | "AAAA"): Message | null {
  return state.open.find((open) => open.query.question.type === type && open.reply !== null)?.reply ?? null;
}

function onTimer(state: LookupState, now: Nanos): LookupStep {
  if (now < deadline(state)) return askAll(state, now);
  return finish(withResult(state, "failed"), failure("EAI_AGAIN", "timeout"));
}

function onReply(state: LookupState, index: number, message: Message, now: Nanos): LookupStep {
  const answered = state.open.find((open) => open.query.index === index);
  if (answered === undefined || replyTo(state, typeOf(answered)) !== null) return waiting(state);
  if (message.rcode === "SERVFAIL") return onServfail(state, answered.query);
  if (message.rcode !== "NOERROR" && message.rcode !== "NXDOMAIN") return waiting(state);
  if (message.tc && answered.query.transport === "udp") return askOverTcp(state, answered.query);
  const open = state.open.map((one) => (one === answered ? { ...one, reply: message } : one));
  const next = { ...state, open };
  return next.types.every((type) => replyTo(next, type) !== null) ? judge(next, now) : waiting(next);
}

function typeOf(open: OpenQuery): "A" | "AAAA" {
  return open.query.question.type === "AAAA" ? "AAAA" : "A";
}

function onServfail(state: LookupState, query: OutgoingQuery): LookupStep {
  if (state.servfailResends === 0) return waiting(state);
  const again = resend(state, query);
  const open = [...again.state.open, { query: again.send, reply: null }];
  return {
    state: { ...again.state, open, servfailResends: state.servfailResends - 1 },
    send: [again.send],
    wakeAt: state.wakeAt,
    done: null,
  };
}

function askOverTcp(state: LookupState, query: OutgoingQuery): LookupStep {
  const again = resend(state, { ...query, transport: "tcp", socket: state.nextSocket });
  const open = [...again.state.open, { query: again.send, reply: null }];
  return { state: { ...again.state, open, nextSocket: state.nextSocket + 1 }, send: [again.send], wakeAt: state.wakeAt, done: null };
}

/** One NXDOMAIN is enough for the next name; NODATA ends the search. */
function judge(state: LookupState, now: Nanos): LookupStep {
  const replies = state.types.flatMap((type) => replyTo(state, type) ?? []);
  if (replies.some((reply) => reply.rcode === "NXDOMAIN")) {
    const noted = withResult(state, "no-such-name");
    if (state.at + 1 < state.candidates.length) return startMusl({ ...noted, at: state.at + 1 }, now);
    return finish(noted, failure("EAI_NONAME", "not-found"));
  }
  const { addresses, canonical } = addressesOf(replies, MAX_ADDRESSES);
  if (addresses.length === 0) return finish(withResult(state, "no-address"), failure("EAI_NODATA", "no-address"));
  return finish(withResult(state, "found"), { addresses, error: null, canonical });
}

function failure(code: keyof typeof MESSAGES, because: LookupError["because"]): LookupResult {
  return { addresses: [], error: { code, message: MESSAGES[code], because }, canonical: null };
}

function finish(state: LookupState, done: LookupResult): LookupStep {
  return { state: { ...state, open: [], wakeAt: null }, send: [], wakeAt: null, done };
}
