/** What can be done with a thing of the picture: right click, long press, Shift F10. */
import type { Sender } from "../../core/network/trace.ts";
import type { ThingId } from "../../scene/contract.ts";
import type { MenuEntry } from "../parts/menu.tsx";
import { perform, toggleReady } from "../state/changes.ts";
import { revealSource, select, setDraft, sourceOf } from "../state/commands.ts";
import { getState, setState } from "../state/store.ts";

export function menuOf(thing: ThingId): readonly MenuEntry[] {
  const entries: MenuEntry[] = [{ kind: "title", text: titleOf(thing) }];
  if (thing.kind === "pod") entries.push(...podEntries(thing.key));
  if (thing.kind === "service") entries.push(...serviceEntries(thing.key));
  const sender = senderOf(thing);
  if (sender !== null) entries.push({ kind: "item", label: "Send from here", icon: "arrow", run: () => setDraft({ from: sender }) });
  if (thing.kind === "gate" || thing.kind === "node") {
    const node = thing.kind === "gate" ? thing.node : thing.name;
    entries.push({
      kind: "item",
      label: "Show its rules",
      icon: "table",
      run: () => setState({ tab: "rules", rulesNode: node, side: "inspector" }),
    });
  }
  if (sourceOf(thing) !== null) entries.push({ kind: "item", label: "Show in manifests", icon: "code", run: () => revealSource(thing) });
  return entries;
}

function titleOf(thing: ThingId): string {
  switch (thing.kind) {
    case "pod":
      return `Pod ${thing.key.slice(thing.key.indexOf("/") + 1)}`;
    case "service":
      return `Service ${thing.key.slice(thing.key.indexOf("/") + 1)}`;
    case "node":
      return thing.name;
    case "gate":
      return `kube-proxy on ${thing.node}`;
    case "outside":
      return getState().cluster?.outsiders.find((outsider) => outsider.id === thing.id)?.name ?? thing.id;
    case "group":
      return thing.name;
  }
}

function podEntries(key: string): MenuEntry[] {
  const pod = getState().cluster?.pods.find((candidate) => candidate.key === key);
  if (pod === undefined) return [];
  const ready = pod.readyOverride ?? pod.state === "ready";
  const entries: MenuEntry[] = [
    {
      kind: "item",
      label: ready ? "Make not ready" : "Make ready",
      icon: ready ? "not-ready" : "ready",
      keys: "R",
      run: () => toggleReady(key),
    },
  ];
  if (pod.readyOverride !== null)
    entries.push({
      kind: "item",
      label: "Leave readiness to its probe",
      icon: "restart",
      run: () => perform({ kind: "set-ready", pod: key, ready: null }),
    });
  entries.push(
    { kind: "item", label: "Delete Pod", icon: "trash", run: () => perform({ kind: "delete-pod", pod: key }) },
    { kind: "line" },
  );
  return entries;
}

function serviceEntries(key: string): MenuEntry[] {
  const service = getState().cluster?.services.find((candidate) => candidate.key === key);
  if (service === undefined) return [];
  const port = service.ports[0];
  const entries: MenuEntry[] = [{ kind: "item", label: "Put in focus", icon: "service", run: () => select({ kind: "service", key }) }];
  if (port !== undefined) {
    const host = service.namespace === "default" ? service.name : `${service.name}.${service.namespace}`;
    const to = port.port === 80 ? `http://${host}` : `${host}:${port.port}`;
    entries.push({ kind: "item", label: `Send to ${to}`, icon: "arrow", run: () => setDraft({ to }) });
  }
  return entries;
}

function senderOf(thing: ThingId): Sender | null {
  switch (thing.kind) {
    case "pod":
      return { kind: "pod", pod: thing.key };
    case "node":
      return { kind: "node", node: thing.name };
    case "outside":
      return { kind: "outside", id: thing.id };
    case "gate":
    case "service":
    case "group":
      return null;
  }
}
