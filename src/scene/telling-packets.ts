/**
 * The finest telling: every packet of a request by itself, in the order in which they left, with the times of DESIGN 5. The
 * connection's first packet has its beats as ever; any other is one beat. What a gate knows already it does in passing: a
 * link, no counting, no yellow.
 *
 *   ask ─▶ answer ─▶ SYN (hop by hop) ─▶ SYN-ACK ─▶ ACK ─▶ request ─▶ response ─▶ ACK ─▶ FIN ─▶ FIN ─▶ ACK
 */
import type { Header, PacketTrace } from "../core/network/trace.ts";
import type { BeatGlyph, Choreography, ChoreographInput, Cue } from "./contract.ts";
import { finish, glyphOf, isTrouble, refusing, tellHop, tellOut, tellRest } from "./choreography.ts";
import { packetName, packetWords } from "./packet-words.ts";
import { reduce } from "./reduced.ts";
import { placePoint } from "./routes.ts";
import { lookupCandidates, storyOf, type Story } from "./story.ts";
import { begin, closeBeat, openBeat, type Telling } from "./telling.ts";
import { searchCue, tellDnsLeg } from "./telling-legs.ts";
import { legMs } from "./telling-questions.ts";

export function choreographPackets(input: ChoreographInput): Choreography {
  const telling = begin(input);
  const story = storyOf(input.journey);
  const search = searchOf(telling);
  for (const packet of inOrder(input.journey.packets)) {
    if (telling.told.has(packet.index)) continue;
    quieten(telling);
    search?.beforeIt(packet);
    if (packet.index === story.out) tellFirst(telling, packet, story);
    else tellPacket(telling, packet, story);
    search?.afterIt(packet);
  }
  search?.end();
  tellRest(telling, story);
  once(telling);
  const full = finish(telling);
  return input.motion === "reduced" ? reduce(full) : full;
}

/** Hop by hop, as ever; its first row says which packet it is. */
function tellFirst(telling: Telling, packet: PacketTrace, story: Story): void {
  const first = telling.beats.length;
  tellOut(telling, packet.index, story);
  const beat = telling.beats[first];
  if (beat !== undefined)
    telling.beats[first] = { ...beat, title: `${packetName(packet)}: ${beat.title.charAt(0).toLowerCase()}${beat.title.slice(1)}` };
}

/** As they left; what left at the same time in the order of the trace. */
function inOrder(packets: readonly PacketTrace[]): readonly PacketTrace[] {
  return packets.filter(({ hops }) => hops.length > 0).toSorted((a, b) => (a.hops[0]?.at ?? 0) - (b.hops[0]?.at ?? 0) || a.index - b.index);
}

function isDns({ purpose }: PacketTrace): boolean {
  return purpose === "dns-query" || purpose === "dns-answer";
}

function tellPacket(telling: Telling, packet: PacketTrace, story: Story): void {
  const [first] = packet.hops;
  if (first === undefined) return;
  const { journey } = telling.input;
  const stopped = packet.hops.find(isTrouble);
  const beat = openBeat(telling, packetWords(journey, packet, telling.names, isAgain(telling, packet)), {
    glyph: stopped === undefined ? glyphFor(telling, packet) : glyphOf(stopped),
    hop: first,
    direction: packet.direction,
    trouble: stopped !== undefined || refusing(packet),
    // the answer to the first packet keeps its number, and each name server one
    ...(packet.index === story.back || packet.purpose === "dns-query" ? {} : { quiet: true }),
  });
  if (isDns(packet)) {
    const legs = legMs(journey.lookup?.queries.length ?? 1);
    if (packet.direction === "back")
      telling.cues.push({
        kind: "answering",
        startMs: telling.now,
        endMs: telling.now + legs,
        point: placePoint(telling.input.scene, first.from),
      });
    tellDnsLeg(telling, packet, beat, legs);
  } else packet.hops.forEach((_, i) => tellHop(telling, packet, i, beat));
  telling.told.add(packet.index);
  beat.stillMs = stillOf(telling, packet, beat.startMs);
  closeBeat(telling, beat, packet);
  if (packet.purpose === "dns-query") beat.place = packet.hops.at(-1)?.to ?? beat.place;
}

