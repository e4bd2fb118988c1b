/** `dig` without a terminal: questions, replies, and the answer object of the command line. What it prints: `dig-text.ts`. */
import type { Nanos } from "../base/time.ts";
import type { Pod } from "../api/types.ts";
import { askInternet } from "./internet.ts";
import type { Internet } from "./internet.ts";
import { serveAtOnce } from "./pipeline.ts";
import type { StoredDns } from "./resolve.ts";
import { candidatesFor } from "./lookup-state.ts";
import type { Libc } from "./lookup-state.ts";
import { encodeMessage } from "./message.ts";
import { absolute } from "./names.ts";
import { dataText, queryMessage, recordType } from "./records.ts";
import type { Edns, Message, ResourceRecord, Transport } from "./records.ts";
import { DEFAULT_NODE_RESOLV_CONF, resolvConfOf } from "./resolv-conf.ts";

export interface DigRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly data: string;
}

export interface DigFlags {
  readonly qr: boolean;
  readonly aa: boolean;
  readonly tc: boolean;
  readonly rd: boolean;
  readonly ra: boolean;
  readonly ad: boolean;
  readonly cd: boolean;
}

export interface DigAnswer {
  readonly rcode: string;
  readonly flags: DigFlags;
  readonly answer: readonly DigRecord[];
  readonly authority: readonly DigRecord[];
  readonly additional: readonly DigRecord[];
  /** Names asked for, in order. */
  readonly queries: readonly string[];
}

/** dig's query: RD and AD set, EDNS of 1232 octets, a cookie. */
export function digQuery(id: number, name: string, type: string, cookie = "0000000000000000"): Message {
  const edns: Edns = { udpSize: 1232, version: 0, dnssecOk: false, options: [{ code: 10, hex: cookie }] };
  return queryMessage(id, { name: absolute(name), type }, { ad: true, edns });
}

/** A reply as dig shows it. */
export interface DigReply {
  readonly answer: DigAnswer;
  readonly message: Message;
  /** Octets. */
  readonly bytes: number;
  readonly transport: Transport;
  /** The first reply was cut, so it was asked for again over TCP. */
  readonly truncated: boolean;
  readonly server: string;
}

/** Asks the cluster's DNS, over TCP again where the first reply was cut. */
export function digReply(dns: StoredDns, internet: Internet, name: string, type: string, now: Nanos = 0): DigReply {
  const query = digQuery(1, name, type);
  const first = serveAtOnce(dns.server, dns.state, query, now, "udp", internet);
  const truncated = first?.message.tc === true;
  const reply = truncated ? serveAtOnce(dns.server, dns.state, query, now, "tcp", internet) : first;
  if (reply === null) throw new Error(`no reply to ${type} ${name}`);
  const { message, bytes } = reply;
  const answer = digAnswer(message, [absolute(name)]);
  return { answer, message, bytes: bytes.length, transport: truncated ? "tcp" : "udp", truncated, server: dns.clusterDns[0] ?? "" };
}

/** The answer object alone. */
export function dig(dns: StoredDns, internet: Internet, name: string, type: string, now: Nanos = 0): DigAnswer {
  return digReply(dns, internet, name, type, now).answer;
}

/** Asks the recursive server outside, for Pods that use the node's name servers. */
export function digOutside(internet: Internet, server: string, name: string, type: string): DigReply {
  const message = askInternet(internet, digQuery(1, name, type));
  const answer = digAnswer(message, [absolute(name)]);
  return { answer, message, bytes: encodeMessage(message).length, transport: "udp", truncated: false, server };
}

export interface PodQuestion {
  readonly pod: Pod;
  readonly libc: Libc;
  readonly name: string;
  readonly type: string;
}

/**
 * Asks through a Pod's resolver files, for any type: its first name server, each name of its search list until one has
 * records (with musl, until one exists). Without records anywhere it is the first NODATA, else the last reply. null for a
 * name that cannot be asked for.
 */
export function digReplyFromPod(dns: StoredDns, internet: Internet, { pod, libc, name, type }: PodQuestion): DigReply | null {
  const conf = resolvConfOf(pod, { clusterDns: dns.clusterDns, domain: dns.domain, nodeResolvConf: DEFAULT_NODE_RESOLV_CONF });
  const server = conf.nameservers[0] ?? "";
  const queries: string[] = [];
  const asked = (reply: DigReply): DigReply => ({ ...reply, answer: { ...reply.answer, queries } });
  let noRecords: DigReply | null = null;
  let last: DigReply | null = null;
  for (const candidate of candidatesFor(name, conf, libc)) {
    queries.push(candidate);
    last = dns.clusterDns.includes(server) ? digReply(dns, internet, candidate, type) : digOutside(internet, server, candidate, type);
    const { rcode, answer } = last.message;
    if (rcode === "NOERROR" && (answer.length > 0 || libc === "musl")) return asked(last);
    if (rcode === "NOERROR") noRecords ??= last;
  }
  const reply = noRecords ?? last;
  return reply === null ? null : asked(reply);
}

/** The answer object alone. */
export function digFromPod(dns: StoredDns, internet: Internet, question: PodQuestion): DigAnswer | null {
  return digReplyFromPod(dns, internet, question)?.answer ?? null;
}

export function digAnswer(reply: Message, queries: readonly string[]): DigAnswer {
  const { response, aa, tc, rd, ra, ad, cd } = reply;
  return {
    rcode: reply.rcode,
    flags: { qr: response, aa, tc, rd, ra, ad, cd },
    answer: reply.answer.map(digRecord),
    authority: reply.authority.map(digRecord),
    additional: reply.additional.map(digRecord),
    queries,
  };
}

function digRecord(record: ResourceRecord): DigRecord {
  return { name: record.name, type: recordType(record), ttl: record.ttl, data: dataText(record) };
}
