/**
 * The view of the moment, made from the one before: what stayed the same is not looked at, so that a change costs what it
 * touches. Which objects changed is read off the stored lists, whose objects never change: nobody has to tell. The result
 * is what `clusterView` makes of the same state from nothing.
 */
import type { NamespacedName } from "../base/names.ts";
import { sameJson } from "../api/json.ts";
import { changesBetween, keyOf, listed, type ObjectStore } from "../api/store.ts";
import { ownedBy, servicesFor } from "../api/store-index.ts";
import type { EndpointSlice, KubeObject, Pod, Service } from "../api/types.ts";
import { SERVICE_NAME_LABEL, frameOf, podView, serviceView, sliceView, sourceOf, type ViewWorld } from "./cluster-view.ts";
import type { SimulationState } from "./state.ts";
import type { ClusterView, PodView, ServiceView, SliceView, SourceRef } from "./view.ts";

/** Objects and what is shown of each, in the same order. */
interface Shown<T, V> {
  readonly objects: readonly T[];
  readonly views: readonly V[];
}

const NOTHING: Shown<never, never> = { objects: [], views: [] };
const NOBODY: ReadonlySet<NamespacedName> = new Set();

export class ViewBook {
  private pods: Shown<Pod, PodView> = NOTHING;
  private services: Shown<Service, ServiceView> = NOTHING;
  private slices: Shown<EndpointSlice, SliceView> = NOTHING;
  /** Kinds that own Pods, or own what owns Pods: the workload of a Pod is read off them. */
  private owners: ReadonlyMap<string, readonly KubeObject[]> = new Map();
  private overrides: ReadonlyMap<NamespacedName, boolean> = new Map();
  private domain = "";
  private sourcesMoved = false;

  /** Where the manifests make the objects may have changed: lines moved. */
  sourcesChanged(): void {
    this.sourcesMoved = true;
  }

  viewOf(state: SimulationState, world: ViewWorld): ClusterView {
    const { store } = state;
    const [pods, services, slices] = [listed(store, "Pod"), listed(store, "Service"), listed(store, "EndpointSlice")];
    if (this.domain !== state.settings.dnsDomain) this.services = NOTHING;
    this.domain = state.settings.dnsDomain;
    const touched = this.services === NOTHING ? NOBODY : this.touchedServices(store, pods, slices);
    this.slices = { objects: slices, views: followed(this.slices, slices, (slice) => sliceView(slice, store)) };
    this.pods = this.podsNow(state, pods);
    this.services = this.servicesNow(state, services, touched, world);
    this.sourcesMoved = false;
    return { ...frameOf(state, world), pods: this.pods.views, services: this.services.views, slices: this.slices.views };
  }

  /** Services whose Pods or slices changed. */
  private touchedServices(store: ObjectStore, pods: readonly Pod[], slices: readonly EndpointSlice[]): ReadonlySet<NamespacedName> {
    const touched = new Set<NamespacedName>();
    const podChanges = changesBetween(this.pods.objects, pods);
    for (const { metadata } of [...podChanges.gone, ...podChanges.come])
      for (const service of servicesFor(store, metadata.namespace ?? "", metadata.labels)) touched.add(keyOf(service));
    const sliceChanges = changesBetween(this.slices.objects, slices);
    for (const { metadata } of [...sliceChanges.gone, ...sliceChanges.come])
      touched.add(`${metadata.namespace ?? ""}/${metadata.labels?.[SERVICE_NAME_LABEL] ?? ""}`);
    return touched;
  }

  private podsNow(state: SimulationState, pods: readonly Pod[]): Shown<Pod, PodView> {
    const moved = [...this.movedWorkloads(state.store), ...this.movedOverrides(state)];
    // What nobody has seen yet is made now in any case.
    const again = this.pods === NOTHING ? NOBODY : new Set(moved);
    const views = followed(this.pods, pods, (pod) => podView(state, pod));
    const isDue = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined || (again.size > 0 && again.has(keyOf(pod)));
    const now = replaced(pods, views, isDue, (pod) => podView(state, pod));
    return { objects: pods, views: this.sourcesMoved ? withSources(state, pods, now) : now };
  }

