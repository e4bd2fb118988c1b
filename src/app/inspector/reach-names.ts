/** Names of senders and ways as the page has room for them; the whole ones are in titles and in the detail. */
import type { ReachSource, ReachWay } from "../../core/simulation/reach-types.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { podName } from "../state/format.ts";

/** More than these never find room; of thousands the names are not even looked up. */
const NAMED_MOST = 8;

/** `client`, `web-x2k8b and 2 more`, `a Pod on node-3, imagined`. */
export function sendersText(
  cluster: ClusterView | null,
  { source, others }: { readonly source: ReachSource; readonly others: readonly ReachSource[] },
): string {
  const first = senderText(cluster, source);
  if (others.length === 0) return first;
  if (others.length > NAMED_MOST) return `${first} and ${others.length} more`;
  const all = [first, ...others.map((other) => senderText(cluster, other))].join(", ");
  return all.length <= 26 ? all : `${first} and ${others.length} more`;
}

export function senderText(cluster: ClusterView | null, { sender, name }: ReachSource): string {
  if (sender === null) return `${name}, imagined`;
  return sender.kind === "pod" && cluster !== null ? podName(cluster, sender.pod) : name;
}

/** A column's head in two short lines. */
export function wayHead({ kind, node, others, unasked, family }: ReachWay): { readonly head: string; readonly sub: string } {
  const six = family === "IPv6" ? "IPv6" : "";
  switch (kind) {
    case "cluster-ip":
      return { head: "ClusterIP", sub: six };
    case "pods":
      return { head: "By name", sub: "the Pods" };
    case "node-port": {
      const more = others.length + unasked;
      return { head: "Node port", sub: [node ?? "", more === 0 ? "" : `+${more}`, six].filter((part) => part !== "").join(" ") };
    }
    case "own-node-port":
      return { head: "Node port", sub: ["own node", six].filter((part) => part !== "").join(" ") };
    case "localhost":
      return { head: "Node port", sub: family === "IPv6" ? "at ::1" : "localhost" };
    case "load-balancer":
      return { head: "Balancer", sub: six };
    case "external-ip":
      return { head: "External IP", sub: six };
  }
}
