/** What can be done to a node and to its kube-proxy. */
import type { ClusterView, NodeView } from "../../core/simulation/view.ts";
import type { MenuEntry } from "../parts/menu.tsx";
import { perform } from "../state/changes.ts";
import { inWords, plural } from "../state/format.ts";
import { editOwnRules } from "../state/own-rules-open.ts";

export function nodeEntries(node: NodeView, cluster: ClusterView): readonly MenuEntry[] {
  const { name } = node;
  const [stopped, cut] = [node.fault === "stopped", node.fault === "cut"];
  return [
    {
      kind: "item",
      label: node.cordoned ? "Uncordon" : "Cordon",
      note: node.cordoned ? "New Pods may come here again" : "No new Pods come here; those that are here stay",
      icon: node.cordoned ? "plus" : "minus",
      keys: "C",
      run: () => perform({ kind: node.cordoned ? "uncordon" : "cordon", node: name }),
    },
    ...drainEntries(node, cluster),
    {
      kind: "item",
      label: cut ? "Join to the network again" : "Cut off the network",
      note: cut ? "Its cable is in again" : "Its Pods run on, and nobody reaches them",
      icon: "unplug",
      keys: "X",
      unavailable: stopped ? "It is switched off." : null,
      run: () => perform({ kind: cut ? "join-node" : "cut-node", node: name }),
    },
    {
      kind: "item",
      label: stopped ? "Start node" : "Stop node",
      note: stopped ? "Switched on: its Pods get new addresses" : "Switched off: nobody is told",
      icon: "power",
      keys: "Shift X",
      run: () => perform({ kind: stopped ? "start-node" : "stop-node", node: name }),
    },
    proxyEntry(node),
    ownRulesEntry(node),
  ];
}

/** kubectl drain, with --force in an entry of its own where some Pods would not come again. */
function drainEntries({ name }: NodeView, { pods }: ClusterView): readonly MenuEntry[] {
  const here = pods.filter((pod) => pod.node === name && pod.state !== "terminating" && pod.workload?.kind !== "DaemonSet");
  const alone = here.filter((pod) => pod.workload === null && pod.state !== "completed" && pod.state !== "failed");
  const plain: MenuEntry = {
    kind: "item",
    label: "Drain",
    note: `Cordons it and evicts ${plural(here.length - alone.length, "Pod")}`,
    icon: "arrow",
    keys: "Shift C",
    unavailable: here.length === 0 ? "No Pod is left to evict." : null,
    run: () => perform({ kind: "drain", node: name }),
  };
  if (alone.length === 0) return [plain];
  const names = alone.map((pod) => pod.shortName);
  const those = names.length > 3 ? `${inWords(names.length)} Pods` : names.join(", ");
  return [
    plain,
    {
      kind: "item",
      label: "Drain, also Pods that nothing makes again",
      note: `Deletes ${those} for good`,
      icon: "trash",
      run: () => perform({ kind: "drain", node: name, force: true }),
    },
  ];
}

/** Their editor stands with the node's rules. */
export function ownRulesEntry({ name }: NodeView): MenuEntry {
  return {
    kind: "item",
    label: "Rules of your own",
    note: "iptables rules beside kube-proxy's, on this node or on all",
    icon: "table",
    run: () => editOwnRules(name),
  };
}

export function proxyEntry({ name: node, proxy, fault }: NodeView): MenuEntry {
  const proxyStopped = proxy.stopped;
  return {
    kind: "item",
    label: proxyStopped ? "Start kube-proxy" : "Stop kube-proxy",
    note: proxyStopped ? "It brings its rules up to date" : "Its rules stay as they are, and go stale",
    icon: "swap",
    keys: "P",
    unavailable: fault === "stopped" ? "The node is switched off." : null,
    run: () => perform({ kind: proxyStopped ? "start-proxy" : "stop-proxy", node }),
  };
}
