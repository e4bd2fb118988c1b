/** Makes the packs of a crowd from a view; those of nodes on which nothing has changed stay the same. */
import type { NamespacedName } from "../core/base/names.ts";
import type { ClusterView, PodView, ServiceView } from "../core/simulation/view.ts";
import { barNotes, barsOf, type PolicyBar } from "./bars.ts";
import type { Crowds, SceneOptions, Slots } from "./contract.ts";
import type { Crowd, Look, Pack } from "./crowd.ts";
import { podNotes } from "./notes.ts";
import { hasBadge, podDetail, servicesInOrder } from "./pods.ts";
import type { ScenePod } from "./scene.ts";
import { viewIndex } from "./view-index.ts";

/** What the workbench lays its pictures out with. */
export const CROWDS: Crowds = { from: 8_000, of: buildCrowd };

/** The Services that select a Pod, in the order of the manifests: which of them is in focus is no matter of its pack. */
type Badges = ScenePod["badges"];

/** What packs were made of, for the next time. */
interface Memo {
  readonly view: ClusterView;
  readonly focus: NamespacedName | null;
  readonly podDetail: SceneOptions["podDetail"];
  readonly tables: Tables;
  readonly packs: ReadonlyMap<string, Pack>;
}

/** Badges and looks that were met so far; they only ever grow, so that packs of earlier scenes stay right. */
interface Tables {
  readonly badges: Badges[];
  readonly badgeIds: Map<string, number>;
  /** With all their badges. */
  readonly looks: Omit<Look, "moreBadges">[];
  readonly lookIds: Map<string, number>;
}

/** Looks that hardly come again (a moment at which a Pod ends) fill the tables: then all packs are made anew. */
const MOST_LOOKS = 5_000;

// Keyed by the slots that a scene gave: the next one is laid out with them, and knows by them what has changed since.
const memos = new WeakMap<Slots, Memo>();

/** The packs of a view; those of nodes on which nothing has changed since `options.previous` are the same. */
function buildCrowd(view: ClusterView, names: readonly string[], slots: Slots, columns: number, options: SceneOptions): Crowd {
  const { focus, podDetail: detail } = options;
  const found = options.previous === null ? undefined : memos.get(options.previous);
  const before = found !== undefined && isAlike(found, view, options) ? found : null;
  const tables = before?.tables ?? { badges: [], badgeIds: new Map(), looks: [], lookIds: new Map() };
  const changed = before === null ? null : changedMembers(before.view, view);
  const world: World = { view, options, tables, bars: barsOf(view), badgesOf: badgesIn(view, tables, changed) };
  const { podsOn } = viewIndex(view);
  const podsBefore = before === null ? null : viewIndex(before.view).podsOn;
  const packs = new Map<string, Pack>();
  let count = 0;
  for (const name of names) {
    const pods = podsOn.get(name) ?? NO_PODS;
    const keys = slots[name] ?? NO_KEYS;
    for (const key of keys) if (key !== null) count++;
    const known = before?.packs.get(name);
    const same = known !== undefined && known.keys === keys && samePods(podsBefore?.get(name) ?? NO_PODS, pods);
    packs.set(name, same && !hasAny(pods, changed) ? known : packOf(keys, pods, world));
  }
  memos.set(slots, { view, focus, podDetail: detail, tables, packs });
  return {
    count,
    packs: names.map((name) => packs.get(name) ?? NO_PACK),
    looks: tables.looks.map((look) => lookWith(look, focus)),
    columns,
  };
}

/** At most three badges, that of the Service in focus first. */
function lookWith(look: Tables["looks"][number], focus: NamespacedName | null): Look {
  const first = look.badges.findIndex(({ service }) => service === focus);
  const badges = first <= 0 ? look.badges : [...look.badges.slice(first, first + 1), ...look.badges.toSpliced(first, 1)];
  return { ...look, badges: badges.slice(0, 3), moreBadges: Math.max(0, badges.length - 3) };
}

const NO_PODS: readonly PodView[] = [];
const NO_KEYS: readonly null[] = [];
const NO_PACK: Pack = { keys: NO_KEYS, names: [], details: [], looks: [] };

/** What all Pods' looks depend on is as it was. */
function isAlike({ view: before, focus, podDetail: detail, tables }: Memo, view: ClusterView, options: SceneOptions): boolean {
  return (
    detail === options.podDetail &&
    // Pods of other namespaces than that of the Service in focus tell it in place of their labels
    (detail !== "labels" || focus === options.focus) &&
    samePolicies(before, view) &&
    before.enforcesPolicies === view.enforcesPolicies &&
    tables.looks.length < MOST_LOOKS &&
    before.services.length === view.services.length &&
    before.services.every((service, i) => service.key === view.services[i]?.key && samePlace(service, view.services[i]))
  );
}

/** Views of policies are made anew for every view. */
function samePolicies({ policies: before }: ClusterView, { policies }: ClusterView): boolean {
  const same = (a: readonly string[], b: readonly string[] | undefined): boolean =>
    a === b || (a.length === b?.length && a.every((one, i) => one === b[i]));
  return (
    before === policies ||
    (before.length === policies.length &&
      before.every(({ selects, spec }, i) => {
        const now = policies[i];
        return same(selects, now?.selects) && same(spec.policyTypes, now?.spec.policyTypes);
      }))
  );
}

