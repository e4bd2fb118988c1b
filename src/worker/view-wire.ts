/**
 * The cluster's view on its way from the worker to the page. A view shares with the one before what did not change, but a
 * message between threads copies everything: of 3,000 Pods of which one changed, 3,000 would be written and read. So only
 * what is new goes over, with places that say where in the view before the rest stands. What did not change then is the
 * same object in the page too.
 *
 * Of a large cluster even what is new takes the page long to read. It goes ahead in parts, each a message of its own, so that
 * keys and clicks can come in between, and each in columns (`view-columns.ts`); the update itself then only names them.
 */
import type { NamespacedName } from "../core/base/names.ts";
import type { ClusterView, EndpointView, PodView, ServiceView, SliceView, TimelineEvent } from "../core/simulation/view.ts";
import type { FromWorker, Update } from "./protocol.ts";
import {
  eventColumns,
  eventsIn,
  podColumns,
  podsIn,
  sliceColumns,
  slicesIn,
  type EventColumns,
  type PodColumns,
  type SliceColumns,
} from "./view-columns.ts";

/** `from[i]`: where the i-th stood in the list before; -1: it is the next of `fresh`, or of the parts that went ahead. */
interface WiredList<T> {
  readonly from: Int32Array;
  readonly fresh: readonly T[];
}

const LISTS = ["pods", "services", "slices", "nodes"] as const;
type Listed = (typeof LISTS)[number];

/** Endpoints that a slice of the view has too, and Pods that the view has: their places there. */
type WiredService = Omit<ServiceView, "endpoints" | "selects"> & {
  readonly endpoints: readonly EndpointView[] | Int32Array;
  readonly selects: readonly NamespacedName[] | Int32Array;
};

type WiredView = Omit<ClusterView, Listed> & {
  /** null: the very same list as before. */
  readonly [K in Exclude<Listed, "services">]: WiredList<ClusterView[K][number]> | null;
} & { readonly services: WiredList<WiredService> | null };

export type WiredUpdate = Omit<Update, "cluster"> & { readonly cluster: WiredView | null };

/** All Pods of the view that comes, once those that are new have gone ahead: slices name Pods by their places in it. */
interface PodList {
  readonly kind: "pod-list";
  readonly list: WiredList<PodView> | null;
}

/** A piece of what the next update tells. */
interface Part {
  readonly kind: "part";
  readonly part: PodColumns | PodList | SliceColumns | EventColumns;
}

/** A message as it goes from the worker to the page. */
export type OverWire = Exclude<FromWorker, Update> | WiredUpdate | Part;

/** A list with more new entries than this goes in parts, of so many rows each. */
const MANY = 2_000;
const PART = 4_000;
/** A Service with so many endpoints names them by their places in the slices. */
const MANY_ENDPOINTS = 100;

/** The worker's end: remembers the view that was sent last. One for each page, in step with its `fromWire`; posts in order. */
export function toWire(post: (message: OverWire) => void): (message: FromWorker) => void {
  let before: ClusterView | null = null;
  return (message) => {
    if (message.kind !== "update") return post(message);
    const timeline = eventsAhead(message.timeline, post);
    const { cluster } = message;
    if (cluster === null) return post({ ...message, timeline, cluster: null });
    const view = before === null ? cluster : { ...cluster, nodes: alike(before.nodes, cluster.nodes) };
    const wired = wiredView(before, view, post);
    before = view;
    post({ ...message, timeline, cluster: wired });
  };
}

/** What went ahead of an update. */
interface Ahead {
  readonly fresh: PodView[];
  pods: readonly PodView[] | null;
  readonly slices: SliceView[];
  readonly events: TimelineEvent[];
}

/** The page's end: remembers the view that came last. null: more comes. */
export function fromWire(): (message: OverWire) => FromWorker | null {
  let before: ClusterView | null = null;
  const nothing = (): Ahead => ({ fresh: [], pods: null, slices: [], events: [] });
  let ahead = nothing();
  return (message) => {
    if (message.kind === "part") {
      take(before, ahead, message.part);
      return null;
    }
    if (message.kind !== "update") return message;
    const came = ahead;
    ahead = nothing();
    const timeline = came.events.length === 0 ? message.timeline : came.events;
    const { cluster } = message;
    if (cluster === null) return { ...message, timeline, cluster: null };
    before = readView(before, cluster, came);
    return { ...message, timeline, cluster: before };
  };
}

