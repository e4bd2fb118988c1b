/**
 * Journey to choreography: which hop is shown when, and what is seen beside it. One motion for every hop of every
 * packet. The packets that tell the story (the look-up that found the name, the first packet of the connection, its
 * answer) take the times of DESIGN 5; the connection's other packets are folded into the moments in between, at the
 * show time that the map of virtual time gives them.
 */
import type { Hop, Journey, PacketTrace } from "../core/network/trace.ts";
import type { Beat, BeatGlyph, Choreography, ChoreographInput, Cue, Motion, ShowMs } from "./contract.ts";
import { rewroteFirst } from "./bars.ts";
import { SHOW, durationOf, matchMs } from "./durations.ts";
import { choiceOf, chosenPod, gateShow, gateWork, isGateHop, matchingShow, nodePortOf } from "./gate-work.ts";
import { reduce } from "./reduced.ts";
import { indexOf } from "./lookup.ts";
import { packetPaths } from "./motion-paths.ts";
import { join, lengthOf } from "./routes.ts";
import { showAt } from "./show-time.ts";
import { placeStops } from "./stops.ts";
import { storyOf } from "./story.ts";
import type { Story } from "./story.ts";
import { addMotion, begin, closeBeat, openBeat, packetOf, stopCue, tie, waitFor } from "./telling.ts";
import type { BeatDraft, Telling } from "./telling.ts";
import { tellLookup } from "./telling-lookup.ts";
import type { BeatWords } from "./words.ts";
import { durationText } from "./naming.ts";
import { summaryOf } from "./outcomes.ts";
import { ownPassText } from "./own-rule-words.ts";
import { isForeign, keptKnown, keptLeave, resetWords } from "./kept-words.ts";
import { restoreWords, rewrittenWords } from "./rewrite-words.ts";
import { healthyNodes, openingWords, outWords, replyWords, waitingWords } from "./words.ts";

/** Works out how a journey is shown. The scene decides the paths, the journey everything else. */
export function choreograph(input: ChoreographInput): Choreography {
  const telling = begin(input);
  const story = storyOf(input.journey);
  if (input.journey.lookup !== null && story.query !== null) tellLookup(telling, story);
  if (story.out !== null) tellOut(telling, story.out, story);
  if (story.back !== null && !telling.merged.has(story.back)) tellBack(telling, story.back, story);
  tellRest(telling, story);
  const full = finish(telling);
  return input.motion === "reduced" ? reduce(full) : full;
}

// ---- the way out --------------------------------------------------------------------------------------------------

/** Hops that make one beat, and the one whose words it takes. */
interface Group {
  readonly hops: number[];
  key: number;
}

/** Groups the hops of a packet into beats: what a person would count as one step. */
export function groupHops(hops: readonly Hop[]): readonly Group[] {
  const groups: Group[] = [];
  const fresh = (i: number): void => void groups.push({ hops: [i], key: i });
  const add = (i: number, key: boolean): void => {
    const group = groups.at(-1);
    if (group === undefined) return fresh(i);
    group.hops.push(i);
    if (key) group.key = i;
  };
  hops.forEach((hop, i) => {
    const open = groups.at(-1);
    const key = open === undefined ? undefined : hops[open.key]?.kind;
    const last = hops[i - 1]?.kind;
    switch (hop.kind) {
      case "leave":
      case "enter-cluster":
        return last === "send" ? add(i, true) : fresh(i);
      case "pass":
        // What a person's own rule did to it is a step of its own.
        return (key === "leave" || key === "enter-cluster") && ownPassText(hop) === null ? add(i, false) : fresh(i);
      case "accept":
        return last === "deliver" || last === "leave-cluster" ? add(i, false) : fresh(i);
      case "refuse":
        return last === "deliver" ? add(i, true) : fresh(i);
      case "send":
      case "rewrite":
      case "known":
      case "restore":
      case "reject":
      case "drop":
      case "cross":
      case "leave-cluster":
      case "deliver":
      case "lost":
        return fresh(i);
    }
  });
  return groups;
}

export function isTrouble(hop: Hop): boolean {
  return hop.kind === "reject" || hop.kind === "drop" || hop.kind === "refuse" || hop.kind === "lost";
}

export function glyphOf(hop: Hop): BeatGlyph {
  if (hop.kind === "reject" || hop.kind === "refuse") return "reject";
  if (hop.kind === "drop" || hop.kind === "lost") return "drop";
  return hop.kind === "rewrite" || hop.kind === "known" ? "nat" : "packet";
}

