/**
 * What a recursive server outside the cluster knows, and how it answers. The default is made up: names of RFC 2606 on
 * the documentation addresses of RFC 5737 and RFC 3849.
 */
import { parseAddress } from "./addresses.ts";
import { absolute, lowerName } from "./names.ts";
import { bareReply } from "./records.ts";
import type { Message, Rcode, ResourceRecord, SoaData } from "./records.ts";
import { parseDataText, parseRecord } from "./zone-text.ts";

export interface Internet {
  readonly records: readonly ResourceRecord[];
  /** What the server says of a name it has no record of. */
  readonly otherwise: "NXDOMAIN" | "SERVFAIL";
  /** Goes with NXDOMAIN and NODATA. */
  readonly soa: ResourceRecord | null;
}

/** The same as people write it: data as one text. */
export interface InternetInput {
  readonly records: readonly { readonly name: string; readonly type: string; readonly ttl: number; readonly data: string }[];
  readonly otherwise?: "NXDOMAIN" | "SERVFAIL";
  readonly soa?: SoaData & { readonly name: string; readonly ttl: number };
}

const DEFAULT_RECORDS = `
  example.com.          3600 IN A     192.0.2.80
  www.example.com.      300  IN A     192.0.2.80
  www.example.com.      300  IN AAAA  2001:db8::80
  api.example.com.      60   IN A     192.0.2.81
  db.example.com.       60   IN A     192.0.2.82
  shop.example.com.     120  IN CNAME www.example.com.
  mail.example.com.     300  IN A     192.0.2.25
  example.com.          3600 IN MX    10 mail.example.com.
  six.example.com.      60   IN AAAA  2001:db8::6
  example.org.          3600 IN A     198.51.100.80
  www.example.org.      300  IN A     198.51.100.80
  example.net.          3600 IN A     203.0.113.80
  www.example.net.      300  IN A     203.0.113.80
  80.2.0.192.in-addr.arpa. 3600 IN PTR www.example.com.
`;

const ROOT_SOA: ResourceRecord = {
  name: ".",
  ttl: 86400,
  type: "SOA",
  mname: "a.root-servers.net.",
  rname: "nstld.verisign-grs.com.",
  serial: 2026010100,
  refresh: 1800,
  retry: 900,
  expire: 604800,
  minimum: 86400,
};

export function defaultInternet(): Internet {
  const lines = DEFAULT_RECORDS.split("\n").filter((line) => line.trim() !== "");
  return { records: lines.flatMap((line) => parseRecord(line.trim()) ?? []), otherwise: "NXDOMAIN", soa: ROOT_SOA };
}

/** The text of a zone file: `$ORIGIN`, `$TTL`, comments, an SOA that then goes with negative answers. */
export function internetOfZone(text: string): Internet | { readonly error: string; readonly line: number } {
  const records: ResourceRecord[] = [];
  let origin = ".";
  let owner = "";
  let soa: ResourceRecord | null = null;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.replace(/\s;.*$|^;.*$/, "").trimEnd();
    if (line.trim() === "") continue;
    const directive = /^\$(ORIGIN|TTL)\s+(\S+)/i.exec(line);
    if (directive !== null) {
      if (directive[1]?.toUpperCase() === "ORIGIN") origin = absolute(directive[2] ?? ".");
      continue;
    }
    const full = /^\s/.test(line) ? `${owner} ${line.trim()}` : line;
    owner = full.split(/\s+/)[0] ?? "";
    const record = parseRecord(full, origin);
    if (record === null) return { error: `cannot read this record: ${line.trim()}`, line: index + 1 };
    if (record.type === "SOA") soa = record;
    records.push(record);
  }
  return { records, otherwise: "NXDOMAIN", soa: soa ?? ROOT_SOA };
}

/** Reads the JSON form; null with the first record that has no sense. */
export function internetOf(input: InternetInput): Internet | { readonly error: string } {
  const records: ResourceRecord[] = [];
  for (const { name, type, ttl, data } of input.records) {
    const parsed = parseDataText(type, data);
    if (parsed === null) return { error: `internet: cannot read the data of ${name} ${type}: ${data}` };
    records.push({ name: absolute(name), ttl, ...parsed });
  }
  const { soa } = input;
  return {
    records,
    otherwise: input.otherwise ?? "NXDOMAIN",
    soa: soa === undefined ? ROOT_SOA : { ...soa, type: "SOA", name: absolute(soa.name) },
  };
}

/** Aliases a recursive server follows before it gives up. */
const MAX_ALIASES = 16;

/** The reply of the recursive server: AA=0, RA=1, aliases followed. */
export function askInternet(internet: Internet, query: Message): Message {
  // No OPT of its own: CoreDNS then gives the client's back.
  const reply: Message = { ...bareReply(query, "NOERROR"), ra: true };
  if (query.question === null) return { ...reply, rcode: "FORMERR" };
  const { type } = query.question;
  let name = query.question.name;
  const answer: ResourceRecord[] = [];
  for (let aliases = 0; ; aliases++) {
    const here = internet.records.filter((record) => lowerName(record.name) === lowerName(name));
    const wanted = here.filter((record) => record.type === type || type === "ANY");
    if (wanted.length > 0) return { ...reply, answer: [...answer, ...wanted.map((record) => ({ ...record, name }))] };
    const alias = here.find((record) => record.type === "CNAME");
    if (alias?.type !== "CNAME") return negative(internet, reply, answer, here.length > 0 ? "NOERROR" : internet.otherwise);
    if (aliases === MAX_ALIASES) return { ...reply, rcode: "SERVFAIL" };
    answer.push({ ...alias, name });
    name = alias.target;
  }
}

function negative(internet: Internet, reply: Message, answer: readonly ResourceRecord[], rcode: Rcode): Message {
  if (rcode === "SERVFAIL" || internet.soa === null) return { ...reply, rcode, answer: rcode === "SERVFAIL" ? [] : answer };
  return { ...reply, rcode, answer, authority: [internet.soa] };
}

/** Addresses that the records name, for whoever places hosts outside the cluster. */
export function internetAddresses(internet: Internet): string[] {
  const addresses = internet.records.flatMap((record) => (record.type === "A" || record.type === "AAAA" ? [record.address] : []));
  return [...new Set(addresses)].filter((address) => parseAddress(address) !== null);
}
