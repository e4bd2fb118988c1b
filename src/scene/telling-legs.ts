/** What every telling of a look-up needs: one way of a question, and the names of the search beside the sender. */
import type { PacketTrace } from "../core/network/trace.ts";
import type { ShowMs } from "./contract.ts";
import { SHOW } from "./durations.ts";
import { gateShow, isGateHop } from "./gate-work.ts";
import { lengthOf } from "./routes.ts";
import type { lookupCandidates } from "./story.ts";
import { addMotion, stopCue, tie } from "./telling.ts";
import type { BeatDraft, Telling } from "./telling.ts";

interface SearchTimes {
  readonly startMs: ShowMs;
  readonly endMs: ShowMs;
  readonly failed: boolean;
  /** Of each name, when it is asked for and when its answer is known. */
  readonly times: readonly { readonly atMs: ShowMs; readonly knownMs: ShowMs }[];
}

/** The names of the search by the sender. */
export function searchCue(telling: Telling, tries: ReturnType<typeof lookupCandidates>, shown: SearchTimes): void {
  const { startMs, endMs, failed, times } = shown;
  telling.cues.push({
    kind: "search",
    startMs,
    // what was found stays until the packet leaves; what was not found stays to be read
    endMs: failed ? Number.MAX_SAFE_INTEGER : endMs + SHOW.birth,
    place: telling.senderPlace,
    names: tries.map(({ name, result }, i) => ({ name, result, atMs: times[i]?.atMs ?? startMs, knownMs: times[i]?.knownMs ?? endMs })),
  });
}

/** A query out or an answer back within `legMs`, by the length of its hops; the gate says whom it is for. */
export function tellDnsLeg(telling: Telling, packet: PacketTrace, beat: BeatDraft, legMs: number = SHOW.dnsLeg): void {
  const paths = telling.paths[packet.index] ?? [];
  const weights = packet.hops.map((hop, i) => 12 + lengthOf(paths[i] ?? []) + (hop.kind === "rewrite" || hop.kind === "known" ? 60 : 0));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  packet.hops.forEach((hop, i) => {
    const stopped = hop.kind === "reject" || hop.kind === "drop" || hop.kind === "refuse" || hop.kind === "lost";
    const startMs = telling.now;
    const endMs = startMs + (legMs * (weights[i] ?? 0)) / total + (stopped ? SHOW.stop : 0);
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
    // Where the look-up failed for it, the gate says so to the end.
    const speaks = hop.kind === "reject" || hop.kind === "drop" ? gateShow(hop, telling.names) : null;
    if (speaks !== null && isGateHop(hop))
      telling.cues.push({ kind: "gate", startMs, endMs: beat.trouble ? Number.MAX_SAFE_INTEGER : endMs, node: hop.node, show: speaks });
    telling.now = endMs;
    tie(telling, startMs, hop.at);
    tie(telling, endMs, hop.endsAt);
    if (stopped) stopCue(telling, hop, i, packet, startMs);
  });
  telling.told.add(packet.index);
}
