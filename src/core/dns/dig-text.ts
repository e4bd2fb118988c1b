/** What dig prints of a reply, column by column. Source: bind9 bin/dig/dig.c and lib/dns/master.c; recorded with 9.18. */
import { lowerName, labelsOf } from "./names.ts";
import { dataText, recordType, type Message, type ResourceRecord, type Transport } from "./records.ts";

/** The program that the recordings are of. */
export const DIG_VERSION = "9.18.49-1~deb12u3-Debian";

export interface DigRun {
  /** Words after `dig`, as typed. */
  readonly args: string;
  readonly reply: Message;
  /** Octets of the reply. */
  readonly bytes: number;
  readonly server: string;
  readonly transport: Transport;
  /** The first reply was cut. */
  readonly truncated: boolean;
  /** Whole milliseconds. */
  readonly took: number;
  /** `Sat Nov 21 03:24:24 UTC 2026` */
  readonly when: string;
}

/** Where TTL, class, type and data begin, counted from 0. */
const TTL = 24;
const CLASS = 32;
const TYPE = 40;
const DATA = 48;

/** The whole text, as on a terminal. */
export function digText(run: DigRun): string {
  const { reply, args, server, transport, truncated, took, when, bytes } = run;
  const { question } = reply;
  const lines = [
    ...(truncated ? [";; Truncated, retrying in TCP mode."] : []),
    "",
    `; <<>> DiG ${DIG_VERSION} <<>> ${args}`,
    ...(/(^| )@/.test(args) ? ["; (1 server found)"] : []),
    ";; global options: +cmd",
  ];
  if (question?.type === "AXFR" || question?.type === "IXFR") return `${[...lines, "; Transfer failed."].join("\n")}\n`;
  const local = labelsOf(lowerName(question?.name ?? ".")).at(-1) === "local";
  const { answer, authority, additional, edns } = reply;
  lines.push(
    ";; Got answer:",
    ...(local
      ? [
          ";; WARNING: .local is reserved for Multicast DNS",
          ";; You are currently testing what happens when an mDNS query is leaked to DNS",
        ]
      : []),
    `;; ->>HEADER<<- opcode: QUERY, status: ${reply.rcode}, id: ${reply.id}`,
    `;; flags: ${flagsOf(reply)}; QUERY: ${question === null ? 0 : 1}, ANSWER: ${answer.length}, AUTHORITY: ${authority.length}, ADDITIONAL: ${additional.length + (edns === null ? 0 : 1)}`,
    ...(reply.rd && !reply.ra ? [";; WARNING: recursion requested but not available"] : []),
    "",
  );
  if (edns !== null) {
    lines.push(";; OPT PSEUDOSECTION:", `; EDNS: version: ${edns.version}, flags:${edns.dnssecOk ? " do" : ""}; udp: ${edns.udpSize}`);
    for (const { code, hex } of edns.options) lines.push(code === 10 ? `; COOKIE: ${hex} (echoed)` : `; OPT=${code}: ${hex}`);
  }
  if (question !== null) lines.push(";; QUESTION SECTION:", `;${line(question.name, null, question.type, null)}`, "");
  for (const [title, records] of [
    ["ANSWER", answer],
    ["AUTHORITY", authority],
    ["ADDITIONAL", additional],
  ] as const)
    if (records.length > 0) lines.push(`;; ${title} SECTION:`, ...records.map(recordLine), "");
  lines.push(
    `;; Query time: ${took} msec`,
    `;; SERVER: ${server}#53(${server}) (${transport.toUpperCase()})`,
    `;; WHEN: ${when}`,
    `;; MSG SIZE  rcvd: ${bytes}`,
    "",
  );
  return `${lines.join("\n")}\n`;
}

/** `+short`: data alone, a line each. */
export function digShort({ answer }: Message): string {
  return answer.map((record) => `${dataText(record)}\n`).join("");
}

/** Nobody answered: three tries, each told, and the end (exit status 9). */
export function digNoServer(args: string, server: string, why: "timeout" | "unreachable"): string {
  const told = `;; communications error to ${server}#53: ${why === "timeout" ? "timed out" : "connection refused"}`;
  return [
    told,
    told,
    told,
    "",
    `; <<>> DiG ${DIG_VERSION} <<>> ${args}`,
    ";; global options: +cmd",
    ";; no servers could be reached",
    "",
  ].join("\n");
}

function flagsOf({ response, aa, tc, rd, ra, ad, cd }: Message): string {
  const set = { qr: response, aa, tc, rd, ra, ad, cd };
  return Object.entries(set)
    .filter(([, on]) => on)
    .map(([flag]) => flag)
    .join(" ");
}

function recordLine(record: ResourceRecord): string {
  return line(record.name, record.ttl, recordType(record), dataText(record));
}

function line(owner: string, ttl: number | null, type: string, data: string | null): string {
  let text = owner;
  if (ttl !== null) text = toColumn(text, TTL) + String(ttl);
  text = `${toColumn(text, CLASS)}IN`;
  text = toColumn(text, TYPE) + type;
  return data === null ? text : toColumn(text, DATA) + data;
}

/** Tabs (a stop every eighth column) as far as they reach, then blanks; one blank where the text is past the column. */
function toColumn(text: string, column: number): string {
  let at = widthOf(text);
  const goal = at >= column ? at + 1 : column;
  let gap = "";
  for (let stop = (Math.floor(at / 8) + 1) * 8; stop <= goal; stop += 8) {
    gap += "\t";
    at = stop;
  }
  return text + gap + " ".repeat(goal - at);
}

function widthOf(text: string): number {
  let width = 0;
  for (const char of text) width = char === "\t" ? (Math.floor(width / 8) + 1) * 8 : width + 1;
  return width;
}
