/**
 * Where the play stops by itself: at a rule that matches, at a packet that is stopped, at a change of endpoints, at a request
 * that is lost. Pure; `watch/breaking.ts` carries it out.
 */
import type { Hop, Journey } from "../../core/network/trace.ts";
import type { RuleRef } from "../../core/netfilter/rules.ts";
import type { TimelineEvent } from "../../core/simulation/view.ts";
import type { Choreography } from "../../scene/contract.ts";
import type { Loss, TrafficUpdate } from "../../worker/protocol.ts";

/** A rule is known by node, table, chain and text: its place in the chain changes as others come and go. */
export type Breakpoint =
  | { readonly kind: "rule"; readonly node: string; readonly table: string; readonly chain: string; readonly text: string }
  /** A packet is dropped, refused or reset. */
  | { readonly kind: "stopped" }
  | { readonly kind: "endpoints" }
  | { readonly kind: "lost" };

export function breakpointAt({ node, table, chain, text }: RuleRef): Breakpoint {
  return { kind: "rule", node, table, chain, text };
}

export function sameBreakpoint(a: Breakpoint, b: Breakpoint): boolean {
  if (a.kind !== "rule" || b.kind !== "rule") return a.kind === b.kind;
  return a.node === b.node && a.table === b.table && a.chain === b.chain && a.text === b.text;
}

/** With it where it was not, without it where it was. */
export function toggled(breakpoints: readonly Breakpoint[], one: Breakpoint): readonly Breakpoint[] {
  const without = breakpoints.filter((other) => !sameBreakpoint(other, one));
  return without.length < breakpoints.length ? without : [...breakpoints, one];
}

/** A moment of a request's story at which it stops, in ms of show time, and why. */
export interface Break {
  readonly showMs: number;
  readonly why: string;
}

const STOPPED: ReadonlySet<Hop["kind"]> = new Set(["drop", "reject", "refuse", "lost"]);

/** In order of show time; at most one a beat. */
export function breaksOf(choreography: Choreography, journey: Journey, breakpoints: readonly Breakpoint[]): readonly Break[] {
  if (breakpoints.length === 0) return [];
  return choreography.beats.flatMap((beat) => {
    const hops = beat.hops.flatMap(([packet, hop]) => journey.packets[packet]?.hops[hop] ?? []);
    const why = hops.map((hop) => whyStopped(hop, breakpoints)).find((one) => one !== null);
    return why == null ? [] : [{ showMs: beat.stillMs, why }];
  });
}

function whyStopped(hop: Hop, breakpoints: readonly Breakpoint[]): string | null {
  if ("walks" in hop) {
    for (const { steps } of hop.walks) {
      for (const step of steps) {
        if (step.kind !== "rule" || step.result !== "matched") continue;
        const at = breakpointAt(step.rule);
        if (breakpoints.some((one) => sameBreakpoint(one, at))) return `a rule of ${step.rule.chain} matched on ${step.rule.node}`;
      }
    }
  }
  return STOPPED.has(hop.kind) && breakpoints.some(({ kind }) => kind === "stopped") ? "the packet was stopped" : null;
}

/** The first change of endpoints among what was just told, none of which is part of the run's very beginning. */
export function endpointsChanged(told: readonly TimelineEvent[]): Extract<TimelineEvent, { kind: "slice" }> | null {
  return told.find((event) => event.kind === "slice") ?? null;
}

/** The first loss that the earlier update did not know of. */
export function newLoss(before: TrafficUpdate | null, after: TrafficUpdate | null): Loss | null {
  if (after === null || before === null || after.lost <= before.lost) return null;
  const known = new Set(before.losses.map(({ journey }) => journey));
  return after.losses.find(({ journey }) => !known.has(journey)) ?? null;
}
