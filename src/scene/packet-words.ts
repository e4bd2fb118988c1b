/** The words of single packets, where a connection is told packet by packet: what each one is for, and what gates did to it. */
import { unreachable } from "../core/base/names.ts";
import type { Hop, Journey, PacketTrace, Purpose } from "../core/network/trace.ts";
import type { GateHop } from "./gate-work.ts";
import { isGateHop } from "./gate-work.ts";
import { destinationText, sourceText, type Names } from "./naming.ts";
import type { BeatWords } from "./words.ts";

/** What a packet is called and what it does: `SYN`, `asks for a connection`. */
interface Meaning {
  readonly title: string;
  readonly does: string;
}

const MEANINGS: { readonly [P in Purpose]: Meaning } = {
  syn: { title: "SYN: ask for a connection", does: "asks for a connection" },
  "syn-ack": { title: "SYN-ACK: accept it", does: "accepts the connection" },
  ack: { title: "ACK: heard", does: "says that it has heard" },
  request: { title: "Request", does: "sends the request" },
  response: { title: "Response", does: "answers" },
  fin: { title: "FIN: close", does: "closes its side" },
  reset: { title: "RST: no such connection", does: "resets the connection" },
  init: { title: "INIT: ask for an association", does: "asks for an association" },
  "init-ack": { title: "INIT-ACK: accept it", does: "accepts the association" },
  "cookie-echo": { title: "COOKIE-ECHO: hand the cookie back", does: "hands the cookie back" },
  "cookie-ack": { title: "COOKIE-ACK: it is open", does: "opens the association" },
  sack: { title: "SACK: heard", does: "says that it has heard" },
  shutdown: { title: "SHUTDOWN: close", does: "closes the association" },
  "shutdown-ack": { title: "SHUTDOWN-ACK: close too", does: "closes it too" },
  "shutdown-complete": { title: "SHUTDOWN-COMPLETE: closed", does: "ends the association" },
  abort: { title: "ABORT: no such association", does: "aborts the association" },
  datagram: { title: "Datagram", does: "sends a datagram" },
  "datagram-reply": { title: "Datagram back", does: "answers with a datagram" },
  "icmp-error": { title: "ICMP error", does: "says why it does not go on" },
  "dns-query": { title: "Ask", does: "asks the name server" },
  "dns-answer": { title: "Answer", does: "answers" },
};

/** `SYN`, `Request`: what a packet is called. */
export function packetName({ purpose }: PacketTrace): string {
  return MEANINGS[purpose].title.split(":")[0] ?? purpose;
}

/** The words of a packet told in one beat; `again`: it was sent before, and nothing came back. */
export function packetWords(journey: Journey, packet: PacketTrace, names: Names, again: boolean): BeatWords {
  const [first, last] = [packet.hops[0], packet.hops.at(-1)];
  const from = first === undefined ? "somebody" : names.place(first.from);
  const to = last === undefined ? "somebody" : names.place(last.to);
  const { title, does } = meaningOf(journey, packet);
  const work = packet.hops.map((hop) => gateText(hop, packet)).find((text) => text !== null) ?? null;
  const repeat = again ? " again" : "";
  const change = work === null ? "" : ` ${work.sentence}`;
  return {
    title: again ? `${title}, again` : title,
    detail: work?.detail ?? `${from} to ${to}`,
    sentence: `${from} ${does}${repeat}.${change}`,
    past: `${from}: ${lowered(title)}${repeat}.${change}`,
  };
}

/** Names of headers keep their capitals. */
function lowered(title: string): string {
  return /^[A-Z]{2}/.test(title) ? title : title.charAt(0).toLowerCase() + title.slice(1);
}

function meaningOf(journey: Journey, packet: PacketTrace): Meaning {
  const meaning = MEANINGS[packet.purpose];
  switch (packet.purpose) {
    case "request":
    case "response": {
      const line = packet.payload?.kind === "text" ? (packet.payload.text.split("\r\n")[0] ?? "") : "";
      return line === "" ? meaning : { title: `${meaning.title}: ${line}`, does: meaning.does };
    }
    case "dns-query": {
      const query = journey.lookup?.queries.find(({ queryPacket }) => queryPacket === packet.index);
      return query === undefined ? meaning : { title: `Ask ${query.type} ${bare(query.name)}`, does: `asks for ${bare(query.name)}` };
    }
    case "dns-answer":
      return answerMeaning(journey, packet) ?? meaning;
    default:
      return meaning;
  }
}

function answerMeaning({ lookup }: Journey, packet: PacketTrace): Meaning | null {
  const query = lookup?.queries.find(({ answerPacket }) => answerPacket === packet.index);
  if (query === undefined) return null;
  const addresses = query.answers.map(({ data }) => data).join(", ");
  if (addresses !== "") return { title: `Answer ${addresses}`, does: `answers ${addresses} for ${bare(query.name)}` };
  return query.rcode === "NXDOMAIN"
    ? { title: "Answer: no such name", does: `answers that there is no name ${bare(query.name)}` }
    : { title: `Answer: no ${query.type} record`, does: `answers that ${bare(query.name)} has no ${query.type} record` };
}

const bare = (name: string): string => (name.length > 1 && name.endsWith(".") ? name.slice(0, -1) : name);

/** What a gate did to the packet; null where it let it pass as it was. */
function gateText(hop: Hop, packet: PacketTrace): { readonly detail: string; readonly sentence: string } | null {
  if (!isGateHop(hop)) return null;
  switch (hop.kind) {
    case "rewrite":
      return { detail: changeText(hop), sentence: `${hop.node} rewrites it: ${changeText(hop)}.` };
    case "known":
      return {
        detail: `known on ${hop.node}, no rule is asked`,
        sentence: `${hop.node} knows the connection and asks no rule: ${changeText(hop)}.`,
      };
    case "restore":
      return { detail: `restored on ${hop.node}`, sentence: `${hop.node} puts the address back: ${changeText(hop)}.` };
    case "reject":
      return { detail: `refused by ${hop.node}`, sentence: `A rule of ${hop.node} refuses it.` };
    case "drop":
      return { detail: `dropped on ${hop.node}`, sentence: `${hop.node} drops it.` };
    case "pass":
      return hop.ctState === "ESTABLISHED" && packet.hops.every(({ kind }) => kind !== "known" && kind !== "restore")
        ? { detail: `${hop.node} changes nothing`, sentence: "" }
        : null;
    default:
      return unreachable(hop);
  }
}

/** `10.96.142.31:80 becomes 10.244.2.6:8080`. */
function changeText({ before, after }: GateHop): string {
  const destination =
    destinationText(before) === destinationText(after) ? [] : [`${destinationText(before)} becomes ${destinationText(after)}`];
  const source = sourceText(before) === sourceText(after) ? [] : [`${sourceText(before)} becomes ${sourceText(after)}`];
  return [...destination, ...source].join(", ");
}
