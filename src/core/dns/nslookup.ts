/**
 * What nslookup prints, of busybox and of BIND: each asks in its own way, and each prints in its own. Held against
 * recordings of both programs (src/cli/fixtures/dns-tools.json).
 */
import type { Nanos } from "../base/time.ts";
import { parseAddress, reverseName } from "./addresses.ts";
import { absolute, withoutFinalDot } from "./names.ts";
import type { Message, ResourceRecord, SoaData, Transport } from "./records.ts";
import { dataText } from "./records.ts";
import type { ResolvConf } from "./resolv-conf.ts";

/** What a question meets: a reply, silence, or an ICMP error. `now` is the time since the program started. */
export type AskTool = (server: string, query: Message, transport: Transport, now: Nanos) => Message | "timeout" | "unreachable";

export interface NslookupRequest {
  /** As typed: a name or an address. */
  readonly name: string;
  /** `-type=`: in capital letters; null: addresses of both families. */
  readonly type: string | null;
  /** The server on the command line. */
  readonly server: string | null;
  readonly conf: ResolvConf;
  readonly ask: AskTool;
}

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: 0 | 1;
  /** Questions sent, in order. */
  readonly queries: readonly { readonly name: string; readonly type: string }[];
  /** Virtual time that passed; answers take none. */
  readonly took: Nanos;
}

/** The question that an address stands for, or null for a name. */
export function reverseQuestion(name: string): { readonly name: string; readonly type: string } | null {
  const address = parseAddress(name);
  return address === null ? null : { name: reverseName(address.text), type: "PTR" };
}

/** One record as either program prints it; `dot`: names in the data end in a dot (BIND). */
export function recordLines(record: ResourceRecord, dot: boolean): readonly string[] {
  const owner = withoutFinalDot(record.name);
  const name = (text: string): string => (dot ? absolute(text) : withoutFinalDot(text));
  switch (record.type) {
    case "A":
    case "AAAA":
      return [`Name:\t${owner}`, `Address: ${record.address}`];
    case "CNAME":
      return [`${owner}\tcanonical name = ${name(record.target)}`];
    case "PTR":
      return [`${owner}\tname = ${name(record.target)}`];
    case "NS":
      return [`${owner}\tnameserver = ${name(record.target)}`];
    case "SRV":
      return [`${owner}\tservice = ${record.priority} ${record.weight} ${record.port} ${name(record.target)}`];
    case "MX":
      return [`${owner}\tmail exchanger = ${record.preference} ${name(record.exchange)}`];
    case "TXT":
      return [`${owner}\ttext = ${dataText(record)}`];
    case "SOA":
      return [owner, ...soaLines(record)];
    case "other":
      return [`${owner}\trdata_${record.typeName.replace(/^TYPE/, "")} = ${dataText(record)}`];
  }
}

function soaLines({ mname, rname, serial, refresh, retry, expire, minimum }: SoaData): readonly string[] {
  return [
    `\torigin = ${withoutFinalDot(mname)}`,
    `\tmail addr = ${withoutFinalDot(rname)}`,
    `\tserial = ${serial}`,
    `\trefresh = ${refresh}`,
    `\tretry = ${retry}`,
    `\texpire = ${expire}`,
    `\tminimum = ${minimum}`,
  ];
}
