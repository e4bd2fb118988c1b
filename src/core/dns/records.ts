/**
 * What DNS messages are made of, as plain values: questions, resource records, messages. Names are absolute with a
 * final dot (names.ts). RFC 1035, 2782 (SRV), 3596 (AAAA), 6891 (EDNS), 3597 (types without a name).
 */
import { unreachable } from "../base/names.ts";

export type Rcode = "NOERROR" | "FORMERR" | "SERVFAIL" | "NXDOMAIN" | "NOTIMP" | "REFUSED" | "BADVERS" | `RCODE${number}`;

export interface Question {
  readonly name: string;
  /** `A`, `AAAA`, `SRV`, …; a type without a name here is `TYPE` and its number (RFC 3597). */
  readonly type: string;
  /** 1 (IN) in all practice. Default 1. */
  readonly class?: number;
}

export interface SoaData {
  readonly mname: string;
  readonly rname: string;
  readonly serial: number;
  readonly refresh: number;
  readonly retry: number;
  readonly expire: number;
  readonly minimum: number;
}

export type RecordData =
  | { readonly type: "A" | "AAAA"; readonly address: string }
  | { readonly type: "CNAME" | "PTR" | "NS"; readonly target: string }
  | { readonly type: "SRV"; readonly priority: number; readonly weight: number; readonly port: number; readonly target: string }
  | { readonly type: "MX"; readonly preference: number; readonly exchange: string }
  | { readonly type: "TXT"; readonly strings: readonly string[] }
  | ({ readonly type: "SOA" } & SoaData)
  /** A type that nothing here makes: its octets in hex, for records of the outside. */
  | { readonly type: "other"; readonly typeName: string; readonly hex: string };

/** One resource record. TTL in seconds, class IN. */
export type ResourceRecord = { readonly name: string; readonly ttl: number } & RecordData;

export interface EdnsOption {
  readonly code: number;
  readonly hex: string;
}

/** The OPT pseudo-record. */
export interface Edns {
  readonly udpSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  readonly options: readonly EdnsOption[];
}

export interface Message {
  readonly id: number;
  /** QR: false for a query. */
  readonly response: boolean;
  /** 0 is QUERY. */
  readonly opcode: number;
  readonly aa: boolean;
  readonly tc: boolean;
  readonly rd: boolean;
  readonly ra: boolean;
  readonly ad: boolean;
  readonly cd: boolean;
  readonly rcode: Rcode;
  /** null only where the sender's question section could not be read. */
  readonly question: Question | null;
  readonly answer: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  /** Without the OPT. */
  readonly additional: readonly ResourceRecord[];
  readonly edns: Edns | null;
}

export type Transport = "udp" | "tcp";

export function recordType(record: ResourceRecord): string {
  return record.type === "other" ? record.typeName : record.type;
}

/** The data column as `dig` prints it. */
export function dataText(record: RecordData): string {
  switch (record.type) {
    case "A":
    case "AAAA":
      return record.address;
    case "CNAME":
    case "PTR":
    case "NS":
      return record.target;
    case "SRV":
      return `${record.priority} ${record.weight} ${record.port} ${record.target}`;
    case "MX":
      return `${record.preference} ${record.exchange}`;
    case "TXT":
      return record.strings.map((text) => `"${text.replace(/["\\]/g, "\\$&")}"`).join(" ");
    case "SOA":
      return `${record.mname} ${record.rname} ${record.serial} ${record.refresh} ${record.retry} ${record.expire} ${record.minimum}`;
    case "other":
      return `\\# ${record.hex.length / 2} ${record.hex}`.trimEnd();
    default:
      return unreachable(record);
  }
}

/** One line of a zone file: `web.default.svc.cluster.local. 30 IN A 10.96.45.12`. */
export function recordText(record: ResourceRecord): string {
  return `${record.name} ${record.ttl} IN ${recordType(record)} ${dataText(record)}`;
}

/** A query of one question: QR=0, RD=1. */
export function queryMessage(id: number, question: Question, extra: { readonly ad?: boolean; readonly edns?: Edns } = {}): Message {
  return {
    id,
    response: false,
    opcode: 0,
    aa: false,
    tc: false,
    rd: true,
    ra: false,
    ad: extra.ad ?? false,
    cd: false,
    rcode: "NOERROR",
    question,
    answer: [],
    authority: [],
    additional: [],
    edns: extra.edns ?? null,
  };
}

/** A reply without records: ID, opcode, RD and CD copied from the query, the question as sent. */
export function bareReply(query: Message, rcode: Rcode): Message {
  return {
    ...query,
    response: true,
    aa: false,
    tc: false,
    ra: false,
    ad: false,
    rcode,
    answer: [],
    authority: [],
    additional: [],
    edns: null,
  };
}
