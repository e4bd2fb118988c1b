/** Telling a name's look-up: one beat, whatever it took. */
import { SHOW } from "./durations.ts";
import { besidePoint, placePoint } from "./routes.ts";
import { lookupCandidates } from "./story.ts";
import type { Story } from "./story.ts";
import { closeBeat, openBeat, packetOf, stopAt, tie, waitFor } from "./telling.ts";
import type { Telling } from "./telling.ts";
import { searchCue, tellDnsLeg } from "./telling-legs.ts";
import { tellQuestions } from "./telling-questions.ts";
import { lookupWords } from "./words.ts";

/** The look-up: the search's candidates one after another, then the query that mattered and its answer. */
export function tellLookup(telling: Telling, story: Story): void {
  const { journey } = telling.input;
  const query = packetOf(telling, story.query);
  const first = query?.hops[0];
  if (query === null || first === undefined) return;
  const { opening, ...words } = lookupWords(journey, telling.names);
  const start = telling.now;
  const failed = journey.lookup?.error !== null || story.out === null;
  const queries = journey.lookup?.queries ?? [];
  if (telling.input.lookup === "open" && queries.length > 1) return tellQuestions(telling, queries, failed);
  const beat = openBeat(telling, words, { glyph: "dns", hop: first, direction: "out", trouble: failed });
  const tries = lookupCandidates(journey);
  tries.forEach((one, i) => {
    telling.now = start + (i + 1) * SHOW.dnsTry;
    if (one.asked !== null) tie(telling, start + i * SHOW.dnsTry, one.asked);
  });
  tie(telling, telling.now, first.at);
  tellDnsLeg(telling, query, beat);
  const answer = packetOf(telling, story.answer);
  const server = query.hops.at(-1)?.to;
  if (opening !== undefined) beat.opening = { sentence: opening, untilMs: telling.now };
  if (answer !== null) {
    if (server !== undefined)
      telling.cues.push({
        kind: "answering",
        startMs: telling.now,
        endMs: telling.now + SHOW.dnsLeg,
        point: placePoint(telling.input.scene, server),
      });
    tellDnsLeg(telling, answer, beat);
  }
  beat.stillMs = Math.max(start, telling.now - 1);
  const times = tries.map((_, i) => ({
    atMs: start + i * SHOW.dnsTry,
    knownMs: i === tries.length - 1 ? telling.now : start + (i + 1) * SHOW.dnsTry,
  }));
  searchCue(telling, tries, { startMs: start, endMs: telling.now, failed, times });
  if (failed) {
    if (answer !== null && server !== undefined && query.outcome.kind === "delivered")
      stopAt(telling, besidePoint(telling.input.scene, server, 13), "reject", beat, SHOW.stop);
    if (answer === null) waitFor(telling, journey.endedAt);
  }
  closeBeat(telling, beat, answer ?? query);
  if (server !== undefined) beat.place = server;
}
