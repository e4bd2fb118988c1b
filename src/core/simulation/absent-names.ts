/** Names that one may expect of a Service and that are not in DNS, each with the reason. */
import type { NamespacedName } from "../base/names.ts";
import { get, type ObjectStore } from "../api/store.ts";
import { slicesFor } from "../api/store-index.ts";
import type { EndpointSlice, Service } from "../api/types.ts";

export interface AbsentName {
  /** Absolute, or what stands for several names. */
  readonly name: string;
  /** A sentence without its end. */
  readonly because: string;
}

/** `domain` without a final dot. */
export function absentNames(store: ObjectStore, key: NamespacedName, domain: string): readonly AbsentName[] {
  const service = get(store, "Service", key);
  if (service === undefined) return [];
  const { name, namespace = "default" } = service.metadata;
  const own = `${name}.${namespace}.svc.${domain}.`;
  if (service.spec.type === "ExternalName") return ofExternalName(service, own);
  const slices = slicesFor(store, key) as readonly EndpointSlice[]; // only slices stand in that index
  return [...ofWhole(service, own, slices), ...ofEndpoints(own, slices), ...ofOutside(service)];
}

function ofExternalName({ spec }: Service, own: string): readonly AbsentName[] {
  const isAddress = /^[\d.]+$|:/.test(spec.externalName ?? "");
  if (isAddress)
    return [
      { name: own, because: `externalName is an address (${spec.externalName}), and an alias must be a name: CoreDNS answers NXDOMAIN` },
    ];
  return [
    {
      name: `anything below ${own}`,
      because: "an ExternalName is an alias alone: it has no endpoints, no ports and no address of its own",
    },
  ];
}

function ofWhole({ spec }: Service, own: string, slices: readonly EndpointSlice[]): readonly AbsentName[] {
  const ready = slices.some(({ endpoints }) => endpoints.some(isReady));
  if (ready) return [];
  const any = slices.some(({ endpoints }) => endpoints.length > 0);
  const why = any ? "none of its endpoints is ready" : "it has no endpoints";
  if (spec.clusterIP === "None") return [{ name: own, because: `the Service is headless and ${why}: the name itself does not exist` }];
  return [{ name: `endpoints of ${own}`, because: `${why}; the Service's own name stays, and connections to it are refused` }];
}

function ofEndpoints(own: string, slices: readonly EndpointSlice[]): readonly AbsentName[] {
  const notReady = slices.flatMap(({ endpoints }) => endpoints.filter((endpoint) => !isReady(endpoint)));
  return notReady.flatMap(({ hostname, addresses, targetRef }) => {
    const label = hostname ?? addresses[0]?.replace(/[.:]/g, "-");
    const who = targetRef?.name === undefined ? "its endpoint" : `Pod ${targetRef.name}`;
    return label === undefined ? [] : [{ name: `${label}.${own}`, because: `${who} is not ready` }];
  });
}

function isReady({ conditions }: EndpointSlice["endpoints"][number]): boolean {
  return conditions?.ready !== false;
}

function ofOutside({ spec, status }: Service): readonly AbsentName[] {
  const ingress = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
  const addresses = [...(spec.externalIPs ?? []), ...ingress];
  if (addresses.length === 0) return [];
  return [{ name: addresses.join(", "), because: "external addresses and node ports are nowhere in the cluster's DNS" }];
}
