/**
 * Endpoints that people wrote by hand for a Service without selector, copied into slices: one for each subset and
 * family. (pkg/controller/endpointslicemirroring)
 */
import { familyOf } from "../api/addresses.ts";
import { at, isObject, listAt, numberAt, stringsAt, textAt } from "../api/json.ts";
import { get } from "../api/store.ts";
import type { Endpoint, EndpointPort, EndpointSlice, KubeObject, StringMap } from "../api/types.ts";
import type { Family, Protocol } from "../base/names.ts";
import { areKept, keepSlices } from "./kept-slices.ts";
import { MANAGED_BY, newSlice, SERVICE_NAME, slicesManagedBy } from "./endpointslice.ts";
import { erase, write } from "./world.ts";
import type { World } from "./world.ts";
import type { WakeUp } from "./wake-ups.ts";

const CONTROLLER = "endpointslicemirroring-controller.k8s.io";
const MAX_ADDRESSES = 1000;
const FAMILIES: readonly Family[] = ["IPv4", "IPv6"];

export function reconcileMirroring(world: World, key: string): readonly WakeUp[] {
  if (areKept(world, "endpointslicemirroring", key, () => causesOf(world, key))) return [];
  const endpoints = get(world.store, "Endpoints", key);
  const service = get(world.store, "Service", key);
  const mirrored =
    endpoints !== undefined && service !== undefined && Object.keys(service.spec.selector ?? {}).length === 0 && !isSkipped(endpoints);
  const wanted = mirrored ? listAt(endpoints, "subsets").flatMap(slicesOf) : [];
  const [namespace = "", name = ""] = key.split("/");
  const existing = slicesManagedBy(world, { metadata: { namespace, name } }, CONTROLLER);
  for (const { family, content } of wanted) {
    const index = existing.findIndex((slice) => slice.addressType === family);
    const [slice] = index < 0 ? [] : existing.splice(index, 1);
    if (endpoints === undefined) continue;
    const base = slice ?? newSlice(world, endpoints, family, {});
    write(world, { ...base, ...content, metadata: metadataFor(endpoints, base) });
  }
  for (const slice of existing) erase(world, "EndpointSlice", `${slice.metadata.namespace ?? ""}/${slice.metadata.name}`);
  return [];
}

/** What mirrored slices follow from. */
function causesOf(world: World, key: string): unknown {
  const endpoints = get(world.store, "Endpoints", key);
  return [
    get(world.store, "Service", key)?.spec.selector ?? null,
    endpoints === undefined ? null : [endpoints["subsets"] ?? null, endpoints.metadata.labels],
  ];
}

/** Mirrored slices that came out of a cluster stay, also where the Endpoints that they mirror did not come with them. */
export function keepMirroredSlices(world: World, key: string): void {
  keepSlices(world, "endpointslicemirroring", key, causesOf(world, key));
}

function isSkipped(endpoints: KubeObject): boolean {
  const { labels, annotations } = endpoints.metadata;
  return (
    labels?.["endpointslice.kubernetes.io/skip-mirror"] === "true" ||
    annotations?.["control-plane.alpha.kubernetes.io/leader"] !== undefined
  );
}

function metadataFor(endpoints: KubeObject, slice: EndpointSlice): EndpointSlice["metadata"] {
  const labels: StringMap = { ...endpoints.metadata.labels, [SERVICE_NAME]: endpoints.metadata.name, [MANAGED_BY]: CONTROLLER };
  const { "kubectl.kubernetes.io/last-applied-configuration": _applied, ...annotations } = endpoints.metadata.annotations ?? {};
  return { ...slice.metadata, labels, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) };
}

interface Mirrored {
  readonly family: Family;
  readonly content: { readonly endpoints: readonly Endpoint[]; readonly ports: readonly EndpointPort[] };
}

function slicesOf(subset: unknown): readonly Mirrored[] {
  const ports = listAt(subset, "ports").map((port) => portOf(port));
  const all = [
    ...listAt(subset, "addresses").map((address) => endpointOf(address, true)),
    ...listAt(subset, "notReadyAddresses").map((address) => endpointOf(address, false)),
  ].slice(0, MAX_ADDRESSES);
  return FAMILIES.flatMap((family) => {
    const endpoints = all.filter((endpoint) => familyOf(endpoint.addresses[0] ?? "") === family);
    return endpoints.length === 0 ? [] : [{ family, content: { endpoints, ports } }];
  });
}

function portOf(port: unknown): EndpointPort {
  const appProtocol = textAt(port, "appProtocol");
  const protocol = textAt(port, "protocol") ?? "TCP";
  return {
    name: textAt(port, "name") ?? "",
    port: numberAt(port, "port") ?? null,
    protocol: protocol as Protocol,
    ...(appProtocol === undefined ? {} : { appProtocol }),
  }; // validated on admission
}

/** Only `ready` is known of a mirrored endpoint. */
function endpointOf(address: unknown, ready: boolean): Endpoint {
  const hostname = textAt(address, "hostname");
  const nodeName = textAt(address, "nodeName");
  const ref = at(address, "targetRef");
  return {
    addresses: [textAt(address, "ip") ?? ""],
    conditions: { ready },
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(isObject(ref) ? { targetRef: { kind: "Pod", name: "", ...stringsAt(ref) } } : {}),
  };
}
