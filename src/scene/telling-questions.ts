/**
 * Telling a name's look-up question by question: a beat for each, out to the name server and back. The more questions, the
 * shorter each is shown, so that a walk through a long search list takes no longer than one wants to look.
 */
import type { LookupQuery, PacketTrace } from "../core/network/trace.ts";
import { SHOW } from "./durations.ts";
import { besidePoint, placePoint } from "./routes.ts";
import { lookupCandidates } from "./story.ts";
import { questionWords } from "./lookup-words.ts";
import { closeBeat, openBeat, packetOf, stopAt, tie, waitFor } from "./telling.ts";
import type { Telling } from "./telling.ts";
import { searchCue, tellDnsLeg } from "./telling-legs.ts";

/** So many questions take their full time; more share it. */
const UNHURRIED = 4;
const LEG_LEAST_MS = 110;

/** How long one way of a question is shown, where there are so many questions. */
export function legMs(questions: number): number {
  return Math.max(LEG_LEAST_MS, Math.round((SHOW.dnsLeg * UNHURRIED) / Math.max(UNHURRIED, questions)));
}

export function tellQuestions(telling: Telling, queries: readonly LookupQuery[], failed: boolean): void {
  const start = telling.now;
  const leg = legMs(queries.length);
  const spans = new Map<string, { readonly atMs: number; readonly knownMs: number }>();
  queries.forEach((query, i) => {
    const atMs = telling.now;
    tellQuestion(telling, query, { leg, last: failed && i === queries.length - 1 });
    const known = spans.get(query.name);
    spans.set(query.name, { atMs: known?.atMs ?? atMs, knownMs: telling.now });
  });
  const tries = lookupCandidates(telling.input.journey);
  const times = tries.map(({ name }) => spans.get(name) ?? spans.get(`${name}.`) ?? { atMs: start, knownMs: telling.now });
  searchCue(telling, tries, { startMs: start, endMs: telling.now, failed, times });
}

function tellQuestion(telling: Telling, query: LookupQuery, { leg, last }: { readonly leg: number; readonly last: boolean }): void {
  const { journey, scene } = telling.input;
  const packet = packetOf(telling, query.queryPacket);
  const first = packet?.hops[0];
  if (packet === null || first === undefined || telling.told.has(packet.index)) return;
  const answer = answerOf(telling, query, packet);
  const silent = query.rcode === "TIMEOUT" || query.rcode === "ICMP";
  const beat = openBeat(telling, questionWords(journey, query, telling.names), {
    glyph: "dns",
    hop: first,
    direction: "out",
    trouble: last || silent,
  });
  tie(telling, telling.now, first.at);
  tellDnsLeg(telling, packet, beat, leg);
  const server = packet.hops.at(-1)?.to;
  if (answer !== null) {
    if (server !== undefined)
      telling.cues.push({ kind: "answering", startMs: telling.now, endMs: telling.now + leg, point: placePoint(scene, server) });
    tellDnsLeg(telling, answer, beat, leg);
  }
  beat.stillMs = Math.max(beat.startMs, telling.now - 1);
  if (last && answer !== null && server !== undefined && packet.outcome.kind === "delivered")
    stopAt(telling, besidePoint(scene, server, 13), "reject", beat, SHOW.stop);
  if (answer === null) {
    if (last) waitFor(telling, journey.endedAt);
    else telling.now += leg;
  }
  closeBeat(telling, beat, answer ?? packet);
  if (server !== undefined) beat.place = server;
}

/** Also the ICMP error, which the resolver does not keep as an answer. */
function answerOf(telling: Telling, query: LookupQuery, packet: PacketTrace): PacketTrace | null {
  const kept = packetOf(telling, query.answerPacket);
  if (kept !== null) return kept;
  return telling.input.journey.packets.find((one) => one.answers === packet.index && one.direction !== packet.direction) ?? null;
}