  private servicesNow(
    state: SimulationState,
    services: readonly Service[],
    touched: ReadonlySet<NamespacedName>,
    world: ViewWorld,
  ): Shown<Service, ServiceView> {
    const before = this.services;
    const make = (service: Service): ServiceView => serviceView(state, service, world);
    const views = followed(before, services, make);
    // What a load balancer reaches follows from nodes and from what each kube-proxy has synced.
    const isDue = (service: Service): boolean =>
      service.spec.type === "LoadBalancer" || (touched.size > 0 && before !== NOTHING && touched.has(keyOf(service)));
    const now = replaced(services, views, isDue, make);
    return { objects: services, views: this.sourcesMoved ? withSources(state, services, now) : now };
  }

  /** Pods whose owners came, went or got another owner themselves. */
  private movedWorkloads(store: ObjectStore): readonly NamespacedName[] {
    const kinds = new Set([...this.owners.keys(), ...[...store.objects.keys()].filter((kind) => !NO_OWNERS.has(kind))]);
    const moved: NamespacedName[] = [];
    const now = new Map<string, readonly KubeObject[]>();
    for (const kind of kinds) {
      const objects = listed(store, kind);
      now.set(kind, objects);
      const { gone, come } = changesBetween(this.owners.get(kind) ?? [], objects);
      const old = new Map(gone.map((object) => [keyOf(object), object]));
      const changed = come.filter((object) => {
        const before = old.get(keyOf(object));
        old.delete(keyOf(object));
        return before === undefined || !sameJson(before.metadata.ownerReferences, object.metadata.ownerReferences);
      });
      if (this.pods !== NOTHING)
        for (const object of [...changed, ...old.values()]) for (const pod of podsUnder(store, object)) moved.push(pod);
    }
    this.owners = now;
    return moved;
  }

  private movedOverrides({ memory: { readyOverrides } }: SimulationState): readonly NamespacedName[] {
    const before = this.overrides;
    const keys = new Set([...before.keys(), ...readyOverrides.keys()]);
    this.overrides = new Map(readyOverrides);
    return [...keys].filter((key) => before.get(key) !== readyOverrides.get(key));
  }
}

/** Kinds that own no Pods: they are many, or change often. */
const NO_OWNERS: ReadonlySet<string> = new Set(["Pod", "Service", "EndpointSlice", "Event", "Node", "ConfigMap", "Namespace"]);

/** Pods that the object owns, or that something owns which it owns. */
function podsUnder(store: ObjectStore, object: KubeObject, depth = 0): readonly NamespacedName[] {
  const owned = depth > 8 ? [] : ownedBy(store, object.metadata.uid ?? "");
  return owned.flatMap((each) => (each.kind === "Pod" ? [keyOf(each)] : podsUnder(store, each, depth + 1)));
}

/** The views of these objects: of those that were there already as they were, of others made now. */
function followed<T extends KubeObject, V>(
  { objects: before, views }: Shown<T, V>,
  objects: readonly T[],
  make: (object: T) => V,
): readonly V[] {
  if (before === objects) return views;
  if (before.length === objects.length) {
    // Most changes change one object in its place.
    return objects.map((object, i) => (object === before[i] ? (views[i] as V) : make(object)));
  }
  if (before.length === 0) return objects.map(make);
  const { gone, come } = changesBetween(before, objects);
  // Both lists hold those that stayed in the same order; those that went and came stand in it too.
  const now: V[] = [];
  let [left, right, at] = [0, 0, 0];
  for (const object of objects) {
    if (object === come[right]) {
      right += 1;
      now.push(make(object));
      continue;
    }
    while (before[at] === gone[left] && left < gone.length) [left, at] = [left + 1, at + 1];
    now.push(views[at++] as V);
  }
  return now;
}

/** The same list where nothing is due. */
function replaced<T, V>(objects: readonly T[], views: readonly V[], isDue: (object: T) => boolean, make: (object: T) => V): readonly V[] {
  let now: V[] | null = null;
  objects.forEach((object, i) => {
    if (isDue(object)) (now ??= [...views])[i] = make(object);
  });
  return now ?? views;
}

function withSources<T extends KubeObject, V extends { readonly source: SourceRef | null }>(
  state: SimulationState,
  objects: readonly T[],
  views: readonly V[],
): readonly V[] {
  // Of thousands of Pods mostly none stands in a text.
  const kind = `${objects[0]?.kind ?? ""} `;
  const stands = [...state.memory.applied.keys()].some((name) => name.startsWith(kind));
  if (!stands && views.every(({ source }) => source === null)) return views;
  return views.map((view, i) => {
    const source = sourceOf(state, objects[i] as T);
    const { source: before } = view;
    const same = source?.file === before?.file && source?.document === before?.document && source?.line === before?.line;
    return same ? view : { ...view, source };
  });
}
