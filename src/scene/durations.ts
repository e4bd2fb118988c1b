/** How long each kind of hop is shown, ms at speed 1 (DESIGN 5; the same numbers as the --hop-* tokens). */
import { unreachable } from "../core/base/names.ts";
import type { Hop } from "../core/network/trace.ts";
import { rewroteFirst } from "./bars.ts";
import { policyStopOf } from "../core/base/policy-stop.ts";

export const SHOW = {
  birth: 240,
  leave: 360,
  /** Per rule considered; at most `matchMost` are shown one by one. */
  match: 150,
  matchMost: 6,
  choose: 280,
  rewrite: 520,
  hold: 280,
  /** A known connection: the link glyph, no matching. */
  known: 120,
  crossNode: 640,
  crossZone: 920,
  enter: 260,
  deliver: 320,
  /** Chosen Pod on the sender's own node: the packet turns at the gate. */
  turn: 160,
  dnsLeg: 480,
  dnsTry: 300,
  stop: 420,
  /** A refusal's way back to a sender on the same node. */
  refusal: 360,
  restore: 310,
  /** Replies run at 60% of the forward time. */
  replyFactor: 0.6,
  /** The connection's other packets, at once. */
  rest: 360,
  /** The sender's ring while nothing comes back. */
  wait: 1200,
  /** Reduced motion: cross-fade and hold of a still picture. */
  fade: 120,
  still: 1400,
} as const;

/** What a gate takes beside its plain time: rules to count, a choice to make. */
export interface GateWork {
  readonly rules: number;
  readonly chose: boolean;
}

/** How long a hop is shown; `work` is read for rewrites and for what rules stop. */
export function durationOf(hop: Hop, direction: "out" | "back", work: GateWork): number {
  const factor = direction === "back" ? SHOW.replyFactor : 1;
  switch (hop.kind) {
    case "send":
      return SHOW.birth * factor;
    case "leave":
      return SHOW.leave * factor;
    case "enter-cluster":
    case "leave-cluster":
      return SHOW.crossNode * factor;
    case "pass":
      return SHOW.enter * factor;
    case "rewrite":
      return matchMs(work) + (work.chose ? SHOW.choose : 0) + SHOW.rewrite + SHOW.hold;
    case "known":
      return direction === "back" ? SHOW.restore : SHOW.known;
    case "restore":
      return SHOW.restore;
    case "drop":
      if (rewroteFirst(hop)) return matchMs(work) + (work.chose ? SHOW.choose : 0) + SHOW.rewrite + SHOW.deliver + SHOW.stop;
      return policyStopOf(hop.rule) === null ? matchMs(work) + SHOW.stop : SHOW.enter + SHOW.stop;
    case "reject":
      return matchMs(work) + SHOW.stop;
    case "refuse":
      return SHOW.stop;
    case "cross":
      return (hop.sameZone ? SHOW.crossNode : SHOW.crossZone) * factor;
    case "deliver":
      return SHOW.deliver * factor;
    case "accept":
      return 0;
    case "lost":
      return SHOW.leave + SHOW.stop;
    default:
      return unreachable(hop);
  }
}

/** Time to count the rules considered. */
export function matchMs(work: GateWork): number {
  return Math.min(work.rules, SHOW.matchMost) * SHOW.match;
}
