/**
 * The service ports of a family, kept in step with lists of Services and slices that change here and there: what a
 * change costs does not depend on how many others there are. The result is what `servicePorts` reads from the same lists,
 * by identity too where nothing changed.
 */
import { compareText, type Family } from "../base/names.ts";
import { changesBetween, keyOf } from "../api/store.ts";
import type { EndpointSlice, Service } from "../api/types.ts";
import { comparePorts, portsOf, serviceKey, serviceOfSlice, type ServicePortInfo } from "./service-ports.ts";

/** More changes than that are read anew at once. */
const MANY = 500;

export class ServicePortBook {
  private readonly family: Family;
  private services: readonly Service[] = [];
  private slices: readonly EndpointSlice[] = [];
  /** Slices by `namespace/service`, in the order of their keys. */
  private readonly slicesOf = new Map<string, readonly EndpointSlice[]>();
  private ports: readonly ServicePortInfo[] = [];

  constructor(family: Family) {
    this.family = family;
  }

  /** Service ports of these lists, both in the order of their keys, whatever was asked before. */
  portsOf(services: readonly Service[], slices: readonly EndpointSlice[]): readonly ServicePortInfo[] {
    const changed = new Map<string, Service | null>();
    const serviceChanges = changesBetween(this.services, services);
    for (const service of serviceChanges.gone) changed.set(serviceKey(service), null);
    for (const service of serviceChanges.come) changed.set(serviceKey(service), service);
    const touched = this.moveSlices(slices);
    const missing = new Set([...touched].filter((key) => !changed.has(key)));
    if (missing.size > 0) for (const service of found(services, missing)) changed.set(serviceKey(service), service);
    this.services = services;
    this.slices = slices;
    if (changed.size > 0) this.ports = this.replaced(changed);
    return this.ports;
  }

  /** Services whose slices changed. */
  private moveSlices(slices: readonly EndpointSlice[]): ReadonlySet<string> {
    const touched = new Set<string>();
    const { gone, come } = changesBetween(this.slices, slices);
    const without = new Set(gone);
    const of = (slice: EndpointSlice): string | null => serviceOfSlice(slice, this.family);
    for (const slice of [...gone, ...come]) {
      const key = of(slice);
      if (key !== null) touched.add(key);
    }
    const added = new Map<string, EndpointSlice[]>();
    for (const slice of come) {
      const key = of(slice);
      if (key !== null) added.set(key, [...(added.get(key) ?? []), slice]);
    }
    for (const key of touched) {
      const kept = (this.slicesOf.get(key) ?? []).filter((slice) => !without.has(slice));
      const now = [...kept, ...(added.get(key) ?? [])].sort((a, b) => compareText(keyOf(a), keyOf(b)));
      if (now.length === 0) this.slicesOf.delete(key);
      else this.slicesOf.set(key, now);
    }
    return touched;
  }

  private replaced(changed: ReadonlyMap<string, Service | null>): readonly ServicePortInfo[] {
    const come = [...changed].flatMap(([key, service]) =>
      service === null ? [] : portsOf(service, this.slicesOf.get(key) ?? NONE, this.family),
    );
    if (changed.size > MANY) {
      const kept = this.ports.filter(({ namespace, service }) => !changed.has(`${namespace}/${service}`));
      return [...kept, ...come].sort(comparePorts);
    }
    const ports = [...this.ports];
    for (const key of changed.keys()) {
      const slash = key.indexOf("/");
      const [namespace, service] = [key.slice(0, slash), key.slice(slash + 1)];
      const at = placeOf(ports, namespace, service);
      let end = at;
      while (ports[end]?.namespace === namespace && ports[end]?.service === service) end++;
      const own = come.filter((port) => port.namespace === namespace && port.service === service).sort(comparePorts);
      ports.splice(at, end - at, ...own);
    }
    return ports;
  }
}

const NONE: readonly EndpointSlice[] = [];

/** The Services of these keys, found in the ordered list. */
function found(services: readonly Service[], keys: ReadonlySet<string>): readonly Service[] {
  // A stored Service without a namespace stands under its bare name.
  if (keys.size > MANY || [...keys].some((key) => key.startsWith("/"))) return services.filter((service) => keys.has(serviceKey(service)));
  return [...keys].flatMap((key) => {
    const at = lowerBound(services.length, (i) => compareText(keyOf(services[i] as Service), key) < 0);
    const service = services[at];
    return service !== undefined && keyOf(service) === key ? [service] : [];
  });
}

/** Where the Service's ports stand, or would stand. */
function placeOf(ports: readonly ServicePortInfo[], namespace: string, service: string): number {
  return lowerBound(ports.length, (i) => {
    const port = ports[i] as ServicePortInfo;
    return (compareText(port.namespace, namespace) || compareText(port.service, service)) < 0;
  });
}

/** The first of `length` positions that is not before. */
function lowerBound(length: number, isBefore: (position: number) => boolean): number {
  let [from, to] = [0, length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (isBefore(middle)) from = middle + 1;
    else to = middle;
  }
  return from;
}
