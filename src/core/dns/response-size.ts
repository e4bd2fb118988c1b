/**
 * The last step of a reply: the OPT record, and whether it has to be compressed or cut to fit.
 * Source: coredns request/request.go (SizeAndDo, Scrub), plugin/pkg/edns, miekg/dns 1.1.50 msg_truncate.go.
 */
import { encodeMessage, optLength } from "./message.ts";
import type { Edns, Message, Transport } from "./records.ts";

/** Options of the client that CoreDNS sends back: NSID, EXPIRE, COOKIE, TCP-KEEPALIVE, PADDING. */
const ECHOED_OPTIONS = [3, 9, 10, 11, 12];
const MIN_UDP_SIZE = 512;
const MAX_TCP_SIZE = 65535;
/** Above this CoreDNS compresses a UDP reply although it fits, to keep it in one Ethernet frame (IPv4). */
const FRAGMENT_LIMIT = 1480;

/** A reply as it leaves, and its octets. */
export interface Finished {
  readonly message: Message;
  readonly bytes: Uint8Array;
}

/** The reply with its OPT and without the records that do not fit. It is compressed only where it has to be. */
export function finishReply(query: Message, reply: Message, transport: Transport): Finished {
  const message = { ...reply, edns: optOf(query, reply) };
  const limit = limitOf(query, transport);
  const plain = encodeMessage(message, false);
  if (plain.length > limit) {
    const cut = truncate(message, limit);
    return { message: cut, bytes: encodeMessage(cut, true) };
  }
  const oneFrame = transport === "tcp" || plain.length <= FRAGMENT_LIMIT;
  return { message, bytes: oneFrame ? plain : encodeMessage(message, true) };
}

function limitOf(query: Message, transport: Transport): number {
  return transport === "tcp" ? MAX_TCP_SIZE : Math.max(MIN_UDP_SIZE, query.edns?.udpSize ?? 0);
}

function optOf(query: Message, reply: Message): Edns | null {
  if (query.edns === null) return null;
  const { udpSize, dnssecOk, options } = query.edns;
  const echoed = options.filter((option) => ECHOED_OPTIONS.includes(option.code));
  return { udpSize, version: 0, dnssecOk, options: reply.edns === null ? echoed : reply.edns.options };
}

/** Drops records from the end (additional, then authority, then answer) until the compressed message fits. */
function truncate(reply: Message, limit: number): Message {
  const budget = limit - (reply.edns === null ? 0 : optLength(reply.edns));
  const counts = [reply.answer.length, reply.authority.length, reply.additional.length] as const;
  let fitting = 0;
  let tooMany = counts[0] + counts[1] + counts[2] + 1;
  while (fitting + 1 < tooMany) {
    const middle = Math.floor((fitting + tooMany) / 2);
    if (encodeMessage({ ...firstRecords(reply, middle), edns: null }, true).length <= budget) fitting = middle;
    else tooMany = middle;
  }
  const cut = firstRecords(reply, fitting);
  const dropped = fitting < counts[0] + counts[1] + counts[2];
  return { ...cut, tc: reply.tc || dropped };
}

function firstRecords(reply: Message, count: number): Message {
  const answer = reply.answer.slice(0, count);
  const authority = reply.authority.slice(0, Math.max(0, count - reply.answer.length));
  const additional = reply.additional.slice(0, Math.max(0, count - reply.answer.length - reply.authority.length));
  return { ...reply, answer, authority, additional };
}
