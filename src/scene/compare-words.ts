/** In what two journeys differ, in words: how it was, and how it is now. Closed switches over the kinds of steps. */
import { unreachable } from "../core/base/names.ts";
import { policyStopOf, policyText } from "../core/base/policy-stop.ts";
import { rewroteFirst } from "./bars.ts";
import type { Between, Relation, Row } from "./compare.ts";
import type { Choosing, Side, Step } from "./compare-steps.ts";
import { destinationText, sourceText } from "./naming.ts";
import { passText } from "./policy-words.ts";
import { proxyDrop } from "./proxy-words.ts";
import { dropText, lostText } from "./words.ts";

export interface Difference {
  readonly before: Side;
  readonly after: Side;
  readonly between: Between;
  readonly verdict: Relation;
  /** The first row that differs; null where none does. */
  readonly row: Row | null;
}

/** "Before the edit node-1 rejected the packet: web had no endpoints. Now node-1 rewrites the destination to 10.244.2.6:80." */
export function differenceWords({ before, after, between, verdict, row }: Difference): string {
  if (row === null || verdict === "same") {
    const noMatter = between === "nothing" ? "" : `: the ${between} made no difference to this one`;
    return `Both requests went the same way${noMatter}.`;
  }
  if (verdict === "chance") return chanceWords(before, after, between);
  const was = row.before === null ? null : clause(row.before, before, row.after).past;
  const is = row.after === null ? null : clause(row.after, after, row.before).present;
  const [then, now] =
    between === "nothing" ? [`In request ${before.journey.id}`, `In request ${after.journey.id}`] : [`Before the ${between}`, "Now"];
  if (was === null) return `${then} there was no such step. ${now} ${is}.`;
  return `${then} ${was}. ${now} ${is ?? "there is no such step"}.${drawnToo(row)}`;
}

/** Beside what differs, the draw may have given another address. */
function drawnToo({ before, after }: Row): string {
  const drawn = before?.choosing?.by === "draw" && after?.choosing?.by === "draw" && before.choosing.of === after.choosing.of;
  return drawn && before.after.dst !== after.after.dst ? " That another endpoint was drawn is chance." : "";
}

function chanceWords(before: Side, after: Side, between: Between): string {
  const [one, other] = [chosen(before), chosen(after)];
  const not = between === "nothing" ? "" : `, not the ${between}`;
  return one === other
    ? `Both requests went the same way, but for a draw: that is chance${not}.`
    : `Both requests went the same way. The first was drawn to ${one}, this one to ${other}: that is chance${not}.`;
}

function chosen({ journey, names }: Side): string {
  return journey.pod === null ? (journey.endpoint ?? journey.node ?? journey.to) : names.pod(journey.pod);
}

/** What happened at a step, as it is said of the past and of the present. */
interface Clause {
  readonly past: string;
  readonly present: string;
}

/** `other`: the step beside it, which decides what is worth saying. */
function clause(step: Step, side: Side, other: Step | null): Clause {
  const { names, sender, journey } = side;
  const { kind, hop } = step;
  const to = names.place(step.place);
  switch (kind) {
    case "lookup":
      return lookupClause(side);
    case "send":
    case "leave": {
      const holder = names.holder(step.before.dst);
      const whom = holder === null ? destinationText(step.before) : `${holder.name} at ${destinationText(step.before)}`;
      return { past: `${sender} sent to ${whom}`, present: `${sender} sends to ${whom}` };
    }
    case "enter-cluster":
      return { past: `the packet came to ${to}`, present: `the packet comes to ${to}` };
    case "rewrite":
      return rewriteClause(step, side, other);
    case "known":
      return {
        past: `${to} knew the connection and kept to ${destinationText(step.after)}`,
        present: `${to} knows the connection and keeps to ${destinationText(step.after)}`,
      };
    case "restore":
      return { past: `${to} put the address back`, present: `${to} puts the address back` };
    case "pass": {
      const by = hop !== null && "walks" in hop ? passText(hop) : null;
      const why = by === null ? "" : `: ${by}`;
      return { past: `${to} let the packet through${why}`, present: `${to} lets the packet through${why}` };
    }
    case "reject":
      return rejectClause(step, side);
    case "drop":
      return dropClause(step, side);
    case "cross":
      return { past: `the packet crossed to ${to}`, present: `the packet crosses to ${to}` };
    case "leave-cluster":
      return { past: `the packet left the cluster for ${to}`, present: `the packet leaves the cluster for ${to}` };
    case "deliver":
    case "accept":
      return {
        past: `${to} took the packet on port ${step.after.dstPort}`,
        present: `${to} takes the packet on port ${step.after.dstPort}`,
      };
    case "refuse": {
      const port = step.after.dstPort;
      return {
        past: `${to} refused the packet: nothing listened on port ${port}`,
        present: `${to} refuses the packet: nothing listens on port ${port}`,
      };
    }
    case "lost": {
      const why = hop?.kind === "lost" ? lostText(hop.why) : "nobody took it";
      return { past: `the packet was lost: ${why}`, present: `the packet is lost: ${why}` };
    }
    case "reply":
      return step.trouble
        ? { past: "a refusal came back", present: "a refusal comes back" }
        : { past: `an answer came back, ${step.detail}`, present: `an answer comes back, ${step.detail}` };
    case "home": {
      const says = step.detail === "" ? "" : `: ${step.detail}`;
      return { past: `${sender} had its answer${says}`, present: `${sender} has its answer${says}` };
    }
    case "wait":
      return { past: `${sender} waited for an answer from ${journey.to}`, present: `${sender} waits for an answer from ${journey.to}` };
    default:
      return unreachable(kind);
  }
}

