/**
 * Why a request failed, or would fail: reads the trace and the cluster, and says which one thing to change. Nothing is
 * guessed from outcomes alone: each check looks at what is stored, at what the rules did, and at who listens.
 *
 *   journey or (from, to) ─▶ facts ─▶ nine findings ─▶ the first that explains the end = the cause
 */
import type { Journey, Sender } from "../network/trace.ts";
import { checkBalancer } from "./check-balancer.ts";
import { checkDns } from "./check-dns.ts";
import { checkEndpoints, checkReadiness, checkSelector } from "./check-members.ts";
import { checkPolicy } from "./check-policy.ts";
import { checkTargetPort } from "./check-port.ts";
import { checkExists, checkNamespace } from "./check-service.ts";
import { factsOf, type Asked } from "./facts.ts";
import { CHECKS, type Cause, type Check, type CheckId, type CheckState, type Diagnosis, type Finding, type Findings } from "./types.ts";
import { causeOf } from "./verdict.ts";

/** Why this request ended as it did, with the cluster as it is now; null where its destination cannot be read. */
export function diagnoseJourney(run: Asked, journey: Journey): Diagnosis | null {
  return diagnose(run, { journey, from: journey.from, to: journey.to });
}

/** What would become of such a request now, by the rules as they are; nothing is sent. */
export function diagnoseRequest(run: Asked, from: Sender, to: string): Diagnosis | null {
  return diagnose(run, { journey: null, from, to });
}

function diagnose(
  run: Asked,
  question: { readonly journey: Journey | null; readonly from: Sender; readonly to: string },
): Diagnosis | null {
  const facts = factsOf(run, question);
  if (facts === null) return null;
  // A check may look at those before it.
  let found: Findings = { exists: checkExists(facts), namespace: checkNamespace(facts) };
  found = {
    ...found,
    selector: checkSelector(facts, found),
    "target-port": checkTargetPort(facts),
    policy: checkPolicy(facts),
    readiness: checkReadiness(facts),
  };
  found = { ...found, endpoints: checkEndpoints(facts, found) };
  found = { ...found, dns: checkDns(facts, found) };
  found = { ...found, balancer: checkBalancer(facts, found) };
  const cause = causeOf(facts, found);
  return {
    journey: question.journey?.id ?? null,
    from: question.from,
    to: question.to,
    service: facts.service?.key ?? null,
    cause,
    checks: CHECKS.map((id) => checkOf(id, found[id], cause)),
  };
}

function checkOf(id: CheckId, finding: Finding | undefined, cause: Cause | null): Check {
  if (finding === undefined) throw new Error(`check ${id} was not made`);
  return { id, state: stateOf(id, finding, cause), says: finding.says, shown: finding.shown ?? null };
}

function stateOf(id: CheckId, finding: Finding, cause: Cause | null): CheckState {
  switch (finding.state) {
    case "passes":
      return { kind: "passes" };
    case "does-not-apply":
      return { kind: "does-not-apply" };
    case "fails":
      return finding.because === undefined || cause?.check === id ? { kind: "breaks" } : { kind: "follows", from: finding.because };
  }
}
