/** Which of the checks that fail is the cause: the first one, in the order of traffic, that explains how the request ended. */
import { nodeDown } from "./check-members.ts";
import type { Evidence, Stop } from "./evidence.ts";
import type { Facts } from "./facts.ts";
import { CHECKS, type Cause, type CheckId, type Findings, type FoundCause } from "./types.ts";
import { senderName } from "./words.ts";

export function causeOf(facts: Facts, found: Findings): Cause | null {
  const { evidence, journey } = facts;
  // Of a request that was answered nothing is wrong; of one that would be answered something beside it may be.
  if (evidence.kind === "fine" && journey !== null) return null;
  for (const id of suspects(evidence)) {
    const finding = found[id];
    if (finding?.state !== "fails") continue;
    const at = finding.because ?? id;
    const first = found[at];
    if (first?.state === "fails" && first.because === undefined) return causeAt(at, first);
  }
  return evidence.kind === "fine" ? null : causeAt(null, unexplained(facts, evidence));
}

function causeAt(check: CheckId | null, { code, title, why, fix, source, policies }: FoundCause): Cause {
  return { code, check, title, why, fix: fix ?? null, source: source ?? null, policies: policies ?? [] };
}

/** The checks that can explain such an end, in the order in which they are asked. */
function suspects(evidence: Evidence): readonly CheckId[] {
  switch (evidence.kind) {
    case "fine":
      return CHECKS;
    case "no-name":
      return ["dns", "exists", "namespace"];
    case "stopped":
      return evidence.dns ? ["dns", "policy"] : evidence.back ? [] : suspectsOfStop(evidence.by);
    case "silence":
    case "closed":
    case "unmodelled":
      return [];
  }
}

function suspectsOfStop(by: Stop): readonly CheckId[] {
  switch (by.kind) {
    case "policy":
      return ["policy"];
    case "rule":
      return by.says === "source-ranges"
        ? ["balancer"]
        : by.says === null
          ? []
          : ["namespace", "selector", "endpoints", "readiness", "target-port"];
    case "port":
      return ["exists", "target-port"];
    case "lost":
      return ["exists", "balancer", "dns", "endpoints"];
    case "node":
    case "way-back":
    case "unmodelled":
      return [];
  }
}

// ---- what none of the nine checks looks at --------------------------------------------------------------------------

function unexplained(facts: Facts, evidence: Exclude<Evidence, { readonly kind: "fine" }>): FoundCause {
  const { view, target, journey } = facts;
  switch (evidence.kind) {
    case "stopped":
      return byStop(facts, evidence);
    case "no-name":
      return {
        code: "no-such-name",
        title: `${target.host} has no address`,
        why: `No name server that ${senderName(view, facts.from)} asks knows it.`,
      };
    case "silence": {
      const who = journey?.pod == null ? "The endpoint" : (view.pods.find(({ key }) => key === journey.pod)?.shortName ?? journey.pod);
      return {
        code: "slow",
        title: `${who} did not answer in time`,
        why: `No packet was stopped. ${who} has the request, and its answer would come later than the client waits.`,
      };
    }
    case "closed":
      return {
        code: "connection-lost",
        title: "The connection is no more",
        why: `The other end closed it, or its process ended, while the client still used it.${journey === null || journey.clientSays === "" ? "" : ` The client says: \`${journey.clientSays}\``}`,
      };
    case "unmodelled":
      return {
        code: "unmodelled",
        title: "This is not modelled",
        why: `The packet met something that the simulator does not model: ${evidence.what}.`,
      };
  }
}

type Stopped = Extract<Evidence, { readonly kind: "stopped" }>;

function byStop(facts: Facts, { by, header, back }: Stopped): FoundCause {
  const way = back ? "answer" : "packet";
  switch (by.kind) {
    case "rule":
      return by.rule.own === undefined
        ? { code: "a-rule", title: `A rule of ${by.node} stops the ${way}`, why: `\`${by.rule.text}\`` }
        : { code: "own-rule", title: `A rule of your own stops the ${way}`, why: `On ${by.node}: \`${by.rule.text}\`` };
    case "policy":
      return { code: "policy", title: `Network policies stop the ${way}`, why: `${by.stop.policies} on ${by.node}.` };
    case "node":
      return {
        code: "a-rule",
        title: `${by.node} drops the ${way}`,
        why: "No rule takes it, and the policy of the chain is DROP, or the kernel takes it out.",
      };
    case "port":
      return {
        code: "connection-lost",
        title: `Nobody took the ${way}`,
        why: `The process that listens on ${header.dst}:${header.dstPort} was not there at that moment.`,
      };
    case "lost": {
      const down = by.why === "node-down" ? nodeDown(facts, by.node) : null;
      return down ?? { code: "no-route", title: `The ${way} got lost`, why: LOST[by.why](header.dst) };
    }
    case "way-back":
      return {
        code: "way-back",
        title: "The answer does not find back",
        why: "The request arrives. Its answer goes another way than the request came, past the node that had translated the address.",
      };
    case "unmodelled":
      return {
        code: "unmodelled",
        title: "This is not modelled",
        why: `The packet met something that the simulator does not model: ${by.what}.`,
      };
  }
}

const LOST: { readonly [why in Extract<Stop, { kind: "lost" }>["why"]]: (dst: string) => string } = {
  "no-route": (dst) => `No rule caught it and no route leads to ${dst}: it left by the default route, and nobody answers for it.`,
  "nobody-has-the-address": (dst) => `Nobody has ${dst}: the node that asks for it gets no answer.`,
  "hop-limit": () => "It went round in circles until its hop limit was used up.",
  "pod-gone": (dst) => `The Pod that had ${dst} is gone.`,
  "node-down": () => "The node that it was sent to is down.",
  "no-healthy-node": () => "The load balancer found no healthy node for it.",
  "source-not-allowed": () => "The load balancer takes nothing from that address.",
};
