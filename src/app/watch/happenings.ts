/** What happened to the cluster at a moment, in plain sentences: Pods first, then endpoints, then each node's rules. */
import type { ClusterView, NodeView, TimelineEvent } from "../../core/simulation/view.ts";
import { plural } from "../state/format.ts";

type PodEvent = Extract<TimelineEvent, { kind: "pod" }>;

/** More things than this are counted in place of named. */
const NAMED_MOST = 2;

/**
 * Sentences without a full stop, weightiest first. `before` and `after`: the cluster then and now; `events`: what was
 * recorded in between.
 */
export function happenings(before: ClusterView, after: ClusterView, events: readonly TimelineEvent[]): readonly string[] {
  return [...podSentences(before, after, events), ...sliceSentences(events), ...wordsOfOthers(events), ...ruleSentences(before, after)];
}

/** `web-a is terminating; EndpointSlice of web: 2 of 3 ready.` At most so many, the rest counted. */
export function sentenceOf(list: readonly string[], most = 4): string {
  if (list.length === 0) return "";
  const shown = list.slice(0, most);
  const rest = list.length - shown.length;
  return `${capitalThe([...shown, ...(rest > 0 ? [`and ${plural(rest, "change")} more`] : [])].join("; "))}.`;
}

/** Names stay as they are spelled. */
function capitalThe(text: string): string {
  return text.replace(/^the /, "The ");
}

// ---- Pods ---------------------------------------------------------------------------------------------------------

const ORDER: readonly PodEvent["what"][] = ["terminating", "not-ready", "ready", "deleted", "starting", "created"];

function podSentences(before: ClusterView, after: ClusterView, events: readonly TimelineEvent[]): readonly string[] {
  const last = new Map<string, PodEvent>();
  for (const event of events) if (event.kind === "pod") last.set(event.pod, event);
  return ORDER.flatMap((what) => {
    const names = [...last.values()].filter((event) => event.what === what).map(({ pod }) => podNameIn(after, before, pod));
    return names.length === 0 ? [] : [`${who(names, "Pod")} ${verbOf(what, names.length)}`];
  });
}

function podNameIn(after: ClusterView, before: ClusterView, key: string): string {
  const pod = after.pods.find((one) => one.key === key) ?? before.pods.find((one) => one.key === key);
  return pod?.shortName ?? key.slice(key.indexOf("/") + 1);
}

function verbOf(what: PodEvent["what"], count: number): string {
  const is = count === 1 ? "is" : "are";
  switch (what) {
    case "terminating":
      return `${is} terminating`;
    case "not-ready":
      return `${is} not ready`;
    case "ready":
      return `${is} ready`;
    case "deleted":
      return `${is} gone`;
    case "starting":
      return count === 1 ? "starts" : "start";
    case "created":
      return `${count === 1 ? "waits" : "wait"} for a node`;
  }
}

/** `web-a and web-b`, or `5 Pods`. */
function who(names: readonly string[], thing: string): string {
  return names.length > NAMED_MOST ? plural(names.length, thing) : names.join(" and ");
}

// ---- endpoints, events --------------------------------------------------------------------------------------------

function sliceSentences(events: readonly TimelineEvent[]): readonly string[] {
  const last = new Map<string, string>();
  for (const event of events) {
    if (event.kind !== "slice") continue;
    const name = event.service.slice(event.service.indexOf("/") + 1);
    last.set(event.service, `EndpointSlice of ${name}: ${event.ready} of ${event.total} ready`);
  }
  return [...last.values()];
}

function wordsOfOthers(events: readonly TimelineEvent[]): readonly string[] {
  return events.flatMap((event) => (event.kind === "event" ? [event.message.replace(/\.$/, "")] : []));
}

// ---- rules --------------------------------------------------------------------------------------------------------

function ruleSentences(before: ClusterView, after: ClusterView): readonly string[] {
  const lagOf = (nodes: readonly NodeView[]): ReadonlyMap<string, number> =>
    new Map(nodes.map(({ name, changesBehind }) => [name, changesBehind]));
  const was = lagOf(before.nodes);
  const behind = after.nodes.filter(({ name, changesBehind }) => changesBehind > 0 && changesBehind !== (was.get(name) ?? 0));
  const inStep = after.nodes.filter(({ name, changesBehind }) => changesBehind === 0 && (was.get(name) ?? 0) > 0);
  return [...behindSentences(behind), ...(inStep.length === 0 ? [] : [`${rulesOf(inStep)} up to date`])];
}

function behindSentences(nodes: readonly NodeView[]): readonly string[] {
  if (nodes.length === 0) return [];
  const lags = nodes.map(({ changesBehind }) => changesBehind);
  const [least, most] = [Math.min(...lags), Math.max(...lags)];
  const changes = least === most ? plural(most, "change") : `${least} to ${most} changes`;
  return [`${rulesOf(nodes)} ${changes} behind`];
}

function rulesOf(nodes: readonly NodeView[]): string {
  const names = nodes.map(({ name }) => name);
  const [only] = names;
  if (names.length === 1) return `${only}'s rules are`;
  return names.length > NAMED_MOST ? `the rules of ${names.length} nodes are` : `the rules of ${names.join(" and ")} are`;
}
