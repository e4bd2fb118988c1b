/** Words of one question of a look-up, where the look-up is told question by question. */
import { unreachable } from "../core/base/names.ts";
import type { Journey, LookupQuery } from "../core/network/trace.ts";
import { senderName } from "./naming.ts";
import type { Names } from "./naming.ts";
import type { BeatWords } from "./words.ts";

export function questionWords(journey: Journey, query: LookupQuery, names: Names): BeatWords {
  const who = senderName(journey, names);
  const name = query.name.length > 1 && query.name.endsWith(".") ? query.name.slice(0, -1) : query.name;
  const server = query.by === null ? "the name server" : query.by.kind === "pod" ? "CoreDNS" : "the name server outside";
  return {
    title: `Ask for ${name}`,
    detail: `${query.type}: ${cameBack(query)}`,
    sentence: `${who} asks ${server} for the ${family(query)} of ${name}.`,
    past: `${pastOf(query, name, server)}`,
  };
}

function family({ type }: LookupQuery): string {
  return type === "A" ? "IPv4 address" : "IPv6 address";
}

function cameBack({ rcode, answers }: LookupQuery): string {
  switch (rcode) {
    case "NOERROR":
      return answers.length === 0 ? "no such record" : answers.map(({ data }) => data).join(", ");
    case "NXDOMAIN":
      return "no such name";
    case "SERVFAIL":
    case "REFUSED":
      return rcode;
    case "TIMEOUT":
      return "no answer";
    case "ICMP":
      return "refused";
    default:
      return unreachable(rcode);
  }
}

function pastOf(query: LookupQuery, name: string, server: string): string {
  const actor = server.charAt(0).toUpperCase() + server.slice(1);
  switch (query.rcode) {
    case "NOERROR":
      return query.answers.length === 0
        ? `${actor} knows ${name}, but no ${family(query)} of it.`
        : `${actor} answered with the ${family(query)} of ${name}.`;
    case "NXDOMAIN":
      return `${actor} answered that there is no name ${name}.`;
    case "SERVFAIL":
      return `${actor} answered that it cannot say what ${name} is.`;
    case "REFUSED":
      return `${actor} would not answer the question for ${name}.`;
    case "TIMEOUT":
      return `Nobody answered the question for ${name}.`;
    case "ICMP":
      return `The question for ${name} was refused.`;
    default:
      return unreachable(query.rcode);
  }
}
