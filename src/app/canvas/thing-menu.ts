/**
 * What can be done with a thing of the picture: right click, long press, Shift F10; and the same entries by their keys
 * while the thing has the focus, and as buttons on its page.
 */
import type { Sender } from "../../core/network/trace.ts";
import type { ThingId } from "../../scene/contract.ts";
import { nameOf } from "../../scene/describe.ts";
import { balancedService } from "../../scene/wires.ts";
import type { MenuEntry } from "../parts/menu.tsx";
import { askFrom } from "../state/ask-name.ts";
import { revealSource, setDraft, sourceOf } from "../state/commands.ts";
import { getState, setState } from "../state/store.ts";
import { nodeEntries, ownRulesEntry, proxyEntry } from "./node-menu.ts";
import { podEntries, policyEntries, workloadEntries } from "./pod-menu.ts";
import { ofIdle, workloadsBehind } from "../state/workloads.ts";
import { balancerEntries, serviceEntries } from "./service-menu.ts";

export function menuOf(thing: ThingId): readonly MenuEntry[] {
  const [actions, ways] = [actionsOf(thing), waysOf(thing)];
  const between: readonly MenuEntry[] = actions.length > 0 && ways.length > 0 ? [{ kind: "line" }] : [];
  return [{ kind: "title", text: titleOf(thing) }, ...actions, ...between, ...ways];
}

/** What changes the cluster. */
export function actionsOf(thing: ThingId): readonly MenuEntry[] {
  const { cluster } = getState();
  if (cluster === null) return [];
  switch (thing.kind) {
    case "pod": {
      const pod = cluster.pods.find((candidate) => candidate.key === thing.key);
      if (pod === undefined) return [];
      return [...podEntries(pod), ...policyEntries(pod, cluster), ...(pod.workload === null ? [] : workloadEntries(pod.workload, cluster))];
    }
    case "service": {
      const service = cluster.services.find((candidate) => candidate.key === thing.key);
      if (service === undefined) return [];
      return [
        ...serviceEntries(service, cluster),
        ...workloadsBehind(service, cluster).flatMap((workload) => workloadEntries(workload, cluster)),
      ];
    }
    case "node": {
      const node = cluster.nodes.find((candidate) => candidate.name === thing.name);
      return node === undefined ? [] : nodeEntries(node, cluster);
    }
    case "gate": {
      const node = cluster.nodes.find((candidate) => candidate.name === thing.node);
      return node === undefined ? [] : [proxyEntry(node), ownRulesEntry(node)];
    }
    case "workload": {
      const idle = cluster.idle?.find((candidate) => candidate.key === thing.key);
      // its own title stands above it already
      return idle === undefined ? [] : workloadEntries(ofIdle(idle), cluster).slice(2);
    }
    case "outside": {
      const balanced = balancedService(cluster, thing.id);
      return balanced === null ? [] : balancerEntries(balanced);
    }
    case "group":
      return [];
  }
}

/** What only changes what one looks at, or sends from. */
export function waysOf(thing: ThingId): readonly MenuEntry[] {
  const entries: MenuEntry[] = [];
  const sender = senderOf(thing);
  if (sender !== null) entries.push({ kind: "item", label: "Send from here", icon: "arrow", run: () => setDraft({ from: sender }) });
  if (thing.kind === "pod") entries.push({ kind: "item", label: "Look up a name", icon: "dns", run: () => askFrom(thing.key) });
  const node = thing.kind === "gate" ? thing.node : thing.kind === "node" ? thing.name : null;
  if (node !== null)
    entries.push({
      kind: "item",
      label: "Show its rules",
      icon: "table",
      run: () => setState({ tab: "rules", rulesNode: node, side: "inspector" }),
    });
  if (thing.kind !== "group")
    entries.push({
      kind: "item",
      label: "Show in manifests",
      icon: "code",
      unavailable: sourceOf(thing) === null ? "It came with the cluster; no document makes it." : null,
      run: () => revealSource(thing),
    });
  return entries;
}

/** The entry that a key stands for on this thing; null where it means nothing, or cannot be done now. */
export function entryOfKey(thing: ThingId, key: string): (() => void) | null {
  for (const entry of actionsOf(thing))
    if (entry.kind === "item" && entry.keys === key) return (entry.unavailable ?? null) === null ? entry.run : null;
  return null;
}

export function titleOf(thing: ThingId): string {
  switch (thing.kind) {
    case "pod":
      return `Pod ${thing.key.slice(thing.key.indexOf("/") + 1)}`;
    case "service":
      return `Service ${thing.key.slice(thing.key.indexOf("/") + 1)}`;
    case "node":
      return thing.name;
    case "gate":
      return `kube-proxy on ${thing.node}`;
    case "outside": {
      const { cluster } = getState();
      const balanced = cluster === null ? null : balancedService(cluster, thing.id);
      if (balanced !== null) return `Load balancer of ${balanced.name}`;
      return cluster === null ? thing.id : (nameOf(cluster, thing).split(", ")[0] ?? thing.id);
    }
    case "workload": {
      const [kind = "", key = ""] = thing.key.split(" ");
      return `${kind} ${key.slice(key.indexOf("/") + 1)}`;
    }
    case "group":
      return thing.name;
  }
}

/** Who sends from there; null where nobody can. */
export function senderOf(thing: ThingId): Sender | null {
  switch (thing.kind) {
    case "pod":
      return { kind: "pod", pod: thing.key };
    case "node":
      return { kind: "node", node: thing.name };
    case "outside":
      // a load balancer hands on; it sends nothing of its own
      return getState().cluster?.outsiders.some(({ id }) => id === thing.id) === true ? { kind: "outside", id: thing.id } : null;
    case "gate":
    case "service":
    case "workload":
    case "group":
      return null;
  }
}
