/**
 * Connection tracking as `conntrack -L` prints it (conntrack-tools 1.4.7: libnetfilter_conntrack, snprintf_default.c; the
 * recording is fixtures/conntrack-list.txt): protocol with its number, whole seconds left, the state where the protocol has
 * one, both tuples with what was seen, mark and use. The kernel's order is that of its hash table; here the oldest is first.
 */
import type { Nanos } from "../base/time.ts";
import { SECOND } from "../base/time.ts";
import { packetProtocol, protocolName } from "./protocols.ts";
import type { ConntrackView, Header } from "./walk.ts";

/** The version whose text this is. */
export const CONNTRACK_VERSION = "1.4.7";

/** The lines of the entries that are there at `now`. */
export function conntrackLines(entries: readonly ConntrackView[], now: Nanos): readonly string[] {
  return entries.filter(({ expiresAt }) => expiresAt > now).map((entry) => conntrackLine(entry, now));
}

/** What the program says of the whole list, on standard error. */
export function conntrackSummary(count: number): string {
  return `conntrack v${CONNTRACK_VERSION} (conntrack-tools): ${count} flow entries have been shown.`;
}

export function conntrackLine(entry: ConntrackView, now: Nanos): string {
  const { original, reply, seenReply, assured } = entry;
  const isIpv6 = original.src.includes(":");
  const number = packetProtocol(original.protocol, isIpv6 ? "IPv6" : "IPv4");
  const name = original.protocol === "ICMP" && isIpv6 ? "icmpv6" : protocolName(number).toLowerCase();
  const hasStates = original.protocol === "TCP" || original.protocol === "SCTP";
  const words = [
    name.padEnd(8),
    String(number),
    String(Math.floor((entry.expiresAt - now) / SECOND)),
    ...(hasStates ? [entry.state] : []),
    ...tuple(entry, original, false),
    ...(seenReply ? [] : ["[UNREPLIED]"]),
    ...tuple(entry, reply, true),
    ...(assured ? ["[ASSURED]"] : []),
    "mark=0",
    "use=1",
  ];
  return words.join(" ");
}

function tuple({ echo }: ConntrackView, { src, dst, srcPort, dstPort, protocol }: Header, isReply: boolean): readonly string[] {
  const ends = [`src=${src}`, `dst=${dst}`];
  if (protocol !== "ICMP") return [...ends, `sport=${srcPort}`, `dport=${dstPort}`];
  const [request, answer] = src.includes(":") ? [128, 129] : [8, 0];
  return [...ends, `type=${isReply ? answer : request}`, "code=0", `id=${echo ?? 0}`];
}
