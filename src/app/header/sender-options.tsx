/** Who can send, as options: client Pods first, then other Pods, nodes and hosts outside. */
import type { ReactElement } from "react";
import type { Sender } from "../../core/network/trace.ts";
import type { ClusterView, PodView } from "../../core/simulation/view.ts";
import { count } from "../state/format.ts";
import { useStore } from "../state/store.ts";

/** A longer list nobody reads, and a browser takes seconds to lay it out: of more, every workload shows some, and what is selected. */
const MOST = 300;

export function SenderOptions({ cluster, chosen }: { readonly cluster: ClusterView; readonly chosen: Sender | null }): ReactElement {
  const selected = useStore((state) => state.selected);
  // an address that has not sent yet is no host of the cluster's view
  const stranger = chosen?.kind === "outside" && !cluster.outsiders.some(({ id }) => id === chosen.id) ? chosen.id : null;
  const { clients, others, nodes } = sendersOf(cluster);
  const asked = new Set([chosen?.kind === "pod" ? chosen.pod : "", selected?.kind === "pod" ? selected.key : ""]);
  const listed = new Set([...clients.first, ...others.first].map(({ key }) => key));
  const apart = clients.all + others.all > listed.size ? cluster.pods.filter(({ key }) => asked.has(key) && !listed.has(key)) : [];
  const near = [chosen?.kind === "node" ? chosen.node : "", selected?.kind === "node" ? selected.name : ""];
  const farNodes =
    nodes.all > nodes.first.length ? cluster.nodes.filter(({ name }) => near.includes(name) && !nodes.first.includes(name)) : [];
  const pod = ({ key, shortName }: PodView): ReactElement => (
    <option key={key} value={keyOf({ kind: "pod", pod: key })}>
      {shortName}
    </option>
  );
  return (
    <>
      {apart.length > 0 && <optgroup label="Selected">{apart.map(pod)}</optgroup>}
      {clients.all > 0 && <optgroup label={labelOf("Client Pods", clients)}>{clients.first.map(pod)}</optgroup>}
      {others.all > 0 && <optgroup label={labelOf("Other Pods", others)}>{others.first.map(pod)}</optgroup>}
      <optgroup label={labelOf("Nodes", nodes)}>
        {[...farNodes.map(({ name }) => name), ...nodes.first].map((name) => (
          <option key={name} value={keyOf({ kind: "node", node: name })}>
            {name}
          </option>
        ))}
      </optgroup>
      <optgroup label="Outside">
        {cluster.outsiders
          .filter((outsider) => outsider.kind !== "dns")
          .map((outsider) => (
            <option key={outsider.id} value={keyOf({ kind: "outside", id: outsider.id })}>
              {outsider.name}
            </option>
          ))}
        {stranger !== null && <option value={keyOf({ kind: "outside", id: stranger })}>{stranger}</option>}
      </optgroup>
    </>
  );
}

interface Some<T> {
  readonly first: readonly T[];
  readonly all: number;
}

interface Senders {
  readonly clients: Some<PodView>;
  readonly others: Some<PodView>;
  readonly nodes: Some<string>;
}

// A view never changes: its senders are gathered once for it, however often the request line shows.
const known = new WeakMap<ClusterView, Senders>();

function sendersOf(cluster: ClusterView): Senders {
  let senders = known.get(cluster);
  if (senders === undefined) {
    senders = {
      clients: someOf(cluster.pods.filter((pod) => pod.role === "client")),
      others: someOf(cluster.pods.filter((pod) => pod.role === "server" || pod.role === "dns")),
      nodes: { first: cluster.nodes.slice(0, MOST).map(({ name }) => name), all: cluster.nodes.length },
    };
    known.set(cluster, senders);
  }
  return senders;
}

/** All of a few; of many as many of each workload as of any other. */
function someOf(pods: readonly PodView[]): Some<PodView> {
  if (pods.length <= MOST) return { first: pods, all: pods.length };
  const workload = (pod: PodView): string => (pod.workload === null ? pod.key : `${pod.workload.namespace}/${pod.workload.name}`);
  const each = Math.max(1, Math.floor(MOST / new Set(pods.map(workload)).size));
  const counts = new Map<string, number>();
  const first: PodView[] = [];
  for (const pod of pods) {
    const of = workload(pod);
    const before = counts.get(of) ?? 0;
    if (before === each) continue;
    counts.set(of, before + 1);
    if (first.push(pod) === MOST) break;
  }
  return { first, all: pods.length };
}

function labelOf(what: string, { first, all }: Some<unknown>): string {
  return first.length < all ? `${what}, ${count(first.length)} of ${count(all)}: select another on the picture` : what;
}

export function keyOf(sender: Sender): string {
  switch (sender.kind) {
    case "pod":
      return `pod ${sender.pod}`;
    case "node":
      return `node ${sender.node}`;
    case "outside":
      return `outside ${sender.id}`;
  }
}

export function senderOfKey(key: string): Sender | null {
  const name = key.slice(key.indexOf(" ") + 1);
  if (key.startsWith("pod ")) return { kind: "pod", pod: name };
  if (key.startsWith("node ")) return { kind: "node", node: name };
  return key.startsWith("outside ") ? { kind: "outside", id: name } : null;
}
