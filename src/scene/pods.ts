/** Pods in the slots of their nodes: box, stub, second line, badges of the Services that select them. */
import { compareText } from "../core/base/names.ts";
import type { NamespacedName } from "../core/base/names.ts";
import type { ClusterView, PodView, ServiceView } from "../core/simulation/view.ts";
import { barNotes, barsOf, type PolicyBar } from "./bars.ts";
import type { SceneOptions } from "./contract.ts";
import { podNotes } from "./notes.ts";
import { placePod } from "./pod-place.ts";
import type { Metrics, SceneNode, ScenePod } from "./scene.ts";
import { columnsOf, compareSources } from "./slots.ts";

/** CoreDNS and what else the cluster brought along. */
export function isSystem(pod: PodView): boolean {
  return pod.role === "dns" || pod.role === "system";
}

/** The Pods of one node, each in its slot. */
export function podsOf(
  node: SceneNode,
  slots: readonly (NamespacedName | null)[],
  members: Members,
  options: SceneOptions,
  metrics: Metrics,
  most: number,
): readonly ScenePod[] {
  const columns = columnsOf(slots.length, most);
  return slots.flatMap((key, slot): readonly ScenePod[] => {
    const pod = key === null ? undefined : members.pods.get(key);
    if (pod === undefined) return [];
    const { box, stub } = placePod(node, slot, columns, most, metrics);
    const badges = members.badges.get(pod.key) ?? [];
    const bar = pod.hostNetwork ? null : (members.bars.get(pod.key) ?? null);
    const notes = podNotes(pod);
    return [
      {
        key: pod.key,
        node: node.name,
        slot,
        box,
        name: pod.shortName,
        fullName: pod.name,
        detail: podDetail(pod, options),
        more: podMore(pod, options),
        state: pod.state,
        notes: notes.length === 0 && bar !== null ? barNotes(bar) : notes,
        role: pod.role,
        hostNetwork: pod.hostNetwork,
        badges: badges.slice(0, 3),
        moreBadges: Math.max(0, badges.length - 3),
        stub: pod.hostNetwork ? [] : stub,
        bar,
      },
    ];
  });
}

/** How far down each node's rail goes: to its lowest stub. */
export function railBottoms(pods: readonly ScenePod[]): ReadonlyMap<string, number> {
  const bottoms = new Map<string, number>();
  for (const pod of pods) bottoms.set(pod.node, Math.max(bottoms.get(pod.node) ?? 0, pod.stub[0]?.y ?? 0));
  return bottoms;
}

interface Badge {
  readonly service: NamespacedName;
  readonly solid: boolean;
}

export interface Members {
  readonly pods: ReadonlyMap<NamespacedName, PodView>;
  readonly badges: ReadonlyMap<NamespacedName, readonly Badge[]>;
  readonly bars: ReadonlyMap<NamespacedName, PolicyBar>;
}

/** Which Services and policies select which Pods, the Service in focus first. The cluster's own Pods carry no badge. */
export function membersOf(pods: readonly PodView[], view: ClusterView, focus: NamespacedName | null): Members {
  const byKey = new Map(pods.map((pod) => [pod.key, pod]));
  const badges = new Map<NamespacedName, Badge[]>();
  for (const service of servicesInOrder(view, focus)) {
    const ready = new Set(service.endpoints.filter((endpoint) => endpoint.ready).map((endpoint) => endpoint.pod));
    for (const key of service.selects) {
      const pod = byKey.get(key);
      if (pod === undefined || !hasBadge(pod)) continue;
      const list = badges.get(key) ?? [];
      list.push({ service: service.key, solid: ready.has(key) });
      badges.set(key, list);
    }
  }
  return { pods: byKey, badges, bars: barsOf(view) };
}

/** In which order their badges stand on a Pod. */
export function servicesInOrder(view: ClusterView, focus: NamespacedName | null): readonly ServiceView[] {
  return [...view.services].sort(
    (a, b) => Number(b.key === focus) - Number(a.key === focus) || compareSources(a.source, b.source) || compareText(a.key, b.key),
  );
}

/** One that has run to its end is no endpoint any more. */
export function hasBadge(pod: PodView): boolean {
  return !isSystem(pod) && pod.state !== "completed" && pod.state !== "failed";
}

export function podDetail(pod: PodView, options: SceneOptions): string {
  switch (options.podDetail) {
    case "address":
      return pod.ips[0] ?? (pod.state === "pending" ? "not scheduled" : pod.state === "starting" ? "starting" : "no address");
    case "labels":
      return labelText(pod, options.focus);
    case "ports":
      return pod.listens.length === 0 ? "no port" : portsText(pod);
  }
}

/** What the third line says, at level 5. */
export function podMore(pod: PodView, options: SceneOptions): string {
  if (options.podDetail !== "address") return podDetail(pod, { ...options, podDetail: "address" });
  const ports = new Set(pod.listens.map(({ port, protocol }) => (protocol === "TCP" ? `${port}` : `${port}/${protocol}`)));
  return ports.size === 0 ? "listens on no port" : `listens on ${[...ports].join(", ")}`;
}

function portsText(pod: PodView): string {
  const ports = [...new Set(pod.listens.map((one) => one.port))];
  return `${ports.length === 1 ? "port" : "ports"} ${ports.join(", ")}`;
}

const TELLING_LABELS = ["app", "app.kubernetes.io/name", "k8s-app", "run", "name"];

/** The label that names the application; Pods of other namespaces than the Service's show their namespace. */
function labelText(pod: PodView, focus: NamespacedName | null): string {
  const namespace = focus?.split("/")[0];
  if (namespace !== undefined && namespace !== pod.namespace) return pod.namespace;
  const key = TELLING_LABELS.find((name) => pod.labels[name] !== undefined) ?? Object.keys(pod.labels)[0];
  return key === undefined ? "no labels" : `${key}: ${pod.labels[key] ?? ""}`;
}
