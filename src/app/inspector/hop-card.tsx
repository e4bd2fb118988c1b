/** What one hop did, exactly: the rule, the header before and after, the conntrack entry, or why it stopped. */
import type { ComponentType, ReactElement, ReactNode } from "react";
import type { RuleRef } from "../../core/netfilter/rules.ts";
import type { Header, Hop, Journey } from "../../core/network/trace.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { masqueradedByPlugin } from "../../core/base/plugin-masquerade.ts";
import { policyStopOf, policyText } from "../../core/base/policy-stop.ts";
import type { Beat } from "../../scene/contract.ts";
import { policyPasses } from "../../scene/policy-words.ts";
import { policyChain } from "../../scene/own-rule-words.ts";
import { Icon } from "../parts/icons.tsx";
import { placeName, socket } from "../state/format.ts";
import { useStore } from "../state/store.ts";
import { failureOf } from "./lookup-failure.ts";
import { RuleText } from "./rule-text.tsx";
import { useRules } from "./use-answers.ts";
import { choiceOf, mainHop, odds, remarkOf, shortRule, type GateHop } from "./walk.ts";

/** The chain, what its writer remarked, and the rule. */
function StoppingRule({ rule }: { readonly rule: RuleRef }): ReactElement {
  const remark = remarkOf(rule.text);
  return (
    <>
      <span className="rule block">{rule.chain}</span>
      {remark !== null && <span className="rule block c3">{remark}</span>}
      <span className="rule">
        <RuleText text={shortRule(rule.text)} />
      </span>
    </>
  );
}

/** Whether a hop has more to show than its line. */
export function hasCard(beat: Beat, journey: Journey): boolean {
  return beat.glyph === "dns" ? journey.lookup !== null : mainHop(beat, journey) !== null;
}

interface HopCardProps {
  readonly beat: Beat;
  readonly journey: Journey;
  /** Where look-ups can be told question by question: the card of one. */
  readonly question?: ComponentType<{ readonly beat: Beat; readonly journey: Journey }>;
}

export function HopCard({ beat, journey, question: Question }: HopCardProps): ReactElement | null {
  const cluster = useStore((state) => state.cluster);
  if (cluster === null) return null;
  if (beat.glyph === "dns") return Question === undefined ? <LookupCard journey={journey} /> : <Question beat={beat} journey={journey} />;
  const hop = mainHop(beat, journey);
  return hop === null ? null : <div className="card">{partsOf(hop, cluster)}</div>;
}

function partsOf(hop: Hop, cluster: ClusterView): ReactNode {
  switch (hop.kind) {
    case "rewrite":
      return (
        <>
          <Matched hop={hop} />
          <HeaderDiff before={hop.before} after={hop.after} by={translation(hop.changed)} />
          {hop.changed.source && masqueradedByPlugin(hop) && (
            <Part label="Masquerade of the network plugin">{`The packet leaves the cluster. Outside, it comes from ${socket(hop.after.src, hop.after.srcPort)}, so its reply comes back to ${hop.node}.`}</Part>
          )}
          {hop.changed.source && !masqueradedByPlugin(hop) && (
            <Part label="Source replaced too (masquerade)">{`The Pod sees ${socket(hop.after.src, hop.after.srcPort)}, so its reply comes back this way.`}</Part>
          )}
          <Allowed hop={hop} />
          <Part label={`Conntrack entry created: ${hop.node} remembers`}>
            <span className="rule">
              replies from {socket(hop.entry.reply.src, hop.entry.reply.srcPort)}
              <br />
              go back as {socket(hop.entry.original.dst, hop.entry.original.dstPort)}
            </span>
          </Part>
        </>
      );
    case "known":
    case "restore":
      return (
        <>
          <Part label="Known connection">{`Conntrack, the memory of ${hop.node}, has its entry, ${hop.entry.state}. No nat rule is asked.`}</Part>
          <HeaderDiff before={hop.before} after={hop.after} />
        </>
      );
    case "pass":
      return (
        <>
          <Part label="No rule changed it">{passText(hop)}</Part>
          <Allowed hop={hop} />
        </>
      );
    case "reject":
      return (
        <>
          <Part label={hop.rule.own === undefined ? "Refused by this rule" : "Refused by this rule of your own"}>
            <StoppingRule rule={hop.rule} />
          </Part>
          <Part label="What the client gets">{hop.with}</Part>
        </>
      );
    case "drop":
      return <Part label={droppedBy(hop)}>{hop.rule === null ? droppedText(policyChain(hop)) : <StoppingRule rule={hop.rule} />}</Part>;
    case "refuse":
      return <Part label={`Nobody listens on port ${hop.before.dstPort}`}>{listensText(hop, cluster)}</Part>;
    case "lost":
      return <Part label="Lost">{lostText(hop)}</Part>;
    case "send":
    case "leave":
    case "enter-cluster":
    case "leave-cluster":
    case "cross":
    case "deliver":
    case "accept":
      return null;
  }
}

