/**
 * What the timeline draws, without pixels: spans of virtual time for the three lanes of one request, and an axis
 * that keeps what happens readable and skips idle gaps with a mark.
 */
import type { Journey } from "../../core/network/trace.ts";
import type { Beat, Choreography } from "../../scene/contract.ts";

export type BlockTone = "plain" | "dns" | "dns-no" | "nat" | "trouble" | "entry";

/** A span in one lane; times in virtual nanoseconds. */
export interface Block {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  readonly tone: BlockTone;
  /** Number of the hop that it is. */
  readonly hop?: number;
}

export interface Lanes {
  readonly from: number;
  readonly to: number;
  readonly dns: readonly Block[];
  readonly packet: readonly Block[];
  readonly conntrack: readonly Block[];
}

export function lanesOf(journey: Journey, choreography: Choreography): Lanes {
  const asked = choreography.beats.filter((beat) => beat.glyph === "dns");
  const [only] = asked.length === 1 ? asked : [];
  const dns = dnsBlocks(journey).map((block) => (only === undefined ? block : { ...block, hop: only.number }));
  const packet = choreography.beats.filter((beat) => beat.glyph !== "dns").map(packetBlock);
  const conntrack = conntrackBlocks(journey);
  const ends = [...dns, ...packet, ...conntrack].map((block) => block.to);
  return { from: journey.sentAt, to: Math.max(journey.sentAt + 1, ...ends), dns, packet, conntrack };
}

/** One span for each name that was asked; A and AAAA are asked together. */
function dnsBlocks(journey: Journey): Block[] {
  const byName = new Map<string, { from: number; to: number; found: boolean }>();
  for (const query of journey.lookup?.queries ?? []) {
    const span = byName.get(query.name);
    const found = query.rcode === "NOERROR" && query.answers.length > 0;
    if (span === undefined) byName.set(query.name, { from: query.at, to: query.endsAt, found });
    else byName.set(query.name, { from: Math.min(span.from, query.at), to: Math.max(span.to, query.endsAt), found: span.found || found });
  }
  return [...byName].map(([name, span]) => ({
    from: span.from,
    to: span.to,
    label: span.found ? name.replace(/\.$/, "") : `${name.replace(/\.$/, "")}: no`,
    tone: span.found ? "dns" : "dns-no",
  }));
}

function packetBlock(beat: Beat): Block {
  const tone = beat.trouble ? "trouble" : beat.glyph === "nat" ? "nat" : "plain";
  return { from: beat.at, to: beat.endsAt, label: `${beat.number} ${firstWord(beat.title)}`, tone, hop: beat.number };
}

function firstWord(title: string): string {
  return (/^(?:the )?([\p{L}\p{N}-]+)/iu.exec(title)?.[1] ?? "").toLowerCase();
}

/** The states of the connection's entry on the node where it was rewritten, each until the next. */
function conntrackBlocks(journey: Journey): Block[] {
  const connection = journey.packets.filter((packet) => packet.purpose !== "dns-query" && packet.purpose !== "dns-answer");
  const seen: { at: number; id: number; state: string }[] = [];
  for (const packet of connection) {
    for (const hop of packet.hops) {
      if (hop.kind !== "rewrite" && hop.kind !== "known" && hop.kind !== "restore") continue;
      const first = seen[0];
      if (first !== undefined && first.id !== hop.entry.id) continue;
      if (seen.at(-1)?.state !== hop.entry.state) seen.push({ at: hop.endsAt, id: hop.entry.id, state: hop.entry.state });
    }
  }
  const end = Math.max(journey.sentAt, ...connection.flatMap((packet) => packet.hops.map((hop) => hop.endsAt)));
  return seen.map((entry, i) => ({ from: entry.at, to: seen[i + 1]?.at ?? end, label: entry.state, tone: "entry" }));
}