export function tellOut(telling: Telling, index: number, story: Story): void {
  const packet = packetOf(telling, index);
  if (packet === null) return;
  telling.told.add(packet.index);
  groupHops(packet.hops).forEach((group, g) => {
    const key = packet.hops[group.key];
    if (key === undefined) return;
    const beat = openBeat(telling, wordsOf(telling, packet, key, g === 0), {
      glyph: glyphOf(key),
      hop: packet.hops[group.hops[0] ?? 0] ?? key,
      direction: "out",
      trouble: isTrouble(key),
    });
    for (const i of group.hops) tellHop(telling, packet, i, beat);
    beat.stillMs = stillOf(telling, beat, key);
    if (isTrouble(key)) mergeLocalRefusal(telling, story, beat);
    closeBeat(telling, beat, packet);
    if (isTrouble(key)) beat.place = key.to;
  });
}

function wordsOf(telling: Telling, packet: PacketTrace, key: Hop, first: boolean): BeatWords {
  const { names, sender, input } = telling;
  if (key.kind === "refuse" && isForeign(packet)) return resetWords(key, names);
  const words = outWords(key, names, { sender, first, sent: packet.hops[0]?.before ?? key.before });
  if (first) return keptLeave(words, input.journey, sender);
  return key.kind === "known" && input.journey.connection !== undefined ? keptKnown(words, key, names) : words;
}

/** One hop of a packet that is shown: its motion and what is seen with it. */
export function tellHop(telling: Telling, packet: PacketTrace, index: number, beat: BeatDraft): void {
  const hop = packet.hops[index];
  if (hop === undefined) return;
  const work = gateWork(hop);
  const startMs = telling.now;
  const turned = hop.kind === "deliver" && turnsAround(packet.hops, index) ? SHOW.turn : 0;
  const endMs = startMs + durationOf(hop, packet.direction, work) + turned;
  const style = refusing(packet) ? "refusal" : "traffic";
  addMotion(telling, packet, index, { startMs, endMs, swap: swapOf(hop, startMs, endMs) }, style, false, telling.beats.length - 1);
  beat.hops.push([packet.index, index]);
  gateCues(telling, hop, startMs, endMs);
  if (hop.kind === "enter-cluster" && packet.direction === "out") doorCue(telling, hop, startMs);
  tie(telling, startMs, hop.at);
  tie(telling, endMs, hop.endsAt);
  telling.now = endMs;
  if (isTrouble(hop)) stopCue(telling, hop, index, packet, endMs - SHOW.stop);
}

/** The load balancer picks a node: each that passes its checks shows its chance for a moment. */
function doorCue(telling: Telling, hop: Hop, startMs: ShowMs): void {
  const service = telling.names.balancer(hop.before.dst);
  const nodes = service === null ? [] : healthyNodes(service);
  if (nodes.length < 2) return;
  const text = `${Math.round(100 / nodes.length)}%`;
  telling.cues.push({ kind: "doors", startMs, endMs: startMs + 2 * SHOW.choose, doors: nodes.map((node) => ({ node, text })) });
}

export function refusing(packet: PacketTrace): boolean {
  return packet.direction === "back" && (packet.purpose === "reset" || packet.purpose === "abort" || packet.purpose === "icmp-error");
}

/** Delivered on the node where it was rewritten: the packet turned at the gate. */
function turnsAround(hops: readonly Hop[], index: number): boolean {
  const before = hops[index - 1]?.kind;
  return (before === "rewrite" || before === "known") && !hops.some((hop) => hop.kind === "cross" || hop.kind === "enter-cluster");
}

/** When the address changes within a hop: after counting and choosing, before the hold. */
function swapOf(hop: Hop, startMs: ShowMs, endMs: ShowMs): Motion["swap"] {
  if (hop.kind === "rewrite") return { startMs: endMs - SHOW.rewrite - SHOW.hold, endMs: endMs - SHOW.hold };
  if (rewroteFirst(hop)) return { startMs: endMs - SHOW.stop - SHOW.deliver - SHOW.rewrite, endMs: endMs - SHOW.stop - SHOW.deliver };
  if (hop.kind === "restore" || hop.kind === "known") return { startMs, endMs: startMs + (endMs - startMs) * 0.7 };
  return null;
}