function take(before: ClusterView | null, ahead: Ahead, part: Part["part"]): void {
  switch (part.kind) {
    case "pods":
      return addAll(ahead.fresh, podsIn(part));
    case "pod-list":
      ahead.pods = readList(before?.pods, part.list, ahead.fresh);
      return;
    case "slices":
      return addAll(ahead.slices, slicesIn(part, ahead.pods ?? []));
    case "events":
      return addAll(ahead.events, eventsIn(part));
  }
}

function addAll<T>(list: T[], more: readonly T[]): void {
  for (const one of more) list.push(one);
}

/** What is left of the timeline for the update itself. */
function eventsAhead(events: readonly TimelineEvent[], post: (message: OverWire) => void): readonly TimelineEvent[] {
  if (events.length <= MANY) return events;
  for (let i = 0; i < events.length; i += PART) post({ kind: "part", part: eventColumns(events.slice(i, i + PART)) });
  return [];
}

function wiredView(before: ClusterView | null, view: ClusterView, post: (message: OverWire) => void): WiredView {
  const pods = wiredList(before?.pods, view.pods);
  const slices = wiredList(before?.slices, view.slices);
  const services = wiredList(before?.services, view.services);
  const ahead = podsAhead(pods, view, post) || (slices?.fresh.length ?? 0) * 100 > MANY;
  if (ahead) post({ kind: "part", part: { kind: "pod-list", list: pods === null ? null : { ...pods, fresh: fewOf(pods.fresh) } } });
  return {
    ...view,
    pods: ahead || pods === null ? null : pods,
    services: services === null ? null : { ...services, fresh: services.fresh.map((service) => wiredService(service, view)) },
    slices: slices !== null && ahead ? slicesAhead(slices, view, post) : slices,
    nodes: wiredList(before?.nodes, view.nodes),
  };
}

/** As many go with the list; more went ahead of it. */
function fewOf<T>(fresh: readonly T[]): readonly T[] {
  return fresh.length > MANY ? [] : fresh;
}

/** True where new Pods went ahead. */
function podsAhead(pods: WiredList<PodView> | null, { pods: all }: ClusterView, post: (message: OverWire) => void): boolean {
  if (pods === null || pods.fresh.length <= MANY || all.length === 0) return false;
  for (let i = 0; i < pods.fresh.length; i += PART) post({ kind: "part", part: podColumns(pods.fresh.slice(i, i + PART)) });
  return true;
}

/** The list of slices without those that are new, which go ahead. */
function slicesAhead(slices: WiredList<SliceView>, view: ClusterView, post: (message: OverWire) => void): WiredList<SliceView> {
  const places = podPlaces(view);
  let from = 0;
  let rows = 0;
  slices.fresh.forEach(({ endpoints }, i) => {
    rows += endpoints.length;
    if (rows < PART && i < slices.fresh.length - 1) return;
    post({ kind: "part", part: sliceColumns(slices.fresh.slice(from, i + 1), places) });
    [from, rows] = [i + 1, 0];
  });
  return { from: slices.from, fresh: [] };
}

const placesKnown = new WeakMap<readonly PodView[], ReadonlyMap<NamespacedName, number>>();

function podPlaces({ pods }: ClusterView): ReadonlyMap<NamespacedName, number> {
  let places = placesKnown.get(pods);
  if (places === undefined) placesKnown.set(pods, (places = new Map(pods.map(({ key }, i) => [key, i]))));
  return places;
}

function wiredService(service: ServiceView, view: ClusterView): WiredService {
  if (service.endpoints.length < MANY_ENDPOINTS && service.selects.length < MANY_ENDPOINTS) return service;
  const places = podPlaces(view);
  const selects = Int32Array.from(service.selects, (key) => places.get(key) ?? -1);
  return {
    ...service,
    endpoints: endpointPlaces(service, view) ?? service.endpoints,
    selects: selects.includes(-1) ? service.selects : selects,
  };
}