/** A piecewise linear map from virtual time to 0..1. */
export interface Axis {
  at(nanos: number): number;
  /** Idle stretches that are drawn short: where, and how long they are. */
  readonly breaks: readonly { readonly from: number; readonly to: number }[];
  readonly ticks: readonly { readonly nanos: number; readonly label: string }[];
}

/** An idle stretch is cut when it is longer than this share of what happens. */
const IDLE_SHARE = 0.6;
const BREAK_SHARE = 0.06;
/** A block takes at least this share of the line: a hop of 20 microseconds must still be readable. */
const LEAST_SHARE = 0.05;
/** Ticks closer than this share are left out. */
const TICK_SHARE = 0.07;

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  readonly idle: boolean;
}

/**
 * The axis is in order and true at its ticks, but not to scale throughout: short blocks are stretched until they can
 * be read, idle stretches are cut short.
 */
export function axisOf(lanes: Lanes): Axis {
  const blocks = [...lanes.dns, ...lanes.packet];
  const cuts = [...new Set([lanes.from, lanes.to, ...blocks.flatMap(({ from, to }) => [from, to])])].sort((a, b) => a - b);
  const spans = cuts.slice(1).map((to, i) => ({ from: cuts[i] ?? lanes.from, to }));
  const busy = (span: { from: number; to: number }): boolean => blocks.some(({ from, to }) => from < span.to && span.from < to);
  const busyTotal = spans.filter(busy).reduce((sum, { from, to }) => sum + to - from, 0) || lanes.to - lanes.from;
  const pieces = spans.map((span): Piece => {
    const length = span.to - span.from;
    if (busy(span)) return { ...span, weight: Math.max(length, LEAST_SHARE * busyTotal), idle: false };
    const idle = length > IDLE_SHARE * busyTotal;
    return { ...span, weight: idle ? BREAK_SHARE * busyTotal : length, idle };
  });
  const total = pieces.reduce((sum, piece) => sum + piece.weight, 0) || 1;
  const at = (nanos: number): number => {
    let x = 0;
    for (const piece of pieces) {
      if (nanos <= piece.from) break;
      if (nanos < piece.to) return (x + (piece.weight * (nanos - piece.from)) / (piece.to - piece.from)) / total;
      x += piece.weight;
    }
    return Math.min(1, x / total);
  };
  return {
    at,
    breaks: pieces.filter((piece) => piece.idle).map(({ from, to }) => ({ from, to })),
    ticks: spread(ticksOf(lanes.from, pieces, busyTotal), at),
  };
}

/** Leaves out ticks that would stand on one another. */
function spread(ticks: Axis["ticks"], at: (nanos: number) => number): Axis["ticks"] {
  let last = -1;
  return ticks.filter(({ nanos }) => {
    const x = at(nanos);
    if (x - last < TICK_SHARE) return false;
    last = x;
    return true;
  });
}

function ticksOf(start: number, pieces: readonly Piece[], busyTotal: number): Axis["ticks"] {
  const step = niceStep(busyTotal / 5);
  const ticks: { nanos: number; label: string }[] = [];
  for (const piece of pieces) {
    if (piece.idle) continue;
    for (let n = Math.ceil((piece.from - start) / step); n * step + start <= piece.to; n++) {
      const nanos = start + n * step;
      if (ticks.at(-1)?.nanos !== nanos) ticks.push({ nanos, label: n === 0 ? `${(start / 1e9).toFixed(3)} s` : `+${short(n * step)}` });
    }
  }
  return ticks;
}

function short(nanos: number): string {
  const [value, unit] = nanos >= 1e9 ? [nanos / 1e9, "s"] : nanos >= 1e6 ? [nanos / 1e6, "ms"] : [nanos / 1e3, "\u00b5s"];
  return `${Number(value.toPrecision(6))} ${unit}`;
}

/** 1, 2 or 5 times a power of ten, at least the value. */
export function niceStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= value * 0.999) ?? 10 * power;
}