function gateCues(telling: Telling, hop: Hop, startMs: ShowMs, endMs: ShowMs): void {
  if (!isGateHop(hop)) return;
  const work = gateWork(hop);
  const servicePort = "servicePort" in hop ? hop.servicePort : null;
  const service = telling.names.service(servicePort);
  const counted = startMs + matchMs(work);
  const gate = (from: ShowMs, to: ShowMs, show: Extract<Cue, { readonly kind: "gate" }>["show"]): void =>
    void telling.cues.push({ kind: "gate", startMs: from, endMs: to, node: hop.node, show });
  if (counted > startMs) {
    gate(startMs, counted, matchingShow(work, service?.name ?? null, nodePortOf(hop, service, telling.names)));
    if (service !== null) telling.cues.push({ kind: "matched", startMs, endMs, service: service.key });
  }
  const speaks = gateShow(hop, telling.names);
  const swap = swapOf(hop, startMs, endMs);
  if (speaks !== null) {
    // what a rewriting or refusing gate did stays readable to the end; a known connection is said in passing
    const lasts = speaks.kind === "known" ? endMs : Number.MAX_SAFE_INTEGER;
    const both = speaks.kind === "rewriting" && speaks.masquerade !== null && speaks.to !== "";
    // the destination first, then the source too
    if (both && swap !== null) {
      const middle = (swap.startMs + swap.endMs) / 2;
      gate(swap.startMs, middle, { ...speaks, masquerade: null });
      gate(middle, lasts, speaks);
    } else gate(swap?.startMs ?? counted, lasts, speaks);
  }
  if (hop.kind !== "rewrite" && !rewroteFirst(hop)) return;
  const choice = choiceOf(hop, service, telling.input.earlier);
  if (choice !== null && work.chose) {
    telling.cues.push({ kind: "chances", startMs: counted, endMs: counted + SHOW.choose, chances: choice.chances });
    gate(counted, counted + SHOW.choose, { kind: "choosing", text: choice.text });
  }
  const chosen = chosenPod(hop, telling.names);
  const decidedMs = work.chose ? counted + SHOW.choose * 0.5 : (swap?.startMs ?? counted);
  const beat = telling.beats.at(-1);
  if (beat !== undefined && (hop.kind !== "rewrite" || hop.changed.destination))
    beat.opening = { sentence: openingWords(hop.node, service), untilMs: decidedMs };
  if (chosen !== null)
    telling.cues.push({
      kind: "chosen",
      startMs: decidedMs,
      endMs: Number.MAX_SAFE_INTEGER,
      pod: chosen,
    });
}

/** The moment of a beat that shows what it is about. */
function stillOf(telling: Telling, beat: BeatDraft, key: Hop): ShowMs {
  const span = telling.now - beat.startMs;
  if (key.kind === "rewrite") return telling.now - SHOW.hold / 2;
  if (key.kind === "cross" || key.kind === "enter-cluster" || key.kind === "leave-cluster") return beat.startMs + span * 0.5;
  if (key.kind === "pass") return beat.startMs + span * 0.5;
  return Math.max(beat.startMs, telling.now - 1);
}

// ---- octagons and silence -----------------------------------------------------------------------------------------

/** A refusal that does not leave the sender's node is told with the refusal itself: one step to a person. */
function mergeLocalRefusal(telling: Telling, story: Story, beat: BeatDraft): void {
  const back = packetOf(telling, story.back);
  if (back === null || back.purpose !== "icmp-error" || back.hops.some((hop) => hop.kind === "cross" || hop.kind === "leave-cluster"))
    return;
  telling.told.add(back.index);
  telling.merged.add(back.index);
  const paths = telling.paths[back.index] ?? [];
  const weights = back.hops.map((_, i) => 8 + lengthOf(paths[i] ?? []));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  back.hops.forEach((hop, i) => {
    const startMs = telling.now;
    const endMs = startMs + (SHOW.refusal * (weights[i] ?? 0)) / total;
    addMotion(telling, back, i, { startMs, endMs, swap: swapOf(hop, startMs, endMs) }, "refusal", false, telling.beats.length - 1);
    beat.hops.push([back.index, i]);
    tie(telling, startMs, hop.at);
    tie(telling, endMs, hop.endsAt);
    telling.now = endMs;
  });
  beat.stillMs = telling.now - 1;
}

// ---- the way back -------------------------------------------------------------------------------------------------

