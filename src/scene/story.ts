/** Which packets of a journey tell its story; all others are folded into it. */
import type { Journey, Lookup, LookupQuery, PacketTrace } from "../core/network/trace.ts";

export interface Story {
  /** The look-up's query that mattered and its answer. */
  readonly query: number | null;
  readonly answer: number | null;
  /** The first packet of the connection that decided, and what answered it. */
  readonly out: number | null;
  readonly back: number | null;
}

export function storyOf(journey: Journey): Story {
  const query = journey.lookup === null ? null : tellingQuery(journey, journey.lookup);
  const out = openingPacket(journey);
  const back = out === null ? null : answerTo(journey, out);
  const asked = query === null ? null : (journey.packets[query.queryPacket] ?? null);
  const answer = query === null ? null : (query.answerPacket ?? (asked === null ? null : (answerTo(journey, asked)?.index ?? null)));
  return { query: asked?.index ?? null, answer, out: out?.index ?? null, back: back?.index ?? null };
}

function bare(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name;
}

/** The query that found the address; without one the first that met trouble, else the last. */
function tellingQuery(journey: Journey, lookup: Lookup): LookupQuery | null {
  const found = lookup.queries.findLast((query) => query.rcode === "NOERROR" && query.answers.length > 0);
  if (found !== undefined) return found;
  const stopped = lookup.queries.find((query) => journey.packets[query.queryPacket]?.outcome.kind !== "delivered");
  return stopped ?? lookup.queries.at(-1) ?? null;
}

/**
 * A connection's opening packets: a SYN, an INIT or a datagram, after the look-up (which may have used TCP itself). A request on a
 * connection that stands opens with itself.
 */
function openingPacket(journey: Journey): PacketTrace | null {
  const lookedUpAt = Math.max(journey.sentAt, ...(journey.lookup?.queries.map((query) => query.endsAt) ?? []));
  const begun = journey.packets.filter((packet) => OPENS.has(packet.purpose) && (packet.hops[0]?.at ?? 0) >= lookedUpAt);
  const opening = begun.length > 0 ? begun : journey.packets.filter(({ purpose }) => purpose === "request");
  // several addresses were tried: the attempt that was answered decides, else the last
  const answered = opening.find((packet) => ANSWERS.has(answerTo(journey, packet)?.purpose));
  const last = opening.at(-1);
  if (answered !== undefined || last === undefined) return answered ?? null;
  // resent packets of one connection look alike: the first of them is told
  return opening.find((packet) => JSON.stringify(packet.hops[0]?.before) === JSON.stringify(last.hops[0]?.before)) ?? last;
}

const ANSWERS: ReadonlySet<string | undefined> = new Set(["syn-ack", "init-ack", "datagram-reply", "response"]);
const OPENS: ReadonlySet<string> = new Set(["syn", "init", "datagram"]);

function answerTo(journey: Journey, packet: PacketTrace): PacketTrace | null {
  return journey.packets.find((one) => one.answers === packet.index && one.direction !== packet.direction) ?? null;
}

export interface Candidate {
  readonly name: string;
  readonly result: Lookup["candidates"][number]["result"];
  /** Virtual time of its first query. */
  readonly asked: number | null;
}

/** The names of the search that were asked for, in order. */
export function lookupCandidates(journey: Journey): readonly Candidate[] {
  const { lookup } = journey;
  if (lookup === null) return [];
  const asked = lookup.candidates.filter((candidate) => candidate.result !== "not-asked");
  return asked.map((candidate) => ({
    name: bare(candidate.name),
    result: candidate.result,
    asked: lookup.queries.find((query) => bare(query.name) === bare(candidate.name))?.at ?? null,
  }));
}
