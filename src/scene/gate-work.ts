/** What a gate's walk through the rules tells the picture: how many were considered, what the odds were, what is said. */
import { unreachable } from "../core/base/names.ts";
import { masqueradedByPlugin } from "../core/base/plugin-masquerade.ts";
import type { NamespacedName } from "../core/base/names.ts";
import type { Hop, Journey, RuleStep } from "../core/network/trace.ts";
import type { ServiceView } from "../core/simulation/view.ts";
import { rewroteFirst } from "./bars.ts";
import type { GateShow } from "./contract.ts";
import { SHOW } from "./durations.ts";
import type { GateWork } from "./durations.ts";
import { destinationText, sourceText } from "./naming.ts";
import type { Names } from "./naming.ts";
import { policyStopOf } from "../core/base/policy-stop.ts";
import { dropText, rejectText } from "./words.ts";

export type GateHop = Extract<Hop, { readonly walks: readonly unknown[] }>;

export function isGateHop(hop: Hop): hop is GateHop {
  return "walks" in hop;
}

type StepOfRule = Extract<RuleStep, { readonly kind: "rule" }>;

/** Rules of the nat table that were looked at one by one, in order, up to the one that replaced the destination. */
function natRules(hop: GateHop): readonly StepOfRule[] {
  const rules = hop.walks.filter((walk) => walk.table === "nat").flatMap((walk) => walk.steps.filter((step) => step.kind === "rule"));
  const dnat = rules.findIndex((step) => step.did?.kind === "dnat");
  return dnat < 0 ? rules : rules.slice(0, dnat + 1);
}

/** How much there is to show before the address changes. */
export function gateWork(hop: Hop): GateWork {
  if (!isGateHop(hop)) return { rules: 0, chose: false };
  if (hop.kind === "rewrite" || rewroteFirst(hop)) {
    const rules = natRules(hop);
    return {
      rules: Math.max(1, rules.length),
      chose: hop.before.dst !== hop.after.dst && rules.some((step) => step.draw !== null || remembered(step)),
    };
  }
  if (hop.kind === "drop" && policyStopOf(hop.rule) !== null) return { rules: 0, chose: false };
  if (hop.kind === "reject" || hop.kind === "drop") {
    const considered = hop.walks.flatMap((walk) => walk.steps.filter((step) => step.kind === "rule"));
    return { rules: Math.max(1, considered.length), chose: false };
  }
  return { rules: 0, chose: false };
}

/** Session affinity: a rule found the sender in its list (`-m recent --rcheck`). */
function remembered(step: StepOfRule): boolean {
  return step.result === "matched" && step.rule.text.includes("--rcheck");
}

/**
 * Nanoseconds until the sender's entry in the affinity list would have expired: the rule's `--seconds` less the time
 * since an earlier connection of the sender put it there (`--set`, which each new connection does again). null where
 * none of the earlier requests tells.
 */
function timeLeft(hop: GateHop, step: StepOfRule, earlier: readonly Journey[]): number | null {
  const seconds = / --seconds (\d+)/.exec(step.rule.text)?.[1];
  const list = / --name (\S+)/.exec(step.rule.text)?.[1];
  if (seconds === undefined || list === undefined) return null;
  for (let i = earlier.length - 1; i >= 0; i--) {
    const set = earlier[i]?.packets
      .flatMap((packet) => packet.hops)
      .find(
        (other) => other.kind === "rewrite" && other.node === hop.node && other.before.src === hop.before.src && remembers(other, list),
      );
    if (set === undefined) continue;
    const left = Number(seconds) * 1e9 - (hop.at - set.at);
    return left > 0 ? left : null;
  }
  return null;
}

/** A rule put the sender into the list: kube-proxy sets it by the match of the DNAT rule itself. */
function remembers(hop: GateHop, list: string): boolean {
  const sets = (step: RuleStep): boolean =>
    step.kind === "rule" && step.result === "matched" && step.rule.text.includes(` --set --name ${list} `);
  return hop.walks.some((walk) => walk.steps.some(sets));
}

/** `3 h`, `2 h 59 min`, `59 min 30 s`, `42 s`: rounded up to the second. */
function leftText(nanos: number): string {
  const seconds = Math.ceil(nanos / 1e9);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const parts = [`${hours} h`, `${minutes} min`, `${rest} s`];
  const first = hours > 0 ? 0 : minutes > 0 ? 1 : 2;
  return parts
    .slice(first, first + 2)
    .filter((part, i) => i === 0 || !part.startsWith("0 "))
    .join(" ");
}

export interface Choice {
  readonly chances: readonly { readonly pod: NamespacedName; readonly text: string }[];
  /** What decides, for the gate. */
  readonly text: string;
}

/**
 * What the rules' odds gave each candidate: exact for those whose rule was drawn for, and for the others the rest in
 * equal parts where all drawn before were equal. null where nothing was chosen.
 */