function lookupClause({ journey, sender, steps }: Side): Clause {
  const { lookup } = journey;
  if (lookup === null) return { past: `${sender} needed no name`, present: `${sender} needs no name` };
  const { name, addresses, error } = lookup;
  if (error === null && addresses.length > 0) {
    const at = addresses.length > 3 ? `${addresses.length} addresses` : addresses.join(", ");
    return { past: `the name ${name} led to ${at}`, present: `the name ${name} leads to ${at}` };
  }
  const detail = steps.find(({ kind }) => kind === "lookup")?.detail ?? "";
  if (detail.startsWith("no such name")) return { past: `nobody knew the name ${name}`, present: `nobody knows the name ${name}` };
  return { past: `the look-up of ${name} failed: ${detail}`, present: `the look-up of ${name} fails: ${detail}` };
}

function rewriteClause(step: Step, { names }: Side, other: Step | null): Clause {
  const { hop, choosing } = step;
  const node = names.place(step.place);
  const destination = hop?.kind !== "rewrite" || hop.changed.destination;
  const source = hop?.kind === "rewrite" && hop.changed.source;
  const what = [
    ...(destination ? [`the destination to ${destinationText(step.after)}`] : []),
    ...(source ? [`the source to ${sourceText(step.after)}`] : []),
  ].join(" and ");
  const how = choosing === null || other?.choosing === null || other === null ? "" : howChosen(choosing, other.choosing);
  const also = choosing?.remembers === true && choosing.by !== "memory" && other?.choosing !== null && other?.choosing?.remembers === false;
  return {
    past: `${node} rewrote ${what}${how}${also ? ", and remembered the sender" : ""}`,
    present: `${node} rewrites ${what}${how}${also ? ", and remembers the sender for its next requests" : ""}`,
  };
}

/** Said only where the other was chosen in another way. */
function howChosen(one: Choosing, other: Choosing): string {
  if (one.by === other.by && one.of === other.of) return "";
  if (one.by === "memory") return ", which it remembers for this sender";
  return one.by === "only" ? ", the only endpoint that its rules name" : `, drawn from ${one.of} endpoints`;
}

function rejectClause({ hop, place }: Step, { names }: Side): Clause {
  const node = names.place(place);
  if (hop?.kind !== "reject") return { past: `${node} rejected the packet`, present: `${node} rejects the packet` };
  const service = hop.rule.own === undefined ? names.service(hop.servicePort ?? hop.rule.origin?.servicePort ?? null) : null;
  const at = hop.node;
  if (hop.rule.own !== undefined)
    return { past: `a rule of your own on ${at} rejected the packet`, present: `a rule of your own on ${at} rejects the packet` };
  if (service === null) return { past: `a rule on ${at} rejected the packet`, present: `a rule on ${at} rejects the packet` };
  return {
    past: `${at} rejected the packet: ${service.name} had no endpoints`,
    present: `${at} rejects the packet: ${service.name} has no endpoints`,
  };
}

function dropClause({ hop, place }: Step, { names }: Side): Clause {
  if (hop?.kind !== "drop") return { past: `${names.place(place)} dropped the packet`, present: `${names.place(place)} drops the packet` };
  const { node } = hop;
  const stop = policyStopOf(hop.rule);
  const service = names.service(hop.servicePort ?? hop.rule?.origin?.servicePort ?? null);
  const [past, present] = rewroteFirst(hop)
    ? [
        `${node} rewrote the destination to ${destinationText(hop.after)} and dropped the packet`,
        `${node} rewrites the destination to ${destinationText(hop.after)} and drops the packet`,
      ]
    : [`${node} dropped the packet`, `${node} drops the packet`];
  if (stop !== null) {
    const many = stop.policies.includes(",");
    const where = stop.direction === "in" ? `let it in to ${names.pod(stop.pod)}` : `let ${names.pod(stop.pod)} send it`;
    return {
      past: `${past}: ${policyText(stop)} did not ${where}`,
      present: `${present}: ${policyText(stop)} ${many ? "do" : "does"} not ${where}`,
    };
  }
  const why = proxyDrop(hop.rule, node, service?.name ?? null)?.reason ?? dropText(hop, names);
  return { past: `${past}: ${why}`, present: `${present}: ${why}` };
}