function tellBack(telling: Telling, index: number, story: Story): void {
  const packet = packetOf(telling, index);
  const first = packet?.hops[0];
  if (packet === null || first === undefined) return;
  telling.told.add(packet.index);
  const restore = packet.hops.find((hop) => hop.kind === "restore" || hop.kind === "known");
  const out = packetOf(telling, story.out);
  const asked = out?.hops[0]?.before.dst ?? "";
  const holder = telling.names.balancer(asked) ?? telling.names.holder(asked);
  const {
    way: wayWords,
    opening,
    home: backWords,
  } = replyWords({
    by: telling.names.place(first.from),
    to: telling.sender,
    restore: restore === undefined ? null : restoreWords(restore, telling.names),
    asked: holder?.name ?? null,
    no: !refusing(packet) ? null : out?.outcome.kind === "lost" ? "unreachable" : "refused",
  });
  const home = homeFrom(packet.hops);
  const trouble = refusing(packet);
  const way = openBeat(telling, wayWords, { glyph: "packet", hop: first, direction: "back", trouble });
  packet.hops.slice(0, home).forEach((_, i) => tellHop(telling, packet, i, way));
  way.stillMs = wayStill(telling, packet, way);
  const swap = telling.motions.find((motion) => motion.packet === packet.index && motion.swap !== null)?.swap ?? null;
  if (opening !== null && swap !== null) way.opening = { sentence: opening, untilMs: swap.startMs };
  closeBeat(telling, way, packet);
  const restorePlace = restore?.to;
  if (restorePlace !== undefined) way.place = restorePlace;
  const rest = packet.hops.slice(home);
  const arrival = rest[0];
  if (arrival === undefined) return;
  const stopped = rest.find(isTrouble);
  const homeWords =
    stopped === undefined
      ? homeDetail(backWords, telling.input.journey, trouble)
      : outWords(stopped, telling.names, { sender: telling.names.place(first.from), first: false, sent: first.before });
  const beat = openBeat(telling, homeWords, {
    glyph: stopped === undefined ? (trouble ? "reject" : "done") : glyphOf(stopped),
    hop: arrival,
    direction: "back",
    trouble: trouble || stopped !== undefined,
  });
  rest.forEach((_, i) => tellHop(telling, packet, home + i, beat));
  beat.stillMs = Math.max(beat.startMs, telling.now - 1);
  closeBeat(telling, beat, packet);
  letGatesGoBack(telling);
}

/** The answer is home: the gate that restored an address in it says again what it had done to the request. */
function letGatesGoBack({ cues, now }: Telling): void {
  cues.forEach((cue, i) => {
    if (cue.kind === "gate" && cue.show.kind === "restoring") cues[i] = { ...cue, endMs: Math.min(cue.endMs, now - 1) };
  });
}

/** The first hop of the arrival: the last delivery, or where the answer met trouble. */
function homeFrom(hops: readonly Hop[]): number {
  const trouble = hops.findIndex(isTrouble);
  if (trouble >= 0) return hops[trouble - 1]?.kind === "deliver" ? trouble - 1 : trouble;
  const last = hops.findLastIndex((hop) => hop.kind === "deliver" || hop.kind === "leave-cluster");
  return last < 0 ? hops.length : last;
}

function wayStill(telling: Telling, packet: PacketTrace, beat: BeatDraft): ShowMs {
  const restored = telling.motions.findLast((motion) => motion.packet === packet.index && motion.swap !== null);
  return restored === undefined || restored.swap === null ? beat.startMs + (telling.now - beat.startMs) * 0.5 : restored.endMs - 1;
}

function homeDetail(words: BeatWords, journey: Journey, refusal: boolean): BeatWords {
  // the status line; what follows is the page that the server sent
  const says = (journey.clientSays.split(/[\n<]/)[0] ?? "").trim();
  return { ...words, detail: refusal || says === "" ? words.detail : says };
}

// ---- what is left -------------------------------------------------------------------------------------------------

