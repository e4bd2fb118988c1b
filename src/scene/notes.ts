/**
 * What a thing of the picture says of its state, in a few words: each state has words beside its silhouette. A list
 * goes from the fullest words to the shortest; the painter takes the first that fit.
 */
import { SECOND } from "../core/base/time.ts";
import type { ClusterView, NodeView, PodView, ServiceView } from "../core/simulation/view.ts";
import { unreachable } from "../core/base/names.ts";

export type Notes = readonly string[];

/** A moment as the run's clock shows it: `42.3 s`. */
export function momentText(at: number): string {
  return `${(Math.round(at / (SECOND / 10)) / 10).toString()} s`;
}

export function countOf(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}

/** Why a Pod is drawn that is not in the cluster any more: a request on show was there. */
export const GONE = "gone since";

/** At the right of a Pod's name; none for one that is ready. */
export function podNotes(pod: PodView): Notes {
  switch (pod.state) {
    case "ready":
      return pod.hostNetwork ? ["host network"] : [];
    case "not-ready":
      return pod.restarts > 0 ? [`not ready, ${countOf(pod.restarts, "restart")}`, "not ready"] : ["not ready"];
    case "pending":
      return [];
    case "starting":
      // without an address its second line says it
      return pod.ips.length === 0 ? [] : ["starting"];
    case "terminating":
      if (pod.reason === GONE) return ["gone"];
      return pod.endsBy === null ? ["ending"] : [`ending by ${momentText(pod.endsBy)}`, "ending"];
    case "crashing":
      return [`crashing, ${countOf(pod.restarts, "restart")}`, countOf(pod.restarts, "restart"), `${pod.restarts}×`];
    case "completed":
      return ["completed"];
    case "failed":
      return ["failed"];
    default:
      return unreachable(pod.state);
  }
}

/** At the right of a node's name: what is unusual about it, else nothing (its address stands there). */
export function nodeNotes({ ready, fault, evictsAt, cordoned }: NodeView): Notes {
  const leave = evictsAt === null ? [] : [`Pods leave at ${momentText(evictsAt)}`];
  const lost = fault === "stopped" ? "switched off" : fault === "cut" ? "cut off" : "not ready";
  if (!ready) return [...leave.map((words) => `not ready, ${words}`), ...leave, "not ready"];
  if (fault !== null) return [`${lost}, not noticed yet`, lost];
  return cordoned ? ["no new Pods"] : [];
}

/** What a gate says when no packet is there; `ring`: its rules lag behind. */
export type GateRest =
  | { readonly kind: "rest" }
  | { readonly kind: "behind"; readonly words: Notes }
  | { readonly kind: "stopped"; readonly words: Notes };

export function gateRest({ proxy, fault, changesBehind }: Pick<NodeView, "proxy" | "fault" | "changesBehind">): GateRest {
  const behind = `${countOf(changesBehind, "change")} behind`;
  const lags = changesBehind > 0 ? [behind] : [];
  if (fault === "stopped") return { kind: "stopped", words: ["switched off, no rules", "switched off"] };
  if (proxy.stopped) {
    const rules = proxy.syncedAt === null ? "no rules" : `rules from ${momentText(proxy.syncedAt)}`;
    const both = lags.map((words) => `stopped, ${rules}, ${words}`);
    return { kind: "stopped", words: [...both, ...lags.map((words) => `stopped, ${words}`), `stopped, ${rules}`, "stopped"] };
  }
  if (fault === "cut") return { kind: "behind", words: [...lags.map((words) => `hears nothing, ${words}`), ...lags, "hears nothing"] };
  if (changesBehind === 0) return { kind: "rest" };
  return { kind: "behind", words: proxy.dueAt === null ? lags : [...lags.map((words) => `syncing, ${words}`), ...lags] };
}

/** A load balancer as its pill shows it. */
export interface BalancerNotes {
  readonly state: "ready" | "pending" | "trouble";
  /** In place of an address. */
  readonly address: string;
  /** At the right of its name. */
  readonly notes: Notes;
}

export function balancerNotes({ loadBalancer, ports }: ServiceView): BalancerNotes {
  const { reach } = loadBalancer;
  const address = loadBalancer.addresses[0];
  if (address === undefined) {
    if (reach !== undefined && reach.fault !== null) return { state: "trouble", address: `failing: ${reach.fault}`, notes: [] };
    return { state: "pending", address: "external address pending", notes: reach?.provider === "none" ? ["no provider"] : [] };
  }
  const port = ports[0]?.port;
  const at = port === undefined ? address : `${address.includes(":") ? `[${address}]` : address}:${port}`;
  if (reach?.provider === "metallb")
    return reach.announcedBy === null
      ? { state: "trouble", address: at, notes: ["no node answers"] }
      : { state: "ready", address: at, notes: [`${reach.announcedBy} answers`] };
  const checks = reach?.checks ?? [];
  const healthy = checks.filter((check) => check.healthy).length;
  if (checks.length === 0) return { state: "ready", address: at, notes: [] };
  if (healthy === 0) return { state: "trouble", address: at, notes: ["no healthy node"] };
  return { state: "ready", address: at, notes: [`${healthy} of ${checks.length} nodes healthy`, `${healthy} of ${checks.length} healthy`] };
}

/** Why Pods stand in the tray: the scheduler's words, the first Pod's where they differ. */
export function trayText(view: ClusterView, pods: readonly PodView[], shown: number): { readonly title: string; readonly reason: string } {
  const title = `${countOf(pods.length, "Pod")} ${pods.length === 1 ? "waits" : "wait"} for a node`;
  const reason = pods[0]?.reason ?? "";
  return { title: shown < pods.length ? `${title}, ${shown} shown` : title, reason: view.nodes.length === 0 ? "there is no node" : reason };
}
