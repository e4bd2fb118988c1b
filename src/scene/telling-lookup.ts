/** Telling a name's look-up: one beat, whatever it took. */
import type { PacketTrace } from "../core/network/trace.ts";
import type { ShowMs } from "./contract.ts";
import { SHOW } from "./durations.ts";
import { isGateHop } from "./gate-work.ts";
import { besidePoint, lengthOf, placePoint } from "./routes.ts";
import { lookupCandidates } from "./story.ts";
import type { Story } from "./story.ts";
import { addMotion, closeBeat, openBeat, packetOf, stopAt, stopCue, tie, waitFor } from "./telling.ts";
import type { BeatDraft, Telling } from "./telling.ts";
import { lookupWords } from "./words.ts";

/** The look-up: the search's candidates one after another, then the query that mattered and its answer. */
export function tellLookup(telling: Telling, story: Story): void {
  const { journey } = telling.input;
  const query = packetOf(telling, story.query);
  const first = query?.hops[0];
  if (query === null || first === undefined) return;
  const words = lookupWords(journey, telling.names);
  const start = telling.now;
  const failed = journey.lookup?.error !== null || story.out === null;
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
  searchCue(telling, tries, start, telling.now, failed);
  if (failed) {
    if (answer !== null && server !== undefined && query.outcome.kind === "delivered")
      stopAt(telling, besidePoint(telling.input.scene, server, 13), "reject", beat, SHOW.stop);
    if (answer === null) waitFor(telling, journey.endedAt);
  }
  closeBeat(telling, beat, answer ?? query);
  if (server !== undefined) beat.place = server;
}

function searchCue(telling: Telling, tries: ReturnType<typeof lookupCandidates>, start: ShowMs, end: ShowMs, failed: boolean): void {
  const last = tries.length - 1;
  telling.cues.push({
    kind: "search",
    startMs: start,
    // what was found stays until the packet leaves; what was not found stays to be read
    endMs: failed ? Number.MAX_SAFE_INTEGER : end + SHOW.birth,
    place: telling.senderPlace,
    names: tries.map((one, i) => ({
      name: one.name,
      result: one.result,
      atMs: start + i * SHOW.dnsTry,
      knownMs: i === last ? end : start + (i + 1) * SHOW.dnsTry,
    })),
  });
}

/** A query out or an answer back within 480 ms, by the length of its hops; the gate says whom it is for. */
function tellDnsLeg(telling: Telling, packet: PacketTrace, beat: BeatDraft): void {
  const paths = telling.paths[packet.index] ?? [];
  const weights = packet.hops.map((hop, i) => 12 + lengthOf(paths[i] ?? []) + (hop.kind === "rewrite" || hop.kind === "known" ? 60 : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  packet.hops.forEach((hop, i) => {
    const stopped = hop.kind === "reject" || hop.kind === "drop" || hop.kind === "refuse" || hop.kind === "lost";
    const startMs = telling.now;
    const endMs = startMs + (SHOW.dnsLeg * (weights[i] ?? 0)) / total + (stopped ? SHOW.stop : 0);
    const swap = hop.kind === "rewrite" || hop.kind === "known" || hop.kind === "restore" ? { startMs, endMs } : null;
    addMotion(
      telling,
      packet,
      i,
      { startMs, endMs, swap },
      packet.purpose === "icmp-error" ? "refusal" : "dns",
      false,
      telling.beats.length - 1,
    );
    beat.hops.push([packet.index, i]);
    if (isGateHop(hop) && (hop.kind === "rewrite" || hop.kind === "known")) {
      const service = telling.names.holder(hop.before.dst)?.name ?? "name server";
      telling.cues.push({ kind: "gate", startMs, endMs: startMs + SHOW.match, node: hop.node, show: { kind: "naming", service } });
    }
    telling.now = endMs;
    tie(telling, startMs, hop.at);
    tie(telling, endMs, hop.endsAt);
    if (stopped) stopCue(telling, hop, i, packet, startMs);
  });
  telling.told.add(packet.index);
}
