/** What the checks look at: the request, what is known of its end, and the cluster around the Service that it means. */
import { isObject, stringsAt } from "../api/json.ts";
import { matchesPairs } from "../api/selectors.ts";
import type { KubeObject, Pod, Service, ServiceSpec, StringMap } from "../api/types.ts";
import type { NamespacedName } from "../base/names.ts";
import { nearest } from "../controllers/edit-distance.ts";
import type { Journey, Sender } from "../network/trace.ts";
import type { SimulationFacade } from "../simulation/contract.ts";
import type { DnsView } from "../simulation/dns-view.ts";
import type { ClusterView, PodView, ServiceView } from "../simulation/view.ts";
import { evidenceOf, evidenceOfOdds, type Evidence } from "./evidence.ts";
import { targetOf, type Target } from "./target.ts";
import type { ObjectRef } from "./types.ts";

/** What a diagnosis asks of a run; nothing of it changes the run. */
export type Asked = Pick<SimulationFacade, "view" | "journey" | "object" | "objects" | "names" | "distribution" | "rulesText">;

/** A workload, and the labels of the Pods that it makes. */
export interface Template extends ObjectRef {
  readonly labels: StringMap;
  /** null: it has no such number (DaemonSet). */
  readonly replicas: number | null;
}

export interface Facts {
  readonly run: Asked;
  readonly view: ClusterView;
  readonly journey: Journey | null;
  readonly from: Sender;
  readonly to: string;
  readonly target: Target;
  readonly service: ServiceView | null;
  readonly spec: ServiceSpec | null;
  readonly evidence: Evidence;
  readonly namespaces: readonly string[];
  readonly templates: readonly Template[];
  /** Pods that the Service selects; where it selects none, those that it most likely means. */
  readonly pods: readonly PodView[];
  readonly dns: DnsView;
}

export interface Question {
  readonly journey: Journey | null;
  readonly from: Sender;
  readonly to: string;
}

/** null where the destination cannot be read. */
export function factsOf(run: Asked, { journey, from, to }: Question): Facts | null {
  const view = run.view();
  const namespaces = run.objects("Namespace").map(({ metadata }) => metadata.name);
  const target = targetOf({ view, namespaces }, { from, to, protocol: journey === null ? null : protocolOf(journey) });
  if (target === null) return null;
  const { service } = target;
  const stored = service === null ? null : (run.object("Service", service.key) as Service | null); // the kind says so
  const templates = templatesOf(run);
  return {
    run,
    view,
    journey,
    from,
    to,
    target,
    service,
    spec: stored?.spec ?? null,
    evidence: journey === null ? evidenceNow(run, from, to) : evidenceOf(journey),
    namespaces,
    templates,
    pods: service === null ? [] : podsMeant(view, service, templates),
    dns: dnsOf(run),
  };
}

function protocolOf({ packets }: Journey): Target["protocol"] | null {
  const own = packets.find(({ purpose }) => purpose !== "dns-query" && purpose !== "dns-answer");
  const protocol = own?.hops[0]?.before.protocol;
  return protocol === undefined || protocol === "ICMP" ? null : protocol;
}

function evidenceNow(run: Asked, from: Sender, to: string): Evidence {
  const odds = run.distribution({ from, to });
  if (!("error" in odds)) return odds.ends.length === 0 ? { kind: "silence" } : evidenceOfOdds(odds);
  return { kind: "no-name" };
}

function dnsOf(run: Asked): DnsView {
  const answer = run.names({ kind: "servers" });
  if ("error" in answer || answer.kind !== "servers") throw new Error(`no view of DNS: ${JSON.stringify(answer)}`);
  return answer.dns;
}

// ---- Pods -----------------------------------------------------------------------------------------------------------

const TEMPLATED = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"];

function templatesOf(run: Asked): readonly Template[] {
  return TEMPLATED.flatMap((kind) => run.objects(kind).flatMap((object) => templateOf(kind, object)));
}

function templateOf(kind: string, object: KubeObject): readonly Template[] {
  // What a Deployment made is known through the Deployment.
  if (object.metadata.ownerReferences?.some(({ controller }) => controller === true) === true) return [];
  const spec = isObject(object["spec"]) ? object["spec"] : {};
  const replicas = kind === "DaemonSet" ? null : typeof spec["replicas"] === "number" ? spec["replicas"] : 1;
  const { name, namespace = "" } = object.metadata;
  return [{ kind, namespace, name, replicas, labels: stringsAt(spec["template"], "metadata", "labels") }];
}

/** Workloads whose Pods the selector fits. */
export function templatesFor(
  { templates }: Pick<Facts, "templates">,
  { selector }: ServiceView,
  where: (namespace: string) => boolean,
): readonly Template[] {
  return selector === null ? [] : templates.filter(({ namespace, labels }) => where(namespace) && matchesPairs(selector, labels));
}

function podsMeant(view: ClusterView, service: ServiceView, templates: readonly Template[]): readonly PodView[] {
  const selected = new Set(service.selects);
  if (selected.size > 0) return view.pods.filter(({ key }) => selected.has(key));
  if (templatesFor({ templates }, service, (namespace) => namespace === service.namespace).length > 0) return [];
  return nearMisses(view, service)[0]?.pods ?? [];
}

/** Pods that one pair of the selector keeps out, by the label that they have in its place; those of the most alike first. */
export interface NearMiss {
  /** `app: web`; of a wrong key the right pair. */
  readonly has: string;
  readonly pods: readonly PodView[];
}

export function nearMisses(view: ClusterView, { namespace, name, selector }: ServiceView): readonly NearMiss[] {
  const pairs = Object.entries(selector ?? {});
  const groups = new Map<string, PodView[]>();
  for (const pod of view.pods) {
    if (pod.namespace !== namespace || pod.role === "dns" || pod.role === "system") continue;
    const wrong = pairs.filter(([key, value]) => pod.labels[key] !== value);
    const [slip] = wrong;
    if (slip === undefined || wrong.length > 1) continue;
    const [key, value] = slip;
    const own = pod.labels[key];
    const moved = own === undefined ? Object.entries(pod.labels).find(([, other]) => other === value) : undefined;
    const has = own !== undefined ? `${key}: ${own}` : moved === undefined ? null : `${moved[0]}: ${moved[1]}`;
    if (has === null) continue;
    const group = groups.get(has);
    if (group === undefined) groups.set(has, [pod]);
    else group.push(pod);
  }
  const near = [...groups].map(([has, pods]) => ({ has, pods, like: likeness(has, pairs, name) }));
  return near.filter(({ like }) => like < UNLIKE || pairs.length > 1).sort((a, b) => a.like - b.like || b.pods.length - a.pods.length);
}

const UNLIKE = 2;

/** The fewer, the more alike: how far the label is from what the selector asks for, or from the Service's own name. */
function likeness(has: string, pairs: readonly (readonly [string, string])[], name: string): number {
  const value = has.slice(has.indexOf(":") + 2);
  if (value === name) return 0;
  const asked = pairs.map(([, each]) => each);
  const like = asked.some((each) => each.startsWith(value) || value.startsWith(each)) || nearest(value, asked) !== null;
  return like ? 1 : UNLIKE;
}

export function podAt({ view }: Pick<Facts, "view">, key: NamespacedName | null): PodView | null {
  return key === null ? null : (view.pods.find((pod) => pod.key === key) ?? null);
}

export function storedPod({ run }: Pick<Facts, "run">, key: NamespacedName): Pod | null {
  return run.object("Pod", key) as Pod | null; // the kind says so
}
