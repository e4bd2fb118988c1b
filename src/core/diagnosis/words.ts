/** Words and tables that the checks have in common. */
import { printPairs } from "../api/selectors.ts";
import type { StringMap } from "../api/types.ts";
import type { Sender } from "../network/trace.ts";
import type { ClusterView, PodView, ServiceView } from "../simulation/view.ts";
import type { CheckId, ObjectRef, Shown } from "./types.ts";

const NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/** In a sentence: `three Pods`, `one Pod`, `12 Pods`. */
export function several(count: number, noun: string): string {
  return `${NUMBERS[count] ?? String(count)} ${noun}${count === 1 ? "" : "s"}`;
}

export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "a", "a and b", "a, b and c" */
export function andList(parts: readonly string[]): string {
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

/** `app: web`, `tier: a`, each in backquotes. */
export function pairsText(pairs: StringMap): string {
  return Object.entries(pairs)
    .map(([key, value]) => `\`${key}: ${value}\``)
    .join(", ");
}

export function senderName(view: ClusterView, from: Sender): string {
  switch (from.kind) {
    case "pod":
      return view.pods.find(({ key }) => key === from.pod)?.shortName ?? from.pod;
    case "node":
      return from.node;
    case "outside":
      return view.outsiders.find(({ id }) => id === from.id)?.name ?? from.id;
  }
}

/** After "because of". */
const NAMED: { readonly [id in CheckId]: string } = {
  exists: "the Service",
  namespace: "the namespace",
  selector: "the selector",
  endpoints: "the endpoints",
  readiness: "readiness",
  "target-port": "targetPort",
  dns: "DNS",
  policy: "the policy",
  balancer: "the load balancer",
};

export function because(id: CheckId): string {
  return `because of ${NAMED[id]}`;
}

export function refOf({ namespace, name }: Pick<ServiceView, "namespace" | "name">, kind = "Service"): ObjectRef {
  return { kind, namespace, name };
}

export function inNamespace(namespace: string): string {
  return namespace === "default" ? "" : ` -n ${namespace}`;
}

/** `kubectl get pods -l …`, with so many Pods at most. */
export function podsShown(pods: readonly PodView[], { namespace, selector }: Pick<ServiceView, "namespace" | "selector">): Shown {
  const command = `kubectl get pods${inNamespace(namespace)} -l ${printPairs(selector ?? {})}`;
  if (pods.length === 0) return { command, output: [`No resources found in ${namespace} namespace.`] };
  const rows = pods
    .slice(0, ROWS_MOST)
    .map((pod) => [pod.name, pod.state === "ready" ? "1/1" : "0/1", statusOf(pod), String(pod.restarts)]);
  return { command, output: [...table([["NAME", "READY", "STATUS", "RESTARTS"], ...rows]), ...more(pods.length)] };
}

const ROWS_MOST = 6;

function more(count: number): readonly string[] {
  return count > ROWS_MOST ? [`… ${count - ROWS_MOST} more`] : [];
}

function statusOf({ state }: PodView): string {
  switch (state) {
    case "ready":
    case "not-ready":
      return "Running";
    case "pending":
      return "Pending";
    case "starting":
      return "ContainerCreating";
    case "terminating":
      return "Terminating";
    case "crashing":
      return "CrashLoopBackOff";
    case "completed":
      return "Completed";
    case "failed":
      return "Error";
  }
}

/** Columns three apart, as kubectl prints them. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  return rows.map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd((widths[i] ?? 0) + 3))).join(""));
}
