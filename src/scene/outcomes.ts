/** How a request ended, in a word, a glyph and a sentence: closed switches over outcomes. */
import { policyStopOf, policyText } from "../core/base/policy-stop.ts";
import { unreachable } from "../core/base/names.ts";
import type { Journey, Outcome } from "../core/network/trace.ts";
import { brokenSummary, keptText } from "./kept-words.ts";
import { durationWords } from "./naming.ts";
import type { Names } from "./naming.ts";
import { lostText } from "./words.ts";

/** An outcome in one word, for lists and badges. */
export function outcomeWord(outcome: Outcome): string {
  switch (outcome.kind) {
    case "delivered":
      return "delivered";
    case "refused":
      return "refused";
    case "rejected":
      return "refused";
    case "dropped":
      return "dropped";
    case "lost":
      return "lost";
    case "unmodelled":
      return "not modelled";
    default:
      return unreachable(outcome);
  }
}

/** The octagon, or the tick, of an outcome. */
export function outcomeGlyph(outcome: Outcome): "done" | "reject" | "drop" {
  switch (outcome.kind) {
    case "delivered":
      return "done";
    case "refused":
    case "rejected":
      return "reject";
    case "dropped":
    case "lost":
    case "unmodelled":
      return "drop";
    default:
      return unreachable(outcome);
  }
}

/** The last sentence: result and total time, without addresses. `beats`: as many as are told; null: unsaid. */
export function summaryOf(journey: Journey, names: Names, beats: number | null): string {
  const took = durationWords(journey.endedAt - journey.sentAt);
  const hops = beats === null ? "" : `, ${beats} ${beats === 1 ? "hop" : "hops"}`;
  const service = names.service(journey.servicePort)?.name ?? null;
  const { outcome } = journey;
  switch (outcome.kind) {
    case "delivered": {
      const who = journey.pod === null ? (journey.node ?? journey.to) : names.pod(journey.pod);
      const kept = keptText(journey);
      return `Delivered to ${who} in ${took}${hops}${kept === null ? "" : `, ${kept}`}.`;
    }
    case "refused":
    case "unreachable":
      return refusedSummary(journey, names, service, outcome.kind === "refused");
    case "dropped":
      return droppedSummary(journey, names, service, took);
    case "dns-failed":
      return `No packet was sent: ${lookupFailure(journey)}.`;
    case "unmodelled":
      return `Not modelled: ${outcome.what}.`;
    default:
      return unreachable(outcome);
  }
}

function refusedSummary(journey: Journey, names: Names, service: string | null, refused: boolean): string {
  const broken = brokenSummary(journey, names);
  if (broken !== null) return broken;
  for (const packet of journey.packets) {
    for (const hop of packet.hops) {
      if (hop.kind === "reject") {
        const of = names.service(hop.servicePort ?? hop.rule.origin?.servicePort ?? null)?.name ?? service;
        return of === null ? `Refused at ${hop.node} by a rule.` : `Refused at ${hop.node}: ${of} has no endpoints.`;
      }
      if (hop.kind === "refuse") return `Refused by ${names.place(hop.to)}: nothing listens on port ${hop.after.dstPort}.`;
      if (hop.kind === "lost") return `Not reached: ${lostText(hop.why)}.`;
    }
  }
  return refused ? "Refused." : "Not reached.";
}

function lookupFailure({ lookup, packets }: Journey): string {
  if (lookup === null) return "the name was not found";
  if (lookup.error !== null) return `the look-up of ${lookup.name} failed`;
  const unanswered = lookup.queries.length > 0 && lookup.queries.every(({ rcode }) => rcode === "TIMEOUT");
  const refused = lookup.queries.length > 0 && lookup.queries.every(({ rcode }) => rcode === "ICMP");
  if (refused) return `the question for ${lookup.name} was refused: no name server is behind ${lookup.nameserver}`;
  if (!unanswered) return "the name was not found";
  const drops = packets.flatMap(({ hops }) => hops.flatMap((hop) => (hop.kind === "drop" ? [policyStopOf(hop.rule)] : [])));
  const stop = drops.find((each) => each !== null) ?? null;
  const why = stop === null ? "" : `, which ${policyText(stop)} ${stop.policies.includes(",") ? "stop" : "stops"}`;
  return `nobody answered the question for ${lookup.name}${why}`;
}

function droppedSummary(journey: Journey, names: Names, service: string | null, took: string): string {
  for (const packet of journey.packets) {
    for (const hop of packet.hops) {
      if (hop.kind === "drop") {
        const stop = policyStopOf(hop.rule);
        const by = stop === null ? "" : ` by ${policyText(stop)}`;
        return `Dropped at ${hop.node}${service === null ? "" : ` on the way to ${service}`}${by}: no answer in ${took}.`;
      }
      if (hop.kind === "lost") return `Lost: ${lostText(hop.why)}. No answer in ${took}.`;
    }
  }
  return `No answer in ${took}, from ${names.service(journey.servicePort)?.name ?? journey.to}.`;
}
