/** `dig` without a terminal: the answer object of the command line. */
import type { Nanos } from "../base/time.ts";
import type { Pod } from "../api/types.ts";
import { askInternet } from "./internet.ts";
import type { Internet } from "./internet.ts";
import { serveAtOnce } from "./pipeline.ts";
import type { StoredDns } from "./resolve.ts";
import { candidatesFor } from "./lookup-state.ts";
import type { Libc } from "./lookup-state.ts";
import { absolute } from "./names.ts";
import { dataText, queryMessage, recordType } from "./records.ts";
import type { Edns, Message, ResourceRecord } from "./records.ts";
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

/** Asks the cluster's DNS, over TCP again where the first reply was cut. */
export function dig(dns: StoredDns, internet: Internet, name: string, type: string, now: Nanos = 0): DigAnswer {
  const query = digQuery(1, name, type);
  const first = serveAtOnce(dns.server, dns.state, query, now, "udp", internet);
  const reply = first?.message.tc === true ? serveAtOnce(dns.server, dns.state, query, now, "tcp", internet) : first;
  if (reply === null) throw new Error(`no reply to ${type} ${name}`);
  return digAnswer(reply.message, [absolute(name)]);
}

/** Asks the recursive server outside, for Pods that use the node's name servers. */
export function digOutside(internet: Internet, name: string, type: string): DigAnswer {
  return digAnswer(askInternet(internet, digQuery(1, name, type)), [absolute(name)]);
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
export function digFromPod(dns: StoredDns, internet: Internet, { pod, libc, name, type }: PodQuestion): DigAnswer | null {
  const conf = resolvConfOf(pod, { clusterDns: dns.clusterDns, domain: dns.domain, nodeResolvConf: DEFAULT_NODE_RESOLV_CONF });
  const inCluster = dns.clusterDns.includes(conf.nameservers[0] ?? "");
  const queries: string[] = [];
  let noRecords: DigAnswer | null = null;
  let last: DigAnswer | null = null;
  for (const candidate of candidatesFor(name, conf, libc)) {
    queries.push(candidate);
    last = inCluster ? dig(dns, internet, candidate, type) : digOutside(internet, candidate, type);
    if (last.rcode === "NOERROR" && (last.answer.length > 0 || libc === "musl")) return { ...last, queries };
    if (last.rcode === "NOERROR") noRecords ??= last;
  }
  const answer = noRecords ?? last;
  return answer === null ? null : { ...answer, queries };
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
