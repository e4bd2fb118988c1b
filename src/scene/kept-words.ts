/**
 * The words of a connection that a client keeps: one connection, several requests, and why they all go one way. Over UDP
 * it is the socket that is kept.
 */
import type { Hop, Journey, PacketTrace } from "../core/network/trace.ts";
import type { Names } from "./naming.ts";
import type { BeatWords } from "./words.ts";

/** `request 3 of 10 on the same connection`, `datagram 3 from the same socket`; null where nothing is kept. */
export function keptText(journey: Journey): string | null {
  const { connection } = journey;
  if (connection === undefined) return null;
  const { request, of } = connection;
  const datagram = isDatagram(journey);
  const which = `${datagram ? "datagram" : "request"} ${request}${of === null || of === 1 ? "" : ` of ${of}`}`;
  if (request === 1) return `${which} ${datagram ? "from a socket that it keeps" : "on a connection that it keeps"}`;
  return `${which} ${datagram ? "from the same socket" : "on the same connection"}`;
}

function isDatagram({ packets }: Journey): boolean {
  return packets.some(({ purpose }) => purpose === "datagram");
}

/** How the first beat of a kept request begins, in place of what a new connection says. */
export function keptLeave(words: BeatWords, journey: Journey, sender: string): BeatWords {
  const text = keptText(journey);
  const { connection } = journey;
  if (text === null || connection === undefined) return words;
  if (connection.request === 1) {
    const before = connection.instead;
    const why = before === null ? "" : ` Of the one before, ${before}.`;
    return { ...words, detail: text, sentence: `${words.sentence}${why}`, past: `${words.past}${why}` };
  }
  return {
    ...words,
    detail: text,
    sentence: `${sender} sends ${text}: no handshake, no look-up.`,
    past: `${sender} sent ${text}.`,
  };
}

/** A gate that knows the connection of a kept request: why no other Pod can get it. */
export function keptKnown(words: BeatWords, hop: Extract<Hop, { readonly kind: "known" }>, names: Names): BeatWords {
  if (!hop.changed.destination) return words;
  const still = names.podAt(hop.after.dst) === null ? ", though nobody has that address now." : ", whatever Pods there are by now.";
  return { ...words, sentence: words.sentence.replace(/\.$/, still), past: words.past.replace(/\.$/, still) };
}

/** A segment for a connection that its receiver does not have. */
export function isForeign({ tcp, direction }: PacketTrace): boolean {
  return tcp !== null && direction === "out" && !tcp.flags.includes("SYN");
}

/** The receiver's kernel knows nothing of the connection. */
export function resetWords(hop: Extract<Hop, { readonly kind: "refuse" }>, names: Names): BeatWords {
  const who = names.place(hop.to);
  return {
    title: `Reset by ${who}`,
    detail: "no such connection there",
    sentence: `The packet is in ${who}, but no process there has this connection: its kernel resets it.`,
    past: `${who} reset the connection: no process there has it.`,
  };
}

/** Why an established connection came to nothing, by what its client heard; null where something else says it. */
export function brokenSummary(journey: Journey, names: Names): string | null {
  const who = journey.pod === null ? "the server" : names.pod(journey.pod);
  if (journey.packets.some((packet) => isForeign(packet) && packet.outcome.kind === "refused"))
    return `Reset by ${who}: no process there has this connection.`;
  if (journey.clientSays.startsWith("curl: (52)")) return `Cut off by ${who}: its process ended before it answered.`;
  return null;
}