/** Badges stand in the order of the manifests. */
function samePlace({ source: a }: ServiceView, other: ServiceView | undefined): boolean {
  const b = other?.source ?? null;
  return a?.file === b?.file && a?.document === b?.document && a?.line === b?.line;
}

function samePods(a: readonly PodView[], b: readonly PodView[]): boolean {
  return a === b || (a.length === b.length && a.every((pod, i) => pod === b[i]));
}

function hasAny(pods: readonly PodView[], keys: ReadonlySet<NamespacedName> | null): boolean {
  return keys !== null && keys.size > 0 && pods.some(({ key }) => keys.has(key));
}

/** Pods that a Service has begun or ceased to select, or to send to. */
function changedMembers(before: ClusterView, view: ClusterView): ReadonlySet<NamespacedName> {
  const changed = new Set<NamespacedName>();
  if (before.services === view.services) return changed;
  view.services.forEach((service, i) => {
    const was = before.services[i];
    if (was === undefined || was === service) return;
    const [then, now] = [membersOf(was), membersOf(service)];
    for (const [key, solid] of now) if (then.get(key) !== solid) changed.add(key);
    for (const key of then.keys()) if (!now.has(key)) changed.add(key);
  });
  return changed;
}

const members = new WeakMap<ServiceView, ReadonlyMap<NamespacedName, boolean>>();

/** The Pods that a Service selects, and whether it sends to them. */
function membersOf(service: ServiceView): ReadonlyMap<NamespacedName, boolean> {
  let known = members.get(service);
  if (known === undefined) {
    const ready = new Set<NamespacedName | null>();
    for (const endpoint of service.endpoints) if (endpoint.ready) ready.add(endpoint.pod);
    known = new Map(service.selects.map((key) => [key, ready.has(key)]));
    members.set(service, known);
  }
  return known;
}

/** The badges of each Pod as a number in the table; `only`: of these Pods alone, null: of all. */
function badgesIn(view: ClusterView, tables: Tables, only: ReadonlySet<NamespacedName> | null): (key: NamespacedName) => number {
  const order = servicesInOrder(view, null);
  const none = badgesId(tables, "", () => []);
  const withOne = (before: number, service: NamespacedName, solid: boolean): number =>
    badgesId(tables, `${before} ${service} ${solid}`, () => [...(tables.badges[before] ?? []), { service, solid }]);
  if (only === null) {
    const ids = new Map<NamespacedName, number>();
    for (const service of order)
      for (const [key, solid] of membersOf(service)) ids.set(key, withOne(ids.get(key) ?? none, service.key, solid));
    return (key) => ids.get(key) ?? none;
  }
  return (key) =>
    order.reduce((id, service) => {
      const solid = membersOf(service).get(key);
      return solid === undefined ? id : withOne(id, service.key, solid);
    }, none);
}

function badgesId({ badges, badgeIds }: Tables, key: string, make: () => Badges): number {
  let id = badgeIds.get(key);
  if (id === undefined) {
    id = badges.push(make()) - 1;
    badgeIds.set(key, id);
  }
  return id;
}

interface World {
  readonly view: ClusterView;
  readonly options: SceneOptions;
  readonly tables: Tables;
  readonly bars: ReadonlyMap<NamespacedName, PolicyBar>;
  readonly badgesOf: (key: NamespacedName) => number;
}

function packOf(keys: Pack["keys"], pods: readonly PodView[], world: World): Pack {
  const byKey = new Map(pods.map((pod) => [pod.key, pod]));
  const [names, details, looks]: [string[], string[], number[]] = [[], [], []];
  for (const key of keys) {
    const pod = key === null ? undefined : byKey.get(key);
    names.push(pod?.shortName ?? "");
    details.push(pod === undefined ? "" : podDetail(pod, world.options));
    looks.push(pod === undefined ? 0 : lookOf(pod, world));
  }
  return { keys, names, details, looks };
}

function lookOf(pod: PodView, { tables, bars, badgesOf }: World): number {
  const bar = pod.hostNetwork ? null : (bars.get(pod.key) ?? null);
  const own = podNotes(pod);
  const notes = own.length === 0 && bar !== null ? barNotes(bar) : own;
  const badges = hasBadge(pod) ? badgesOf(pod.key) : -1;
  const key = `${pod.state} ${pod.role} ${pod.hostNetwork} ${badges} ${bar === null ? "" : `${bar.ingress}${bar.egress}${bar.enforced}`} ${pod.namespace} ${notes.join("|")}`;
  let id = tables.lookIds.get(key);
  if (id === undefined) {
    const { state, role, hostNetwork, namespace } = pod;
    id = tables.looks.push({ state, notes, role, hostNetwork, badges: tables.badges[badges] ?? [], bar, namespace }) - 1;
    tables.lookIds.set(key, id);
  }
  return id;
}