export function choiceOf(hop: GateHop, service: ServiceView | null, earlier: readonly Journey[] = []): Choice | null {
  const rules = natRules(hop);
  const same = rules.find(remembered);
  if (same !== undefined) {
    const left = timeLeft(hop, same, earlier);
    return { chances: [], text: left === null ? "same as before" : `same as before, ${leftText(left)} left` };
  }
  const draws = rules.filter((step) => step.draw !== null);
  if (draws.length === 0) return null;
  const chances = new Map<string, number>();
  let left = 1;
  for (const step of draws) {
    const endpoint = step.rule.origin?.endpoint;
    const below = step.draw?.below ?? 0;
    if (endpoint !== undefined) chances.set(endpoint, left * below);
    left *= 1 - below;
  }
  fillTheRest(chances, left, hop, service);
  const podOf = new Map<string, NamespacedName | null>(
    (service?.endpoints ?? []).flatMap((one) => one.ports.map((port) => [`${one.address}:${port.port}`, one.pod] as const)),
  );
  return {
    chances: [...chances].flatMap(([endpoint, share]) => {
      const pod = podOf.get(endpoint) ?? null;
      return pod === null ? [] : [{ pod, text: `${Math.round(share * 100)}%` }];
    }),
    text: `random, one of ${Math.max(chances.size, service?.endpoints.filter((one) => one.ready).length ?? 0)}`,
  };
}

function fillTheRest(chances: Map<string, number>, left: number, hop: GateHop, service: ServiceView | null): void {
  const shares = [...chances.values()];
  const equal = shares.every((share) => Math.abs(share - (shares[0] ?? share)) < 1e-6);
  const chosen = destinationText(hop.after);
  const others: readonly string[] = (service?.endpoints ?? [])
    .filter((one) => one.ready)
    .flatMap((one) => one.ports.map((port) => `${one.address}:${port.port}`))
    .filter((endpoint) => !chances.has(endpoint));
  if (others.length === 0 || left <= 0) return;
  if (others.length === 1 && others[0] === chosen) chances.set(chosen, left);
  else if (equal && Math.abs(left / others.length - (shares[0] ?? 0)) < 1e-6)
    for (const endpoint of others) chances.set(endpoint, left / others.length);
}

/** What the gate says from the moment the address changes or the packet stops; null where it keeps silent. */
export function gateShow(hop: Hop, names: Names): GateShow | null {
  switch (hop.kind) {
    case "rewrite": {
      const service = names.service(hop.servicePort)?.name ?? null;
      return {
        kind: "rewriting",
        service,
        to: hop.changed.destination ? destinationText(hop.after) : "",
        masquerade: hop.changed.source ? sourceText(hop.after) : null,
        ...(masqueradedByPlugin(hop) ? { byPlugin: true } : {}),
      };
    }
    case "known":
      return { kind: "known", to: hop.changed.destination ? destinationText(hop.after) : sourceText(hop.after) };
    case "restore":
      return { kind: "restoring", service: null, to: hop.changed.source ? sourceText(hop.after) : destinationText(hop.after) };
    case "reject":
      return { kind: "refusing", text: rejectText(hop, names) };
    case "drop":
      // policies speak at the Pod's bar
      if (rewroteFirst(hop))
        return {
          kind: "rewriting",
          service: names.service(hop.servicePort)?.name ?? null,
          to: destinationText(hop.after),
          masquerade: null,
        };
      if (policyStopOf(hop.rule) !== null) return null;
      return { kind: "dropping", text: dropText(hop, names) };
    case "send":
    case "leave":
    case "enter-cluster":
    case "leave-cluster":
    case "pass":
    case "cross":
    case "deliver":
    case "accept":
    case "refuse":
    case "lost":
      return null;
    default:
      return unreachable(hop);
  }
}

/** The counting of rules before a rewrite or a stop. */
export function matchingShow(work: GateWork, service: string | null, nodePort: number | null = null): GateShow {
  return { kind: "matching", rules: work.rules, shown: Math.min(work.rules, SHOW.matchMost), service, nodePort };
}

/** The node port that the packet came for, where that is what caught it. */
export function nodePortOf(hop: GateHop, service: ServiceView | null, names: Names): number | null {
  const { dst, dstPort } = hop.before;
  const asked = service?.ports.some((port) => port.nodePort === dstPort) ?? false;
  return asked && names.holder(dst)?.kind === "node" ? dstPort : null;
}

/** The endpoint Pod that a rewrite chose, when it is one of the cluster's. */
export function chosenPod(hop: Hop, names: Names): NamespacedName | null {
  if (!rewroteFirst(hop) && (hop.kind !== "rewrite" || !hop.changed.destination)) return null;
  return names.podAt(hop.after.dst)?.key ?? null;
}
