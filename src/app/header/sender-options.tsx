/** Who can send, as options: client Pods first, then other Pods, nodes and hosts outside. */
import type { ReactElement } from "react";
import type { Sender } from "../../core/network/trace.ts";
import type { ClusterView } from "../../core/simulation/view.ts";

export function SenderOptions({ cluster, chosen }: { readonly cluster: ClusterView; readonly chosen: Sender | null }): ReactElement {
  // an address that has not sent yet is no host of the cluster's view
  const stranger = chosen?.kind === "outside" && !cluster.outsiders.some(({ id }) => id === chosen.id) ? chosen.id : null;
  const clients = cluster.pods.filter((pod) => pod.role === "client");
  const others = cluster.pods.filter((pod) => pod.role === "server" || pod.role === "dns");
  const pod = (key: string, name: string): ReactElement => (
    <option key={key} value={keyOf({ kind: "pod", pod: key })}>
      {name}
    </option>
  );
  return (
    <>
      {clients.length > 0 && <optgroup label="Client Pods">{clients.map((one) => pod(one.key, one.shortName))}</optgroup>}
      {others.length > 0 && <optgroup label="Other Pods">{others.map((one) => pod(one.key, one.shortName))}</optgroup>}
      <optgroup label="Nodes">
        {cluster.nodes.map((node) => (
          <option key={node.name} value={keyOf({ kind: "node", node: node.name })}>
            {node.name}
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
