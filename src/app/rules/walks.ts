/** What the packets of a request met on one node, as far as their walks were kept. */
import type { Family } from "../../core/base/names.ts";
import type { HookWalk } from "../../core/netfilter/walk.ts";
import type { Journey } from "../../core/network/trace.ts";
import { isGateHop, type GateHop } from "../inspector/walk.ts";

/** The family of what a walk met; null where it met nothing. */
export function familyOf({ walks }: Pick<GateHop, "walks">): Family | null {
  for (const { steps } of walks) for (const step of steps) if (step.kind === "rule") return step.rule.family;
  return null;
}

/** The gate that says most about this node: where its rules decided, else the first that was passed with walks. */
export function tellingHop(hops: readonly GateHop[], node: string): GateHop | null {
  const here = hops.filter((hop) => hop.node === node);
  return here.find(({ kind }) => kind === "rewrite" || kind === "reject" || kind === "drop") ?? here[0] ?? null;
}

/** Walks of the connection's telling hop on a node, by family. */
export function hookWalksOn(journey: Journey, node: string, family: Family): readonly HookWalk[] {
  const hops = journey.packets
    .filter(({ purpose }) => purpose !== "dns-query" && purpose !== "dns-answer")
    .flatMap((packet) => packet.hops.filter(isGateHop))
    .filter((hop) => familyOf(hop) === family);
  return tellingHop(hops, node)?.walks ?? [];
}