/** The connection's other packets, at once; or the silence, until the sender gives up. */
export function tellRest(telling: Telling, story: Story): void {
  const { journey } = telling.input;
  const shown = telling.clock.at(-1)?.[1] ?? journey.sentAt;
  const lastEnd = Math.max(journey.endedAt, ...journey.packets.map((packet) => packet.hops.at(-1)?.endsAt ?? 0));
  const answered = story.back !== null && telling.told.has(story.back) && packetOf(telling, story.back)?.outcome.kind === "delivered";
  const silent = story.out !== null && (!answered || journey.outcome.kind === "dropped");
  const beat = telling.beats.at(-1);
  if (silent && beat !== undefined) {
    const words = waitingWords(telling.sender, durationText(Math.max(0, journey.endedAt - shown)));
    const packet = packetOf(telling, story.out);
    const hop = packet?.hops.at(-1);
    if (beat.trouble || hop === undefined) waitFor(telling, journey.endedAt);
    else {
      const waiting = openBeat(telling, words, { glyph: "drop", hop, direction: "out", trouble: true });
      waiting.place = telling.senderPlace;
      waitFor(telling, journey.endedAt);
      waiting.stillMs = telling.now - 1;
      waiting.endMs = telling.now;
      waiting.endsAt = journey.endedAt;
    }
  } else if (lastEnd > shown) telling.now += SHOW.rest;
  tie(telling, telling.now, lastEnd);
  const last = telling.beats.at(-1);
  if (last !== undefined) {
    last.endMs = telling.now;
    last.endsAt = Math.max(last.endsAt, lastEnd);
  }
  foldOthers(telling);
}

/** Packets that are not shown by themselves move at the show time of their virtual time. */
function foldOthers(telling: Telling): void {
  const map = { clock: telling.clock } as const;
  for (const packet of telling.input.journey.packets) {
    if (telling.told.has(packet.index)) continue;
    packet.hops.forEach((hop, i) => {
      const startMs = showAt(map, hop.at);
      const endMs = Math.max(startMs, showAt(map, hop.endsAt));
      const beat = telling.beats.findLastIndex((one) => one.startMs <= startMs);
      const style = packet.purpose === "dns-query" || packet.purpose === "dns-answer" ? "dns" : refusing(packet) ? "refusal" : "traffic";
      addMotion(telling, packet, i, { startMs, endMs }, style, true, Math.max(0, beat));
      telling.beats[Math.max(0, beat)]?.hops.push([packet.index, i]);
    });
  }
}

export function finish(telling: Telling): Choreography {
  const { journey, scene } = telling.input;
  const totalMs = telling.now;
  const beats = telling.beats.map((draft, i): Beat => ({ ...draft, number: i + 1, stillMs: Math.min(draft.stillMs, totalMs) }));
  const cues: Cue[] = telling.cues.map((cue) => ({ ...cue, endMs: Math.min(cue.endMs, totalMs + 1) }));
  cues.unshift({ kind: "sender", startMs: 0, endMs: totalMs - 60, place: telling.senderPlace });
  const order = telling.motions.map((motion, i) => ({ motion, i })).sort((a, b) => a.motion.startMs - b.motion.startMs || a.i - b.i);
  return {
    journey: journey.id,
    totalMs,
    beats,
    motions: order.map(({ motion }) => motion),
    cues,
    stops: placeStops(scene, beats, telling.motions),
    arrivals: arrivalOf(telling),
    past: pastOf(telling.input),
    stream: null,
    motion: "full",
    full: null,
    summary: summaryOf(journey, telling.names, beats.length) + rewrittenWords(packetOut(journey), telling.names),
    trouble: journey.outcome.kind !== "delivered",
    clock: telling.clock,
  };
}

/** When the packet shrinks into the Pod that answers it: the last fifth of its delivery. */
function arrivalOf({ input, motions }: Telling): Choreography["arrivals"] {
  const { journey } = input;
  if (journey.pod === null || journey.outcome.kind !== "delivered") return [];
  const out = storyOf(journey).out;
  const last = motions.findLast((motion) => motion.packet === out && !motion.folded && motion.kind === "deliver");
  if (last === undefined) return [];
  return [{ atMs: last.startMs + (last.endMs - last.startMs) * 0.8, journey: journey.id, pod: journey.pod }];
}

/** The trail of the request before, where the picture still shows all the places that it visited. */
function pastOf({ earlier, scene }: ChoreographInput): Choreography["past"] {
  const before = earlier?.at(-1);
  if (before === undefined) return [];
  const packet = packetOut(before);
  const { pods } = indexOf(scene);
  const there = packet?.hops.every((hop) => hop.to.kind !== "pod" || pods.get(hop.to.pod) !== undefined) ?? false;
  if (packet === null || !there) return [];
  const points = join(packetPaths(scene, packet.hops));
  return points.length > 1 ? [{ fromMs: 0, points }] : [];
}

function packetOut(journey: Journey): PacketTrace | null {
  const { out } = storyOf(journey);
  return out === null ? null : (journey.packets[out] ?? null);
}