/** The Service's endpoints as places among those of all slices; null where one of them is not as in its slice. */
function endpointPlaces({ key, endpoints }: ServiceView, { slices }: ClusterView): Int32Array | null {
  const places = new Map<string, { readonly endpoint: EndpointView; readonly place: number }>();
  let place = 0;
  for (const slice of slices) {
    if (slice.service === key) slice.endpoints.forEach((endpoint, i) => places.set(endpoint.address, { endpoint, place: place + i }));
    place += slice.endpoints.length;
  }
  const found = Int32Array.from(endpoints, (endpoint) => {
    const other = places.get(endpoint.address);
    return other !== undefined && sameEndpoint(other.endpoint, endpoint) ? other.place : -1;
  });
  return found.includes(-1) ? null : found;
}

function sameEndpoint(a: EndpointView, b: EndpointView): boolean {
  return (
    a.pod === b.pod &&
    a.node === b.node &&
    a.zone === b.zone &&
    a.ready === b.ready &&
    a.serving === b.serving &&
    a.terminating === b.terminating &&
    a.hostname === b.hostname &&
    (a.ports === b.ports || JSON.stringify(a.ports) === JSON.stringify(b.ports))
  );
}

function readView(before: ClusterView | null, wired: WiredView, ahead: Ahead): ClusterView {
  const pods = ahead.pods ?? readList(before?.pods, wired.pods, []);
  const slices = readList(before?.slices, wired.slices, ahead.slices);
  let all: readonly EndpointView[] | null = null;
  const endpointAt = (place: number): EndpointView => {
    const endpoint = (all ??= slices.flatMap(({ endpoints }) => endpoints))[place];
    if (endpoint === undefined) throw new Error(`a Service has endpoint ${place} of ${all.length}`);
    return endpoint;
  };
  const service = (one: WiredService): ServiceView => ({
    ...one,
    endpoints: one.endpoints instanceof Int32Array ? Array.from(one.endpoints, endpointAt) : one.endpoints,
    selects: one.selects instanceof Int32Array ? Array.from(one.selects, (place) => pods[place]?.key ?? "") : one.selects,
  });
  const services = wired.services === null ? null : { ...wired.services, fresh: wired.services.fresh.map(service) };
  return {
    ...wired,
    pods,
    services: readList(before?.services, services, []),
    slices,
    nodes: readList(before?.nodes, wired.nodes, []),
  };
}

function wiredList<T extends object>(before: readonly T[] | undefined, list: readonly T[]): WiredList<T> | null {
  if (before === list) return null;
  const from = new Int32Array(list.length);
  const fresh: T[] = [];
  // Most changes change one thing in its place; only where a thing stands elsewhere all places are looked up.
  let places: Map<T, number> | null = null;
  list.forEach((one, i) => {
    if (before?.[i] === one) {
      from[i] = i;
      return;
    }
    places ??= new Map((before ?? []).map((other, at) => [other, at]));
    from[i] = places.get(one) ?? -1;
    if (from[i] === -1) fresh.push(one);
  });
  return { from, fresh };
}

/** `ahead`: what is new and came before. */
function readList<T>(before: readonly T[] | undefined, wired: WiredList<T> | null, ahead: readonly T[]): readonly T[] {
  if (wired === null) {
    if (before === undefined) throw new Error("a list that is as before, and none was before");
    return before;
  }
  const { from } = wired;
  const fresh = ahead.length > 0 ? ahead : wired.fresh;
  let next = 0;
  return Array.from(from, (at) => {
    const one = at === -1 ? fresh[next++] : before?.[at];
    if (one === undefined) throw new Error(`nothing stood at ${at} of ${before?.length ?? 0}, or no ${next} of ${fresh.length} are new`);
    return one;
  });
}

/** Views of nodes are made anew for every view: those that read the same are the same. */
function alike<T extends { readonly name: string }>(before: readonly T[], list: readonly T[]): readonly T[] {
  const known = new Map(before.map((one) => [one.name, one]));
  const now = list.map((one) => {
    const other = known.get(one.name);
    return other !== undefined && JSON.stringify(other) === JSON.stringify(one) ? other : one;
  });
  return now.length === before.length && now.every((one, i) => one === before[i]) ? before : now;
}