/** The moment at which its address has changed; without a change, half its way. */
function stillOf(telling: Telling, packet: PacketTrace, startMs: number): number {
  const own = telling.motions.filter((motion) => motion.packet === packet.index);
  const changed = own.find((motion) => motion.swap !== null);
  if (packet.hops.some(isTrouble)) return Math.max(startMs, telling.now - 1);
  return changed === undefined ? startMs + (telling.now - startMs) / 2 : changed.endMs - 1;
}

function glyphFor({ input }: Telling, packet: PacketTrace): BeatGlyph {
  if (isDns(packet)) return "dns";
  if (refusing(packet)) return "reject";
  const answers = packet.purpose === "response" || packet.purpose === "datagram-reply";
  return answers && packet.outcome.kind === "delivered" && input.journey.outcome.kind === "delivered" ? "done" : "packet";
}

/** The same packet left before: nothing came back. */
function isAgain({ input }: Telling, packet: PacketTrace): boolean {
  const like = (one: PacketTrace): boolean =>
    one.purpose === packet.purpose && one.direction === packet.direction && one.tcp?.seq === packet.tcp?.seq && sameHeader(one, packet);
  // A datagram has no number; each is one of its own.
  return packet.tcp !== null && packet.purpose !== "ack" && input.journey.packets.some((one) => one.index < packet.index && like(one));
}

function sameHeader(a: PacketTrace, b: PacketTrace): boolean {
  const text = ({ hops }: PacketTrace): string => {
    const header: Header | undefined = hops[0]?.before;
    return header === undefined ? "" : `${header.src} ${header.srcPort} ${header.dst} ${header.dstPort}`;
  };
  return text(a) === text(b);
}

// ---- what stays, and for how long ---------------------------------------------------------------------------------

/** What gates said of the packets before is over when the next leaves; refusals and drops stay. */
function quieten(telling: Telling): void {
  const { now } = telling;
  telling.cues.forEach((cue, i) => {
    if (cue.kind === "gate" && cue.endMs > now && cue.show.kind !== "refusing" && cue.show.kind !== "dropping")
      telling.cues[i] = { ...cue, endMs: now };
  });
}

/** A packet sent again is stopped at the same place: one octagon. */
function once({ cues }: Telling): void {
  const seen = new Set<string>();
  const kept = cues.filter((cue: Cue) => {
    if (cue.kind !== "stopped") return true;
    const key = `${cue.point.x},${cue.point.y}`;
    return !seen.has(key) && seen.add(key) !== undefined;
  });
  cues.splice(0, cues.length, ...kept);
}

interface Search {
  beforeIt(packet: PacketTrace): void;
  afterIt(packet: PacketTrace): void;
  end(): void;
}

/** The names of the search beside the sender, each from its first question to its last answer; null without a look-up. */
function searchOf(telling: Telling): Search | null {
  const { lookup, packets } = telling.input.journey;
  if (lookup === null) return null;
  const spans = new Map<string, { atMs: number; knownMs: number }>();
  const nameOf = (hop: PacketTrace): string | undefined =>
    lookup.queries
      .find(({ queryPacket, answerPacket }) => queryPacket === hop.index || answerPacket === hop.index)
      ?.name.replace(/\.$/, "");
  const lastDns = packets.findLastIndex(isDns);
  let told = false;
  const end = (): void => {
    if (told || spans.size === 0) return;
    told = true;
    const startMs = Math.min(...[...spans.values()].map(({ atMs }) => atMs));
    const tries = lookupCandidates(telling.input.journey);
    const times = tries.map(({ name }) => spans.get(name) ?? { atMs: startMs, knownMs: telling.now });
    searchCue(telling, tries, { startMs, endMs: telling.now, failed: lookup.error !== null, times });
  };
  return {
    beforeIt(packet) {
      const name = nameOf(packet);
      if (name !== undefined && !spans.has(name)) spans.set(name, { atMs: telling.now, knownMs: telling.now });
    },
    afterIt(packet) {
      const span = spans.get(nameOf(packet) ?? "");
      if (span !== undefined) span.knownMs = telling.now;
      if (packet.index === lastDns) end();
    },
    end,
  };
}
