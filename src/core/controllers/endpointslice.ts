/**
 * The EndpointSlice controller: for each Service with a selector, slices that list its Pods, at most 100 endpoints each.
 * (staging/src/k8s.io/endpointslice/reconciler.go, utils.go)
 */
import type { Family } from "../base/names.ts";
import { sameJson } from "../api/json.ts";
import { get, keyOf, list } from "../api/store.ts";
import { slicesFor } from "../api/store-index.ts";
import type { Endpoint, EndpointPort, EndpointSlice, Service, StringMap } from "../api/types.ts";
import { familiesOfService, portGroupsOf } from "./endpoints-of-service.ts";
import type { PortGroup } from "./endpoints-of-service.ts";
import { withHints } from "./hints.ts";
import { areKept, keepSlices } from "./kept-slices.ts";
import { isTerminating } from "./lookup.ts";
import { controlledBy, erase, instantOf, randomSuffix, stream, uidOf, write } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

export const MAX_ENDPOINTS = 100;
export const SERVICE_NAME = "kubernetes.io/service-name";
export const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const HEADLESS = "service.kubernetes.io/headless";
const CONTROLLER = "endpointslice-controller.k8s.io";

export function reconcileEndpointSlices(world: World, key: string): readonly WakeUp[] {
  const service = get(world.store, "Service", key);
  if (service === undefined || service.spec.type === "ExternalName" || Object.keys(service.spec.selector ?? {}).length === 0) return [];
  if (areKept(world, "endpointslice", key, () => causesOf(world, service))) return [];
  const families = familiesOfService(service);
  const existing = slicesManagedBy(world, service, CONTROLLER);
  for (const slice of existing)
    if (!families.some((family) => family === slice.addressType))
      erase(world, "EndpointSlice", `${slice.metadata.namespace ?? ""}/${slice.metadata.name}`);
  const nodes = list(world.store, "Node");
  for (const family of families) {
    const groups = withHints(service, portGroupsOf(world.store, service, family), nodes);
    settleFamily(
      world,
      service,
      family,
      groups,
      existing.filter((slice) => slice.addressType === family),
    );
  }
  return [];
}

/** What a Service's slices follow from. */
function causesOf(world: World, service: Service): unknown {
  const groups = familiesOfService(service).map((family) => portGroupsOf(world.store, service, family));
  return [groups, service.spec.selector, service.spec.publishNotReadyAddresses, service.spec.trafficDistribution];
}

/** Slices that came with the Service out of a cluster stay as they are while nothing changes that they follow from. */
export function keepBroughtSlices(world: World, service: Service): void {
  keepSlices(world, "endpointslice", keyOf(service), causesOf(world, service));
}

/** Slices of a Service that this controller looks after, in the order of their creation. */
export function slicesManagedBy(
  world: World,
  service: { readonly metadata: { readonly name: string; readonly namespace?: string } },
  manager: string,
): EndpointSlice[] {
  const key = `${service.metadata.namespace ?? ""}/${service.metadata.name}`;
  return slicesFor(world.store, key).filter(
    (slice): slice is EndpointSlice => slice.metadata.labels?.[MANAGED_BY] === manager && !isTerminating(slice),
  );
}

/** A slice while its content is worked out; `slice` is null for one to be made. */
interface Draft {
  readonly slice: EndpointSlice | null;
  readonly ports: readonly EndpointPort[];
  endpoints: Endpoint[];
  changed: boolean;
}

function settleFamily(
  world: World,
  service: Service,
  family: Family,
  groups: readonly PortGroup[],
  existing: readonly EndpointSlice[],
): void {
  const drafts = groups.flatMap((group) =>
    fill(
      group,
      existing.filter((slice) => samePorts(slice.ports, group.ports)),
    ),
  );
  const kept = new Set(drafts.map((draft) => draft.slice).filter((slice) => slice !== null));
  const spare = existing.filter((slice) => !kept.has(slice));
  // A slice that is left empty goes; when nothing is left, one without endpoints and ports stands for the Service.
  const alive = drafts.filter((draft) => draft.endpoints.length > 0);
  spare.push(...drafts.filter((draft) => draft.endpoints.length === 0).flatMap((draft) => (draft.slice === null ? [] : [draft.slice])));
  if (alive.length === 0) alive.push({ slice: null, ports: [], endpoints: [], changed: true });
  for (const draft of alive) {
    // One to delete and one to create are one update: the name stays.
    const slice = draft.slice ?? spare.shift() ?? null;
    store(world, service, family, slice, draft);
  }
  for (const slice of spare) erase(world, "EndpointSlice", `${slice.metadata.namespace ?? ""}/${slice.metadata.name}`);
}