function droppedText(policy: string | null): string {
  return policy === null ? "The kernel took it out without a rule." : `No rule took it, and the policy of chain ${policy} is DROP.`;
}

function droppedBy({ rule }: Extract<Hop, { readonly kind: "drop" }>): string {
  const stop = policyStopOf(rule);
  if (stop !== null) return `Dropped by ${policyText(stop)}`;
  if (rule === null) return "Dropped";
  return rule.own === undefined ? "Dropped by this rule" : "Dropped by this rule of your own";
}

/** The network policies that were asked and let it pass. */
function Allowed({ hop }: { readonly hop: GateHop }): ReactElement | null {
  const passes = policyPasses(hop);
  if (passes.length === 0) return null;
  return (
    <Part label="Asked of network policies">
      {passes.map(({ direction, policy }) => (
        <span key={direction} className="block">{`${policy} lets it ${direction}`}</span>
      ))}
    </Part>
  );
}

export function Part({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactElement {
  return (
    <div>
      <p className="lbl">{label}</p>
      {children}
    </div>
  );
}

function Matched({ hop }: { readonly hop: GateHop }): ReactElement | null {
  const rules = useRules(hop.node, hop.before.dst.includes(":") ? "IPv6" : "IPv4");
  const choice = choiceOf(hop, rules);
  if (choice === null) return null;
  const { place, draw, rule } = choice;
  const which = place === null ? "Matched" : `Matched, rule ${place.number} of ${place.of}`;
  const why =
    draw !== null
      ? ` (random, ${odds(draw.below)}${place !== null && place.number > 1 ? " of the rest" : ""})`
      : rule.text.includes("--rcheck")
        ? " (same as before)"
        : place !== null && place.of > 1
          ? " (what is left)"
          : "";
  return (
    <Part label={which + why}>
      <span className="rule">{rule.chain}</span>
    </Part>
  );
}

/** What the rewriting of a header's ends is called, and what that is. */
function translation({ destination, source }: { readonly destination: boolean; readonly source: boolean }): string {
  if (destination && source) return " DNAT and SNAT";
  return destination ? " DNAT (destination rewritten)" : " SNAT (source rewritten)";
}

interface HeaderDiffProps {
  readonly before: Header;
  readonly after: Header;
  /** What was done to it, begun with a space. */
  readonly by?: string;
}

/** Both ends, the changed one struck and marked. */
export function HeaderDiff({ before, after, by = "" }: HeaderDiffProps): ReactElement {
  const rows = [
    ["src", socket(before.src, before.srcPort), socket(after.src, after.srcPort)],
    ["dst", socket(before.dst, before.dstPort), socket(after.dst, after.dstPort)],
  ] as const;
  return (
    <Part label={`Header, before and after${by}`}>
      <div className="hdr">
        {rows.map(([field, was, now]) => (
          <HeaderRow key={field} field={field} was={was} now={now} />
        ))}
      </div>
    </Part>
  );
}

function HeaderRow({ field, was, now }: { readonly field: string; readonly was: string; readonly now: string }): ReactElement {
  if (was === now) {
    return (
      <>
        <span className="f">{field}</span>
        <span>{was}</span>
        <span />
        <span className="same">unchanged</span>
      </>
    );
  }
  return (
    <>
      <span className="f">{field}</span>
      <span className="was">{breakable(was)}</span>
      <Icon name="arrow" size={12} />
      <span>
        <span className="hl">{breakable(now)}</span>
      </span>
    </>
  );
}

/** Where two addresses do not stand side by side, the port goes to the next line, not a part of a number. */
export function breakable(text: string): ReactNode {
  const colon = text.lastIndexOf(":");
  if (colon < 0) return text;
  return (
    <>
      {text.slice(0, colon)}
      <wbr />
      {text.slice(colon)}
    </>
  );
}

function passText(hop: GateHop): string {
  const asked = hop.walks.reduce(
    (sum, walk) => sum + walk.steps.reduce((rules, step) => rules + (step.kind === "skipped" ? step.count : 1), 0),
    0,
  );
  const route =
    hop.route === null
      ? ""
      : ` Route ${hop.route.prefix}${hop.route.via === null ? "" : ` via ${hop.route.via}`}, out of ${hop.route.device}.`;
  return `${asked} rules were considered on ${hop.node}; none rewrote or stopped it.${route}`;
}

function listensText(hop: Hop, cluster: ClusterView): string {
  const pod = hop.to.kind === "pod" ? cluster.pods.find((candidate) => hop.to.kind === "pod" && candidate.key === hop.to.pod) : undefined;
  const name = placeName(cluster, hop.to);
  if (pod === undefined) return `${name} answers that nothing is there.`;
  if (pod.listens.length === 0) return `${name} listens on nothing, and its kernel says so.`;
  const ports = pod.listens.map(
    (listener) => `${listener.port}${listener.protocol === "TCP" ? "" : ` ${listener.protocol}`} (${listener.because})`,
  );
  return `${name} listens on ${ports.join(", ")}. Its kernel answers with a reset.`;
}

function lostText(hop: Extract<Hop, { kind: "lost" }>): string {
  switch (hop.why) {
    case "no-route":
      return `No route leads to ${hop.before.dst}.`;
    case "nobody-has-the-address":
      return `Nobody holds ${hop.before.dst}, and no rule caught it.`;
    case "hop-limit":
      return "It went round until its hop limit was used up.";
    case "pod-gone":
      return "The Pod with that address is gone; the rules, or this flow's entry, still name it.";
    case "node-down":
      return "The node with that address is down.";
    case "no-healthy-node":
      return "The load balancer found no healthy node for it.";
    case "source-not-allowed":
      return "The load balancer takes nothing from that address: spec.loadBalancerSourceRanges leaves it out.";
  }
}

export function LookupCard({ journey }: { readonly journey: Journey }): ReactElement | null {
  const lookup = journey.lookup;
  if (lookup === null) return null;
  return (
    <div className="card">
      <Part label={`Asked ${lookup.nameserver}, in the order of the search path`}>
        {lookup.candidates.map(({ name, result }) => (
          <span key={name} className={`rule block ${result === "not-asked" ? "c3" : ""}`}>
            {name} <span className={result === "found" ? "dns-t" : "c3"}>{RESULTS[result]}</span>
          </span>
        ))}
      </Part>
      <LookupEnd journey={journey} />
    </div>
  );
}

/** Of a look-up that failed: what that means, and the client's own words. */
export function LookupEnd({ journey }: { readonly journey: Journey }): ReactElement | null {
  const failure = journey.lookup === null ? null : failureOf(journey.lookup);
  if (failure === null) return null;
  return (
    <>
      <Part label={failure.title}>{failure.why}</Part>
      {journey.clientSays !== "" && (
        <Part label="What the client prints">
          <span className="rule">{journey.clientSays}</span>
        </Part>
      )}
    </>
  );
}

export const RESULTS = {
  found: "found",
  "no-such-name": "no such name",
  "no-address": "no address",
  failed: "failed",
  "not-asked": "not needed",
} as const;