function samePorts(a: readonly EndpointPort[], b: readonly EndpointPort[]): boolean {
  const text = (ports: readonly EndpointPort[]): string =>
    ports
      .map(({ name, port, protocol, appProtocol }) => JSON.stringify([name ?? "", port ?? null, protocol ?? "TCP", appProtocol ?? ""]))
      .sort()
      .join();
  return text(a) === text(b);
}

/** The same Pod at the same address is the same endpoint, whatever its conditions. */
function isSameEndpoint(a: Endpoint, b: Endpoint): boolean {
  const sameRef = (a.targetRef?.uid ?? "") === (b.targetRef?.uid ?? "") && (a.targetRef?.name ?? "") === (b.targetRef?.name ?? "");
  if (!sameRef || a.addresses.length !== b.addresses.length) return false;
  return a.addresses.every((address, i) => address === b.addresses[i]);
}

/** Spreads a group's endpoints over the slices that have its ports. Those that are listed keep their place, others follow them. */
function fill(group: PortGroup, slices: readonly EndpointSlice[]): Draft[] {
  // Pods of one namespace have each their own name.
  const wanted = new Map(group.endpoints.map((endpoint) => [endpoint.targetRef?.name ?? "", endpoint]));
  const drafts: Draft[] = slices.map((slice) => {
    const endpoints: Endpoint[] = [];
    let changed = false;
    for (const endpoint of slice.endpoints) {
      const name = endpoint.targetRef?.name ?? "";
      const now = wanted.get(name);
      const stays = now !== undefined && isSameEndpoint(now, endpoint);
      if (stays) wanted.delete(name);
      const isNews = !stays || !sameJson(now, endpoint);
      // One that says the same stays the same value.
      if (stays) endpoints.push(isNews ? now : endpoint);
      changed ||= isNews;
    }
    return { slice, ports: group.ports, endpoints, changed };
  });
  const all = [...wanted.values()];
  let given = 0;
  const give = (draft: Draft): void => {
    const room = Math.min(MAX_ENDPOINTS - draft.endpoints.length, all.length - given);
    for (let i = 0; i < room; i++) draft.endpoints.push(all[given++] as Endpoint); // as many as there are
    if (room > 0) draft.changed = true;
  };
  const byFullest = (a: Draft, b: Draft): number => b.endpoints.length - a.endpoints.length;
  for (const draft of drafts.filter((each) => each.changed).sort(byFullest)) give(draft);
  while (given < all.length) {
    const rest = all.length - given;
    const room =
      rest > MAX_ENDPOINTS
        ? undefined
        : drafts.filter((draft) => !draft.changed && draft.endpoints.length + rest <= MAX_ENDPOINTS).sort(byFullest)[0];
    const draft = room ?? { slice: null, ports: group.ports, endpoints: [], changed: true };
    if (room === undefined) drafts.push(draft);
    give(draft);
  }
  return drafts;
}

function store(world: World, service: Service, family: Family, slice: EndpointSlice | null, { ports, endpoints }: Draft): void {
  const labels = labelsFor(service);
  if (slice !== null) {
    const changed = !sameJson([slice.endpoints, slice.ports, slice.metadata.labels], [endpoints, ports, labels]);
    const generation = (slice.metadata.generation ?? 1) + (changed ? 1 : 0);
    write(world, { ...slice, metadata: { ...slice.metadata, labels, generation }, endpoints, ports });
    return;
  }
  write(world, { ...newSlice(world, service, family, labels), endpoints, ports });
}

/** A slice without content, under a fresh name, owned by `owner`. */
export function newSlice(
  world: World,
  owner: { readonly apiVersion: string; readonly kind: string; readonly metadata: Service["metadata"] },
  family: Family,
  labels: StringMap,
): EndpointSlice {
  const { name: base, namespace = "" } = owner.metadata;
  let name = "";
  for (let attempt = 0; name === "" || get(world.store, "EndpointSlice", `${namespace}/${name}`) !== undefined; attempt++) {
    name = `${base}-${randomSuffix(stream(world, `EndpointSlice ${namespace}/${base} ${attempt}`))}`;
  }
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name,
      generateName: `${base}-`,
      namespace,
      uid: uidOf(world, "EndpointSlice", `${namespace}/${name}`),
      creationTimestamp: instantOf(world),
      generation: 1,
      labels,
      ownerReferences: [controlledBy(owner)],
    },
    addressType: family,
    endpoints: [],
    ports: [],
  };
}

/** The Service's labels, the reserved ones set by the controller. */
function labelsFor(service: Service): StringMap {
  const { [SERVICE_NAME]: _name, [MANAGED_BY]: _manager, [HEADLESS]: _headless, ...labels } = service.metadata.labels ?? {};
  const address = service.spec.clusterIP ?? "";
  const headless: StringMap = address === "" || address === "None" ? { [HEADLESS]: "" } : {};
  return { ...labels, ...headless, [SERVICE_NAME]: service.metadata.name, [MANAGED_BY]: CONTROLLER };
}
